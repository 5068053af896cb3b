//! What is wrong with a document, each with its place: the part and its key for people, a JSON pointer for programs. The kinds of
//! findings are those of `check`; what is no document at all has the code `document`.

use std::{collections::HashSet, fmt};

use serde::Serialize;
use serde_json::{Map, Value};

use super::shape::Document;
use crate::workflow::{self, ExpressionPlace, Level, ParticipantKind};

/// Bounds of a document, so that checking and saving it end in good time.
const STATES_MAX: usize = 500;
const TRANSITIONS_MAX: usize = 2000;
const FIELDS_MAX: usize = 500;
const CONDITIONS_MAX: usize = 4000;
const KEY_CHARACTERS: usize = 100;
/// The bounds of the piece by piece calls.
const NAME_CHARACTERS: usize = 500;
const TEXT_BYTES: usize = 64 << 10;
/// Pixels of a chart.
const POSITION_MAX: u32 = 100_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub level: Level,
    pub code: &'static str,
    pub place: Place,
    pub message: String,
    /// Where in a condition it is, for what is wrong with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<ExpressionPlace>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// `workflow`, `state`, `transition` or `field`.
    pub part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// RFC 6901, into the document.
    pub pointer: String,
}

impl Place {
    pub(super) fn workflow(pointer: &str) -> Self {
        Self { part: "workflow", key: None, pointer: pointer.to_owned() }
    }

    fn listed(part: &'static str, index: usize, key: &str) -> Self {
        Self { part, key: Some(key.to_owned()), pointer: format!("/{part}s/{index}") }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{} {key}", self.part),
            None if self.part == "workflow" => f.write_str("workflow"),
            None => write!(f, "{} at {}", self.part, self.pointer),
        }
    }
}

impl Problem {
    pub(super) fn form(place: Place, message: impl Into<String>) -> Self {
        Self::error("document", place, message)
    }

    pub(super) fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { level: Level::Error, code, place, message: message.into(), expression: None }
    }
}

impl Document {
    /// The place of a finding whose ids count the document's parts from 1.
    pub(super) fn place(&self, place: workflow::Place) -> Place {
        let index = |id: i64| usize::try_from(id).unwrap_or_default().wrapping_sub(1);
        let (part, index, key) = match place {
            workflow::Place::Workflow => return Place::workflow(""),
            workflow::Place::State(id) => {
                let index = index(id.0);
                ("state", index, self.states.get(index).map(|part| &part.key))
            }
            workflow::Place::Transition(id) => {
                let index = index(id.0);
                ("transition", index, self.transitions.get(index).map(|part| &part.key))
            }
            workflow::Place::Field(id) => {
                let index = index(id.0);
                ("field", index, self.fields.get(index).map(|part| &part.key))
            }
        };
        Place::listed(part, index, key.map_or("", String::as_str))
    }

    pub(super) fn state_place(&self, index: usize) -> Place {
        Place::listed("state", index, &self.states[index].key)
    }

    pub(super) fn transition_place(&self, index: usize) -> Place {
        Place::listed("transition", index, &self.transitions[index].key)
    }

