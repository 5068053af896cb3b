//! Each part for itself: the workflow's own settings, a state, a transition, a field.

use super::{
    super::{
        base_fields::{BASE_FIELDS, COLUMNS, is_reserved},
        definition::{
            Conditions, Definition, FieldAccess, FieldDef, ParticipantKind, State, StateKind, Transition,
            TransitionKind,
        },
        ids::StateId,
        ticket::ROBOT,
    },
    ExpressionPlace, Found, Place,
    instead::instead,
};

impl Found<'_> {
    pub(super) fn check_workflow(&mut self) {
        let count = |kind| self.definition.states.iter().filter(|state| state.kind == kind).count();
        let (starts, ends) = (count(StateKind::Start), count(StateKind::End));
        match starts {
            0 => self.error("start_state_missing", Place::Workflow, "there is no start state"),
            1 => {}
            _ => self.error("start_state_doubled", Place::Workflow, format!("there are {starts} start states")),
        }
        if ends == 0 {
            self.error("end_state_missing", Place::Workflow, "there is no end state");
        }
        for key in &self.definition.display_form {
            if !self.knows(key) {
                self.error(
                    "display_form_key",
                    Place::Workflow,
                    format!("the display form lists \"{key}\", which is no field"),
                );
            }
        }
    }

    pub(super) fn check_state(&mut self, state: &State) {
        let place = Place::State(state.id);
        for key in state.field_access.keys() {
            if !self.knows(key) {
                self.error("state_field_key", place, format!("the state lists \"{key}\", which is no field"));
            }
        }
        let double = |other: &&State| other.order_id == state.order_id && other.id < state.id;
        if let Some(other) = self.definition.states.iter().find(double) {
            self.warning("order_doubled", place, format!("state \"{}\" has the same place in the order", other.name));
        }
        let by_hand =
            self.definition.leaving(state.id).filter(|transition| transition.kind == TransitionKind::Normal).count();
        let automatic = matches!(state.participant.kind, ParticipantKind::Script | ParticipantKind::Hook);
        if automatic && by_hand != 1 {
            self.error(
                "automatic_transitions",
                place,
                format!("a script or hook takes the one transition that leaves its state; here are {by_hand}"),
            );
        }
        let parental = state.sub_workflow_id != 0;
        if parental {
            self.check_parental(state);
        }
        let requires = state.field_access.values().any(|access| *access == FieldAccess::Required);
        if (automatic || parental) && requires {
            self.warning(
                "automatic_requires_fields",
                place,
                "the state requires fields, but nobody fills them in: the engine moves on without",
            );
        }
    }

    /// A state that waits for child tickets.
    fn check_parental(&mut self, state: &State) {
        let place = Place::State(state.id);
        let rule = &state.participant;
        if rule.kind != ParticipantKind::Person || rule.text.trim() != ROBOT {
            self.error("child_participant", place, format!("a state with a child workflow waits for person {ROBOT}"));
        }
        let leaving = self.definition.leaving(state.id).count();
        if leaving != 1 {
            self.error(
                "child_transitions",
                place,
                format!("a state with a child workflow has one outgoing transition; here are {leaving}"),
            );
        }
    }

    pub(super) fn check_transition(&mut self, transition: &Transition) {
        let place = Place::Transition(transition.id);
        if !self.has(transition.source) {
            self.error("transition_source", place, "the transition starts at no state of this workflow");
        }
        if !self.has(transition.destination) {
            self.error("transition_destination", place, "the transition leads to no state of this workflow");
        }
        if transition.kind == TransitionKind::Timer && transition.timer_seconds <= 0 {
            self.error("timer_seconds", place, "the transition's timer must be more than 0 seconds");
        }
        let conditions = match &transition.conditions {
            Conditions::Broken(reason) => {
                return self.error("conditions_broken", place, format!("the conditions cannot be read: {reason}"));
            }
            Conditions::Listed(conditions) => conditions,
        };
        for (index, condition) in conditions.iter().enumerate() {
            let number = index + 1;
            if !self.has(Some(condition.target)) {
                self.error("condition_target", place, format!("condition {number} leads to no state of this workflow"));
            }
            // another plugin has a language of its own
            if self.definition.condition_plugin.trim().is_empty() {
                for problem in gavia_condition::check(&condition.expression, &condition_variables(self.definition)) {
                    let hint =
                        instead(&condition.expression, &problem).map(|hint| format!("; {hint}")).unwrap_or_default();
                    self.error("condition_expression", place, format!("condition {number}: {problem}{hint}"));
                    if let Some(found) = self.problems.last_mut() {
                        found.expression = Some(ExpressionPlace::at(index, &condition.expression, problem.offset));
                    }
                }
            }
        }
    }

    pub(super) fn check_field(&mut self, field: &FieldDef) {
        let place = Place::Field(field.id);
        if is_reserved(&field.key) {
            self.error("field_key_reserved", place, format!("\"{}\" is no key for a field", field.key));
        }
        let earlier = || self.definition.fields.iter().filter(|other| other.id < field.id);
        let (key, order) = (
            earlier().any(|other| other.key == field.key),
            earlier().find(|other| other.order_id == field.order_id).map(|other| other.key.as_str()),
        );
        if key {
            let message = format!("an earlier field has the key \"{}\" too and is ignored", field.key);
            self.warning("field_key_doubled", place, message);
        }
        if let Some(other) = order {
            self.warning("order_doubled", place, format!("field \"{other}\" has the same place in the order"));
        }
    }

    fn has(&self, state: Option<StateId>) -> bool {
        state.is_some_and(|id| self.definition.state(id).is_some())
    }

    /// Whether a form can show the key.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.definition.field(key).is_some()
            || BASE_FIELDS.iter().any(|field| field.key == key)
            || COLUMNS.iter().any(|column| column.0 == key)
    }
}

/// The keys that a condition may name.
pub fn condition_variables(definition: &Definition) -> Vec<&str> {
    let custom = definition.fields.iter().map(|field| field.key.as_str());
    custom.chain(COLUMNS.iter().map(|column| column.0)).collect()
}
