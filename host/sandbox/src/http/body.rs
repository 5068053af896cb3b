//! Bodies with a cap, a meter and a deadline, in both directions.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_LENGTH};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use wasmtime_wasi_http::{Error, WasiBody};

use super::{exchange::failure, turn::Turn};

/// Bytes of bodies in one direction, over all requests of a call.
#[derive(Debug, Default)]
pub(super) struct Meter(pub(super) AtomicU64);

/// What is left of one body's cap.
struct Allowance {
    max: usize,
    left: usize,
    meter: Arc<Meter>,
}

impl Allowance {
    /// Takes a frame's bytes; false when they are too many.
    fn take(&mut self, frame: &Frame<Bytes>) -> bool {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        self.meter.0.fetch_add(bytes as u64, Ordering::Relaxed);
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

/// A request's body. Past its cap it fails, which ends the request.
pub(super) struct Outgoing {
    body: WasiBody,
    allowance: Allowance,
}

impl Outgoing {
    /// An error at once if the head says already that the body is too long.
    pub(super) fn new(body: WasiBody, head: &HeaderMap, max: usize, meter: Arc<Meter>) -> Result<Outgoing, Error> {
        let declared = head.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if declared.is_some_and(|length| length > max as u64) {
            return Err(Error::HttpRequestBodySize(Some(max as u64)));
        }
        Ok(Outgoing { body, allowance: Allowance { max, left: max, meter } })
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, waker: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(waker));
        Poll::Ready(match frame {
            Some(Ok(frame)) if !self.allowance.take(&frame) => {
                Some(Err(Error::HttpRequestBodySize(Some(self.allowance.max as u64))))
            }
            other => other,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body: it ends with an error at its deadline, after a pause, or past its cap, and gives its turn back when it ends.
pub(super) struct Received {
    body: Incoming,
    allowance: Allowance,
    deadline: Pin<Box<Sleep>>,
    pause: Duration,
    idle: Pin<Box<Sleep>>,
    turn: Option<Turn>,
}

pub(super) struct Terms {
    pub(super) max: usize,
    pub(super) meter: Arc<Meter>,
    pub(super) deadline: Instant,
    pub(super) pause: Duration,
    pub(super) turn: Turn,
}

impl Received {
    /// An error at once if the answer says itself that it is too long.
    pub(super) fn new(body: Incoming, terms: Terms) -> Result<Received, Error> {
        let Terms { max, meter, deadline, pause, turn } = terms;
        if body.size_hint().lower() > max as u64 {
            return Err(Error::HttpResponseBodySize(Some(max as u64)));
        }
        Ok(Received {
            body,
            allowance: Allowance { max, left: max, meter },
            deadline: Box::pin(sleep_until(deadline)),
            pause,
            idle: Box::pin(sleep_until(Instant::now() + pause)),
            turn: Some(turn),
        })
    }

    fn next(&mut self, waker: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.deadline.as_mut().poll(waker).is_ready() {
            return Poll::Ready(Some(Err(Error::HttpResponseTimeout)));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(waker) else {
            ready!(self.idle.as_mut().poll(waker));
            return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
        };
        Poll::Ready(match frame {
            None => None,
            Some(Err(error)) => Some(Err(failure(&error))),
            Some(Ok(frame)) if self.allowance.take(&frame) => {
                let next = Instant::now() + self.pause;
                self.idle.as_mut().reset(next);
                Some(Ok(frame))
            }
            Some(Ok(_)) => Some(Err(Error::HttpResponseBodySize(Some(self.allowance.max as u64)))),
        })
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, waker: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(self.next(waker));
        if !matches!(frame, Some(Ok(_))) {
            self.turn = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
