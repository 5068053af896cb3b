//! How work for others is tried again: which trouble may pass, how long to wait, and what becomes of a job after its try.

use std::time::Duration;

use gavia_sandbox::{PluginError, Retry};
use serde_json::Value;

use super::{App, Error};
use crate::{
    ambient,
    outbound::SendError,
    store::{self, jobs::Job},
};

/// A job that is begun more often than this never came to an end of its own, not even to a failure: its node died with it.
pub const MOST_BEGUN: i32 = 2 * MOST_ATTEMPTS;

/// Tries of one job, about a quarter of an hour in all; then it is dead and somebody has to look.
pub(super) const MOST_ATTEMPTS: i32 = 12;
const LONGEST: Duration = Duration::from_mins(5);

/// Why a call did not do what it was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The same call would fail again.
    Final(String),
    Passing(String),
}

impl From<SendError> for Trouble {
    fn from(error: SendError) -> Self {
        if error.is_transient() { Self::Passing(error.to_string()) } else { Self::Final(error.to_string()) }
    }
}

/// The wait before the next try: doubled each time, with full jitter so that many do not come back at once. None: no more.
pub(super) fn backoff(attempt: i32) -> Option<Duration> {
    if attempt >= MOST_ATTEMPTS {
        return None;
    }
    let doubled = Duration::from_secs(1 << attempt.clamp(0, 16)).min(LONGEST);
    let jitter = ambient::dice() % u64::try_from(doubled.as_millis()).unwrap_or(u64::MAX).max(1);
    Some(Duration::from_millis(jitter.max(100)))
}

/// Attempts that a plugin's error with back-off is given; with what a call may take and the waits between them they are over within
/// ten minutes (plugin-runtime §8).
const MOST_BACKOFFS: i32 = 5;

/// How long to wait before a plugin's error is tried again, whatever its kind; None when it is final. A trap is repeated at once. The wait is
/// doubled each time, and up to half as long again so that many do not come back together.
pub(super) fn delay(error: &PluginError, attempt: i32) -> Option<Duration> {
    match error.retry() {
        Retry::No => None,
        Retry::Once => (attempt < 2).then_some(Duration::ZERO),
        Retry::Backoff if attempt >= MOST_BACKOFFS => None,
        Retry::Backoff => {
            let doubled = 1_000_u64 << attempt.clamp(0, MOST_BACKOFFS);
            Some(Duration::from_millis(doubled + ambient::dice() % (doubled / 2)))
        }
    }
}

/// How often a job waits for a plugin that is suspended or a server that is busy, about half a day at least.
const MOST_WAITS: i32 = 200;

/// How long a plugin's error asks its job to wait, where it is the server's state and no try of the plugin.
pub(super) fn pause(error: &PluginError, waits: i32) -> Option<Duration> {
    let doubled = Duration::from_secs(1 << waits.clamp(0, 16)).min(LONGEST);
    let jitter = Duration::from_millis(ambient::dice() % u64::try_from(doubled.as_millis()).unwrap_or(1).max(1));
    match error {
        PluginError::Busy { .. } => Some(jitter.max(Duration::from_millis(100))),
        PluginError::Suspended { remaining, .. } => Some(*remaining + jitter.min(Duration::from_secs(5))),
        _ => None,
    }
}

impl App {
    /// Has the job wait without counting the attempt; false when it waited too often before and the ticket's people should know.
    pub(super) async fn wait(&self, job: &Job, (pause, waits): (Duration, i32), why: &str) -> Result<bool, Error> {
        if waits >= MOST_WAITS {
            return Ok(false);
        }
        let mut connection = self.db.acquire().await?;
        store::jobs::wait(&mut connection, job, pause, why).await?;
        Ok(true)
    }

    /// A write's end as its job sees it: another attempt has it, or the world moved on, and there is nothing left to do.
    pub(super) async fn settle(&self, job: &Job, written: Result<(), Error>) -> Result<(), Error> {
        match written {
            Ok(()) => Ok(()),
            Err(Error::Stale | Error::TicketMissing | Error::TicketNotGranted | Error::Refused(_)) => {
                self.drop_job(job).await
            }
            Err(Error::Busy) => self.postpone(job, Duration::from_secs(1), "busy").await,
            Err(error) => Err(error),
        }
    }

