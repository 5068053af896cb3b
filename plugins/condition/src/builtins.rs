//! The functions of the table: `abs` to `sum`, then those of `datetime` and `time`.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::arguments::Given;
use crate::arithmetic;
use crate::ast::Operator;
use crate::budget::Budget;
use crate::calendar::{Date, DateTime, MICROS_PER_SECOND, Moment};
use crate::clock::Clock;
use crate::compare::{self, Descending};
use crate::fault::{Answer, Fault};
use crate::names::Function;
use crate::number::{too_large, truncated};
use crate::strftime::{self, Fractions};
use crate::value::{Number, Value};
use crate::{numerals, rounding, sequence, show, spans, strptime};

/// `function(…)`
pub(crate) fn call(function: Function, given: Given<'_>, clock: Clock, budget: &mut Budget) -> Answer<Value> {
    match function {
        Function::Abs => arithmetic::absolute(&one(given)?),
        Function::Bool => Ok(Value::Bool(optional(given)?.is_some_and(|value| value.is_true()))),
        Function::Int => optional(given)?.map_or(Ok(0), |value| int(&value, budget)).map(Value::Int),
        Function::Float => optional(given)?.map_or(Ok(0.0), |value| float(&value, budget)).map(Value::Float),
        Function::Str => optional(given)?.map_or_else(|| Ok(Value::text("")), |value| show::text_of(&value, budget)),
        Function::Len => {
            let len = sequence::length(&one(given)?, budget)?;
            i64::try_from(len).map(Value::Int).map_err(|_| too_large())
        }
        Function::Any => Ok(Value::Bool(sequence::each(&one(given)?, budget)?.iter().any(Value::is_true))),
        Function::All => Ok(Value::Bool(sequence::each(&one(given)?, budget)?.iter().all(Value::is_true))),
        Function::Min => extreme(given, Ordering::is_lt, budget),
        Function::Max => extreme(given, Ordering::is_gt, budget),
        Function::Sum => sum(given, budget),
        Function::Sorted => sorted(given, budget),
        Function::Round => round(given),
        Function::Time | Function::TimeMktime | Function::TimeStrftime | Function::TimeStrptime => {
            time(function, given, clock, budget)
        }
        _ => dates(function, given, clock, budget),
    }
}

fn one(given: Given<'_>) -> Answer<Value> {
    let [value] = given.positional(1)?;
    value.ok_or(Fault::Kinds)
}

fn optional(given: Given<'_>) -> Answer<Option<Value>> {
    let [value] = given.positional(0)?;
    Ok(value)
}

fn int(value: &Value, budget: &mut Budget) -> Answer<i64> {
    match (value, value.number()) {
        (_, Some(Number::Int(value))) => Ok(value),
        (_, Some(Number::Float(value))) if !value.is_finite() => {
            Err(Fault::said("int() cannot make a whole number of this float"))
        }
        (_, Some(Number::Float(value))) => truncated(value).ok_or_else(too_large),
        (Value::Text(text), None) => {
            budget.read(text.len())?;
            numerals::int(text)
        }
        _ => Err(Fault::Kinds),
    }
}

fn float(value: &Value, budget: &mut Budget) -> Answer<f64> {
    match (value, value.number()) {
        (_, Some(number)) => Ok(number.float()),
        (Value::Text(text), None) => {
            budget.read(text.len())?;
            numerals::float(text)
        }
        _ => Err(Fault::Kinds),
    }
}

fn round(given: Given<'_>) -> Answer<Value> {
    let [number, places] = given.bound(&["number", "ndigits"], 1)?;
    let number = number.and_then(|value| value.number()).ok_or(Fault::Kinds)?;
    let places = match places {
        None | Some(Value::None) => None,
        Some(value) => Some(value.whole().ok_or(Fault::Kinds)?),
    };
    match (number, places) {
        (Number::Int(value), places) => rounding::int_to_places(value, places.unwrap_or(0)).map(Value::Int),
        (Number::Float(value), None) => rounding::to_whole(value).map(Value::Int),
        (Number::Float(value), Some(places)) => rounding::float_to_places(value, places).map(Value::Float),
    }
}

/// `min` and `max`: of one sequence, or of the arguments themselves. The first of equal ones wins.
fn extreme(given: Given<'_>, better: fn(Ordering) -> bool, budget: &mut Budget) -> Answer<Value> {
    let mut otherwise = None;
    for (name, value) in given.named {
        if name != "default" || given.positional.len() != 1 {
            return Err(Fault::said(format!("it has no argument named `{name}` here")));
        }
        otherwise = Some(value);
    }
    let items = match given.positional.as_slice() {
        [] => return Err(Fault::said("it needs 1 argument at least")),
        [sequence] => sequence::each(sequence, budget)?,
        _ => given.positional.into(),
    };
    let mut items = items.iter();
    let Some(mut best) = items.next() else {
        return otherwise.ok_or_else(|| Fault::said("there is no smallest or largest item of nothing"));
    };
    for item in items {
        if compare::order(item, best, budget)?.is_some_and(better) {
            best = item;
        }
    }
    Ok(best.clone())
}

