//! The address rule against every spelling, against names, and against a real receiver.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use gavia_sandbox::Lookup;

use super::*;
use crate::ambient;

fn rule(networks: &[&str], hosts: &[&str]) -> AddressRule {
    let networks: Vec<_> = networks.iter().map(|text| text.parse().unwrap()).collect();
    AddressRule::new(&networks, &hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())
}

fn literal(rule: &AddressRule, url: &str) -> bool {
    rule.check_literal(&url.parse().unwrap()).is_ok()
}

/// A name whose answers are given one after the other; the last stays.
struct Answers(Mutex<Vec<Vec<&'static str>>>);

impl Lookup for Answers {
    fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer.iter().map(|text| text.parse().unwrap()).collect()) })
    }
}

/// A receiver that answers `answers` one after the other and tells what it got.
async fn receiver(answers: Vec<String>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !String::from_utf8_lossy(&request).contains('}') {
                assert!(stream.read_buf(&mut request).await.unwrap() > 0);
            }
            requests.push(String::from_utf8(request).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        requests
    });
    (port, task)
}

async fn post(outbound: &Outbound, url: &str) -> Result<Reply, SendError> {
    outbound.post(Post { url, token: "tok-1", key: ambient::uuid(), body: &json!({ "id": 3 }) }).await
}

#[test]
fn no_spelling_of_a_private_address_passes() {
    let rule = AddressRule::default();
    for url in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://10.1.2.3/",
        "http://172.31.0.1/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://198.18.0.1/",
        "http://192.0.2.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
    ] {
        assert!(!literal(&rule, url), "{url}");
    }
    for url in ["http://93.184.216.34/", "https://[2606:2800:220:1::1]/", "http://172.32.0.1/"] {
        assert!(literal(&rule, url), "{url}");
    }
}

#[test]
fn an_allowed_network_opens_itself_and_nothing_beside_it() {
    let rule = rule(&["10.0.0.0/8", "fd00::/8"], &[]);
    for url in ["http://10.9.9.9/", "http://[fd12::1]/", "http://[::ffff:10.0.0.1]/"] {
        assert!(literal(&rule, url), "{url}");
    }
    for url in ["http://192.168.1.1/", "http://127.0.0.1/", "http://[fe80::1]/"] {
        assert!(!literal(&rule, url), "{url}");
    }
}

#[tokio::test]
async fn a_name_with_one_private_address_among_public_ones_is_refused() {
    let lookup: Arc<dyn Lookup> = Arc::new(Answers(Mutex::new(vec![vec!["93.184.216.34", "10.0.0.1"]])));
    let outbound = Outbound::with(AddressRule::default(), &lookup);
    let refused = post(&outbound, "http://receiver.example/").await.unwrap_err();
    assert!(
        matches!(&refused, SendError::Forbidden(text) if text.contains("receiver.example") && text.contains("10.0.0.1")),
        "{refused}"
    );
    assert!(!refused.is_transient());
}

#[tokio::test]
async fn a_name_that_changes_between_two_look_ups_is_judged_each_time() {
    let (port, requests) =
        receiver(vec!["HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".into()]).await;
    let lookup: Arc<dyn Lookup> = Arc::new(Answers(Mutex::new(vec![vec!["127.0.0.1"], vec!["127.0.0.2"]])));
    let outbound = Outbound::with(rule(&["127.0.0.1"], &[]), &lookup);
    let url = format!("http://receiver.example:{port}/");
    assert_eq!(post(&outbound, &url).await.unwrap().status, 200);
    assert!(matches!(post(&outbound, &url).await, Err(SendError::Forbidden(_))));
    assert_eq!(requests.await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_allowed_host_may_have_any_address() {
    let (port, _) = receiver(vec!["HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".into()]).await;
    let lookup: Arc<dyn Lookup> = Arc::new(Answers(Mutex::new(vec![vec!["127.0.0.1"]])));
    let outbound = Outbound::with(rule(&[], &["Receiver.Example"]), &lookup);
    assert_eq!(post(&outbound, &format!("http://receiver.example:{port}/")).await.unwrap().status, 204);
}

#[tokio::test]
async fn a_request_is_signed_and_a_redirect_is_not_followed() {
    let moved =
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (port, requests) = receiver(vec![moved.into()]).await;
    let outbound = Outbound::new(rule(&["127.0.0.0/8"], &[]));
    let reply = post(&outbound, &format!("http://127.0.0.1:{port}/hook?from=gavia")).await.unwrap();
    assert_eq!(reply.status, 302);
    let request = requests.await.unwrap().remove(0);
    let header = |name: &str| {
        let line = request
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix(&format!("{name}: ")).map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {name} in {request}"))
    };
    let timestamp = header("timestamp");
    assert_eq!(header("signature"), signature::v1(&timestamp, b"tok-1"));
    let call = signature::Signed {
        method: "POST",
        target: "/hook?from=gavia",
        timestamp: &timestamp,
        nonce: &header("nonce"),
        app: "",
        username: "",
        body: br#"{"id":3}"#,
    };
    assert!(signature::V2Key::derive(b"tok-1").verifies(&call, &header("signature-v2")));
    assert_eq!(header("idempotency-key").len(), 36);
    assert!(request.ends_with("{\"id\":3}"), "{request}");
}

#[tokio::test]
async fn an_answer_past_the_limit_is_not_read_on() {
    let body = "x".repeat(ANSWER_BYTES + 1);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let (port, _) = receiver(vec![answer]).await;
    let outbound = Outbound::new(rule(&["127.0.0.0/8"], &[]));
    assert_eq!(post(&outbound, &format!("http://127.0.0.1:{port}/")).await.unwrap_err(), SendError::TooLarge);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_may_come_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let outbound = Outbound::new(rule(&["127.0.0.0/8"], &[]));
    let refused = post(&outbound, &format!("http://127.0.0.1:{port}/?secret=1")).await.unwrap_err();
    assert!(refused.is_transient());
    assert!(!refused.to_string().contains("secret"), "{refused}");
}
