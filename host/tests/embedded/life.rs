//! A server's ordinary life: started, used, stopped, started again.

use std::fs;
use std::os::unix::fs::MetadataExt;

use gavia::embedded::{DATABASE, Server};
use sqlx::{Connection, PgConnection};

use crate::place::{Place, connect, is_alive, is_root, number, run};

#[tokio::test]
async fn a_restart_keeps_the_data() {
    let place = Place::new();
    let durable = place.durable();
    let server = Server::start(&durable).await.unwrap();
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept AS SELECT 7::bigint AS n").await;
    server.stop().await.unwrap();
    assert!(!place.is_noted(), "a clean stop leaves no postmaster.pid");

    let server = Server::start(&durable).await.unwrap();
    let mut connection = connect(&server).await;
    assert_eq!(number(&mut connection, "SELECT n FROM kept").await, 7);
    let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut connection).await.unwrap();
    assert_eq!(fsync, "on");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_outside_the_machine_or_the_account_can_connect() {
    let place = Place::new();
    let server = place.start().await;
    let mut connection = connect(&server).await;
    let tcp: String = sqlx::query_scalar("SHOW listen_addresses").fetch_one(&mut connection).await.unwrap();
    assert_eq!(tcp, "");
    let run_dir = fs::metadata(place.dir.join("run")).unwrap();
    assert_eq!(run_dir.mode() & 0o777, 0o700);
    let rules = "SELECT count(*) FROM pg_hba_file_rules WHERE NOT (type = 'local' AND auth_method = 'peer')";
    assert_eq!(number(&mut connection, rules).await, 0);
    if is_root() {
        assert_ne!(run_dir.uid(), 0, "PostgreSQL runs as another account than root");
        assert_eq!(fs::metadata(&place.dir).unwrap().mode() & 0o777, 0o711);
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_is_out_of_reach_of_a_ctrl_c_in_the_terminal() {
    let place = Place::new();
    let server = place.start().await;
    let pid = place.postgres();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let group = stat.rsplit_once(") ").unwrap().1.split(' ').nth(2).unwrap().to_owned();
    assert_eq!(group, pid.to_string());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_url_and_a_path_with_odd_characters_work() {
    let place = Place::named("a, \"b\" & ü=1 %20");
    let server = place.start().await;
    let mut connection = PgConnection::connect(&server.url(DATABASE)).await.unwrap();
    assert_eq!(number(&mut connection, "SELECT 1::bigint").await, 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket_that_goes_with_the_server() {
    let place = Place::named(&"long/".repeat(30));
    let server = place.start().await;
    let options = server.connect_options(DATABASE);
    let socket_dir = options.get_socket().unwrap();
    assert!(socket_dir.starts_with("/tmp") && !socket_dir.starts_with(place.parent()), "{}", socket_dir.display());
    assert_eq!(fs::metadata(socket_dir).unwrap().mode() & 0o777, 0o700);
    let mut connection = connect(&server).await;
    assert_eq!(number(&mut connection, "SELECT 1::bigint").await, 1);
    server.stop().await.unwrap();
    assert!(!socket_dir.exists());
}

#[tokio::test]
async fn a_dropped_server_ends_too() {
    let place = Place::new();
    let server = place.start().await;
    let pid = place.postgres();
    assert!(is_alive(pid));
    drop(server);
    place.until_free().await;
    assert!(!is_alive(pid) && !place.is_noted());
    place.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing_running() {
    let place = Place::new();
    let settings = place.settings();
    // In the middle of initdb, of the server's start, or just after it.
    for millis in [0, 150, 600, 1200] {
        let given_up = tokio::time::timeout(std::time::Duration::from_millis(millis), Server::start(&settings)).await;
        drop(given_up);
        place.until_free().await;
    }
    assert!(!place.is_noted());
    let server = place.start().await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_log_tells_of_refused_statements_without_their_values() {
    let place = Place::new();
    let server = place.start().await;
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE once (word text CONSTRAINT once_word UNIQUE)").await;
    run(&mut connection, "INSERT INTO once VALUES ('xylophone')").await;
    assert!(sqlx::query("INSERT INTO once VALUES ('xylophone')").execute(&mut connection).await.is_err());
    server.stop().await.unwrap();
    let log = fs::read_to_string(place.dir.join("postgres.log")).unwrap();
    assert!(log.contains("once_word") && !log.contains("xylophone"), "{log}");
}
