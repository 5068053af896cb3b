//! Judges by what it was told of the call: an expression is a JSON object, and holds when it says the same of the step as the context does.
//! Fails with what the context says when none does and the arguments ask for that.

use std::collections::BTreeMap;

use gavia_plugin_sdk::{Condition, Context, Error, Problem, condition};
use serde::Deserialize;

gavia_plugin_sdk::manifest!();

#[derive(Default, Deserialize)]
#[serde(default)]
struct Arguments {
    tell: bool,
}

struct Judge;

#[condition]
impl Condition for Judge {
    fn first_match(expressions: &[String], context: &Context) -> Result<Option<usize>, Error> {
        let told = told(context);
        let holds = |expression: &String| {
            let wanted: BTreeMap<String, String> = serde_json::from_str(expression).unwrap_or_default();
            !wanted.is_empty() && wanted.iter().all(|(key, value)| told.get(key.as_str()) == Some(value))
        };
        let first = expressions.iter().position(holds);
        let arguments: Arguments = context.args()?;
        if first.is_none() && arguments.tell {
            let told: Vec<String> = told.iter().map(|(key, value)| format!("{key}={value}")).collect();
            return Err(Error::permanent(told.join(" ")));
        }
        Ok(first)
    }

    fn check(_: &[String], _: &[String]) -> Vec<Problem> {
        Vec::new()
    }
}

fn told(context: &Context) -> BTreeMap<&'static str, String> {
    let none = || "none".to_owned();
    let last = context.last_flow();
    BTreeMap::from([
        ("actor", context.actor().map_or_else(none, |actor| actor.username.clone())),
        ("run_by", context.run_by().to_owned()),
        ("state", context.ticket().state_name.clone()),
        ("last_actor", last.map_or_else(none, |last| last.actor.clone())),
        ("last_suggestion", last.map_or_else(none, |last| last.suggestion.clone())),
        ("transition", context.transition_id().map_or_else(none, |id| id.to_string())),
    ])
}
