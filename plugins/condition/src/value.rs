//! What an expression computes with. Texts and lists are shared, so copying a value never copies its content.

use std::rc::Rc;

use crate::calendar::{Date, DateTime, Delta, TimeTuple};

#[derive(Clone, Debug)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    List(Rc<[Value]>),
    Tuple(Rc<[Value]>),
    DateTime(DateTime),
    Date(Date),
    Delta(Delta),
    TimeTuple(Rc<TimeTuple>),
}

/// A value as a number; a bool is one, as in Python.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        Value::Text(text.into())
    }

    pub(crate) fn number(&self) -> Option<Number> {
        match self {
            Value::Bool(value) => Some(Number::Int(i64::from(*value))),
            Value::Int(value) => Some(Number::Int(*value)),
            Value::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }

    /// A whole number, or a bool: what Python takes where it wants an index or a count.
    pub(crate) fn whole(&self) -> Option<i64> {
        match self.number()? {
            Number::Int(value) => Some(value),
            Number::Float(_) => None,
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Delta(delta) => delta.micros != 0,
            Value::DateTime(_) | Value::Date(_) | Value::TimeTuple(_) => true,
        }
    }

    /// The kind in words, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::None => "an empty value (None)",
            Value::Bool(_) => "a bool",
            Value::Int(_) => "an int",
            Value::Float(_) => "a float",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::DateTime(_) => "a datetime",
            Value::Date(_) => "a date",
            Value::Delta(_) => "a timedelta",
            Value::TimeTuple(_) => "a time tuple",
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(value) => Value::Int(value),
            Number::Float(value) => Value::Float(value),
        }
    }
}
