//! Two processes and one data directory: the second server is refused, a command joins the first.

use std::time::{Duration, Instant};

use gavia::embedded::{Server, Settings, attach};
use sqlx::ConnectOptions;

use crate::place::{Place, is_root, number, until};

const NOBODY: u32 = 65534;

#[tokio::test]
async fn a_second_server_is_refused_by_name() {
    let place = Place::new();
    let host = place.host(None);
    place.joined().await;
    let refused = place.refusal(&place.settings()).await;
    let named = format!("another gavia (`gavia serve`, process {}) is using {}", host.0.id(), place.dir.display());
    assert!(refused.starts_with(&named) && refused.contains("--data-dir"), "{refused}");
    // The refused one has touched nothing: the first serves on.
    let mut connection = attach(&place.dir).await.unwrap().unwrap().connect().await.unwrap();
    assert_eq!(number(&mut connection, "SELECT 1::bigint").await, 1);
    host.finish().await;
}

#[tokio::test]
async fn without_a_server_there_is_nothing_to_join() {
    let place = Place::new();
    assert!(attach(&place.dir).await.unwrap().is_none());
    assert!(!place.dir.exists(), "looking makes nothing");
    place.start().await.stop().await.unwrap();
    assert!(attach(&place.dir).await.unwrap().is_none());
}

#[tokio::test]
async fn a_command_joins_a_server_that_is_just_starting() {
    let place = Place::new();
    let settings = place.settings();
    let starting = tokio::spawn(async move { Server::start(&settings).await });
    until("it has taken the lock", || async { place.dir.join("gavia.lock").exists().then_some(()) }).await;
    let mut joined = attach(&place.dir).await.unwrap();
    if joined.is_none() {
        // Seen between the file's making and the taking of its lock.
        joined = attach(&place.dir).await.unwrap();
    }
    let mut connection = joined.expect("joined").connect().await.unwrap();
    assert_eq!(number(&mut connection, "SELECT 1::bigint").await, 1);
    starting.await.unwrap().unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn another_command_is_waited_for_and_then_named() {
    let place = Place::new();
    let server = Server::start(&Settings { command: "migrate", ..place.settings() }).await.unwrap();
    let begun = Instant::now();
    let refused = attach(&place.dir).await.unwrap_err().to_string();
    assert!(begun.elapsed() >= Duration::from_secs(10));
    let named = format!("another gavia (`gavia migrate`, process {})", std::process::id());
    assert!(refused.starts_with(&named), "{refused}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_ordinary_account_hosts_its_own_server_and_root_may_join_it() {
    if !is_root() {
        return; // then every test of this binary is one of an ordinary account
    }
    let place = Place::new();
    std::fs::create_dir(&place.dir).unwrap();
    std::os::unix::fs::chown(&place.dir, Some(NOBODY), Some(NOBODY)).unwrap();
    let host = place.host(Some(NOBODY));
    let mut connection = place.joined().await.connect().await.unwrap();
    assert_eq!(number(&mut connection, "SELECT 1::bigint").await, 1);
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(place.cluster()).unwrap());
    assert_eq!(owner, NOBODY);
    host.finish().await;
    // Root goes on with the same data, as its owner.
    place.start().await.stop().await.unwrap();
}
