//! Hides the values of secrets in text, by value: whatever a guest writes into its log, a secret that it holds does not stand there.
//!
//! Encodings of a value (base64, one character a line) are beyond it; a plugin that must not leak gets its secret as an injected header.

use crate::services::Secret;

/// Lines of a secret of several lines that are hidden one by one: a log line never holds them all.
const LINE_BYTES: usize = 8;

const HIDDEN: &str = "•••";

#[derive(Default)]
pub(crate) struct Masks(Vec<String>);

impl Masks {
    pub(crate) fn add(&mut self, secret: &Secret) {
        let value = secret.reveal();
        let lines = value.lines().map(str::trim).filter(|line| line.len() >= LINE_BYTES);
        for hidden in std::iter::once(value.trim()).chain(lines) {
            if !hidden.is_empty() && !self.0.iter().any(|known| known == hidden) {
                self.0.push(hidden.to_owned());
            }
        }
        // A value that holds another one is hidden first, else its rest would show.
        self.0.sort_by_key(|hidden| std::cmp::Reverse(hidden.len()));
    }

    pub(crate) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, hidden| {
            if text.contains(hidden.as_str()) { text.replace(hidden.as_str(), HIDDEN) } else { text }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let mut masks = Masks::default();
        masks.add(&Secret::new("tok"));
        masks.add(&Secret::new("tok-123\n"));
        masks.add(&Secret::new("-----BEGIN\nMIIEvQIBADANBg\n-----END"));
        masks.add(&Secret::new(""));
        assert_eq!(masks.hide("Bearer tok-123, tok"), "Bearer •••, •••");
        assert_eq!(masks.hide("a line: MIIEvQIBADANBg"), "a line: •••");
        assert_eq!(masks.hide("nothing here"), "nothing here");
    }
}
