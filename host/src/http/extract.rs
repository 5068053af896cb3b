//! Our own extractors, so that bad input gets our envelope and real clients get through: bodies come without Content-Type (T-02),
//! query keys come twice (T-03), unknown keys come always (T-10).

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request, rejection::BytesRejection,
    },
    http::{StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use super::{error::Failure, layers, strict_json, wire};

/// The query, last of equal keys first.
#[derive(Debug, Default)]
pub struct Query(HashMap<String, String>);

impl Query {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Absent and empty alike.
    pub fn text(&self, key: &str) -> &str {
        self.get(key).unwrap_or("")
    }

    /// Every key with its value, in no order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let pairs = AxumQuery::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let AxumQuery(pairs) = pairs.map_err(|_| Failure::text("查询参数不合法"))?;
        if pairs.iter().any(|(key, value)| key.contains('\0') || value.contains('\0')) {
            return Err(Failure::text("查询参数不合法"));
        }
        Ok(Self(pairs.into_iter().collect()))
    }
}

/// The ids of a path, in order: decimal digits of a positive i64, else 404.
#[derive(Debug)]
pub struct Ids<const N: usize>(pub [i64; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Ids<N> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = AxumPath::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let AxumPath(pairs) = path.map_err(|_| Failure::not_found())?;
        let ids: Option<Vec<i64>> = pairs.iter().map(|(_, text)| wire::positive(text)).collect();
        let ids = ids.and_then(|ids| ids.try_into().ok()).ok_or_else(Failure::not_found)?;
        Ok(Self(ids))
    }
}

/// A JSON body, read whatever its Content-Type says.
#[derive(Debug)]
pub enum Body {
    Empty,
    Object(Map<String, Value>),
}

impl Body {
    /// Where a body is expected, an empty one has its own text.
    pub fn or_missing(self, msg: &str) -> Result<Map<String, Value>, Failure> {
        match self {
            Self::Object(map) => Ok(map),
            Self::Empty => Err(Failure::object(msg)),
        }
    }

    /// Where nothing is required in it, an empty body is `{}` (D-11).
    pub fn or_empty(self) -> Map<String, Value> {
        match self {
            Self::Object(map) => map,
            Self::Empty => Map::new(),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::Empty);
        }
        strict_json::object(&bytes)
            .map(Self::Object)
            .map_err(|error| Failure::object(format!("请求体不是合法的JSON: {error}")))
    }
}

/// Reads a body to its end before anything is decided about the request. An answer to a half-read one closes the connection, and
/// a client that keeps it open for its next call would lose that call.
pub async fn read_whole(request: Request, next: Next) -> Response {
    if layers::is_upload(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => next.run(Request::from_parts(parts, bytes.into())).await,
        Err(rejection) => unreadable(&rejection).into_response(),
    }
}

pub(super) fn unreadable(rejection: &BytesRejection) -> Failure {
    let status = rejection.status();
    let too_large = status == StatusCode::PAYLOAD_TOO_LARGE;
    Failure::with_status(status, if too_large { "请求体过大" } else { "请求体无法读取" })
}
