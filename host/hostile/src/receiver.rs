//! Servers on this machine that answer well or badly, and names that stand for them: the world that a guest's requests meet.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, TcpListener as Bound},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use gavia_sandbox::{BoxFuture, Lookup};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

/// Requests one receiver keeps; more than any attack sends.
const KEPT_MAX: usize = 100;

/// Reads each request, answers, and keeps what it read.
pub struct Receiver {
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What a receiver does after a request's head.
#[derive(Clone)]
pub enum Reply {
    Text(String),
    /// The head, then this piece again and again, with a pause, until the other side is gone.
    Endless {
        head: &'static str,
        piece: Vec<u8>,
        pause: Duration,
    },
    Silence,
}

pub fn ok(body: &str) -> Reply {
    Reply::Text(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

impl Receiver {
    /// Must be called within a runtime.
    pub fn start(reply: Reply) -> Receiver {
        let bound = Bound::bind("127.0.0.1:0").expect("this machine has a free port");
        bound.set_nonblocking(true).expect("a listener can be told not to block");
        let listener = TcpListener::from_std(bound).expect("the runtime takes a listener");
        let port = listener.local_addr().expect("a listener has an address").port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let kept = heads.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reply.clone(), kept.clone()));
            }
        });
        Receiver { port, heads, task }
    }

    /// Whole requests, bodies in chunks included, in the order in which they came.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The URL of one of [`names`] at this receiver.
    pub fn at(&self, name: &str) -> String {
        format!("http://{name}:{}", self.port)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads one request and answers it.
pub async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, reply: Reply, heads: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    // A body in chunks is read to its end, lest the answer overtake it; one that never ends meets a silent receiver.
    let whole = |request: &[u8]| {
        let chunked = String::from_utf8_lossy(&request[..request.len().min(1_000)]).contains("chunked");
        let end: &[u8] = if chunked { b"\r\n0\r\n\r\n" } else { b"\r\n\r\n" };
        if chunked { request.ends_with(end) } else { request.windows(4).any(|found| found == end) }
    };
    while !whole(&request) {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    keep(&heads, &request);
    // The other side may be gone; that is what some attacks are about.
    let _ = answer(&mut stream, reply).await;
}

fn keep(heads: &Mutex<Vec<String>>, request: &[u8]) {
    let mut heads = heads.lock().unwrap_or_else(PoisonError::into_inner);
    if heads.len() < KEPT_MAX {
        heads.push(String::from_utf8_lossy(request).into_owned());
    }
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), reply: Reply) -> io::Result<()> {
    match reply {
        Reply::Text(text) => stream.write_all(text.as_bytes()).await?,
        Reply::Silence => {}
        Reply::Endless { head, piece, pause } => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&piece).await?;
                stream.flush().await?;
                tokio::time::sleep(pause).await;
            }
        }
    }
    let mut rest = [0; 4_096];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Names with their answers, one after the other; the last one stays.
pub struct Names(Mutex<HashMap<&'static str, Vec<Vec<&'static str>>>>);

/// A name for each trick with names.
pub fn names() -> Names {
    let names = [
        ("here.test", vec![vec!["127.0.0.1"]]),
        ("secure.test", vec![vec!["127.0.0.1"]]),
        ("wrong.test", vec![vec!["127.0.0.1"]]),
        ("mapped.test", vec![vec!["::ffff:127.0.0.1"]]),
        ("mixed.test", vec![vec!["93.184.216.34", "127.0.0.1"]]),
        ("metadata.test", vec![vec!["169.254.169.254"]]),
        ("nowhere.test", vec![vec!["0.0.0.0"]]),
        ("nowhere6.test", vec![vec!["::"]]),
        ("rebinds.test", vec![vec!["127.0.0.1"], vec!["169.254.169.254"]]),
        ("empty.test", vec![vec![]]),
        ("a.below.test", vec![vec!["127.0.0.1"]]),
    ];
    Names(Mutex::new(HashMap::from(names)))
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = names
            .get_mut(host.as_str())
            .map(|answers| if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() });
        Box::pin(async move {
            let answer = answer.ok_or_else(|| io::Error::other("no such name"))?;
            answer.iter().map(|text| text.parse().map_err(io::Error::other)).collect()
        })
    }
}
