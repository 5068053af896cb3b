//! Plugins from upload to effect: one that names a state's people, one that tells people of a move, and what stays to be seen of it.

use std::time::Duration;

use gavia_tests::{
    client::{Answer, Session},
    guests,
    receiver::Receiver,
    until, world,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage;

/// What `/api/v2` answers must be of the success's kind.
#[track_caller]
fn fine(answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer.body
}

/// Uploads a plugin, grants all that it asks for, and activates it. Its path is the answer.
async fn install(admin: &Session, guest: &str) -> String {
    let made = fine(admin.v2_file("/plugins", guests::wasm(guest)).await);
    let path = format!("/plugins/{}", made["plugin_id"]);
    let version = format!("{path}/versions/{}", made["version"]);
    let (method, grants) = (Method::POST, json!({ "grants": "requested" }));
    fine(admin.v2_with(method.clone(), &format!("{version}/approve"), grants).await);
    fine(admin.v2_with(method, &format!("{version}/activate"), json!({})).await);
    path
}

async fn calls(admin: &Session, path: &str) -> Vec<Value> {
    let list = fine(admin.v2(Method::GET, &format!("{path}/calls")).await);
    list["items"].as_array().expect("calls").clone()
}

async fn lines(admin: &Session, path: &str, call: &Value) -> Vec<String> {
    let call = fine(admin.v2(Method::GET, &format!("{path}/calls/{}", call["id"])).await);
    let log = call["log"].as_array().expect("a log").iter();
    log.map(|line| line["message"].as_str().expect("a line").to_owned()).collect()
}

#[tokio::test]
async fn t13_a_participants_plugin_names_the_people_of_a_state() {
    let stage = stage().await;
    let path = install(&stage.admin, "name_people").await;
    let by_plugin = |arguments: Value| json!({ "participant_type_id": 12, "participant": "name-people", "distribute_type_id": 2, "plugin_args": arguments.to_string() });
    let ops = stage.people.departments["ops"];
    let flow = stage.simple("f", &[], by_plugin(json!({ "names": ["lisi", "lisi"], "leader_of": ops })), vec![]).await;
    let app = stage.app(&[&flow]).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });
    let id = app.create("lilei", new.clone()).await;
    let row = app.row(id).await;
    assert_eq!((&row["participant_type_id"], &row["participant"]), (&json!(2), &json!("lisi,guiji")), "each once");
    let made = calls(&stage.admin, &path).await;
    assert_eq!(
        (&made[0]["outcome"], &made[0]["kind"], &made[0]["version"]),
        (&json!("ok"), &json!("participants"), &json!(1))
    );
    assert_eq!(lines(&stage.admin, &path, &made[0]).await, ["asked about state mid by lilei"]);
    app.patch("guiji", &format!("/tickets/{id}"), json!({ "transition_id": flow.transition("done") })).await.ok();

    let states = format!("/workflows/{}/states/{}", flow.id, flow.state("mid"));
    let tell = async |arguments: Value| {
        let change = json!({ "plugin_args": arguments.to_string() });
        stage.admin.send(Method::PATCH, &states, change).await.ok();
        let refused = app.post("lilei", "/tickets", new.clone()).await;
        assert_eq!(refused.code(), -1, "{refused:?}");
        refused.msg().to_owned()
    };
    assert!(tell(json!({ "names": ["lisi", "ghost"] })).await.contains("ghost不存在"));
    assert!(tell(json!({ "names": [] })).await.contains("未返回任何用户"));
    assert!(tell(json!({ "fail": "nobody is there" })).await.contains("nobody is there"));
    assert!(tell(json!({ "what": 1 })).await.contains("处理人插件执行失败"));
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM tickets").fetch_one(stage.cluster.pool()).await.expect("a count");
    assert_eq!(left, 1, "a refused move leaves nothing");

    // what was granted can be taken away, and the plugin is told so
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/grants"), json!({})).await);
    assert!(tell(json!({ "leader_of": ops })).await.contains("directory"));
    let newest = &calls(&stage.admin, &path).await[0];
    assert_eq!((&newest["outcome"], &newest["denied"]), (&json!("guest"), &json!(1)));
    let in_use = stage.admin.v2(Method::DELETE, &path).await;
    assert_eq!((in_use.status, &in_use.body["used_by"]["participants_of_states"][0]["state"]), (409, &json!("mid")));
    assert_eq!(stage.broken().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_condition_plugin_is_told_who_moves_the_ticket_whence_and_after_what() {
    let stage = stage().await;
    let path = install(&stage.admin, "judge").await;
    let mid = json!({ "participant_type_id": 1, "participant": "lisi", "plugin_args": "{\"tell\":true}" });
    let flow = stage.simple("f", &[], mid, vec![("back", "mid", "new", json!({}))]).await;
    let app = stage.app(&[&flow]).await;
    let workflow = format!("/workflows/{}", flow.id);
    stage.admin.send(Method::PATCH, &workflow, json!({ "condition_plugin": "judge" })).await.ok();
    let back = flow.transition("back");
    let lead = async |wanted: Value| {
        let conditions =
            json!([{ "expression": wanted.to_string(), "target_state_id": flow.state("end") }]).to_string();
        let transition = format!("{workflow}/transitions/{back}");
        stage.admin.send(Method::PATCH, &transition, json!({ "condition_expression": conditions })).await.ok();
    };
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t", "suggestion": "please" });
    let id = app.create("lilei", new).await;
    let moved = async || app.patch("lisi", &format!("/tickets/{id}"), json!({ "transition_id": back })).await;

    lead(json!({ "actor": "nobody" })).await;
    let refused = moved().await;
    let told = format!("actor=lisi last_actor=lilei last_suggestion=please run_by=lisi state=mid transition={back}");
    assert!(refused.code() == -1 && refused.msg().contains(&told), "{refused:?}");
    lead(json!({ "actor": "lisi", "last_actor": "lilei", "state": "mid" })).await;
    moved().await.ok();
    assert_eq!(app.row(id).await["state_id"], json!(flow.state("end")));

    let outcomes: Vec<Value> = calls(&stage.admin, &path).await.iter().map(|call| call["outcome"].clone()).collect();
    assert_eq!(outcomes, ["ok", "guest"], "newest first");
    assert_eq!(stage.broken().await, Vec::<String>::new());
}

/// What a notice's deliveries are waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The newest delivery of a notice, once there are as many as that.
async fn delivered(admin: &Session, notice: &Value, count: usize) -> Value {
    for _ in 0..600 {
        let log = fine(admin.v2(Method::GET, &format!("/notices/{notice}/deliveries")).await);
        let items = log["items"].as_array().expect("deliveries");
        if items.len() >= count {
            return items[0].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the notice is not delivered");
}

/// A notice that the plugin of that name delivers, and a workflow whose tickets wait for guiji and wangwu and tell of it.
async fn telling(stage: &world::Stage, plugin: &str) -> (Value, world::Workflow) {
    let form = reqwest::multipart::Form::new()
        .text("notice_name", "n")
        .text("type_id", "1")
        .text("plugin", plugin.to_owned())
        .text("title_template", "new: {title}")
        .text("content_template", "by {creator}");
    let request = stage.admin.request(Method::POST, "/workflows/custom_notices").multipart(form);
    gavia_tests::client::answer(request).await.ok();
    let notices = stage.admin.get("/workflows/custom_notices").await.ok();
    let notice = notices["value"][0]["id"].clone();
    let mid = json!({ "participant_type_id": 2, "participant": "guiji,wangwu", "distribute_type_id": 2 });
    let flow = stage.simple("f", &[("told", 5)], mid, vec![]).await;
    let change = json!({ "notices": notice.to_string() });
    stage.admin.send(Method::PATCH, &format!("/workflows/{}", flow.id), change).await.ok();
    (notice, flow)
}

#[tokio::test]
async fn a_notice_plugin_tells_people_and_it_is_kept_whom_it_reached() {
    let stage = stage().await;
    let path = install(&stage.admin, "tell_people").await;
    let (notice, flow) = telling(&stage, "tell-people").await;
    let app = stage.app(&[&flow]).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "<b>" });

    app.create("lilei", new.clone()).await;
    let first = delivered(&stage.admin, &notice, 1).await;
    assert_eq!((&first["outcome"], &first["recipients"]), (&json!("failed"), &json!([])), "it has no secret yet");

    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/secrets/GATE"), json!({ "value": "open-sesame" })).await);
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/config"), json!({ "unreachable": "wangwu" })).await);
    app.create("lilei", new).await;
    let second = delivered(&stage.admin, &notice, 2).await;
    assert_eq!((&second["outcome"], &second["detail"]), (&json!("failed"), &json!("1 of 2 were not reached")));
    assert_eq!(
        second["recipients"],
        json!([
            { "username": "guiji", "is_reached": true, "detail": "new: <b> no. 1 to <>" },
            { "username": "wangwu", "is_reached": false, "detail": "gone fishing" },
        ]),
        "addresses are shown to whom the directory was granted"
    );
    let made = calls(&stage.admin, &path).await;
    let outcomes: Vec<&Value> = made.iter().map(|call| &call["outcome"]).collect();
    assert_eq!(outcomes, [&json!("ok"), &json!("guest")]);
    let log = lines(&stage.admin, &path, &made[0]).await;
    assert_eq!(log[0], "read the secret GATE");
    assert!(log[1].starts_with("the gate opens with") && !log[1].contains("sesame"), "{log:?}");
}

#[tokio::test]
async fn a_notice_plugin_writes_what_it_is_granted_on_the_ticket_that_it_tells_of() {
    let stage = stage().await;
    let path = install(&stage.admin, "tell_people").await;
    let (notice, flow) = telling(&stage, "tell-people").await;
    let app = stage.app(&[&flow]).await;
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/secrets/GATE"), json!({ "value": "open-sesame" })).await);
    let settings = json!({ "writes": "yes", "silent": "wangwu" });
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/config"), settings).await);
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });
    let id = app.create("lilei", new).await;
    let newest = delivered(&stage.admin, &notice, 1).await;
    assert_eq!((&newest["outcome"], &newest["detail"]), (&json!("failed"), &json!("1 of 2 were not reached")));
    let silent = json!({ "username": "wangwu", "is_reached": false, "detail": "the plugin did not report" });
    assert_eq!(newest["recipients"][1], silent);
    let logs = app.get("lilei", &format!("/tickets/{id}/flowlogs")).await.ok();
    let said = |n: usize| (logs["value"][n]["participant"].clone(), logs["value"][n]["suggestion"].clone());
    assert_eq!(said(0), (json!("loonrobot"), json!("told 2 people")));
    assert_eq!(said(1), (json!("loonrobot"), json!("修改工单字段:told;tell-people")));
    let fields: Value = sqlx::query_scalar("SELECT fields FROM tickets WHERE id = $1")
        .bind(id)
        .fetch_one(stage.cluster.pool())
        .await
        .expect("the fields");
    assert_eq!(fields, json!({ "told": "1" }));

    // where the state shows the field read-only, a try says so as the delivery would
    let mid = format!("/workflows/{}/states/{}", flow.id, flow.state("mid"));
    stage.admin.send(Method::PATCH, &mid, json!({ "state_field_str": "{\"told\":1}" })).await.ok();
    let tried = stage.admin.v2_with(Method::POST, &format!("{path}/versions/1/try"), json!({ "ticket_id": id })).await;
    let log = fine(tried)["log"].to_string();
    assert!(log.contains(r#"the field \"told\" is not written"#), "{log}");
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn a_notice_for_more_people_than_a_plugin_may_report_on_is_told_in_several_calls_each_once() {
    let stage = stage().await;
    let path = install(&stage.admin, "tell_people").await;
    let (notice, flow) = telling(&stage, "tell-people").await;
    let app = stage.app(&[&flow]).await;
    let put =
        async |what: &str, body: Value| fine(stage.admin.v2_with(Method::PUT, &format!("{path}/{what}"), body).await);
    put("secrets/GATE", json!({ "value": "open-sesame" })).await;
    put("limits", json!({ "notice": { "deliveries": 1 } })).await;
    put("config", json!({ "lost_with": "wangwu" })).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });
    let id = app.create("lilei", new).await;
    let lost = delivered(&stage.admin, &notice, 2).await;
    assert_eq!((&lost["outcome"], &lost["recipients"]), (&json!("failed"), &json!([])));
    let list = fine(stage.admin.v2(Method::GET, &format!("/jobs?state=dead&ticket_id={id}")).await);

    put("config", json!({})).await;
    let retried = stage.admin.v2(Method::POST, &format!("/jobs/{}/retry", list["items"][0]["id"])).await;
    assert_eq!(retried.status, 202, "{retried:?}");
    delivered(&stage.admin, &notice, 3).await;
    let log = fine(stage.admin.v2(Method::GET, &format!("/notices/{notice}/deliveries")).await);
    let told = log["items"].as_array().expect("deliveries").iter().rev().map(|line| line["recipients"].clone());
    let to = |name: &str, n: u32| json!([{ "username": name, "is_reached": true, "detail": format!("new: t no. {n} to <>") }]);
    assert_eq!(told.collect::<Vec<_>>(), [to("guiji", 1), json!([]), to("wangwu", 2)]);
    let made = calls(&stage.admin, &path).await;
    let made: Vec<_> = made.iter().rev().map(|call| (&call["invocation"], call["attempt"].as_i64())).collect();
    let first = made[0].0.as_str().expect("an id");
    let second = json!(format!("{first}-1"));
    assert_eq!(made, [(&json!(first), Some(1)), (&second, Some(1)), (&second, Some(2))], "what others know a try by");
    let left = fine(stage.admin.v2(Method::GET, &format!("/jobs?ticket_id={id}")).await);
    assert_eq!(left["items"], json!([]));
}

