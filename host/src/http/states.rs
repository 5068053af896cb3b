//! States of a workflow: list and detail (behaviour §3.5); `parts` edits them.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::{
    auth::Caller,
    error::Failure,
    extract::{Ids, Query},
    wire::{self, Code as _, Envelope, Paging},
    workflows::granted,
};
use crate::{
    app::{App, hook_tokens},
    store::{
        self,
        cards::{Cards, Wanted},
        states,
        states::StateRow,
    },
    workflow::{FieldAccess, ParticipantKind, StateId, WorkflowId},
};

pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    let paging = Paging::from_query(&query)?;
    let rows = states::list(&app.db, WorkflowId(id), query.text("search_value"), paging.stored()).await?;
    let cards = store::cards::cards(&app.db, &wanted(&rows.rows)).await?;
    let shown: Vec<Value> = rows
        .rows
        .iter()
        .map(|row| {
            let participant = participant(row);
            let mut state = head(row, &participant);
            state.insert("state_field_str".into(), access(&row.set.field_access));
            state.insert("participant_info".into(), participant_info(row, &participant, &cards));
            state.insert("remember_last_man_enable".into(), i64::from(row.set.remember_last_handler).into()); // T-26
            state.insert("gmt_created".into(), wire::local_time(row.created_at, app.zone).into());
            state.into()
        })
        .collect();
    Ok(Envelope::of(paging.answer(rows.total, shown)))
}

pub async fn detail(State(app): State<Arc<App>>, caller: Caller, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    caller.user(|| Failure::text("请提供username"))?;
    let row = states::get(&app.db, StateId(id), caller.app_token_id()).await?;
    let row = row.ok_or_else(|| Failure::text("工单状态不存在或已被删除"))?;
    let mut state = head(&row, &participant(&row));
    state.insert("state_field".into(), access(&row.set.field_access));
    state.insert("remember_last_man_enable".into(), row.set.remember_last_handler.into());
    state.insert("gmt_created".into(), wire::local_time(row.created_at, app.zone).into());
    Ok(Envelope::of(state))
}

/// What list and detail have in common.
fn head(row: &StateRow, participant: &str) -> Map<String, Value> {
    let head = json!({
        "id": row.id,
        "name": row.set.name,
        "workflow_id": row.workflow,
        "sub_workflow_id": row.set.sub_workflow_id,
        "is_hidden": row.set.is_hidden,
        "order_id": row.set.order_id,
        "type_id": row.set.kind.code(),
        "participant_type_id": row.set.participant_kind.code(),
        "participant": participant,
        "distribute_type_id": row.set.distribution.code(),
        "label": row.set.label,
        "plugin_args": row.set.plugin_args,
        "creator": row.creator,
    });
    match head {
        Value::Object(head) => head,
        _ => Map::new(), // the literal above is an object
    }
}

fn access(access: &BTreeMap<String, FieldAccess>) -> Value {
    access.iter().map(|(key, access)| (key.clone(), access.code().into())).collect::<Map<_, _>>().into()
}

/// Everybody sees that a hook has a token, and nobody which (D-25, and no answer to an administrator holds one either).
fn participant(row: &StateRow) -> String {
    let text = &row.set.participant;
    if row.set.participant_kind == ParticipantKind::Hook { hook_tokens::shown(text) } else { text.clone() }
}

fn wanted(rows: &[StateRow]) -> Wanted {
    let mut wanted = Wanted::default();
    for row in rows {
        let parts = row.set.participant.split(',').map(str::trim).filter(|part| !part.is_empty());
        let ids = parts.clone().filter_map(|part| part.parse::<i64>().ok());
        match row.set.participant_kind {
            ParticipantKind::Person | ParticipantKind::Several | ParticipantKind::Everybody => {
                wanted.people.extend(parts.map(str::to_owned));
            }
            ParticipantKind::Department => wanted.departments.extend(ids),
            ParticipantKind::Role => wanted.roles.extend(ids),
            ParticipantKind::Script => wanted.scripts.extend(ids),
            _ => {}
        }
    }
    wanted
}

/// The right-hand column of behaviour §4.16; never `false`.
fn participant_info(row: &StateRow, participant: &str, cards: &Cards) -> Value {
    let parts = || participant.split(',').map(str::trim).filter(|part| !part.is_empty());
    let names = |known: &BTreeMap<i64, String>| {
        let names: Vec<&str> = parts().filter_map(|part| known.get(&part.parse().ok()?)).map(String::as_str).collect();
        names.join(",")
    };
    let aliases = || {
        let alias = |name| cards.aliases.get(name).filter(|alias| !alias.is_empty()).map_or(name, String::as_str);
        parts().map(alias).collect::<Vec<_>>().join(",")
    };
    let raw = participant.to_owned();
    let (kind, name, alias) = match row.set.participant_kind {
        ParticipantKind::Nobody => ("无", raw, String::new()),
        ParticipantKind::Person => ("个人", raw, aliases()),
        ParticipantKind::Several => ("多人", raw, aliases()),
        ParticipantKind::Everybody => ("多人且全部处理", raw, aliases()),
        ParticipantKind::Department => ("部门", names(&cards.departments), names(&cards.departments)),
        ParticipantKind::Role => ("角色", names(&cards.roles), names(&cards.roles)),
        ParticipantKind::Variable => ("变量", raw, variable(participant)),
        ParticipantKind::Script => ("脚本", raw, names(&cards.scripts)),
        ParticipantKind::Field => ("工单字段", raw, String::new()),
        ParticipantKind::ParentField => ("父工单字段", raw, String::new()),
        ParticipantKind::Hook => ("hook", raw.clone(), raw),
        ParticipantKind::Plugin => ("插件", raw, String::new()),
    };
    json!({
        "participant": participant,
        "participant_name": name,
        "participant_type_id": row.set.participant_kind.code(),
        "participant_type_name": kind,
        "participant_alias": alias,
    })
}

