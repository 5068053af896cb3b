//! What a person does to a ticket beside taking a transition: accept, deliver, run a script once more (behaviour §3.4).
//! Failures carry data `""`.

use std::sync::Arc;

use axum::extract::State;

use super::{
    auth::Caller,
    error::{Failure, NoData},
    extract::{Body, Ids},
    tickets::identity,
    wire::{self, Envelope},
};
use crate::{
    app::{self, App},
    workflow::{self, TicketId},
};

const NO_USERNAME: &str = "参数不全，请提供username";

pub async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    body.or_empty(); // D-11: nothing is required in it
    let username = caller.user(|| Failure::text(NO_USERNAME))?;
    app.accept_ticket(&identity(&caller, username), TicketId(id)).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

pub async fn deliver(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let target = wire::text_or(&body, "target_username", "")?;
    let suggestion = wire::text_or(&body, "suggestion", "")?;
    let username = caller.user(|| Failure::text(NO_USERNAME))?;
    app.deliver_ticket(&identity(&caller, username), TicketId(id), &target, &suggestion).await.map_err(failure)?;
    Ok(Envelope::of(true))
}

/// Needs the right to view the ticket (threat-model §4). The old engine started the run and answered HTTP 500 (F-27).
pub async fn retry_script(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    body.or_empty();
    let username = caller.user(|| Failure::text(NO_USERNAME))?;
    let (found, definition) = app.visible(TicketId(id), caller.app_token_id()).await?;
    let directory = app.people(&workflow::view_needs(&found.ticket, username), None).await.map_err(failure)?;
    workflow::may_view(&found.ticket, &definition, username, &directory).map_err(|refusal| failure(refusal.into()))?;
    app.retry_script(&identity(&caller, username), TicketId(id)).await.map_err(failure)?;
    Ok(Envelope::of("").saying("Ticket script retry start successful"))
}

fn failure(error: app::Error) -> Failure {
    Failure::from(error).with_data(NoData::Text)
}
