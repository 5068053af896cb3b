//! Building workflows piece by piece, accounts, tokens and scripts, as admin pages and set-up scripts do.

use gavia_tests::{client::answer, guests, world};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use crate::node;

#[tokio::test]
async fn t08_t26_d12_f48_f57_parts_are_changed_key_by_key_and_read_back_in_their_old_shapes() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let made = admin
        .post("/workflows", json!({ "name": "w", "limit_expression": "{\"count\": 3}", "display_form_str": ["title"] }))
        .await
        .ok();
    let workflow = made["workflow_id"].as_i64().expect("an id");
    let path = format!("/workflows/{workflow}");
    admin.send(Method::PATCH, &path, json!({ "description": "only this" })).await.ok();
    let detail = admin.get(&path).await.ok();
    assert_eq!(detail["limit_expression"], "{\"count\": 3}", "text stays text, byte for byte");
    assert_eq!(
        (&detail["name"], &detail["description"], &detail["display_form_str"]),
        (&json!("w"), &json!("only this"), &json!("[\"title\"]"))
    );

    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let body = json!({ "name": name, "order_id": "1", "remember_last_man_enable": "1", "label": "{\"k\": 1}", "state_field_str": "{\"title\": 2}" });
        ids.push(admin.post(&format!("{path}/states"), body).await.ok()["state_id"].as_i64().expect("an id"));
    }
    let states = admin.get(&format!("{path}/states")).await.ok();
    let state = &states["value"][0];
    assert_eq!(
        (&state["id"], &state["remember_last_man_enable"]),
        (&json!(ids[0]), &json!(1)),
        "equal order_id goes by id"
    );
    assert_eq!((&state["label"], &state["state_field_str"]), (&json!({ "k": 1 }), &json!({ "title": 2 })));
    let detail = admin.get(&format!("/workflows/states/{}", ids[0])).await.ok();
    assert_eq!(detail["state_field"], json!({ "title": 2 }));

    let other = admin.post("/workflows", json!({ "name": "other" })).await.ok()["workflow_id"].clone();
    for (method, part) in [(Method::PATCH, "states"), (Method::DELETE, "states")] {
        let stranger =
            admin.send(method, &format!("/workflows/{other}/{part}/{}", ids[0]), json!({ "name": "x" })).await;
        assert_eq!(stranger.code(), -1, "a part of another workflow");
    }
    let stranger = json!({ "name": "go", "source_state_id": ids[0], "destination_state_id": 999_999 });
    assert_eq!(admin.post(&format!("{path}/transitions"), stranger).await.code(), -1);
    for missing in ["/workflows/999999", "/workflows/999999/states/1"] {
        assert_eq!(admin.send(Method::PATCH, missing, json!({ "name": "x" })).await.code(), -1, "{missing}");
        assert_eq!(admin.send(Method::DELETE, missing, json!({})).await.code(), -1, "{missing}");
    }
}

#[tokio::test]
async fn t20_d25_f60_the_start_form_shows_the_title_alone_and_hooks_keep_their_tokens() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let hook = json!({ "hook_url": "http://receiver", "hook_token": "secret", "wait": true }).to_string();
    let flow = world::workflow(
        &admin,
        "w",
        &[("reason", 55)],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"title\":2,\"sn\":1,\"reason\":3}" })),
            ("hook", json!({ "participant_type_id": 10, "participant": hook })),
        ],
        vec![("go", "new", "hook", json!({}))],
    )
    .await;
    let app = world::app(&admin, &node.base, "oa", &[&flow]).await;
    let start = app.get("lisi", &format!("/workflows/{}/init_state", flow.id)).await.ok();
    let keys: Vec<&Value> =
        start["field_list"].as_array().expect("fields").iter().map(|field| &field["field_key"]).collect();
    assert_eq!(keys, ["reason", "title"]);
    assert_eq!((&start["field_list"][1]["name"], &start["remember_last_man_enable"]), (&json!("标题"), &json!(false)));
    let states = app.get("lisi", &format!("/workflows/{}/states", flow.id)).await.ok().to_string();
    assert!(states.contains("hook_url") && !states.contains("secret"), "{states}");
    let states = admin.get(&format!("/workflows/{}/states", flow.id)).await.ok().to_string();
    assert!(states.contains("hook_url") && !states.contains("secret"), "{states}");
}

