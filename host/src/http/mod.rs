//! Everything that knows HTTP. This file is the route table and its layers, in order; a file a resource holds the handlers.

pub mod app_tokens;
pub mod auth;
#[cfg(test)]
mod authorisation_tests;
pub mod client;
pub mod config_body;
mod console;
mod contacts;
pub mod csrf;
pub mod custom_notices;
mod defence;
#[cfg(test)]
mod deletion_tests;
pub mod departments;
pub mod error;
pub mod extract;
pub mod fields;
pub mod health;
pub mod idempotency_key;
pub mod layers;
pub mod login;
pub mod metrics;
pub mod openapi;
mod pace;
pub mod parts;
pub mod roles;
pub mod routes;
pub mod run_scripts;
mod signed;
pub mod states;
pub mod statistics;
pub mod strict_json;
#[cfg(test)]
pub(crate) mod testing;
pub mod texts;
pub mod ticket_actions;
pub mod ticket_history;
pub mod tickets;
pub mod transitions;
pub mod upload;
pub mod users;
pub mod v2;
pub mod wire;
pub mod workflows;

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post, put},
};

pub use error::Failure;
pub use layers::Framing;
#[cfg(test)]
pub(crate) use layers::around;
pub use routes::Routes;

use crate::{
    app::App,
    workflow::{FieldId, StateId, TransitionId},
};

/// Every route of the program, inside the layers that no request passes by.
pub fn router(app: &Arc<App>) -> Router {
    let routes = routes(app).with_state(Arc::clone(app)).fallback_service(console::files());
    layers::around(routes, app.body_bytes_max)
}

/// How uploads of plugins are received, and nothing else: for the corpus of attacks, which has no database.
pub fn uploads_alone() -> Router {
    layers::around_briefly(Router::new().route("/api/v2/plugins", post(v2::uploaded)), 2 << 20)
}

/// Every route; each has a row in `authorisation.txt`, which says who may call it.
fn routes(app: &Arc<App>) -> Routes {
    Routes::new()
        .nest("/api/v1.0", v1(app))
        .nest("/api/v2", v2::routes().layer(middleware::from_fn_with_state(Arc::clone(app), client::meet)))
        .merge(health::routes())
        .merge(openapi::routes())
        .merge(metrics::routes())
}

/// The loonflow 0.3 API. The signature is checked before routing, so that an unsigned call to an unknown path gets the
/// permission answer and a signed one 404 (behaviour §2.1).
fn v1(app: &Arc<App>) -> Routes {
    let signed = Routes::new()
        .route("/tickets", get(tickets::list).post(tickets::create))
        .route("/tickets/states", get(ticket_history::states))
        .route("/tickets/num_statistics", get(statistics::tickets))
        .route("/tickets/{id}", get(tickets::detail).patch(tickets::advance))
        .route("/tickets/{id}/transitions", get(ticket_history::transitions))
        .route("/tickets/{id}/flowlogs", get(ticket_history::flow_logs))
        .route("/tickets/{id}/flowsteps", get(ticket_history::flow_steps))
        .route("/tickets/{id}/participant_info", get(ticket_history::participant_info))
        .route("/tickets/{id}/accept", post(ticket_actions::accept))
        .route("/tickets/{id}/deliver", post(ticket_actions::deliver))
        .route("/tickets/{id}/add_node", post(ticket_actions::add_node))
        .route("/tickets/{id}/add_node_end", post(ticket_actions::end_add_node))
        .route("/tickets/{id}/comments", post(ticket_actions::comment))
        .route("/tickets/{id}/fields", patch(ticket_actions::set_fields))
        .route("/tickets/{id}/state", put(ticket_actions::force_state))
        .route("/tickets/{id}/close", post(ticket_actions::close))
        .route("/tickets/{id}/retry_script", post(ticket_actions::retry_script))
        .route("/tickets/{id}/hook_call_back", post(ticket_actions::hook_call_back))
        .route("/workflows", get(workflows::list).post(workflows::create))
        .route("/workflows/{id}", get(workflows::detail).patch(workflows::update).delete(workflows::delete))
        .route("/workflows/{id}/init_state", get(workflows::init_state))
        .route("/workflows/{id}/statistics", get(statistics::workflow))
        .route("/workflows/{id}/states", get(states::list).post(parts::create::<StateId>))
        .route("/workflows/{id}/states/{state_id}", patch(parts::update::<StateId>).delete(parts::delete::<StateId>))
        .route("/workflows/states/{state_id}", get(states::detail))
        .route("/workflows/{id}/transitions", get(transitions::list).post(parts::create::<TransitionId>))
        .route(
            "/workflows/{id}/transitions/{transition_id}",
            patch(parts::update::<TransitionId>).delete(parts::delete::<TransitionId>),
        )
        .route("/workflows/{id}/custom_fields", get(fields::list).post(parts::create::<FieldId>))
        .route(
            "/workflows/{id}/custom_fields/{field_id}",
            patch(parts::update::<FieldId>).delete(parts::delete::<FieldId>),
        )
        .route("/workflows/run_scripts", get(run_scripts::list).post(run_scripts::create))
        .route("/workflows/run_scripts/{id}", post(run_scripts::update).delete(run_scripts::delete))
        .route("/workflows/custom_notices", get(custom_notices::list).post(custom_notices::create))
        .route("/workflows/custom_notices/{id}", post(custom_notices::update).delete(custom_notices::delete))
        .route("/accounts/users", get(users::list).post(users::create))
        .route("/accounts/users/{id}", patch(users::update).delete(users::delete))
        .route("/accounts/users/{id}/roles", get(users::roles))
        .route("/accounts/roles", get(roles::list).post(roles::create))
        .route("/accounts/roles/{id}", patch(roles::update).delete(roles::delete))
        .route("/accounts/roles/{id}/users", get(users::members).post(users::add_member))
        .route("/accounts/roles/{id}/users/{user_id}", delete(users::remove_member))
        .route("/accounts/depts", get(departments::list).post(departments::create))
        .route("/accounts/depts/{id}", patch(departments::update).delete(departments::delete))
        .route("/accounts/app_token", get(app_tokens::list).post(app_tokens::create))
        .route("/accounts/app_token/{id}", get(app_tokens::get).patch(app_tokens::update).delete(app_tokens::delete))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(Arc::clone(app), auth::authenticate));
    // the two calls that no session or signature can be asked for
    Routes::new()
        .route("/accounts/login", post(login::login))
        .route("/accounts/logout", get(login::logout))
        .merge(signed)
        .layer(middleware::from_fn_with_state(Arc::clone(app), client::meet))
        .layer(middleware::from_fn(extract::read_whole))
}

async fn not_found() -> Response {
    Failure::not_found().into_response()
}

async fn method_not_allowed() -> Response {
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}