    /// Numbers and lengths, and keys that are unique. Fields may share a key, as they could ever (behaviour §7.4).
    pub(super) fn check_bounds(&self, problems: &mut Vec<Problem>) {
        let conditions = self.transitions.iter().map(|transition| transition.conditions.len()).sum();
        for (what, count, most) in [
            ("states", self.states.len(), STATES_MAX),
            ("transitions", self.transitions.len(), TRANSITIONS_MAX),
            ("fields", self.fields.len(), FIELDS_MAX),
            ("conditions", conditions, CONDITIONS_MAX),
        ] {
            if count > most {
                let message = format!("a document has up to {most} {what}, and here are {count}");
                problems.push(Problem::form(Place::workflow(""), message));
            }
        }
        let mut bounds = Bounds { problems };
        let place = Place::workflow("");
        bounds.name(&place, &self.settings.name);
        if self.settings.name.is_empty() {
            bounds.wrong(&place, "name", "the workflow has no name");
        }
        bounds.text(&place, "description", &self.settings.description);
        bounds.text(&place, "notices", &self.settings.notices);
        bounds.text(&place, "condition_plugin", &self.settings.condition_plugin);
        bounds.json(&place, "limit_expression", &self.settings.limit_expression);
        bounds.text(&place, "display_form", &self.settings.display_form.concat());
        let mut keys = HashSet::new();
        for (index, state) in self.states.iter().enumerate() {
            let place = self.state_place(index);
            bounds.key(&place, &state.key, &mut keys);
            bounds.name(&place, &state.name);
            bounds.text(&place, "participant", &state.participant.text());
            bounds.json(&place, "label", &state.label);
            bounds.text(&place, "plugin_args", &state.plugin_args.to_string());
            if state.position.is_some_and(|at| at.x.unsigned_abs().max(at.y.unsigned_abs()) > POSITION_MAX) {
                bounds.wrong(&place, "position", &format!("further than {POSITION_MAX} from the middle"));
            }
            if state.participant.value.is_object() && state.participant.kind != ParticipantKind::Hook {
                bounds.wrong(&place, "participant/value", "an object is a hook's alone");
            }
        }
        let mut keys = HashSet::new();
        for (index, transition) in self.transitions.iter().enumerate() {
            let place = self.transition_place(index);
            bounds.key(&place, &transition.key, &mut keys);
            bounds.name(&place, &transition.name);
            bounds.text(&place, "alert_text", &transition.alert_text);
            let expressions: usize = transition.conditions.iter().map(|one| one.expression.len()).sum();
            if expressions > TEXT_BYTES {
                bounds.wrong(&place, "conditions", &format!("more than {TEXT_BYTES} bytes"));
            }
        }
        for (index, field) in self.fields.iter().enumerate() {
            let place = Place::listed("field", index, &field.key);
            let fit = (1..=NAME_CHARACTERS).contains(&field.key.chars().count())
                && !field.key.contains(|c: char| c.is_control() || "{}".contains(c));
            if !fit {
                bounds.wrong(&place, "key", "a field's key has 1 to 500 characters, none of them { or }");
            }
            bounds.name(&place, &field.name);
            bounds.text(&place, "default_value", field.default_value.as_deref().unwrap_or_default());
            bounds.text(&place, "description", &field.description);
            bounds.text(&place, "template", &field.template);
            bounds.json(&place, "boolean_display", &field.boolean_display);
            bounds.json(&place, "choices", &field.choices);
            bounds.json(&place, "label", &field.label);
        }
    }
}

struct Bounds<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Bounds<'_> {
    fn wrong(&mut self, place: &Place, member: &str, message: &str) {
        let mut place = place.clone();
        place.pointer = format!("{}/{member}", place.pointer);
        self.problems.push(Problem::form(place, message));
    }

    fn key<'k>(&mut self, place: &Place, key: &'k str, earlier: &mut HashSet<&'k str>) {
        if !(1..=KEY_CHARACTERS).contains(&key.chars().count()) || key.contains(char::is_control) {
            self.wrong(place, "key", &format!("a key has 1 to {KEY_CHARACTERS} characters"));
        }
        if !earlier.insert(key) {
            self.wrong(place, "key", "the key is given twice");
        }
    }

    fn name(&mut self, place: &Place, name: &str) {
        if name.chars().count() > NAME_CHARACTERS {
            self.wrong(place, "name", &format!("more than {NAME_CHARACTERS} characters"));
        }
    }

    fn text(&mut self, place: &Place, member: &str, text: &str) {
        if text.len() > TEXT_BYTES {
            self.wrong(place, member, &format!("more than {TEXT_BYTES} bytes"));
        }
    }

    fn json(&mut self, place: &Place, member: &str, map: &Map<String, Value>) {
        self.text(place, member, &serde_json::to_string(map).unwrap_or_default());
    }
}
