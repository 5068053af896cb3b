//! How long the delivery log of notices is kept: as long as that of hooks. What stands in it is written and read in `custom_notices`.

use sqlx::PgConnection;

use super::{Error, hook_deliveries::DAYS};

/// Deletes at most `most` tries, and at most `most` of the people whom they were for, whose time is over. Never waits for another node that
/// does the same.
pub async fn forget(db: &mut PgConnection, most: i64) -> Result<(), Error> {
    for deletion in [
        sqlx::query!(
            "DELETE FROM notice_deliveries WHERE id IN (
               SELECT id FROM notice_deliveries WHERE created_at < now() - make_interval(days => $2)
                ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
            most,
            DAYS
        ),
        sqlx::query!(
            "DELETE FROM notice_recipients WHERE id IN (
               SELECT id FROM notice_recipients WHERE created_at < now() - make_interval(days => $2)
                ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
            most,
            DAYS
        ),
    ] {
        deletion.execute(&mut *db).await?;
    }
    Ok(())
}
