//! Versions: one uploaded component each, counted within its plugin.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{PgConnection, PgExecutor, types::Json};

use super::super::{
    Error,
    components::{Digest, digest_of},
    names::Named,
};
use crate::plugins::{PluginId, VersionId};

/// How far a version has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Stored; what it is shows when it is compiled.
    Compiling,
    /// It asks for more than the plugin is granted.
    NeedsApproval,
    Ready,
    /// An administrator said no, or it does not compile or link.
    Rejected,
    Retired,
}

impl Named for Status {
    const WHAT: &'static str = "status of a version";
    const TABLE: &'static [(&'static str, Self)] = &[
        ("compiling", Self::Compiling),
        ("needs_approval", Self::NeedsApproval),
        ("ready", Self::Ready),
        ("rejected", Self::Rejected),
        ("retired", Self::Retired),
    ];
}

#[derive(Clone, Debug)]
pub struct VersionRow {
    pub id: VersionId,
    pub number: i32,
    /// What its author calls it.
    pub label: String,
    pub digest: Digest,
    pub kinds: Vec<String>,
    pub manifest: Value,
    /// Capability → scope.
    pub requested: Map<String, Value>,
    pub report: Value,
    pub status: Status,
    pub uploaded_by: String,
    pub uploaded_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
}

/// What an upload became.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    pub label: &'a str,
    /// Of a component that is stored.
    pub digest: &'a Digest,
    pub kinds: &'a [String],
    pub manifest: &'a Value,
    pub requested: &'a Map<String, Value>,
    pub report: &'a Value,
    pub status: Status,
    pub uploaded_by: &'a str,
}

macro_rules! select {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query!(
            r#"SELECT id, number, label, component_digest, kinds, manifest, requested AS "requested!: Json<Map<String, Value>>", report,
                      status, uploaded_by, uploaded_at, activated_at
                 FROM plugin_versions "# + $tail,
            $($argument),*
        )
    };
}

macro_rules! row {
    ($row:expr) => {{
        let row = $row;
        Ok::<VersionRow, Error>(VersionRow {
            id: VersionId(row.id),
            number: row.number,
            label: row.label,
            digest: digest_of(&row.component_digest)?,
            kinds: row.kinds,
            manifest: row.manifest,
            requested: row.requested.0,
            report: row.report,
            status: Status::from_name(&row.status)?,
            uploaded_by: row.uploaded_by,
            uploaded_at: row.uploaded_at,
            activated_at: row.activated_at,
        })
    }};
}

/// The newest versions of a plugin, newest first.
pub async fn list(db: impl PgExecutor<'_>, plugin: PluginId, limit: i64) -> Result<Vec<VersionRow>, Error> {
    let rows = select!("WHERE plugin_id = $1 ORDER BY number DESC LIMIT $2", plugin.0, limit);
    rows.fetch_all(db).await?.into_iter().map(|row| row!(row)).collect()
}

/// The numbers of a plugin's versions that a list tells.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub active: Option<i32>,
    /// Those that wait for an approval, newest first; as many as fit into the limit.
    pub waiting: Vec<i32>,
}

/// Of each of the plugins that there are.
pub async fn numbers(
    db: impl PgExecutor<'_>,
    plugins: &[PluginId],
    limit: i64,
) -> Result<HashMap<PluginId, Numbers>, Error> {
    let ids: Vec<i64> = plugins.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT p.id, (SELECT v.number FROM plugin_versions v WHERE v.id = p.active_version_id) AS active,
                  ARRAY(SELECT v.number FROM plugin_versions v WHERE v.plugin_id = p.id AND v.status = 'needs_approval'
                         ORDER BY v.number DESC LIMIT $2) AS "waiting!"
             FROM plugins p WHERE p.id = ANY($1)"#,
        &ids,
        limit
    );
    Ok(rows
        .fetch_all(db)
        .await?
        .into_iter()
        .map(|row| (PluginId(row.id), Numbers { active: row.active, waiting: row.waiting }))
        .collect())
}

pub async fn by_id(db: impl PgExecutor<'_>, id: VersionId) -> Result<Option<VersionRow>, Error> {
    select!("WHERE id = $1", id.0).fetch_optional(db).await?.map(|row| row!(row)).transpose()
}

