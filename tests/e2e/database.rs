//! A database that goes away and comes back, a wire that breaks around a COMMIT, a stop in the middle of a guest's run: what was
//! acknowledged is there, once, and what was not leaves no trace (threat-model §6).

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use gavia::embedded::{self, Durability, Server, Settings};
use gavia_tests::{
    client::AppClient,
    guests,
    proxy::{Cut, Proxy},
    server::Cluster,
    world,
};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::stage;

const BINARY: &str = env!("CARGO_BIN_EXE_gavia-node");

#[tokio::test]
async fn i05_a_commit_whose_answer_is_lost_is_still_told_right() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 1, "participant": "guiji" });
    let workflow = stage.simple("cut", &[], mid, vec![("again", "mid", "mid", json!({}))]).await;
    let app = stage.app(&[&workflow]).await;
    let url = &stage.cluster.test_database().url;
    let folder = url.split("host=").nth(1).and_then(|rest| rest.split('&').next()).expect("a socket in the URL");
    let decoded = folder.replace("%2F", "/").replace("%2f", "/");
    let proxy = Proxy::start(Path::new(&decoded)).expect("a proxy");
    let by_proxy = url.replace(folder, &proxy.folder().display().to_string());
    let node = stage.cluster.by_way_of(by_proxy).expect("a cluster").node().await.expect("a node behind the proxy");
    let app = AppClient::new(gavia_tests::http_client(), &node.base, &app.name, &app.token);
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    let id = app.create("lisi", body.clone()).await;
    let again = json!({ "transition_id": workflow.transition("again") });
    for round in 0..20 {
        let before = visit(&stage.cluster, id).await;
        proxy.cut(Cut::After);
        let answer = app.patch("guiji", &format!("/tickets/{id}"), again.clone()).await;
        assert_eq!((answer.code(), visit(&stage.cluster, id).await), (0, before + 1), "round {round}: {answer:?}");

        proxy.cut(Cut::Before);
        let answer = app.patch("guiji", &format!("/tickets/{id}"), again.clone()).await;
        assert_eq!((answer.code(), visit(&stage.cluster, id).await), (-1, before + 1), "round {round}: {answer:?}");
        assert_eq!(answer.status, 503, "{answer:?}");
    }
    proxy.cut(Cut::After);
    let made = app.create("lisi", body).await;
    assert_eq!(app.row(made).await["state_id"], workflow.state("mid"));
    assert_eq!(stage.broken().await, [""; 0]);
}

async fn visit(cluster: &Cluster, id: i64) -> i32 {
    sqlx::query_scalar("SELECT visit FROM tickets WHERE id = $1")
        .bind(id)
        .fetch_one(cluster.pool())
        .await
        .expect("a ticket")
}

#[tokio::test]
async fn i05_a_database_restarted_under_load_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).expect("its mode");
    let settings = Settings {
        data_dir: folder.path().join("data"),
        pg_bin: None,
        pg_user: None,
        durability: Durability::Durable,
        command: "a test",
    };
    let server = Server::start(&settings).await.expect("a database");
    let cluster = Cluster::on(BINARY, server.url(embedded::DATABASE)).expect("a cluster");
    let node = cluster.node().await.expect("a node");
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 });

    let stop = Arc::new(AtomicBool::new(false));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (app, body, stop) = (app.clone(), body.clone(), Arc::clone(&stop));
        callers.spawn(async move {
            let (mut acknowledged, mut refused) = (Vec::new(), 0);
            while !stop.load(Ordering::Relaxed) {
                let asked = Instant::now();
                let answer = app.post("lisi", "/tickets", body.clone()).await;
                assert!(asked.elapsed() < Duration::from_secs(5), "{answer:?} took {:?}", asked.elapsed());
                match answer.data()["ticket_id"].as_i64() {
                    Some(id) if answer.code() == 0 => acknowledged.push(id),
                    _ => {
                        assert_eq!((answer.status, answer.code()), (503, -1), "{answer:?}");
                        refused += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            }
            (acknowledged, refused)
        });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.stop().await.expect("the database stops");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let server = Server::start(&settings).await.expect("the database again");
    let back = Instant::now();
    while app.post("lisi", "/tickets", body.clone()).await.code() != 0 {
        assert!(back.elapsed() < Duration::from_secs(10), "no service after the database came back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    let (acknowledged, refused): (Vec<Vec<i64>>, Vec<i32>) = callers.join_all().await.into_iter().unzip();
    let acknowledged: Vec<i64> = acknowledged.into_iter().flatten().collect();
    assert!(refused.iter().sum::<i32>() > 0, "nobody noticed");
    let mut db = sqlx::PgConnection::connect_with(&server.connect_options(embedded::DATABASE)).await.expect("a look");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM tickets WHERE id = ANY($1)")
        .bind(&acknowledged)
        .fetch_one(&mut db)
        .await
        .expect("tickets");
    assert_eq!(usize::try_from(kept), Ok(acknowledged.len()));
    let half: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM tickets t WHERE NOT EXISTS (SELECT FROM flow_logs l WHERE l.ticket_id = t.id)",
    )
    .fetch_one(&mut db)
    .await
    .expect("tickets");
    assert_eq!(half, 0, "half-written tickets");
    db.close().await.expect("the look ends");
    drop(node);
    server.stop().await.expect("the database stops");
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_guest_gives_its_job_back_and_another_node_takes_it() {
    let stage = stage().await;
    let script = stage.admin.upload_script("sleeper", guests::wasm("hostile")).await;
    let asleep =
        json!({ "participant_type_id": 6, "participant": script.to_string(), "plugin_args": "\"sleep an hour\"" });
    let workflow = stage.simple("sleep", &[], asleep, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    let id = app.create("lisi", body).await;
    let leased = || async {
        let query = "SELECT count(*) FROM jobs WHERE ticket_id = $1 AND leased_by IS NOT NULL";
        let count: i64 = sqlx::query_scalar(query).bind(id).fetch_one(stage.cluster.pool()).await.expect("jobs");
        count
    };
    for _ in 0..100 {
        if leased().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await; // it sleeps by now
    let mut node = stage.node;
    let asked = Instant::now();
    assert!(node.stop().expect("the node stops").success());
    assert!(asked.elapsed() < Duration::from_secs(12), "{:?}", asked.elapsed());
    assert_eq!(leased().await, 0, "the job was given back");

    let awake = "WITH woken AS (UPDATE states SET plugin_args = '\"none\"' WHERE id = $1 RETURNING workflow_id)
                 UPDATE workflows w SET revision = revision + 1 FROM woken WHERE w.id = woken.workflow_id";
    sqlx::query(awake).bind(workflow.state("mid")).execute(stage.cluster.pool()).await.expect("the state");
    let second = stage.cluster.node().await.expect("another node");
    let app = AppClient::new(gavia_tests::http_client(), &second.base, &app.name, &app.token);
    for _ in 0..400 {
        if app.row(id).await["is_end"] == Value::Bool(true) {
            assert_eq!(gavia_tests::invariants::broken(stage.cluster.pool()).await.expect("the tables"), [""; 0]);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the ticket stays: {}", app.row(id).await);
}
