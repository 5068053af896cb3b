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
pub struct Plugin(pub(crate) Arc<Loaded>);

pub(crate) struct Loaded {
    pub(crate) component: Digest,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) action: Option<ActionPluginPre<State>>,
    pub(crate) participants: Option<ParticipantsPluginPre<State>>,
    pub(crate) notice: Option<NoticePluginPre<State>>,
    pub(crate) condition: Option<ConditionPluginPre<State>>,
    pub(crate) gate: Gate,
}

impl Plugin {
    /// Names its component.
    pub fn digest(&self) -> Digest {
        self.0.component
    }

    /// What it can be called as.
    pub fn kinds(&self) -> &[Kind] {
        &self.0.kinds
    }

    /// Whether it may be called, or is suspended because it kept failing. Kept as long as the plugin stays loaded.
    pub fn standing(&self) -> Standing {
        self.0.gate.standing()
    }

    /// Ends a suspension and forgets the failures.
    pub fn reset(&self) {
        self.0.gate.reset();
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
            gate: Gate::new(),
        };
        let mut refusal = None;
        for kind in Kind::ALL.into_iter().filter(|kind| component.get_export_index(None, kind.export()).is_some()) {
            match loaded.add(linkers, component, kind) {
                Ok(()) => loaded.kinds.push(kind),
                Err(rejection) => refusal = refusal.or(Some(rejection)),
            }
        }
        match (loaded.kinds.is_empty(), refusal) {
            (false, _) => Ok(Plugin(Arc::new(loaded))),
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
