//! Custom notices as administrators edit them, what delivering one needs, and the log of deliveries.
//! A change raises the revision of every workflow that names the notice, since its templates are part of what is cached of them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::{Error, names::Named, text::without_nul};
use crate::{
    plugins::PluginId,
    workflow::{NoticeId, TicketId},
};

/// How a notice reaches people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A component that was uploaded.
    Plugin,
    /// A signed POST to an address.
    Webhook,
}

impl Named for NoticeKind {
    const WHAT: &'static str = "kind of notice";
    const TABLE: &'static [(&'static str, Self)] = &[("plugin", Self::Plugin), ("webhook", Self::Webhook)];
}

#[derive(Clone, Debug)]
pub struct NoticeRow {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub kind: NoticeKind,
    pub title_template: String,
    pub content_template: String,
    /// None without a file.
    pub saved_name: Option<String>,
    pub hook_url: String,
    pub creator: String,
    pub created_at: DateTime<Utc>,
}

/// What of a notice is given with a call; the file comes beside it.
#[derive(Clone, Debug)]
pub struct NoticeDraft {
    pub name: String,
    pub description: String,
    pub kind: NoticeKind,
    pub title_template: String,
    pub content_template: String,
    pub hook_url: String,
    /// None keeps the present one.
    pub sealed_token: Option<Vec<u8>>,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM custom_notices WHERE deleted_at IS NULL AND (name ILIKE $1 OR description ILIKE $1)"#,
        super::containing(search)
    );
    Ok(count.fetch_one(db).await?)
}

/// By id.
pub async fn list(db: impl PgExecutor<'_>, search: &str, (limit, offset): (i64, i64)) -> Result<Vec<NoticeRow>, Error> {
    let rows = sqlx::query!(
        "SELECT id, name, description, kind, title_template, content_template, saved_name, hook_url, creator, created_at
           FROM custom_notices
          WHERE deleted_at IS NULL AND (name ILIKE $1 OR description ILIKE $1)
          ORDER BY id LIMIT $2 OFFSET $3",
        super::containing(search),
        limit,
        offset
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(NoticeRow {
                id: row.id,
                name: row.name,
                description: row.description,
                kind: NoticeKind::from_name(&row.kind)?,
                title_template: row.title_template,
                content_template: row.content_template,
                saved_name: row.saved_name,
                hook_url: row.hook_url,
                creator: row.creator,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// The notice as it is, until the transaction ends; without its token.
pub async fn lock(db: impl PgExecutor<'_>, id: NoticeId) -> Result<Option<NoticeDraft>, Error> {
    let row = sqlx::query!(
        "SELECT name, description, kind, title_template, content_template, hook_url
           FROM custom_notices WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
        id.0
    );
    row.fetch_optional(db)
        .await?
        .map(|row| {
            Ok(NoticeDraft {
                name: row.name,
                description: row.description,
                kind: NoticeKind::from_name(&row.kind)?,
                title_template: row.title_template,
                content_template: row.content_template,
                hook_url: row.hook_url,
                sealed_token: None,
            })
        })
        .transpose()
}

/// Without a plugin at first.
pub async fn insert(
    db: impl PgExecutor<'_>,
    draft: &NoticeDraft,
    saved_name: Option<&str>,
    creator: &str,
) -> Result<NoticeId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO custom_notices (name, description, kind, title_template, content_template, hook_url, sealed_token, saved_name,
                                     creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        draft.name,
        draft.description,
        draft.kind.name(),
        draft.title_template,
        draft.content_template,
        draft.hook_url,
        draft.sealed_token.as_deref(),
        saved_name,
        creator
    );
    Ok(NoticeId(id.fetch_one(db).await?))
}

/// Without a new token or file name the present ones stay (F-46). False when there is no such notice. The component is the plugin's.
pub async fn update(
    tx: &mut PgConnection,
    id: NoticeId,
    draft: &NoticeDraft,
    saved_name: Option<&str>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE custom_notices SET name = $2, description = $3, kind = $4, title_template = $5, content_template = $6, hook_url = $7,
                sealed_token = COALESCE($8, sealed_token), saved_name = COALESCE($9, saved_name), modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL",
        id.0,
        draft.name,
        draft.description,
        draft.kind.name(),
        draft.title_template,
        draft.content_template,
        draft.hook_url,
        draft.sealed_token.as_deref(),
        saved_name
    )
    .execute(&mut *tx)
    .await?;
    renew_workflows(tx, id).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn retire(tx: &mut PgConnection, id: NoticeId) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE custom_notices SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id.0
    )
    .execute(&mut *tx)
    .await?;
    renew_workflows(tx, id).await?;
    Ok(done.rows_affected() == 1)
}

async fn renew_workflows(tx: &mut PgConnection, id: NoticeId) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE workflows SET revision = revision + 1
          WHERE deleted_at IS NULL AND $1::bigint::text = ANY(string_to_array(replace(notices, ' ', ''), ','))",
        id.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The names of live workflows that name the notice (D-24).
pub async fn used_by(db: impl PgExecutor<'_>, id: NoticeId) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar!(
        "SELECT name FROM workflows
          WHERE deleted_at IS NULL AND $1::bigint::text = ANY(string_to_array(replace(notices, ' ', ''), ',')) ORDER BY id LIMIT 10",
        id.0
    );
    Ok(names.fetch_all(db).await?)
}