#[tokio::test]
async fn a_shipped_notice_plugin_reaches_the_server_that_its_setting_names_and_never_gavia_itself() {
    let stage = stage().await;
    let path = install(&stage.admin, "notice_webhook").await;
    let (notice, flow) = telling(&stage, "notice-webhook").await;
    let app = stage.app(&[&flow]).await;
    let receiver = Receiver::start().await.expect("a receiver");
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/secrets/WEBHOOK_SECRET"), json!({ "value": "s" })).await);
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/config"), json!({ "url": receiver.url })).await);
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });

    app.create("lilei", new.clone()).await;
    let first = delivered(&stage.admin, &notice, 1).await;
    assert_eq!(first["outcome"], "failed", "a private address is not opened by a setting: {first}");

    let mut grants = fine(stage.admin.v2(Method::GET, &path).await)["grants"].clone();
    grants["http"]["origins"][0]["private"] = true.into();
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/grants"), grants).await);
    app.create("lilei", new.clone()).await;
    let newest =
        until(PATIENCE, async || delivered(&stage.admin, &notice, 2).await, |newest| newest["outcome"] == "delivered");
    assert_eq!(newest.await["recipients"].as_array().map(Vec::len), Some(2));

    let itself = json!({ "url": format!("{}/api/v1.0/accounts/login", stage.node.base) });
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/config"), itself).await);
    app.create("lilei", new).await;
    let told = "is at an address that the grant http does not cover";
    let last = async || delivered(&stage.admin, &notice, 3).await;
    until(PATIENCE, last, |last| last.to_string().contains(told)).await;
}