#[tokio::test]
async fn d07_d08_only_who_may_configure_configures_and_apps_do_not_read_accounts() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let app = world::app(&admin, &node.base, "oa", &[]).await;
    for path in ["/accounts/users", "/accounts/roles", "/accounts/depts", "/accounts/app_token"] {
        let got = app.get("admin", path).await;
        assert_eq!((got.status, got.code()), (200, -1), "{path}");
    }
    let made = async |name: &str, rights: Value| {
        let made = admin.post("/accounts/app_token", rights).await.ok();
        let token = made["token"].as_str().expect("a token");
        gavia_tests::client::AppClient::new(gavia_tests::http_client(), &node.base, name, token)
    };
    let plain = made("plain", json!({ "app_name": "plain" })).await;
    let refused = plain.post("admin", "/workflows", json!({ "name": "w" })).await;
    assert_eq!(refused.code(), -1, "an app without the right");
    let pages = made("pages", json!({ "app_name": "pages", "may_admin": true })).await;
    assert_eq!(pages.post("lisi", "/workflows", json!({ "name": "w" })).await.code(), -1, "not an administrator");
    let made = pages.post("admin", "/workflows", json!({ "name": "w" })).await.ok();
    assert_eq!(
        pages.get("x", "/workflows").await.ok()["value"][0]["id"],
        made["workflow_id"],
        "who makes a workflow may use it"
    );
}

#[tokio::test]
async fn f18_f19_only_administrators_log_in_and_changes_need_the_header() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let person = json!({ "username": "lilei", "alias": "李磊", "password": "Lilei-pass-2020" });
    admin.post("/accounts/users", person).await.ok();
    for (name, password) in [("lilei", "Lilei-pass-2020"), ("admin", "wrong"), ("ghost", "x")] {
        let login = gavia_tests::http_client().post(format!("{}/api/v1.0/accounts/login", node.base));
        let got = answer(login.body(json!({ "username": name, "password": password }).to_string())).await;
        assert_eq!(got.body, json!({ "code": -1, "data": {}, "msg": "username or password is invalid" }), "{name}");
    }
    let bare =
        admin.request(Method::POST, "/workflows").header("origin", "http://evil.example").body("{\"name\":\"w\"}");
    assert_eq!(answer(bare).await.code(), -1, "another site's page");
    let logout = admin.request(Method::GET, "/accounts/logout").send().await.expect("an answer");
    assert_eq!((logout.status().as_u16(), logout.headers()["location"].to_str().expect("text")), (302, "/manage"));
    assert_eq!(admin.get("/accounts/users").await.code(), -1, "the session is over");
}

#[tokio::test]
async fn f50_f51_f59_d22_accounts_are_paged_names_are_unique_and_tokens_random() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let page = admin.get(&format!("/accounts/roles/{}/users?per_page=1&page=2", people.hr)).await.ok();
    assert_eq!(
        (&page["total"], &page["page"], page["value"].as_array().map(Vec::len)),
        (&json!(2), &json!(2), Some(1))
    );
    let roles = admin.get(&format!("/accounts/users/{}/roles?per_page=1", people.users["jack"])).await.ok();
    assert_eq!((&roles["total"], &roles["value"][0]["label"]), (&json!(1), &json!("\"{}\"")));
    let first = admin.post("/accounts/app_token", json!({ "app_name": "a" })).await;
    assert_eq!(first.msg(), "");
    let second = admin.post("/accounts/app_token", json!({ "app_name": "b" })).await;
    assert_ne!(first.data()["token"], second.data()["token"]);
    assert_eq!(first.data()["token"].as_str().map(str::len), Some(36));
    assert_eq!(admin.post("/accounts/app_token", json!({ "app_name": "a" })).await.msg(), "app_name已存在: a");
    assert_eq!(admin.post("/accounts/users", json!({ "username": "lilei" })).await.msg(), "用户名已存在: lilei");
}

#[tokio::test]
async fn t15_d26_f37_f62_members_follow_the_tree_of_departments_and_people_who_left_are_none() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let looped = json!({ "parent_dept_id": people.departments["ops"] });
    let path = format!("/accounts/depts/{}", people.departments["tech"]);
    assert_eq!(admin.send(Method::PATCH, &path, looped).await.code(), -1, "a department is not below itself");
    let flow = world::workflow(
        &admin,
        "w",
        &[],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{}" })),
            ("tech", json!({ "participant_type_id": 3, "participant": people.departments["tech"].to_string(), "distribute_type_id": 2 })),
            ("end", json!({ "type_id": 2 })),
        ],
        vec![("go", "new", "tech", json!({})), ("done", "tech", "end", json!({}))],
    )
    .await;
    let app = world::app(&admin, &node.base, "oa", &[&flow]).await;
    let left = format!("/accounts/users/{}", people.users["wangwu"]);
    admin.send(Method::PATCH, &left, json!({ "is_active": 0 })).await.ok();
    let id = app.create("hanmei", json!({ "workflow_id": flow.id, "transition_id": flow.transition("go") })).await;
    let holders = app.get("hanmei", &format!("/tickets/{id}/participant_info")).await.ok();
    assert_eq!(holders["participant_username_list"], json!(["lilei", "zhangsan", "lisi", "guiji"]));
    for (name, duties) in [("guiji", 1), ("lilei", 1), ("wangwu", 0), ("jack", 0)] {
        let duty = app.get(name, "/tickets?category=duty").await.ok();
        assert_eq!(duty["total"], duties, "{name}: the list and the members agree");
    }
    // somebody who joins while the ticket waits may act at once (D-26)
    admin.send(Method::PATCH, &left, json!({ "is_active": 1 })).await.ok();
    app.patch("wangwu", &format!("/tickets/{id}"), json!({ "transition_id": flow.transition("done") })).await.ok();
}

