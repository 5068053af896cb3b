//! Watches the heads of requests as they come in, for what the HTTP library mends silently: two lengths, or a length beside a
//! transfer encoding. A proxy in front may have mended it the other way, and then one request's body is another's head
//! (threat-model §5, framing). It reads along and changes nothing; the connection asks it before it answers.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As many headers as the HTTP library is told to take.
pub(super) const HEADERS_MAX: usize = 400;
/// As many bytes of one head as it is told to take.
pub(super) const HEAD_BYTES_MAX: usize = 128 << 10;

/// Whether a head was seen whose length two readers could understand differently.
#[derive(Clone, Debug, Default)]
pub(super) struct Ambiguous(Arc<AtomicBool>);

impl Ambiguous {
    pub(super) fn was_seen(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream whose incoming bytes are watched.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    heads: Heads,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S) -> (Self, Ambiguous) {
        let heads = Heads::default();
        let ambiguous = heads.ambiguous.clone();
        (Self { stream, heads }, ambiguous)
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

#[derive(Debug, Default)]
struct Heads {
    /// The head so far.
    head: Vec<u8>,
    /// Bytes of a body before the next head.
    body: u64,
    /// Nothing more is to be learned: the library will end the connection, or must (see `chunked`).
    done: bool,
    ambiguous: Ambiguous,
}

impl Heads {
    fn see(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.done {
            let skipped = usize::try_from(self.body).unwrap_or(usize::MAX).min(bytes.len());
            self.body -= skipped as u64;
            bytes = &bytes[skipped..];
            if self.body == 0 {
                bytes = self.collect(bytes);
            }
        }
    }

    /// Adds to the head; what follows its end is the answer.
    fn collect<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let known = self.head.len();
        self.head.extend_from_slice(bytes);
        // a head is parsed only when an empty line came, so that single bytes are not paid for with whole parses
        let tail = &self.head[known.saturating_sub(3)..];
        let may_end = tail.windows(2).any(|w| w == b"\n\n") || tail.windows(3).any(|w| w == b"\n\r\n");
        if !may_end {
            self.done = self.head.len() > HEAD_BYTES_MAX;
            return &[];
        }
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&self.head) {
            Ok(httparse::Status::Complete(end)) => {
                let framing = Framing::of(request.headers);
                self.head.clear();
                self.settle(&framing);
                &bytes[end - known..]
            }
            Ok(httparse::Status::Partial) => {
                self.done = self.head.len() > HEAD_BYTES_MAX;
                &[]
            }
            Err(_) => {
                self.done = true;
                &[]
            }
        }
    }

    fn settle(&mut self, framing: &Framing) {
        self.body = framing.length.unwrap_or(0);
        if framing.lengths > 1 || (framing.lengths > 0 && framing.encoded) {
            self.ambiguous.0.store(true, Ordering::Relaxed);
        }
        // where an encoded body ends is not followed; the connection ends after it
        self.done = framing.encoded;
    }
}

struct Framing {
    lengths: usize,
    length: Option<u64>,
    encoded: bool,
}

impl Framing {
    fn of(headers: &[httparse::Header<'_>]) -> Self {
        let named = |name: &'static str| headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        let length =
            named("content-length").next().and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok());
        Self { lengths: named("content-length").count(), length, encoded: named("transfer-encoding").next().is_some() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.heads.see(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambiguous(stream: &str, piece: usize) -> bool {
        let mut heads = Heads::default();
        stream.as_bytes().chunks(piece).for_each(|bytes| heads.see(bytes));
        heads.ambiguous.was_seen()
    }

    #[test]
    fn a_length_that_can_be_read_two_ways_is_seen_however_it_arrives() {
        let fine = "\r\nPOST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab\n\ncGET /?a HTTP/1.1\r\nHost: g\r\n\r\n";
        let heads = [
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\nx: y\r\ncontent-length: 5\r\n\r\n",
            "POST / HTTP/1.1\nContent-Length: 5\nContent-Length: 5\n\n",
        ];
        for piece in [1, 2, 7, 1000] {
            assert!(!ambiguous(fine, piece));
            for head in heads {
                assert!(ambiguous(head, piece), "{head}");
                assert!(ambiguous(&format!("{fine}{head}"), piece), "{head}");
            }
        }
    }

    #[test]
    fn what_stands_in_a_body_is_no_head() {
        let body = "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n";
        let stream = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        assert!(!ambiguous(&stream, 3));
        assert!(ambiguous(&format!("{stream}{body}"), 3));
    }

    #[test]
    fn a_head_without_end_is_not_kept_for_ever() {
        let mut heads = Heads::default();
        (0..1000).for_each(|_| heads.see(&[b'a'; 1024]));
        assert!(heads.head.len() <= HEAD_BYTES_MAX + 1024);
    }
}
