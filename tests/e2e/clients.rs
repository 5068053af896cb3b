//! What existing clients send and rely on (behaviour §7.5, §10), each trap by its number.

use gavia_tests::{client::answer, world};
use reqwest::Method;
use serde_json::{Value, json};

use crate::node;

#[tokio::test]
async fn t02_t03_t10_bodies_without_content_type_doubled_and_unknown_keys_get_through() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1, "username": "x", "请假天数": "3" });
    let id = app.create("lisi", body).await;
    assert_eq!(app.row(id).await["creator"], "lisi", "the header wins over the body");
    let doubled =
        app.request(Method::GET, "/tickets?category=owner&category=all&username=x&name=", "nobody").body("{}");
    assert_eq!(answer(doubled).await.ok()["total"], 1);
}

#[tokio::test]
async fn t04_t21_t27_a_list_row_has_all_its_objects_even_for_people_nobody_knows() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let simple = world::workflow(
        &admin,
        "simple",
        &[],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"title\":2}" })),
            ("mid", json!({ "participant_type_id": 2, "participant": "guiji,stranger" })),
            ("end", json!({ "type_id": 2 })),
        ],
        vec![("submit", "new", "mid", json!({})), ("done", "mid", "end", json!({}))],
    )
    .await;
    let app = world::app(&admin, &node.base, "oa", &[&simple]).await;
    let id = app
        .create(
            "ghost",
            json!({ "workflow_id": simple.id, "transition_id": simple.transition("submit"), "title": "t" }),
        )
        .await;
    let row = app.row(id).await;
    let stamp = row["gmt_created"].clone();
    assert_eq!(stamp.as_str().map(str::len), Some("2020-03-01 09:00:00".len()));
    let named = json!({ "workflow_id": simple.id, "workflow_name": "simple" });
    assert_eq!(
        row,
        json!({
            "id": id, "creator": "ghost", "gmt_created": stamp, "gmt_modified": stamp, "is_deleted": false, "title": "t",
            "workflow_id": simple.id, "sn": row["sn"], "state_id": simple.state("mid"), "parent_ticket_id": 0, "parent_ticket_state_id": 0,
            "participant_type_id": 2, "participant": "guiji,stranger", "relation": "ghost,guiji,stranger", "in_add_node": false,
            "add_node_man": "", "script_run_last_result": true, "is_end": false, "is_rejected": false, "multi_all_person": "{}",
            "state": { "state_id": simple.state("mid"), "state_name": "mid", "state_label": {} },
            "participant_info": { "participant": "guiji,stranger", "participant_name": "guiji,stranger", "participant_type_id": 2,
                                  "participant_type_name": "多人", "participant_alias": "轨迹,stranger" },
            "creator_info": { "username": "ghost", "alias": "", "is_active": false, "email": "", "phone": "", "dept_info": {} },
            "workflow": named, "workflow_info": named,
        })
    );
    let _ = people;
}

#[tokio::test]
async fn t05_t06_d11_what_looks_like_an_error_or_a_success_is_what_it_always_was() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let id = app
        .create(
            "lisi",
            json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 }),
        )
        .await;
    let path = format!("/tickets/{id}");
    let zero = app.patch("lilei", &path, json!({ "transition_id": 0 })).await;
    assert_eq!(zero.body, json!({ "code": -1, "data": {}, "msg": "参数不合法,请提供username，transition_id" }));
    let nothing = app.get("jack", &format!("{path}/transitions")).await;
    assert_eq!(nothing.body, json!({ "code": 0, "data": { "value": [] }, "msg": "用户当前无处理权限" }));
    let unknown = app.get("jack", "/tickets/states?ticket_ids=999999").await;
    assert_eq!(unknown.body, json!({ "code": -1, "data": "", "msg": "" }));
    let some = app.get("", &format!("/tickets/states?ticket_ids={id},999999")).await.ok();
    assert_eq!(some, json!({ id.to_string(): { "state_id": leave.state("tl"), "state_name": "tl" } }));
    let empty = answer(app.request(Method::POST, &format!("{path}/accept"), "lilei")).await;
    assert_eq!(empty.msg(), "工单当前实际处理人只有一人，无需先接单", "an empty body is no fault here");
    let empty = answer(app.request(Method::PATCH, &path, "lilei")).await;
    assert_eq!(empty.body, json!({ "code": -1, "data": {}, "msg": "patch参数为空" }));
}

