//! A plugin's own storage: values up to 64 KiB, 10 MiB in all or less, each with an end if it was given one (plugin-runtime §6). The namespace is
//! the plugin's id, which no guest can name.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection, PgExecutor};

use super::super::Error;
use crate::plugins::PluginId;

pub const KEY_BYTES_MAX: usize = 512;
pub const VALUE_BYTES_MAX: usize = 64 << 10;
#[cfg(test)]
const PLUGIN_BYTES_MAX: usize = 10 << 20;
const ROW_BYTES: i64 = 64;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Yes,
    /// Of `compare_and_set`: the present value is another.
    Differs,
    /// There is no room.
    Full,
}

/// A value to be kept; without `ttl` for ever.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub key: &'a str,
    pub value: &'a [u8],
    pub ttl: Option<Duration>,
    /// What the plugin may keep in all: keys, values, and what each row costs beside.
    pub room: usize,
}

pub async fn get(db: impl PgExecutor<'_>, plugin: PluginId, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let value = sqlx::query_scalar!(
        "SELECT value FROM plugin_kv WHERE plugin_id = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > now())",
        plugin.0,
        key
    );
    Ok(value.fetch_optional(db).await?)
}

pub async fn set(db: &mut PgConnection, plugin: PluginId, entry: Entry<'_>) -> Result<Kept, Error> {
    let mut tx = db.begin().await?;
    let kept = put(&mut tx, plugin, entry).await?;
    tx.commit().await?;
    Ok(kept)
}

/// Writes only if the present value is `old`; an entry whose time is over is none.
pub async fn compare_and_set(
    db: &mut PgConnection,
    plugin: PluginId,
    old: Option<&[u8]>,
    entry: Entry<'_>,
) -> Result<Kept, Error> {
    let mut tx = db.begin().await?;
    take_turn(&mut tx, plugin).await?;
    if get(&mut *tx, plugin, entry.key).await?.as_deref() != old {
        return Ok(Kept::Differs);
    }
    let kept = put(&mut tx, plugin, entry).await?;
    tx.commit().await?;
    Ok(kept)
}

pub async fn delete(db: impl PgExecutor<'_>, plugin: PluginId, key: &str) -> Result<(), Error> {
    sqlx::query!("DELETE FROM plugin_kv WHERE plugin_id = $1 AND key = $2", plugin.0, key).execute(db).await?;
    Ok(())
}

/// What each plugin keeps by now, by its name and as its limit counts it; those that keep nothing too.
pub async fn kept(db: impl PgExecutor<'_>) -> Result<Vec<(String, u64)>, Error> {
    let rows = sqlx::query!(
        r#"SELECT name, COALESCE(sum(octet_length(key) + octet_length(value) + $1::bigint), 0)::bigint AS "bytes!"
             FROM plugins
             LEFT JOIN plugin_kv ON plugin_id = id AND (expires_at IS NULL OR expires_at > now())
            GROUP BY name"#,
        ROW_BYTES
    );
    let rows = rows.fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.name, u64::try_from(row.bytes).unwrap_or(0))).collect())
}

