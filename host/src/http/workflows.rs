//! Workflows themselves: list, detail, start state, and editing (behaviour §3.5).

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Configurer},
    config_body,
    error::Failure,
    extract::{Body, Ids, Query},
    parts::Force,
    texts,
    wire::{self, Code as _, Envelope, Paging},
};
use crate::{
    app::{App, hook_tokens, workflows::ConfigError},
    store::{
        self, states, workflows,
        workflows::{Filter, WorkflowRow},
    },
    workflow::{self, ParticipantKind, WorkflowId},
};

const MISSING: &str = "工作流不存在";

pub async fn list(State(app): State<Arc<App>>, caller: Caller, query: Query) -> Result<Envelope, Failure> {
    let paging = Paging::from_query(&query)?;
    let filter = Filter { app: caller.app_token_id(), name: query.text("name"), search: query.text("search_value") };
    let rows = workflows::list(&app.db, filter, paging.stored()).await?;
    let shown: Vec<Value> = rows.rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(rows.total, shown)))
}

pub async fn detail(State(app): State<Arc<App>>, caller: Caller, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    let row = workflows::get(&app.db, WorkflowId(id)).await?.ok_or_else(|| Failure::object(MISSING))?;
    Ok(Envelope::of(shown(&row, &app)))
}

fn shown(row: &WorkflowRow, app: &App) -> Value {
    json!({
        "id": row.id,
        "name": row.set.name,
        "description": row.set.description,
        "notices": row.set.notices,
        "view_permission_check": row.set.view_permission_check,
        "limit_expression": row.set.limit_expression,
        "display_form_str": row.set.display_form,
        "condition_plugin": row.set.condition_plugin,
        "creator": row.creator,
        "gmt_created": wire::local_time(row.created_at, app.zone),
    })
}

/// What a client needs to draw the form of a new ticket (T-20).
pub async fn init_state(State(app): State<Arc<App>>, caller: Caller, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    caller.user(|| Failure::text("请提供username"))?;
    let access =
        store::definitions::access(&app.db, WorkflowId(id), None).await?.ok_or_else(|| Failure::text(MISSING))?;
    let definition = app.definitions.get(&app.db, WorkflowId(id), access.revision).await?;
    let definition = definition.ok_or_else(|| Failure::text(MISSING))?;
    let row = states::start(&app.db, WorkflowId(id)).await?.ok_or_else(|| Failure::text("该工作流尚未配置初始状态"))?;
    let fields: Vec<Value> = workflow::start_form(&definition).iter().map(wire::start_form_field).collect();
    let choices: Vec<Value> = workflow::by_hand(&definition, row.id).map(wire::transition_choice).collect();
    // D-25: nobody reads a hook's configuration here
    let hidden = row.set.participant_kind == ParticipantKind::Hook;
    Ok(Envelope::of(json!({
        "id": row.id,
        "creator": row.creator,
        "gmt_created": wire::local_time(row.created_at, app.zone),
        "gmt_modified": wire::local_time(row.modified_at, app.zone),
        "is_deleted": false,
        "name": row.set.name,
        "workflow_id": row.workflow,
        "sub_workflow_id": row.set.sub_workflow_id,
        "is_hidden": row.set.is_hidden,
        "order_id": row.set.order_id,
        "type_id": row.set.kind.code(),
        "remember_last_man_enable": row.set.remember_last_handler,
        "participant_type_id": row.set.participant_kind.code(),
        "participant": if hidden { hook_tokens::MASK } else { &row.set.participant },
        "distribute_type_id": row.set.distribution.code(),
        "label": row.set.label,
        "field_list": fields,
        "transition": choices,
    })))
}

