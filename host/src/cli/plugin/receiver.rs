//! The server of a case: answers what comes with what the case says, and keeps it to be judged.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::case::Exchange;
use crate::cli::stop::Stop;

const BODY_BYTES_MAX: usize = 2 << 20;
const REQUESTS_MAX: usize = 100;

/// What a request is answered that the case did not foresee.
pub(super) const UNFORESEEN: (StatusCode, &str) =
    (StatusCode::NOT_IMPLEMENTED, "the case has no reply for this request");

/// A request as it came.
pub(super) struct Received {
    pub(super) method: Method,
    /// With the query.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

#[derive(Default)]
struct Desk {
    replies: VecDeque<Response>,
    received: Vec<Received>,
}

/// Ends with the value.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start(exchanges: &[Exchange]) -> Result<Receiver, Stop> {
        let replies = exchanges.iter().map(reply).collect::<Result<_, _>>()?;
        let desk = Arc::new(Mutex::new(Desk { replies, received: Vec::new() }));
        let trouble = |error| Stop::Io("the case's own server does not start", error);
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(trouble)?;
        let address = listener.local_addr().map_err(trouble)?;
        let router = Router::new().fallback(answer).with_state(desk.clone());
        // It ends when the task is aborted; a server that fails is a request that fails, which the case tells.
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Receiver { address, desk, task })
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        std::mem::take(&mut self.desk.lock().unwrap_or_else(PoisonError::into_inner).received)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.map(Vec::from).unwrap_or_default();
    let path = head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    if desk.received.len() < REQUESTS_MAX {
        desk.received.push(Received { method: head.method, path, headers: head.headers, body });
    }
    desk.replies.pop_front().unwrap_or_else(|| {
        let (status, text) = UNFORESEEN;
        let mut unforeseen = Response::new(Body::from(text));
        *unforeseen.status_mut() = status;
        unforeseen
    })
}

fn reply(exchange: &Exchange) -> Result<Response, Stop> {
    let reply = &exchange.reply;
    let mut response = axum::http::Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let body = reply.json.as_ref().map_or_else(|| reply.body.clone(), ToString::to_string);
    response.body(Body::from(body)).map_err(|error| Stop::refused(format!("a reply of the case is none: {error}")))
}
