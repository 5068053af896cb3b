//! Storage of the plugin's own, shared by its runs.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, engine::Engine};

/// What [`ReadHost::kv`](crate::ReadHost::kv) gives. 64 KiB a value, 10 MiB a plugin.
///
/// A write counts at once, whatever becomes of the run. Two runs may write at the same time: [`Kv::compare_and_set`] is for that.
pub struct Kv<'a> {
    engine: &'a Engine,
}

impl Kv<'_> {
    pub(crate) fn new(engine: &Engine) -> Kv<'_> {
        Kv { engine }
    }

    /// The value, if there is one.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.engine.kv_get(key)
    }

    /// A value that [`Kv::set_json`] wrote.
    pub fn get_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.get(key)? else { return Ok(None) };
        let read = serde_json::from_slice(&bytes);
        read.map_err(|error| Error::permanent(format!("what is stored as {key} is not of this form: {error}")))
    }

    /// Stores until it is deleted or replaced.
    pub fn set(&self, key: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.engine.kv_set(key, value.as_ref(), None)
    }

    /// Stores for a while, counted in whole seconds.
    pub fn set_for(&self, key: &str, value: impl AsRef<[u8]>, time: Duration) -> Result<(), Error> {
        self.engine.kv_set(key, value.as_ref(), Some(time))
    }

    /// Stores a value as JSON.
    pub fn set_json(&self, key: &str, value: &impl Serialize) -> Result<(), Error> {
        let json = serde_json::to_vec(value)
            .map_err(|error| Error::permanent(format!("the value of {key} cannot be JSON: {error}")))?;
        self.set(key, json)
    }

    /// Forgets the value, if there is one.
    pub fn delete(&self, key: &str) -> Result<(), Error> {
        self.engine.kv_delete(key)
    }

    /// Stores `new` only if the present value equals `old` (`None`: there is no value); says whether it did.
    pub fn compare_and_set(&self, key: &str, old: Option<&[u8]>, new: impl AsRef<[u8]>) -> Result<bool, Error> {
        self.engine.kv_compare_and_set(key, old, new.as_ref())
    }
}
