//! Turns of a call's requests: so many at once, each from the request to the last byte of its answer; what was the most, and the longest.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) struct Turns {
    free: Arc<Semaphore>,
    max: u32,
    most: u32,
    /// In microseconds.
    longest: Arc<AtomicU64>,
}

impl Turns {
    pub(super) fn new(max: u32) -> Turns {
        Turns { free: Arc::new(Semaphore::new(max as usize)), max, most: 0, longest: Arc::default() }
    }

    /// A turn, if there is one.
    pub(super) fn take(&mut self) -> Option<Turn> {
        let permit = self.free.clone().try_acquire_owned().ok()?;
        let free = u32::try_from(self.free.available_permits()).unwrap_or(u32::MAX);
        self.most = self.most.max(self.max.saturating_sub(free));
        Some(Turn { _permit: permit, begun: Instant::now(), longest: self.longest.clone() })
    }

    /// The most that were taken at the same time.
    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    /// The longest of those that ended.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_micros(self.longest.load(Ordering::Relaxed))
    }
}

/// Ends when it is dropped.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    begun: Instant,
    longest: Arc<AtomicU64>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let micros = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.longest.fetch_max(micros, Ordering::Relaxed);
    }
}
