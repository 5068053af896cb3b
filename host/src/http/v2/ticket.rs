//! `/api/v2/tickets/{id}`: everything about one ticket, for whoever may see every ticket. What happened to it is paged in `ticket_log`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    super::{error::Failure, extract::Ids, wire},
    Authorised,
    jobs::JobView,
    problem::Explained,
    shapes::{self, ActorView, ParticipantsView, Person, Reference, TicketHead},
};
use crate::{
    app::App,
    store::{
        self,
        cards::Wanted,
        job_lists,
        names::Named as _,
        ticket_paths::{self, MoveRow, RelativeRow},
        tickets::Found,
    },
    workflow::{self, Definition, Directory, FormSource, Needs, StateId, Ticket, TicketId, Viewer},
};

/// Children and jobs that are shown.
const CHILDREN_MAX: i64 = 100;
const JOBS_MAX: i64 = 100;

#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    #[serde(flatten)]
    pub head: TicketHead,
    /// Grows by one with every change.
    pub version: i64,
    /// Which stay in a state this is.
    pub visit: i32,
    /// Who may act now, by name; at most 1000 of them.
    pub holders: Vec<Person>,
    /// Whoever had to do with it, in the order they came.
    pub related: Vec<Person>,
    /// Countersignatures that go on, each inside the one before it.
    pub add_nodes: Vec<AddNodeView>,
    /// Where everybody must handle: who must, and what those who did chose.
    pub everybody: Vec<VoteView>,
    /// Which round of it.
    pub round: i32,
    #[schema(required)]
    pub parent: Option<RelativeView>,
    /// At most 100.
    pub children: Vec<RelativeView>,
    pub forms: Forms,
    /// Custom field values as stored; unset ones are left out.
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, Value>,
    /// What leads out of its state.
    pub transitions: Vec<WayOut>,
    /// All states of its workflow, in order.
    pub states: Vec<StateView>,
    /// What is still to be done for it, newest first; at most 100.
    pub jobs: Vec<JobView>,
    /// Where it was, oldest first, ending where it is; of a long life the newest part.
    pub path: Vec<PathStep>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AddNodeView {
    pub asked_by: String,
    pub back_to: ParticipantsView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VoteView {
    pub username: String,
    pub alias: String,
    /// None: not yet.
    #[schema(required)]
    pub transition: Option<Reference>,
}

/// A parent or child.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelativeView {
    pub id: i64,
    pub sn: String,
    pub title: String,
    pub state: Reference,
    #[schema(schema_with = shapes::ticket_status)]
    pub status: String,
}

impl From<RelativeRow> for RelativeView {
    fn from(row: RelativeRow) -> Self {
        let state = Reference::named(row.state, row.state_name);
        Self { id: row.id, sn: row.sn, title: row.title, state, status: row.status }
    }
}

