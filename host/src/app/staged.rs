//! What a plugin staged during its call, as a write takes it: values of fields and comments. It is judged once more when it is written,
//! since a grant may have been taken back while the plugin ran or its write waited.

use gavia_sandbox::{Effect, Grants, types};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Staged {
    pub body: Map<String, Value>,
    pub comments: Vec<String>,
}

impl Staged {
    /// The error says which field was given what cannot be kept.
    pub(super) fn new(effects: Vec<Effect>) -> Result<Self, String> {
        let mut staged = Self::default();
        for effect in effects {
            match effect {
                Effect::SetField(types::FieldValue { key, value, .. }) => {
                    let value = serde_json::from_str(&value);
                    let value = value.map_err(|_| format!("no JSON was written to the field {key}"))?;
                    // a write that waits is kept in the database, and is not to come out other than one that is made at once
                    if key.contains('\0') || has_nul(&value) {
                        return Err(format!("a NUL character was written to the field {:?}", key.replace('\0', "")));
                    }
                    staged.body.insert(key, value);
                }
                Effect::Comment(text) => staged.comments.push(text),
            }
        }
        Ok(staged)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.body.is_empty() && self.comments.is_empty()
    }

    /// Whether all of it may be written under these grants; the error names the first that may not.
    pub(super) fn covered_by(&self, grants: &Grants) -> Result<(), String> {
        let field = |key: &String| types::FieldValue { key: key.clone(), ..types::FieldValue::default() };
        let fields = self.body.keys().map(field).map(Effect::SetField);
        let effects: Vec<Effect> = fields.chain(self.comments.iter().cloned().map(Effect::Comment)).collect();
        grants.cover(&effects)
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(key: &str, value: &str) -> Effect {
        Effect::SetField(types::FieldValue { key: key.to_owned(), value: value.to_owned(), ..Default::default() })
    }

    #[test]
    fn what_was_staged_last_counts_and_what_cannot_be_kept_is_refused() {
        let comment = Effect::Comment("done".to_owned());
        let staged = Staged::new(vec![set("days", "1"), comment, set("days", "2")]).unwrap();
        assert_eq!((json!(staged.body), staged.comments), (json!({ "days": 2 }), vec!["done".to_owned()]));
        let refused = |key: &str, value: &str| Staged::new(vec![set(key, value)]).unwrap_err();
        assert_eq!(refused("days", "two"), "no JSON was written to the field days");
        for (key, value) in [("a", "\"x\\u0000\""), ("a", "[{\"k\\u0000\": 1}]"), ("a\0", "1")] {
            assert_eq!(refused(key, value), "a NUL character was written to the field \"a\"");
        }
    }
}
