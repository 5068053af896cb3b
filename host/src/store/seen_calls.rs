//! Calls that were accepted lately, by a hash of what must not come twice (threat-model §3: nonces, and the replay check of v1).
//! In the database, so that all nodes share them.

use sqlx::PgExecutor;

use super::Error;

/// How long a call is remembered: from the earliest to the latest moment at which its timestamp passes.
const SECONDS: i32 = 240;

/// False when it is remembered already. Of two at once one waits for the other and is the second.
pub async fn remember(db: impl PgExecutor<'_>, app_token: i64, mark: &[u8; 32]) -> Result<bool, Error> {
    let done = sqlx::query!(
        "INSERT INTO seen_calls (app_token_id, mark, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3))
         ON CONFLICT ON CONSTRAINT seen_calls_pkey DO UPDATE SET expires_at = EXCLUDED.expires_at WHERE seen_calls.expires_at <= now()",
        app_token,
        &mark[..],
        f64::from(SECONDS)
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Deletes at most `most` calls whose time is over. Never waits for another node that does the same.
pub async fn forget(db: impl PgExecutor<'_>, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM seen_calls WHERE (app_token_id, mark) IN (
           SELECT app_token_id, mark FROM seen_calls WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
        most
    );
    Ok(done.execute(db).await?.rows_affected())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        embedded::testing::database,
        store::app_tokens::{self, AppTokenDraft, Sealed, SealedSecret, SecretForm},
    };

    #[tokio::test]
    async fn a_call_is_remembered_for_its_time_and_forgotten_in_portions() {
        let database = database().await;
        let mut db = database.pool.acquire().await.unwrap();
        let secret = SealedSecret { sealed: Vec::new(), form: SecretForm::Token };
        let draft = AppTokenDraft { app_name: "oa".into(), ..AppTokenDraft::default() };
        let app = app_tokens::insert(&mut db, &draft, &Sealed { secret: &secret, key_id: "" }, "").await.unwrap();
        for n in 0..5 {
            assert!(remember(&mut *db, app, &[n; 32]).await.unwrap());
            assert!(!remember(&mut *db, app, &[n; 32]).await.unwrap());
        }
        assert_eq!(forget(&mut *db, 10).await.unwrap(), 0);
        sqlx::query("UPDATE seen_calls SET expires_at = now()").execute(&mut *db).await.unwrap();
        assert!(remember(&mut *db, app, &[0; 32]).await.unwrap(), "its time was over");
        assert!(!remember(&mut *db, app, &[0; 32]).await.unwrap());
        assert_eq!([forget(&mut *db, 3).await.unwrap(), forget(&mut *db, 3).await.unwrap()], [3, 1]);
        assert!(!remember(&mut *db, app, &[0; 32]).await.unwrap());
    }
}
