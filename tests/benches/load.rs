//! The HTTP side: keep-alive connections that send ready-made requests and read whole answers. Written by hand, since a full client
//! would cost as much as the server on a machine that both share.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use md5::{Digest as _, Md5};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    median,
    plan::{CONNECTIONS, Held, Operation, Plan},
};

pub(crate) struct Load {
    /// Answers a second over all connections.
    pub(crate) throughput: f64,
    /// What the median caller waited for an answer, in milliseconds.
    pub(crate) p50: f64,
}

pub(crate) async fn run(plan: &Plan, base: &str) -> anyhow::Result<Load> {
    let address = base.strip_prefix("http://").context("an address")?.to_owned();
    let round = Duration::from_secs_f64(plan.seconds);
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..CONNECTIONS {
        let (plan, address) = (plan.clone(), address.clone());
        callers.spawn(async move { Connection::open(&address).await?.work(&plan, caller, started + round).await });
    }
    let mut waits = Vec::new();
    while let Some(done) = callers.join_next().await {
        waits.extend(done??);
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of answers is far below 2^52")]
    let throughput = waits.len() as f64 / started.elapsed().as_secs_f64();
    Ok(Load { throughput, p50: median(&mut waits) })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 << 10) })
    }

    async fn work(mut self, plan: &Plan, caller: usize, until: Instant) -> anyhow::Result<Vec<f64>> {
        let mut tickets = plan.share(caller);
        let signed = signed(plan);
        let mut waits = Vec::new();
        for turn in 0.. {
            let sent = Instant::now();
            if sent >= until {
                break;
            }
            let count = tickets.len();
            let ticket = &mut tickets[turn % count];
            let request = request(plan.operation, ticket, &signed);
            self.call(request.as_bytes())
                .await
                .with_context(|| format!("{:?} of ticket {}", plan.operation, ticket.id))?;
            if plan.operation == Operation::Handle {
                plan.handled(ticket);
            }
            waits.push(sent.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(waits)
    }

    /// Sends and reads one whole answer, which must be a success.
    async fn call(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut body = None;
        loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the connection was closed");
            if body.is_none() {
                body = whole(&self.buffer)?;
            }
            if let Some((start, end)) = body
                && self.buffer.len() >= end
            {
                let text = String::from_utf8_lossy(&self.buffer[start..end]);
                ensure!(text.contains("\"code\":0"), "{text}");
                return Ok(());
            }
        }
    }
}

/// Where the body begins and ends, once the head is there.
fn whole(answer: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&answer[..head])?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.context("an answer with a length")?.trim().parse()?;
    Ok(Some((head + 4, head + 4 + length)))
}

/// Headers that are the same for a whole round; a signature is good for 120 s.
fn signed(plan: &Plan) -> String {
    let now = gavia::ambient::now().timestamp().to_string();
    let signature = hex::encode(Md5::new().chain_update(&now).chain_update(&plan.token).finalize());
    format!("host: bench\r\nappname: {}\r\ntimestamp: {now}\r\nsignature: {signature}\r\n", plan.app)
}

fn request(operation: Operation, ticket: &Held, signed: &str) -> String {
    let Held { id, holder, transition } = ticket;
    let get = |path: String| format!("GET /api/v1.0/tickets{path} HTTP/1.1\r\n{signed}username: {holder}\r\n\r\n");
    match operation {
        Operation::Handle => {
            let body = format!("{{\"transition_id\":{transition},\"suggestion\":\"fine\"}}");
            let length = body.len();
            format!(
                "PATCH /api/v1.0/tickets/{id} HTTP/1.1\r\n{signed}username: {holder}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        }
        Operation::Duty => get("?category=duty".into()),
        Operation::All => get("?category=all".into()),
        Operation::Detail => get(format!("/{id}")),
        Operation::Transitions => get(format!("/{id}/transitions")),
    }
}
