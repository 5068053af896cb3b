//! Tokens in the configuration of hook states: answers show them masked (D-25), and sending back what was read keeps the token.

use serde_json::Value;

pub const MASK: &str = "***";

/// A hook's configuration as answers show it; one that does not parse is hidden whole.
pub fn shown(participant: &str) -> String {
    match serde_json::from_str(participant) {
        Ok(Value::Object(mut hook)) => {
            hook.insert("hook_token".into(), MASK.into());
            Value::Object(hook).to_string()
        }
        _ => MASK.into(),
    }
}

pub(super) fn token(participant: &str) -> Option<Value> {
    serde_json::from_str::<Value>(participant).ok()?.get_mut("hook_token").map(Value::take)
}

/// `participant` with the kept token where it has the mask.
pub(super) fn restored(participant: &str, token: Option<Value>) -> String {
    match (serde_json::from_str(participant), token) {
        (Ok(Value::Object(mut hook)), Some(token)) if hook.get("hook_token").is_some_and(|shown| shown == MASK) => {
            hook.insert("hook_token".into(), token);
            Value::Object(hook).to_string()
        }
        _ => participant.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d25_what_an_app_read_and_sends_back_keeps_the_token() {
        let kept = r#"{"hook_url":"http://a","hook_token":"secret","wait":true}"#;
        let read = shown(kept);
        assert!(!read.contains("secret"));
        let sent = read.replace("http://a", "http://b");
        assert_eq!(restored(&sent, token(kept)), kept.replace("http://a", "http://b"));
        assert_eq!(restored(r#"{"hook_token":"new"}"#, token(kept)), r#"{"hook_token":"new"}"#);
        assert_eq!(shown("{broken"), MASK);
    }
}
