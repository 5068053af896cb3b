//! Whether the demo's data may be loaded into a database. It is marked by the name under which it was made.

use sqlx::PgConnection;

use super::Error;

/// `creator` of whatever the demo made.
pub const MARK: &str = "gavia serve --demo";

/// What a database holds, as the demo sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Empty,
    /// The demo, whatever became of it since.
    Demo,
    /// Somebody else's workflows.
    Other,
}

/// Under a lock until the transaction ends, so that of two first starts one loads.
pub async fn standing(tx: &mut PgConnection) -> Result<Standing, Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext($1))", MARK).execute(&mut *tx).await?;
    let found = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM workflows WHERE creator = $1) AS "demo!",
                  EXISTS (SELECT FROM workflows WHERE creator <> $1 AND deleted_at IS NULL) AS "other!""#,
        MARK
    )
    .fetch_one(tx)
    .await?;
    Ok(match found {
        found if found.demo => Standing::Demo,
        found if found.other => Standing::Other,
        _ => Standing::Empty,
    })
}
