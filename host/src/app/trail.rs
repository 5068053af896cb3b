//! Who changed what about accounts, apps, workflows, scripts, notices and jobs, who intervened in tickets, and who came and went, noted in
//! the transaction of the change: what it was before and after, as an administrator sees it. Never a password, its hash, or a token.
//! Plugins have a trail of their own making, in `registry`.

use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::caller;
use crate::{
    plugins::PluginId,
    store::{
        self, app_tokens::AppTokenDraft, audit, custom_notices::NoticeDraft, departments::DepartmentDraft,
        names::Named as _, roles::RoleDraft, run_scripts::RunScriptDraft, users::UserDraft,
    },
    workflow::Ticket,
};

/// What a change was about; the action's name begins with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject(pub(super) &'static str, pub(super) i64);

/// `action` is what was done, such as `create`.
pub(super) async fn note(
    tx: &mut PgConnection,
    by: &str,
    (Subject(subject, id), action): (Subject, &str),
    (before, after): (Option<Value>, Option<Value>),
) -> Result<(), store::Error> {
    let action = format!("{subject}.{action}");
    let address = caller::address();
    audit::insert(tx, &audit::Entry { actor: by, action: &action, subject, subject_id: id, address, before, after })
        .await
}

/// What an administrator did to a ticket: what differs of it, and the reason.
pub(super) async fn note_intervention(
    tx: &mut PgConnection,
    by: &str,
    (action, reason): (&str, &str),
    (before, after): (&Ticket, &Ticket),
) -> Result<(), store::Error> {
    let (was, is) = (told(before), told(after));
    let of = |one: &Map<String, Value>, other: &Map<String, Value>| -> Map<String, Value> {
        one.iter()
            .filter(|(key, value)| other.get(*key) != Some(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    let (before, mut changed) = (of(&was, &is), of(&is, &was));
    changed.insert("reason".into(), reason.into());
    note(tx, by, (Subject("ticket", after.id.0), action), (Some(before.into()), Some(changed.into()))).await
}

/// A ticket as an intervention may change it, its custom fields one by one.
fn told(ticket: &Ticket) -> Map<String, Value> {
    let head = [
        ("title", json!(ticket.title)),
        ("state", json!(ticket.state.0)),
        ("status", json!(ticket.status.name())),
        ("participants", json!(ticket.participants)),
    ];
    let values = ticket.values.iter().map(|(key, value)| (format!("values.{key}"), value.clone()));
    head.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(values).collect()
}

/// What the trail keeps of a thing.
pub(super) trait Kept {
    fn kept(&self) -> Value;
}

impl Kept for UserDraft {
    fn kept(&self) -> Value {
        let mut kept = json!({
            "username": self.username, "alias": self.alias, "email": self.email, "phone": self.phone, "is_active": self.is_active,
            "is_admin": self.is_admin, "is_workflow_admin": self.is_workflow_admin, "departments": self.departments,
        });
        if self.password_hash.is_some() {
            kept["password"] = "new".into();
        }
        kept
    }
}

impl Kept for RoleDraft {
    fn kept(&self) -> Value {
        json!({ "name": self.name, "description": self.description, "label": self.label })
    }
}

impl Kept for DepartmentDraft {
    fn kept(&self) -> Value {
        json!({ "name": self.name, "parent": self.parent, "leader": self.leader, "approvers": self.approvers, "label": self.label })
    }
}

impl Kept for RunScriptDraft {
    fn kept(&self) -> Value {
        json!({ "name": self.name, "description": self.description, "is_active": self.is_active })
    }
}

impl Kept for NoticeDraft {
    fn kept(&self) -> Value {
        let mut kept = json!({
            "name": self.name, "description": self.description, "kind": self.kind.name(), "title_template": self.title_template,
            "content_template": self.content_template, "hook_url": self.hook_url,
        });
        if self.sealed_token.is_some() {
            kept["hook_token"] = "new".into();
        }
        kept
    }
}

impl Kept for AppTokenDraft {
    fn kept(&self) -> Value {
        let rules = &self.rules;
        json!({
            "app_name": self.app_name, "ticket_sn_prefix": self.ticket_sn_prefix, "workflows": self.workflows, "trusted": self.trusted,
            "may_configure": self.may_configure, "may_admin": self.may_admin,
            "allow_cidrs": rules.networks.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "allow_users": rules.users.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "min_signature_version": rules.min_version.number(), "replay_check": rules.replay_check,
            "rate_per_minute": rules.rate_per_minute,
        })
    }
}

/// What the trail keeps of a script or notice, and the name of the plugin whose code it runs: another one is another program.
pub(super) async fn with_plugin(
    tx: &mut PgConnection,
    mut kept: Value,
    plugin: Option<PluginId>,
) -> Result<Value, store::Error> {
    if let Some(id) = plugin {
        kept["plugin"] = store::plugins::get(tx, id).await?.map(|row| row.name).into();
    }
    Ok(kept)
}

/// Before and after of a change.
pub(super) fn both<T: Kept>(before: &T, after: &T) -> (Option<Value>, Option<Value>) {
    (Some(before.kept()), Some(after.kept()))
}
