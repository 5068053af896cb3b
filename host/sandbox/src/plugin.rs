//! A loaded plugin: compiled code, linked once for each kind that it is.

use std::sync::Arc;

use wasmtime::component::Component;

use crate::{
    bindings::{
        action::ActionPluginPre, condition::ConditionPluginPre, notice::NoticePluginPre,
        participants::ParticipantsPluginPre,
    },
    breaker::Standing,
    contract,
    digest::Digest,
    error::Rejection,
    gate::Gate,
    limits::Kind,
    link::Linkers,
    state::State,
};

/// A loaded plugin; cheap to clone.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) loaded: Arc<Loaded>,
    pub(crate) gate: Turnstile,
}

pub(crate) struct Loaded {
    pub(crate) component: Digest,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) action: Option<ActionPluginPre<State>>,
    pub(crate) participants: Option<ParticipantsPluginPre<State>>,
    pub(crate) notice: Option<NoticePluginPre<State>>,
    pub(crate) condition: Option<ConditionPluginPre<State>>,
}

/// What counts a plugin's calls and failures. A component has one of its own; where versions of one plugin share one, each of them is
/// called behind it ([`Plugin::behind`]). Clones are the same.
#[derive(Clone, Default)]
pub struct Turnstile(pub(crate) Arc<Gate>);

impl Turnstile {
    /// Whether calls may pass, or are suspended because they kept failing.
    pub fn standing(&self) -> Standing {
        self.0.standing()
    }

    /// Ends a suspension and forgets the failures.
    pub fn reset(&self) {
        self.0.reset();
    }
}

impl Plugin {
    /// The same code, whose calls are counted there.
    #[must_use]
    pub fn behind(&self, gate: &Turnstile) -> Plugin {
        Plugin { loaded: self.loaded.clone(), gate: gate.clone() }
    }

    /// Names its component.
    pub fn digest(&self) -> Digest {
        self.loaded.component
    }

    /// What it can be called as.
    pub fn kinds(&self) -> &[Kind] {
        &self.loaded.kinds
    }

    /// What its calls are counted by.
    pub fn turnstile(&self) -> &Turnstile {
        &self.gate
    }

    /// Links the component for each kind whose interface it exports. Refused if none of them fits.
    pub(crate) fn link(linkers: &Linkers, component: &Component, digest: Digest) -> Result<Plugin, Rejection> {
        let mut loaded = Loaded {
            component: digest,
            kinds: Vec::new(),
            action: None,
            participants: None,
            notice: None,
            condition: None,
        };
        let mut refusal = None;
        for kind in Kind::ALL.into_iter().filter(|kind| component.get_export_index(None, kind.export()).is_some()) {
            match loaded.add(linkers, component, kind) {
                Ok(()) => loaded.kinds.push(kind),
                Err(rejection) => refusal = refusal.or(Some(rejection)),
            }
        }
        match (loaded.kinds.is_empty(), refusal) {
            (false, _) => Ok(Plugin { loaded: Arc::new(loaded), gate: Turnstile::default() }),
            (true, Some(rejection)) => Err(rejection),
            (true, None) => Err(Rejection::NoKind(found(component))),
        }
    }
}

impl Loaded {
    fn add(&mut self, linkers: &Linkers, component: &Component, kind: Kind) -> Result<(), Rejection> {
        let linked = linkers.link(kind, component)?;
        contract::check(component, kind)?;
        // The contract was just checked; what is left is ours.
        let ours = |error: wasmtime::Error| Rejection::Internal(format!("{error:#}"));
        match kind {
            Kind::Action => self.action = Some(ActionPluginPre::new(linked).map_err(ours)?),
            Kind::Condition => self.condition = Some(ConditionPluginPre::new(linked).map_err(ours)?),
            Kind::Notice => self.notice = Some(NoticePluginPre::new(linked).map_err(ours)?),
            Kind::Participants => self.participants = Some(ParticipantsPluginPre::new(linked).map_err(ours)?),
        }
        Ok(())
    }
}

fn found(component: &Component) -> String {
    let engine = component.engine();
    let names: Vec<String> =
        component.component_type().exports(engine).take(20).map(|(name, _)| name.to_owned()).collect();
    if names.is_empty() {
        "it exports nothing (a core module needs its WIT embedded)".to_owned()
    } else {
        format!("it exports {}", names.join(", "))
    }
}
