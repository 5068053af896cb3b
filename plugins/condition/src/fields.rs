//! A field's stored JSON text as a typed value, by the field's declared kind (behaviour §4.21). A null, and an empty text
//! where a number, a bool or a date belongs, is None. Values are read here and never become part of an expression's text.

use serde_json::Value as Json;

use crate::TEXT_MAX;
use crate::budget::Budget;
use crate::fault::{Answer, Fault};
use crate::numerals;
use crate::value::Value;

/// How a workflow declares a field; the WIT `field-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Str,
    Int,
    Float,
    Boolean,
    Date,
    Datetime,
    Radio,
    Checkbox,
    Select,
    MultiSelect,
    Text,
    Username,
    MultiUsername,
    File,
}

/// A field's value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub kind: FieldKind,
    /// JSON text.
    pub json: String,
}

impl Field {
    pub(crate) fn value(&self, budget: &mut Budget) -> Answer<Value> {
        // No character takes more than six bytes in JSON.
        if self.json.len() > 6 * TEXT_MAX + 2 {
            return Err(too_long());
        }
        budget.read(self.json.len().min(TEXT_MAX))?;
        let json: Json = serde_json::from_str(&self.json).map_err(|_| Fault::said("its stored value is not JSON"))?;
        let text = match json {
            Json::Null => return Ok(Value::None),
            Json::Bool(value) => return self.kind.bool(value),
            Json::Number(_) => return self.kind.number(self.json.trim()),
            Json::String(text) => text,
            // Several choices or people: one text with commas, as they are stored (D-13).
            Json::Array(items) => items.iter().map(item_text).collect::<Answer<Vec<String>>>()?.join(","),
            Json::Object(_) => return Err(Fault::said("its stored value is a JSON object")),
        };
        if text.len() > TEXT_MAX {
            return Err(too_long());
        }
        self.kind.text(&text, budget)
    }
}

fn too_long() -> Fault {
    Fault::said(format!("its value is longer than {TEXT_MAX} bytes"))
}

fn item_text(item: &Json) -> Answer<String> {
    match item {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        _ => Err(Fault::said("its stored value is a list of something else than texts and numbers")),
    }
}

impl FieldKind {
    fn bool(self, value: bool) -> Answer<Value> {
        match self {
            FieldKind::Boolean => Ok(Value::Bool(value)),
            FieldKind::Int | FieldKind::Float | FieldKind::Date | FieldKind::Datetime => Err(self.mismatch()),
            _ => Ok(Value::text(if value { "True" } else { "False" })),
        }
    }

    /// A JSON number, by its own text: no detour over a float that rounds it.
    fn number(self, text: &str) -> Answer<Value> {
        let int = text.parse::<i64>();
        let float = || text.parse::<f64>().map_err(|_| self.mismatch());
        match (self, int) {
            (FieldKind::Int, Ok(value)) => Ok(Value::Int(value)),
            (FieldKind::Int, Err(_)) => {
                let value = float()?;
                crate::number::truncated(value)
                    .filter(|_| value.fract() == 0.0)
                    .map(Value::Int)
                    .ok_or_else(|| self.mismatch())
            }
            (FieldKind::Float, _) => finite(float()?, self),
            (FieldKind::Boolean, Ok(value @ (0 | 1))) => Ok(Value::Bool(value == 1)),
            (FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime, _) => Err(self.mismatch()),
            _ => Ok(Value::text(text)),
        }
    }

    fn text(self, text: &str, budget: &mut Budget) -> Answer<Value> {
        let typed = matches!(
            self,
            FieldKind::Int | FieldKind::Float | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime
        );
        if typed && text.is_empty() {
            return Ok(Value::None);
        }
        match self {
            FieldKind::Int => numerals::int(text).map(Value::Int).map_err(|_| self.mismatch()),
            FieldKind::Float => finite(numerals::float(text).map_err(|_| self.mismatch())?, self),
            FieldKind::Boolean => match text {
                "true" | "True" | "t" | "1" => Ok(Value::Bool(true)),
                "false" | "False" | "f" | "0" => Ok(Value::Bool(false)),
                _ => Err(self.mismatch()),
            },
            _ => {
                budget.write(text.len())?;
                Ok(Value::text(text))
            }
        }
    }

    fn mismatch(self) -> Fault {
        let declared = match self {
            FieldKind::Int => "an int",
            FieldKind::Float => "a float",
            FieldKind::Boolean => "a bool",
            FieldKind::Date => "a date",
            FieldKind::Datetime => "a datetime",
            _ => "a text",
        };
        Fault::said(format!("it is declared as {declared} but its value is none"))
    }
}

fn finite(value: f64, kind: FieldKind) -> Answer<Value> {
    if value.is_finite() { Ok(Value::Float(value)) } else { Err(kind.mismatch()) }
}
