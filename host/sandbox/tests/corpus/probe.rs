//! What the tests with the guest `prober` share: its steps, a host with data, a local receiver, names that stand for it.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use gavia_sandbox::{
    ActionAnswer, BoxFuture, Gateway, Grants, HttpGrant, InMemory, Lookup, Outcome, Plugin, Reach, Sandbox, Secret,
    User,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::OnceCell,
    task::JoinHandle,
};

use crate::bench::{Ask, ask, built, sandbox_with};

static PROBER: OnceCell<(Sandbox, Plugin)> = OnceCell::const_new();

/// A sandbox whose names are those of [`names`], and the guest in it.
pub(crate) async fn prober() -> (&'static Sandbox, &'static Plugin) {
    let (sandbox, plugin) = PROBER
        .get_or_init(|| async {
            let roots = vec![include_bytes!("tls/authority.der").to_vec()];
            let sandbox = sandbox_with(16, Gateway::new(Arc::new(names()), roots));
            let plugin = sandbox.prepare(built("prober")).await.unwrap().plugin;
            (sandbox, plugin)
        })
        .await;
    (sandbox, plugin)
}

/// A call whose arguments are these steps.
pub(crate) fn steps(steps: &[&[&str]]) -> Ask {
    let mut ask = ask("");
    ask.context.args = serde_json::to_string(steps).unwrap();
    ask.host = Arc::new(host());
    ask
}

impl Ask {
    pub(crate) fn grants(mut self, grants: Grants) -> Ask {
        self.grants = grants;
        self
    }

    pub(crate) fn http(self, http: Vec<HttpGrant>) -> Ask {
        self.grants(Grants { http, ..Grants::default() })
    }

    pub(crate) async fn probe(&self) -> Outcome<ActionAnswer> {
        let (sandbox, plugin) = prober().await;
        self.run(sandbox, plugin).await
    }

    /// The steps' lines.
    pub(crate) async fn lines(&self) -> Vec<String> {
        self.probe().await.result.unwrap().message.lines().map(str::to_owned).collect()
    }
}

/// People, departments, settings and secrets.
pub(crate) fn host() -> InMemory {
    let user = |id, name: &str, dept, role| User {
        id,
        username: name.to_owned(),
        alias: name.to_uppercase(),
        email: format!("{name}@example.com"),
        phone: "555".to_owned(),
        is_active: name != "gone",
        dept_ids: vec![dept],
        role_ids: vec![role],
    };
    let department =
        |id, parent, leader: Option<&str>| gavia_sandbox::Department { id, parent, leader: leader.map(str::to_owned) };
    let mut host = InMemory::default();
    host.settings = vec![("url".to_owned(), "https://example.com".to_owned())];
    host.secrets = [("token", "tok-12345"), ("other", "tok-67890"), ("torn", "two\nlines")]
        .map(|(name, value)| (name.to_owned(), Secret::new(value)))
        .into();
    host.users = vec![user(1, "lisi", 1, 1), user(2, "wangwu", 2, 1), user(3, "gone", 2, 1)];
    host.departments = vec![department(1, None, Some("lisi")), department(2, Some(1), None)];
    host
}

/// An entry of the allow-list for a receiver on this machine.
pub(crate) fn private(origin: &str) -> HttpGrant {
    HttpGrant { reach: Reach::Private, ..public(origin) }
}

pub(crate) fn public(origin: &str) -> HttpGrant {
    HttpGrant::new(origin.parse().unwrap())
}

/// Names with their answers, one after the other; the last one stays.
pub(crate) struct Names(Mutex<HashMap<&'static str, Vec<Vec<&'static str>>>>);

fn names() -> Names {
    let names = [
        ("here.test", vec![vec!["127.0.0.1"]]),
        ("secure.test", vec![vec!["127.0.0.1"]]),
        ("wrong.test", vec![vec!["127.0.0.1"]]),
        ("mapped.test", vec![vec!["::ffff:127.0.0.1"]]),
        ("mixed.test", vec![vec!["93.184.216.34", "127.0.0.1"]]),
        ("metadata.test", vec![vec!["169.254.169.254"]]),
        ("rebinds.test", vec![vec!["127.0.0.1"], vec!["169.254.169.254"]]),
        ("empty.test", vec![vec![]]),
        ("a.below.test", vec![vec!["127.0.0.1"]]),
    ];
    Names(Mutex::new(HashMap::from(names)))
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut names = self.0.lock().unwrap();
        let answer = names
            .get_mut(host.as_str())
            .map(|answers| if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() });
        Box::pin(async move {
            let answer = answer.ok_or_else(|| io::Error::other("no such name"))?;
            Ok(answer.iter().map(|text| text.parse().unwrap()).collect())
        })
    }
}

/// A receiver that reads each request, answers, and keeps what it read.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What a receiver does after a request's head.
#[derive(Clone)]
pub(crate) enum Reply {
    Text(String),
    /// The head, then this piece again and again, with a pause, until the other side is gone.
    Endless {
        head: &'static str,
        piece: Vec<u8>,
        pause: Duration,
    },
    Silence,
}

pub(crate) fn ok(body: &str) -> Reply {
    Reply::Text(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

impl Receiver {
    pub(crate) async fn start(reply: Reply) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let kept = heads.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, reply.clone(), kept.clone()));
            }
        });
        Receiver { port, heads, task }
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    reply: Reply,
    heads: Arc<Mutex<Vec<String>>>,
) {
    let mut request = Vec::new();
    // A body in chunks is read to its end, lest the answer overtake it; tests of one that never ends use a silent receiver.
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
    heads.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    // The other side may be gone; that is what some tests are about.
    let _ = match reply {
        Reply::Text(text) => {
            let answered = stream.write_all(text.as_bytes()).await;
            let mut rest = [0; 4_096];
            while stream.read(&mut rest).await.unwrap_or(0) > 0 {}
            answered
        }
        Reply::Silence => {
            let mut rest = [0; 4_096];
            while stream.read(&mut rest).await.unwrap_or(0) > 0 {}
            Ok(())
        }
        Reply::Endless { head, piece, pause } => {
            async {
                stream.write_all(head.as_bytes()).await?;
                loop {
                    stream.write_all(&piece).await?;
                    stream.flush().await?;
                    tokio::time::sleep(pause).await;
                }
            }
            .await
        }
    };
}
