//! A server for one test: it listens on a port of its own, keeps what arrives and answers as told. And the sender that reaches it.
//!
//! HTTP/1.1 with bodies of a known length and one request a connection: what a plugin's requests need, and no more.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{Method, Response, http::RequestParts};

const TIMEOUT: Duration = Duration::from_secs(5);
const HEAD_BYTES_MAX: usize = 64 << 10;
const BODY_BYTES_MAX: usize = 8 << 20;
const HEADERS_MAX: usize = 64;

/// A real server on `127.0.0.1` that ends with the test.
pub struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<RequestParts>>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Answers every request with this status and body.
    ///
    /// # Panics
    /// If no port is free.
    pub fn answering(status: u16, body: impl Into<Vec<u8>>) -> Receiver {
        let body = body.into();
        Receiver::with(move |_| (status, body.clone()))
    }

    /// Answers each request as `answer` says.
    ///
    /// # Panics
    /// If no port is free.
    pub fn with(mut answer: impl FnMut(&RequestParts) -> (u16, Vec<u8>) + Send + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = received.clone();
        let thread = thread::spawn(move || {
            // An empty connection is the end, see Drop.
            while let Ok((mut stream, _)) = listener.accept() {
                let Ok(Some(request)) = receive(&mut stream) else { break };
                let (status, body) = answer(&request);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let head =
                    format!("HTTP/1.1 {status} Told\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                // A sender that went away is the test's to notice.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Receiver { address, received, thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What arrived so far, in order.
    pub fn requests(&self) -> Vec<RequestParts> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Wakes the thread with an empty connection. One that is gone already needs no waking.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            // A panic in it has failed the test already, where the answer was missing.
            let _ = thread.join();
        }
    }
}

/// Sends a request to this address, whatever host its URL names.
pub(super) fn send(address: SocketAddr, request: &RequestParts) -> io::Result<Response> {
    let origin = request.origin();
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", request.method, request.path());
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let (head, rest) = head_of(&mut stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Response::new(&mut headers);
    parsed.parse(&head).map_err(io::Error::other)?;
    let status = parsed.code.unwrap_or_default();
    let headers = owned(parsed.headers);
    let body = body_of(&mut stream, rest, &headers)?;
    Ok(Response { origin: origin.to_owned(), status, headers, body })
}

fn receive(stream: &mut TcpStream) -> io::Result<Option<RequestParts>> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    let Some((head, rest)) = head_of(stream)? else { return Ok(None) };
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    parsed.parse(&head).map_err(io::Error::other)?;
    let method = method(parsed.method.unwrap_or_default()).ok_or(io::ErrorKind::InvalidData)?;
    let path = parsed.path.unwrap_or_default().to_owned();
    let headers = owned(parsed.headers);
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map_or("", |(_, host)| host);
    let url = format!("http://{host}{path}");
    let body = body_of(stream, rest, &headers)?;
    Ok(Some(RequestParts { method, url, headers, body }))
}

/// All up to the empty line, and what was read past it. `None` for a connection on which nothing came.
fn head_of(stream: &mut TcpStream) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4 << 10];
    loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(at + 4);
            return Ok(Some((bytes, rest)));
        }
        if bytes.len() > HEAD_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        match stream.read(&mut piece)? {
            0 if bytes.is_empty() => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(&piece[..length]),
        }
    }
}

fn body_of(stream: &mut TcpStream, mut body: Vec<u8>, headers: &[(String, String)]) -> io::Result<Vec<u8>> {
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(Ok(0), |(_, text)| text.parse()).map_err(io::Error::other)?;
    if length > BODY_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let missing = length.saturating_sub(body.len()) as u64;
    stream.take(missing).read_to_end(&mut body)?;
    if body.len() == length { Ok(body) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn owned(headers: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    let owned =
        |header: &httparse::Header<'_>| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned());
    headers.iter().map(owned).collect()
}

fn method(name: &str) -> Option<Method> {
    let all = [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];
    all.into_iter().find(|method| method.to_string() == name)
}