#[tokio::test]
async fn t25_f47_uploads_are_checked_and_scripts_changed_by_post() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let upload = |name: &'static str, bytes: Vec<u8>| {
        let file = multipart::Part::bytes(bytes).file_name(name);
        let form = multipart::Form::new().part("file", file).text("script_name", "s").text("is_active", "1");
        admin.request(Method::POST, "/workflows/run_scripts").multipart(form)
    };
    let python = answer(upload("hello.py", b"print(1)".to_vec())).await;
    assert!(python.code() == -1 && python.msg().contains("Python"), "{python:?}");
    for (name, bytes) in
        [("a.wasm", b"print(1)".to_vec()), ("b.wasm", b"\0asm\x01\0\0\0".to_vec()), ("c.wasm", b"\x7fELF".to_vec())]
    {
        let got = answer(upload(name, bytes)).await;
        assert!(got.status == 200 && got.code() == -1, "{name}: {got:?}");
    }
    let bare = multipart::Form::new().text("script_name", "s");
    assert_eq!(
        answer(admin.request(Method::POST, "/workflows/run_scripts").multipart(bare)).await.msg(),
        "请上传脚本文件(file)"
    );
    let id = admin.upload_script("quiet", guests::wasm("quiet")).await;
    let form = multipart::Form::new().text("script_name", "renamed").text("is_active", "0");
    answer(admin.request(Method::POST, &format!("/workflows/run_scripts/{id}")).multipart(form)).await.ok();
    let rows = admin.get("/workflows/run_scripts?search_value=renamed").await.ok();
    assert_eq!((&rows["value"][0]["id"], &rows["value"][0]["is_active"]), (&json!(id), &json!(false)));
}

#[tokio::test]
async fn f39_d24_reads_tolerate_deleted_rows_and_what_is_in_use_stays() {
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
    let state = format!("/workflows/{}/states/{}", leave.id, leave.state("tl"));
    assert_eq!(admin.send(Method::DELETE, &state, json!({})).await.code(), -1);
    admin
        .send(Method::DELETE, &format!("/workflows/{}/transitions/{}", leave.id, leave.transition("submit")), json!({}))
        .await
        .ok();
    app.patch("lilei", &format!("/tickets/{id}"), json!({ "transition_id": leave.transition("agree") })).await.ok();
    for gone in ["tl", "end", "new"] {
        admin
            .send(Method::DELETE, &format!("/workflows/{}/states/{}", leave.id, leave.state(gone)), json!({}))
            .await
            .ok();
    }
    let row = app.row(id).await;
    assert_eq!(row["is_end"], true);
    let logs = app.get("lisi", &format!("/tickets/{id}/flowlogs")).await.ok();
    assert_eq!(
        logs["value"][1]["transition"]["transition_name"], "submit",
        "a deleted transition keeps its name in the log"
    );
    for path in ["", "/flowsteps", "/participant_info"] {
        app.get("lisi", &format!("/tickets/{id}{path}")).await.ok();
    }
}

#[tokio::test]
async fn an_unfinished_workflow_is_stored_and_its_findings_are_listed() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let id = admin.post("/workflows", json!({ "name": "w" })).await.ok()["workflow_id"].clone();
    let path = format!("{}/api/v2/workflows/{id}/check", node.base);
    let unsigned = gavia_tests::http_client().get(&path).send().await.expect("an answer");
    assert_eq!(
        (unsigned.status().as_u16(), unsigned.headers()["content-type"].to_str().expect("text")),
        (401, "application/problem+json")
    );
    let cookie = admin.request(Method::GET, "/workflows").build().expect("a request").headers()["cookie"].clone();
    let found = answer(gavia_tests::http_client().get(&path).header("cookie", cookie)).await;
    let problems = found.body["problems"].as_array().expect("findings");
    assert!(problems.iter().any(|problem| problem["level"] == "error"), "{found:?}");
    assert!(
        problems.iter().all(|problem| problem["code"].is_string()
            && problem["message"].is_string()
            && problem["place"].is_object())
    );
}
