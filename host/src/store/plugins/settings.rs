//! What an administrator typed for a plugin: settings, and secrets, which are sealed with a key that the database does not hold.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::super::Error;
use crate::plugins::PluginId;

pub async fn config(db: impl PgExecutor<'_>, plugin: PluginId) -> Result<BTreeMap<String, String>, Error> {
    let rows = sqlx::query!("SELECT key, value FROM plugin_config WHERE plugin_id = $1", plugin.0);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.key, row.value)).collect())
}

/// All of it anew.
pub async fn set_config(
    tx: &mut PgConnection,
    plugin: PluginId,
    config: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let (keys, values): (Vec<String>, Vec<String>) = config.clone().into_iter().unzip();
    sqlx::query!("DELETE FROM plugin_config WHERE plugin_id = $1", plugin.0).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO plugin_config (plugin_id, key, value) SELECT $1, key, value FROM unnest($2::text[], $3::text[]) AS typed (key, value)",
        plugin.0,
        &keys,
        &values
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What is told of a secret: never its value.
#[derive(Clone, Debug)]
pub struct SecretRow {
    pub name: String,
    pub set_by: String,
    pub set_at: DateTime<Utc>,
}

pub async fn secrets(db: impl PgExecutor<'_>, plugin: PluginId) -> Result<Vec<SecretRow>, Error> {
    let rows = sqlx::query_as!(
        SecretRow,
        "SELECT name, set_by, set_at FROM plugin_secrets WHERE plugin_id = $1 ORDER BY name",
        plugin.0
    );
    Ok(rows.fetch_all(db).await?)
}

/// Sealed values by name.
pub async fn sealed_secrets(
    db: impl PgExecutor<'_>,
    plugin: PluginId,
    names: &[String],
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let rows = sqlx::query!(
        "SELECT name, sealed FROM plugin_secrets WHERE plugin_id = $1 AND name = ANY($2)",
        plugin.0,
        names
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.name, row.sealed)).collect())
}

/// A value sealed with the key of that id, set by somebody.
#[derive(Clone, Copy, Debug)]
pub struct SealedValue<'a> {
    pub sealed: &'a [u8],
    pub key_id: &'a str,
    pub by: &'a str,
}

/// False when the secret is new.
pub async fn set_secret(
    db: impl PgExecutor<'_>,
    plugin: PluginId,
    name: &str,
    value: SealedValue<'_>,
) -> Result<bool, Error> {
    let was_there = sqlx::query_scalar!(
        r#"INSERT INTO plugin_secrets AS s (plugin_id, name, sealed, key_id, set_by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT ON CONSTRAINT plugin_secrets_pkey
           DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, set_by = excluded.set_by, set_at = now()
           RETURNING (s.xmax <> 0) AS "was_there!""#,
        plugin.0,
        name,
        value.sealed,
        value.key_id,
        value.by
    );
    Ok(was_there.fetch_one(db).await?)
}

/// False when there is none.
pub async fn delete_secret(db: impl PgExecutor<'_>, plugin: PluginId, name: &str) -> Result<bool, Error> {
    let done = sqlx::query!("DELETE FROM plugin_secrets WHERE plugin_id = $1 AND name = $2", plugin.0, name);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Nothing that was typed for the plugin, granted to it or kept by it stays.
pub async fn erase(tx: &mut PgConnection, plugin: PluginId) -> Result<(), Error> {
    for erase in [
        sqlx::query!("DELETE FROM plugin_secrets WHERE plugin_id = $1", plugin.0),
        sqlx::query!("DELETE FROM plugin_config WHERE plugin_id = $1", plugin.0),
        sqlx::query!("DELETE FROM plugin_grants WHERE plugin_id = $1", plugin.0),
        sqlx::query!("DELETE FROM plugin_kv WHERE plugin_id = $1", plugin.0),
    ] {
        erase.execute(&mut *tx).await?;
    }
    Ok(())
}
