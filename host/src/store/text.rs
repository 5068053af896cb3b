//! What plugins and receivers say, as the database can hold it: PostgreSQL's text and jsonb have no NUL, and a statement that fails for one
//! would have the job behind it tried again with all that it sent.

use std::borrow::Cow;

use serde_json::Value;

pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "").into() } else { text.into() }
}

/// In every text and key of it.
pub(super) fn json_without_nul(value: &Value) -> Value {
    match value {
        Value::String(text) => without_nul(text).into(),
        Value::Array(items) => items.iter().map(json_without_nul).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (without_nul(key).into_owned(), json_without_nul(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nul_is_taken_out_of_texts_at_any_depth_and_nothing_else() {
        assert_eq!(without_nul("a\0b\u{fffd}\0"), "ab\u{fffd}");
        let said = json!({ "k\0": ["a\0", { "x": "\0" }], "n": 1, "t": true, "z": null, "s": "\\u0000" });
        let kept = json!({ "k": ["a", { "x": "" }], "n": 1, "t": true, "z": null, "s": "\\u0000" });
        assert_eq!(json_without_nul(&said), kept);
    }
}
