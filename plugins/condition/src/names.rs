//! The fixed table of everything that can be called or read with a dot. There is no other way to a name,
//! so `__class__`, `open` or `os` are mistakes that saving a workflow shows.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Abs,
    All,
    Any,
    Bool,
    Float,
    Int,
    Len,
    Max,
    Min,
    Round,
    Sorted,
    Str,
    Sum,
    DateTime,
    DateTimeNow,
    DateTimeToday,
    DateTimeStrptime,
    DateTimeStrftime,
    Date,
    DateToday,
    TimeDelta,
    Time,
    TimeMktime,
    TimeStrftime,
    TimeStrptime,
}

const FUNCTIONS: [(&str, Function); 25] = [
    ("abs", Function::Abs),
    ("all", Function::All),
    ("any", Function::Any),
    ("bool", Function::Bool),
    ("float", Function::Float),
    ("int", Function::Int),
    ("len", Function::Len),
    ("max", Function::Max),
    ("min", Function::Min),
    ("round", Function::Round),
    ("sorted", Function::Sorted),
    ("str", Function::Str),
    ("sum", Function::Sum),
    ("datetime.datetime", Function::DateTime),
    ("datetime.datetime.now", Function::DateTimeNow),
    ("datetime.datetime.today", Function::DateTimeToday),
    ("datetime.datetime.strptime", Function::DateTimeStrptime),
    ("datetime.datetime.strftime", Function::DateTimeStrftime),
    ("datetime.date", Function::Date),
    ("datetime.date.today", Function::DateToday),
    ("datetime.timedelta", Function::TimeDelta),
    ("time.time", Function::Time),
    ("time.mktime", Function::TimeMktime),
    ("time.strftime", Function::TimeStrftime),
    ("time.strptime", Function::TimeStrptime),
];

impl Function {
    pub(crate) fn named(path: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(name, _)| *name == path).map(|(_, function)| *function)
    }

    pub(crate) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    // texts
    EndsWith,
    IsDigit,
    Lower,
    Replace,
    Split,
    StartsWith,
    Strip,
    Upper,
    // dates
    Date,
    Strftime,
    Timestamp,
    Weekday,
    // timedelta
    TotalSeconds,
}

const METHODS: [(&str, Method); 13] = [
    ("endswith", Method::EndsWith),
    ("isdigit", Method::IsDigit),
    ("lower", Method::Lower),
    ("replace", Method::Replace),
    ("split", Method::Split),
    ("startswith", Method::StartsWith),
    ("strip", Method::Strip),
    ("upper", Method::Upper),
    ("date", Method::Date),
    ("strftime", Method::Strftime),
    ("timestamp", Method::Timestamp),
    ("weekday", Method::Weekday),
    ("total_seconds", Method::TotalSeconds),
];

impl Method {
    pub(crate) fn named(name: &str) -> Option<Self> {
        METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| *method)
    }

    pub(crate) fn name(self) -> &'static str {
        METHODS.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Microsecond,
    Days,
    Seconds,
    Microseconds,
}

const ATTRIBUTES: [(&str, Attribute); 10] = [
    ("year", Attribute::Year),
    ("month", Attribute::Month),
    ("day", Attribute::Day),
    ("hour", Attribute::Hour),
    ("minute", Attribute::Minute),
    ("second", Attribute::Second),
    ("microsecond", Attribute::Microsecond),
    ("days", Attribute::Days),
    ("seconds", Attribute::Seconds),
    ("microseconds", Attribute::Microseconds),
];

impl Attribute {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, attribute)| *attribute)
    }

    pub(crate) fn name(self) -> &'static str {
        ATTRIBUTES.iter().find(|(_, attribute)| *attribute == self).map_or("", |(name, _)| name)
    }
}
