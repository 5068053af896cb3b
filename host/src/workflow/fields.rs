//! Values of fields: what is accepted on write and how it reads back (behaviour §4.21, D-13, D-14), and which fields a
//! request may and must write. Values are not compared with a field's choices; the old engine never did.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Timelike as _};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::{
    base_fields::BASE_FIELDS,
    definition::{Definition, FieldAccess, FieldKind, State, Transition},
    ids::StateId,
    refusal::{Expected, Refusal},
    ticket::Ticket,
};

/// Characters of a title (behaviour §1.12).
pub(super) const TITLE_MAX: usize = 500;
/// Characters of one choice or one user name.
const SINGLE_MAX: usize = 1_000;
/// Characters of any other text; a request's body ends sooner.
const TEXT_MAX: usize = 1_000_000;
/// Body keys that are no fields, even where a state lists them (behaviour §4.2).
const NO_FIELDS: [&str; 3] = ["workflow_id", "suggestion", "username"];

/// The values that a request sets, typed and ready to store.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Writes {
    pub(super) title: Option<String>,
    /// None clears the field.
    pub(super) values: Vec<(String, Option<Value>)>,
}

/// Which rule a request's field values follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    /// Creating: what the start state lists as required or optional; the title also when it is not listed (D-18).
    Creator,
    /// What the state lists as required or optional.
    Handler,
    /// A script, or the plugin of a notice, was granted its own ticket: the title and all fields but what its state lists as read-only
    /// (D-03).
    Plugin,
}

impl Writes {
    /// Types every value that may be written and leaves the others out: keys that are unknown, read-only or engine columns
    /// are ignored, never an error (T-10, threat-model §2.3).
    pub(super) fn of(
        definition: &Definition,
        state: &State,
        (body, by): (&Map<String, Value>, Writer),
        zone: Tz,
    ) -> Result<Self, Refusal> {
        let mut writes = Self::default();
        for (key, value) in body {
            if key == "title" {
                if writable(state, key, by != Writer::Handler) {
                    writes.title = Some(title(value)?);
                }
            } else if let Some(field) = definition.field(key)
                && writable(state, key, by == Writer::Plugin)
            {
                let value = write(field.kind, key, value, zone)?;
                writes.values.push((key.clone(), value));
            }
        }
        Ok(writes)
    }

    /// Every title and custom field of the body, whatever the state's form says.
    pub(super) fn all(definition: &Definition, body: &Map<String, Value>, zone: Tz) -> Result<Self, Refusal> {
        let mut writes = Self::default();
        for (key, value) in body {
            if key == "title" {
                writes.title = Some(title(value)?);
            } else if let Some(field) = definition.field(key) {
                writes.values.push((key.clone(), write(field.kind, key, value, zone)?));
            }
        }
        Ok(writes)
    }

    /// The keys that are written.
    pub(super) fn keys(&self) -> Vec<String> {
        let title = self.title.as_ref().map(|_| "title".to_owned());
        title.into_iter().chain(self.values.iter().map(|(key, _)| key.clone())).collect()
    }

    pub(super) fn apply(self, ticket: &mut Ticket) {
        if let Some(title) = self.title {
            ticket.title = title;
        }
        for (key, value) in self.values {
            match value {
                Some(value) => ticket.values.insert(key, value),
                None => ticket.values.remove(&key),
            };
        }
    }
}

/// Those of a script's keys that its move does not write in this state: what the workflow has no field of, and what is read-only there.
pub fn unwritten<'a>(definition: &Definition, state: StateId, keys: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let state = definition.state(state);
    let is_written = |key: &str| {
        let is_field = key == "title" || definition.field(key).is_some();
        is_field && state.is_some_and(|state| writable(state, key, true))
    };
    keys.filter(|key| !is_written(key)).collect()
}

fn writable(state: &State, key: &str, if_unlisted: bool) -> bool {
    match state.field_access.get(key) {
        Some(FieldAccess::Required | FieldAccess::Optional) => true,
        Some(FieldAccess::ReadOnly) => false,
        None => if_unlisted,
    }
}

/// Every required key must be present when the transition asks for it; null and empty values count as present (T-09).
pub(super) fn check_required(
    definition: &Definition,
    state: &State,
    transition: &Transition,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    if transition.field_check == super::definition::FieldCheck::Skipped {
        return Ok(());
    }
    let mut required: Vec<&String> =
        state.field_access.iter().filter(|(_, access)| **access == FieldAccess::Required).map(|(key, _)| key).collect();
    let sent = |key: &&String| body.contains_key(*key) && !NO_FIELDS.contains(&key.as_str());
    if required.iter().all(sent) {
        return Ok(());
    }
    required.sort_by_key(|key| form_order(definition, key));
    Err(Refusal::MissingFields(required.into_iter().cloned().collect()))
}

/// Where a key stands in a form; unknown ones come last.
fn form_order(definition: &Definition, key: &str) -> i32 {
    let base = BASE_FIELDS.iter().find(|field| field.key == key);
    base.map(|field| field.order_id).or_else(|| definition.field(key).map(|field| field.order_id)).unwrap_or(i32::MAX)
}

fn title(value: &Value) -> Result<String, Refusal> {
    let title = match value {
        Value::Null => "",
        Value::String(title) => title,
        _ => return Err(invalid("title", Expected::Text)),
    };
    bounded("title", title.to_owned(), TITLE_MAX)
}

