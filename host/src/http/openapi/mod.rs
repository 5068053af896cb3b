//! The OpenAPI document at `/openapi.json` and the page at `/docs` that shows it. Routes are described in tables beside this file, bodies
//! and answers by the types that the handlers read and write; a test compares the tables with the routes there are, and answers with
//! what is said of them. Nothing is fetched from elsewhere, and nothing secret is in it.

mod accounts;
#[cfg(test)]
pub(crate) mod conformance;
mod documents;
mod operation;
mod page;
pub mod plugins;
#[cfg(test)]
mod tests;
mod tickets;
mod v2;
mod workflows;

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tower_http::compression::CompressionLayer;

use super::routes::Routes;
use operation::Op;

const ABOUT: &str = "\
A workflow and ticket engine that speaks the HTTP API of loonflow 0.3.

`/api/v1.0` answers HTTP 200 with an envelope: `code` 0 and `data`, or `code` -1 and a text in `msg` that may be shown. It is called by \
apps, which sign each call (headers `appname`, `timestamp`, `signature`, and `username` for whom they speak), or by an administrator's session.

`/api/v2` answers real status codes and problem details (RFC 9457); the member `errors` points at parts of the body that are not \
taken, `problems` tells what is wrong with a workflow. It is called with a bearer token or by an administrator's session. Lists are \
pages: `limit` and `cursor`.

Calls with a session that change something need the header `X-Requested-With`, and come from the same origin.";

const TAGS: [(&str, &str); 14] = [
    ("session", "An administrator's browser session."),
    ("overview", "The console's first page."),
    ("tickets", "Every ticket, for administrators."),
    ("workflows", "Whole definitions as documents."),
    ("jobs", "What is still to be done for tickets, and what was given up."),
    ("plugins", "Uploads, versions, grants, settings, secrets, calls."),
    ("accounts", "People, apps, and who changed what."),
    ("v1.0 tickets", "What signed apps do for people."),
    ("v1.0 workflows", "Workflows and their parts, piece by piece."),
    ("v1.0 states", "States of a workflow."),
    ("v1.0 scripts and notices", "Uploads under the old names: plugins that states and workflows run."),
    ("v1.0 accounts", "People, departments, roles and app tokens. For an administrator's session."),
    ("v1.0 statistics", "Tickets created a day."),
    ("operation", "For operators and load balancers."),
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/openapi.json", get(document))
        .route("/docs", get(page::page))
        .route("/docs/", get(page::page))
        .route("/docs/{file}", get(page::file))
        .layer(CompressionLayer::new())
}

/// The same as long as the program runs.
async fn document() -> Response {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = TEXT.get_or_init(|| Bytes::from(whole().to_string()));
    ([(header::CONTENT_TYPE, "application/json")], text.clone()).into_response()
}

fn operations() -> Vec<Op> {
    let tables = [
        v2::operations(),
        documents::operations(),
        plugins::operations(),
        tickets::operations(),
        workflows::operations(),
        accounts::operations(),
    ];
    tables.into_iter().flatten().collect()
}

/// The document as a file.
pub fn text() -> String {
    format!("{:#}", whole())
}

pub(super) fn whole() -> Value {
    let mut schemas = documents::schemas();
    schemas.extend(operation::common_schemas());
    let mut paths = Map::new();
    for op in operations() {
        let (path, method, described) = op.described(&mut schemas);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = described;
    }
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": { "title": "gavia", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
                  "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" } },
        "tags": TAGS.map(|(name, description)| json!({ "name": name, "description": description })),
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": security_schemes() },
    })
}

fn security_schemes() -> Value {
    let header = |name: &str, description: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": description });
    json!({
        "session": { "type": "apiKey", "in": "cookie", "name": "sessionid", "description": "An administrator's session, opened by a login." },
        "bearer": { "type": "http", "scheme": "bearer", "description": "An access token, made by `gavia token create`." },
        "appname": header("appname", "The app that calls."),
        "timestamp": header("timestamp", "Seconds since 1970, within 120 s of the server's clock."),
        "signature": header("signature", "Version 1: MD5 of timestamp and token in hexadecimal; version 2 is described in the signature guide."),
        "username": header("username", "The user for whom the app speaks."),
    })
}
