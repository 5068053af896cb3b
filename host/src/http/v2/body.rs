//! Bodies of `/api/v2` that have a type. What does not fit it is told with the place in the body, as a form shows its errors.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use utoipa::ToSchema;

use super::{super::strict_json, problem::Explained};

/// Keys and list items of a body.
const ENTRIES_MAX: usize = 200_000;

/// A JSON object of the type, whatever its Content-Type says.
pub(super) struct Typed<T>(pub(super) T);

/// One part of a body that is not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedError {
    /// RFC 6901, into the body.
    pub pointer: String,
    pub detail: String,
    /// In Chinese, where there are such words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_zh: Option<String>,
}

/// HTTP 422 with the part that is wrong.
pub(super) fn unfit(pointer: impl Into<String>, detail: impl Into<String>) -> Explained {
    Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail).at(pointer)
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Typed<T> {
    type Rejection = Explained;

    async fn from_request(request: Request, state: &S) -> Result<Self, Explained> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| Explained::new(rejection.status(), "the body cannot be read"))?;
        let read = strict_json::object_within(&bytes, ENTRIES_MAX);
        let unread = |reason| Explained::new(StatusCode::BAD_REQUEST, format!("the body is no JSON object: {reason}"));
        let given = Value::Object(read.map_err(unread)?);
        match serde_path_to_error::deserialize(given) {
            Ok(body) => Ok(Self(body)),
            Err(error) => Err(unfit(pointer(error.path()), error.inner().to_string())),
        }
    }
}

/// A key as a pointer has it.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", escaped(key))),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(part).collect()
}
