//! `gavia:plugin/kv`: values of the plugin's own namespace. Which namespace is the host's matter, so no argument can name another one
//! (corpus 38); the host also counts the plugin's total.

use std::time::Duration;

use super::{Answer, error, told};
use crate::{
    bindings::kv,
    grants::Storage,
    state::State,
    types::{GuestError, GuestErrorKind},
};

const KEY_BYTES: usize = 256;

impl State {
    /// Counts the call; the inner error is the guest's: no grant, or a key that cannot be one.
    fn storage(&mut self, call: &'static str, key: &str) -> Answer<()> {
        if self.grants.kv == Storage::None {
            return self.refuse(call, "kv");
        }
        self.charge(call)?;
        if key.is_empty() || key.len() > KEY_BYTES || key.contains('\0') {
            return Ok(Err(error(
                GuestErrorKind::InvalidInput,
                format!("a key has 1 to {KEY_BYTES} bytes, none of them NUL"),
            )));
        }
        Ok(Ok(()))
    }

    fn fits(&self, value: &[u8]) -> Result<(), GuestError> {
        let max = self.limits.kv_value_bytes;
        if value.len() > max {
            return Err(error(GuestErrorKind::Exhausted, format!("a value may have {max} bytes, not {}", value.len())));
        }
        Ok(())
    }

    fn kept(&mut self, key: &str, value_bytes: usize) {
        self.kv_value_bytes = self.kv_value_bytes.max(value_bytes);
        self.kv_written_bytes = self.kv_written_bytes.saturating_add((key.len() + value_bytes) as u64);
    }
}

impl kv::Host for State {
    async fn get(&mut self, key: String) -> Answer<Option<Vec<u8>>> {
        const CALL: &str = "kv.get";
        self.handed(&key);
        if let Err(refusal) = self.storage(CALL, &key)? {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        Ok(host.kv_get(&key).await.map_err(|problem| told(CALL, "key", problem)))
    }

    async fn set(&mut self, key: String, value: Vec<u8>, ttl_seconds: Option<u32>) -> Answer<()> {
        const CALL: &str = "kv.set";
        self.handed((&key, &value));
        if let Err(refusal) = self.storage(CALL, &key)?.and_then(|()| self.fits(&value)) {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        let ttl = ttl_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let size = value.len();
        let kept = host.kv_set(&key, value, ttl).await;
        if kept.is_ok() {
            self.kept(&key, size);
        }
        Ok(kept.map_err(|problem| told(CALL, "key", problem)))
    }

    async fn delete(&mut self, key: String) -> Answer<()> {
        const CALL: &str = "kv.delete";
        self.handed(&key);
        if let Err(refusal) = self.storage(CALL, &key)? {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        Ok(host.kv_delete(&key).await.map_err(|problem| told(CALL, "key", problem)))
    }

    async fn compare_and_set(&mut self, key: String, old: Option<Vec<u8>>, new: Vec<u8>) -> Answer<bool> {
        const CALL: &str = "kv.compare-and-set";
        self.handed((&key, &old, &new));
        if let Err(refusal) = self.storage(CALL, &key)?.and_then(|()| self.fits(&new)) {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        let size = new.len();
        let kept = host.kv_compare_and_set(&key, old, new).await;
        if kept == Ok(true) {
            self.kept(&key, size);
        }
        Ok(kept.map_err(|problem| told(CALL, "key", problem)))
    }
}
