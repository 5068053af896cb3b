//! From uploaded bytes to a plugin that can be called (plugin-runtime §5, steps 1 to 8). Runs on a blocking thread.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use wasmtime::{Engine, component::Component};

use crate::{
    componentize::componentize,
    digest::Digest,
    error::Rejection,
    inspect::{self, Counts, Shape},
    limits::Kind,
    plugin::Plugin,
    sandbox::{Inner, deserialize},
    worker::Allowance,
};

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
    /// It carries an interpreter along (Python, JavaScript) or as much as one: compiling takes long, the result takes much disk.
    pub large: bool,
}

/// A plugin that passed every check, compiled and in the cache.
pub struct Prepared {
    /// Names `bytes`.
    pub component: Digest,
    /// Names the compiled code; `Sandbox::load` wants it back.
    pub compiled: Digest,
    /// The component to store: the upload itself, or what an uploaded core module became.
    pub bytes: Bytes,
    /// How long the compiler took, its wait for a turn not counted.
    pub took: Duration,
    pub kinds: Vec<Kind>,
    pub report: Report,
    pub plugin: Plugin,
}

/// An upload that may be compiled: a component within every number that can be counted without compiling. Cheap to clone.
#[derive(Clone)]
pub struct Candidate(pub(crate) Arc<Checked>);

impl Candidate {
    /// The component to store: the upload itself, or what an uploaded core module became.
    pub fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Names the component.
    pub fn digest(&self) -> Digest {
        self.0.digest
    }
}

pub(crate) struct Checked {
    pub(crate) bytes: Bytes,
    digest: Digest,
    counts: Counts,
}

impl Checked {
    /// Checks bytes, and makes a component of a core module.
    pub(crate) fn of(upload: Vec<u8>) -> Result<Checked, Rejection> {
        let (bytes, counts) = normalise(upload)?;
        let bytes = Bytes::from(bytes);
        Ok(Checked { digest: Digest::of(&bytes), bytes, counts })
    }

    /// What its compilation may take.
    pub(crate) fn allowance(&self) -> Allowance {
        if self.counts.is_large() { Allowance::LARGE } else { Allowance::USUAL }
    }

    /// Compiles in this process.
    pub(crate) fn compile(&self, engine: &Engine) -> Result<Vec<u8>, Rejection> {
        engine.precompile_component(&self.bytes).map_err(|error| Rejection::Invalid(format!("{error:#}")))
    }

    /// Loads the compiled code, which the caller just made, links it and puts it into the cache.
    pub(crate) fn finish(&self, inner: &Inner, code: &[u8], begun: Instant) -> Result<Prepared, Rejection> {
        let digest = self.digest;
        // What the pool has no room for shows here.
        let component = deserialize(inner, code).map_err(|error| Rejection::Invalid(format!("{error:#}")))?;
        let plugin = Plugin::link(&inner.linkers, &component, digest)?;
        inner
            .cache
            .store(digest, code)
            .map_err(|error| Rejection::Internal(format!("the cache cannot be written: {error}")))?;
        let plugin = inner.registry.keep(plugin);
        Ok(Prepared {
            component: digest,
            compiled: Digest::of(code),
            kinds: plugin.kinds().to_vec(),
            report: report(&component, self.bytes.len(), self.counts),
            bytes: self.bytes.clone(),
            took: begun.elapsed(),
            plugin,
        })
    }
}

/// A component within the limits, whatever was uploaded.
fn normalise(upload: Vec<u8>) -> Result<(Vec<u8>, Counts), Rejection> {
    let shape = inspect::shape(&upload)?;
    let counts = inspect::check(&upload)?;
    match shape {
        Shape::Component => Ok((upload, counts)),
        Shape::CoreModule => {
            let component = componentize(&upload)?;
            let counts = inspect::check(&component)?;
            Ok((component, counts))
        }
    }
}

fn report(component: &Component, size: usize, counts: Counts) -> Report {
    let (engine, ty) = (component.engine(), component.component_type());
    Report {
        imports: ty.imports(engine).map(|(name, _)| name.to_owned()).collect(),
        exports: ty.exports(engine).map(|(name, _)| name.to_owned()).collect(),
        size,
        functions: counts.functions,
        large: counts.is_large(),
    }
}
