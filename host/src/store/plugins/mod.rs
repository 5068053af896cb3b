//! Plugins with their versions and grants. A version never changes but in its status; a grant is the plugin's, whatever its version.
//! What a plugin keeps and was told is in `settings` and `kv`, what its calls came to in `calls`.

pub mod calls;
pub mod compiling;
pub mod kv;
pub mod people;
pub mod settings;
pub mod uses;
pub mod versions;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{PgConnection, PgExecutor, types::Json};

use super::{
    Error,
    components::{Digest, digest_of},
};
use crate::plugins::{Change, PluginId, VersionId};

/// A plugin as administrators see it.
#[derive(Clone, Debug)]
pub struct PluginRow {
    pub id: PluginId,
    pub name: String,
    pub description: String,
    /// Of the active version; of the first one until there is one.
    pub kinds: Vec<String>,
    pub active: Option<VersionId>,
    pub creator: String,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
    /// Capability → scope.
    pub granted: Map<String, Value>,
    /// How often an administrator ended its suspension.
    pub resets: i32,
}

macro_rules! select {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query!(
            r#"SELECT p.id, p.name, p.description, p.kinds, p.active_version_id, p.creator, p.created_at, p.modified_at, p.resets,
                      COALESCE((SELECT jsonb_object_agg(capability, scope) FROM plugin_grants g WHERE g.plugin_id = p.id), '{}')
                        AS "granted!: Json<Map<String, Value>>"
                 FROM plugins p "# + $tail,
            $($argument),*
        )
    };
}

macro_rules! row {
    ($row:expr) => {
        PluginRow {
            id: PluginId($row.id),
            name: $row.name,
            description: $row.description,
            kinds: $row.kinds,
            active: $row.active_version_id.map(VersionId),
            creator: $row.creator,
            created_at: $row.created_at,
            modified_at: $row.modified_at,
            granted: $row.granted.0,
            resets: $row.resets,
        }
    };
}

/// Which plugins a list is to hold; an empty text leaves none out.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    pub name: &'a str,
    /// In the name or the description, in capitals or not.
    pub part: &'a str,
}

/// Plugins by id, those after `after`.
pub async fn list(
    db: impl PgExecutor<'_>,
    sought: Sought<'_>,
    (after, limit): (i64, i64),
) -> Result<Vec<PluginRow>, Error> {
    let rows = select!(
        "WHERE p.deleted_at IS NULL AND p.id > $1 AND ($3 = '' OR p.name = $3)
           AND ($4 = '' OR strpos(lower(p.name), lower($4)) > 0 OR strpos(lower(p.description), lower($4)) > 0)
         ORDER BY p.id LIMIT $2",
        after,
        limit,
        sought.name,
        sought.part
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| row!(row)).collect())
}

pub async fn get(db: impl PgExecutor<'_>, id: PluginId) -> Result<Option<PluginRow>, Error> {
    let row = select!("WHERE p.id = $1 AND p.deleted_at IS NULL", id.0);
    Ok(row.fetch_optional(db).await?.map(|row| row!(row)))
}

/// The plugin, locked until the transaction ends, so that of two decisions the second sees the first.
pub async fn hold(tx: &mut PgConnection, id: PluginId) -> Result<Option<PluginRow>, Error> {
    let row = select!("WHERE p.id = $1 AND p.deleted_at IS NULL FOR UPDATE OF p", id.0);
    Ok(row.fetch_optional(tx).await?.map(|row| row!(row)))
}

/// As `hold`, by name.
pub async fn hold_named(tx: &mut PgConnection, name: &str) -> Result<Option<PluginRow>, Error> {
    let row = select!("WHERE p.name = $1 AND p.deleted_at IS NULL FOR UPDATE OF p", name);
    Ok(row.fetch_optional(tx).await?.map(|row| row!(row)))
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    (name, description): (&str, &str),
    kinds: &[String],
    creator: &str,
) -> Result<PluginId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO plugins (name, description, kinds, creator) VALUES ($1, $2, $3, $4) RETURNING id",
        name,
        description,
        kinds,
        creator
    );
    Ok(PluginId(id.fetch_one(db).await?))
}