    /// A move that waits for a plugin is made later; false when it was tried as often as any job is. What the job's work came to goes with
    /// it, so that the work is not done twice.
    pub(super) async fn wait_for_plugin(
        &self,
        job: &Job,
        reason: &str,
        answered: Option<&Value>,
    ) -> Result<bool, Error> {
        let Some(delay) = backoff(job.tries) else { return Ok(false) };
        let mut connection = self.db.acquire().await?;
        if let Some(answered) = answered {
            store::jobs::keep_answer(&mut connection, job, answered).await?;
        }
        // last: from here on another node may have the job
        store::jobs::postpone(&mut connection, job, delay, reason).await?;
        Ok(true)
    }

    pub(super) async fn postpone(&self, job: &Job, delay: Duration, why: &str) -> Result<(), Error> {
        let mut connection = self.db.acquire().await?;
        store::jobs::postpone(&mut connection, job, delay, why).await?;
        Ok(())
    }

    /// A job whose ticket moved on asks for nothing any more.
    pub(super) async fn drop_job(&self, job: &Job) -> Result<(), Error> {
        let mut connection = self.db.acquire().await?;
        store::jobs::finish(&mut connection, job).await?;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use gavia_sandbox::{
        Kind, Limits, TrapKind,
        types::{GuestError, GuestErrorKind},
    };

    use super::*;

    #[test]
    fn a_suspended_plugin_is_waited_for_as_long_as_it_is_suspended() {
        let remaining = Duration::from_mins(10);
        let suspended = PluginError::Suspended { failures: 5, remaining };
        let waited = pause(&suspended, 3).unwrap();
        assert!(waited >= remaining && waited <= remaining + Duration::from_secs(5));
        let busy = PluginError::Busy { what: "every slot is taken" };
        assert!((0..MOST_WAITS).all(|waits| pause(&busy, waits).is_some_and(|wait| wait <= LONGEST)));
        assert_eq!(pause(&PluginError::Timeout { wall: remaining, last_host_call: None }, 0), None, "that is a try");
    }

    #[test]
    fn a_plugins_error_is_tried_five_times_a_trap_twice_and_a_final_one_once() {
        let guest = |kind| PluginError::Guest(GuestError { kind, message: String::new(), detail: None });
        let timeout = PluginError::Timeout { wall: Duration::from_secs(30), last_host_call: None };
        let mut longest = Duration::ZERO;
        for error in [guest(GuestErrorKind::Retryable), timeout] {
            let waits: Vec<Duration> = (1..5).map(|attempt| delay(&error, attempt).unwrap()).collect();
            for (wait, least) in waits.iter().zip([2, 4, 8, 16].map(Duration::from_secs)) {
                assert!((least..least * 3 / 2).contains(wait), "{error}: {waits:?}");
            }
            assert_eq!(delay(&error, 5), None, "{error}");
            longest = longest.max(waits.iter().sum());
        }
        let calls = 5 * (Limits::for_kind(Kind::Notice).wall + Limits::for_kind(Kind::Notice).queue);
        assert!(calls + longest < Duration::from_mins(10), "plugin-runtime §8");
        let (kind, text, backtrace, stderr) = (TrapKind::Panic, String::new(), vec![], String::new());
        let trap = PluginError::Trap { kind, text, backtrace, stderr };
        assert_eq!([1, 2].map(|attempt| delay(&trap, attempt)), [Some(Duration::ZERO), None]);
        assert_eq!(delay(&guest(GuestErrorKind::Permanent), 1), None);
        assert_eq!(delay(&PluginError::BadOutput { what: String::new() }, 1), None);
    }

    #[test]
    fn the_wait_grows_and_ends() {
        for attempt in 1..MOST_ATTEMPTS {
            assert!(backoff(attempt).is_some_and(|wait| wait >= Duration::from_millis(100) && wait <= LONGEST));
        }
        assert_eq!(backoff(MOST_ATTEMPTS), None);
    }
}
