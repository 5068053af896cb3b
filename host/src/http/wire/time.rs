//! Local time as text, `YYYY-MM-DD HH:MM:SS` without a zone (T-21).

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

pub use crate::workflow::local_time;

/// A bound of a time filter: a date (midnight at its start) or a date and time, `T` or a blank between (behaviour §3.1).
/// Years outside 1–9999 are refused; a time that the zone skips is read as the one before the gap.
pub fn parse_local_time(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim().replacen('T', " ", 1);
    let year: i32 = text.split('-').next()?.parse().ok()?;
    if !(1..=9999).contains(&year) {
        return None;
    }
    let naive =
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0)).or_else(|| {
            ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
        })?;
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
        LocalResult::None => Some(zone.from_utc_datetime(&naive).with_timezone(&Utc)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t21_times_are_local_text_both_ways() {
        let zone = chrono_tz::Asia::Shanghai;
        let at = parse_local_time("2020-03-01 09:00", zone).expect("a time");
        assert_eq!(at.to_rfc3339(), "2020-03-01T01:00:00+00:00");
        assert_eq!(local_time(at, zone), "2020-03-01 09:00:00");
        assert_eq!(parse_local_time("2020-03-01", zone), parse_local_time("2020-03-01T00:00:00.000", zone));
        for bad in ["", "yesterday", "0000-01-01", "10000-01-01", "2020-02-30", "2020-03-01 25:00"] {
            assert_eq!(parse_local_time(bad, zone), None, "{bad}");
        }
    }
}
