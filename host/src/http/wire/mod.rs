//! The contract's oddities, kept in one place: the envelope, integer codes for kinds, comma lists, local-time text, loosely
//! typed numbers. Nothing deeper in the program knows how a caller spells a thing.

pub mod accounts;
pub mod codes;
pub mod flow;
pub mod form;
pub mod loose;
pub mod page;
pub mod ticket;
pub mod time;

pub use accounts::*;
pub use codes::*;
pub use flow::*;
pub use form::*;
pub use loose::*;
pub use page::*;
pub use ticket::{department_object, row as ticket_row};
pub use time::*;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// A success: `{"code": 0, "data": …, "msg": …}`.
#[derive(Debug)]
pub struct Envelope {
    pub data: Value,
    pub msg: String,
}

impl Envelope {
    pub fn of(data: impl Into<Value>) -> Self {
        Self { data: data.into(), msg: String::new() }
    }

    /// `data = {"value": …}`, the shape of most lists that are not paged.
    pub fn value(value: impl Into<Value>) -> Self {
        Self::of(json!({ "value": value.into() }))
    }

    /// Some successes carry a text (D-22, T-06).
    #[must_use]
    pub fn saying(mut self, msg: impl Into<String>) -> Self {
        self.msg = msg.into();
        self
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        Json(json!({ "code": 0, "data": self.data, "msg": self.msg })).into_response()
    }
}
