//! People as administrators edit them. Deleting is soft: tickets and logs go on naming people that are gone.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::Error;
use crate::workflow::UserId;

/// A user as the accounts list shows one.
#[derive(Clone, Debug)]
pub struct UserRow {
    pub id: i64,
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
    pub is_admin: bool,
    pub is_workflow_admin: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    pub department_ids: Vec<i64>,
    /// Of the first department; None when it is gone.
    pub department_name: Option<String>,
    pub creator: String,
    pub creator_id: Option<i64>,
    pub creator_alias: Option<String>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

/// What of a user can be changed.
#[derive(Clone, Debug, Default)]
pub struct UserDraft {
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
    pub is_admin: bool,
    pub is_workflow_admin: bool,
    /// The first is the one that the wire shows.
    pub departments: Vec<i64>,
    /// None keeps what is there.
    pub password_hash: Option<String>,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str, role: Option<i64>) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM users u
            WHERE u.deleted_at IS NULL AND (u.username ILIKE $1 OR u.alias ILIKE $1)
              AND ($2::bigint IS NULL OR EXISTS (SELECT FROM role_members m WHERE m.role_id = $2 AND m.user_id = u.id))"#,
        super::containing(search),
        role
    );
    Ok(count.fetch_one(db).await?)
}

/// By id; `role` narrows to its members.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: &str,
    role: Option<i64>,
    (limit, offset): (i64, i64),
) -> Result<Vec<UserRow>, Error> {
    let rows = sqlx::query_as!(
        UserRow,
        r#"SELECT u.id, u.username, u.alias, u.email, u.phone, u.is_active, u.is_admin, u.is_workflow_admin, u.last_login_at,
                  ARRAY(SELECT ud.department_id FROM user_departments ud WHERE ud.user_id = u.id ORDER BY ud.position) AS "department_ids!",
                  (SELECT d.name FROM user_departments ud JOIN departments d ON d.id = ud.department_id AND d.deleted_at IS NULL
                    WHERE ud.user_id = u.id ORDER BY ud.position LIMIT 1) AS department_name,
                  u.creator, c.id AS "creator_id?", c.alias AS "creator_alias?", u.created_at, u.modified_at
             FROM users u
             LEFT JOIN users c ON c.username = u.creator AND c.deleted_at IS NULL
            WHERE u.deleted_at IS NULL AND (u.username ILIKE $1 OR u.alias ILIKE $1)
              AND ($2::bigint IS NULL OR EXISTS (SELECT FROM role_members m WHERE m.role_id = $2 AND m.user_id = u.id))
            ORDER BY u.id LIMIT $3 OFFSET $4"#,
        super::containing(search),
        role,
        limit,
        offset
    );
    Ok(rows.fetch_all(db).await?)
}

/// What can be changed of the user, who is locked for the rest of the transaction.
pub async fn lock(db: impl PgExecutor<'_>, id: UserId) -> Result<Option<UserDraft>, Error> {
    let row = sqlx::query!(
        r#"SELECT username, alias, email, phone, is_active, is_admin, is_workflow_admin,
                  ARRAY(SELECT ud.department_id FROM user_departments ud WHERE ud.user_id = u.id ORDER BY ud.position) AS "departments!"
             FROM users u WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"#,
        id.0
    );
    Ok(row.fetch_optional(db).await?.map(|row| UserDraft {
        username: row.username,
        alias: row.alias,
        email: row.email,
        phone: row.phone,
        is_active: row.is_active,
        is_admin: row.is_admin,
        is_workflow_admin: row.is_workflow_admin,
        departments: row.departments,
        password_hash: None,
    }))
}

pub async fn insert(tx: &mut PgConnection, draft: &UserDraft, creator: &str) -> Result<UserId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO users (username, alias, email, phone, is_active, is_admin, is_workflow_admin, password_hash, creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        draft.username,
        draft.alias,
        draft.email,
        draft.phone,
        draft.is_active,
        draft.is_admin,
        draft.is_workflow_admin,
        draft.password_hash,
        creator
    )
    .fetch_one(&mut *tx)
    .await?;
    set_departments(tx, UserId(id), &draft.departments).await?;
    Ok(UserId(id))
}

/// A new password, or losing a right, ends the user's sessions.
pub async fn update(tx: &mut PgConnection, id: UserId, draft: &UserDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET username = $2, alias = $3, email = $4, phone = $5, is_active = $6, is_admin = $7, is_workflow_admin = $8,
                password_hash = COALESCE($9, password_hash), modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL",
        id.0,
        draft.username,
        draft.alias,
        draft.email,
        draft.phone,
        draft.is_active,
        draft.is_admin,
        draft.is_workflow_admin,
        draft.password_hash
    )
    .execute(&mut *tx)
    .await?;
    if draft.password_hash.is_some() || !draft.is_active || !draft.is_admin {
        sqlx::query!("DELETE FROM sessions WHERE user_id = $1", id.0).execute(&mut *tx).await?;
    }
    set_departments(tx, id, &draft.departments).await
}

async fn set_departments(tx: &mut PgConnection, id: UserId, departments: &[i64]) -> Result<(), Error> {
    sqlx::query!("DELETE FROM user_departments WHERE user_id = $1", id.0).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO user_departments (user_id, department_id, position)
         SELECT $1, d.id, d.n::smallint FROM unnest($2::bigint[]) WITH ORDINALITY AS d (id, n)",
        id.0,
        departments
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// False when there is no such user. Ends the user's sessions.
pub async fn retire(db: impl PgExecutor<'_>, id: UserId) -> Result<bool, Error> {
    let done = sqlx::query!(
        "WITH ended AS (DELETE FROM sessions WHERE user_id = $1)
         UPDATE users SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id.0
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// An active administrator with a password.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub id: UserId,
    pub password_hash: String,
}

pub async fn credentials(db: impl PgExecutor<'_>, username: &str) -> Result<Option<Credentials>, Error> {
    let row = sqlx::query!(
        r#"SELECT id, password_hash AS "password_hash!" FROM users
            WHERE username = $1 AND is_active AND is_admin AND password_hash IS NOT NULL AND deleted_at IS NULL"#,
        username
    );
    Ok(row.fetch_optional(db).await?.map(|row| Credentials { id: UserId(row.id), password_hash: row.password_hash }))
}
