//! Which key seals this database's secrets, and sealing them anew with another. The key itself is never here (design.md §8).

use sqlx::{PgConnection, PgExecutor};

use super::Error;
use crate::seal::SealingKey;

/// The id of the key in use; None when no start has named one yet, or on an empty database.
pub async fn key_id(db: &mut PgConnection) -> Result<Option<String>, Error> {
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('encryption_key') IS NOT NULL").fetch_one(&mut *db).await?;
    if !there {
        return Ok(None);
    }
    Ok(sqlx::query_scalar!("SELECT key_id FROM encryption_key").fetch_optional(db).await?)
}

/// Makes `id` the database's key unless it has one; the answer is whichever it has then.
pub async fn claim(db: impl PgExecutor<'_>, id: &str) -> Result<String, Error> {
    let kept = sqlx::query_scalar!(
        r#"INSERT INTO encryption_key (key_id) VALUES ($1)
               ON CONFLICT ON CONSTRAINT encryption_key_pkey DO UPDATE SET key_id = encryption_key.key_id
           RETURNING key_id AS "key_id!""#,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(kept)
}

/// Seals every stored secret with `new` instead of `old`, deleted rows included, and makes `new` the database's key.
/// In the caller's transaction; the number of secrets is the answer.
pub async fn reseal(tx: &mut PgConnection, old: &SealingKey, new: &SealingKey) -> Result<usize, Error> {
    sqlx::query!("LOCK TABLE app_tokens IN EXCLUSIVE MODE").execute(&mut *tx).await?;
    let rows =
        sqlx::query!("SELECT id, sealed_token, former_secret FROM app_tokens ORDER BY id").fetch_all(&mut *tx).await?;
    let mut count = 0;
    for row in rows {
        let mut anew = |sealed: &[u8]| {
            count += 1;
            old.open(sealed)
                .map(|plain| new.seal(&plain))
                .map_err(|error| Error::Inconsistent(format!("app token {}: {error}", row.id)))
        };
        let sealed = anew(&row.sealed_token)?;
        let former = row.former_secret.as_deref().map(&mut anew).transpose()?;
        sqlx::query!(
            "UPDATE app_tokens SET sealed_token = $2, former_secret = $3, key_id = $4 WHERE id = $1",
            row.id,
            &sealed,
            former.as_deref(),
            new.id()
        )
        .execute(&mut *tx)
        .await?;
    }
    count += reseal_plugins(tx, old, new).await?;
    count += reseal_notices(tx, old, new).await?;
    sqlx::query!("UPDATE encryption_key SET key_id = $1, created_at = now()", new.id()).execute(tx).await?;
    Ok(count)
}

async fn reseal_plugins(tx: &mut PgConnection, old: &SealingKey, new: &SealingKey) -> Result<usize, Error> {
    sqlx::query!("LOCK TABLE plugin_secrets IN EXCLUSIVE MODE").execute(&mut *tx).await?;
    let rows = sqlx::query!("SELECT plugin_id, name, sealed FROM plugin_secrets ORDER BY plugin_id, name")
        .fetch_all(&mut *tx)
        .await?;
    for row in &rows {
        let sealed = anew(&row.sealed, (old, new), || format!("secret {:?} of plugin {}", row.name, row.plugin_id))?;
        sqlx::query!(
            "UPDATE plugin_secrets SET sealed = $3, key_id = $4 WHERE plugin_id = $1 AND name = $2",
            row.plugin_id,
            row.name,
            &sealed,
            new.id()
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

/// The tokens of notices that are webhooks.
async fn reseal_notices(tx: &mut PgConnection, old: &SealingKey, new: &SealingKey) -> Result<usize, Error> {
    sqlx::query!("LOCK TABLE custom_notices IN EXCLUSIVE MODE").execute(&mut *tx).await?;
    let rows = sqlx::query!(
        r#"SELECT id, sealed_token AS "sealed_token!" FROM custom_notices WHERE sealed_token IS NOT NULL ORDER BY id"#
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let sealed = anew(&row.sealed_token, (old, new), || format!("the token of notice {}", row.id))?;
        sqlx::query!("UPDATE custom_notices SET sealed_token = $2 WHERE id = $1", row.id, &sealed)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}

fn anew(sealed: &[u8], (old, new): (&SealingKey, &SealingKey), what: impl Fn() -> String) -> Result<Vec<u8>, Error> {
    let plain = old.open(sealed).map_err(|error| Error::Inconsistent(format!("{}: {error}", what())))?;
    Ok(new.seal(&plain))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        embedded::testing::database,
        store::{
            custom_notices::{self, NoticeDraft, NoticeKind},
            plugins::{
                self,
                settings::{self, SealedValue},
            },
        },
    };

    #[tokio::test]
    async fn a_rotation_seals_the_secrets_of_plugins_and_notices_anew() {
        let database = database().await;
        let key = || SealingKey::from_base64(&SealingKey::generate()).unwrap();
        let (old, new) = (key(), key());
        let db = &database.pool;
        let plugin = plugins::insert(db, ("one", ""), &[], "").await.unwrap();
        let value = SealedValue { sealed: &old.seal(b"plugin's"), key_id: old.id(), by: "admin" };
        settings::set_secret(db, plugin, "T", value).await.unwrap();
        let draft = NoticeDraft {
            name: "n".into(),
            description: String::new(),
            kind: NoticeKind::Webhook,
            title_template: String::new(),
            content_template: String::new(),
            hook_url: "http://x".into(),
            sealed_token: Some(old.seal(b"notice's")),
        };
        let notice = custom_notices::insert(db, &draft, None, "admin").await.unwrap();

        let mut tx = db.begin().await.unwrap();
        assert_eq!(reseal(&mut tx, &old, &new).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let sealed = settings::sealed_secrets(db, plugin, &["T".to_owned()]).await.unwrap();
        assert_eq!(new.open(&sealed["T"]).unwrap(), b"plugin's");
        let receiver = custom_notices::receiver(db, notice).await.unwrap().unwrap();
        assert_eq!(new.open(&receiver.sealed_token).unwrap(), b"notice's");
        let mut tx = db.begin().await.unwrap();
        assert!(reseal(&mut tx, &old, &new).await.is_err(), "the old key opens nothing any more");
    }
}
