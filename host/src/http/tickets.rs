//! Tickets: list, create, detail, advance (behaviour §3.1, §3.2). Turns what came over the wire into the use case's values and the
//! answer back; decides nothing.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::{
    auth::Caller,
    error::Failure,
    extract::{Body, Ids, Query},
    idempotency_key::IdempotencyKey,
    wire::{self, Envelope, Paging},
};
use crate::{
    app::{
        App,
        tickets::{Creation, Identity},
    },
    store::{
        self,
        cards::Wanted,
        ticket_lists::{self, Category, Filter, Order, People},
    },
    workflow::{self, Actor, Move, Parent, StateId, TicketId, TransitionId, Viewer, WorkflowId},
};

/// Longest title and suggestion that are taken; a longer suggestion is cut by the rules, not refused.
const TITLE_CHARACTERS: usize = 500;

pub async fn list(State(app): State<Arc<App>>, caller: Caller, query: Query) -> Result<Envelope, Failure> {
    let filter = filter(&app, &caller, &query)?;
    let paging = Paging::from_query(&query)?;
    let count = ticket_lists::count(&app.db, &filter).await?;
    if !count.has_grants {
        return Err(Failure::text("This app_name have not workflow permission"));
    }
    if filter.category == Category::Duty && !count.user_known {
        return Err(Failure::text("用户不存在"));
    }
    let tickets = ticket_lists::rows(&app.db, &filter, paging.limit(), paging.offset(count.total)).await?;
    let mut wanted = Wanted::default();
    for (ticket, _) in &tickets {
        wanted.add(ticket);
    }
    let cards = store::cards::cards(&app.db, &wanted).await?;
    let rows: Vec<Value> =
        tickets.iter().map(|(ticket, names)| wire::ticket_row(ticket, names, &cards, app.zone).into()).collect();
    Ok(Envelope::of(paging.answer(count.total, rows)))
}

fn filter(app: &App, caller: &Caller, query: &Query) -> Result<Filter, Failure> {
    let category = match query.text("category") {
        "all" => Category::All,
        "owner" => Category::Owner,
        "duty" => Category::Duty,
        "relation" => Category::Relation,
        _ => return Err(Failure::text("查询类别错误")),
    };
    let time = |key: &str| match query.text(key) {
        "" => Ok(None),
        text => wire::parse_local_time(text, app.zone)
            .map(Some)
            .ok_or_else(|| Failure::text(format!("{key}的时间格式不合法"))),
    };
    // only the exact texts filter; anything else is ignored
    let flag = |key: &str| match query.text(key) {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    };
    let reverse = match query.text("reverse").trim() {
        "" => 1,
        text => text.parse::<i64>().map_err(|_| Failure::text("reverse须为整数"))?,
    };
    Ok(Filter {
        category,
        app_token: caller.app_token_id(),
        username: caller.username.clone(),
        sn_prefix: query.text("sn").to_owned(),
        title_part: query.text("title").to_owned(),
        created_from: time("create_start")?,
        created_until: time("create_end")?,
        workflows: wire::id_list("workflow_ids", query.text("workflow_ids"))?,
        states: wire::id_list("state_ids", query.text("state_ids"))?,
        tickets: wire::id_list("ticket_ids", query.text("ticket_ids"))?,
        is_ended: flag("is_end"),
        is_rejected: flag("is_rejected"),
        people: People::default(),
        fields: Vec::new(),
        order: if reverse == 0 { Order::OldestFirst } else { Order::NewestFirst },
    })
}

pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    key: IdempotencyKey,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    // T-07: here, and only here, ids must be real integers
    let id = |key: &str| body.get(key).and_then(Value::as_i64);
    let (Some(workflow), Some(transition)) = (id("workflow_id"), id("transition_id")) else {
        return Err(Failure::object("workflow_id或transition_id类型不合法"));
    };
    let access = store::definitions::access(&app.db, WorkflowId(workflow), caller.app_token_id()).await?;
    if caller.app_token_id().is_some() && !access.is_some_and(|access| access.granted) {
        return Err(Failure::text(format!(
            "APP:{} have no permission to create this workflow ticket",
            caller.app_name()
        )));
    }
    let missing = || Failure::object("参数不合法,请提供workflow_id，username，transition_id");
    let username = caller.user(missing)?;
    if workflow == 0 || transition == 0 {
        return Err(missing());
    }
    let suggestion = wire::text_or(&body, "suggestion", "")?;
    check_title(&body)?;
    let key = key.of(&caller, username, &body);
    let request = Creation {
        workflow: WorkflowId(workflow),
        revision: access.ok_or(crate::app::Error::WorkflowMissing)?.revision,
        transition: TransitionId(transition),
        parent: parent(&body)?,
        suggestion: &suggestion,
        body: &body,
        key: key.as_ref(),
    };
    let id = app.create_ticket(&identity(&caller, username), &request).await?;
    Ok(Envelope::of(json!({ "ticket_id": id })))
}

pub async fn detail(State(app): State<Arc<App>>, caller: Caller, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    let (found, definition) = app.readable(TicketId(id), caller.app_token_id()).await?;
    let viewer = caller.user(|| Failure::text("参数不全，请提供username"))?;
    let ticket = &found.ticket;
    let directory = app.people(&workflow::view_needs(ticket, viewer), None).await?;
    let viewed_as = if workflow::may_act(ticket, &definition, Actor::Person(viewer), &directory).is_ok() {
        Viewer::Handler
    } else {
        workflow::may_view(ticket, &definition, viewer, &directory).map_err(crate::app::Error::from)?;
        Viewer::Onlooker
    };
    let mut wanted = Wanted::default();
    wanted.add(ticket);
    let cards = store::cards::cards(&app.db, &wanted).await?;
    let mut value = wire::ticket_row(ticket, &found.names, &cards, app.zone);
    value.insert(
        "field_list".into(),
        wire::field_list(ticket, &definition, viewed_as, (&found.names, &cards, app.zone)).into(),
    );
    if let Some(state) = definition.state(ticket.state) {
        value.insert("state_info".into(), wire::state_info(state));
    }
    Ok(Envelope::value(value))
}

pub async fn advance(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("patch参数为空")?;
    let missing = || Failure::object("参数不合法,请提供username，transition_id");
    let transition = match body.get("transition_id") {
        None | Some(Value::Null) => 0,
        Some(value) => wire::loose_int("transition_id", value)?,
    };
    // T-05: 0 is no transition. The app's right to the ticket is asked first, as the old engine did.
    if transition == 0 || caller.username.is_none() {
        app.visible(TicketId(id), caller.app_token_id()).await?;
        return Err(missing());
    }
    let username = caller.user(missing)?;
    let suggestion = wire::text_or(&body, "suggestion", "")?;
    check_title(&body)?;
    let request = Move { transition: TransitionId(transition), suggestion: &suggestion, body: &body };
    app.advance_ticket(&identity(&caller, username), TicketId(id), &request).await?;
    Ok(Envelope::value(true))
}

/// Who asks, for the use cases.
pub(super) fn identity<'a>(caller: &'a Caller, username: &'a str) -> Identity<'a> {
    Identity {
        app_token: caller.app_token_id(),
        sn_prefix: caller.sn_prefix(),
        username,
        authority: caller.authority(),
    }
}

fn check_title(body: &Map<String, Value>) -> Result<(), Failure> {
    match wire::text("title", body.get("title"))? {
        Some(title) if title.chars().count() > TITLE_CHARACTERS => {
            Err(Failure::object(format!("title不能超过{TITLE_CHARACTERS}个字符")))
        }
        _ => Ok(()),
    }
}

fn parent(body: &Map<String, Value>) -> Result<Option<Parent>, Failure> {
    let id = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(0),
        Some(value) => wire::loose_int(key, value),
    };
    let (ticket, state) = (id("parent_ticket_id")?, id("parent_ticket_state_id")?);
    Ok((ticket != 0 || state != 0).then_some(Parent { ticket: TicketId(ticket), state: StateId(state) }))
}