#[tokio::test]
async fn t12_d20_failed_signatures_are_answered_with_http_200_and_an_empty_list() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let app = world::app(&admin, &node.base, "oa", &[]).await;
    let wrong = gavia_tests::client::AppClient::new(
        gavia_tests::http_client(),
        &node.base,
        "oa",
        "00000000-0000-0000-0000-000000000000",
    );
    let refused = json!({ "code": -1, "data": [], "msg": "权限校验失败：签名校验失败" });
    for path in ["/workflows", "/tickets", "/no/such/path"] {
        let got = wrong.get("lisi", path).await;
        assert_eq!((got.status, &got.body), (200, &refused), "{path}");
    }
    assert_eq!(app.get("lisi", "/no/such/path").await.status, 404, "a signed call to an unknown path");
    for reserved in ["loonrobot", "hook", "script:1", "a,b"] {
        assert_eq!(app.get(reserved, "/workflows").await.code(), -1, "{reserved}");
    }
}

#[tokio::test]
async fn t18_t19_d21_the_form_depends_on_who_looks_and_strangers_see_none() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let id = app
        .create(
            "lisi",
            json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 }),
        )
        .await;
    let form = |data: &Value| -> Vec<(String, i64, i64)> {
        let rows = data["value"]["field_list"].as_array().expect("a form").clone();
        let part = |row: &Value, key: &str| row[key].as_i64().expect("a number");
        rows.iter()
            .map(|row| {
                (
                    row["field_key"].as_str().expect("a key").to_owned(),
                    part(row, "order_id"),
                    part(row, "field_attribute"),
                )
            })
            .collect()
    };
    let handler = app.get("lilei", &format!("/tickets/{id}")).await.ok();
    assert_eq!(
        form(&handler),
        [("days".to_owned(), 0, 1), ("title".to_owned(), 20, 1)],
        "custom and base fields in one order"
    );
    let viewer = app.get("lisi", &format!("/tickets/{id}")).await.ok();
    assert_eq!(form(&viewer), [("sn".to_owned(), 10, 1), ("title".to_owned(), 20, 1)]);
    for path in ["", "/flowlogs", "/flowsteps", "/participant_info"] {
        let stranger = app.get("guiji", &format!("/tickets/{id}{path}")).await;
        assert_eq!(stranger.msg(), "用户不是该工单的关系人，且该工作流开启了查看权限校验", "{path}");
        let unknown = app.get("ghost", &format!("/tickets/{id}{path}")).await;
        assert_eq!(unknown.msg(), "用户不存在，无查看权限", "{path}");
    }
}

#[tokio::test]
async fn i17_f20_a_ticket_of_a_workflow_without_grant_never_leaves() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let other = world::app(&admin, &node.base, "other", &[&world::leave(&admin, &people).await]).await;
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 });
    let id = app.create("lisi", body.clone()).await;
    let refused = other.post("lisi", "/tickets", body).await;
    assert_eq!(
        refused.body,
        json!({ "code": -1, "data": "", "msg": "APP:other have no permission to create this workflow ticket" })
    );
    for category in ["all", "owner", "duty", "relation"] {
        assert_eq!(other.get("lisi", &format!("/tickets?category={category}")).await.ok()["total"], 0, "{category}");
    }
    for path in ["", "/transitions", "/flowlogs", "/flowsteps", "/participant_info"] {
        let got = other.get("lisi", &format!("/tickets/{id}{path}")).await;
        assert_eq!(got.msg(), "the app has no permission to the workflow_id", "{path}");
    }
    for path in ["accept", "deliver", "retry_script"] {
        let got = other.post("lilei", &format!("/tickets/{id}/{path}"), json!({ "target_username": "lisi" })).await;
        assert_eq!(got.msg(), "the app has no permission to the workflow_id", "{path}");
    }
    assert_eq!(other.get("lisi", &format!("/tickets/states?ticket_ids={id}")).await.code(), -1);
}

#[tokio::test]
async fn t24_f52_an_administrators_session_overrides_headers_and_creates_tickets() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("save"), "title": "t" });
    let request = admin
        .request(Method::POST, "/tickets")
        .header("appname", "nobody")
        .header("username", "lisi")
        .body(body.to_string());
    let id = answer(request).await.ok()["ticket_id"].as_i64().expect("an id");
    let rows = admin.get(&format!("/tickets?category=all&ticket_ids={id}")).await.ok();
    let (row, sn) = (&rows["value"][0], rows["value"][0]["sn"].as_str().expect("a number"));
    assert_eq!(row["creator"], "admin");
    assert!(sn.starts_with("loonflow_"), "{sn}");
}

#[tokio::test]
async fn a_refused_call_whose_body_comes_late_leaves_its_connection_open_for_the_next() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (_cluster, node) = node().await;
    let address = node.base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    for path in ["/api/v1.0/tickets", "/api/v1.0/no/such/path"] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nappname: nobody\r\ncontent-length: 2\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("the head is sent");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        stream.write_all(b"{}").await.expect("the body is sent");
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.expect("an answer on the same connection");
        let text = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(text.starts_with("HTTP/1.1 200") && text.contains("权限校验失败"), "{path}: {text}");
    }
}
