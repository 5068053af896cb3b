//! Writing the plan of an import, in the order in which rows refer to each other.

use sqlx::PgConnection;

use crate::{
    directory::{DepartmentRow, Plan, Ref, RoleRow, UserRow},
    store::Error,
};

/// Writes the plan, made from what `lock` gave in this transaction. New rows carry `creator`.
pub async fn save(tx: &mut PgConnection, plan: &Plan, creator: &str) -> Result<(), Error> {
    let departments = insert_departments(tx, plan, creator).await?;
    update_departments(tx, plan).await?;
    set_parents(tx, plan, &departments).await?;
    let roles = insert_roles(tx, plan, creator).await?;
    update_roles(tx, plan).await?;
    let users = insert_users(tx, plan, creator).await?;
    update_users(tx, plan).await?;
    end_rights(tx, plan).await?;
    set_departments(tx, plan, (&users, &departments)).await?;
    set_members(tx, plan, (&roles, &users)).await
}

/// Ids of new rows, in their order.
struct New(Vec<i64>);

impl New {
    fn id<Id>(&self, of: Ref<Id>, stored: impl Fn(Id) -> i64) -> i64 {
        match of {
            Ref::Stored(id) => stored(id),
            Ref::New(index) => self.0[index],
        }
    }
}

/// Approvers as one text a row, since an array of arrays cannot be taken apart; user names have no comma.
fn joined(approvers: &[String]) -> String {
    approvers.join(",")
}

async fn insert_departments(tx: &mut PgConnection, plan: &Plan, creator: &str) -> Result<New, Error> {
    let rows = &plan.new_departments;
    let of = |text: fn(&DepartmentRow) -> String| rows.iter().map(text).collect::<Vec<_>>();
    let ids = sqlx::query_scalar!(
        r#"WITH new AS MATERIALIZED (
             SELECT n.*, nextval(pg_get_serial_sequence('departments', 'id')) AS id
               FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
                    AS n (external_key, name, leader, approvers, label, ordinal)),
           made AS (
             INSERT INTO departments (id, external_key, name, leader, approvers, label, source, creator)
             SELECT id, external_key, name, leader, string_to_array(approvers, ','), label, $6, $7 FROM new)
           SELECT id AS "id!" FROM new ORDER BY ordinal"#,
        &of(|row| row.key.clone()),
        &of(|row| row.name.clone()),
        &of(|row| row.leader.clone()),
        &of(|row| joined(&row.approvers)),
        &of(|row| row.label.clone()),
        plan.source,
        creator
    );
    Ok(New(ids.fetch_all(tx).await?))
}

async fn update_departments(tx: &mut PgConnection, plan: &Plan) -> Result<(), Error> {
    let rows = &plan.changed_departments;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(id, _)| id.0).collect();
    let of = |text: fn(&DepartmentRow) -> String| rows.iter().map(|(_, row)| text(row)).collect::<Vec<_>>();
    let done = sqlx::query!(
        "UPDATE departments d
            SET external_key = n.external_key, name = n.name, leader = n.leader, approvers = string_to_array(n.approvers, ','),
                label = n.label, source = $7, modified_at = now()
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                AS n (id, external_key, name, leader, approvers, label)
          WHERE d.id = n.id",
        &ids,
        &of(|row| row.key.clone()),
        &of(|row| row.name.clone()),
        &of(|row| row.leader.clone()),
        &of(|row| joined(&row.approvers)),
        &of(|row| row.label.clone()),
        plan.source
    );
    all(done.execute(tx).await?.rows_affected(), rows.len(), "departments")
}

/// After all of them exist.
async fn set_parents(tx: &mut PgConnection, plan: &Plan, new: &New) -> Result<(), Error> {
    let changed = plan.changed_departments.iter().map(|(id, row)| (id.0, row.parent));
    let made = plan.new_departments.iter().zip(&new.0).map(|(row, id)| (*id, row.parent));
    let (ids, parents): (Vec<i64>, Vec<Option<i64>>) =
        changed.chain(made).map(|(id, parent)| (id, parent.map(|parent| new.id(parent, |id| id.0)))).unzip();
    sqlx::query!(
        "UPDATE departments d SET parent_id = n.parent_id
           FROM unnest($1::bigint[], $2::bigint[]) AS n (id, parent_id)
          WHERE d.id = n.id AND d.parent_id IS DISTINCT FROM n.parent_id",
        &ids,
        &parents as &[Option<i64>]
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert_roles(tx: &mut PgConnection, plan: &Plan, creator: &str) -> Result<New, Error> {
    let rows = &plan.new_roles;
    let of = |text: fn(&RoleRow) -> String| rows.iter().map(text).collect::<Vec<_>>();
    let ids = sqlx::query_scalar!(
        r#"WITH new AS MATERIALIZED (
             SELECT n.*, nextval(pg_get_serial_sequence('roles', 'id')) AS id
               FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS n (external_key, name, description, ordinal)),
           made AS (
             INSERT INTO roles (id, external_key, name, description, source, creator)
             SELECT id, external_key, name, description, $4, $5 FROM new)
           SELECT id AS "id!" FROM new ORDER BY ordinal"#,
        &of(|row| row.key.clone()),
        &of(|row| row.name.clone()),
        &of(|row| row.description.clone()),
        plan.source,
        creator
    );
    Ok(New(ids.fetch_all(tx).await?))
}

async fn update_roles(tx: &mut PgConnection, plan: &Plan) -> Result<(), Error> {
    let rows = &plan.changed_roles;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(id, _)| id.0).collect();
    let of = |text: fn(&RoleRow) -> String| rows.iter().map(|(_, row)| text(row)).collect::<Vec<_>>();
    let done = sqlx::query!(
        "UPDATE roles r
            SET external_key = n.external_key, name = n.name, description = n.description, source = $5, modified_at = now()
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS n (id, external_key, name, description)
          WHERE r.id = n.id",
        &ids,
        &of(|row| row.key.clone()),
        &of(|row| row.name.clone()),
        &of(|row| row.description.clone()),
        plan.source
    );
    all(done.execute(tx).await?.rows_affected(), rows.len(), "roles")
}

