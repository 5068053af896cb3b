//! The leave request: a condition evaluated in the sandbox routes it, a refusal sends it back, its logs tell the story.

use gavia_tests::world;
use serde_json::json;

use crate::node;

#[tokio::test]
async fn a_long_leave_goes_to_hr_and_its_logs_tell_the_story() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;

    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "五天", "days": 5, "标题": "ignored" });
    let id = app.create("lisi", body).await;
    let row = app.row(id).await;
    assert_eq!((&row["participant"], &row["state"]["state_name"]), (&json!("lilei"), &json!("tl")));

    let path = format!("/tickets/{id}");
    app.patch("lilei", &path, json!({ "transition_id": leave.transition("agree").to_string(), "suggestion": "同意" }))
        .await
        .ok();
    assert_eq!(app.row(id).await["state_id"], leave.state("hr"));
    app.patch("jack", &path, json!({ "transition_id": leave.transition("hr_agree") })).await.ok();
    let row = app.row(id).await;
    assert_eq!(
        (&row["is_end"], &row["participant"], &row["relation"]),
        (&json!(true), &json!(""), &json!("lisi,lilei,jack,hanmei"))
    );

    let logs = app.get("lisi", &format!("{path}/flowlogs")).await.ok();
    let told: Vec<_> = logs["value"]
        .as_array()
        .expect("logs")
        .iter()
        .map(|log| (&log["state"]["state_name"], &log["participant"]))
        .collect();
    assert_eq!(
        told,
        [(&json!("hr"), &json!("jack")), (&json!("tl"), &json!("lilei")), (&json!("new"), &json!("lisi"))]
    );
    let steps = app.get("lisi", &format!("{path}/flowsteps")).await.ok();
    let names: Vec<_> = steps["value"].as_array().expect("steps").iter().map(|step| &step["state_name"]).collect();
    assert_eq!(names, ["new", "tl", "hr", "end"], "the hidden state is left out");
}

#[tokio::test]
async fn a_refused_leave_returns_to_its_creator_and_is_marked() {
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

    app.patch("lilei", &path, json!({ "transition_id": leave.transition("refuse") })).await.ok();
    let row = app.row(id).await;
    assert_eq!((&row["is_rejected"], &row["participant"]), (&json!(true), &json!("lisi")));

    let missing =
        app.patch("lisi", &path, json!({ "transition_id": leave.transition("resubmit"), "title": "t" })).await;
    assert_eq!(missing.body, json!({ "code": -1, "data": {}, "msg": "此工单的必填字段为:days,title" }));
    app.patch("lisi", &path, json!({ "transition_id": leave.transition("resubmit"), "title": "t", "days": "2" }))
        .await
        .ok();
    assert_eq!(app.row(id).await["is_rejected"], false);
}
