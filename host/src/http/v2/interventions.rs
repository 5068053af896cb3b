//! `POST /api/v2/tickets/{id}/interventions`: what an administrator does to a ticket, with a reason that its log keeps. By the one
//! write path, like everybody's acts.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    super::{error::Failure, extract::Ids},
    Authorised,
    body::{Typed, escaped, unfit},
    problem::Explained,
    ticket::{TicketView, ticket_id, view},
};
use crate::{
    app::{self, App, interventions::Intervention},
    workflow::{Refusal, StateId},
};

/// Longest reason; past it a flow log cuts.
const REASON_CHARACTERS: usize = 900;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InterventionRequest {
    pub action: Action,
    /// Kept in the ticket's log: 1 to 900 characters. Of a comment, the comment.
    pub reason: String,
    /// For `force_state`: a state of its workflow.
    pub state_id: Option<i64>,
    /// For `deliver`: an active user.
    pub target: Option<String>,
    /// For `deliver` where everybody must handle: whose place is given away.
    pub from: Option<String>,
    /// For `set_fields`: the title and custom fields by key.
    #[schema(value_type = Option<Object>)]
    pub fields: Option<Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    ForceState,
    Deliver,
    Close,
    /// Runs the state's script, or calls its hook, once more.
    Retry,
    SetFields,
    Comment,
}

pub(super) async fn intervene(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    ids: Result<Ids<1>, Failure>,
    Typed(given): Typed<InterventionRequest>,
) -> Result<Json<TicketView>, Explained> {
    let id = ticket_id(ids)?;
    let reason = given.reason.trim();
    if !(1..=REASON_CHARACTERS).contains(&reason.chars().count()) || reason.contains('\0') {
        return Err(unfit("/reason", format!("a reason of 1 to {REASON_CHARACTERS} characters is needed")));
    }
    app.intervene(&person.username, id, (what(&given)?, reason)).await.map_err(placed)?;
    Ok(Json(view(&app, id, &person.username).await?))
}

fn placed(error: app::Error) -> Explained {
    let pointer = match &error {
        app::Error::Refused(refusal) => part(refusal),
        _ => None,
    };
    let explained = Explained::from(error);
    match pointer {
        Some(pointer) => explained.at(pointer),
        None => explained,
    }
}

/// The part of the body that a refusal is about.
fn part(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::StateUnknown => Some("/state_id".into()),
        Refusal::TargetUnknown(_) | Refusal::TargetInactive(_) | Refusal::TargetHasHandled(_) => Some("/target".into()),
        Refusal::GiverNotWaiting => Some("/from".into()),
        Refusal::FieldInvalid { key, .. } => Some(format!("/fields/{}", escaped(key))),
        _ => None,
    }
}

fn what(given: &InterventionRequest) -> Result<Intervention<'_>, Explained> {
    Ok(match given.action {
        Action::ForceState => {
            let state = given.state_id.ok_or_else(|| unfit("/state_id", "the state is needed"))?;
            Intervention::ForceState(StateId(state))
        }
        Action::Deliver => {
            let target = given.target.as_deref().ok_or_else(|| unfit("/target", "whoever gets it is needed"))?;
            Intervention::Deliver(target, given.from.as_deref())
        }
        Action::Close => Intervention::Close,
        Action::Retry => Intervention::Retry,
        Action::SetFields => {
            let fields = given.fields.as_ref().filter(|fields| !fields.is_empty());
            Intervention::SetFields(fields.ok_or_else(|| unfit("/fields", "the new values are needed"))?)
        }
        Action::Comment => Intervention::Comment,
    })
}