/// The plugin that the notice is a view of.
pub async fn plugin_of(db: impl PgExecutor<'_>, id: NoticeId) -> Result<Option<PluginId>, Error> {
    let plugin = sqlx::query_scalar!("SELECT plugin_id FROM custom_notices WHERE id = $1 AND deleted_at IS NULL", id.0);
    Ok(plugin.fetch_optional(db).await?.flatten().map(PluginId))
}

pub async fn set_plugin(db: impl PgExecutor<'_>, id: NoticeId, plugin: PluginId) -> Result<(), Error> {
    sqlx::query!("UPDATE custom_notices SET plugin_id = $2 WHERE id = $1", id.0, plugin.0).execute(db).await?;
    Ok(())
}

/// What delivering needs.
#[derive(Clone, Debug)]
pub struct Receiver {
    pub kind: NoticeKind,
    pub plugin: Option<PluginId>,
    pub hook_url: String,
    pub sealed_token: Vec<u8>,
}

/// None when the notice is missing or deleted.
pub async fn receiver(db: impl PgExecutor<'_>, id: NoticeId) -> Result<Option<Receiver>, Error> {
    let row = sqlx::query!(
        "SELECT kind, plugin_id, hook_url, sealed_token FROM custom_notices WHERE id = $1 AND deleted_at IS NULL",
        id.0
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Receiver {
            kind: NoticeKind::from_name(&row.kind)?,
            plugin: row.plugin_id.map(PluginId),
            hook_url: row.hook_url,
            sealed_token: row.sealed_token.unwrap_or_default(),
        })
    })
    .transpose()
}

/// What became of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    Failed,
    /// There was nothing to deliver any more.
    Skipped,
}

impl Named for Outcome {
    const WHAT: &'static str = "outcome of a delivery";
    const TABLE: &'static [(&'static str, Self)] =
        &[("delivered", Self::Delivered), ("failed", Self::Failed), ("skipped", Self::Skipped)];
}

#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    pub notice: NoticeId,
    pub ticket: TicketId,
    pub key: Uuid,
    pub attempt: i32,
    pub outcome: Outcome,
    pub detail: &'a str,
}

pub async fn log(tx: &mut PgConnection, delivery: &Delivery<'_>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO notice_deliveries (notice_id, ticket_id, key, attempt, outcome, detail) VALUES ($1, $2, $3, $4, $5, left($6, 1000))",
        delivery.notice.0,
        delivery.ticket.0,
        delivery.key,
        delivery.attempt,
        delivery.outcome.name(),
        &*without_nul(delivery.detail)
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What became of a message for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub username: String,
    pub is_reached: bool,
    /// The plugin's words.
    pub detail: String,
}

