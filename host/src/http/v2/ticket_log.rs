//! `/api/v2/tickets/{id}/log`: what happened to a ticket, newest first, with the ticket as it was after each act and what the act changed.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
    },
    Authorised,
    pages::{Listed, Page, readable},
    problem::Explained,
    shapes::{self, ActorView, ParticipantsView, Reference},
    ticket::ticket_id,
};
use crate::{
    app::App,
    store::{
        names::Named as _,
        ticket_paths::{self, LogRow},
    },
    workflow::Ticket,
};

#[derive(Debug, Serialize, ToSchema)]
pub struct LogView {
    pub id: i64,
    /// The stay in which it happened.
    pub visit: i32,
    /// Where the ticket was before it.
    pub state: Reference,
    #[schema(required)]
    pub transition: Option<LoggedTransition>,
    #[schema(schema_with = shapes::intervention)]
    pub intervention: String,
    pub actor: ActorView,
    pub suggestion: String,
    pub created_at: DateTime<Utc>,
    /// The ticket after it; None where an older program kept another form.
    #[schema(required)]
    pub snapshot: Option<Snapshot>,
    /// Against the ticket before it; a custom field is `values.` and its key.
    pub changes: Vec<ChangedMember>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedTransition {
    pub id: i64,
    pub name: String,
    #[schema(schema_with = shapes::attribute)]
    pub attribute: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedMember {
    pub key: String,
    pub before: Value,
    pub after: Value,
}

/// What of a ticket can change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snapshot {
    pub title: String,
    pub state_id: i64,
    #[schema(schema_with = shapes::ticket_status)]
    pub status: String,
    pub participants: ParticipantsView,
    pub related: Vec<String>,
    /// Who asked for each countersignature that went on.
    pub add_nodes: Vec<String>,
    #[schema(value_type = Object)]
    pub everybody: Map<String, Value>,
    pub is_rejected: bool,
    pub run_failed: bool,
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
}

impl Snapshot {
    fn read(kept: Value) -> Option<Self> {
        let ticket: Ticket = serde_json::from_value(kept).ok()?;
        Some(Self {
            title: ticket.title,
            state_id: ticket.state.0,
            status: ticket.status.name().to_owned(),
            participants: (&ticket.participants).into(),
            related: ticket.related,
            add_nodes: ticket.add_nodes.into_iter().map(|node| node.asked_by).collect(),
            everybody: ticket.everybody,
            is_rejected: ticket.is_rejected,
            run_failed: !ticket.script_succeeded,
            values: ticket.values.into_iter().collect(),
        })
    }

    /// Its members, each custom field a member of its own.
    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        if let Value::Object(own) = json!(self) {
            members.extend(own.into_iter().filter(|(key, _)| key != "values"));
        }
        members.extend(self.values.iter().map(|(key, value)| (format!("values.{key}"), value.clone())));
        members
    }
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<LogView>>, Explained> {
    let id = ticket_id(ids)?;
    let query = readable(query)?;
    let page = Page::of(&query, &format!("tickets/{id}/log"), |_| false)?;
    app.readable(id, None).await?;
    let rows = ticket_paths::logs(&app.db, id, page.after.map(|(_, id)| id), page.rows()).await?;
    Ok(Json(page.listed(rows, |row| (0, row.id), shown)))
}

fn shown(row: &LogRow) -> LogView {
    let after = Snapshot::read(row.snapshot.clone());
    let before = row.before.clone().and_then(Snapshot::read);
    let changes = match (&before, &after) {
        (Some(before), Some(after)) if row.intervention != "comment" => changes(before, after),
        _ => Vec::new(),
    };
    LogView {
        id: row.id,
        visit: row.visit,
        state: Reference::named(row.state, &row.state_name),
        transition: row.transition.map(|id| LoggedTransition {
            id,
            name: row.transition_name.clone().unwrap_or_default(),
            attribute: row.attribute.clone().unwrap_or_default(),
        }),
        intervention: row.intervention.clone(),
        actor: ActorView {
            kind: row.actor_kind.clone(),
            name: row.actor.clone(),
            alias: row.alias.clone().unwrap_or_default(),
        },
        suggestion: row.suggestion.clone(),
        created_at: row.created_at,
        snapshot: after,
        changes,
    }
}

fn changes(before: &Snapshot, after: &Snapshot) -> Vec<ChangedMember> {
    let (before, after) = (before.members(), after.members());
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |members: &Map<String, Value>, key: &str| members.get(key).cloned().unwrap_or(Value::Null);
    let pairs = keys.into_iter().map(|key| (key, value(&before, key), value(&after, key)));
    pairs
        .filter(|(_, before, after)| before != after)
        .map(|(key, before, after)| ChangedMember { key: key.clone(), before, after })
        .collect()
}
