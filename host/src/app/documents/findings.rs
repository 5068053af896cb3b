//! What is wrong with a workflow (behaviour §7.4), by the rules and by what they cannot see: other workflows, and who may use this one.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::{problems::Problem, shape::Document};
use crate::{
    store::{self, accounts, plugins, workflows},
    workflow::{self, Definition, Level, ParticipantKind, Place, WorkflowId},
};

/// Of a stored definition. `known` is the workflow in the database; a document may be of none yet.
pub async fn findings(
    db: &mut PgConnection,
    definition: &Definition,
    known: Option<WorkflowId>,
) -> Result<Vec<workflow::Problem>, store::Error> {
    let directory = accounts::directory(&mut *db, &workflow::check_needs(definition)).await?;
    let mut problems = workflow::check(definition, &directory);
    let children = definition.states.iter().map(|state| state.sub_workflow_id).filter(|id| *id != 0);
    let missing = workflows::missing(&mut *db, &children.collect::<Vec<_>>()).await?;
    for state in definition.states.iter().filter(|state| missing.contains(&state.sub_workflow_id)) {
        problems.push(workflow::Problem {
            level: Level::Error,
            code: "child_workflow_missing",
            place: Place::State(state.id),
            message: format!("there is no workflow {} for its children", state.sub_workflow_id),
            expression: None,
        });
    }
    problems.extend(plugins_missing(&mut *db, definition).await?);
    if let Some(id) = known
        && !workflows::has_app(&mut *db, id).await?
    {
        problems.push(workflow::Problem {
            level: Level::Warning,
            code: "app_missing",
            place: Place::Workflow,
            message: "no app token names this workflow, so no client sees it".into(),
            expression: None,
        });
    }
    Ok(problems)
}

/// Plugins that the workflow names and that are not there, or not of the kind that it takes them for.
async fn plugins_missing(
    db: &mut PgConnection,
    definition: &Definition,
) -> Result<Vec<workflow::Problem>, store::Error> {
    let states = definition.states.iter().filter(|state| state.participant.kind == ParticipantKind::Plugin);
    let named = states.map(|state| (Place::State(state.id), state.participant.text.trim(), "participants"));
    let condition = definition.condition_plugin.trim();
    let named = named.chain((!condition.is_empty()).then_some((Place::Workflow, condition, "condition")));
    let named: Vec<_> = named.filter(|(_, name, _)| !name.is_empty()).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = named.iter().map(|(_, name, _)| (*name).to_owned()).collect();
    let known: BTreeMap<String, Vec<String>> = plugins::kinds_of(db, &names).await?.into_iter().collect();
    let problem = |(place, name, kind): (Place, &str, &str)| {
        let message = match known.get(name) {
            None => format!("there is no plugin \"{name}\" with an active version"),
            Some(kinds) if !kinds.iter().any(|has| has == kind) => format!("the plugin \"{name}\" is no {kind} plugin"),
            Some(_) => return None,
        };
        Some(workflow::Problem { level: Level::Error, code: "plugin_missing", place, message, expression: None })
    };
    Ok(named.into_iter().filter_map(problem).collect())
}

impl Document {
    /// By the rules alone, which here know nobody and nothing else.
    pub(super) fn findings_alone(&self) -> Vec<Problem> {
        let (definition, mut problems) = self.definition(WorkflowId(0));
        let found = workflow::check(&definition, &workflow::Directory::default());
        problems.extend(found.into_iter().map(|found| self.told(found)));
        problems
    }

    /// As `findings`, with places in the document.
    pub(super) async fn findings(
        &self,
        db: &mut PgConnection,
        known: Option<WorkflowId>,
    ) -> Result<Vec<Problem>, store::Error> {
        let (definition, mut problems) = self.definition(known.unwrap_or(WorkflowId(0)));
        let unknown = problems.len();
        for found in findings(db, &definition, known).await? {
            let place = self.place(found.place);
            // a key that names no state was told, by its name
            let told = problems[..unknown].iter().any(|problem| problem.code == found.code && problem.place == place);
            if !told {
                problems.push(self.told(found));
            }
        }
        Ok(problems)
    }

    /// A finding with its place in the document.
    pub(super) fn told(&self, found: workflow::Problem) -> Problem {
        let mut place = self.place(found.place);
        if let Some(at) = found.expression {
            place.pointer = format!("{}/conditions/{}/expression", place.pointer, at.condition);
        }
        let workflow::Problem { level, code, message, expression, .. } = found;
        Problem { level, code, place, message, expression }
    }
}
