//! Run scripts as administrators edit them. What a run needs of one is in `components`.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{Error, components::Digest};
use crate::{plugins::PluginId, workflow::ScriptId};

#[derive(Clone, Debug)]
pub struct RunScriptRow {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub saved_name: String,
    pub is_active: bool,
    pub creator: String,
    pub created_at: DateTime<Utc>,
}

/// What of a script is given with an upload.
#[derive(Clone, Debug, Default)]
pub struct RunScriptDraft {
    pub name: String,
    pub description: String,
    pub is_active: bool,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM run_scripts WHERE deleted_at IS NULL AND (name ILIKE $1 OR description ILIKE $1)"#,
        super::containing(search)
    );
    Ok(count.fetch_one(db).await?)
}

/// By id.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: &str,
    (limit, offset): (i64, i64),
) -> Result<Vec<RunScriptRow>, Error> {
    let rows = sqlx::query_as!(
        RunScriptRow,
        "SELECT id, name, description, saved_name, is_active, creator, created_at
           FROM run_scripts
          WHERE deleted_at IS NULL AND (name ILIKE $1 OR description ILIKE $1)
          ORDER BY id LIMIT $2 OFFSET $3",
        super::containing(search),
        limit,
        offset
    );
    Ok(rows.fetch_all(db).await?)
}

/// The script as it is, until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, id: ScriptId) -> Result<Option<RunScriptDraft>, Error> {
    let row = sqlx::query_as!(
        RunScriptDraft,
        "SELECT name, description, is_active FROM run_scripts WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
        id.0
    );
    Ok(row.fetch_optional(db).await?)
}

/// Whether a state may name this script; it stays until the transaction ends.
pub async fn hold(db: impl PgExecutor<'_>, id: ScriptId) -> Result<bool, Error> {
    let row = sqlx::query!("SELECT id FROM run_scripts WHERE id = $1 AND deleted_at IS NULL FOR KEY SHARE", id.0);
    Ok(row.fetch_optional(db).await?.is_some())
}

/// The component must be stored before.
pub async fn insert(
    db: impl PgExecutor<'_>,
    draft: &RunScriptDraft,
    file: (&str, &Digest),
    creator: &str,
) -> Result<ScriptId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO run_scripts (name, description, is_active, saved_name, component_digest, creator) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        draft.name,
        draft.description,
        draft.is_active,
        file.0,
        &file.1[..],
        creator
    );
    Ok(ScriptId(id.fetch_one(db).await?))
}

/// Without a new file the present one stays (F-46's sibling). The component is the plugin's.
pub async fn update(
    db: impl PgExecutor<'_>,
    id: ScriptId,
    draft: &RunScriptDraft,
    saved_name: Option<&str>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE run_scripts SET name = $2, description = $3, is_active = $4, saved_name = COALESCE($5, saved_name), modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL",
        id.0,
        draft.name,
        draft.description,
        draft.is_active,
        saved_name
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False when there is no such script.
pub async fn retire(db: impl PgExecutor<'_>, id: ScriptId) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE run_scripts SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id.0
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The plugin that the script is a view of; None for one that an older node made.
pub async fn plugin_of(db: impl PgExecutor<'_>, id: ScriptId) -> Result<Option<PluginId>, Error> {
    let plugin = sqlx::query_scalar!("SELECT plugin_id FROM run_scripts WHERE id = $1 AND deleted_at IS NULL", id.0);
    Ok(plugin.fetch_optional(db).await?.flatten().map(PluginId))
}

pub async fn set_plugin(db: impl PgExecutor<'_>, id: ScriptId, plugin: PluginId) -> Result<(), Error> {
    sqlx::query!("UPDATE run_scripts SET plugin_id = $2 WHERE id = $1", id.0, plugin.0).execute(db).await?;
    Ok(())
}