/// As the conformance scenarios have it: uploaded as a custom notice of the old interface, its address set and granted afterwards.
#[tokio::test]
async fn the_conformance_notice_posts_exactly_what_the_scenarios_compare() {
    let stage = stage().await;
    let form = reqwest::multipart::Form::new()
        .part("file", reqwest::multipart::Part::bytes(guests::wasm("notice")).file_name("notice.wasm"))
        .text("notice_name", "n")
        .text("title_template", "new: {title}")
        .text("content_template", "by {creator}, {state_id}");
    let request = stage.admin.request(Method::POST, "/workflows/custom_notices").multipart(form);
    gavia_tests::client::answer(request).await.ok();
    let notice = stage.admin.get("/workflows/custom_notices").await.ok()["value"][0]["id"].clone();
    let plugins = fine(stage.admin.v2(Method::GET, "/plugins").await);
    let own = format!("custom-notice-{notice}");
    let plugin = plugins["items"].as_array().expect("plugins").iter().find(|plugin| plugin["name"] == own.as_str());
    let path = format!("/plugins/{}", plugin.expect("the file's own plugin")["id"]);

    let receiver = Receiver::start().await.expect("a receiver");
    let version = format!("{path}/versions/1");
    let asked = json!({ "grants": "requested" });
    fine(stage.admin.v2_with(Method::POST, &format!("{version}/approve"), asked).await);
    fine(stage.admin.v2_with(Method::POST, &format!("{version}/activate"), json!({})).await);
    let config = json!({ "arg": format!("{}/h/told", receiver.url) });
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/config"), config).await);
    let mut grants = fine(stage.admin.v2(Method::GET, &path).await)["grants"].clone();
    grants["http"]["origins"][0]["private"] = true.into();
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/grants"), grants).await);

    let mid = json!({ "participant_type_id": 2, "participant": "wangwu,guiji", "distribute_type_id": 2 });
    let flow = stage.simple("f", &[], mid, vec![]).await;
    let change = json!({ "notices": notice.to_string() });
    stage.admin.send(Method::PATCH, &format!("/workflows/{}", flow.id), change).await.ok();
    let app = stage.app(&[&flow]).await;
    let new = json!({
        "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "五天", "suggestion": "please",
    });
    app.create("lilei", new).await;

    let [told] = &receiver.expect(1).await[..] else { panic!("one request: {:?}", receiver.received()) };
    assert_eq!((told.path.as_str(), told.header("content-type")), ("/h/told", "application/json"));
    let wanted = json!({
        "title": "new: 五天",
        "content": format!("by lilei, {}", flow.state("mid")),
        "participant": "wangwu,guiji",
        "participant_type_id": 2,
        "to": ["guiji", "wangwu"],
        "last_suggestion": "please",
    });
    assert_eq!(told.body, wanted, "all of it and no more");
    let delivery =
        until(PATIENCE, async || delivered(&stage.admin, &notice, 1).await, |newest| newest["outcome"] == "delivered");
    assert_eq!(delivery.await["recipients"].as_array().map(Vec::len), Some(2));
}
