//! Dates, moments and spans: the proleptic Gregorian calendar of years 1 to 9999, without time zones, in microseconds.
//! Written here because the module must stay small; the rules are Python's.

use crate::fault::{Answer, Fault};

pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(crate) const SECONDS_PER_DAY: i64 = 86_400;
pub(crate) const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

const DAYS_BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/// Days from 1 January of year 1 to 1 January 1970.
const EPOCH: i64 = 719_162;
/// Days from the epoch to 31 December 9999.
const LAST_DAY: i64 = 2_932_896;

/// Days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    days: i64,
}

/// Microseconds since 1 January 1970, local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DateTime {
    micros: i64,
}

/// A span of time; Python's reaches a few thousand times further than 64 bits of microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Delta {
    pub(crate) micros: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) microsecond: i64,
}

/// What `time.strptime` gives. Unlike a [`Moment`] it may hold 29 February 1900 or second 61.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeTuple {
    pub(crate) moment: Moment,
    /// 0 is Monday.
    pub(crate) weekday: i64,
    pub(crate) day_of_year: i64,
    pub(crate) is_dst: i64,
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

fn days_before_month(year: i64, month: i64) -> i64 {
    let index = usize::try_from(month - 1).unwrap_or(0);
    let leap_day = i64::from(month > 2 && is_leap(year));
    DAYS_BEFORE_MONTH.get(index).copied().unwrap_or(0) + leap_day
}

impl Date {
    pub(crate) fn new(year: i64, month: i64, day: i64) -> Answer<Self> {
        if !(1..=9999).contains(&year) {
            return Err(Fault::said("a year must be between 1 and 9999"));
        }
        if !(1..=12).contains(&month) {
            return Err(Fault::said("a month must be between 1 and 12"));
        }
        if !(1..=days_in_month(year, month)).contains(&day) {
            return Err(Fault::said("the month has no such day"));
        }
        Ok(Date { days: days_before_year(year) + days_before_month(year, month) + day - 1 - EPOCH })
    }

    fn from_days(days: i64) -> Answer<Self> {
        if (-EPOCH..=LAST_DAY).contains(&days) {
            Ok(Date { days })
        } else {
            Err(Fault::said("the date lies outside the years 1 to 9999"))
        }
    }

    /// Year, month, day.
    pub(crate) fn civil(self) -> (i64, i64, i64) {
        let days = self.days + EPOCH;
        // 400 years have 146,097 days; the estimate is never more than one year too late.
        let mut year = (days * 400 + 400) / 146_097 + 1;
        while days_before_year(year) > days {
            year -= 1;
        }
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        let day_of_year = days - days_before_year(year);
        let month = (2..=12).take_while(|month| days_before_month(year, *month) <= day_of_year).last().unwrap_or(1);
        (year, month, day_of_year - days_before_month(year, month) + 1)
    }

    /// 0 is Monday.
    pub(crate) fn weekday(self) -> i64 {
        (self.days + 3).rem_euclid(7)
    }

    /// From 1.
    pub(crate) fn day_of_year(self) -> i64 {
        let (year, month, day) = self.civil();
        days_before_month(year, month) + day
    }

    pub(crate) fn iso(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    pub(crate) fn plus_days(self, days: i64) -> Answer<Self> {
        Date::from_days(self.days.saturating_add(days))
    }

    /// Only the whole days of the span count, as in Python.
    pub(crate) fn plus(self, delta: Delta) -> Answer<Self> {
        self.plus_days(delta.parts().0)
    }

    pub(crate) fn since(self, earlier: Date) -> Delta {
        Delta { micros: (self.days - earlier.days) * MICROS_PER_DAY }
    }
}

impl DateTime {
    pub(crate) fn new(moment: Moment) -> Answer<Self> {
        let Moment { year, month, day, hour, minute, second, microsecond } = moment;
        let date = Date::new(year, month, day)?;
        let in_range = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..MICROS_PER_SECOND).contains(&microsecond);
        if !in_range {
            return Err(Fault::said("there is no such time of day"));
        }
        let seconds = date.days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        Ok(DateTime { micros: seconds * MICROS_PER_SECOND + microsecond })
    }

    /// From local microseconds since the epoch.
    pub(crate) fn from_micros(micros: i64) -> Answer<Self> {
        Date::from_days(micros.div_euclid(MICROS_PER_DAY))?;
        Ok(DateTime { micros })
    }

    /// Local microseconds since the epoch.
    pub(crate) fn micros(self) -> i64 {
        self.micros
    }

    pub(crate) fn date(self) -> Date {
        Date { days: self.micros.div_euclid(MICROS_PER_DAY) }
    }

    pub(crate) fn parts(self) -> Moment {
        let (year, month, day) = self.date().civil();
        let in_day = self.micros.rem_euclid(MICROS_PER_DAY);
        let seconds = in_day / MICROS_PER_SECOND;
        Moment {
            year,
            month,
            day,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            microsecond: in_day % MICROS_PER_SECOND,
        }
    }

    pub(crate) fn tuple(self) -> TimeTuple {
        let date = self.date();
        TimeTuple { moment: self.parts(), weekday: date.weekday(), day_of_year: date.day_of_year(), is_dst: -1 }
    }

    pub(crate) fn plus(self, delta: Delta) -> Answer<Self> {
        DateTime::from_micros(self.micros.saturating_add(delta.micros))
    }

    pub(crate) fn since(self, earlier: DateTime) -> Delta {
        Delta { micros: self.micros - earlier.micros }
    }
}

impl Delta {
    /// Days (may be negative), seconds and microseconds (never negative).
    pub(crate) fn parts(self) -> (i64, i64, i64) {
        let in_day = self.micros.rem_euclid(MICROS_PER_DAY);
        (self.micros.div_euclid(MICROS_PER_DAY), in_day / MICROS_PER_SECOND, in_day % MICROS_PER_SECOND)
    }

    pub(crate) fn from_wide(micros: i128) -> Answer<Self> {
        match i64::try_from(micros) {
            Ok(micros) => Ok(Delta { micros }),
            Err(_) => Err(Fault::said("the span of time is longer than 292,000 years")),
        }
    }
}

impl TimeTuple {
    /// The nine numbers of Python's `struct_time`.
    pub(crate) fn numbers(&self) -> [i64; 9] {
        let Moment { year, month, day, hour, minute, second, .. } = self.moment;
        [year, month, day, hour, minute, second, self.weekday, self.day_of_year, self.is_dst]
    }
}
