//! The accept loop: HTTP/1 connections, bounded in number, each with a deadline for its headers. It ends in two steps: told to
//! stop, it lets requests end, and after a grace period it cuts what is left.

use std::{convert::Infallible, future::poll_fn, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use hyper::{
    Request,
    body::Incoming,
    header::{CONNECTION, HeaderValue, TRANSFER_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::heads::{HEAD_BYTES_MAX, HEADERS_MAX, Watched};
use crate::http::Framing;

const HEADERS_DEADLINE: Duration = Duration::from_secs(10);
/// How long requests may go on once the stop has begun.
const GRACE: Duration = Duration::from_secs(5);
/// How long and how much is read from a client that goes on sending after its answer; closing at once would make the system
/// reset the connection and the client lose the answer.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: u64 = 64 << 20;

/// Serves until `stopping`, then until the last request has ended or the grace period is over.
pub(super) async fn serve(listener: TcpListener, routes: Router, connections: usize, stopping: CancellationToken) {
    let slots = Arc::new(Semaphore::new(connections));
    let open = TaskTracker::new();
    let cut = CancellationToken::new();
    let mut over = pin!(async {
        stopping.cancelled().await;
        open.close();
        // new connections are still served meanwhile: a load balancer needs a moment to see that this node is not ready
        if timeout(GRACE, open.wait()).await.is_err() {
            tracing::warn!(connections = open.len(), "requests did not end in {} s and are cut", GRACE.as_secs());
        }
    });
    loop {
        let accepted = tokio::select! {
            () = &mut over => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, peer, slot)) = accepted else { continue };
        let connection = Connection { routes: routes.clone(), peer, stopping: stopping.clone(), cut: cut.clone() };
        open.spawn(async move {
            connection.run(stream).await;
            drop(slot);
        });
    }
    cut.cancel();
    open.wait().await;
}

/// The next connection, once there is room for one. None when the system has none to give, after a pause.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        // the client was gone before we looked
        Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => None,
        Err(error) => {
            tracing::error!(%error, "no connection can be accepted");
            sleep(Duration::from_millis(200)).await;
            None
        }
    }
}

struct Connection {
    routes: Router,
    peer: SocketAddr,
    stopping: CancellationToken,
    cut: CancellationToken,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            return;
        }
        let (stream, ambiguous) = Watched::new(stream);
        let (routes, peer) = (self.routes, self.peer);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            // what is refused here still passes the layers, for its id and its line in the log
            request.extensions_mut().insert(if ambiguous.was_seen() { Framing::Ambiguous } else { Framing::Clear });
            Box::pin(answer(routes.clone(), request))
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEADERS_DEADLINE)
            // wider than what `http::layers` allows, so that a refusal there has its envelope
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX);
        let mut connection = http.serve_connection(TokioIo::new(stream), service);
        let mut told = false;
        let ended = loop {
            tokio::select! {
                ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
                () = self.stopping.cancelled(), if !told => {
                    told = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                () = self.cut.cancelled() => return,
            }
        };
        match ended {
            Err(error) if error.is_timeout() => {}
            _ => tokio::select! {
                () = linger(connection.into_parts().io.into_inner().into_inner()) => {}
                () = self.cut.cancelled() => {}
            },
        }
    }
}

