//! What can be done with a ticket now, who holds it, and what happened to it (behaviour §3.3).

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::{
    auth::Caller,
    contacts::Contacts,
    error::{Failure, NoData},
    extract::{Ids, Query},
    texts,
    wire::{self, Code as _, Envelope, Paging},
};
use crate::{
    app::App,
    store::{
        flow_logs::{self, Direction},
        tickets::Found,
    },
    workflow::{self, Actor, Choice, Definition, Directory, Refusal, TicketId, TransitionAttribute},
};

/// Logs that one ticket's steps show at most; a ticket with more is no workflow any more.
const MOST_STEP_LOGS: i64 = 10_000;

pub async fn transitions(State(app): State<Arc<App>>, caller: Caller, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    let (found, definition) = app.readable(TicketId(id), caller.app_token_id()).await?;
    let user = user(&caller)?;
    if found.is_retired {
        return Ok(nothing_to_do());
    }
    let directory = app.people(&workflow::view_needs(&found.ticket, user), None).await?;
    match workflow::choices(&found.ticket, &definition, Actor::Person(user), &directory) {
        Ok(choices) => Ok(Envelope::value(choices.iter().map(choice).collect::<Vec<_>>())),
        Err(Refusal::NothingToDo | Refusal::NotParticipant) => Ok(nothing_to_do()),
        Err(refusal) => Err(Failure::text(texts::refusal(&refusal))),
    }
}

/// A success with a text (T-06).
fn nothing_to_do() -> Envelope {
    Envelope::value(json!([])).saying("用户当前无处理权限")
}

fn choice(choice: &Choice<'_>) -> Value {
    let pseudo = |name: &str, is_accept: bool| {
        json!({
            "transition_id": 0, "transition_name": name, "field_require_check": false, "is_accept": is_accept,
            "in_add_node": !is_accept, "alert_enable": false, "enable_alert": false, "alert_text": "",
            "attribute_type_id": TransitionAttribute::Other.code(),
        })
    };
    match choice {
        Choice::Accept => pseudo("接单", true),
        Choice::EndAddNode => pseudo("完成", false),
        Choice::Take(transition) => wire::transition_choice(transition),
    }
}

pub async fn flow_logs(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    let Viewed { found, contacts, .. } = viewed(&app, &caller, id, user(&caller)?).await?;
    let paging = Paging::from_query(&query)?;
    let total = flow_logs::count(&app.db, found.ticket.id).await?;
    let page = (paging.limit(), paging.offset(total));
    let logs = flow_logs::list(&app.db, found.ticket.id, Direction::NewestFirst, page).await?;
    let logs = contacts.in_logs(logs);
    let rows: Vec<Value> = logs.iter().map(|log| wire::log_row(log, found.ticket.id, app.zone)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn flow_steps(State(app): State<Arc<App>>, caller: Caller, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    let Viewed { found, definition, contacts, .. } = viewed(&app, &caller, id, user(&caller)?).await?;
    let logs = flow_logs::list(&app.db, found.ticket.id, Direction::OldestFirst, (MOST_STEP_LOGS, 0)).await?;
    let logs = contacts.in_logs(logs);
    let steps = wire::steps(&definition.states, &logs, found.ticket.state, app.zone);
    Ok(Envelope::of(json!({ "value": steps, "current_state_id": found.ticket.state })))
}

pub async fn participant_info(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
) -> Result<Envelope, Failure> {
    // the one read that old clients make without a user name; it opens only what is open to everybody
    let viewer = caller.username.as_deref().unwrap_or_default();
    let seen = viewed(&app, &caller, id, viewer).await;
    let Viewed { found, directory, contacts, .. } = seen.map_err(|failure| failure.with_data(NoData::Object))?;
    let names = workflow::holders(&found.ticket, &directory);
    let needs = workflow::Needs { users: names.iter().cloned().collect(), ..Default::default() };
    let known = app.people(&needs, None).await?;
    let people: Vec<Value> = names
        .iter()
        .filter_map(|name| known.users.get(name))
        .map(|person| {
            let (phone, email) = (contacts.shown(&person.phone), contacts.shown(&person.email));
            json!({ "username": person.username, "alias": person.alias, "phone": phone, "email": email })
        })
        .collect();
    Ok(Envelope::of(json!({ "participant_username_list": names, "participant_info_list": people })))
}

pub async fn states(State(app): State<Arc<App>>, caller: Caller, query: Query) -> Result<Envelope, Failure> {
    let ids = wire::id_list("ticket_ids", query.text("ticket_ids"))?;
    if query.get("ticket_ids").is_none() {
        return Err(Failure::text("请提供ticket_ids"));
    }
    let states = flow_logs::states_of(&app.db, &ids, caller.app_token_id()).await?;
    if states.is_empty() {
        return Err(Failure::text("")); // T-06
    }
    let map: Map<String, Value> = states
        .into_iter()
        .map(|(ticket, state, name)| (ticket.to_string(), json!({ "state_id": state, "state_name": name })))
        .collect();
    Ok(Envelope::of(map))
}

/// A ticket that somebody may look into.
struct Viewed {
    found: Found,
    definition: Arc<Definition>,
    directory: Directory,
    contacts: Contacts,
}

/// A ticket that the caller may look into (D-21): a related person, a holder, an administrator, or anybody where the workflow says so.
async fn viewed(app: &App, caller: &Caller, id: i64, viewer: &str) -> Result<Viewed, Failure> {
    let (found, definition) = app.readable(TicketId(id), caller.app_token_id()).await?;
    let directory = app.people(&workflow::view_needs(&found.ticket, viewer), None).await?;
    let handles = workflow::may_act(&found.ticket, &definition, Actor::Person(viewer), &directory).is_ok();
    if !handles {
        workflow::may_view(&found.ticket, &definition, viewer, &directory)
            .map_err(|refusal| Failure::text(texts::refusal(&refusal)))?;
    }
    let contacts = Contacts::of((&found.ticket, handles), viewer, &directory);
    Ok(Viewed { found, definition, directory, contacts })
}

fn user(caller: &Caller) -> Result<&str, Failure> {
    caller.user(|| Failure::text("参数不全，请提供username"))
}
