//! People as plugins see them, with their ids, departments and roles. Deleted ones are nobody.

use sqlx::PgExecutor;

use super::super::Error;
use crate::workflow::{DepartmentId, RoleId};

#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: i64,
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
    /// The first one first.
    pub departments: Vec<i64>,
    pub roles: Vec<i64>,
}

macro_rules! select {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            PersonRow,
            r#"SELECT u.id, u.username, u.alias, u.email, u.phone, u.is_active,
                      COALESCE((SELECT array_agg(ud.department_id ORDER BY ud.position)
                                  FROM user_departments ud JOIN departments d ON d.id = ud.department_id AND d.deleted_at IS NULL
                                 WHERE ud.user_id = u.id), '{}') AS "departments!",
                      COALESCE((SELECT array_agg(rm.role_id ORDER BY rm.role_id)
                                  FROM role_members rm JOIN roles r ON r.id = rm.role_id AND r.deleted_at IS NULL
                                 WHERE rm.user_id = u.id), '{}') AS "roles!"
                 FROM users u "# + $tail,
            $($argument),*
        )
    };
}

/// Those of the names that exist, active or not, in the order of the names.
pub async fn by_names(db: impl PgExecutor<'_>, names: &[String]) -> Result<Vec<PersonRow>, Error> {
    let rows =
        select!("WHERE u.username = ANY($1) AND u.deleted_at IS NULL ORDER BY array_position($1, u.username)", names);
    Ok(rows.fetch_all(db).await?)
}

/// Active people of a role, in order of id. None: there is no such role.
pub async fn in_role(
    db: impl PgExecutor<'_> + Copy,
    role: RoleId,
    limit: i64,
) -> Result<Option<Vec<PersonRow>>, Error> {
    let rows = select!(
        "WHERE u.is_active AND u.deleted_at IS NULL
           AND EXISTS (SELECT FROM role_members rm JOIN roles r ON r.id = rm.role_id AND r.deleted_at IS NULL
                        WHERE rm.user_id = u.id AND r.id = $1)
         ORDER BY u.id LIMIT $2",
        role.0,
        limit
    );
    let rows = rows.fetch_all(db).await?;
    if !rows.is_empty() {
        return Ok(Some(rows));
    }
    let role = sqlx::query!("SELECT id FROM roles WHERE id = $1 AND deleted_at IS NULL", role.0);
    Ok(role.fetch_optional(db).await?.map(|_| rows))
}

/// Whose people of a department are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Itself,
    /// Those of every department below it too.
    Below,
}

/// Active people of a department, in order of id. None: there is no such department.
pub async fn in_department(
    db: impl PgExecutor<'_> + Copy,
    (department, reach): (DepartmentId, Reach),
    limit: i64,
) -> Result<Option<Vec<PersonRow>>, Error> {
    // a cycle of departments ends the walk (F-62)
    let rows = select!(
        "WHERE u.is_active AND u.deleted_at IS NULL AND u.id IN (
           WITH RECURSIVE below (id) AS (
             SELECT id FROM departments WHERE id = $1 AND deleted_at IS NULL
              UNION
             SELECT d.id FROM below b JOIN departments d ON d.parent_id = b.id AND d.deleted_at IS NULL WHERE $2)
           SELECT ud.user_id FROM user_departments ud JOIN below b ON b.id = ud.department_id)
         ORDER BY u.id LIMIT $3",
        department.0,
        reach == Reach::Below,
        limit
    );
    let rows = rows.fetch_all(db).await?;
    if !rows.is_empty() {
        return Ok(Some(rows));
    }
    let department = sqlx::query!("SELECT id FROM departments WHERE id = $1 AND deleted_at IS NULL", department.0);
    Ok(department.fetch_optional(db).await?.map(|_| rows))
}

/// The name of a department's leader, empty without one. None: there is no such department.
pub async fn leader(db: impl PgExecutor<'_>, department: DepartmentId) -> Result<Option<String>, Error> {
    let leader =
        sqlx::query_scalar!("SELECT leader FROM departments WHERE id = $1 AND deleted_at IS NULL", department.0);
    Ok(leader.fetch_optional(db).await?)
}
