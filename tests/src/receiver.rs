//! A receiver of hooks and notices on loopback: it keeps what it got and answers what it was told to. No assertions.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// One request, headers in lower case.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|header| header.0 == name).map_or("", |header| header.1.as_str())
    }
}

#[derive(Clone, Debug, Default)]
struct Desk {
    received: Vec<Received>,
    /// Answers to come, status and body; then yes for ever.
    answers: VecDeque<(u16, Value)>,
}

/// Ends with the test's runtime.
#[derive(Clone, Debug)]
pub struct Receiver {
    pub url: String,
    desk: Arc<Mutex<Desk>>,
}

impl Receiver {
    pub async fn start() -> std::io::Result<Self> {
        Self::on("127.0.0.1:0").await
    }

    /// On an address that was known before.
    pub async fn on(address: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let receiver = Self { url, desk: Arc::default() };
        let desk = Arc::clone(&receiver.desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&desk)));
            }
        });
        Ok(receiver)
    }

    /// What the next request is answered; the one after it gets what was said next.
    pub fn answer(&self, status: u16, body: Value) {
        lock(&self.desk).answers.push_back((status, body));
    }

    pub fn received(&self) -> Vec<Received> {
        lock(&self.desk).received.clone()
    }

    /// Waits until that many requests came, at most 20 s.
    pub async fn expect(&self, count: usize) -> Vec<Received> {
        for _ in 0..400 {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} requests expected: {:?}", self.received());
    }
}

fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request a connection.
async fn serve(mut stream: TcpStream, desk: Arc<Mutex<Desk>>) -> Option<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(header).collect();
    let length = headers.iter().find(|header| header.0 == "content-length");
    let length: usize = length.and_then(|header| header.1.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[head + 4..]).unwrap_or(Value::Null);
    let (status, answer) = {
        let mut desk = lock(&desk);
        desk.received.push(Received { path, headers, body });
        desk.answers.pop_front().unwrap_or((200, json!({ "code": 0, "msg": "ok", "data": "" })))
    };
    let answer = answer.to_string();
    let length = answer.len();
    let whole = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
    stream.write_all(whole.as_bytes()).await.ok()
}