async fn insert_users(tx: &mut PgConnection, plan: &Plan, creator: &str) -> Result<New, Error> {
    let rows = &plan.new_users;
    let of = |text: fn(&UserRow) -> String| rows.iter().map(text).collect::<Vec<_>>();
    let active: Vec<bool> = rows.iter().map(|row| row.is_active).collect();
    let ids = sqlx::query_scalar!(
        r#"WITH new AS MATERIALIZED (
             SELECT n.*, nextval(pg_get_serial_sequence('users', 'id')) AS id
               FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[]) WITH ORDINALITY
                    AS n (username, alias, email, phone, is_active, ordinal)),
           made AS (
             INSERT INTO users (id, username, alias, email, phone, is_active, source, creator)
             SELECT id, username, alias, email, phone, is_active, $6, $7 FROM new)
           SELECT id AS "id!" FROM new ORDER BY ordinal"#,
        &of(|row| row.username.clone()),
        &of(|row| row.alias.clone()),
        &of(|row| row.email.clone()),
        &of(|row| row.phone.clone()),
        &active,
        plan.source,
        creator
    );
    Ok(New(ids.fetch_all(tx).await?))
}

async fn update_users(tx: &mut PgConnection, plan: &Plan) -> Result<(), Error> {
    let rows = &plan.changed_users;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(id, _)| id.0).collect();
    let of = |text: fn(&UserRow) -> String| rows.iter().map(|(_, row)| text(row)).collect::<Vec<_>>();
    let active: Vec<bool> = rows.iter().map(|(_, row)| row.is_active).collect();
    let done = sqlx::query!(
        "UPDATE users u
            SET alias = n.alias, email = n.email, phone = n.phone, is_active = n.is_active, source = $6, modified_at = now()
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[]) AS n (id, alias, email, phone, is_active)
          WHERE u.id = n.id",
        &ids,
        &of(|row| row.alias.clone()),
        &of(|row| row.email.clone()),
        &of(|row| row.phone.clone()),
        &active,
        plan.source
    );
    all(done.execute(tx).await?.rows_affected(), rows.len(), "users")
}

/// People who left are inactive, and nobody who is inactive keeps a session.
async fn end_rights(tx: &mut PgConnection, plan: &Plan) -> Result<(), Error> {
    let left: Vec<i64> = plan.left.iter().map(|id| id.0).collect();
    let done = sqlx::query!(
        "UPDATE users SET is_active = false, modified_at = now() WHERE id = ANY($1) AND NOT is_admin",
        &left
    );
    all(done.execute(&mut *tx).await?.rows_affected(), left.len(), "users")?;
    let inactive = plan.changed_users.iter().filter(|(_, row)| !row.is_active).map(|(id, _)| id.0);
    let inactive: Vec<i64> = inactive.chain(left).collect();
    sqlx::query!("DELETE FROM sessions WHERE user_id = ANY($1)", &inactive).execute(tx).await?;
    Ok(())
}

async fn set_departments(tx: &mut PgConnection, plan: &Plan, (users, departments): (&New, &New)) -> Result<(), Error> {
    let changed: Vec<i64> = plan.user_departments.iter().map(|(user, _)| users.id(*user, |id| id.0)).collect();
    sqlx::query!("DELETE FROM user_departments WHERE user_id = ANY($1)", &changed).execute(&mut *tx).await?;
    let (mut owners, mut ids, mut positions) = (Vec::new(), Vec::new(), Vec::new());
    for (user, (_, list)) in changed.iter().zip(&plan.user_departments) {
        for (department, position) in list.iter().zip(1_i16..) {
            owners.push(*user);
            ids.push(departments.id(*department, |id| id.0));
            positions.push(position);
        }
    }
    sqlx::query!(
        "INSERT INTO user_departments (user_id, department_id, position)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[])",
        &owners,
        &ids,
        &positions
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Administrators change members one by one without a lock on the user: what is there, or gone, already is as wanted.
async fn set_members(tx: &mut PgConnection, plan: &Plan, (roles, users): (&New, &New)) -> Result<(), Error> {
    let (gone_roles, gone_users): (Vec<i64>, Vec<i64>) =
        plan.gone_members.iter().map(|(role, user)| (role.0, user.0)).unzip();
    sqlx::query!(
        "DELETE FROM role_members m USING unnest($1::bigint[], $2::bigint[]) AS g (role_id, user_id)
          WHERE m.role_id = g.role_id AND m.user_id = g.user_id",
        &gone_roles,
        &gone_users
    )
    .execute(&mut *tx)
    .await?;
    let new = plan.new_members.iter().map(|(role, user)| (roles.id(*role, |id| id.0), users.id(*user, |id| id.0)));
    let (new_roles, new_users): (Vec<i64>, Vec<i64>) = new.unzip();
    sqlx::query!(
        "INSERT INTO role_members (role_id, user_id) SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING",
        &new_roles,
        &new_users
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The rows were locked when the plan was made: fewer are a contradiction.
fn all(done: u64, wanted: usize, what: &str) -> Result<(), Error> {
    if done == wanted as u64 {
        Ok(())
    } else {
        Err(Error::Inconsistent(format!("{done} of {wanted} {what} changed in an import")))
    }
}
