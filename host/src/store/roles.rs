//! Roles and their members as administrators edit them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::Error;

#[derive(Clone, Debug)]
pub struct RoleRow {
    pub id: i64,
    pub name: String,
    pub description: String,
    /// Raw text, JSON by convention.
    pub label: String,
    pub creator: String,
    pub creator_id: Option<i64>,
    pub creator_alias: Option<String>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

/// What of a role can be changed.
#[derive(Clone, Debug, Default)]
pub struct RoleDraft {
    pub name: String,
    pub description: String,
    pub label: String,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str, user: Option<i64>) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM roles r
            WHERE r.deleted_at IS NULL AND (r.name ILIKE $1 OR r.description ILIKE $1)
              AND ($2::bigint IS NULL OR EXISTS (SELECT FROM role_members m WHERE m.role_id = r.id AND m.user_id = $2))"#,
        super::containing(search),
        user
    );
    Ok(count.fetch_one(db).await?)
}

/// By id; `user` narrows to the roles of one user.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: &str,
    user: Option<i64>,
    (limit, offset): (i64, i64),
) -> Result<Vec<RoleRow>, Error> {
    let rows = sqlx::query_as!(
        RoleRow,
        r#"SELECT r.id, r.name, r.description, r.label, r.creator, c.id AS "creator_id?", c.alias AS "creator_alias?", r.created_at, r.modified_at
             FROM roles r
             LEFT JOIN users c ON c.username = r.creator AND c.deleted_at IS NULL
            WHERE r.deleted_at IS NULL AND (r.name ILIKE $1 OR r.description ILIKE $1)
              AND ($2::bigint IS NULL OR EXISTS (SELECT FROM role_members m WHERE m.role_id = r.id AND m.user_id = $2))
            ORDER BY r.id LIMIT $3 OFFSET $4"#,
        super::containing(search),
        user,
        limit,
        offset
    );
    Ok(rows.fetch_all(db).await?)
}

/// What can be changed of the role, which is locked for the rest of the transaction.
pub async fn lock(db: impl PgExecutor<'_>, id: i64) -> Result<Option<RoleDraft>, Error> {
    let row = sqlx::query_as!(
        RoleDraft,
        "SELECT name, description, label FROM roles WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
        id
    );
    Ok(row.fetch_optional(db).await?)
}

pub async fn insert(db: impl PgExecutor<'_>, draft: &RoleDraft, creator: &str) -> Result<i64, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO roles (name, description, label, creator) VALUES ($1, $2, $3, $4) RETURNING id",
        draft.name,
        draft.description,
        draft.label,
        creator
    );
    Ok(id.fetch_one(db).await?)
}

pub async fn update(db: impl PgExecutor<'_>, id: i64, draft: &RoleDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE roles SET name = $2, description = $3, label = $4, modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id,
        draft.name,
        draft.description,
        draft.label
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False when there is no such role.
pub async fn retire(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE roles SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Whether a ticket waits for the role (D-24).
pub async fn is_in_use(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let used = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM ticket_participants WHERE kind = 'role' AND reference = $1::bigint::text) AS "used!""#,
        id
    );
    Ok(used.fetch_one(db).await?)
}

/// False when the role or the user does not exist. Being a member twice is once.
pub async fn add_member(db: impl PgExecutor<'_>, role: i64, user: i64) -> Result<bool, Error> {
    let known = sqlx::query_scalar!(
        r#"WITH known AS (
             SELECT r.id AS role_id, u.id AS user_id FROM roles r, users u
              WHERE r.id = $1 AND r.deleted_at IS NULL AND u.id = $2 AND u.deleted_at IS NULL),
           added AS (INSERT INTO role_members (role_id, user_id) SELECT role_id, user_id FROM known ON CONFLICT DO NOTHING)
           SELECT EXISTS (SELECT FROM known) AS "known!""#,
        role,
        user
    );
    Ok(known.fetch_one(db).await?)
}

/// False when the user was no member.
pub async fn remove_member(db: impl PgExecutor<'_>, role: i64, user: i64) -> Result<bool, Error> {
    let done =
        sqlx::query!("DELETE FROM role_members WHERE role_id = $1 AND user_id = $2", role, user).execute(db).await?;
    Ok(done.rows_affected() == 1)
}
