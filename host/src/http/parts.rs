//! Creating, changing and deleting a part of a workflow on `/api/v1.0/` (behaviour §3.5): one story for states, transitions and custom
//! fields. How the wire spells each is told by `WirePart`.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts as _, Request, State};
use serde_json::{Map, Value, json};

use super::{
    auth::Configurer,
    config_body,
    error::{Failure, NoData},
    extract::{Body, Ids, Query},
    wire::{self, Envelope},
    workflows::granted,
};
use crate::{
    app::{App, parts::Part, workflows::Removal},
    workflow::{FieldId, StateId, TransitionId, WorkflowId},
};

/// A kind of part as the wire has it, by its id.
pub trait WirePart: Part {
    /// What answers call the id.
    const KEY: &'static str;
    /// What stands for "no data" in failures of its own.
    const NO_DATA: NoData;

    fn with_id(id: i64) -> Self;

    fn id(self) -> i64;

    /// `id` None is a create call, which must name what has no default.
    fn patch(body: &Map<String, Value>, id: Option<Self>) -> Result<Self::Patch, Failure>;

    fn answer(self) -> Envelope {
        Envelope::value(json!({ Self::KEY: self.id() }))
    }
}

impl WirePart for StateId {
    const KEY: &'static str = "state_id";
    const NO_DATA: NoData = NoData::Object;

    fn with_id(id: i64) -> Self {
        Self(id)
    }

    fn id(self) -> i64 {
        self.0
    }

    fn patch(body: &Map<String, Value>, _: Option<Self>) -> Result<Self::Patch, Failure> {
        config_body::state(body)
    }

    fn answer(self) -> Envelope {
        Envelope::of(json!({ Self::KEY: self }))
    }
}

impl WirePart for TransitionId {
    const KEY: &'static str = "transition_id";
    const NO_DATA: NoData = NoData::Text;

    fn with_id(id: i64) -> Self {
        Self(id)
    }

    fn id(self) -> i64 {
        self.0
    }

    fn patch(body: &Map<String, Value>, _: Option<Self>) -> Result<Self::Patch, Failure> {
        config_body::transition(body)
    }
}

impl WirePart for FieldId {
    const KEY: &'static str = "custom_field_id";
    const NO_DATA: NoData = NoData::Text;

    fn with_id(id: i64) -> Self {
        Self(id)
    }

    fn id(self) -> i64 {
        self.0
    }

    fn patch(body: &Map<String, Value>, id: Option<Self>) -> Result<Self::Patch, Failure> {
        let patch = config_body::field(body)?;
        if id.is_none() && (patch.key.is_none() || patch.kind.is_none()) {
            return Err(Failure::text("请提供field_key和field_type_id"));
        }
        Ok(patch)
    }
}

pub async fn create<P: WirePart>(
    State(app): State<Arc<App>>,
    configurer: Configurer,
    Ids([workflow]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    save::<P>(&app, &configurer, (workflow, None), body).await
}

pub async fn update<P: WirePart>(
    State(app): State<Arc<App>>,
    configurer: Configurer,
    Ids([workflow, id]): Ids<2>,
    body: Body,
) -> Result<Envelope, Failure> {
    save::<P>(&app, &configurer, (workflow, Some(P::with_id(id))), body).await
}

async fn save<P: WirePart>(
    app: &App,
    Configurer(caller): &Configurer,
    (workflow, id): (i64, Option<P>),
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    granted(app, caller, workflow).await?;
    let saved = app.save_part(WorkflowId(workflow), id, P::patch(&body, id)?, caller.name()).await;
    Ok(saved.map_err(|error| Failure::from(error).with_data(P::NO_DATA))?.answer())
}

pub async fn delete<P: WirePart>(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([workflow, id]): Ids<2>,
    Force(removal): Force,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, workflow).await?;
    let id = P::with_id(id);
    let deleted = app.delete_part(WorkflowId(workflow), id, removal, caller.name()).await;
    deleted.map_err(|error| Failure::from(error).with_data(P::NO_DATA))?;
    Ok(id.answer())
}

/// Whether a deletion goes on although the thing is in use (D-24): `force` in the query or, failing that, in the body.
#[derive(Debug)]
pub struct Force(pub Removal);

impl<S: Send + Sync> FromRequest<S> for Force {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let query = Query::from_request_parts(&mut parts, state).await?;
        let asked = match query.get("force") {
            Some(text) => Some(Value::from(text)),
            None => Body::from_request(Request::from_parts(parts, body), state).await?.or_empty().remove("force"),
        };
        let forced = match asked {
            None | Some(Value::Null) => false,
            Some(value) => wire::loose_flag("force", &value)?,
        };
        Ok(Self(if forced { Removal::Forced } else { Removal::IfUnused }))
    }
}
