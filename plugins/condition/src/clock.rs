//! "Now" as the host gave it. The only clock: the same call with the same context gives the same answer.

use crate::calendar::{DateTime, MICROS_PER_SECOND};
use crate::fault::{Answer, Fault};
use crate::number::as_float;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Milliseconds since 1970 in UTC.
    pub(crate) now_ms: i64,
    /// Minutes east of UTC.
    pub(crate) offset_min: i16,
}

impl Clock {
    pub(crate) fn now(self) -> Answer<DateTime> {
        let local_ms = self.now_ms.checked_add(i64::from(self.offset_min) * 60_000);
        let micros = local_ms.and_then(|ms| ms.checked_mul(1000));
        micros.map_or_else(|| Err(Fault::said("the clock is out of range")), DateTime::from_micros)
    }

    /// `time.time()`: seconds since 1970 in UTC.
    pub(crate) fn seconds(self) -> f64 {
        as_float(self.now_ms) / 1000.0
    }

    /// Seconds since 1970 in UTC of a local moment.
    pub(crate) fn timestamp(self, local: DateTime) -> f64 {
        let micros = local.micros() - i64::from(self.offset_min) * 60 * MICROS_PER_SECOND;
        let (seconds, rest) = (micros.div_euclid(MICROS_PER_SECOND), micros.rem_euclid(MICROS_PER_SECOND));
        as_float(seconds) + as_float(rest) / as_float(MICROS_PER_SECOND)
    }
}
