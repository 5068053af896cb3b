//! The document of a whole workflow, as JSON has it. Parts name each other by their keys: a state's and a transition's is its author's,
//! a field's is the key under which tickets hold its value. Reading collects every problem instead of stopping at the first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{
    named,
    problems::{Place, Problem},
};
use crate::{
    store::drafts::Position,
    workflow::{Distribution, FieldAccess, FieldKind, ParticipantKind, StateKind, TransitionAttribute, TransitionKind},
};

/// What this program reads and writes; a document may say that it is of this format.
const FORMAT: u64 = 1;
/// Members that a reader gets with a document and need not take out again: who sends them back changes nothing by it.
const READ_ONLY: [&str; 4] = ["id", "revision", "modified_by", "modified_at"];

#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub settings: Settings,
    pub states: Vec<State>,
    pub transitions: Vec<Transition>,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Comma-separated ids of custom notices.
    #[serde(default)]
    pub notices: String,
    #[serde(default = "yes")]
    pub view_permission_check: bool,
    #[serde(default)]
    pub limit_expression: Map<String, Value>,
    #[serde(default)]
    pub display_form: Vec<String>,
    #[serde(default)]
    pub condition_plugin: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub key: String,
    pub name: String,
    #[serde(default = "normal_state", with = "named")]
    pub kind: StateKind,
    #[serde(default)]
    pub order_id: i32,
    #[serde(default)]
    pub is_hidden: bool,
    #[serde(default)]
    pub sub_workflow_id: i64,
    #[serde(default)]
    pub remember_last_handler: bool,
    #[serde(default)]
    pub participant: Participant,
    #[serde(default = "accept", with = "named")]
    pub distribution: Distribution,
    #[serde(default, with = "named::map")]
    pub field_access: BTreeMap<String, FieldAccess>,
    #[serde(default)]
    pub label: Map<String, Value>,
    #[serde(default = "no_arguments")]
    pub plugin_args: Value,
    /// Left out: where the layout puts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// How a state names who acts: `value` is what the wire's `participant` holds, and an object for a hook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    #[serde(with = "named")]
    pub kind: ParticipantKind,
    #[serde(default = "nobody", deserialize_with = "named::participant")]
    pub value: Value,
}

impl Default for Participant {
    fn default() -> Self {
        Self { kind: ParticipantKind::Nobody, value: nobody() }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    pub key: String,
    pub name: String,
    #[serde(default = "normal_transition", with = "named")]
    pub kind: TransitionKind,
    #[serde(default)]
    pub timer_seconds: i32,
    /// Key of a state; null where there is none yet or none any more.
    pub source: Option<String>,
    pub destination: Option<String>,
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Stored conditions that are no list of conditions; such a document cannot be put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_conditions: Option<String>,
    #[serde(default = "agree", with = "named")]
    pub attribute: TransitionAttribute,
    #[serde(default = "yes")]
    pub field_require_check: bool,
    #[serde(default)]
    pub alert_enable: bool,
    #[serde(default)]
    pub alert_text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub expression: String,
    /// Key of a state.
    pub target: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub key: String,
    pub name: String,
    #[serde(with = "named")]
    pub kind: FieldKind,
    #[serde(default)]
    pub order_id: i32,
    #[serde(default)]
    pub default_value: Option<String>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub template: String,
    #[serde(default)]
    pub boolean_display: Map<String, Value>,
    #[serde(default)]
    pub choices: Map<String, Value>,
    #[serde(default)]
    pub label: Map<String, Value>,
}

fn yes() -> bool {
    true
}

fn normal_state() -> StateKind {
    StateKind::Normal
}

fn normal_transition() -> TransitionKind {
    TransitionKind::Normal
}

fn accept() -> Distribution {
    Distribution::Accept
}

fn agree() -> TransitionAttribute {
    TransitionAttribute::Agree
}

fn nobody() -> Value {
    "".into()
}

fn no_arguments() -> Value {
    json!({})
}

impl Document {
    /// Reads a document; what is wrong with its form is told in full. What it means is checked by `findings`.
    pub fn read(mut given: Map<String, Value>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        if given.remove("format").is_some_and(|format| format != FORMAT) {
            problems
                .push(Problem::form(Place::workflow("/format"), format!("this program reads format {FORMAT} alone")));
        }
        for key in READ_ONLY {
            given.remove(key);
        }
        let states = parts(&mut given, "state", &mut problems);
        let transitions = parts(&mut given, "transition", &mut problems);
        let fields = parts(&mut given, "field", &mut problems);
        let settings = part(Value::Object(given), &Place::workflow(""), &mut problems);
        match settings {
            Some(settings) if problems.is_empty() => {
                let document = Self { settings, states, transitions, fields };
                document.check_bounds(&mut problems);
                if problems.is_empty() { Ok(document) } else { Err(problems) }
            }
            _ => Err(problems),
        }
    }

