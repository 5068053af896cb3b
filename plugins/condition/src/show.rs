//! Values as text: `str(x)`, and the form they have inside a list. The text goes through the budget piece by piece, so a
//! list that holds itself a thousand times over stops at the length limit.

use crate::budget::Budget;
use crate::calendar::{DateTime, Delta, Moment};
use crate::fault::Answer;
use crate::numerals::float_text;
use crate::value::Value;

/// `str(value)`
pub(crate) fn text_of(value: &Value, budget: &mut Budget) -> Answer<Value> {
    if let Value::Text(_) = value {
        return Ok(value.clone());
    }
    let mut out = Shown { text: String::new(), budget };
    match value {
        Value::DateTime(moment) => out.push(&datetime(*moment))?,
        Value::Date(date) => out.push(&date.iso())?,
        Value::Delta(delta) => out.push(&delta_words(*delta))?,
        other => out.value(other)?,
    }
    Ok(Value::text(&out.text))
}

struct Shown<'a> {
    text: String,
    budget: &'a mut Budget,
}

impl Shown<'_> {
    fn push(&mut self, piece: &str) -> Answer<()> {
        self.budget.step()?;
        if self.text.len() + piece.len() > crate::TEXT_MAX {
            return self.budget.write(usize::MAX);
        }
        self.text.push_str(piece);
        Ok(())
    }

    /// As inside a list.
    fn value(&mut self, value: &Value) -> Answer<()> {
        match value {
            Value::None => self.push("None"),
            Value::Bool(true) => self.push("True"),
            Value::Bool(false) => self.push("False"),
            Value::Int(value) => self.push(&value.to_string()),
            Value::Float(value) => self.push(&float_text(*value)),
            Value::Text(text) => {
                self.budget.read(text.len())?;
                self.push(&quoted(text))
            }
            Value::List(items) => self.items("[", items, "]"),
            Value::Tuple(items) if items.len() == 1 => self.items("(", items, ",)"),
            Value::Tuple(items) => self.items("(", items, ")"),
            Value::DateTime(value) => self.push(&datetime_call(*value)),
            Value::Date(date) => {
                let (year, month, day) = date.civil();
                self.push(&format!("datetime.date({year}, {month}, {day})"))
            }
            Value::Delta(delta) => self.push(&delta_call(*delta)),
            Value::TimeTuple(tuple) => {
                const NAMES: [&str; 9] =
                    ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];
                let fields: Vec<String> =
                    NAMES.iter().zip(tuple.numbers()).map(|(name, number)| format!("{name}={number}")).collect();
                self.push(&format!("time.struct_time({})", fields.join(", ")))
            }
        }
    }

    fn items(&mut self, open: &str, items: &[Value], close: &str) -> Answer<()> {
        self.push(open)?;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(", ")?;
            }
            self.value(item)?;
        }
        self.push(close)
    }
}

/// `YYYY-MM-DD HH:MM:SS`, plus the fraction when there is one.
fn datetime(moment: DateTime) -> String {
    let Moment { hour, minute, second, microsecond, .. } = moment.parts();
    let fraction = if microsecond == 0 { String::new() } else { format!(".{microsecond:06}") };
    format!("{} {hour:02}:{minute:02}:{second:02}{fraction}", moment.date().iso())
}

fn datetime_call(moment: DateTime) -> String {
    let Moment { year, month, day, hour, minute, second, microsecond } = moment.parts();
    let seconds = match (second, microsecond) {
        (0, 0) => String::new(),
        (second, 0) => format!(", {second}"),
        (second, microsecond) => format!(", {second}, {microsecond}"),
    };
    format!("datetime.datetime({year}, {month}, {day}, {hour}, {minute}{seconds})")
}

fn delta_words(delta: Delta) -> String {
    let (days, seconds, micros) = delta.parts();
    let days = match days {
        0 => String::new(),
        1 | -1 => format!("{days} day, "),
        _ => format!("{days} days, "),
    };
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{days}{}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn delta_call(delta: Delta) -> String {
    let (days, seconds, micros) = delta.parts();
    let parts: Vec<String> = [("days", days), ("seconds", seconds), ("microseconds", micros)]
        .iter()
        .filter(|(_, value)| *value != 0)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if parts.is_empty() {
        "datetime.timedelta(0)".to_owned()
    } else {
        format!("datetime.timedelta({})", parts.join(", "))
    }
}

/// Characters that do not print although they are neither white space nor control characters (Unicode's format class).
const UNPRINTED: [(u32, u32); 23] = [
    (0xad, 0xad),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x890, 0x891),
    (0x8e2, 0x8e2),
    (0x180e, 0x180e),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x2064),
    (0x2066, 0x206f),
    (0xe000, 0xf8ff),
    (0xfeff, 0xfeff),
    (0xfff9, 0xfffb),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x13438),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0001, 0xe0001),
    (0xe0020, 0xe007f),
    (0xf0000, 0x0010_ffff),
];

/// A text as it stands inside a list.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        let code = u32::from(c);
        let hidden = c.is_control()
            || (c != ' ' && c.is_whitespace())
            || UNPRINTED.iter().any(|(first, last)| (*first..=*last).contains(&code));
        let escaped = match c {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if c == quote => format!("\\{c}"),
            _ if !hidden => {
                out.push(c);
                continue;
            }
            _ if code < 0x100 => format!("\\x{code:02x}"),
            _ if code < 0x1_0000 => format!("\\u{code:04x}"),
            _ => format!("\\U{code:08x}"),
        };
        out.push_str(&escaped);
    }
    out.push(quote);
    out
}
