//! An import of people, departments and roles: reading what is there under a lock, and (in `save`) writing a whole plan. A statement
//! a kind of change, whatever the number of rows: the rows travel as arrays.

mod save;
#[cfg(test)]
pub(crate) mod tests;

use sqlx::{Connection as _, PgConnection, PgExecutor, PgPool};

pub use save::save;

use super::{Error, departments};
use crate::{
    directory::{Document, Stored, StoredDepartment, StoredRole, StoredUser},
    workflow::{DepartmentId, RoleId, UserId},
};

/// Milliseconds that one statement of an import, or its wait for a lock, may take.
const PATIENCE_MS: &str = "60000";

/// A connection of its own for an import from the request path, whose own limits are too short for it (threat-model §6).
pub async fn connect(pool: &PgPool) -> Result<PgConnection, Error> {
    let limits = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
    let options = (*pool.connect_options()).clone().options(limits.map(|limit| (limit, PATIENCE_MS)));
    Ok(PgConnection::connect_with(&options).await?)
}

/// What the document concerns, locked until the transaction ends: imports wait for each other and for changes of departments.
pub async fn lock(tx: &mut PgConnection, document: &Document) -> Result<Stored, Error> {
    departments::lock_tree(&mut *tx).await?;
    let departments = stored_departments(&mut *tx).await?;
    let roles = lock_roles(&mut *tx).await?;
    Ok(Stored { departments, roles, users: lock_users(tx, document).await? })
}

async fn stored_departments(db: impl PgExecutor<'_>) -> Result<Vec<StoredDepartment>, Error> {
    let rows = sqlx::query!(
        "SELECT id, source, external_key, name, parent_id, leader, approvers, label
           FROM departments WHERE deleted_at IS NULL ORDER BY id"
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    let departments = rows.map(|row| StoredDepartment {
        id: DepartmentId(row.id),
        origin: row.source.zip(row.external_key),
        name: row.name,
        parent: row.parent_id.map(DepartmentId),
        leader: row.leader,
        approvers: row.approvers,
        label: row.label,
    });
    Ok(departments.collect())
}

async fn lock_roles(db: impl PgExecutor<'_>) -> Result<Vec<StoredRole>, Error> {
    let rows = sqlx::query!(
        "SELECT id, source, external_key, name, description
           FROM roles WHERE deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE"
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    let roles = rows.map(|row| StoredRole {
        id: RoleId(row.id),
        origin: row.source.zip(row.external_key),
        name: row.name,
        description: row.description,
    });
    Ok(roles.collect())
}

/// By id, as everybody who locks several rows does.
async fn lock_users(db: impl PgExecutor<'_>, document: &Document) -> Result<Vec<StoredUser>, Error> {
    let names: Vec<String> = document.users.iter().flatten().map(|user| user.username.clone()).collect();
    let rows = sqlx::query!(
        r#"WITH concerned AS (
             SELECT u.id FROM unnest($1::text[]) AS n (username)
               JOIN users u ON u.username = n.username AND u.deleted_at IS NULL
              UNION
             SELECT id FROM users WHERE source = $2 AND deleted_at IS NULL)
           SELECT u.id, u.username, u.alias, u.email, u.phone, u.is_active, u.is_admin, u.source,
                  ARRAY(SELECT ud.department_id FROM user_departments ud WHERE ud.user_id = u.id ORDER BY ud.position) AS "departments!",
                  ARRAY(SELECT m.role_id FROM role_members m WHERE m.user_id = u.id ORDER BY m.role_id) AS "roles!"
             FROM concerned c
             JOIN users u ON u.id = c.id AND u.deleted_at IS NULL
            ORDER BY u.id FOR NO KEY UPDATE OF u"#,
        &names,
        document.source
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    let users = rows.map(|row| StoredUser {
        id: UserId(row.id),
        username: row.username,
        alias: row.alias,
        email: row.email,
        phone: row.phone,
        is_active: row.is_active,
        is_admin: row.is_admin,
        source: row.source,
        departments: row.departments.into_iter().map(DepartmentId).collect(),
        roles: row.roles.into_iter().map(RoleId).collect(),
    });
    Ok(users.collect())
}
