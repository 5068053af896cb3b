//! Users, roles and app tokens as the wire shows them (behaviour §3.6).

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::local_time;
use crate::store::{app_tokens::AppTokenRow, roles::RoleRow, users::UserRow};

pub fn user_object(user: &UserRow, zone: Tz) -> Value {
    json!({
        "id": user.id,
        "last_login": user.last_login_at.map(|at| local_time(at, zone)),
        "username": user.username,
        "alias": user.alias,
        "email": user.email,
        "phone": user.phone,
        "dept_info": {
            "dept_id": user.department_ids.first().unwrap_or(&0),
            "dept_name": user.department_name.as_deref().unwrap_or(""),
        },
        "dept_ids": user.department_ids,
        "is_active": user.is_active,
        "is_admin": user.is_admin,
        "is_workflow_admin": user.is_workflow_admin,
        "creator_info": made_by(&user.creator, user.creator_id, user.creator_alias.as_deref()),
        "gmt_created": local_time(user.created_at, zone),
        "gmt_modified": local_time(user.modified_at, zone),
        "is_deleted": false,
    })
}

pub fn role_object(role: &RoleRow, zone: Tz) -> Value {
    json!({
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "label": role.label,
        "creator": role.creator,
        "gmt_created": local_time(role.created_at, zone),
        "gmt_modified": local_time(role.modified_at, zone),
        "is_deleted": false,
        "creator_info": made_by(&role.creator, role.creator_id, role.creator_alias.as_deref()),
    })
}

/// A role in the list of one user's roles: its label is JSON-encoded once more, or `{}` when empty.
pub fn role_of_user(role: &RoleRow, zone: Tz) -> Value {
    let label = if role.label.is_empty() { json!({}) } else { Value::String(role.label.clone()).to_string().into() };
    json!({
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "label": label,
        "creator": role.creator,
        "gmt_created": local_time(role.created_at, zone),
    })
}

/// `token` is the opened secret, empty when only its v2 key is kept; only an administrator's session may be shown it (F-59).
pub fn token_object(row: &AppTokenRow, token: &str, zone: Tz) -> Value {
    json!({
        "id": row.id,
        "creator": row.creator,
        "gmt_created": local_time(row.created_at, zone),
        "gmt_modified": local_time(row.modified_at, zone),
        "is_deleted": false,
        "app_name": row.app_name,
        "token": token,
        "workflow_ids": joined(&row.workflow_ids),
        "ticket_sn_prefix": row.ticket_sn_prefix,
        "trusted": row.trusted,
        "may_configure": row.may_configure,
        "may_admin": row.may_admin,
        "allow_cidrs": joined(&row.rules.networks),
        "allow_users": joined(&row.rules.users),
        "min_signature_version": row.rules.min_version.number(),
        "replay_check": row.rules.replay_check,
        "rate_per_minute": row.rules.rate_per_minute,
        "former_token_expires": row.former_expires_at.map(|at| local_time(at, zone)),
        "creator_info": made_by(&row.creator, row.creator_id, row.creator_alias.as_deref()),
    })
}

fn joined<T: ToString>(entries: &[T]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Who made a row; that person need not exist any more.
fn made_by(username: &str, id: Option<i64>, alias: Option<&str>) -> Value {
    json!({ "creator_id": id.unwrap_or(0), "creator_alias": alias.unwrap_or(""), "creator_username": username })
}
