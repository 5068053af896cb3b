//! Equality, order and membership. Different kinds are unequal without complaint but have no order, as in Python.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::ast::Comparison;
use crate::budget::Budget;
use crate::fault::{Answer, Fault};
use crate::number;
use crate::value::Value;

/// `left operator right`
pub(crate) fn compare(operator: Comparison, left: &Value, right: &Value, budget: &mut Budget) -> Answer<bool> {
    Ok(match operator {
        Comparison::Equal => equal(left, right, budget)?,
        Comparison::NotEqual => !equal(left, right, budget)?,
        Comparison::Less => order(left, right, budget)?.is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order(left, right, budget)?.is_some_and(Ordering::is_le),
        Comparison::Greater => order(left, right, budget)?.is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(left, right, budget)?.is_some_and(Ordering::is_ge),
        Comparison::In => contains(right, left, budget)?,
        Comparison::NotIn => !contains(right, left, budget)?,
        Comparison::Is => same(left, right),
        Comparison::IsNot => !same(left, right),
    })
}

/// Identity; the parser lets only None, True and False come here on one side.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        _ => false,
    }
}

pub(crate) fn equal(left: &Value, right: &Value, budget: &mut Budget) -> Answer<bool> {
    budget.step()?;
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Ok(number::compare(left, right) == Some(Ordering::Equal));
    }
    Ok(match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Text(left), Value::Text(right)) => {
            budget.read(left.len().min(right.len()))?;
            left == right
        }
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            left.len() == right.len() && first_difference(left, right, budget)?.is_none()
        }
        (Value::DateTime(left), Value::DateTime(right)) => left == right,
        (Value::Date(left), Value::Date(right)) => left == right,
        (Value::Delta(left), Value::Delta(right)) => left == right,
        (Value::TimeTuple(tuple), other) | (other, Value::TimeTuple(tuple)) => match items(other) {
            Some(others) if !matches!(other, Value::List(_)) => {
                let items = tuple.numbers().map(Value::Int);
                others.len() == items.len() && first_difference(&items, &others, budget)?.is_none()
            }
            _ => false,
        },
        _ => false,
    })
}

fn first_difference(left: &[Value], right: &[Value], budget: &mut Budget) -> Answer<Option<usize>> {
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        if !equal(left, right, budget)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// None when one of them is no number (NaN): every ordering is false then.
pub(crate) fn order(left: &Value, right: &Value, budget: &mut Budget) -> Answer<Option<Ordering>> {
    budget.step()?;
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Ok(number::compare(left, right));
    }
    Ok(Some(match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            budget.read(left.len().min(right.len()))?;
            left.cmp(right)
        }
        (Value::List(left), Value::List(right)) => return order_items(left, right, budget),
        (Value::Tuple(_) | Value::TimeTuple(_), Value::Tuple(_) | Value::TimeTuple(_)) => {
            let (Some(left), Some(right)) = (items(left), items(right)) else {
                return Err(Fault::Kinds);
            };
            return order_items(&left, &right, budget);
        }
        (Value::DateTime(left), Value::DateTime(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Delta(left), Value::Delta(right)) => left.cmp(right),
        _ => return Err(Fault::Kinds),
    }))
}

fn order_items(left: &[Value], right: &[Value], budget: &mut Budget) -> Answer<Option<Ordering>> {
    match first_difference(left, right, budget)? {
        Some(index) => order(&left[index], &right[index], budget),
        None => Ok(Some(left.len().cmp(&right.len()))),
    }
}

/// The items of a list, a tuple or a time tuple.
pub(crate) fn items(value: &Value) -> Option<Rc<[Value]>> {
    match value {
        Value::List(items) | Value::Tuple(items) => Some(Rc::clone(items)),
        Value::TimeTuple(tuple) => Some(tuple.numbers().map(Value::Int).into()),
        _ => None,
    }
}

/// `item in whole`
fn contains(whole: &Value, item: &Value, budget: &mut Budget) -> Answer<bool> {
    if let Value::Text(whole) = whole {
        let Value::Text(part) = item else {
            return Err(Fault::Kinds);
        };
        budget.read(whole.len() + part.len())?;
        return Ok(whole.contains(&**part));
    }
    for candidate in items(whole).ok_or(Fault::Kinds)?.iter() {
        if equal(candidate, item, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A stable merge sort that stops at the first pair without an order. The standard one cannot stop.
pub(crate) fn sort(items: Vec<Value>, descending: Descending, budget: &mut Budget) -> Answer<Vec<Value>> {
    budget.items(items.len())?;
    let mut runs = items;
    let mut width = 1;
    while width < runs.len() {
        let mut merged = Vec::with_capacity(runs.len());
        for pair in runs.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(left, right, descending, &mut merged, budget)?;
        }
        runs = merged;
        width *= 2;
    }
    Ok(runs)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Descending {
    Yes,
    No,
}

fn merge(
    left: &[Value],
    right: &[Value],
    descending: Descending,
    merged: &mut Vec<Value>,
    budget: &mut Budget,
) -> Answer<()> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let ordering = order(second, first, budget)?;
        let second_first = match descending {
            Descending::No => ordering.is_some_and(Ordering::is_lt),
            Descending::Yes => ordering.is_some_and(Ordering::is_gt),
        };
        merged.extend(if second_first { right.next() } else { left.next() }.cloned());
    }
    merged.extend(left.cloned());
    merged.extend(right.cloned());
    Ok(())
}
