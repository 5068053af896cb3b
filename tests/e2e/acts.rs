//! Acts that no workflow draws, and what a refused one must not leave behind.

use gavia_tests::{server::Cluster, world};
use serde_json::json;

use crate::node;

#[tokio::test]
async fn t17_f33_i06_i15_delivering_hands_over_to_an_active_user_and_is_logged_once() {
    let (cluster, node) = node().await;
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
    let path = format!("/tickets/{id}/deliver");
    for nobody in ["", "ghost", "guiji,wangwu", "loonrobot"] {
        assert_eq!(app.post("lilei", &path, json!({ "target_username": nobody })).await.code(), -1, "{nobody:?}");
    }
    let before = logs(&cluster, id).await;
    assert_eq!(
        app.post("lilei", &path, json!({ "target_username": "guiji", "suggestion": "请处理" })).await.ok(),
        true
    );
    let row = app.row(id).await;
    assert_eq!((&row["participant"], &row["relation"]), (&json!("guiji"), &json!("lisi,lilei,guiji")));
    assert_eq!(logs(&cluster, id).await, before + 1);
    let log = &app.get("lisi", &format!("/tickets/{id}/flowlogs")).await.ok()["value"][0];
    assert_eq!((&log["participant"], &log["transition"]["transition_name"]), (&json!("lilei"), &json!("转交操作")));
    assert_eq!(app.post("lilei", &path, json!({ "target_username": "lisi" })).await.msg(), "非当前处理人，无权处理");
}

#[tokio::test]
async fn i11_of_a_deliver_and_a_handle_at_once_one_wins() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    for _ in 0..25 {
        let id = app.create("lisi", json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 })).await;
        let (deliver_path, path) = (format!("/tickets/{id}/deliver"), format!("/tickets/{id}"));
        let (deliver, handle) = tokio::join!(
            app.post("lilei", &deliver_path, json!({ "target_username": "guiji" })),
            app.patch("lilei", &path, json!({ "transition_id": leave.transition("agree") })),
        );
        assert_eq!(
            [deliver.code(), handle.code()].iter().filter(|code| **code == 0).count(),
            1,
            "{deliver:?} {handle:?}"
        );
        assert_eq!(app.row(id).await["is_end"], handle.code() == 0);
    }
}

#[tokio::test]
async fn i05_f14_f42_d14_a_refused_request_leaves_no_trace() {
    let (cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let wrong = app
        .post(
            "lisi",
            "/tickets",
            json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": "x" }),
        )
        .await;
    assert_eq!(wrong.body, json!({ "code": -1, "data": {}, "msg": "字段days的值不合法，应为整数" }));
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM tickets").fetch_one(cluster.pool()).await.expect("tickets");
    assert_eq!(count, 0);
    let id = app
        .create("lisi", json!({ "workflow_id": leave.id, "transition_id": leave.transition("save"), "title": "draft" }))
        .await;
    let before = (app.row(id).await, logs(&cluster, id).await);
    let wrong = app
        .patch(
            "lisi",
            &format!("/tickets/{id}"),
            json!({ "transition_id": leave.transition("resubmit"), "title": "new", "days": [1, 2] }),
        )
        .await;
    assert_eq!(wrong.code(), -1);
    assert_eq!((app.row(id).await, logs(&cluster, id).await), before);
}

#[tokio::test]
async fn t28_i14_f58_a_ticket_that_is_created_into_its_end_is_over_and_stays_so() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let short = world::workflow(
        &admin,
        "short",
        &[],
        vec![("new", json!({ "type_id": 1, "state_field_str": "{}" })), ("end", json!({ "type_id": 2 }))],
        vec![("refuse", "new", "end", json!({ "attribute_type_id": 2 }))],
    )
    .await;
    let app = world::app(&admin, &node.base, "oa-with-a-long-name", &[&short]).await;
    let id = app.create("lisi", json!({ "workflow_id": short.id, "transition_id": short.transition("refuse") })).await;
    let row = app.row(id).await;
    assert_eq!(
        (&row["is_end"], &row["is_rejected"], &row["participant_type_id"]),
        (&json!(true), &json!(true), &json!(0))
    );
    let again =
        app.patch("lisi", &format!("/tickets/{id}"), json!({ "transition_id": short.transition("refuse") })).await;
    assert_eq!(again.body, json!({ "code": -1, "data": {}, "msg": "工单当前状态无需操作" }));
}

#[tokio::test]
async fn t22_f07_numbers_count_over_workflows_and_prefixes() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let one = world::app(&admin, &node.base, "one", &[&leave]).await;
    let body = json!({ "app_name": "two", "ticket_sn_prefix": "a-prefix-of-many-characters", "workflow_ids": leave.id.to_string() });
    let token = admin.post("/accounts/app_token", body).await.ok()["token"].as_str().expect("a token").to_owned();
    let two = gavia_tests::client::AppClient::new(gavia_tests::http_client(), &node.base, "two", &token);
    let mut numbers = Vec::new();
    for app in [&one, &two, &one] {
        let id = app
            .create("lisi", json!({ "workflow_id": leave.id, "transition_id": leave.transition("save"), "title": "t" }))
            .await;
        let sn = app.row(id).await["sn"].as_str().expect("a number").to_owned();
        let (prefix, number) = sn.rsplit_once('_').expect("a prefix");
        numbers.push((prefix.to_owned(), number[8..].parse::<i64>().expect("digits")));
    }
    let prefixes: Vec<&str> = numbers.iter().map(|(prefix, _)| prefix.as_str()).collect();
    assert_eq!(prefixes, ["t", "a-prefix-of-many-characters", "t"]);
    assert!(numbers.windows(2).all(|pair| pair[1].1 == pair[0].1 + 1), "{numbers:?}");
}

async fn logs(cluster: &Cluster, id: i64) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM flow_logs WHERE ticket_id = $1")
        .bind(id)
        .fetch_one(cluster.pool())
        .await
        .expect("logs")
}

#[tokio::test]
async fn d13_f43_f49_arrays_are_comma_lists_and_many_participants_and_long_forms_fit() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let crowd: Vec<String> = (0..300).map(|n| format!("person-{n}")).collect();
    let flow = world::workflow(
        &admin,
        "w",
        &[("tags", 40), ("story", 55)],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"tags\":3,\"story\":3}" })),
            ("mid", json!({ "participant_type_id": 2, "participant": crowd.join(","), "state_field_str": "{\"tags\":1,\"story\":1}" })),
            ("end", json!({ "type_id": 2 })),
        ],
        vec![("go", "new", "mid", json!({})), ("done", "mid", "end", json!({}))],
    )
    .await;
    let app = world::app(&admin, &node.base, "oa", &[&flow]).await;
    let story = "长".repeat(20_000);
    let body =
        json!({ "workflow_id": flow.id, "transition_id": flow.transition("go"), "tags": ["1", "2"], "story": story });
    let id = app.create("lisi", body).await;
    let detail = app.get("person-7", &format!("/tickets/{id}")).await.ok();
    let value = |key: &str| {
        let fields = detail["value"]["field_list"].as_array().expect("a form");
        fields.iter().find(|field| field["field_key"] == key).expect("the field")["field_value"].clone()
    };
    assert_eq!((value("tags"), value("story")), (json!("1,2"), json!(story)));
    assert_eq!(app.row(id).await["participant"], crowd.join(","));
}
