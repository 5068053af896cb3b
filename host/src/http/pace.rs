//! The pace of a body: one that trickles would hold a connection, and what is behind it, for as long as its sender likes (threat-model §5).

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// A body must bring `bytes` in each `window` that it is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) bytes: usize,
    pub(super) window: Duration,
}

/// A body that must not trickle: it fails when a window passes in which it was waited for and brought too little.
pub(super) struct Paced {
    body: Body,
    pace: Pace,
    /// For whoever answers.
    too_slow: Arc<AtomicBool>,
    window: Option<Pin<Box<Sleep>>>,
    brought: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
struct TooSlow;

impl Paced {
    pub(super) fn new(body: Body, pace: Pace, too_slow: Arc<AtomicBool>) -> Self {
        Self { body, pace, too_slow, window: None, brought: 0 }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            if let Some(Ok(frame)) = &frame {
                self.brought += frame.data_ref().map_or(0, Bytes::len);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let Pace { bytes: pace_bytes, window: pace_window } = self.pace;
        loop {
            let window = self.window.get_or_insert_with(|| Box::pin(tokio::time::sleep(pace_window)));
            ready!(window.as_mut().poll(cx));
            window.as_mut().reset(Instant::now() + pace_window);
            if std::mem::take(&mut self.brought) < pace_bytes {
                self.too_slow.store(true, Ordering::Relaxed);
                return Poll::Ready(Some(Err(TooSlow.into())));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
