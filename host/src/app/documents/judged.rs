//! What a condition plugin says of the expressions that are written for it (plugin-runtime §2, `check`). Asked before anything is saved
//! and never in a transaction, since a guest runs; a command beside the server has nobody to ask and says so.

use gavia_sandbox::{Kind, types};
use serde_json::{Map, Value};

use super::{problems::Problem, shape::Document};
use crate::{
    app::{App, Error},
    store::plugins::Wanted,
    workflow::{self, Conditions, Definition, Level, TransitionId, WorkflowId},
};

/// Expressions that one question holds; each may have 4 KiB, and the plugin 50 ms for all of them.
const AT_ONCE: usize = 100;

/// The findings of a document's own condition plugin.
#[derive(Clone, Debug, Default)]
pub struct Judged(pub(super) Vec<Problem>);

impl Judged {
    /// By a command, which runs no plugins.
    pub fn unread(given: &Map<String, Value>) -> Self {
        Document::read(given.clone()).map(|document| Self::nobody(&document)).unwrap_or_default()
    }

    pub(super) fn nobody(document: &Document) -> Self {
        let (definition, _) = document.definition(WorkflowId(0));
        let name = definition.condition_plugin.trim();
        if name.is_empty() || expressions(&definition).is_empty() {
            return Self::default();
        }
        let found = unchecked(name, "only a running server can ask it");
        Self(vec![document.told(found)])
    }
}

impl App {
    /// What the condition plugin of a given document says of its expressions; nothing of what is no document.
    pub async fn judged(&self, given: &Map<String, Value>) -> Result<Judged, Error> {
        let Ok(document) = Document::read(given.clone()) else { return Ok(Judged::default()) };
        let (definition, _) = document.definition(WorkflowId(0));
        let found = self.expression_problems(&definition).await?;
        Ok(Judged(found.into_iter().map(|found| document.told(found)).collect()))
    }

    /// What the workflow's own condition plugin says of its expressions. Nothing where the built-in one is used, or where there is no
    /// such plugin: that is found elsewhere.
    pub async fn expression_problems(&self, definition: &Definition) -> Result<Vec<workflow::Problem>, Error> {
        let (name, asked) = (definition.condition_plugin.trim(), expressions(definition));
        if name.is_empty() || asked.is_empty() {
            return Ok(Vec::new());
        }
        let Ok(callee) = self.callee(Wanted::Name(name), Kind::Condition).await? else { return Ok(Vec::new()) };
        let callee = callee.apart();
        let known: Vec<String> = workflow::condition_variables(definition).into_iter().map(str::to_owned).collect();
        let mut found = Vec::new();
        for some in asked.chunks(AT_ONCE) {
            let texts: Vec<String> = some.iter().map(|one| one.text.to_owned()).collect();
            match self.sandbox.check_conditions_within(&callee.plugin, (&texts, &known), callee.limits).await.result {
                Ok(problems) => found.extend(problems.iter().filter_map(|problem| told(some, problem))),
                Err(error) => {
                    found.push(unchecked(name, &error.to_string()));
                    break;
                }
            }
        }
        Ok(found)
    }
}

struct Asked<'a> {
    transition: TransitionId,
    /// From 1, within its transition.
    number: usize,
    text: &'a str,
}

fn expressions(definition: &Definition) -> Vec<Asked<'_>> {
    let mut asked = Vec::new();
    for transition in &definition.transitions {
        let Conditions::Listed(conditions) = &transition.conditions else { continue };
        let numbered = conditions.iter().enumerate();
        asked.extend(numbered.map(|(index, condition)| Asked {
            transition: transition.id,
            number: index + 1,
            text: &condition.expression,
        }));
    }
    asked
}

/// None for an expression that was not asked about.
fn told(asked: &[Asked<'_>], problem: &types::Problem) -> Option<workflow::Problem> {
    let one = asked.get(usize::try_from(problem.index).ok()?)?;
    // the plugin's own words: bounded, and without what no text in the database may hold
    let words: String = problem.message.chars().filter(|c| !c.is_control()).take(500).collect();
    Some(workflow::Problem {
        level: Level::Error,
        code: "condition_expression",
        place: workflow::Place::Transition(one.transition),
        message: format!("condition {}: {words} (at byte {})", one.number, problem.offset),
        expression: Some(workflow::ExpressionPlace::at(
            one.number - 1,
            one.text,
            usize::try_from(problem.offset).ok()?,
        )),
    })
}

fn unchecked(name: &str, why: &str) -> workflow::Problem {
    workflow::Problem {
        level: Level::Warning,
        code: "conditions_unchecked",
        place: workflow::Place::Workflow,
        message: format!("the conditions are for the plugin \"{name}\", which did not check them: {why}"),
        expression: None,
    }
}
