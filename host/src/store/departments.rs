//! Departments as administrators edit them.

use sqlx::PgExecutor;

use super::{Error, cards::DepartmentCard};

/// What of a department can be changed.
#[derive(Clone, Debug, Default)]
pub struct DepartmentDraft {
    pub name: String,
    pub parent: Option<i64>,
    pub leader: String,
    pub approvers: Vec<String>,
    pub label: String,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM departments WHERE deleted_at IS NULL AND (name ILIKE $1 OR label ILIKE $1)"#,
        super::containing(search)
    );
    Ok(count.fetch_one(db).await?)
}

pub async fn list(
    db: impl PgExecutor<'_>,
    search: &str,
    (limit, offset): (i64, i64),
) -> Result<Vec<DepartmentCard>, Error> {
    let rows = sqlx::query_as!(
        DepartmentCard,
        r#"SELECT d.id, d.name, d.parent_id, p.name AS "parent_name?", d.leader,
                  (SELECT l.alias FROM users l WHERE l.username = d.leader AND l.deleted_at IS NULL) AS leader_alias,
                  d.approvers,
                  ARRAY(SELECT x.alias FROM unnest(d.approvers) WITH ORDINALITY AS a (username, n)
                          LEFT JOIN users x ON x.username = a.username AND x.deleted_at IS NULL ORDER BY a.n) AS "approver_aliases!: Vec<Option<String>>",
                  d.label, d.creator, c.id AS "creator_id?", c.alias AS "creator_alias?", d.created_at, d.modified_at
             FROM departments d
             LEFT JOIN departments p ON p.id = d.parent_id AND p.deleted_at IS NULL
             LEFT JOIN users c ON c.username = d.creator AND c.deleted_at IS NULL
            WHERE d.deleted_at IS NULL AND (d.name ILIKE $1 OR d.label ILIKE $1)
            ORDER BY d.id LIMIT $2 OFFSET $3"#,
        super::containing(search),
        limit,
        offset
    );
    Ok(rows.fetch_all(db).await?)
}

pub async fn draft(db: impl PgExecutor<'_>, id: i64) -> Result<Option<DepartmentDraft>, Error> {
    let row = sqlx::query_as!(
        DepartmentDraft,
        "SELECT name, parent_id AS parent, leader, approvers, label FROM departments WHERE id = $1 AND deleted_at IS NULL",
        id
    );
    Ok(row.fetch_optional(db).await?)
}

/// Makes changes of departments wait for each other until the transaction ends; reads do not wait.
pub async fn lock_tree(db: impl PgExecutor<'_>) -> Result<(), Error> {
    sqlx::query!("LOCK TABLE departments IN SHARE ROW EXCLUSIVE MODE").execute(db).await?;
    Ok(())
}

/// Whether all of these departments exist.
pub async fn exist(db: impl PgExecutor<'_>, ids: &[i64]) -> Result<bool, Error> {
    let all = sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (SELECT FROM unnest($1::bigint[]) AS w (id)
                               WHERE NOT EXISTS (SELECT FROM departments d WHERE d.id = w.id AND d.deleted_at IS NULL)) AS "all!""#,
        ids
    );
    Ok(all.fetch_one(db).await?)
}

/// Whether making `parent` the parent of `id` would close a loop (F-62).
pub async fn is_below(db: impl PgExecutor<'_>, parent: i64, id: i64) -> Result<bool, Error> {
    let below = sqlx::query_scalar!(
        r#"WITH RECURSIVE above (id) AS (
             SELECT $1::bigint
              UNION
             SELECT d.parent_id FROM above a JOIN departments d ON d.id = a.id WHERE d.parent_id IS NOT NULL)
           SELECT EXISTS (SELECT FROM above WHERE id = $2) AS "below!""#,
        parent,
        id
    );
    Ok(below.fetch_one(db).await?)
}

pub async fn insert(db: impl PgExecutor<'_>, draft: &DepartmentDraft, creator: &str) -> Result<i64, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO departments (name, parent_id, leader, approvers, label, creator) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        draft.name,
        draft.parent,
        draft.leader,
        &draft.approvers,
        draft.label,
        creator
    );
    Ok(id.fetch_one(db).await?)
}

pub async fn update(db: impl PgExecutor<'_>, id: i64, draft: &DepartmentDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE departments SET name = $2, parent_id = $3, leader = $4, approvers = $5, label = $6, modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL",
        id,
        draft.name,
        draft.parent,
        draft.leader,
        &draft.approvers,
        draft.label
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False when there is no such department.
pub async fn retire(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE departments SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Whether people, or departments below it, still belong to the department, or a ticket waits for it (D-24).
pub async fn is_in_use(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let used = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM departments WHERE parent_id = $1 AND deleted_at IS NULL)
               OR EXISTS (SELECT FROM user_departments m JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL WHERE m.department_id = $1)
               OR EXISTS (SELECT FROM ticket_participants WHERE kind = 'department' AND reference = $1::bigint::text) AS "used!""#,
        id
    );
    Ok(used.fetch_one(db).await?)
}
