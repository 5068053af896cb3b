//! App tokens (behaviour §3.6): made, changed and shown in full to an administrator's session and to nobody else (F-59). The secret
//! is ours: 128 random bits in the form of a UUID, sealed in the database.

use std::{str::FromStr, sync::Arc};

use axum::extract::State;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::{
    auth::SessionAdmin,
    error::Failure,
    extract::{Body, Ids, Query},
    wire::{self, Envelope, Paging},
};
use crate::{
    access::{self, AccessRules, RATE_MOST},
    app::{
        App,
        app_tokens::{self as secrets, Rotation},
    },
    signature::Version,
    store::{
        app_tokens,
        app_tokens::{AppTokenDraft, AppTokenRow},
    },
};

const MISSING: &str = "record is not exist or has been deleted";
const NAME_CHARACTERS: usize = 100;
/// Longest life of a former token.
const FORMER_HOURS: i64 = 720;

pub async fn list(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    query: Query,
) -> Result<Envelope, Failure> {
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = app_tokens::count(&app.db, search).await?;
    let rows = app_tokens::list(&app.db, search, None, (paging.limit(), paging.offset(total))).await?;
    app.note_shown_tokens(&rows, &admin.username).await?;
    let rows: Vec<Value> = rows.iter().map(|row| shown(&app, row)).collect::<Result<_, _>>()?;
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn get(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
) -> Result<Envelope, Failure> {
    let rows = app_tokens::list(&app.db, "", Some(id), (1, 0)).await?;
    let row = rows.first().ok_or_else(|| Failure::object(MISSING))?;
    app.note_shown_tokens(&rows, &admin.username).await?;
    Ok(Envelope::of(shown(&app, row)?))
}

fn shown(app: &App, row: &AppTokenRow) -> Result<Value, Failure> {
    let secret = secrets::open(&app.key, &row.secret)?;
    Ok(wire::token_object(row, secret.text().unwrap_or_default(), app.zone))
}

pub async fn create(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    body: Body,
) -> Result<Envelope, Failure> {
    let draft = changed(AppTokenDraft::default(), &body.or_missing("post参数为空")?)?;
    let made = app.create_app_token(&draft, &admin.username).await?;
    Ok(Envelope::of(json!({ "id": made.id, "token": made.token })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("patch参数为空")?;
    let told = app.change_app_token((id, &admin.username), rotation(&body)?, |stored| changed(stored, &body)).await?;
    Ok(Envelope::of(told.map_or_else(|| json!({}), |token| json!({ "token": token }))))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
) -> Result<Envelope, Failure> {
    app.delete_app_token(id, &admin.username).await?;
    Ok(Envelope::of(json!({})))
}

fn changed(mut draft: AppTokenDraft, body: &Map<String, Value>) -> Result<AppTokenDraft, Failure> {
    for (key, slot) in [("app_name", &mut draft.app_name), ("ticket_sn_prefix", &mut draft.ticket_sn_prefix)] {
        if let Some(text) = wire::text(key, body.get(key))? {
            *slot = text;
        }
        if slot.chars().count() > NAME_CHARACTERS || slot.chars().any(char::is_control) || slot.trim() != slot {
            return Err(Failure::object(format!("{key}不合法")));
        }
    }
    if draft.app_name.is_empty() || draft.app_name == "loonflow" {
        return Err(Failure::object("app_name不合法"));
    }
    if let Some(text) = wire::text("workflow_ids", body.get("workflow_ids"))? {
        draft.workflows = wire::id_list("workflow_ids", &text)?;
    }
    for (key, slot) in [
        ("trusted", &mut draft.trusted),
        ("may_configure", &mut draft.may_configure),
        ("may_admin", &mut draft.may_admin),
    ] {
        if let Some(value) = body.get(key) {
            *slot = wire::loose_flag(key, value)?;
        }
    }
    draft.rules = rules(draft.rules, body)?;
    Ok(draft)
}

/// The extra keys of design.md §7.
fn rules(mut rules: AccessRules, body: &Map<String, Value>) -> Result<AccessRules, Failure> {
    if let Some(networks) = entries("allow_cidrs", body)? {
        rules.networks = networks;
    }
    if let Some(users) = entries("allow_users", body)? {
        rules.users = users;
    }
    if let Some(value) = body.get("replay_check") {
        rules.replay_check = wire::loose_flag("replay_check", value)?;
    }
    if let Some(version) = number("min_signature_version", body)? {
        rules.min_version =
            Version::from_number(version).ok_or_else(|| Failure::object("min_signature_version须为1或2"))?;
    }
    if let Some(rate) = number("rate_per_minute", body)? {
        let rate = u32::try_from(rate).ok().filter(|rate| *rate <= RATE_MOST);
        rules.rate_per_minute = rate.ok_or_else(|| Failure::object(format!("rate_per_minute须为0到{RATE_MOST}")))?;
    }
    Ok(rules)
}

fn number(key: &str, body: &Map<String, Value>) -> Result<Option<i64>, Failure> {
    body.get(key).map(|value| wire::loose_int(key, value)).transpose()
}

/// A comma list, or a list of texts.
fn entries<T: FromStr>(key: &str, body: &Map<String, Value>) -> Result<Option<Vec<T>>, Failure> {
    let unfit = || Failure::object(format!("{key}不合法"));
    let entries = match body.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => access::entries(text.split(',')),
        Some(Value::Array(texts)) => {
            texts.iter().map(Value::as_str).collect::<Option<Vec<_>>>().and_then(access::entries)
        }
        Some(_) => None,
    };
    entries.map(Some).ok_or_else(unfit)
}

/// `rotate` and `former_token_hours`, see docs/signature.md.
fn rotation(body: &Map<String, Value>) -> Result<Rotation, Failure> {
    let hours = number("former_token_hours", body)?;
    if hours.is_some_and(|hours| !(0..=FORMER_HOURS).contains(&hours)) {
        return Err(Failure::object(format!("former_token_hours须为0到{FORMER_HOURS}")));
    }
    let rotate = body.get("rotate").map(|value| wire::loose_flag("rotate", value)).transpose()?;
    Ok(Rotation { rotate: rotate.unwrap_or(false), former_lives: hours.map(TimeDelta::hours) })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::http::testing::{As, done, server};

    #[tokio::test]
    async fn d12_f51_f59_a_token_is_made_changed_and_shown_whole_to_the_session() {
        let server = server().await;
        let workflow = server.workflow().await;
        let body = json!({ "app_name": "oa", "ticket_sn_prefix": "oa", "workflow_ids": workflow.to_string(), "may_admin": "1" });
        let made = server.admin(Method::POST, "/accounts/app_token", body).await;
        let path = format!("/accounts/app_token/{}", made["id"]);
        server.admin(Method::PATCH, &path, json!({ "ticket_sn_prefix": "tk" })).await;
        let mut shown = server.admin(Method::GET, &path, json!(null)).await;
        for key in ["gmt_created", "gmt_modified"] {
            assert!(shown.as_object_mut().unwrap().remove(key).unwrap().is_string());
        }
        assert_eq!(
            shown,
            json!({
                "id": made["id"], "creator": "admin", "is_deleted": false, "app_name": "oa", "token": made["token"],
                "workflow_ids": workflow.to_string(), "ticket_sn_prefix": "tk", "trusted": false, "may_configure": false,
                "may_admin": true, "allow_cidrs": "", "allow_users": "", "min_signature_version": 1, "replay_check": false,
                "rate_per_minute": 0, "former_token_expires": null,
                "creator_info": { "creator_id": 1, "creator_alias": "", "creator_username": "admin" },
            })
        );
        let token = made["token"].as_str().unwrap();
        let app = As::App("oa", token, "lisi");
        assert_eq!(done(server.call(&app, Method::GET, "/workflows", &json!(null)).await)["total"], 1);
        server.admin(Method::PATCH, &path, json!({ "workflow_ids": "" })).await;
        assert_eq!(done(server.call(&app, Method::GET, "/workflows", &json!(null)).await)["total"], 0);
        server.admin(Method::DELETE, &path, json!(null)).await;
        let (_, answer) = server.call(&app, Method::GET, "/workflows", &json!(null)).await;
        assert_eq!((&answer["code"], &answer["data"]), (&json!(-1), &json!([])));
    }

    #[tokio::test]
    async fn f55_a_token_for_nothing_that_is_there_is_refused() {
        let server = server().await;
        for body in [
            json!({}),
            json!({ "app_name": "loonflow" }),
            json!({ "app_name": " a" }),
            json!({ "app_name": "a\nb" }),
            json!({ "app_name": "a", "workflow_ids": "1,,2" }),
            json!({ "app_name": "a", "workflow_ids": "abc" }),
            json!({ "app_name": "a", "workflow_ids": "9".repeat(40) }),
            json!({ "app_name": "a", "workflow_ids": "999" }),
            json!({ "app_name": "a", "trusted": "perhaps" }),
        ] {
            server.refused(Method::POST, "/accounts/app_token", body).await;
        }
        let rows = server.admin(Method::GET, "/accounts/app_token", json!(null)).await;
        assert_eq!(rows["value"], Value::Array(Vec::new()));
        for (method, empty) in [(Method::POST, ""), (Method::PATCH, "/1")] {
            let text = server.refused(method.clone(), &format!("/accounts/app_token{empty}"), json!(null)).await;
            assert_eq!(text, format!("{}参数为空", method.as_str().to_lowercase()));
        }
    }
}
