//! JSON objects from strangers, read within bounds: depth, number of keys, no U+0000 (PostgreSQL text cannot hold it), and no
//! doubled `workflow_id` or `transition_id`, which would let two readers see two requests (threat-model §5).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

const MOST_KEYS: usize = 2000;
const MOST_DEPTH: usize = 64;
const ONCE: [&str; 2] = ["workflow_id", "transition_id"];

/// Reads one object; the error says what is wrong without repeating the input.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    object_within(bytes, MOST_KEYS)
}

/// As `object`, with another bound of keys and list items over all depths.
pub fn object_within(bytes: &[u8], entries_max: usize) -> Result<Map<String, Value>, String> {
    let mut left = entries_max;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Bounded { left: &mut left, depth: 0 }.deserialize(&mut deserializer).map_err(|e| readable(&e))?;
    deserializer.end().map_err(|e| readable(&e))?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err("object expected".into()),
    }
}

fn readable(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // serde_json quotes no input in syntax errors; our own texts below quote none either
    text.chars().take(200).collect()
}

struct Bounded<'a> {
    /// Entries that may still come.
    left: &'a mut usize,
    depth: usize,
}

impl Bounded<'_> {
    fn below(&mut self) -> Bounded<'_> {
        Bounded { left: self.left, depth: self.depth + 1 }
    }

    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| E::custom("too many entries"))?;
        Ok(())
    }
}

fn clean<E: serde::de::Error>(text: &str) -> Result<String, E> {
    if text.contains('\0') { Err(E::custom("U+0000 in a text")) } else { Ok(text.to_owned()) }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > MOST_DEPTH {
            return Err(D::Error::custom("nested more than 64 deep"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        clean(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below())? {
            self.count()?;
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.count()?;
            let key = clean(&key)?;
            if ONCE.contains(&key.as_str()) && map.contains_key(&key) {
                return Err(A::Error::custom("workflow_id or transition_id given twice"));
            }
            let value = entries.next_value_seed(self.below())?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_object_is_read_as_it_stands() {
        let map = object(r#" {"标题": "é", "n": 3, "f": 0.5, "l": [true, null], "n": 4} "#.as_bytes()).unwrap();
        assert_eq!(Value::Object(map), serde_json::json!({"标题": "é", "n": 4, "f": 0.5, "l": [true, null]}));
    }

    #[test]
    fn what_is_not_within_bounds_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(80), "]".repeat(80));
        let wide = format!("{{{}}}", (0..2001).map(|n| format!("\"k{n}\":0")).collect::<Vec<_>>().join(","));
        let digits = format!("{{\"a\":{}}}", "9".repeat(1_000_000));
        let bad: [&[u8]; 12] = [
            b"{",
            b"[]",
            b"7",
            b"{\"a\":NaN}",
            b"{\"a\":1e309}",
            digits.as_bytes(),
            deep.as_bytes(),
            wide.as_bytes(),
            b"{\"workflow_id\":1,\"workflow_id\":2}",
            b"{\"a\":\"\\u0000\"}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\xff\"}",
        ];
        for input in bad {
            assert!(object(input).is_err(), "{}", String::from_utf8_lossy(&input[..input.len().min(60)]));
        }
    }
}
