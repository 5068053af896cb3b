//! A plugin as it is shown: its versions with their reports, what it asks for and what it may do in plain words, what uses it.

use serde_json::{Value, json};

use super::super::problem::Explained;
use crate::{
    app::{
        App,
        registry::{Breaker, RegistryError},
    },
    plugins::{Capabilities, PluginId, in_words},
    store::{
        self,
        names::Named as _,
        plugins::{
            self, PluginRow, settings,
            uses::{self, PluginUses},
            versions::{Numbers, VersionRow},
        },
    },
};

/// Versions that are looked at; a plugin has no more open ones.
pub(super) const VERSIONS: i64 = 100;

pub(super) async fn row(app: &App, id: PluginId) -> Result<PluginRow, Explained> {
    Ok(plugins::get(&app.db, id).await?.ok_or(RegistryError::PluginMissing)?)
}

/// A line of the list.
pub(super) fn card(row: &PluginRow, numbers: Option<&Numbers>) -> Value {
    json!({
        "id": row.id.0,
        "name": row.name,
        "description": row.description,
        "kinds": row.kinds,
        "active_version": numbers.and_then(|numbers| numbers.active),
        "waiting_versions": numbers.map_or(&[][..], |numbers| &numbers.waiting),
        "creator": row.creator,
        "created_at": row.created_at.to_rfc3339(),
        "modified_at": row.modified_at.to_rfc3339(),
    })
}

pub(super) async fn detail(app: &App, id: PluginId) -> Result<Value, Explained> {
    let row = row(app, id).await?;
    let mut db = app.db.acquire().await?;
    let versions = plugins::versions::list(&mut *db, id, VERSIONS).await?;
    let granted = read(&row.granted)?;
    let numbers = plugins::versions::numbers(&mut *db, &[id], VERSIONS).await?;
    let mut shown = card(&row, numbers.get(&id));
    shown["breaker"] = breaker(app.plugin_breaker(&row));
    shown["grants"] = json!(row.granted);
    shown["versions"] = versions.iter().map(|one| version(&row, one, &granted)).collect::<Result<Vec<_>, _>>()?.into();
    shown["used_by"] = self::uses(&uses::of(&mut db, id, &row.name).await?);
    shown["run_scripts"] = uses::scripts(&mut db, id).await?.iter().map(|id| id.0).collect::<Vec<_>>().into();
    shown["custom_notices"] = uses::notices(&mut db, id).await?.iter().map(|id| id.0).collect::<Vec<_>>().into();
    shown["config"] = json!(settings::config(&mut *db, id).await?);
    let secrets = settings::secrets(&mut *db, id).await?;
    shown["secrets"] = secrets.into_iter().map(|secret| secret.name).collect::<Vec<_>>().into();
    Ok(shown)
}

/// As the node that answers sees it: each suspends by the calls that it made itself.
fn breaker(breaker: Breaker) -> Value {
    let until = breaker.until.map(|until| until.to_rfc3339());
    json!({ "open": breaker.until.is_some(), "failures": breaker.failures, "until": until })
}

/// One version of a plugin.
pub(super) async fn one(app: &App, id: PluginId, number: i32) -> Result<Value, Explained> {
    let row = row(app, id).await?;
    let found = plugins::versions::get(&app.db, id, number).await?.ok_or(RegistryError::VersionMissing)?;
    version(&row, &found, &read(&row.granted)?)
}

fn version(row: &PluginRow, version: &VersionRow, granted: &Capabilities) -> Result<Value, Explained> {
    let requested = read(&version.requested)?;
    let effective = requested.granted_by(granted);
    let may: Vec<String> = in_words(&effective).into_iter().map(|(_, line)| line).collect();
    Ok(json!({
        "number": version.number,
        "label": version.label,
        "status": version.status.name(),
        "reason": version.report["rejected"],
        "is_active": row.active == Some(version.id),
        "kinds": version.kinds,
        "requested": version.requested,
        "asks": version.report["asks"],
        "may": may,
        "withheld": requested.beyond(&effective),
        "manifest": version.manifest,
        "report": version.report,
        "uploaded_by": version.uploaded_by,
        "uploaded_at": version.uploaded_at.to_rfc3339(),
        "activated_at": version.activated_at.map(|at| at.to_rfc3339()),
    }))
}

fn read(scopes: &serde_json::Map<String, Value>) -> Result<Capabilities, Explained> {
    Ok(Capabilities::read(scopes).map_err(store::Error::Inconsistent)?)
}

pub(super) fn uses(uses: &PluginUses) -> Value {
    let states = |states: &[(String, String)]| -> Vec<Value> {
        states.iter().map(|(workflow, state)| json!({ "workflow": workflow, "state": state })).collect()
    };
    json!({
        "action_of_states": states(&uses.actions),
        "participants_of_states": states(&uses.participants),
        "conditions_of_workflows": uses.conditions,
        "notices": uses.notices,
    })
}
