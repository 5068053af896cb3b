//! Hides the values of secrets in text, by value: whatever a guest says in its log, its answer or its error, a secret that it holds does
//! not stand there, plain or as JSON writes it.
//!
//! Other encodings of a value (base64, one character a line) are beyond it; a plugin that must not leak gets its secret as an injected header.

use crate::services::Secret;

/// Lines of a secret of several lines that are hidden one by one: a log line never holds them all.
const LINE_BYTES: usize = 8;

/// What is shorter stands in every other word: hiding it would spoil all text and hide nothing.
const SHORTEST: usize = 4;

const HIDDEN: &str = "•••";

#[derive(Default)]
pub(crate) struct Masks(Vec<String>);

impl Masks {
    pub(crate) fn add(&mut self, secret: &Secret) {
        let value = secret.reveal();
        let lines = value.lines().map(str::trim).filter(|line| line.len() >= LINE_BYTES);
        for hidden in std::iter::once(value.trim()).chain(lines) {
            let json = serde_json::Value::from(hidden).to_string();
            for form in [hidden, &json[1..json.len() - 1]] {
                if form.len() >= SHORTEST && !self.0.iter().any(|known| known == form) {
                    self.0.push(form.to_owned());
                }
            }
        }
        // A value that holds another one is hidden first, else its rest would show.
        self.0.sort_by_key(|hidden| std::cmp::Reverse(hidden.len()));
    }

    pub(crate) fn hide(&self, text: &mut String) {
        for hidden in &self.0 {
            if text.contains(hidden.as_str()) {
                *text = text.replace(hidden.as_str(), HIDDEN);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let mut masks = Masks::default();
        masks.add(&Secret::new("token"));
        masks.add(&Secret::new("s"));
        masks.add(&Secret::new("token-123\n"));
        masks.add(&Secret::new("-----BEGIN\nMIIEvQIBADANBg\n-----END"));
        masks.add(&Secret::new(""));
        masks.add(&Secret::new(r#"with "quotes""#));
        for (text, hidden) in [
            ("Bearer token-123, token", "Bearer •••, •••"),
            ("a line: MIIEvQIBADANBg", "a line: •••"),
            (r#"{"a": "with \"quotes\""}"#, r#"{"a": "•••"}"#),
            ("nothing here", "nothing here"),
        ] {
            let mut text = text.to_owned();
            masks.hide(&mut text);
            assert_eq!(text, hidden);
        }
    }
}
