//! `POST /api/v2/workflows/{id}/dry_run`: a walk through a workflow, or through a document that would take its place. What is walked and
//! what is left out on the way is told by `app::dry_run`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{
    ToSchema,
    openapi::{Array, Object},
};

use super::{
    super::{error::Failure, extract::Ids, texts},
    Authorised,
    body::{Typed, unfit},
    problem::Explained,
    shapes::{self, ParticipantsView, Person},
};
use crate::{
    app::{
        App,
        documents::{self, Walkable},
        dry_run::{Choice, ConditionOutcome, DryRun, End, Note, STEPS_MAX, Taken, WalkStep},
    },
    store::{self, names::Named as _},
    workflow::{Needs, StateId, TransitionId, WorkflowId},
};

/// Longest list of choices: as many as there can be states on the way.
const CHOICES_MAX: usize = STEPS_MAX;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunRequest {
    /// Who creates the ticket; need not exist.
    pub creator: String,
    /// The title and custom fields, offered to every form on the way.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// Where several ways lead on, in the order they come.
    #[serde(default)]
    pub choices: Vec<ChoiceRequest>,
    /// Walked instead of the stored definition; as `PUT …/definition` takes it.
    #[schema(value_type = Option<Object>)]
    pub document: Option<Map<String, Value>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceRequest {
    /// Its key in the document.
    pub transition: String,
    /// One of those who may act; the first of them where nobody is named.
    pub actor: Option<String>,
    /// More fields, for this form and those after it.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DryRunView {
    pub steps: Vec<StepView>,
    pub end: EndView,
    /// Custom field values at the end.
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    pub state: StatePart,
    pub participants: ParticipantsView,
    pub people: Vec<Person>,
    /// What a real ticket would do here and the walk did not, or did without asking.
    #[schema(schema_with = notes)]
    pub notes: Vec<&'static str>,
    /// What leads out of the state.
    pub options: Vec<TransitionPart>,
    /// What was taken; of the last step what was refused, or None.
    #[schema(required)]
    pub taken: Option<TakenView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StatePart {
    /// 0 in a document that is not stored.
    pub id: i64,
    pub key: String,
    pub name: String,
    #[schema(schema_with = shapes::state_kind)]
    pub kind: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TransitionPart {
    /// 0 in a document that is not stored.
    pub id: i64,
    pub key: String,
    pub name: String,
    #[schema(schema_with = shapes::transition_kind)]
    pub kind: &'static str,
    pub timer_seconds: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TakenView {
    pub transition: TransitionPart,
    /// None: the engine.
    #[schema(required)]
    pub by: Option<String>,
    pub conditions: Vec<ConditionView>,
    /// What the conditions speak of.
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionView {
    pub expression: String,
    #[schema(schema_with = outcomes)]
    pub outcome: &'static str,
    pub target: StatePart,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EndView {
    #[schema(schema_with = reasons)]
    pub reason: &'static str,
    pub detail: String,
    /// The same in Chinese, for a refusal; else empty.
    pub detail_zh: String,
}

/// Nothing is stored, no script runs, no hook is called, nobody is told.
pub(super) async fn walk(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
    Typed(given): Typed<DryRunRequest>,
) -> Result<Json<DryRunView>, Explained> {
    let missing = || Explained::new(StatusCode::NOT_FOUND, "there is no such workflow");
    let Ids([id]) = ids.map_err(|_| missing())?;
    let id = WorkflowId(id);
    let mut db = app.db.acquire().await?;
    store::definitions::access(&mut *db, id, None).await?.ok_or_else(missing)?;
    let (walkable, is_stored) = match given.document {
        None => (documents::of_stored(&mut db, id).await?.ok_or_else(missing)?, true),
        Some(document) => {
            let walkable = documents::of_document(document, id).map_err(|problems| {
                Explained::new(StatusCode::UNPROCESSABLE_ENTITY, "the document cannot be read")
                    .with("problems", json!(problems))
            })?;
            (walkable, false)
        }
    };
    drop(db);
    if !crate::username::is_fit(&given.creator) {
        return Err(unfit("/creator", "this is nobody's name"));
    }
    let choices = choices(given.choices, &walkable)?;
    let run = DryRun { creator: &given.creator, fields: &given.fields, choices: &choices };
    let walk = app.dry_run(&walkable.definition, &run).await?;
    let needs = Needs { users: walk.steps.iter().flat_map(|step| step.people.clone()).collect(), ..Needs::default() };
    let aliases = app.people(&needs, None).await?.users.into_iter().map(|(name, person)| (name, person.alias));
    let shown = Shown { walkable: &walkable, is_stored, aliases: aliases.collect() };
    Ok(Json(DryRunView {
        steps: walk.steps.into_iter().map(|step| shown.step(step)).collect(),
        end: shown.end(&walk.end),
        values: walk.values,
    }))
}

fn choices(given: Vec<ChoiceRequest>, walkable: &Walkable) -> Result<Vec<Choice>, Explained> {
    if given.len() > CHOICES_MAX {
        return Err(unfit("/choices", format!("a walk takes {CHOICES_MAX} choices at most")));
    }
    let id = |key: &str| walkable.transition_keys.iter().find(|(_, known)| *known == key).map(|(id, _)| *id);
    let choices = given.into_iter().enumerate().map(|(index, choice)| {
        let unknown = || unfit(format!("/choices/{index}/transition"), "the workflow has no transition of that key");
        let transition = id(&choice.transition).ok_or_else(unknown)?;
        Ok(Choice { transition, actor: choice.actor, fields: choice.fields })
    });
    choices.collect()
}

/// Names and keys beside ids.
struct Shown<'a> {
    walkable: &'a Walkable,
    is_stored: bool,
    aliases: BTreeMap<String, String>,
}

impl Shown<'_> {
    fn id(&self, id: i64) -> i64 {
        if self.is_stored { id } else { 0 }
    }

    fn state(&self, id: StateId) -> StatePart {
        let state = self.walkable.definition.state(id);
        StatePart {
            id: self.id(id.0),
            key: self.walkable.state_keys.get(&id).cloned().unwrap_or_default(),
            name: state.map_or_else(String::new, |state| state.name.clone()),
            kind: state.map_or("normal", |state| state.kind.name()),
        }
    }

    fn transition(&self, id: TransitionId) -> TransitionPart {
        let transition = self.walkable.definition.transition(id);
        TransitionPart {
            id: self.id(id.0),
            key: self.walkable.transition_keys.get(&id).cloned().unwrap_or_default(),
            name: transition.map_or_else(String::new, |transition| transition.name.clone()),
            kind: transition.map_or("normal", |transition| transition.kind.name()),
            timer_seconds: transition.map_or(0, |transition| transition.timer_seconds),
        }
    }

    fn step(&self, step: WalkStep) -> StepView {
        let person =
            |name: String| Person { alias: self.aliases.get(&name).cloned().unwrap_or_default(), username: name };
        StepView {
            state: self.state(step.state),
            participants: (&step.participants).into(),
            people: step.people.into_iter().map(person).collect(),
            notes: step.notes.iter().map(|note| name(&NOTES, note)).collect(),
            options: self.walkable.definition.leaving(step.state).map(|one| self.transition(one.id)).collect(),
            taken: step.taken.map(|taken| self.taken(taken)),
        }
    }

    fn taken(&self, taken: Taken) -> TakenView {
        let conditions = taken.conditions.into_iter().map(|condition| ConditionView {
            expression: condition.expression,
            outcome: name(&OUTCOMES, &condition.outcome),
            target: self.state(condition.target),
        });
        TakenView {
            transition: self.transition(taken.transition),
            by: taken.by,
            conditions: conditions.collect(),
            values: taken.values,
        }
    }

    fn end(&self, end: &End) -> EndView {
        let (reason, detail) = match end {
            End::Over => ("ended", "the ticket is over".to_owned()),
            End::ChoiceNeeded => ("choice_needed", "several ways lead on; choose one".to_owned()),
            End::ChoiceUnfit(id) => {
                let key = self.transition(*id).key;
                ("choice_unfit", format!("the transition {key:?} does not lead out of this state"))
            }
            End::Refused(refusal) => ("refused", refusal.to_string()),
            End::Nobody => ("nobody", "nobody may act in this state".to_owned()),
            End::NoWayOut => ("no_way_out", "nothing leads out of this state".to_owned()),
            End::TooLong => ("too_long", format!("the walk is cut after {STEPS_MAX} states")),
        };
        let detail_zh = if let End::Refused(refusal) = end { texts::refusal(refusal) } else { String::new() };
        EndView { reason, detail, detail_zh }
    }
}

/// Every note with its name.
const NOTES: [(Note, &str); 7] = [
    (Note::ScriptNotRun, "script_not_run"),
    (Note::HookNotCalled, "hook_not_called"),
    (Note::ChildrenNotMade, "children_not_made"),
    (Note::TimeTaken, "time_taken"),
    (Note::Accepted, "accepted"),
    (Note::EverybodyAgrees, "everybody_agrees"),
    (Note::LimitNotCounted, "limit_not_counted"),
];
const OUTCOMES: [(ConditionOutcome, &str); 4] = [
    (ConditionOutcome::Holds, "true"),
    (ConditionOutcome::DoesNotHold, "false"),
    (ConditionOutcome::NotAsked, "not_asked"),
    (ConditionOutcome::Failed, "failed"),
];
const REASONS: [&str; 7] = ["ended", "choice_needed", "choice_unfit", "refused", "nobody", "no_way_out", "too_long"];

fn name<T: PartialEq>(table: &[(T, &'static str)], value: &T) -> &'static str {
    table.iter().find(|row| row.0 == *value).map_or("", |row| row.1)
}

fn notes() -> Array {
    Array::new(shapes::one_of(NOTES.map(|row| row.1)))
}

fn outcomes() -> Object {
    shapes::one_of(OUTCOMES.map(|row| row.1))
}

fn reasons() -> Object {
    shapes::one_of(REASONS)
}