async fn answer(routes: Router, request: Request<Incoming>) -> Result<Response, Infallible> {
    let encoded = request.headers().contains_key(TRANSFER_ENCODING);
    let mut response = routes.oneshot(request.map(Body::new)).await?;
    if encoded {
        // `Watched` does not follow an encoded body, so the next head would go unseen
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Says that nothing more will come, and reads what the client still sends, within bounds. Whatever fails here, the client is gone.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_ok() {
        let rest = &mut stream.take(LINGER_BYTES);
        drop(timeout(LINGER, tokio::io::copy(rest, &mut tokio::io::sink())).await);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::routing::{get, post};
    use tokio::{sync::Notify, task::JoinHandle, time::Instant};

    use super::*;

    struct Server {
        addr: SocketAddr,
        stopping: CancellationToken,
        serving: JoinHandle<()>,
    }

    async fn server(routes: Router, connections: usize) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let stopping = CancellationToken::new();
        let serving = tokio::spawn(serve(listener, routes, connections, stopping.clone()));
        Server { addr, stopping, serving }
    }

    fn echo() -> Router {
        let routes = Router::new().route("/", post(|body: axum::body::Bytes| async move { body.len().to_string() }));
        crate::http::around(routes, 2 << 20)
    }

    /// Sends raw bytes and reads until the server closes.
    async fn exchange(addr: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_or_broken_is_refused_and_the_connection_closed() {
        let server = server(echo(), 10).await;
        let large = format!("GET / HTTP/1.1\r\nhost: g\r\nx: {}\r\n\r\n", "a".repeat(200 << 10));
        let many = format!("GET / HTTP/1.1\r\nhost: g\r\n{}\r\n", "x: 1\r\n".repeat(500));
        let cases: [(&str, &str); 7] = [
            (&large, "431"),
            (&many, "431"),
            ("GET / HTTP/1.1\r\nhost: g\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "400"),
            ("GET / HTTP/1.1\r\nhost: g\r\ntransfer-encoding: gzip\r\n\r\n", "400"),
            ("nonsense\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nhost: g\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nab", "400"),
            (
                "POST / HTTP/1.1\r\nhost: g\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                "400",
            ),
        ];
        for (request, status) in cases {
            let answer = exchange(server.addr, request.as_bytes()).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        }
    }

    #[tokio::test]
    async fn an_answer_arrives_although_the_body_was_not_read() {
        let refuse = post(|| async { axum::http::StatusCode::PAYLOAD_TOO_LARGE });
        let server = server(Router::new().route("/", refuse), 10).await;
        let mut request = b"POST / HTTP/1.1\r\nhost: g\r\ncontent-length: 8000000\r\n\r\n".to_vec();
        request.resize(request.len() + 8_000_000, b'a');
        let answer = exchange(server.addr, &request).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }

    #[tokio::test]
    async fn a_stop_lets_the_running_request_end_and_closes_idle_connections() {
        let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (begun, finish) = (Arc::clone(&begun), Arc::clone(&finish));
            get(|| async move {
                begun.notify_one();
                finish.notified().await;
                "done"
            })
        };
        let server = server(Router::new().route("/", slow), 10).await;
        let idle = tokio::spawn(async move { exchange(server.addr, b"").await });
        let request = tokio::spawn(async move { exchange(server.addr, b"GET / HTTP/1.1\r\nhost: g\r\n\r\n").await });
        begun.notified().await;
        server.stopping.cancel();
        assert_eq!(idle.await.unwrap(), "");
        assert!(!server.serving.is_finished());
        finish.notify_one();
        assert!(request.await.unwrap().ends_with("done"));
        server.serving.await.unwrap();
    }

    #[tokio::test]
    async fn a_stop_does_not_wait_for_a_request_that_never_ends() {
        let begun = Arc::new(Notify::new());
        let stuck = {
            let begun = Arc::clone(&begun);
            get(|| async move {
                begun.notify_one();
                std::future::pending::<()>().await;
            })
        };
        let server = server(Router::new().route("/", stuck), 10).await;
        let request = tokio::spawn(async move { exchange(server.addr, b"GET / HTTP/1.1\r\nhost: g\r\n\r\n").await });
        begun.notified().await;
        let stop = Instant::now();
        server.stopping.cancel();
        server.serving.await.unwrap();
        assert!(stop.elapsed() < GRACE + Duration::from_secs(1));
        assert_eq!(request.await.unwrap(), "");
    }

    #[tokio::test]
    async fn connections_beyond_the_bound_wait_for_a_place() {
        let server = server(echo(), 1).await;
        let first = TcpStream::connect(server.addr).await.unwrap();
        let second = tokio::spawn(async move {
            exchange(server.addr, b"POST / HTTP/1.1\r\nhost: g\r\nconnection: close\r\ncontent-length: 2\r\n\r\nab")
                .await
        });
        sleep(Duration::from_millis(50)).await;
        assert!(!second.is_finished());
        drop(first);
        assert!(second.await.unwrap().ends_with("\r\n\r\n2"));
    }
}
