//! `POST /api/v2/plugins`: a component or core module, as the body itself with `?name=`, or as the part `file` of a form with `name` and
//! `manifest` (the author's `gavia-plugin.toml`) beside it. Answered when it is compiled, or with
//! HTTP 202 and where to look when that takes longer than a moment.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Multipart, Request, State},
    http::{
        StatusCode,
        header::{self, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    super::super::{error::Failure, extract::Query},
    super::{AccountAdministrator, problem::Explained},
    readable,
};
use crate::{
    app::{
        App,
        door::Uploader,
        registry::{Given, Uploaded},
    },
    store::{names::Named as _, plugins::versions::Status},
};

const FILE_BYTES_MAX: usize = 64 << 20;
const TEXT_BYTES_MAX: usize = 64 << 10;

/// The body is read last, when it is known that this caller may send one and that there is room for it.
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    query: Result<Query, Failure>,
    request: Request,
) -> Result<Response, Explained> {
    let query = readable(query)?;
    let _turn = app.door.upload(Uploader::Administrator).await?;
    let mut given = received(request).await?;
    if let Some(name) = query.get("name").filter(|name| !name.is_empty()) {
        given.name = Some(name.to_owned());
    }
    if given.bytes.is_empty() {
        return Err(Explained::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "there is no file: send it as the body or as the part `file`",
        ));
    }
    let uploaded = app.upload_plugin(given, &admin.username).await?;
    let plugin = format!("/api/v2/plugins/{}", uploaded.plugin.0);
    let (status, location) = match uploaded.status {
        Status::Compiling => (StatusCode::ACCEPTED, format!("{plugin}/versions/{}", uploaded.number)),
        _ if uploaded.is_new => (StatusCode::CREATED, plugin),
        _ => (StatusCode::OK, plugin),
    };
    Ok((status, [(header::LOCATION, location)], Json(answer(&uploaded))).into_response())
}

/// What was sent, within its bounds.
async fn received(request: Request) -> Result<Given, Explained> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("multipart/") { form(request).await } else { raw(request).await }
}

/// Receives an upload for nobody: says how much arrived.
pub(in crate::http) async fn uploaded(request: Request) -> Response {
    match received(request).await {
        Ok(given) => Json(json!({ "bytes": given.bytes.len() })).into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn answer(uploaded: &Uploaded) -> Value {
    json!({
        "plugin_id": uploaded.plugin.0,
        "name": uploaded.name,
        "version": uploaded.number,
        "status": uploaded.status.name(),
        "is_new": uploaded.is_new,
    })
}

fn too_large() -> Explained {
    Explained::new(StatusCode::PAYLOAD_TOO_LARGE, "a plugin is 64 MiB at most, the texts beside it 64 KiB each")
}

fn unreadable(status: StatusCode) -> Explained {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Explained::new(StatusCode::BAD_REQUEST, "the body cannot be read")
}

async fn raw(request: Request) -> Result<Given, Explained> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| unreadable(rejection.status()))?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(too_large());
    }
    Ok(Given { bytes: bytes.into(), ..Given::default() })
}

async fn form(request: Request) -> Result<Given, Explained> {
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|rejection| unreadable(rejection.status()))?;
    let mut given = Given::default();
    while let Some(mut part) = parts.next_field().await.map_err(|error| unreadable(error.status()))? {
        let name = part.name().unwrap_or_default().to_owned();
        let most = if name == "file" { FILE_BYTES_MAX } else { TEXT_BYTES_MAX };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(error.status()))? {
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        match name.as_str() {
            "file" => given.bytes = bytes,
            "name" => given.name = Some(text(&name, bytes)?.trim().to_owned()).filter(|name| !name.is_empty()),
            "manifest" => given.manifest = Some(text(&name, bytes)?),
            // a misspelt part would be ignored silently, and with it what it asks for
            _ => {
                let detail = format!("there is no part {name:?}: there are file, name and manifest");
                return Err(Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
            }
        }
    }
    Ok(given)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Explained> {
    let unfit = || Explained::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the part {name} is no plain text"));
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or_else(unfit)
}