fn variable(text: &str) -> String {
    let named = |part: &str| match part.trim() {
        "creator" => "工单创建人".to_owned(),
        "creator_tl" => "工单创建人的tl".to_owned(),
        other => other.to_owned(),
    };
    text.split(',').map(named).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::{
        http::testing::{As, done, server},
        store::{app_tokens::AppTokenDraft, states},
        workflow::StateId,
    };

    #[tokio::test]
    async fn d25_an_app_that_sends_back_what_it_read_keeps_the_hooks_token() {
        let server = server().await;
        let hook = json!({ "hook_url": "http://a", "hook_token": "secret" }).to_string();
        let token =
            server.token(AppTokenDraft { app_name: "tool".into(), may_configure: true, ..AppTokenDraft::default() });
        let token = token.await;
        let tool = As::App("tool", &token, "lisi");
        let made = done(server.call(&tool, Method::POST, "/workflows", &json!({ "name": "w" })).await);
        let path = format!("/workflows/{}/states", made["workflow_id"]);
        let body = json!({ "name": "h", "participant_type_id": 10, "participant": hook });
        let id = done(server.call(&tool, Method::POST, &path, &body).await)["state_id"].clone();
        for read in [path.clone(), format!("/workflows/states/{id}")] {
            let shown = done(server.call(&tool, Method::GET, &read, &json!(null)).await).to_string();
            assert!(shown.contains("http://a") && !shown.contains("secret"), "{shown}");
        }
        let detail = done(server.call(&tool, Method::GET, &format!("/workflows/states/{id}"), &json!(null)).await);
        let back = json!({ "name": "hook", "participant": detail["participant"] });
        done(server.call(&tool, Method::PATCH, &format!("{path}/{id}"), &back).await);
        let shown = server.admin(Method::GET, &format!("/workflows/states/{id}"), json!(null)).await;
        assert!(shown["name"] == "hook" && !shown.to_string().contains("secret"), "nor do administrators read it");
        let kept = states::get(&server.app.db, StateId(id.as_i64().unwrap()), None).await.unwrap().unwrap();
        assert_eq!(serde_json::from_str::<Value>(&kept.set.participant).unwrap()["hook_token"], "secret");
    }

    #[tokio::test]
    async fn f48_a_script_state_names_a_script_that_exists() {
        let server = server().await;
        let path = format!("/workflows/{}/states", server.workflow().await);
        let script = |id: &str| json!({ "participant_type_id": 6, "participant": id });
        for unknown in ["1", "x", "-1"] {
            server.refused(Method::POST, &path, script(unknown)).await;
        }
        // built piece by piece: the script may be named by a later call
        server.admin(Method::POST, &path, script("")).await;
    }

    #[tokio::test]
    async fn t08_a_states_participants_are_named_for_every_kind_and_never_false() {
        let server = server().await;
        let path = format!("/workflows/{}/states", server.workflow().await);
        let role = server.admin(Method::POST, "/accounts/roles", json!({ "name": "HR" })).await["id"].to_string();
        for (order, (kind, participant)) in (0..).zip([
            (0, ""),
            (1, "ghost"),
            (2, "admin, ghost"),
            (3, "999"),
            (4, &*role),
            (5, "creator_tl"),
            (7, "boss"),
        ]) {
            let body = json!({ "order_id": order, "participant_type_id": kind, "participant": participant });
            server.admin(Method::POST, &path, body).await;
        }
        let rows = server.admin(Method::GET, &path, json!(null)).await;
        let infos: Vec<Value> = rows["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let info = &row["participant_info"];
                json!([info["participant_type_name"], info["participant_name"], info["participant_alias"]])
            })
            .collect();
        assert_eq!(
            infos,
            [
                json!(["无", "", ""]),
                json!(["个人", "ghost", "ghost"]),
                json!(["多人", "admin, ghost", "admin,ghost"]),
                json!(["部门", "", ""]),
                json!(["角色", "HR", "HR"]),
                json!(["变量", "creator_tl", "工单创建人的tl"]),
                json!(["工单字段", "boss", ""]),
            ]
        );
    }
}
