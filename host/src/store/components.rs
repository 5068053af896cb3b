//! Uploaded components by their SHA-256, and what each node's compiled form must hash to.

use sqlx::PgExecutor;

use super::Error;
use crate::{plugins::PluginId, workflow::ScriptId};

/// A SHA-256.
pub type Digest = [u8; 32];

/// Stores a component; storing it twice is once. It stays for a day at least, whoever comes to name it.
pub async fn insert(db: impl PgExecutor<'_>, digest: &Digest, bytes: &[u8]) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO components AS c (digest, bytes) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT components_pkey DO UPDATE SET bytes = COALESCE(c.bytes, excluded.bytes), uploaded_at = now()",
        &digest[..],
        bytes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// None also when nothing could run it any more and its bytes were forgotten.
pub async fn bytes(db: impl PgExecutor<'_>, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
    let bytes = sqlx::query_scalar!("SELECT bytes FROM components WHERE digest = $1", &digest[..]);
    Ok(bytes.fetch_optional(db).await?.flatten())
}

/// Forgets the bytes of at most `most` components that no script, no notice and no version names that could still be activated. What was
/// uploaded within a day is left: its version may be about to be written. Never waits for another node that does the same.
pub async fn forget(db: impl PgExecutor<'_>, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "UPDATE components SET bytes = NULL WHERE digest IN (
           SELECT c.digest FROM components c
            WHERE c.bytes IS NOT NULL AND c.uploaded_at < now() - interval '1 day'
              AND NOT EXISTS (SELECT FROM plugin_versions v JOIN plugins p ON p.id = v.plugin_id AND p.deleted_at IS NULL
                               WHERE v.component_digest = c.digest AND v.status NOT IN ('rejected', 'retired'))
              AND NOT EXISTS (SELECT FROM run_scripts s WHERE s.component_digest = c.digest AND s.deleted_at IS NULL)
              AND NOT EXISTS (SELECT FROM custom_notices n WHERE n.component_digest = c.digest AND n.deleted_at IS NULL)
            LIMIT $1 FOR UPDATE OF c SKIP LOCKED)",
        most
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// The SHA-256 of a component's compiled file for an engine.
pub async fn compiled(db: impl PgExecutor<'_>, digest: &Digest, engine: &str) -> Result<Option<Digest>, Error> {
    let row = sqlx::query_scalar!(
        "SELECT compiled_digest FROM compiled_components WHERE component_digest = $1 AND engine_id = $2",
        &digest[..],
        engine
    )
    .fetch_optional(db)
    .await?;
    row.map(|bytes| digest_of(&bytes)).transpose()
}

pub async fn set_compiled(
    db: impl PgExecutor<'_>,
    digest: &Digest,
    engine: &str,
    compiled: &Digest,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO compiled_components (component_digest, engine_id, compiled_digest) VALUES ($1, $2, $3)
         ON CONFLICT ON CONSTRAINT compiled_components_pkey DO UPDATE SET compiled_digest = excluded.compiled_digest",
        &digest[..],
        engine,
        &compiled[..]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A digest column; its CHECK holds the length.
pub(super) fn digest_of(bytes: &[u8]) -> Result<Digest, Error> {
    bytes.try_into().map_err(|_| Error::Inconsistent("a digest is not 32 bytes".into()))
}

/// A run script as a run needs it.
#[derive(Clone, Debug)]
pub struct RunnableScript {
    pub name: String,
    pub is_active: bool,
    /// None for a script that an older node made: it is its component.
    pub plugin: Option<PluginId>,
    pub component: Digest,
}

/// None when the script is missing or deleted.
pub async fn runnable_script(db: impl PgExecutor<'_>, id: ScriptId) -> Result<Option<RunnableScript>, Error> {
    let row = sqlx::query!(
        "SELECT name, is_active, plugin_id, component_digest FROM run_scripts WHERE id = $1 AND deleted_at IS NULL",
        id.0
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(RunnableScript {
            name: row.name,
            is_active: row.is_active,
            plugin: row.plugin_id.map(PluginId),
            component: digest_of(&row.component_digest)?,
        })
    })
    .transpose()
}
