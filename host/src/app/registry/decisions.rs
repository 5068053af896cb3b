//! What administrators decide: approve or refuse a version, activate one, go back to the one before, retire one, delete the plugin, and
//! change its grants. Running calls finish on what they began with.

use chrono::{DateTime, Utc};
use gavia_sandbox::Standing;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::{RegistryError, note, stored, views};
use crate::{
    ambient,
    app::App,
    plugins::{self as rules, Capabilities, Change, PluginId},
    store::plugins::{
        self, PluginRow, uses,
        versions::{self, Status, VersionRow},
    },
};

/// Versions that are looked at to know what a plugin asks for; more are never open.
const LOOKED_AT: i64 = 200;

/// What an approval grants.
#[derive(Clone, Copy, Debug)]
pub enum Approval<'a> {
    /// Capability → scope, null to take one away. A capability that is not named stays as it is.
    These(&'a Map<String, Value>),
    /// All that the version asks for.
    AsRequested,
}

/// Whether a plugin's calls are let through.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    /// In a row.
    pub failures: u32,
    /// No calls before; None is callable.
    pub until: Option<DateTime<Utc>>,
}

impl App {
    /// The version may be activated from now on. Tells what it goes without.
    pub async fn approve_version(
        &self,
        id: PluginId,
        number: i32,
        approval: Approval<'_>,
        by: &str,
    ) -> Result<Vec<&'static str>, RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let version = version(&mut tx, id, number).await?;
        if !matches!(version.status, Status::NeedsApproval | Status::Ready) {
            return Err(RegistryError::Conflict("only a version that waits or is ready can be approved".into()));
        }
        let (requested, present) = (stored(&version.requested)?, stored(&row.granted)?);
        let decided = match approval {
            Approval::These(decided) => decided.clone(),
            Approval::AsRequested => wider(&requested, &present),
        };
        let plan = rules::plan(&requested, &present, &decided).map_err(RegistryError::Unfit)?;
        plugins::grant(&mut tx, id, &plan.changes, by).await?;
        versions::set_status(&mut *tx, version.id, Status::Ready).await?;
        let before = json!({ "grants": changed(&plan.changes, |change| change.before.clone()) });
        let after = json!({ "version": number, "grants": changed(&plan.changes, |change| change.after.clone()), "withheld": plan.withheld });
        note(&mut tx, (id, "plugin.approve", by), (Some(before), Some(after))).await?;
        tx.commit().await?;
        Ok(plan.withheld)
    }

    pub async fn refuse_version(&self, id: PluginId, number: i32, reason: &str, by: &str) -> Result<(), RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let version = version(&mut tx, id, number).await?;
        if row.active == Some(version.id) {
            return Err(RegistryError::Conflict("the version is active; activate another one first".into()));
        }
        if !matches!(version.status, Status::NeedsApproval | Status::Ready) {
            return Err(RegistryError::Conflict("the version is rejected or retired already".into()));
        }
        versions::reject(&mut *tx, version.id, reason).await?;
        note(&mut tx, (id, "plugin.refuse", by), (None, Some(json!({ "version": number, "reason": reason })))).await?;
        Ok(tx.commit().await?)
    }

    /// Calls that begin from now on run this version.
    pub async fn activate_version(&self, id: PluginId, number: i32, by: &str) -> Result<(), RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let version = version(&mut tx, id, number).await?;
        point_at(&mut tx, &row, &version, (by, "plugin.activate")).await?;
        Ok(tx.commit().await?)
    }

    /// Back to the version that was active before. Its number is the answer.
    pub async fn roll_back(&self, id: PluginId, by: &str) -> Result<i32, RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let nothing = || RegistryError::Conflict("there is no version to go back to".into());
        let active = row.active.ok_or_else(nothing)?;
        let version = versions::former(&mut *tx, id, active).await?.ok_or_else(nothing)?;
        point_at(&mut tx, &row, &version, (by, "plugin.roll_back")).await?;
        tx.commit().await?;
        Ok(version.number)
    }

    /// Calls may begin again, on every node; the failures so far are forgotten.
    pub async fn reset_breaker(&self, id: PluginId, by: &str) -> Result<(), RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let breaker = self.plugin_breaker(&row);
        let was = json!({ "open": breaker.until.is_some(), "failures": breaker.failures });
        plugins::reset(&mut *tx, id).await?;
        note(&mut tx, (id, "plugin.reset", by), (Some(was), None)).await?;
        Ok(tx.commit().await?)
    }

    /// How a plugin stands on this node.
    pub fn plugin_breaker(&self, row: &PluginRow) -> Breaker {
        match self.gates.standing(row.id, row.resets) {
            Standing::Callable { failures } => Breaker { failures, until: None },
            Standing::Suspended { failures, remaining } => {
                Breaker { failures, until: Some(ambient::now() + remaining) }
            }
        }
    }

    pub async fn retire_version(&self, id: PluginId, number: i32, by: &str) -> Result<(), RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let version = version(&mut tx, id, number).await?;
        if row.active == Some(version.id) {
            return Err(RegistryError::Conflict("the version is active; activate another one first".into()));
        }
        versions::set_status(&mut *tx, version.id, Status::Retired).await?;
        note(&mut tx, (id, "plugin.retire_version", by), (None, Some(json!({ "version": number })))).await?;
        Ok(tx.commit().await?)
    }

    /// Its secrets, settings and storage are erased; what its calls came to and who decided what stay.
    pub async fn delete_plugin(&self, id: PluginId, by: &str) -> Result<(), RegistryError> {
        let (mut tx, row) = self.holding(id).await?;
        let uses = uses::of(&mut tx, id, &row.name).await?;
        if !uses.is_empty() {
            return Err(RegistryError::InUse(Box::new(uses)));
        }
        views::remove(&mut tx, &row, by).await?;
        Ok(tx.commit().await?)
    }

    /// All grants anew. None may go beyond what some version asks for.
    pub async fn set_grants(&self, id: PluginId, grants: &Map<String, Value>, by: &str) -> Result<(), RegistryError> {
        let wanted = Capabilities::read(grants).map_err(RegistryError::Unfit)?;
        let (mut tx, row) = self.holding(id).await?;
        let mut requested = Capabilities::default();
        for version in versions::list(&mut *tx, id, LOOKED_AT).await? {
            if matches!(version.status, Status::NeedsApproval | Status::Ready) {
                requested = requested.with(&stored(&version.requested)?);
            }
        }
        let beyond = wanted.beyond(&requested);
        if !beyond.is_empty() {
            return Err(RegistryError::Unfit(format!("no version asks for so much: {}", beyond.join(", "))));
        }
        let changes = rules::changes(&row.granted, &wanted.to_map());
        plugins::grant(&mut tx, id, &changes, by).await?;
        note(&mut tx, (id, "plugin.grants", by), (Some(row.granted.into()), Some(wanted.to_map().into()))).await?;
        Ok(tx.commit().await?)
    }
}

