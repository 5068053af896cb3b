//! Which arithmetic an operator means for its operands' kinds.

use crate::ast::Operator;
use crate::budget::Budget;
use crate::fault::{Answer, Fault};
use crate::value::{Number, Value};
use crate::{number, sequence, spans};

/// `left operator right`
pub(crate) fn operate(operator: Operator, left: &Value, right: &Value, budget: &mut Budget) -> Answer<Value> {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return number::operate(operator, left, right).map(Value::from);
    }
    match (operator, left, right) {
        (_, Value::DateTime(_) | Value::Date(_) | Value::Delta(_), _)
        | (_, _, Value::DateTime(_) | Value::Date(_) | Value::Delta(_)) => spans::operate_dates(operator, left, right),
        (Operator::Add, _, _) => sequence::joined(left, right, budget),
        (Operator::Multiply, sequence, count) if count.whole().is_some() => {
            sequence::repeated(sequence, count.whole().unwrap_or(0), budget)
        }
        (Operator::Multiply, count, sequence) if count.whole().is_some() => {
            sequence::repeated(sequence, count.whole().unwrap_or(0), budget)
        }
        _ => Err(Fault::Kinds),
    }
}

/// `-value`
pub(crate) fn negate(value: &Value) -> Answer<Value> {
    match value.number() {
        Some(Number::Int(value)) => value.checked_neg().map(Value::Int).ok_or_else(number::too_large),
        Some(Number::Float(value)) => Ok(Value::Float(-value)),
        None => match value {
            Value::Delta(delta) => spans::negated(*delta).map(Value::Delta),
            _ => Err(Fault::Kinds),
        },
    }
}

/// `+value`
pub(crate) fn plus(value: &Value) -> Answer<Value> {
    match value {
        Value::Delta(_) => Ok(value.clone()),
        other => other.number().map(Value::from).ok_or(Fault::Kinds),
    }
}

/// `abs(value)`
pub(crate) fn absolute(value: &Value) -> Answer<Value> {
    match value.number() {
        Some(Number::Int(value)) => value.checked_abs().map(Value::Int).ok_or_else(number::too_large),
        Some(Number::Float(value)) => Ok(Value::Float(value.abs())),
        None => match value {
            Value::Delta(delta) if delta.micros < 0 => negate(value),
            Value::Delta(_) => Ok(value.clone()),
            _ => Err(Fault::Kinds),
        },
    }
}