fn sum(given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    let [items, start] = given.bound(&["", "start"], 1)?;
    let items = sequence::each(&items.ok_or(Fault::Kinds)?, budget)?;
    let start = start.unwrap_or(Value::Int(0));
    if let Value::Text(_) = start {
        return Err(Fault::said("sum() does not join texts"));
    }
    items.iter().try_fold(start, |total, item| arithmetic::operate(Operator::Add, &total, item, budget))
}

fn sorted(mut given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    let mut descending = Descending::No;
    if let [("reverse", value)] = given.named.as_slice() {
        if value.whole().ok_or(Fault::Kinds)? != 0 {
            descending = Descending::Yes;
        }
        given.named.clear();
    }
    let items = sequence::each(&one(given)?, budget)?;
    Ok(Value::List(compare::sort(items.to_vec(), descending, budget)?.into()))
}

fn time(function: Function, given: Given<'_>, clock: Clock, budget: &mut Budget) -> Answer<Value> {
    match function {
        Function::Time => {
            given.none()?;
            Ok(Value::Float(clock.seconds()))
        }
        Function::TimeStrptime => {
            let [text, format] = texts(given, 1)?;
            let format = format.unwrap_or_else(|| "%a %b %d %H:%M:%S %Y".into());
            Ok(Value::TimeTuple(Rc::new(strptime::tuple(&text.unwrap_or_default(), &format, budget)?)))
        }
        Function::TimeStrftime => match given.positional(1)? {
            [Some(Value::Text(format)), None] => {
                Ok(Value::Text(strftime::format(&format, &clock.now()?.tuple(), Fractions::Unknown, budget)?.into()))
            }
            [Some(Value::Text(format)), Some(Value::TimeTuple(tuple))] => {
                Ok(Value::Text(strftime::format(&format, &tuple, Fractions::Unknown, budget)?.into()))
            }
            _ => Err(Fault::Kinds),
        },
        _ => match one(given)? {
            Value::TimeTuple(tuple) => {
                let Moment { year, month, day, hour, minute, second, .. } = tuple.moment;
                // 29 February 1900 and second 61 carry over, as in C.
                let date = Date::new(year, month, 1)?.plus_days(day - 1)?;
                let (year, month, day) = date.civil();
                let midnight =
                    DateTime::new(Moment { year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0 })?;
                let seconds = hour * 3600 + minute * 60 + second;
                let local = DateTime::from_micros(midnight.micros() + seconds * MICROS_PER_SECOND)?;
                Ok(Value::Float(clock.timestamp(local)))
            }
            _ => Err(Fault::Kinds),
        },
    }
}

fn texts(given: Given<'_>, least: usize) -> Answer<[Option<Rc<str>>; 2]> {
    let [first, second] = given.positional(least)?;
    let text = |value: Option<Value>| match value {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Fault::Kinds),
    };
    Ok([text(first)?, text(second)?])
}

fn dates(function: Function, given: Given<'_>, clock: Clock, budget: &mut Budget) -> Answer<Value> {
    match function {
        Function::DateTimeNow | Function::DateTimeToday => {
            given.none()?;
            clock.now().map(Value::DateTime)
        }
        Function::DateToday => {
            given.none()?;
            Ok(Value::Date(clock.now()?.date()))
        }
        Function::DateTimeStrptime => {
            let [text, format] = texts(given, 2)?;
            strptime::datetime(&text.unwrap_or_default(), &format.unwrap_or_default(), budget).map(Value::DateTime)
        }
        Function::DateTimeStrftime => match given.positional(2)? {
            [Some(Value::DateTime(moment)), Some(Value::Text(format))] => {
                Ok(Value::Text(strftime::format(&format, &moment.tuple(), Fractions::Known, budget)?.into()))
            }
            _ => Err(Fault::Kinds),
        },
        Function::Date => {
            let [year, month, day] = wholes(given.bound(&["year", "month", "day"], 3)?)?;
            Date::new(year, month, day).map(Value::Date)
        }
        Function::DateTime => {
            let names = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
            let [year, month, day, hour, minute, second, microsecond] = wholes(given.bound(&names, 3)?)?;
            DateTime::new(Moment { year, month, day, hour, minute, second, microsecond }).map(Value::DateTime)
        }
        _ => {
            let values = given.bound(&spans::UNITS.map(|(name, _)| name), 0)?;
            let mut amounts = [None; 7];
            for (amount, value) in amounts.iter_mut().zip(values) {
                if let Some(value) = value {
                    *amount = Some(value.number().ok_or(Fault::Kinds)?);
                }
            }
            spans::delta(amounts).map(Value::Delta)
        }
    }
}

/// Whole numbers; 0 where none is given.
fn wholes<const N: usize>(values: [Option<Value>; N]) -> Answer<[i64; N]> {
    let mut wholes = [0; N];
    for (whole, value) in wholes.iter_mut().zip(values) {
        if let Some(value) = value {
            *whole = value.whole().ok_or(Fault::Kinds)?;
        }
    }
    Ok(wholes)
}