/// Deletes at most `most` entries whose time is over. Never waits for another node that does the same.
pub async fn forget(db: impl PgExecutor<'_>, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM plugin_kv WHERE (plugin_id, key) IN (
           SELECT plugin_id, key FROM plugin_kv WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
        most
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// One writer of a plugin's storage at a time: the sum must hold, and a comparison too.
async fn take_turn(tx: &mut PgConnection, plugin: PluginId) -> Result<(), Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('gavia plugin kv ' || $1::bigint::text, 0))", plugin.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// What is over goes first, so that a plugin which writes with short lifetimes never holds more than its room either; its own key is replaced
/// below.
async fn put(tx: &mut PgConnection, plugin: PluginId, entry: Entry<'_>) -> Result<Kept, Error> {
    take_turn(tx, plugin).await?;
    let done = sqlx::query!(
        "WITH gone AS (DELETE FROM plugin_kv WHERE plugin_id = $1 AND key <> $2 AND expires_at <= now())
         INSERT INTO plugin_kv (plugin_id, key, value, expires_at)
         SELECT $1::bigint, $2::text, $3::bytea, now() + make_interval(secs => $4)
          WHERE (SELECT COALESCE(sum(octet_length(key) + octet_length(value) + $5::bigint), 0) FROM plugin_kv
                  WHERE plugin_id = $1 AND key <> $2 AND (expires_at IS NULL OR expires_at > now()))
                + octet_length($2) + octet_length($3) + $5::bigint <= $6::bigint
         ON CONFLICT ON CONSTRAINT plugin_kv_pkey DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
        plugin.0,
        entry.key,
        entry.value,
        entry.ttl.map(|ttl| ttl.as_secs_f64()),
        ROW_BYTES,
        i64::try_from(entry.room).unwrap_or(i64::MAX)
    )
    .execute(tx)
    .await?;
    Ok(if done.rows_affected() == 1 { Kept::Yes } else { Kept::Full })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{embedded::testing::database, store::plugins};

    fn entry<'a>(key: &'a str, value: &'a [u8]) -> Entry<'a> {
        Entry { key, value, ttl: None, room: PLUGIN_BYTES_MAX }
    }

    #[tokio::test]
    async fn what_a_plugin_keeps_is_its_own_and_ends_when_its_time_is_over() {
        let database = database().await;
        let mut db = database.pool.acquire().await.unwrap();
        let one = plugins::insert(&mut *db, ("one", ""), &[], "").await.unwrap();
        let two = plugins::insert(&mut *db, ("two", ""), &[], "").await.unwrap();
        assert_eq!(set(&mut db, one, entry("k", b"1")).await.unwrap(), Kept::Yes);
        assert_eq!(get(&mut *db, one, "k").await.unwrap().unwrap(), b"1");
        assert_eq!(get(&mut *db, two, "k").await.unwrap(), None, "another plugin's key");
        let told = async |db: &mut PgConnection| {
            let mut told = kept(db).await.unwrap();
            told.sort();
            told
        };
        assert_eq!(told(&mut db).await, [("one".to_owned(), 2 + 64), ("two".to_owned(), 0)]);

        let brief = Entry { ttl: Some(Duration::from_mins(1)), ..entry("k", b"2") };
        assert_eq!(set(&mut db, one, brief).await.unwrap(), Kept::Yes);
        assert_eq!(forget(&mut *db, 10).await.unwrap(), 0);
        sqlx::query("UPDATE plugin_kv SET expires_at = now()").execute(&mut *db).await.unwrap();
        assert_eq!(get(&mut *db, one, "k").await.unwrap(), None);
        assert_eq!(told(&mut db).await[0], ("one".to_owned(), 0), "its time is over");
        assert_eq!(
            compare_and_set(&mut db, one, None, entry("k", b"3")).await.unwrap(),
            Kept::Yes,
            "it is none by now"
        );
        assert_eq!(compare_and_set(&mut db, one, Some(b"2"), entry("k", b"4")).await.unwrap(), Kept::Differs);
        assert_eq!(compare_and_set(&mut db, one, Some(b"3"), entry("k", b"4")).await.unwrap(), Kept::Yes);
        assert_eq!(get(&mut *db, one, "k").await.unwrap().unwrap(), b"4", "without an end again");
        delete(&mut *db, one, "k").await.unwrap();
        assert_eq!(get(&mut *db, one, "k").await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_over_takes_up_no_room_in_the_table_either() {
        let database = database().await;
        let mut db = database.pool.acquire().await.unwrap();
        let id = plugins::insert(&mut *db, ("one", ""), &[], "").await.unwrap();
        let at_once = |key| Entry { ttl: Some(Duration::ZERO), ..entry(key, b"v") };
        for key in ["a", "b", "c", "c"] {
            assert_eq!(set(&mut db, id, at_once(key)).await.unwrap(), Kept::Yes);
        }
        let rows: Vec<String> = sqlx::query_scalar("SELECT key FROM plugin_kv").fetch_all(&mut *db).await.unwrap();
        assert_eq!(rows, ["c"]);
    }

    #[tokio::test]
    async fn a_plugin_keeps_ten_mebibytes_and_no_more() {
        let database = database().await;
        let mut db = database.pool.acquire().await.unwrap();
        let id = plugins::insert(&mut *db, ("one", ""), &[], "").await.unwrap();
        let value = vec![7; VALUE_BYTES_MAX];
        let mut kept = 0;
        while set(&mut db, id, entry(&kept.to_string(), &value)).await.unwrap() == Kept::Yes {
            kept += 1;
            assert!(kept < 200);
        }
        assert_eq!(kept, 159, "160 of 64 KiB, less what keys and rows cost");
        assert_eq!(set(&mut db, id, entry("0", b"small")).await.unwrap(), Kept::Yes, "its own place counts as free");
        assert_eq!(set(&mut db, id, entry("new", &value[..1000])).await.unwrap(), Kept::Yes);
        let too_large = vec![0; VALUE_BYTES_MAX + 1];
        assert!(set(&mut db, id, entry("0", &too_large)).await.is_err(), "the table has the last word");
    }
}
