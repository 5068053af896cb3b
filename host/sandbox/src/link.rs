//! Connects components with what the host provides, and says exactly what is missing when that fails (plugin-runtime §5.4).
//!
//! Purity is a property of the world: a condition is linked with `log` alone, a participants plugin without `effects`.

use wasmtime::{
    Engine,
    component::{
        Component, HasSelf, InstancePre, Linker,
        types::{ComponentInstance, ComponentItem},
    },
};

use crate::{
    bindings::{config, directory, effects, kv, log, secrets, tickets},
    error::{Rejection, StartError},
    limits::Kind,
    signature,
    state::State,
};

/// What is linked; imports of another patch version of the same line resolve to these.
const WASI: &str = "0.2.12";
const GAVIA: &str = "0.1.0";

pub(crate) struct Linkers {
    open: Linker<State>,
    without_effects: Linker<State>,
    pure: Linker<State>,
}

impl Linkers {
    pub(crate) fn new(engine: &Engine) -> Result<Linkers, StartError> {
        let make = || -> wasmtime::Result<Linkers> {
            let mut pure = Linker::new(engine);
            log::add_to_linker::<State, HasSelf<State>>(&mut pure, |state| state)?;
            let mut without_effects = pure.clone();
            wasmtime_wasi::p2::add_to_linker_async(&mut without_effects)?;
            wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut without_effects)?;
            config::add_to_linker::<State, HasSelf<State>>(&mut without_effects, |state| state)?;
            secrets::add_to_linker::<State, HasSelf<State>>(&mut without_effects, |state| state)?;
            kv::add_to_linker::<State, HasSelf<State>>(&mut without_effects, |state| state)?;
            tickets::add_to_linker::<State, HasSelf<State>>(&mut without_effects, |state| state)?;
            directory::add_to_linker::<State, HasSelf<State>>(&mut without_effects, |state| state)?;
            let mut open = without_effects.clone();
            effects::add_to_linker::<State, HasSelf<State>>(&mut open, |state| state)?;
            Ok(Linkers { open, without_effects, pure })
        };
        make().map_err(|error| StartError::Engine(format!("{error:#}")))
    }

    fn of(&self, kind: Kind) -> &Linker<State> {
        match kind {
            Kind::Action | Kind::Notice => &self.open,
            Kind::Participants => &self.without_effects,
            Kind::Condition => &self.pure,
        }
    }

    /// The component linked for a kind, or what it wants and does not get.
    pub(crate) fn link(&self, kind: Kind, component: &Component) -> Result<InstancePre<State>, Rejection> {
        let linker = self.of(kind);
        linker.instantiate_pre(component).map_err(|error| {
            let mut lines = missing(linker, component);
            if lines.is_empty() {
                lines = mismatched(linker, component);
            }
            if lines.is_empty() {
                lines.push(format!("{error:#}"));
            }
            lines.push(provision(kind).to_owned());
            Rejection::Unlinkable(lines.join("\n"))
        })
    }
}

fn provision(kind: Kind) -> &'static str {
    match kind {
        Kind::Action | Kind::Notice => {
            "provided for this kind: the interfaces log, config, secrets, kv, tickets, effects and directory of gavia:plugin@0.1.0, and wasi:cli, clocks, filesystem, http (outgoing), io, random, sockets @0.2.12"
        }
        Kind::Participants => {
            "provided for a participants plugin: the interfaces log, config, secrets, kv, tickets and directory of gavia:plugin@0.1.0, and wasi:cli, clocks, filesystem, http (outgoing), io, random, sockets @0.2.12"
        }
        Kind::Condition => {
            "provided for a condition plugin: gavia:plugin/log@0.1.0 alone (no clock, no network, no storage; build it for wasm32-unknown-unknown)"
        }
    }
}

