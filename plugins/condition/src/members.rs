//! What stands behind a dot: attributes, and methods of everything that has some.

use crate::arguments::Given;
use crate::ast::Operator;
use crate::budget::Budget;
use crate::calendar::{Date, DateTime, Delta, MICROS_PER_SECOND, Moment};
use crate::clock::Clock;
use crate::fault::{Answer, Fault};
use crate::names::{Attribute, Method};
use crate::strftime::{self, Fractions};
use crate::value::{Number, Value};
use crate::{number, strings};

/// `value.attribute`
pub(crate) fn attribute(value: &Value, attribute: Attribute) -> Answer<Value> {
    let number = match value {
        Value::DateTime(at) => of_moment(&at.parts(), attribute),
        Value::Date(date) => of_date(*date, attribute),
        Value::Delta(delta) => of_delta(*delta, attribute),
        _ => None,
    };
    number.map(Value::Int).ok_or(Fault::Kinds)
}

fn of_moment(moment: &Moment, attribute: Attribute) -> Option<i64> {
    match attribute {
        Attribute::Year => Some(moment.year),
        Attribute::Month => Some(moment.month),
        Attribute::Day => Some(moment.day),
        Attribute::Hour => Some(moment.hour),
        Attribute::Minute => Some(moment.minute),
        Attribute::Second => Some(moment.second),
        Attribute::Microsecond => Some(moment.microsecond),
        Attribute::Days | Attribute::Seconds | Attribute::Microseconds => None,
    }
}

fn of_date(date: Date, attribute: Attribute) -> Option<i64> {
    let (year, month, day) = date.civil();
    match attribute {
        Attribute::Year => Some(year),
        Attribute::Month => Some(month),
        Attribute::Day => Some(day),
        _ => None,
    }
}

fn of_delta(delta: Delta, attribute: Attribute) -> Option<i64> {
    let (days, seconds, microseconds) = delta.parts();
    match attribute {
        Attribute::Days => Some(days),
        Attribute::Seconds => Some(seconds),
        Attribute::Microseconds => Some(microseconds),
        _ => None,
    }
}

/// `value.method(…)`
pub(crate) fn call(
    value: &Value,
    method: Method,
    given: Given<'_>,
    clock: Clock,
    budget: &mut Budget,
) -> Answer<Value> {
    match value {
        Value::Text(text) => strings::call(text, method, given, budget),
        Value::DateTime(at) => on_datetime(*at, method, given, clock, budget),
        Value::Date(date) => match method {
            Method::Strftime => {
                let (year, month, day) = date.civil();
                let midnight =
                    DateTime::new(Moment { year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0 })?;
                formatted(midnight, given, budget)
            }
            Method::Weekday => {
                given.none()?;
                Ok(Value::Int(date.weekday()))
            }
            _ => Err(Fault::Kinds),
        },
        Value::Delta(delta) if method == Method::TotalSeconds => {
            given.none()?;
            number::operate(Operator::Divide, Number::Int(delta.micros), Number::Int(MICROS_PER_SECOND))
                .map(Value::from)
        }
        _ => Err(Fault::Kinds),
    }
}

fn on_datetime(at: DateTime, method: Method, given: Given<'_>, clock: Clock, budget: &mut Budget) -> Answer<Value> {
    match method {
        Method::Strftime => formatted(at, given, budget),
        Method::Date => {
            given.none()?;
            Ok(Value::Date(at.date()))
        }
        Method::Timestamp => {
            given.none()?;
            Ok(Value::Float(clock.timestamp(at)))
        }
        Method::Weekday => {
            given.none()?;
            Ok(Value::Int(at.date().weekday()))
        }
        _ => Err(Fault::Kinds),
    }
}

fn formatted(at: DateTime, given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    let [Some(Value::Text(format))] = given.positional(1)? else {
        return Err(Fault::Kinds);
    };
    Ok(Value::Text(strftime::format(&format, &at.tuple(), Fractions::Known, budget)?.into()))
}
