//! Users, departments and roles as the rules see them: one query for everything a decision needs.

use sqlx::PgExecutor;

use super::{Error, keys};
use crate::workflow::{Department, DepartmentId, Directory, Needs, Person, Role, RoleId, Script, ScriptId};

/// The people, departments and roles that `needs` names, in one statement. Departments of the named people are included, since a
/// creator's leader is found through them. Members are active people of a department and of those below it (T-15); a cycle of
/// departments ends the walk (F-62). `last_handlers` is filled by `tickets::last_handlers`.
pub async fn directory(db: impl PgExecutor<'_>, needs: &Needs) -> Result<Directory, Error> {
    let users = keys(needs.users.iter().cloned(), String::new());
    let departments = keys(needs.departments.iter().map(|d| d.0), 0);
    let roles = keys(needs.roles.iter().map(|r| r.0), 0);
    let scripts = keys(needs.scripts.iter().map(|s| s.0), 0);
    let rows = sqlx::query!(
        r#"WITH RECURSIVE
           people AS (
             SELECT u.*, COALESCE((SELECT array_agg(ud.department_id ORDER BY ud.position)
                                     FROM user_departments ud JOIN departments d ON d.id = ud.department_id AND d.deleted_at IS NULL
                                    WHERE ud.user_id = u.id), '{}') AS department_ids,
                    COALESCE((SELECT array_agg(rm.role_id ORDER BY rm.role_id)
                                FROM role_members rm JOIN roles r ON r.id = rm.role_id AND r.deleted_at IS NULL
                               WHERE rm.user_id = u.id), '{}') AS role_ids
               FROM users u
              WHERE u.username = ANY($1) AND u.deleted_at IS NULL),
           wanted AS (
             SELECT d.* FROM departments d
              WHERE d.deleted_at IS NULL
                AND (d.id = ANY($2) OR d.id IN (SELECT unnest(department_ids) FROM people))),
           below (root, id) AS (
             SELECT id, id FROM wanted WHERE id = ANY($2)
              UNION
             SELECT b.root, d.id FROM below b JOIN departments d ON d.parent_id = b.id AND d.deleted_at IS NULL)
           SELECT 'user' AS "kind!", id, username AS "name!", alias AS "alias!", email AS "email!", phone AS "phone!",
                  is_active AS "is_active!", is_admin AS "is_admin!", is_workflow_admin AS "is_workflow_admin!",
                  department_ids AS "ids!", role_ids AS "role_ids!", '{}'::text[] AS "members!", '{}'::text[] AS "approvers!"
             FROM people
           UNION ALL
           SELECT 'department', w.id, w.name, w.leader, '', '', true, false, false, '{}', '{}',
                  COALESCE((SELECT array_agg(username ORDER BY id)
                              FROM users u
                             WHERE u.is_active AND u.deleted_at IS NULL
                               AND EXISTS (SELECT FROM user_departments ud JOIN below b ON b.id = ud.department_id
                                            WHERE ud.user_id = u.id AND b.root = w.id)), '{}'),
                  w.approvers
             FROM wanted w
           UNION ALL
           SELECT 'role', r.id, r.name, '', '', '', true, false, false, '{}', '{}',
                  COALESCE((SELECT array_agg(u.username ORDER BY u.id)
                              FROM role_members rm JOIN users u ON u.id = rm.user_id AND u.is_active AND u.deleted_at IS NULL
                             WHERE rm.role_id = r.id), '{}'),
                  '{}'
             FROM roles r
            WHERE r.id = ANY($3) AND r.deleted_at IS NULL
           UNION ALL
           SELECT 'script', s.id, s.name, '', '', '', s.is_active, false, false, '{}', '{}', '{}', '{}'
             FROM run_scripts s
            WHERE s.id = ANY($4) AND s.deleted_at IS NULL"#,
        &users,
        &departments,
        &roles,
        &scripts
    )
    .fetch_all(db)
    .await?;
    let mut directory = Directory::default();
    for row in rows {
        let id = row.id.ok_or_else(|| Error::Inconsistent("an account row without id".into()))?;
        match row.kind.as_str() {
            "user" => {
                let person = Person {
                    username: row.name.clone(),
                    alias: row.alias,
                    email: row.email,
                    phone: row.phone,
                    is_active: row.is_active,
                    is_admin: row.is_admin,
                    is_workflow_admin: row.is_workflow_admin,
                    departments: row.ids.into_iter().map(DepartmentId).collect(),
                    roles: row.role_ids.into_iter().map(RoleId).collect(),
                };
                directory.users.insert(row.name, person);
            }
            "department" => {
                let id = DepartmentId(id);
                directory.departments.insert(
                    id,
                    Department {
                        id,
                        name: row.name,
                        leader: row.alias,
                        approvers: row.approvers,
                        members: row.members,
                    },
                );
            }
            "script" => {
                let id = ScriptId(id);
                directory.scripts.insert(id, Script { id, name: row.name, is_active: row.is_active });
            }
            _ => {
                let id = RoleId(id);
                directory.roles.insert(id, Role { id, name: row.name, members: row.members });
            }
        }
    }
    Ok(directory)
}
