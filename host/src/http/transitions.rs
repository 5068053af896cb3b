//! Transitions of a workflow: the list (behaviour §3.5); `parts` edits them. Failures carry data `""`.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::{
    auth::Caller,
    error::Failure,
    extract::{Ids, Query},
    wire::{self, Code as _, Envelope, Paging},
    workflows::granted,
};
use crate::{
    app::App,
    store::{transitions, transitions::TransitionRow},
    workflow::{StateId, WorkflowId},
};

pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    let paging = Paging::from_query(&query)?;
    let rows = transitions::list(&app.db, WorkflowId(id), query.text("search_value"), paging.stored()).await?;
    let shown: Vec<Value> = rows.rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(rows.total, shown)))
}

fn shown(row: &TransitionRow, app: &App) -> Value {
    let state = |id: Option<StateId>, name: &Option<String>| match (id, name) {
        (Some(id), Some(name)) => json!({ "name": name, "id": id }),
        _ => json!({}),
    };
    json!({
        "id": row.id,
        "name": row.set.name,
        "creator": row.creator,
        "source_state_id": row.set.source.map_or(0, |id| id.0),
        "source_state_info": state(row.set.source, &row.source_name),
        "destination_state_id": row.set.destination.map_or(0, |id| id.0),
        "destination_state_info": state(row.set.destination, &row.destination_name),
        "transition_type_id": row.set.kind.code(),
        "timer": row.set.timer_seconds,
        "condition_expression": row.set.condition_expression,
        "attribute_type_id": row.set.attribute.code(),
        "field_require_check": row.set.field_require_check,
        "alert_enable": row.set.alert_enable,
        "alert_text": row.set.alert_text,
        "gmt_created": wire::local_time(row.created_at, app.zone),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::testing::server;

    #[tokio::test]
    async fn f48_conditions_lead_to_states_of_this_workflow_and_parse() {
        let server = server().await;
        let (id, other) = (server.workflow().await, server.workflow().await);
        let state = async |workflow: i64| {
            let made =
                server.admin(Method::POST, &format!("/workflows/{workflow}/states"), json!({ "name": "s" })).await;
            made["state_id"].as_i64().unwrap()
        };
        let (ours, theirs) = (state(id).await, state(other).await);
        let path = format!("/workflows/{id}/transitions");
        let condition = |expression: &str, target: i64| json!({ "condition_expression": json!([{ "expression": expression, "target_state_id": target }]).to_string() });
        for broken in [
            condition("{days} > 3", theirs),
            condition("{days} >", ours),
            condition("__import__('os')", ours),
            json!({ "condition_expression": "[{" }),
            json!({ "source_state_id": theirs }),
            json!({ "destination_state_id": theirs }),
        ] {
            server.refused(Method::POST, &path, broken).await;
        }
        assert_eq!(server.admin(Method::GET, &path, json!(null)).await["total"], 0);
        // a field nobody knows yet is a finding, not a refusal
        server.admin(Method::POST, &path, condition("{days} > 3", ours)).await;
        // another language is the named plugin's to judge
        server.admin(Method::PATCH, &format!("/workflows/{id}"), json!({ "condition_plugin": "mine" })).await;
        server.admin(Method::POST, &path, condition("days over 3", ours)).await;
    }

    #[tokio::test]
    async fn d12_a_change_does_not_ask_again_for_what_it_does_not_name() {
        let server = server().await;
        let id = server.workflow().await;
        let made = server.admin(Method::POST, &format!("/workflows/{id}/states"), json!({ "name": "s" })).await;
        let (state, path) = (made["state_id"].clone(), format!("/workflows/{id}/transitions"));
        let body =
            json!({ "name": "go", "source_state_id": state, "destination_state_id": state, "alert_enable": "1" });
        let made = server.admin(Method::POST, &path, body).await["value"]["transition_id"].clone();
        server.admin(Method::DELETE, &format!("/workflows/{id}/states/{state}"), json!(null)).await;
        server.admin(Method::PATCH, &format!("{path}/{made}"), json!({ "name": "went" })).await;
        let rows = server.admin(Method::GET, &path, json!(null)).await;
        let row = &rows["value"][0];
        assert_eq!((&row["name"], &row["alert_enable"]), (&json!("went"), &json!(true)));
        assert_eq!((&row["source_state_id"], &row["source_state_info"]), (&state, &json!({})));
        server.refused(Method::PATCH, &format!("{path}/{made}"), json!({ "source_state_id": state })).await;
    }
}
