//! Suspends a plugin that keeps failing: after a number of calls in a row without an answer, for a minute, then for twice as long each
//! time, up to an hour (plugin-runtime §6). Pure: time is handed in.
//!
//! A guest's own error is an answer. After a suspension one call is let through to try; while it runs, others are told to wait.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(1);

/// How one plugin has fared of late.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    /// Suspensions since the last answer.
    suspensions: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    /// No calls before this moment.
    Open { until: Instant },
    /// One call is trying, since this moment.
    Trying { since: Instant },
}

/// What a call left behind, as far as the breaker cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The guest answered, well or with an error of its own.
    Answered,
    /// It trapped, or ran out of time or of another limit.
    Failed,
    /// Nothing the guest is to blame for.
    Neither,
}

/// How a plugin stands, for administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be called; so many calls in a row failed.
    Callable { failures: u32 },
    /// It is not called for this long.
    Suspended { failures: u32, remaining: Duration },
}

impl Breaker {
    /// Whether a call may begin now; if not, how long until one may.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        match self.state {
            State::Closed => Ok(()),
            State::Open { until } if now < until => Err(until - now),
            // A call that never reported back (its task was lost) must not close the way for ever.
            State::Trying { since } if now < since + FIRST => Err(since + FIRST - now),
            State::Open { .. } | State::Trying { .. } => {
                self.state = State::Trying { since: now };
                Ok(())
            }
        }
    }

    /// The end of an admitted call. `threshold` is `Limits::failures`.
    pub(crate) fn report(&mut self, verdict: Verdict, threshold: u32, now: Instant) {
        match verdict {
            Verdict::Answered => *self = Breaker::default(),
            Verdict::Neither => {
                if matches!(self.state, State::Trying { .. }) {
                    self.state = State::Open { until: now };
                }
            }
            Verdict::Failed => {
                self.failures = self.failures.saturating_add(1);
                let tried = matches!(self.state, State::Trying { .. });
                // Calls that were already running when the plugin was suspended do not make it longer.
                let open = matches!(self.state, State::Open { until } if now < until);
                if !open && (tried || self.failures >= threshold) {
                    let pause = FIRST.saturating_mul(1 << self.suspensions.min(6)).min(LONGEST);
                    self.suspensions = self.suspensions.saturating_add(1);
                    self.state = State::Open { until: now + pause };
                }
            }
        }
    }

    pub(crate) fn standing(&self, now: Instant) -> Standing {
        let failures = self.failures;
        match self.state {
            State::Open { until } if now < until => Standing::Suspended { failures, remaining: until - now },
            _ => Standing::Callable { failures },
        }
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Fails as often as it is let until it is suspended; says for how long.
    fn fail_until_suspended(breaker: &mut Breaker, now: Instant) -> Duration {
        for _ in 0..5 {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.report(Verdict::Failed, 5, now);
            if let Standing::Suspended { remaining, .. } = breaker.standing(now) {
                return remaining;
            }
        }
        panic!("never suspended");
    }

    #[test]
    fn r42_five_failures_in_a_row_suspend_for_a_minute() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..4 {
            breaker.report(Verdict::Failed, 5, now);
        }
        assert_eq!(breaker.standing(now), Standing::Callable { failures: 4 });
        breaker.report(Verdict::Answered, 5, now);
        assert_eq!(breaker.standing(now), Standing::Callable { failures: 0 }, "an answer ends the row");
        assert_eq!(fail_until_suspended(&mut breaker, now), 60 * SECOND);
        assert_eq!(breaker.admit(now + 59 * SECOND), Err(SECOND));
        assert_eq!(breaker.admit(now + 60 * SECOND), Ok(()));
    }

    #[test]
    fn each_suspension_is_twice_as_long_up_to_an_hour() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let pause = fail_until_suspended(&mut breaker, now);
            pauses.push(pause.as_secs() / 60);
            now += pause;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(breaker.admit(now), Ok(()));
        breaker.report(Verdict::Answered, 5, now);
        assert_eq!(fail_until_suspended(&mut breaker, now), 60 * SECOND, "an answer forgets all of it");
    }

    #[test]
    fn after_a_suspension_one_call_tries_and_the_others_wait() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let later = now + fail_until_suspended(&mut breaker, now);
        assert_eq!(breaker.admit(later), Ok(()));
        assert!(breaker.admit(later + SECOND).is_err());
        breaker.report(Verdict::Neither, 5, later + SECOND);
        assert_eq!(breaker.admit(later + 2 * SECOND), Ok(()), "a try that says nothing is repeated");
        assert_eq!(breaker.admit(later + 62 * SECOND), Ok(()), "a try that is lost is repeated after a minute");
        breaker.report(Verdict::Failed, 5, later + 62 * SECOND);
        assert_eq!(breaker.admit(later + 62 * SECOND), Err(120 * SECOND));
    }

    #[test]
    fn calls_that_were_running_do_not_prolong_a_suspension() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        fail_until_suspended(&mut breaker, now);
        for _ in 0..20 {
            breaker.report(Verdict::Failed, 5, now + SECOND);
        }
        assert_eq!(breaker.admit(now + SECOND), Err(59 * SECOND));
        breaker.report(Verdict::Answered, 5, now + SECOND);
        assert_eq!(breaker.admit(now + SECOND), Ok(()), "one that answers shows that it works");
    }

    #[test]
    fn some_plugins_are_never_suspended() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..1_000 {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.report(Verdict::Failed, u32::MAX, now);
        }
    }
}
