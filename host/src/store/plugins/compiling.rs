//! Versions whose component is not compiled yet, or not by every node that may be called for it. One node at a time has such a version,
//! for as long as it keeps its lease; what a node left behind that died comes to another one (plugin-runtime §5.6).

use std::time::Duration;

use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::{
    super::{
        Error,
        components::{Digest, digest_of},
        names::Named as _,
    },
    versions::Status,
};
use crate::plugins::{PluginId, VersionId};

/// How long a node has a version without renewing.
pub const LEASE: Duration = Duration::from_secs(15);

/// A version that a node compiles.
#[derive(Clone, Copy, Debug)]
pub struct Compiling {
    pub version: VersionId,
    pub plugin: PluginId,
    pub component: Digest,
    /// 1 for the first node that had it.
    pub attempt: i32,
}

/// A version that was just inserted is this node's.
pub async fn claim(db: impl PgExecutor<'_>, version: VersionId, node: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE plugin_versions SET compiling_by = $2, compiling_until = now() + make_interval(secs => $3), compile_attempts = 1
          WHERE id = $1 AND status = 'compiling'",
        version.0,
        node,
        LEASE.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The oldest version that no node has.
pub async fn take(db: impl PgExecutor<'_>, node: Uuid) -> Result<Option<Compiling>, Error> {
    let row = sqlx::query!(
        "UPDATE plugin_versions
            SET compiling_by = $1, compiling_until = now() + make_interval(secs => $2), compile_attempts = compile_attempts + 1
          WHERE id = (SELECT id FROM plugin_versions
                       WHERE status = 'compiling' AND (compiling_until IS NULL OR compiling_until < now())
                       ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, plugin_id, component_digest, compile_attempts",
        node,
        LEASE.as_secs_f64()
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Compiling {
            version: VersionId(row.id),
            plugin: PluginId(row.plugin_id),
            component: digest_of(&row.component_digest)?,
            attempt: row.compile_attempts,
        })
    })
    .transpose()
}

/// False when the version is another node's by now, or nobody's.
pub async fn renew(db: impl PgExecutor<'_>, version: VersionId, node: Uuid) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE plugin_versions SET compiling_until = now() + make_interval(secs => $3)
          WHERE id = $1 AND compiling_by = $2",
        version.0,
        node,
        LEASE.as_secs_f64()
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What this node had is free for others at once, and was not its end: a stop is nothing that a version did.
pub async fn release(db: impl PgExecutor<'_>, node: Uuid) -> Result<u64, Error> {
    let done = sqlx::query!(
        "UPDATE plugin_versions SET compiling_by = NULL, compiling_until = NULL, compile_attempts = greatest(compile_attempts - 1, 0)
          WHERE compiling_by = $1",
        node
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// An active version.
#[derive(Clone, Copy, Debug)]
pub struct Active {
    pub id: VersionId,
    pub component: Digest,
    /// By some node with the engine.
    pub is_compiled: bool,
}

/// Nodes in a row that may die with an active version; then it is left to its calls for an hour.
const DEATHS_MAX: i32 = 3;

/// Active versions that no node has, by id.
pub async fn active(db: impl PgExecutor<'_>, engine: &str, limit: i64) -> Result<Vec<Active>, Error> {
    let rows = sqlx::query!(
        r#"SELECT v.id, v.component_digest,
                  EXISTS (SELECT FROM compiled_components c WHERE c.component_digest = v.component_digest AND c.engine_id = $1)
                    AS "is_compiled!"
             FROM plugins p
             JOIN plugin_versions v ON v.id = p.active_version_id
            WHERE p.deleted_at IS NULL
              AND (v.compiling_until IS NULL
                   OR v.compiling_until < now()
                      AND (v.compile_attempts < $2 OR v.compiling_until < now() - interval '1 hour'))
            ORDER BY v.id LIMIT $3"#,
        engine,
        DEATHS_MAX,
        limit
    );
    rows.fetch_all(db)
        .await?
        .into_iter()
        .map(|row| {
            let component = digest_of(&row.component_digest)?;
            Ok(Active { id: VersionId(row.id), component, is_compiled: row.is_compiled })
        })
        .collect()
}

/// False when another node was faster. Counted is a death until the version is given back.
pub async fn take_active(db: impl PgExecutor<'_>, version: VersionId, node: Uuid) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE plugin_versions
            SET compiling_by = $2, compiling_until = now() + make_interval(secs => $3), compile_attempts = compile_attempts + 1
          WHERE id = $1 AND status = 'ready' AND (compiling_until IS NULL OR compiling_until < now())",
        version.0,
        node,
        LEASE.as_secs_f64()
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The node lives: whatever came of an active version, nobody died of it.
pub async fn give_back(db: impl PgExecutor<'_>, version: VersionId, node: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE plugin_versions SET compiling_by = NULL, compiling_until = NULL, compile_attempts = 0
          WHERE id = $1 AND compiling_by = $2",
        version.0,
        node
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What became of a version; it must be compiling still. The report is merged into the one that is there.
pub async fn settle(
    tx: &mut PgConnection,
    compiling: &Compiling,
    (status, kinds): (Status, &[String]),
    report: &Value,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE plugin_versions SET status = $2, kinds = $3, report = report || $4, compiling_by = NULL, compiling_until = NULL, compile_attempts = 0
          WHERE id = $1 AND status = 'compiling'",
        compiling.version.0,
        status.name(),
        kinds,
        report
    );
    if done.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    // what a plugin is shows with its first version
    sqlx::query!(
        "UPDATE plugins SET kinds = $2 WHERE id = $1 AND active_version_id IS NULL AND cardinality($2::text[]) > 0",
        compiling.plugin.0,
        kinds
    )
    .execute(tx)
    .await?;
    Ok(true)
}
