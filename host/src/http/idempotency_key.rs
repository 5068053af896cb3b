//! The header `Idempotency-Key` (I18): a caller that does not know whether its creation arrived sends it again and gets the first
//! one's answer. What makes two requests the same is decided here; keeping the answer is `store::idempotency`.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{auth::Caller, error::Failure};
use crate::store::idempotency::Key;

const CHARACTERS: std::ops::RangeInclusive<usize> = 1..=200;

/// The header's text, if it came.
#[derive(Debug)]
pub struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let (value, more) = (values.next(), values.next());
        let Some(value) = value else { return Ok(Self(None)) };
        let text = value.to_str().ok().filter(|text| text.bytes().all(|b| b.is_ascii_graphic()));
        match text.filter(|text| more.is_none() && CHARACTERS.contains(&text.len())) {
            Some(text) => Ok(Self(Some(text.to_owned()))),
            None => Err(Failure::object("Idempotency-Key不合法，须为1到200个可见的ASCII字符")),
        }
    }
}

impl IdempotencyKey {
    /// The key of this caller's request. The user belongs to what was asked: the ticket would be theirs.
    pub fn of(self, caller: &Caller, username: &str, body: &Map<String, Value>) -> Option<Key> {
        let key = self.0?;
        let mut hash = Sha256::new_with_prefix((username.len() as u64).to_be_bytes());
        hash.update(username);
        for (name, value) in body {
            // as JSON, so that a text cannot look like the end of one and the beginning of another
            hash.update(Value::from(name.as_str()).to_string());
            hash.update(value.to_string());
        }
        Some(Key { app_token: caller.app_token_id(), key, body_hash: hash.finalize().into() })
    }
}