pub async fn create(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let draft = config_body::workflow(&body)?.over(store::drafts::WorkflowDraft::default());
    let id = app.create_workflow(&draft, caller.name(), caller.app_token_id()).await?;
    Ok(Envelope::of(json!({ "workflow_id": id })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    granted(&app, &caller, id).await?;
    app.update_workflow(WorkflowId(id), config_body::workflow(&body)?, caller.name()).await?;
    Ok(Envelope::of(json!({ "workflow_id": id })))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([id]): Ids<1>,
    Force(removal): Force,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    app.delete_workflow(WorkflowId(id), removal, caller.name()).await?;
    Ok(Envelope::of(json!({ "workflow_id": id })))
}

/// Whether the app's token names the workflow; a session may use every one (behaviour §2.4).
pub(super) async fn granted(app: &App, caller: &Caller, id: i64) -> Result<(), Failure> {
    let Some(token) = caller.app_token_id() else { return Ok(()) };
    if workflows::is_granted(&app.db, token, WorkflowId(id)).await? {
        return Ok(());
    }
    Err(Failure::text(format!("APP:{} have no permission to get this workflow info", caller.app_name())))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::WorkflowMissing => Self::object(MISSING),
            ConfigError::PartMissing => Self::object("record is not exist or has been deleted"),
            ConfigError::InUse(uses) => Self::object(texts::in_use(&uses)),
            ConfigError::ScriptMissing => Self::object("the record is not exist or has been deleted"),
            ConfigError::StrangeState(id) => Self::object(format!("状态{id}不属于该工作流")),
            ConfigError::UnknownScript(script) => Self::object(format!("脚本不存在: {script}")),
            ConfigError::BadExpression { number, problem } => Self::object(format!(
                "condition_expression第{number}项第{}字节处有误: {}",
                problem.offset, problem.message
            )),
            ConfigError::BrokenConditions => Self::object("condition_expression不合法"),
            ConfigError::Registry(error) => error.into(),
            ConfigError::App(error) => error.into(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::{
        http::testing::{As, done, server},
        store::app_tokens::AppTokenDraft,
    };

    #[tokio::test]
    async fn f45_f55_a_value_that_the_database_cannot_hold_is_refused_in_the_envelope() {
        let server = server().await;
        for body in [
            json!({ "limit_expression": "{\"count\":1e-20000}" }),
            json!({ "limit_expression": "{\"count\":\"\\u0000\"}" }),
            json!({ "display_form_str": "[\"\\ud800\"]" }),
        ] {
            server.refused(Method::POST, "/workflows", body).await;
        }
        let rows = server.admin(Method::GET, "/workflows", json!(null)).await;
        assert_eq!(rows["total"], 0);
    }

    #[tokio::test]
    async fn d07_an_app_with_the_right_configures_only_workflows_it_was_granted() {
        let server = server().await;
        let other = server.workflow().await;
        let token =
            server.token(AppTokenDraft { app_name: "tool".into(), may_configure: true, ..AppTokenDraft::default() });
        let token = token.await;
        let tool = As::App("tool", &token, "lisi");
        let own = server.call(&tool, Method::POST, "/workflows", &json!({ "name": "own" })).await;
        let own = done(own)["workflow_id"].clone();
        let path = format!("/workflows/{own}");
        done(server.call(&tool, Method::PATCH, &path, &json!({ "name": "mine" })).await);
        let shown = done(server.call(&tool, Method::GET, &path, &json!(null)).await);
        assert_eq!((&shown["name"], &shown["creator"]), (&json!("mine"), &json!("lisi")));
        let text = json!("APP:tool have no permission to get this workflow info");
        for (method, path) in [
            (Method::GET, format!("/workflows/{other}")),
            (Method::PATCH, format!("/workflows/{other}")),
            (Method::DELETE, format!("/workflows/{other}")),
            (Method::GET, format!("/workflows/{other}/init_state")),
            (Method::GET, format!("/workflows/{other}/states")),
            (Method::POST, format!("/workflows/{other}/states")),
            (Method::GET, format!("/workflows/{other}/transitions")),
            (Method::POST, format!("/workflows/{other}/transitions")),
            (Method::GET, format!("/workflows/{other}/custom_fields")),
            (Method::POST, format!("/workflows/{other}/custom_fields")),
        ] {
            let (_, answer) = server.call(&tool, method.clone(), &path, &json!({ "name": "x" })).await;
            assert_eq!((&answer["code"], &answer["msg"]), (&json!(-1), &text), "{method} {path}");
        }
        let left = server.admin(Method::GET, &format!("/workflows/{other}"), json!(null)).await;
        assert_eq!(left["name"], "w");
    }

    #[tokio::test]
    async fn every_change_to_a_part_raises_the_revision_and_a_refused_one_does_not() {
        let server = server().await;
        let id = server.workflow().await;
        let revision = async || {
            let access = crate::store::definitions::access(&server.app.db, crate::workflow::WorkflowId(id), None).await;
            access.unwrap().unwrap().revision
        };
        let (path, start) = (format!("/workflows/{id}"), revision().await);
        let state =
            server.admin(Method::POST, &format!("{path}/states"), json!({ "name": "s" })).await["state_id"].clone();
        assert_eq!(revision().await, start + 1);
        server.admin(Method::PATCH, &format!("{path}/states/{state}"), json!({ "name": "t" })).await;
        assert_eq!(revision().await, start + 2);
        server.refused(Method::PATCH, &format!("{path}/states/{state}"), json!({ "type_id": 7 })).await;
        server.refused(Method::POST, &format!("{path}/transitions"), json!({ "source_state_id": 999_999 })).await;
        assert_eq!(revision().await, start + 2);
        server.admin(Method::DELETE, &format!("{path}/states/{state}"), json!(null)).await;
        assert_eq!(revision().await, start + 3);
    }
}