    /// The document as it is written, with its format.
    pub fn written(&self) -> Map<String, Value> {
        let list = |parts: Vec<Value>| Value::Array(parts);
        let mut written = Map::new();
        written.insert("format".into(), FORMAT.into());
        if let Value::Object(settings) = json!(self.settings) {
            written.extend(settings);
        }
        written.insert("states".into(), list(self.states.iter().map(|part| json!(part)).collect()));
        written.insert("transitions".into(), list(self.transitions.iter().map(|part| json!(part)).collect()));
        written.insert("fields".into(), list(self.fields.iter().map(|part| json!(part)).collect()));
        written
    }
}

/// The list of one kind of part. It must be there: who forgets it does not want all its parts deleted.
fn parts<T: DeserializeOwned>(
    given: &mut Map<String, Value>,
    kind: &'static str,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let list = format!("{kind}s");
    let Some(Value::Array(items)) = given.remove(&list) else {
        problems
            .push(Problem::form(Place::workflow(&format!("/{list}")), format!("\"{list}\" must be there and a list")));
        return Vec::new();
    };
    let read = items.into_iter().enumerate().map(|(index, mut item)| {
        let key = item.get("key").and_then(Value::as_str).map(str::to_owned);
        if let Value::Object(item) = &mut item {
            item.remove("id");
        }
        part(item, &Place { part: kind, key, pointer: format!("/{list}/{index}") }, problems)
    });
    read.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn part<T: DeserializeOwned>(given: Value, place: &Place, problems: &mut Vec<Problem>) -> Option<T> {
    match serde_path_to_error::deserialize(given) {
        Ok(part) => Some(part),
        Err(error) => {
            let path: String = error
                .path()
                .iter()
                .filter_map(|segment| match segment {
                    serde_path_to_error::Segment::Seq { index } => Some(format!("/{index}")),
                    serde_path_to_error::Segment::Map { key } => {
                        Some(format!("/{}", key.replace('~', "~0").replace('/', "~1")))
                    }
                    _ => None,
                })
                .collect();
            let mut place = place.clone();
            place.pointer.push_str(&path);
            problems.push(Problem::form(place, error.inner().to_string()));
            None
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    /// Where it is told, and how a sound document gets it.
    type Spoilt = (&'static str, fn(&mut Value));

    /// Nothing but what must be there.
    fn least() -> Value {
        json!({
            "name": "w",
            "states": [{ "key": "a", "name": "A", "participant": { "kind": "role", "value": 7 } }],
            "transitions": [{ "key": "t", "name": "T", "source": "a", "destination": null }],
            "fields": [{ "key": "days", "name": "Days", "kind": "int" }],
        })
    }

    #[test]
    fn what_is_left_out_has_its_default_and_what_is_written_is_read_again() {
        let document = Document::read(map(&least())).unwrap();
        assert_eq!(document.settings.name, "w");
        assert!(document.settings.view_permission_check && document.transitions[0].field_require_check);
        assert_eq!((document.states[0].kind, &document.states[0].plugin_args), (StateKind::Normal, &json!({})));
        assert_eq!(document.states[0].participant.value, "7", "an id may be a number");
        assert_eq!(
            (document.transitions[0].destination.as_ref(), document.fields[0].default_value.as_ref()),
            (None, None)
        );
        assert_eq!(Document::read(document.written()).unwrap(), document);
        let mut shown = document.written();
        shown.insert("revision".into(), 7.into());
        shown["states"][0]["id"] = 9.into();
        assert_eq!(Document::read(shown).unwrap(), document, "what a reader gets with it is not asked for");
    }

    #[test]
    fn a_position_is_kept_and_a_state_without_one_has_no_such_member() {
        let mut given = least();
        given["states"][0]["position"] = json!({ "x": -40, "y": 120 });
        let written = Document::read(map(&given)).unwrap().written();
        assert_eq!(written["states"][0]["position"], json!({ "x": -40, "y": 120 }));
        let without = Document::read(map(&least())).unwrap().written();
        assert_eq!(without["states"][0].get("position"), None);
    }

    #[test]
    fn a_list_that_was_forgotten_is_no_empty_list() {
        for list in ["states", "transitions", "fields"] {
            let mut given = map(&least());
            given.remove(list);
            let problems = Document::read(given).unwrap_err();
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].place.pointer, format!("/{list}"));
        }
    }

    #[test]
    fn every_bound_of_a_document_is_held() {
        let spoilt: [Spoilt; 9] = [
            ("", |given| given["states"] = (0..501).map(|n| json!({ "key": n.to_string(), "name": "" })).collect()),
            ("", |given| {
                let condition = json!({ "expression": "True", "target": "a" });
                given["transitions"][0]["conditions"] = vec![condition; 4001].into();
            }),
            ("/name", |given| given["name"] = "".into()),
            ("/states/0/key", |given| given["states"][0]["key"] = "".into()),
            ("/states/0/key", |given| given["states"][0]["key"] = "k".repeat(101).into()),
            ("/states/0/label", |given| given["states"][0]["label"] = json!({ "k": "x".repeat(70_000) })),
            ("/states/0/position", |given| given["states"][0]["position"] = json!({ "x": 0, "y": 100_001 })),
            ("/states/0/participant/value", |given| given["states"][0]["participant"]["value"] = json!({})),
            ("/fields/0/template", |given| given["fields"][0]["template"] = "x".repeat(70_000).into()),
        ];
        for (pointer, spoil) in spoilt {
            let mut given = least();
            spoil(&mut given);
            let problems = Document::read(map(&given)).unwrap_err();
            let found: Vec<&str> = problems.iter().map(|problem| problem.place.pointer.as_str()).collect();
            assert_eq!(found, [pointer]);
        }
    }
}
