//! One plugin's turnstile: so many calls at once, a bounded queue, and the breaker (plugin-runtime §6).

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    breaker::{Breaker, Standing, Verdict},
    error::PluginError,
    limits::{Limits, MAX_CALLS},
};

/// Permits in all: every number of calls up to [`MAX_CALLS`] divides it, so that a plugin's own lower number is exact.
const UNITS: u32 = 720_720;

/// Calls of one plugin that wait at the same time; more are told to come back at once.
const MAX_WAITING: u32 = 1_000;

pub(crate) struct Gate {
    units: Arc<Semaphore>,
    waiting: AtomicU32,
    breaker: Mutex<Breaker>,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate {
            units: Arc::new(Semaphore::new(UNITS as usize)),
            waiting: AtomicU32::new(0),
            breaker: Mutex::new(Breaker::default()),
        }
    }
}

impl Gate {
    /// Waits for a turn, in the order of asking. The caller bounds the time.
    pub(crate) async fn turn(&self, limits: &Limits) -> Result<OwnedSemaphorePermit, PluginError> {
        let share = UNITS / limits.calls.clamp(1, MAX_CALLS);
        if let Ok(turn) = self.units.clone().try_acquire_many_owned(share) {
            return Ok(turn);
        }
        let _place =
            Place::take(&self.waiting).ok_or(PluginError::Busy { what: "too many calls of this plugin wait" })?;
        // The semaphore is never closed.
        self.units.clone().acquire_many_owned(share).await.map_err(|_| PluginError::Ended)
    }

    /// Whether every call that the plugin may have is running.
    pub(crate) fn is_full(&self, limits: &Limits) -> bool {
        let share = UNITS / limits.calls.clamp(1, MAX_CALLS);
        self.units.available_permits() < share as usize
    }

    /// Lets a call begin, or says that the plugin is suspended.
    pub(crate) fn admit(&self) -> Result<(), PluginError> {
        let mut breaker = self.breaker();
        let admitted = breaker.admit(Instant::now());
        admitted.map_err(|remaining| PluginError::Suspended { failures: breaker.failures(), remaining })
    }

    pub(crate) fn report(&self, verdict: Verdict, limits: &Limits) {
        self.breaker().report(verdict, limits.failures, Instant::now());
    }

    pub(crate) fn standing(&self) -> Standing {
        self.breaker().standing(Instant::now())
    }

    pub(crate) fn reset(&self) {
        *self.breaker() = Breaker::default();
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicU32);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicU32) -> Option<Place<'a>> {
        let place = Place(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Who is to blame for how a call ended.
pub(crate) fn verdict<T>(result: &Result<T, PluginError>) -> Verdict {
    match result {
        Ok(_) | Err(PluginError::Guest(_) | PluginError::BadOutput { .. }) => Verdict::Answered,
        Err(
            PluginError::Trap { .. }
            | PluginError::MemoryLimit { .. }
            | PluginError::CpuLimit { .. }
            | PluginError::Timeout { .. }
            | PluginError::TransferLimit { .. }
            | PluginError::Quota { .. }
            | PluginError::Exit { .. }
            | PluginError::Abi { .. },
        ) => Verdict::Failed,
        Err(
            PluginError::Busy { .. }
            | PluginError::Suspended { .. }
            | PluginError::Ended
            | PluginError::Link { .. }
            | PluginError::Internal { .. },
        ) => Verdict::Neither,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::limits::Kind;

    #[tokio::test]
    async fn a_plugins_own_number_of_calls_is_exact() {
        for calls in 1..=MAX_CALLS {
            let gate = Gate::default();
            let limits = Limits { calls, ..Limits::for_kind(Kind::Action) };
            let mut turns = Vec::new();
            for _ in 0..calls {
                assert!(!gate.is_full(&limits));
                turns.push(gate.turn(&limits).await.unwrap());
            }
            assert!(gate.is_full(&limits), "{calls}");
            turns.pop();
            assert!(!gate.is_full(&limits), "{calls}");
        }
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let gate = Gate::default();
        let limits = Limits { calls: 1, ..Limits::for_kind(Kind::Action) };
        let _running = gate.turn(&limits).await.unwrap();
        let mut queue: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(gate.turn(&limits))).collect();
        for waiting in &mut queue {
            assert!(polled(waiting.as_mut()).is_none());
        }
        assert!(matches!(gate.turn(&limits).await, Err(PluginError::Busy { .. })));
        queue.pop();
        assert!(polled(Box::pin(gate.turn(&limits)).as_mut()).is_none(), "who gives up makes room");
    }

    fn polled<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.poll(&mut context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}
