//! What happens when the server, its host, or both end without being asked.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use gavia::embedded::{Error, Server};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions, PgConnection};
use tokio::time::timeout;

use crate::place::{HOST_SECRET, Place, connect, is_root, number, run, until, until_gone};

#[tokio::test]
async fn the_servers_own_end_is_noticed_and_a_new_start_recovers() {
    let place = Place::new();
    let server = Server::start(&place.durable()).await.unwrap();
    let mut stopped = server.stopped();
    let mut connection = connect(&server).await;
    run(&mut connection, "CREATE TABLE kept AS SELECT 7::bigint AS n").await;
    assert!(stopped.borrow().is_none());
    kill(Pid::from_raw(place.postgres()), Signal::SIGKILL).unwrap();
    let noticed = timeout(Duration::from_secs(5), stopped.wait_for(Option::is_some)).await;
    let reason = noticed.expect("noticed within 5 s").unwrap().clone().unwrap();
    assert!(reason.contains("SIGKILL"), "{reason}");
    assert!(matches!(server.stop().await, Err(Error::EndedByItself(_))));

    let server = place.start().await;
    assert_eq!(number(&mut connect(&server).await, "SELECT n FROM kept").await, 7);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn our_own_stop_is_not_taken_for_the_servers_end() {
    let place = Place::new();
    let server = place.start().await;
    let stopped = server.stopped();
    server.stop().await.unwrap();
    assert!(stopped.borrow().is_none());
}

#[tokio::test]
async fn a_killed_host_takes_its_server_along_and_the_next_start_works() {
    let place = Place::new();
    let mut host = place.host(None);
    let mut connection = place.joined().await.connect().await.unwrap();
    run(&mut connection, "CREATE TABLE kept AS SELECT 7::bigint AS n").await;
    let postgres = place.postgres();
    host.kill();
    // At once: what still runs is ended by the new one.
    let server = place.start().await;
    assert_ne!(place.postgres(), postgres);
    assert_eq!(number(&mut connect(&server).await, "SELECT n FROM kept").await, 7);
    until_gone(postgres).await;
    server.stop().await.unwrap();

    let mut host = place.host(None);
    place.joined().await;
    let postgres = place.postgres();
    host.kill();
    // And without a next start it ends by itself.
    until_gone(postgres).await;
    assert!(!place.is_noted());
}

#[tokio::test]
async fn a_server_that_was_left_over_is_ended_by_the_next_start() {
    let place = Place::new();
    let server = place.start().await;
    let options = server.connect_options("postgres");
    server.stop().await.unwrap();
    let bin = fs::read_to_string(place.cluster().join("postmaster.opts")).unwrap();
    let owner = fs::metadata(place.cluster()).unwrap();
    let mut left = Command::new(bin.split(' ').next().unwrap());
    left.arg("-D").arg(place.cluster()).args(["-c", "listen_addresses=", "-k"]).arg(place.dir.join("run"));
    if is_root() {
        left.uid(owner.uid()).gid(owner.gid());
    }
    let mut left = left.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _connection: PgConnection = until("it answers", || async { options.connect().await.ok() }).await;
    // As its parent we must wait for it, or it stays as a process that has ended.
    let waiting = tokio::task::spawn_blocking(move || left.wait());
    let server = place.start().await;
    assert!(waiting.await.unwrap().unwrap().success(), "ended in order");
    assert_eq!(number(&mut connect(&server).await, "SELECT 1::bigint").await, 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_number_of_a_dead_server_that_another_program_got_does_not_block() {
    let place = Place::new();
    place.start().await.stop().await.unwrap();
    let owner = fs::metadata(place.cluster()).unwrap();
    let mut stranger = Command::new("sleep");
    stranger.arg("60").uid(owner.uid()).gid(owner.gid()); // of the same account: PostgreSQL alone would refuse
    let mut stranger = stranger.spawn().unwrap();
    let note = place.cluster().join("postmaster.pid");
    fs::write(&note, format!("{}\n{}\n", stranger.id(), place.cluster().display())).unwrap();
    let server = place.start().await;
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger runs on");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_short_socket_of_a_killed_host_goes_with_the_next_start() {
    let place = Place::named(&"long/".repeat(30));
    let mut host = place.host(None);
    let socket_dir = place.joined().await.get_socket().unwrap().clone();
    host.kill();
    assert!(socket_dir.exists());
    let server = place.start().await;
    assert!(!socket_dir.exists());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_hosts_secrets_are_not_in_the_servers_environment() {
    let place = Place::new();
    let host = place.host(None);
    place.joined().await;
    let read = |pid: u32| fs::read(format!("/proc/{pid}/environ")).unwrap();
    let has_secret = |environ: Vec<u8>| String::from_utf8_lossy(&environ).contains(HOST_SECRET);
    assert!(has_secret(read(host.0.id())));
    assert!(!has_secret(read(place.postgres().unsigned_abs())));
    host.finish().await;
}