/// The value to store for what a caller sent; `None` clears the field.
///
/// # Errors
/// `FieldInvalid` naming the key and what was expected.
pub(super) fn write(kind: FieldKind, key: &str, value: &Value, zone: Tz) -> Result<Option<Value>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let cleared = value.as_str().is_some_and(|text| text.trim().is_empty());
    let wanted = |typed: Option<Value>, expected| typed.ok_or_else(|| invalid(key, expected));
    let typed = match kind {
        FieldKind::Int | FieldKind::Float | FieldKind::Bool | FieldKind::Date | FieldKind::Datetime if cleared => {
            return Ok(None);
        }
        FieldKind::Int => wanted(int(value).map(Value::from), Expected::Int),
        FieldKind::Float => wanted(float(value).map(Value::from), Expected::Float),
        FieldKind::Bool => wanted(boolean(value).map(Value::from), Expected::Bool),
        FieldKind::Date => wanted(date(value, zone), Expected::Date),
        FieldKind::Datetime => {
            wanted(datetime(value, zone).map(|at| Value::from(datetime_text(at))), Expected::Datetime)
        }
        FieldKind::Radio | FieldKind::Select | FieldKind::User => {
            let text = scalar(value).ok_or_else(|| invalid(key, Expected::Text))?;
            bounded(key, text, SINGLE_MAX).map(Value::from)
        }
        FieldKind::Checkbox | FieldKind::MultiSelect | FieldKind::Users => {
            let text = scalar(value).or_else(|| joined(value));
            let text = text.ok_or_else(|| invalid(key, Expected::TextOrList))?;
            bounded(key, text, TEXT_MAX).map(Value::from)
        }
        // takes anything, as text
        FieldKind::String | FieldKind::Text | FieldKind::File => {
            let text = scalar(value).or_else(|| joined(value));
            let text = text.unwrap_or_else(|| value.to_string());
            bounded(key, text, TEXT_MAX).map(Value::from)
        }
    }?;
    Ok(Some(typed))
}

/// The value that a field of this kind would hold had somebody given this text: what a search for it compares with. None for an
/// empty text where that clears the field.
///
/// # Errors
/// `FieldInvalid` as `write`.
pub fn searched_value(kind: FieldKind, key: &str, text: &str, zone: Tz) -> Result<Option<Value>, Refusal> {
    write(kind, key, &Value::from(text), zone)
}

/// The form in which a stored value is shown and handed to plugins: numbers as the field declares them, else null.
pub(super) fn read(kind: FieldKind, stored: Option<&Value>) -> Value {
    let Some(stored) = stored else {
        return Value::Null;
    };
    match kind {
        FieldKind::Int => int(stored).map_or(Value::Null, Value::from),
        // the database forgets the point of 3.0
        FieldKind::Float => float(stored).map_or(Value::Null, Value::from),
        FieldKind::Bool => boolean(stored).map_or(Value::Null, Value::from),
        FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::String
        | FieldKind::Text
        | FieldKind::File
        | FieldKind::Radio
        | FieldKind::Select
        | FieldKind::User
        | FieldKind::Checkbox
        | FieldKind::MultiSelect
        | FieldKind::Users => match stored {
            // the field may have had another kind when this was written
            Value::Number(_) | Value::Bool(_) => scalar(stored).map_or(Value::Null, Value::from),
            other => other.clone(),
        },
    }
}

/// A ticket's custom values in read-back form, every field of the definition, unset ones null.
pub(super) fn read_all(definition: &Definition, values: &BTreeMap<String, Value>) -> Vec<(String, FieldKind, Value)> {
    definition
        .effective_fields()
        .map(|field| {
            let value = read(field.kind, values.get(&field.key));
            (field.key.clone(), field.kind, value)
        })
        .collect()
}

fn invalid(key: &str, expected: Expected) -> Refusal {
    Refusal::FieldInvalid { key: key.to_owned(), expected }
}

/// The database's text cannot hold NUL.
fn bounded(key: &str, text: String, most: usize) -> Result<String, Refusal> {
    if text.contains('\0') {
        Err(invalid(key, Expected::NoNul))
    } else if text.chars().count() > most {
        Err(invalid(key, Expected::AtMost(most)))
    } else {
        Ok(text)
    }
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// 5.0 is 5, 5.5 is no integer; past 2⁵³ a float no longer says which integer it means.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range just checked")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn float(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Some(true),
            "false" | "f" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn date(value: &Value, zone: Tz) -> Option<Value> {
    let day = datetime(value, zone)?.date();
    Some(Value::from(day.format("%Y-%m-%d").to_string()))
}

/// A date (midnight), or a date and time with `T` or a blank between, seconds and fraction as one likes; a time that is marked
/// with a zone is turned into the wire's.
fn datetime(value: &Value, zone: Tz) -> Option<NaiveDateTime> {
    let text = value.as_str()?.trim().replacen('T', " ", 1);
    let marked = text.replacen('Z', "+00:00", 1);
    let at = NaiveDate::parse_from_str(&text, "%Y-%m-%d")
        .ok()
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .or_else(|| {
            ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
        })
        .or_else(|| {
            ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"]
                .iter()
                .find_map(|format| DateTime::<FixedOffset>::parse_from_str(&marked, format).ok())
                .map(|at| at.with_timezone(&zone).naive_local())
        })?;
    // chrono reads signed and longer years and the 60th second, which the database or its readers do not
    let year: i32 = at.date().format("%Y").to_string().parse().ok()?;
    ((1..=9999).contains(&year) && at.nanosecond() < 1_000_000_000).then_some(at)
}

/// Fractions appear only where there is one (T-21).
fn datetime_text(at: NaiveDateTime) -> String {
    let format = if at.nanosecond() / 1000 == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.6f" };
    at.format(format).to_string()
}

/// One value as text; flags are spelt as the old engine stored them.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An array of single values as a comma list (D-13).
fn joined(value: &Value) -> Option<String> {
    let parts: Option<Vec<String>> = value.as_array()?.iter().map(scalar).collect();
    Some(parts?.join(","))
}
