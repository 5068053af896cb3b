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
    /// The error is the key of a field that was given no JSON.
    pub(super) fn new(effects: Vec<Effect>) -> Result<Self, String> {
        let mut staged = Self::default();
        for effect in effects {
            match effect {
                Effect::SetField(types::FieldValue { key, value, .. }) => {
                    let value = serde_json::from_str(&value).map_err(|_| key.clone())?;
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
