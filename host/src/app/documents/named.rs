//! Kinds in a document go by the names that the database has for them, and a wrong one is told which names there are.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use serde_json::Value;

use crate::store::names::Named;

pub(super) fn serialize<T: Named, S: Serializer>(kind: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

pub(super) fn deserialize<'de, T: Named, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    parse(&name).map_err(D::Error::custom)
}

fn parse<T: Named>(name: &str) -> Result<T, String> {
    let row = T::TABLE.iter().find(|row| row.0 == name);
    row.map(|row| row.1).ok_or_else(|| {
        let names: Vec<&str> = T::TABLE.iter().map(|row| row.0).collect();
        format!("{name:?} is no {}: there are {}", T::WHAT, names.join(", "))
    })
}

/// Keys to kinds.
pub(super) mod map {
    use super::{BTreeMap, Deserialize, Deserializer, Named, Serializer, parse};
    use serde::de::Error as _;

    pub(in super::super) fn serialize<T: Named, S: Serializer>(
        kinds: &BTreeMap<String, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(kinds.iter().map(|(key, kind)| (key, kind.name())))
    }

    pub(in super::super) fn deserialize<'de, T: Named, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, T>, D::Error> {
        let names = BTreeMap::<String, String>::deserialize(deserializer)?;
        let kinds = names.into_iter().map(|(key, name)| match parse(&name) {
            Ok(kind) => Ok((key, kind)),
            Err(reason) => Err(D::Error::custom(format!("{key:?}: {reason}"))),
        });
        kinds.collect()
    }
}

/// Text, a number for an id, or a hook's object.
pub(super) fn participant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Number(number) => Ok(number.to_string().into()),
        value @ (Value::String(_) | Value::Object(_)) => Ok(value),
        _ => Err(D::Error::custom("a text is wanted, a number for an id, or an object for a hook")),
    }
}