/// Points the plugin at a version, which must be its own. Nodes that know no plugins find the version's component where they look.
pub async fn activate(tx: &mut PgConnection, id: PluginId, version: &versions::VersionRow) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE plugins SET active_version_id = $2, kinds = $3, description = COALESCE(NULLIF($4, ''), description), modified_at = now()
          WHERE id = $1",
        id.0,
        version.id.0,
        &version.kinds,
        version.manifest["description"].as_str().unwrap_or_default()
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("UPDATE plugin_versions SET activated_at = clock_timestamp() WHERE id = $1", version.id.0)
        .execute(&mut *tx)
        .await?;
    for update in [
        sqlx::query!(
            "UPDATE run_scripts SET component_digest = $2 WHERE plugin_id = $1 AND deleted_at IS NULL",
            id.0,
            &version.digest[..]
        ),
        sqlx::query!(
            "UPDATE custom_notices SET component_digest = $2 WHERE plugin_id = $1 AND deleted_at IS NULL",
            id.0,
            &version.digest[..]
        ),
    ] {
        update.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Its name is free again; its versions, calls and audit stay.
pub async fn retire(db: impl PgExecutor<'_>, id: PluginId) -> Result<(), Error> {
    sqlx::query!("UPDATE plugins SET deleted_at = now(), modified_at = now() WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Writes what changes of the grants.
pub async fn grant(tx: &mut PgConnection, id: PluginId, changes: &[Change], by: &str) -> Result<(), Error> {
    for change in changes {
        match &change.after {
            Some(scope) => {
                sqlx::query!(
                    "INSERT INTO plugin_grants (plugin_id, capability, scope, granted_by) VALUES ($1, $2, $3, $4)
                     ON CONFLICT ON CONSTRAINT plugin_grants_pkey
                     DO UPDATE SET scope = excluded.scope, granted_by = excluded.granted_by, granted_at = now()",
                    id.0,
                    change.capability,
                    scope,
                    by
                )
                .execute(&mut *tx)
                .await?
            }
            None => {
                sqlx::query!(
                    "DELETE FROM plugin_grants WHERE plugin_id = $1 AND capability = $2",
                    id.0,
                    change.capability
                )
                .execute(&mut *tx)
                .await?
            }
        };
    }
    Ok(())
}

/// Kind → the numbers that an administrator set.
pub async fn limits(db: impl PgExecutor<'_>, id: PluginId) -> Result<Value, Error> {
    let limits = sqlx::query_scalar!("SELECT limits FROM plugins WHERE id = $1", id.0);
    Ok(limits.fetch_optional(db).await?.unwrap_or_default())
}

pub async fn set_limits(db: impl PgExecutor<'_>, id: PluginId, limits: &Value) -> Result<(), Error> {
    sqlx::query!("UPDATE plugins SET limits = $2, modified_at = now() WHERE id = $1", id.0, limits).execute(db).await?;
    Ok(())
}

/// What a call needs to know of a plugin: its active version, and what that may do.
#[derive(Clone, Debug)]
pub struct Runnable {
    pub plugin: PluginId,
    pub name: String,
    pub version: VersionId,
    pub component: Digest,
    pub kinds: Vec<String>,
    pub requested: Map<String, Value>,
    pub granted: Map<String, Value>,
    pub config: Map<String, Value>,
    /// Kind → numbers, as an administrator set them.
    pub limits: Value,
    /// Of the version.
    pub manifest: Value,
    pub number: i32,
    /// As in [`PluginRow`].
    pub resets: i32,
}

/// Which plugin is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    Id(PluginId),
    Name(&'a str),
}

/// None when there is no such plugin, or none of its versions is active.
pub async fn runnable(db: impl PgExecutor<'_>, wanted: Wanted<'_>) -> Result<Option<Runnable>, Error> {
    let (id, name) = match wanted {
        Wanted::Id(id) => (Some(id.0), None),
        Wanted::Name(name) => (None, Some(name)),
    };
    let row = sqlx::query!(
        r#"SELECT p.id, p.name, v.id AS version_id, v.component_digest, v.kinds, v.number, v.manifest, p.limits, p.resets, v.requested AS "requested!: Json<Map<String, Value>>",
                  COALESCE((SELECT jsonb_object_agg(capability, scope) FROM plugin_grants g WHERE g.plugin_id = p.id), '{}')
                    AS "granted!: Json<Map<String, Value>>",
                  COALESCE((SELECT jsonb_object_agg(key, value) FROM plugin_config c WHERE c.plugin_id = p.id), '{}')
                    AS "config!: Json<Map<String, Value>>"
             FROM plugins p
             JOIN plugin_versions v ON v.id = p.active_version_id
            WHERE p.deleted_at IS NULL AND (p.id = $1 OR p.name = $2)"#,
        id,
        name
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Runnable {
            plugin: PluginId(row.id),
            name: row.name,
            version: VersionId(row.version_id),
            component: digest_of(&row.component_digest)?,
            kinds: row.kinds,
            requested: row.requested.0,
            granted: row.granted.0,
            config: row.config.0,
            limits: row.limits,
            manifest: row.manifest,
            number: row.number,
            resets: row.resets,
        })
    })
    .transpose()
}

/// Counts a reset of the plugin's breaker.
pub async fn reset(db: impl PgExecutor<'_>, id: PluginId) -> Result<(), Error> {
    sqlx::query!("UPDATE plugins SET resets = resets + 1 WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// The kinds of the plugins of these names that have an active version; none of them changes until the transaction ends, so that a
/// workflow is not saved with a plugin that is deleted meanwhile.
pub async fn kinds_of(db: impl PgExecutor<'_>, names: &[String]) -> Result<Vec<(String, Vec<String>)>, Error> {
    let rows = sqlx::query!(
        "SELECT name, kinds FROM plugins WHERE name = ANY($1) AND active_version_id IS NOT NULL AND deleted_at IS NULL
          ORDER BY id FOR KEY SHARE",
        names
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.name, row.kinds)).collect())
}

/// The plugin of a name.
pub async fn named(db: impl PgExecutor<'_>, name: &str) -> Result<Option<PluginRow>, Error> {
    let row = select!("WHERE p.name = $1 AND p.deleted_at IS NULL", name);
    Ok(row.fetch_optional(db).await?.map(|row| row!(row)))
}