/// The people of one try, in the order in which the plugin told of them.
pub async fn log_recipients(
    tx: &mut PgConnection,
    delivery: &Delivery<'_>,
    recipients: &[Recipient],
) -> Result<(), Error> {
    let names: Vec<String> = recipients.iter().map(|recipient| recipient.username.clone()).collect();
    let reached: Vec<bool> = recipients.iter().map(|recipient| recipient.is_reached).collect();
    let details: Vec<String> = recipients.iter().map(|recipient| without_nul(&recipient.detail).into_owned()).collect();
    sqlx::query!(
        "INSERT INTO notice_recipients (notice_id, ticket_id, key, attempt, username, is_reached, detail)
         SELECT $1, $2, $3, $4, told.username, told.is_reached, left(told.detail, 1000)
           FROM unnest($5::text[], $6::boolean[], $7::text[]) WITH ORDINALITY AS told (username, is_reached, detail, position)
          ORDER BY told.position",
        delivery.notice.0,
        delivery.ticket.0,
        delivery.key,
        delivery.attempt,
        &names,
        &reached,
        &details
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A person of a try, read back.
#[derive(Clone, Debug)]
pub struct RecipientRow {
    pub key: Uuid,
    pub attempt: i32,
    pub username: String,
    pub is_reached: bool,
    pub detail: String,
}

/// The people of the tries with these keys, in the order in which they were told of.
pub async fn recipients(db: impl PgExecutor<'_>, id: NoticeId, keys: &[Uuid]) -> Result<Vec<RecipientRow>, Error> {
    let rows = sqlx::query_as!(
        RecipientRow,
        "SELECT key, attempt, username, is_reached, detail FROM notice_recipients WHERE notice_id = $1 AND key = ANY($2) ORDER BY id",
        id.0,
        keys
    );
    Ok(rows.fetch_all(db).await?)
}

/// A line of the delivery log.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub id: i64,
    pub ticket_id: i64,
    pub key: Uuid,
    pub attempt: i32,
    pub outcome: String,
    pub detail: String,
    pub created_at: DateTime<Utc>,
}

/// Whether there is, or was, such a notice.
pub async fn exists(db: impl PgExecutor<'_>, id: NoticeId) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM custom_notices WHERE id = $1) AS "found!""#, id.0);
    Ok(found.fetch_one(db).await?)
}

/// The newest deliveries of a notice before the row `before`.
pub async fn deliveries(
    db: impl PgExecutor<'_>,
    id: NoticeId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<DeliveryRow>, Error> {
    let rows = sqlx::query_as!(
        DeliveryRow,
        "SELECT id, ticket_id, key, attempt, outcome, detail, created_at FROM notice_deliveries
          WHERE notice_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        id.0,
        before,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::embedded::testing::database;

    #[tokio::test]
    async fn f46_an_update_without_file_and_token_keeps_both() {
        let database = database().await;
        let draft = |token: Option<&str>| NoticeDraft {
            name: "n".into(),
            description: String::new(),
            kind: NoticeKind::Webhook,
            title_template: "t".into(),
            content_template: String::new(),
            hook_url: "http://x".into(),
            sealed_token: token.map(|token| token.as_bytes().to_vec()),
        };
        let id = insert(&database.pool, &draft(Some("sealed")), Some("notice_script/a.wasm"), "admin").await.unwrap();
        let mut db = database.pool.acquire().await.unwrap();
        assert!(update(&mut db, id, &draft(None), None).await.unwrap());
        let row = list(&mut *db, "", (10, 0)).await.unwrap().remove(0);
        assert_eq!(row.saved_name.as_deref(), Some("notice_script/a.wasm"));
        assert_eq!(receiver(&mut *db, id).await.unwrap().unwrap().sealed_token, b"sealed");
        assert!(retire(&mut db, id).await.unwrap() && receiver(&mut *db, id).await.unwrap().is_none());
        assert!(!update(&mut db, id, &draft(None), None).await.unwrap(), "F-48");
    }
}