pub async fn get(db: impl PgExecutor<'_>, plugin: PluginId, number: i32) -> Result<Option<VersionRow>, Error> {
    let row = select!("WHERE plugin_id = $1 AND number = $2", plugin.0, number);
    row.fetch_optional(db).await?.map(|row| row!(row)).transpose()
}

/// A version that came of the same bytes with the same manifest and asks for the same, and can still be used.
pub async fn twin(
    db: impl PgExecutor<'_>,
    plugin: PluginId,
    (digest, manifest, requested): (&Digest, &Value, &Map<String, Value>),
) -> Result<Option<VersionRow>, Error> {
    let row = select!(
        "WHERE plugin_id = $1 AND component_digest = $2 AND requested = $3 AND manifest = $4 AND status IN ('compiling', 'needs_approval', 'ready')
         ORDER BY number DESC LIMIT 1",
        plugin.0,
        &digest[..],
        Json(requested) as _,
        manifest
    );
    row.fetch_optional(db).await?.map(|row| row!(row)).transpose()
}

/// The version to go back to: the one that was active before the present one and is not retired since.
pub async fn former(db: impl PgExecutor<'_>, plugin: PluginId, active: VersionId) -> Result<Option<VersionRow>, Error> {
    let row = select!(
        "WHERE plugin_id = $1 AND id <> $2 AND status = 'ready' AND activated_at IS NOT NULL ORDER BY activated_at DESC LIMIT 1",
        plugin.0,
        active.0
    );
    row.fetch_optional(db).await?.map(|row| row!(row)).transpose()
}

/// The next version of a plugin that the transaction holds.
pub async fn insert(tx: &mut PgConnection, plugin: PluginId, new: &NewVersion<'_>) -> Result<(VersionId, i32), Error> {
    let row = sqlx::query!(
        "INSERT INTO plugin_versions (plugin_id, number, label, component_digest, kinds, manifest, requested, report, status, uploaded_by)
         VALUES ($1, (SELECT COALESCE(max(number), 0) + 1 FROM plugin_versions WHERE plugin_id = $1), left($2, 100), $3, $4, $5, $6, $7, $8, $9)
         RETURNING id, number",
        plugin.0,
        new.label,
        &new.digest[..],
        new.kinds,
        new.manifest,
        Json(new.requested) as _,
        new.report,
        new.status.name(),
        new.uploaded_by
    );
    let row = row.fetch_one(tx).await?;
    Ok((VersionId(row.id), row.number))
}

/// Says no to a version, and why.
pub async fn reject(db: impl PgExecutor<'_>, id: VersionId, reason: &str) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE plugin_versions SET status = 'rejected', report = report || jsonb_build_object('rejected', $2::text) WHERE id = $1",
        id.0,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn set_status(db: impl PgExecutor<'_>, id: VersionId, status: Status) -> Result<(), Error> {
    sqlx::query!("UPDATE plugin_versions SET status = $2 WHERE id = $1", id.0, status.name()).execute(db).await?;
    Ok(())
}

/// Retires the oldest version that could be activated and is not; its number.
pub async fn retire_oldest(
    db: impl PgExecutor<'_>,
    plugin: PluginId,
    active: Option<VersionId>,
) -> Result<Option<i32>, Error> {
    let number = sqlx::query_scalar!(
        "UPDATE plugin_versions SET status = 'retired' WHERE id = (
           SELECT id FROM plugin_versions
            WHERE plugin_id = $1 AND id IS DISTINCT FROM $2 AND status IN ('needs_approval', 'ready') ORDER BY number LIMIT 1)
         RETURNING number",
        plugin.0,
        active.map(|id| id.0)
    );
    Ok(number.fetch_optional(db).await?)
}

/// How many versions a plugin has that are neither rejected nor retired.
pub async fn count_open(db: impl PgExecutor<'_>, plugin: PluginId) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM plugin_versions WHERE plugin_id = $1 AND status IN ('compiling', 'needs_approval', 'ready')"#,
        plugin.0
    );
    Ok(count.fetch_one(db).await?)
}