/// The form as those see it who hold the ticket, and as those who may only look.
#[derive(Debug, Serialize, ToSchema)]
pub struct Forms {
    pub handler: Vec<FormFieldView>,
    pub viewer: Vec<FormFieldView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FormFieldView {
    pub key: String,
    pub name: String,
    #[schema(schema_with = field_source)]
    pub source: &'static str,
    #[schema(schema_with = shapes::field_kind)]
    pub kind: &'static str,
    #[schema(schema_with = shapes::field_access)]
    pub access: &'static str,
    pub value: Value,
    pub description: String,
    pub order_id: i32,
    #[schema(value_type = Object)]
    pub choices: Value,
    #[schema(value_type = Object)]
    pub boolean_display: Value,
    #[schema(value_type = Object)]
    pub label: Value,
    pub template: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WayOut {
    pub id: i64,
    pub name: String,
    #[schema(schema_with = shapes::transition_kind)]
    pub kind: &'static str,
    #[schema(schema_with = shapes::attribute)]
    pub attribute: &'static str,
    pub timer_seconds: i32,
    pub is_conditional: bool,
    /// Unless a condition leads elsewhere.
    #[schema(required)]
    pub destination: Option<Reference>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StateView {
    pub id: i64,
    pub name: String,
    #[schema(schema_with = shapes::state_kind)]
    pub kind: &'static str,
}

fn field_source() -> utoipa::openapi::Object {
    shapes::one_of(["base", "custom"])
}

/// One stay in one state.
#[derive(Debug, Serialize, ToSchema)]
pub struct PathStep {
    /// 0 for the start state, where a new ticket is filled in.
    pub visit: i32,
    pub state: Reference,
    #[schema(required)]
    pub entered_at: Option<DateTime<Utc>>,
    /// None: it is there.
    #[schema(required)]
    pub left: Option<Departure>,
}

/// How a state was left.
#[derive(Debug, Serialize, ToSchema)]
pub struct Departure {
    pub at: DateTime<Utc>,
    /// None for a forced change or a close.
    #[schema(required)]
    pub transition: Option<Reference>,
    #[schema(schema_with = shapes::intervention)]
    pub intervention: String,
    pub actor: ActorView,
}

pub(super) async fn detail(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    ids: Result<Ids<1>, Failure>,
) -> Result<Json<TicketView>, Explained> {
    Ok(Json(view(&app, ticket_id(ids)?, &person.username).await?))
}

pub(super) fn ticket_id(ids: Result<Ids<1>, Failure>) -> Result<TicketId, Explained> {
    let Ids([id]) = ids.map_err(|_| Explained::new(StatusCode::NOT_FOUND, "there is no such ticket"))?;
    Ok(TicketId(id))
}

pub(super) async fn view(app: &App, id: TicketId, viewer: &str) -> Result<TicketView, Explained> {
    let (found, definition) = app.readable(id, None).await?;
    let ticket = &found.ticket;
    let directory = app.people(&workflow::view_needs(ticket, viewer), None).await?;
    let filter = job_lists::Filter { ticket: Some(id), ..job_lists::Filter::default() };
    let jobs = job_lists::list(&app.db, filter, None, JOBS_MAX).await?;
    let moves = ticket_paths::moves(&app.db, id).await?;
    let parent = ticket.parent.map(|parent| parent.ticket);
    let (parent, children) = ticket_paths::relatives(&app.db, (parent, id), CHILDREN_MAX).await?;
    let named = Named::of(app, &found, &directory).await?;
    Ok(TicketView {
        head: TicketHead::of(ticket, &found.names),
        version: ticket.version,
        visit: ticket.visit,
        holders: named.people(&named.holders),
        related: named.people(&ticket.related),
        add_nodes: ticket
            .add_nodes
            .iter()
            .map(|node| AddNodeView { asked_by: node.asked_by.clone(), back_to: (&node.back_to).into() })
            .collect(),
        everybody: ticket.everybody.iter().map(|(name, choice)| named.vote(name, choice)).collect(),
        round: ticket.round,
        parent: parent.map(Into::into),
        children: children.into_iter().map(Into::into).collect(),
        forms: Forms {
            handler: form((ticket, &definition), Viewer::Handler, &named.values),
            viewer: form((ticket, &definition), Viewer::Onlooker, &named.values),
        },
        values: ticket.values.clone(),
        transitions: ways_out(ticket, &definition),
        states: definition
            .states
            .iter()
            .map(|state| StateView { id: state.id.0, name: state.name.clone(), kind: state.kind.name() })
            .collect(),
        jobs: jobs.iter().map(JobView::of).collect(),
        path: path(ticket, found.names.state.clone(), moves),
    })
}

/// Names beside what the ticket holds.
struct Named {
    holders: Vec<String>,
    aliases: BTreeMap<String, String>,
    /// What the form's fields hold, by key.
    values: BTreeMap<String, Value>,
}

impl Named {
    async fn of(app: &App, found: &Found, directory: &Directory) -> Result<Self, Explained> {
        const HOLDERS_MAX: usize = 1000;
        let ticket = &found.ticket;
        let mut holders = workflow::holders(ticket, directory);
        holders.truncate(HOLDERS_MAX);
        let mut wanted = Wanted::default();
        wanted.add(ticket);
        let cards = store::cards::cards(&app.db, &wanted).await?;
        let everybody = ticket.everybody.keys();
        let names = holders.iter().chain(&ticket.related).chain(everybody).cloned();
        let needs = Needs { users: names.collect(), ..Needs::default() };
        let known = app.people(&needs, None).await?;
        let mut values = wire::base_values(ticket, (&found.names, &cards, app.zone));
        let definition = app.definitions.get(&app.db, ticket.workflow, found.revision).await?;
        if let Some(definition) = definition {
            values.extend(workflow::field_values(ticket, &definition).into_iter().map(|(key, _, value)| (key, value)));
        }
        let aliases = known.users.into_iter().map(|(name, person)| (name, person.alias)).collect();
        Ok(Self { holders, aliases, values })
    }

    fn alias(&self, name: &str) -> String {
        self.aliases.get(name).cloned().unwrap_or_default()
    }

    fn people(&self, names: &[String]) -> Vec<Person> {
        names.iter().map(|name| Person { username: name.clone(), alias: self.alias(name) }).collect()
    }

    fn vote(&self, name: &str, choice: &Value) -> VoteView {
        let transition = choice["transition_id"]
            .as_i64()
            .map(|id| Reference { id, name: choice["transition_name"].as_str().map(str::to_owned) });
        VoteView { username: name.to_owned(), alias: self.alias(name), transition }
    }
}

fn form(
    (ticket, definition): (&Ticket, &Definition),
    viewer: Viewer,
    values: &BTreeMap<String, Value>,
) -> Vec<FormFieldView> {
    let none = || Value::Object(Map::new());
    let fields = workflow::form(ticket, definition, viewer).into_iter().map(|field| {
        let (key, order_id, access) = (field.source.key().to_owned(), field.source.order_id(), field.access.name());
        let value = values.get(&key).cloned().unwrap_or(Value::Null);
        match field.source {
            FormSource::Base(base) => FormFieldView {
                key,
                name: base.name.to_owned(),
                source: "base",
                kind: workflow::FieldKind::String.name(),
                access,
                value,
                description: base.description.to_owned(),
                order_id,
                choices: none(),
                boolean_display: none(),
                label: none(),
                template: String::new(),
            },
            FormSource::Custom(custom) => FormFieldView {
                key,
                name: custom.name.clone(),
                source: "custom",
                kind: custom.kind.name(),
                access,
                value,
                description: custom.description.clone(),
                order_id,
                choices: custom.choices.clone(),
                boolean_display: custom.boolean_display.clone(),
                label: custom.label.clone(),
                template: custom.template.clone(),
            },
        }
    });
    fields.collect()
}

fn ways_out(ticket: &Ticket, definition: &Definition) -> Vec<WayOut> {
    let name = |id: StateId| Reference { id: id.0, name: definition.state(id).map(|state| state.name.clone()) };
    let out = definition.leaving(ticket.state).map(|transition| WayOut {
        id: transition.id.0,
        name: transition.name.clone(),
        kind: transition.kind.name(),
        attribute: transition.attribute.name(),
        timer_seconds: transition.timer_seconds,
        is_conditional: transition.conditions != workflow::Conditions::Listed(Vec::new()),
        destination: transition.destination.map(name),
    });
    out.collect()
}

/// The stays between the moves; the first move is the creation, out of the start state.
fn path(ticket: &Ticket, state: Option<String>, moves: Vec<MoveRow>) -> Vec<PathStep> {
    let mut path = Vec::with_capacity(moves.len() + 1);
    let mut here: Option<(Reference, DateTime<Utc>)> = None;
    for (index, row) in moves.into_iter().enumerate() {
        let to = Reference { id: row.to.unwrap_or_default(), name: row.to_name };
        let from = Reference::named(row.from, row.from_name);
        let entered_at = here.as_ref().map(|(_, at)| *at);
        // an older log does not say where it led; the next one says where it began
        let stood = here.map(|(stood, _)| stood).filter(|stood| stood.id != 0).unwrap_or(from);
        let left = Departure {
            at: row.at,
            transition: row.transition.map(|id| Reference { id, name: row.transition_name }),
            intervention: row.intervention,
            actor: ActorView { kind: row.actor_kind, name: row.actor, alias: String::new() },
        };
        let visit = if index == 0 { 0 } else { row.visit };
        path.push(PathStep { visit, state: stood, entered_at, left: Some(left) });
        here = Some((to, row.at));
    }
    let entered_at = here.map(|(_, at)| at);
    path.push(PathStep {
        visit: ticket.visit,
        state: Reference { id: ticket.state.0, name: state },
        entered_at,
        left: None,
    });
    path
}
