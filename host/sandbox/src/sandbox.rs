//! The front door: one `Sandbox` per process. (Signatures first; bodies follow.)

use std::{path::PathBuf, sync::Arc};

use crate::{
    access::{Grants, Reads},
    digest::Digest,
    error::{Rejection, StartError},
    limits::{Kind, Limits},
    outcome::Outcome,
    types::{ActionAnswer, Context, Problem},
};

/// How instances get their memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allocator {
    /// Pooling where the address space allows it, else on demand.
    #[default]
    Auto,
    Pooling,
    /// Three to five times slower to start a call; for small address spaces.
    OnDemand,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// Compiled plugins; made with mode 0700 when missing. Rebuilds itself.
    pub cache_dir: PathBuf,
    /// Calls at once; 64 for each core when `None`.
    pub slots: Option<usize>,
    pub allocator: Allocator,
}

/// Clones share one engine, its pool and its memory of loaded plugins.
#[derive(Clone)]
pub struct Sandbox;

/// What a component is made of, for who decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Interfaces it wants, with version.
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    /// Bytes of the component.
    pub size: usize,
    /// Functions in its modules.
    pub functions: usize,
}

/// A plugin that passed every check, compiled and in the cache.
pub struct Prepared {
    /// Names `bytes`.
    pub component: Digest,
    /// Names the compiled code; `load` wants it back.
    pub compiled: Digest,
    /// The component to store: the upload itself, or what an uploaded core module became.
    pub bytes: Vec<u8>,
    pub kinds: Vec<Kind>,
    pub report: Report,
    pub plugin: Plugin,
}

/// A loaded plugin; cheap to clone.
#[derive(Clone)]
pub struct Plugin;

impl Plugin {
    pub fn digest(&self) -> Digest {
        unimplemented!()
    }

    pub fn kinds(&self) -> &[Kind] {
        unimplemented!()
    }
}

/// What a call is about and what it may do.
pub struct Call<'a> {
    pub context: &'a Context,
    pub grants: Arc<Grants>,
    pub limits: Limits,
    pub host: Arc<dyn Reads>,
}

impl Sandbox {
    pub fn new(_settings: Settings) -> Result<Sandbox, StartError> {
        unimplemented!()
    }

    /// Names what compiled code depends on: engine settings, wasmtime's version, the processor.
    pub fn engine_id(&self) -> &str {
        unimplemented!()
    }

    pub async fn prepare(&self, _bytes: Vec<u8>) -> Result<Prepared, Rejection> {
        unimplemented!()
    }

    /// The plugin from memory or from the cache file whose SHA-256 is `compiled`; `None`: prepare it again from the stored bytes.
    pub async fn load(&self, _component: Digest, _compiled: Digest) -> Option<Plugin> {
        unimplemented!()
    }

    pub async fn run_action(&self, _plugin: &Plugin, _call: Call<'_>) -> Outcome<ActionAnswer> {
        unimplemented!()
    }

    pub async fn first_match(&self, _plugin: &Plugin, _expressions: &[String], _call: Call<'_>) -> Outcome<Option<u32>> {
        unimplemented!()
    }

    pub async fn check_conditions(&self, _plugin: &Plugin, _expressions: &[String], _known_fields: &[String]) -> Outcome<Vec<Problem>> {
        unimplemented!()
    }

    /// Slots taken now.
    pub fn in_use(&self) -> usize {
        unimplemented!()
    }

    /// Ends running guests at once with `PluginError::Ended`, refuses new calls, and returns when none is left.
    pub async fn drain(&self) {
        unimplemented!()
    }
}