/// Each import that has no definition of its name.
fn missing(linker: &Linker<State>, component: &Component) -> Vec<String> {
    let engine = linker.engine();
    let mut probe = linker.clone();
    let mut lines = Vec::new();
    for (name, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = &import.ty else {
            if matches!(import.ty, ComponentItem::ComponentFunc(_)) {
                lines.push(format!(
                    "wanted: {name}, a function outside of any interface; provided: nothing of that name"
                ));
            }
            continue;
        };
        for (item, wanted) in instance.exports(engine) {
            let text = match &wanted.ty {
                ComponentItem::ComponentFunc(function) => signature::function(function),
                ComponentItem::Resource(_) => "resource".to_owned(),
                _ => continue,
            };
            if undefined(&mut probe, name, item) {
                lines.push(format!("wanted: {name} {item}: {text}; provided: {}", instead(name, item)));
            }
        }
    }
    lines
}

/// Whether a definition can be added under this name, which it can if there is none.
fn undefined(probe: &mut Linker<State>, interface: &str, item: &str) -> bool {
    let Ok(mut instance) = probe.instance(&our_name(interface)) else { return true };
    instance.func_new(item, |_, _, _, _| Err(wasmtime::Error::msg("only a probe"))).is_ok()
}

/// The name under which the host has this interface: patch versions of one line are the same to the linker.
fn our_name(interface: &str) -> String {
    match interface.rsplit_once('@') {
        Some((base, version)) if base.starts_with("wasi:") && version.starts_with("0.2.") => format!("{base}@{WASI}"),
        Some((base, version)) if base.starts_with("gavia:plugin/") && version.starts_with("0.1.") => {
            format!("{base}@{GAVIA}")
        }
        _ => interface.to_owned(),
    }
}

/// Each function of an interface of ours that is there but has another type.
fn mismatched(linker: &Linker<State>, component: &Component) -> Vec<String> {
    let engine = linker.engine();
    let ours: Vec<(String, ComponentInstance)> = component
        .component_type()
        .imports(engine)
        .filter_map(|(name, import)| match import.ty {
            ComponentItem::ComponentInstance(instance) if name.starts_with("gavia:plugin/") => {
                Some((name.to_owned(), instance))
            }
            _ => None,
        })
        .collect();
    let mut lines = Vec::new();
    for (name, instance) in &ours {
        let mut alone = linker.clone();
        alone.allow_shadowing(true);
        for (other, instance) in ours.iter().filter(|(other, _)| other != name) {
            accept_anything(&mut alone, other, instance);
        }
        if alone.instantiate_pre(component).is_ok() {
            continue;
        }
        for (item, wanted) in instance.exports(engine) {
            if let ComponentItem::ComponentFunc(function) = &wanted.ty {
                let ours = signature::of_contract(name, item).unwrap_or("no such function");
                lines.push(format!("wanted: {name} {item}: {}; provided: {ours}", signature::function(function)));
            }
        }
    }
    lines
}

fn accept_anything(linker: &mut Linker<State>, interface: &str, instance: &ComponentInstance) {
    let engine = linker.engine().clone();
    let Ok(mut definitions) = linker.instance(&our_name(interface)) else { return };
    for (item, wanted) in instance.exports(&engine) {
        if matches!(wanted.ty, ComponentItem::ComponentFunc(_)) {
            // Fails for a name that cannot be one; then the interface stays among those that do not fit.
            let _ = definitions.func_new(item, |_, _, _, _| Err(wasmtime::Error::msg("only a probe")));
        }
    }
}

/// What there is in place of something that is missing.
fn instead(interface: &str, item: &str) -> String {
    let (base, version) = interface.rsplit_once('@').unwrap_or((interface, "no version"));
    if base.starts_with("gavia:plugin/") {
        return match signature::of_contract(interface, item) {
            _ if !version.starts_with("0.1.") => format!("version {GAVIA}"),
            Some(_) => "not for this kind of plugin".to_owned(),
            None => "no such function".to_owned(),
        };
    }
    if base.starts_with("wasi:") {
        format!("not by this name for this kind; wasi is {WASI}")
    } else {
        "nothing of that name".to_owned()
    }
}
