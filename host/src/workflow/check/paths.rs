//! Where tickets can get to: states that none reaches, and states that none can leave for an end.

use std::collections::BTreeSet;

use super::{
    super::{
        definition::{Conditions, ParticipantKind, StateKind, Transition, TransitionKind},
        ids::StateId,
    },
    Found, Place,
};

impl Found<'_> {
    pub(super) fn check_paths(&mut self) {
        let definition = self.definition;
        let edges: Vec<(StateId, StateId)> = definition
            .transitions
            .iter()
            .filter_map(|transition| Some((transition.source?, transition)))
            .flat_map(|(source, transition)| targets(transition).map(move |target| (source, target)))
            .collect();
        let reached = definition.start().map(|start| spread([start.id].into(), &edges));
        let ends: BTreeSet<StateId> =
            definition.states.iter().filter(|state| state.kind == StateKind::End).map(|state| state.id).collect();
        let has_end = !ends.is_empty();
        let backwards: Vec<(StateId, StateId)> = edges.iter().map(|(source, target)| (*target, *source)).collect();
        let ending = spread(ends, &backwards);
        for state in &definition.states {
            let place = Place::State(state.id);
            let mut leaving = definition.leaving(state.id).peekable();
            let has_way_out = leaving.peek().is_some();
            let automatic = matches!(state.participant.kind, ParticipantKind::Script | ParticipantKind::Hook);
            let only_timers = has_way_out && leaving.all(|transition| transition.kind == TransitionKind::Timer);
            if reached.as_ref().is_some_and(|reached| !reached.contains(&state.id)) {
                self.warning("state_unreachable", place, "no path leads here from the start state");
            }
            if state.kind == StateKind::End {
                if has_way_out {
                    self.warning("end_has_transitions", place, "nothing leaves an end state; its transitions are dead");
                }
            } else if !has_way_out {
                self.warning("dead_end", place, "no transition leaves this state, and it is no end state");
            } else if has_end && !ending.contains(&state.id) {
                self.warning("no_way_to_end", place, "no path leads from here to an end state");
            }
            if only_timers && !automatic && state.kind != StateKind::End {
                self.warning("timer_only", place, "only time takes a ticket out of here");
            }
        }
    }
}

fn targets(transition: &Transition) -> impl Iterator<Item = StateId> {
    let conditional = match &transition.conditions {
        Conditions::Listed(conditions) => conditions.as_slice(),
        Conditions::Broken(_) => &[],
    };
    transition.destination.into_iter().chain(conditional.iter().map(|condition| condition.target))
}

/// Everything that can be got to from `seen` along the edges. Ends, since each round but the last adds a state.
fn spread(mut seen: BTreeSet<StateId>, edges: &[(StateId, StateId)]) -> BTreeSet<StateId> {
    loop {
        let before = seen.len();
        for (from, to) in edges {
            if seen.contains(from) {
                seen.insert(*to);
            }
        }
        if seen.len() == before {
            return seen;
        }
    }
}
