//! How often a request asks the database, whatever the page holds (design.md §4): counted from the node's own log of statements.

use gavia_tests::{client::AppClient, guests, server::Cluster, world};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Statements that the log tells of since it was asked last.
async fn counted(lines: &mut UnboundedReceiver<Value>) -> Vec<String> {
    // the log follows the answer by a moment
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let mut statements = Vec::new();
    while let Ok(line) = lines.try_recv() {
        if line["target"] == "sqlx::query" {
            statements.push(line["summary"].as_str().unwrap_or_default().to_owned());
        }
    }
    statements
}

#[tokio::test]
async fn f40_lists_details_and_moves_run_a_fixed_number_of_statements() {
    guests::built().await;
    let cluster = Cluster::new(env!("CARGO_BIN_EXE_gavia-node")).await.expect("a database");
    let (seen, mut lines) = unbounded_channel();
    let node = cluster.watched_node("info,sqlx::query=debug", seen).await.expect("a node");
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 5 });
    let mut tickets = Vec::new();
    for creator in ["lisi", "zhangsan", "wangwu", "jack", "ghost"].iter().cycle().take(30) {
        if let Some(id) = app.post(creator, "/tickets", body.clone()).await.data()["ticket_id"].as_i64() {
            tickets.push(id);
        }
    }
    assert!(tickets.len() > 20);
    let id = tickets[0];
    let holder = app.row(id).await["participant"].as_str().unwrap_or_default().to_owned();
    for (what, path, most) in [
        ("list", "/tickets?category=all&per_page=3".to_owned(), 4),
        ("a longer list", "/tickets?category=all&per_page=100".to_owned(), 4),
        ("duty list", "/tickets?category=duty&per_page=100".to_owned(), 4),
        ("relation list", "/tickets?category=relation&per_page=100".to_owned(), 4),
        ("detail", format!("/tickets/{id}"), 4),
        ("transitions", format!("/tickets/{id}/transitions"), 4),
        ("flow logs", format!("/tickets/{id}/flowlogs"), 5),
        ("flow steps", format!("/tickets/{id}/flowsteps"), 4),
    ] {
        asked(&app, &mut lines, (&holder, &path)).await;
        let statements = asked(&app, &mut lines, (&holder, &path)).await;
        assert!(statements.len() <= most && !statements.is_empty(), "{what}: {statements:#?}");
    }
    let body = json!({ "transition_id": leave.transition("agree") });
    counted(&mut lines).await;
    app.patch(&holder, &format!("/tickets/{id}"), body).await.ok();
    let statements = only_requests(counted(&mut lines).await);
    // the log tells of COMMIT, and not of the round trip that begins
    assert!(statements.iter().any(|text| text == "COMMIT") && statements.len() < 8, "{statements:#?}");
}

async fn asked(app: &AppClient, lines: &mut UnboundedReceiver<Value>, (user, path): (&str, &str)) -> Vec<String> {
    counted(lines).await;
    app.get(user, path).await.ok();
    only_requests(counted(lines).await)
}

/// Without what the background asks by itself every second.
fn only_requests(statements: Vec<String>) -> Vec<String> {
    const OF_WORKER: [&str; 4] =
        ["UPDATE jobs", "min(run_at)", "UPDATE plugin_versions", "SELECT v.id, v.component_digest"];
    let of_worker = |text: &String| OF_WORKER.iter().any(|part| text.contains(part));
    statements.into_iter().filter(|text| !of_worker(text)).collect()
}
