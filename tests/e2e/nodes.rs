//! Several nodes on one database: one changes a workflow and all know it, one dies and the others go on (issue: several nodes).

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use gavia_tests::{
    client::AppClient,
    guests,
    server::{Cluster, Node},
};
use reqwest::Method;
use serde_json::json;

use crate::stage;

fn on(node: &Node, app: &AppClient) -> AppClient {
    AppClient::new(gavia_tests::http_client(), &node.base, &app.name, &app.token)
}

async fn more(cluster: &Cluster) -> Node {
    cluster.node().await.expect("another node")
}

#[tokio::test]
async fn a_changed_definition_is_seen_on_every_node_within_a_second() {
    let stage = stage().await;
    let workflow =
        stage.simple("shared", &[], json!({ "participant_type_id": 1, "participant": "guiji" }), vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let (second, third) = (more(&stage.cluster).await, more(&stage.cluster).await);
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    for (round, name) in ["wangwu", "jack", "lisi", "zhangsan"].into_iter().enumerate() {
        for node in [&stage.node, &second, &third] {
            on(node, &app).post("lisi", "/tickets", body.clone()).await.ok(); // every node has it in its cache
        }
        let path = format!("/workflows/{}/states/{}", workflow.id, workflow.state("mid"));
        stage.admin.send(Method::PATCH, &path, json!({ "participant": name })).await.ok();
        let changed = Instant::now();
        // asked at once: what counts is when a node knows, not how long a busy machine takes to ask one after the other
        let seen = [&third, &second, &stage.node].map(async |node| {
            let app = on(node, &app);
            app.create("lisi", body.clone()).await
        });
        let created = join_all(seen).await;
        assert!(changed.elapsed() < Duration::from_secs(1));
        for id in created {
            assert_eq!(app.row(id).await["participant"], name, "round {round}");
        }
    }
}

/// Callers on three nodes create and handle; one node dies in the middle. What was acknowledged is there, once.
#[tokio::test]
async fn i05_i16_a_node_killed_under_load_loses_nothing_and_its_jobs_run_elsewhere() {
    let mut stage = stage().await;
    let script = stage.admin.upload_script("quiet", guests::wasm("quiet")).await;
    let mid = json!({ "participant_type_id": 6, "participant": script.to_string() });
    let workflow = stage.simple("load", &[], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let (second, third) = (more(&stage.cluster).await, more(&stage.cluster).await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..9 {
        let node = [&stage.node, &second, &third][caller % 3];
        let (app, stop) = (on(node, &app), Arc::clone(&stop));
        let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
        callers.spawn(async move {
            let mut acknowledged = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                // a killed node breaks its connections; what it did not acknowledge may or may not exist
                let Ok(response) = app.request(Method::POST, "/tickets", "lisi").body(body.to_string()).send().await
                else {
                    break;
                };
                let Ok(answer) = response.json::<serde_json::Value>().await else { break };
                if answer["code"] == 0 {
                    acknowledged.push(answer["data"]["ticket_id"].as_i64().expect("an id"));
                }
            }
            acknowledged
        });
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let killed = Instant::now();
    stage.node.crash();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    stop.store(true, Ordering::Relaxed);
    let acknowledged: Vec<i64> = callers.join_all().await.into_iter().flatten().collect();
    let distinct: HashSet<&i64> = acknowledged.iter().collect();
    assert_eq!(distinct.len(), acknowledged.len(), "an id was given twice");
    assert!(acknowledged.len() > 50, "no load: {}", acknowledged.len());

    let left = || async {
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(stage.cluster.pool()).await.expect("jobs");
        left
    };
    while left().await > 0 {
        assert!(killed.elapsed() < Duration::from_secs(25), "{} jobs are left", left().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let query = "SELECT count(*) FROM tickets t WHERE t.id = ANY($1) AND t.status = 'ended'
                  AND (SELECT count(*) FROM flow_logs l WHERE l.ticket_id = t.id AND l.actor_kind = 'script') = 1";
    let whole: i64 =
        sqlx::query_scalar(query).bind(&acknowledged).fetch_one(stage.cluster.pool()).await.expect("tickets");
    assert_eq!(usize::try_from(whole), Ok(acknowledged.len()), "0 lost, 0 doubled");
    assert_eq!(stage.broken().await, [""; 0]);
}
