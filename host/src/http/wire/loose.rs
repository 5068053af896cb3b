//! Loosely typed values: the admin pages of the old engine send numbers as text and flags as 0/1 (T-07).

use serde_json::{Map, Value};

use crate::http::Failure;

/// An id of a path or query: decimal digits, a positive i64.
pub fn positive(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok().filter(|n| *n > 0))
        .flatten()
}

/// An integer where configuration calls accept int, numeric text and bool (behaviour §3.0).
pub fn loose_int(key: &str, value: &Value) -> Result<i64, Failure> {
    let number = match value {
        Value::Number(n) => n.as_i64(),
        Value::Bool(b) => Some(i64::from(*b)),
        Value::String(s) if s.trim().is_empty() => Some(0),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| Failure::object(format!("{key}须为整数")))
}

/// A flag: bool, 0/1, or their texts.
pub fn loose_flag(key: &str, value: &Value) -> Result<bool, Failure> {
    match value {
        Value::Bool(b) => Ok(*b),
        Value::String(s) if s.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(s) if s.eq_ignore_ascii_case("false") => Ok(false),
        other => match loose_int(key, other)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Failure::object(format!("{key}须为0或1"))),
        },
    }
}

/// Text; null counts as absent (`None`), anything else is refused.
pub fn text(key: &str, value: Option<&Value>) -> Result<Option<String>, Failure> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(s)) => Ok(Some(s.clone())),
        Some(_) => Err(Failure::object(format!("{key}须为文本"))),
    }
}

/// A body's text with the wire's default.
pub fn text_or(body: &Map<String, Value>, key: &str, default: &str) -> Result<String, Failure> {
    Ok(text(key, body.get(key))?.unwrap_or_else(|| default.to_owned()))
}

/// `1,2,3` → ids; blanks around numbers are fine, empty text is an empty list, anything else is refused (threat-model §5).
pub fn id_list(key: &str, text: &str) -> Result<Vec<i64>, Failure> {
    const MOST: usize = 1000;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = text
        .split(',')
        .map(|part| positive(part.trim()).ok_or_else(|| Failure::text(format!("{key}须为逗号分隔的整数"))))
        .collect::<Result<_, _>>()?;
    if ids.len() > MOST {
        return Err(Failure::text(format!("{key}最多{MOST}个")));
    }
    Ok(ids)
}
