//! What a person does to a ticket beside taking a transition: accept, hand over, countersign, comment, change fields, run a script or
//! hook once more, force a state, close; and a hook's receiver calling back (behaviour §3.4).

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Map, Value};

use super::{
    auth::Caller,
    error::{Failure, NoData},
    extract::{Body, Ids},
    texts,
    tickets::identity,
    wire::{self, Envelope},
};
use crate::{
    app::{self, App, hooks::Callback},
    workflow::{Refusal, StateId, TicketId},
};

const NO_USERNAME: &str = "参数不全，请提供username";
const NO_BODY: &str = "post参数为空";

pub async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    body.or_empty(); // D-11: nothing is required in it
    let username = user(&caller)?;
    app.accept_ticket(&identity(&caller, username), TicketId(id)).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

pub async fn deliver(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let (target, suggestion) = target(body)?;
    let username = user(&caller)?;
    app.deliver_ticket(&identity(&caller, username), TicketId(id), (&target, &suggestion)).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

pub async fn add_node(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let (target, suggestion) = target(body)?;
    let username = user(&caller)?;
    app.add_node(&identity(&caller, username), TicketId(id), (&target, &suggestion)).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

pub async fn end_add_node(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let suggestion = wire::text_or(&body.or_empty(), "suggestion", "")?;
    let username = user(&caller)?;
    app.end_add_node(&identity(&caller, username), TicketId(id), &suggestion).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

pub async fn comment(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let suggestion = wire::text_or(&body.or_missing(NO_BODY)?, "suggestion", "")?;
    let username = caller.user(|| Failure::text("ticket_id and username should not be null"))?;
    let commented = app.comment_ticket(&identity(&caller, username), TicketId(id), &suggestion).await;
    commented.map_err(missing_as("工单已被删除或者不存在", NoData::Text))?;
    Ok(Envelope::of("").saying("add ticket comment successful"))
}

pub async fn set_fields(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing(NO_BODY)?;
    let username = user(&caller)?;
    app.set_fields(&identity(&caller, username), TicketId(id), &body).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

pub async fn force_state(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("patch参数为空")?;
    let state = match body.get("state_id") {
        None | Some(Value::Null) => 0,
        Some(value) => wire::loose_int("state_id", value)?,
    };
    if state == 0 {
        return Err(Failure::text("请提供新的状态id"));
    }
    let suggestion = wire::text_or(&body, "suggestion", "")?;
    let username = user(&caller)?;
    let target = (StateId(state), suggestion.as_str());
    let forced = app.force_state(&identity(&caller, username), TicketId(id), target).await;
    forced.map_err(missing_as("工单不存在", NoData::Text))?;
    Ok(Envelope::of("").saying("修改工单状态成功"))
}

pub async fn close(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let suggestion = wire::text_or(&body.or_empty(), "suggestion", "")?;
    let username = caller.user(|| Failure::object(NO_USERNAME))?;
    let closed = app.close_ticket(&identity(&caller, username), TicketId(id), &suggestion).await;
    closed.map_err(missing_as("工单不存在或已被删除", NoData::Object))?;
    Ok(Envelope::of(""))
}

/// The old engine started the run and answered HTTP 500 (F-27).
pub async fn retry_script(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    body.or_empty();
    let username = user(&caller)?;
    app.retry(&identity(&caller, username), TicketId(id)).await.map_err(failure)?;
    Ok(Envelope::of("").saying("Ticket script retry start successful"))
}

/// Any falsy `result` means failure. The app's right to the ticket is all that is asked; who calls is no person.
pub async fn hook_call_back(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing(NO_BODY)?;
    let succeeded = match body.get("result") {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Bool(false) | Value::Null) => false,
        Some(_) => return Err(Failure::text("result须为布尔值")),
    };
    let nothing = Map::new();
    let fields = match body.get("field_value") {
        None | Some(Value::Null) => &nothing,
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(Failure::text("field_value须为对象")),
    };
    let (message, callback_id) = (wire::text_or(&body, "msg", "")?, wire::text_or(&body, "callback_id", "")?);
    let callback =
        Callback { succeeded, message: &message, fields, callback_id: &callback_id, app_name: caller.app_name() };
    let who = identity(&caller, caller.username.as_deref().unwrap_or_default());
    let taken = app.call_back(&who, TicketId(id), &callback).await;
    taken.map_err(|error| match error {
        // whoever calls back is nobody's holder: the ticket stands elsewhere
        app::Error::Refused(Refusal::NotParticipant | Refusal::NothingToDo) => {
            Failure::text(texts::refusal(&Refusal::NotAHook))
        }
        other => failure(other),
    })?;
    Ok(Envelope::of(""))
}

fn target(body: Body) -> Result<(String, String), Failure> {
    let body = body.or_missing(NO_BODY)?;
    Ok((wire::text_or(&body, "target_username", "")?, wire::text_or(&body, "suggestion", "")?))
}

fn user(caller: &Caller) -> Result<&str, Failure> {
    caller.user(|| Failure::text(NO_USERNAME))
}

fn failure(error: app::Error) -> Failure {
    Failure::from(error).with_data(NoData::Text)
}

/// Some calls have a text of their own for a ticket that is not there.
fn missing_as(text: &'static str, data: NoData) -> impl FnOnce(app::Error) -> Failure {
    move |error| match error {
        app::Error::TicketMissing => Failure::text(text).with_data(data),
        other => Failure::from(other).with_data(data),
    }
}