async fn version(tx: &mut PgConnection, id: PluginId, number: i32) -> Result<VersionRow, RegistryError> {
    versions::get(tx, id, number).await?.ok_or(RegistryError::VersionMissing)
}

/// What to grant so that nothing is withheld: what the version wants, and no less than there is.
fn wider(requested: &Capabilities, present: &Capabilities) -> Map<String, Value> {
    let beyond = requested.beyond(present);
    requested.to_map().into_iter().filter(|(name, _)| beyond.contains(&name.as_str())).collect()
}

fn changed(changes: &[Change], side: impl Fn(&Change) -> Option<Value>) -> Map<String, Value> {
    changes.iter().map(|change| (change.capability.clone(), side(change).unwrap_or(Value::Null))).collect()
}

/// Makes a ready version the active one, unless something needs a kind that it does not have.
pub(super) async fn point_at(
    tx: &mut PgConnection,
    row: &PluginRow,
    version: &VersionRow,
    (by, action): (&str, &str),
) -> Result<(), RegistryError> {
    if version.status != Status::Ready {
        let text = match version.status {
            Status::Compiling => "the version is being compiled still",
            Status::NeedsApproval => "the version asks for more than the plugin is granted: approve it first",
            _ => "the version is rejected or retired",
        };
        return Err(RegistryError::Conflict(text.into()));
    }
    let needed = uses::of(tx, row.id, &row.name).await?;
    let lost: Vec<&str> =
        needed.kinds().into_iter().filter(|kind| !version.kinds.iter().any(|has| has == kind)).collect();
    if !lost.is_empty() {
        return Err(RegistryError::Conflict(format!(
            "the plugin is used as {}, which this version is not",
            lost.join(", ")
        )));
    }
    let before = match row.active {
        Some(active) => {
            versions::list(&mut *tx, row.id, LOOKED_AT).await?.into_iter().find(|version| version.id == active)
        }
        None => None,
    };
    plugins::activate(tx, row.id, version).await?;
    views::show_as_script(tx, row, version, by).await?;
    let before = before.map(|before| json!({ "version": before.number }));
    note(tx, (row.id, action, by), (before, Some(json!({ "version": version.number })))).await?;
    Ok(())
}
