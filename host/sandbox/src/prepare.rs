//! From uploaded bytes to a plugin that can be called (plugin-runtime §5, steps 1 to 8). Runs on a blocking thread.

use wasmtime::component::Component;

use crate::{
    componentize::componentize,
    digest::Digest,
    error::Rejection,
    inspect::{self, Counts, Shape},
    limits::Kind,
    plugin::Plugin,
    sandbox::Inner,
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
}

/// A plugin that passed every check, compiled and in the cache.
pub struct Prepared {
    /// Names `bytes`.
    pub component: Digest,
    /// Names the compiled code; `Sandbox::load` wants it back.
    pub compiled: Digest,
    /// The component to store: the upload itself, or what an uploaded core module became.
    pub bytes: Vec<u8>,
    pub kinds: Vec<Kind>,
    pub report: Report,
    pub plugin: Plugin,
}

pub(crate) fn prepare(inner: &Inner, upload: Vec<u8>) -> Result<Prepared, Rejection> {
    let (bytes, counts) = normalise(upload)?;
    let digest = Digest::of(&bytes);
    let component =
        Component::from_binary(inner.engine(), &bytes).map_err(|error| Rejection::Invalid(format!("{error:#}")))?;
    let code = component.serialize().map_err(|error| Rejection::Internal(format!("{error:#}")))?;
    let plugin = Plugin::link(&inner.linkers, &component, digest)?;
    inner
        .cache
        .store(digest, &code)
        .map_err(|error| Rejection::Internal(format!("the cache cannot be written: {error}")))?;
    let plugin = inner.registry.keep(plugin);
    Ok(Prepared {
        component: digest,
        compiled: Digest::of(&code),
        kinds: plugin.kinds().to_vec(),
        report: report(&component, bytes.len(), counts),
        bytes,
        plugin,
    })
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
    }
}
