//! The ticket list: one statement for the count and what the caller may ask for, one for the rows, whatever the page size.
//! Filters are bound, never pasted (threat-model §2.1); a user name is matched exactly, never as a pattern.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder};

use super::{
    Error,
    tickets::{Names, TicketRow, ticket_columns},
};
use crate::workflow::Ticket;

/// Which tickets a list is about (behaviour §4.20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    All,
    Owner,
    Duty,
    Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    NewestFirst,
    OldestFirst,
}

/// Every filter is an additional AND; empty lists and texts do not filter.
#[derive(Clone, Debug)]
pub struct Filter {
    pub category: Category,
    /// Whose grants count; None may see every workflow.
    pub app_token: Option<i64>,
    pub username: Option<String>,
    pub sn_prefix: String,
    pub title_part: String,
    pub created_from: Option<DateTime<Utc>>,
    pub created_until: Option<DateTime<Utc>>,
    pub workflows: Vec<i64>,
    pub states: Vec<i64>,
    pub tickets: Vec<i64>,
    pub is_ended: Option<bool>,
    pub is_rejected: Option<bool>,
    pub people: People,
    pub fields: Vec<FieldMatch>,
    pub order: Order,
}

/// Whom a ticket is about; each is an additional AND.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub creator: Option<String>,
    /// Who must act now, alone, as one of several, or as a member of a department or role.
    pub participant: Option<String>,
    pub related: Option<String>,
}

/// A custom field that holds one of these values.
#[derive(Clone, Debug)]
pub struct FieldMatch {
    pub key: String,
    /// Typed as they are stored. More than one where fields of the key are of several kinds.
    pub values: Vec<Value>,
}

/// What the first statement tells.
#[derive(Debug, FromRow)]
pub struct Count {
    pub total: i64,
    /// Whether the app may use any workflow at all.
    pub has_grants: bool,
    /// Whether the user exists; the duty list asks.
    pub user_known: bool,
}

impl Filter {
    /// Whether the list is of every ticket that the app may see; then its length is kept in `ticket_counts`.
    fn is_all(&self) -> bool {
        self.category == Category::All
            && self.sn_prefix.is_empty()
            && self.title_part.is_empty()
            && self.created_from.or(self.created_until).is_none()
            && self.states.is_empty()
            && self.tickets.is_empty()
            && self.is_ended.or(self.is_rejected).is_none()
            && self
                .people
                .creator
                .as_ref()
                .or(self.people.participant.as_ref())
                .or(self.people.related.as_ref())
                .is_none()
            && self.fields.is_empty()
    }
}

pub async fn count(db: &PgPool, filter: &Filter) -> Result<Count, Error> {
    let mut sql = QueryBuilder::new("");
    select_count(&mut sql, filter);
    Ok(sql.build_query_as().fetch_one(db).await?)
}

fn select_count(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let kept = filter.is_all();
    sql.push("SELECT ");
    sql.push(if kept { "COALESCE(sum(t.tickets), 0)::bigint" } else { "count(*)" }).push(" AS total, ");
    match filter.app_token {
        None => sql.push("true"),
        Some(app) => sql.push("EXISTS (SELECT FROM app_workflows WHERE app_token_id = ").push_bind(app).push(")"),
    };
    sql.push(" AS has_grants, EXISTS (SELECT FROM users WHERE username = ").push_bind(filter.username.clone());
    sql.push(" AND deleted_at IS NULL) AS user_known FROM ");
    if kept {
        sql.push("ticket_counts t WHERE true");
        restrict_workflows(sql, filter);
    } else {
        sql.push("tickets t WHERE t.deleted_at IS NULL");
        restrict(sql, filter);
    }
}

/// The plans by which the count and a page are answered, run for it; for tests and benchmarks.
pub async fn explain(db: &PgPool, filter: &Filter, limit: i64) -> Result<[(&'static str, Vec<String>); 2], Error> {
    let explain = || QueryBuilder::new("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS) ");
    let (mut total, mut page) = (explain(), explain());
    select_count(&mut total, filter);
    select(&mut page, filter, None, (limit, 0));
    Ok([
        ("total", total.build_query_scalar().fetch_all(db).await?),
        ("page", page.build_query_scalar().fetch_all(db).await?),
    ])
}

pub async fn rows(db: &PgPool, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<(Ticket, Names)>, Error> {
    let mut sql = QueryBuilder::new("");
    select(&mut sql, filter, None, (limit, offset));
    fetch(db, sql).await
}

/// The tickets that come after the one created then with that id.
pub async fn rows_after(
    db: &PgPool,
    filter: &Filter,
    after: Option<(DateTime<Utc>, i64)>,
    limit: i64,
) -> Result<Vec<(Ticket, Names)>, Error> {
    let mut sql = QueryBuilder::new("");
    select(&mut sql, filter, after, (limit, 0));
    fetch(db, sql).await
}

async fn fetch(db: &PgPool, mut sql: QueryBuilder<Postgres>) -> Result<Vec<(Ticket, Names)>, Error> {
    let rows: Vec<TicketRow> = sql.build_query_as().fetch_all(db).await?;
    rows.into_iter().map(TicketRow::into_parts).collect()
}

fn select(
    sql: &mut QueryBuilder<Postgres>,
    filter: &Filter,
    after: Option<(DateTime<Utc>, i64)>,
    (limit, offset): (i64, i64),
) {
    // the page is cut out on narrow rows first; names and relations are then looked up for its rows alone
    sql.push(concat!("SELECT ", ticket_columns!(), " FROM (SELECT t.* FROM "));
    let related = match filter.category {
        Category::Relation => filter.username.as_ref(),
        Category::All | Category::Owner | Category::Duty => filter.people.related.as_ref(),
    };
    // in the order of the person's own links, which carry the ticket's time: else the planner may walk all tickets there are
    let place = if related.is_some() { "r.created_at, r.ticket_id" } else { "t.created_at, t.id" };
    if let Some(user) = related {
        sql.push("ticket_relations r JOIN tickets t ON t.id = r.ticket_id AND r.username = ").push_bind(user.clone());
    } else {
        sql.push("tickets t");
    }
    sql.push(" WHERE t.deleted_at IS NULL");
    restrict(sql, filter);
    if let Some((at, id)) = after {
        let beyond = match filter.order {
            Order::NewestFirst => "<",
            Order::OldestFirst => ">",
        };
        sql.push(format_args!(" AND ({place}) {beyond} (")).push_bind(at).push(", ").push_bind(id).push(")");
    }
    order(sql, place, filter.order);
    sql.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    sql.push(") t JOIN workflows w ON w.id = t.workflow_id LEFT JOIN states s ON s.id = t.state_id");
    order(sql, "t.created_at, t.id", filter.order);
}

/// `place` is the pair of columns by which a list goes, time and id.
fn order(sql: &mut QueryBuilder<Postgres>, place: &str, order: Order) {
    match order {
        Order::NewestFirst => sql.push(format_args!(" ORDER BY {} DESC", place.replace(", ", " DESC, "))),
        Order::OldestFirst => sql.push(format_args!(" ORDER BY {place}")),
    };
}

/// What a ticket must be for this list, beside being there.
fn restrict(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    restrict_workflows(sql, filter);
    restrict_category(sql, filter);
    restrict_people(sql, &filter.people);
    restrict_columns(sql, filter);
    restrict_fields(sql, &filter.fields);
}

fn restrict_workflows(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    match filter.app_token {
        None => sql.push(" AND t.workflow_id IN (SELECT id FROM workflows WHERE deleted_at IS NULL)"),
        Some(app) => sql
            .push(" AND t.workflow_id IN (SELECT workflow_id FROM app_workflows WHERE app_token_id = ")
            .push_bind(app)
            .push(")"),
    };
    if !filter.workflows.is_empty() {
        sql.push(" AND t.workflow_id = ANY(").push_bind(filter.workflows.clone()).push(")");
    }
}

fn restrict_columns(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    for (column, ids) in [("t.state_id", &filter.states), ("t.id", &filter.tickets)] {
        if !ids.is_empty() {
            sql.push(" AND ").push(column).push(" = ANY(").push_bind(ids.clone()).push(")");
        }
    }
    if !filter.sn_prefix.is_empty() {
        sql.push(" AND t.sn LIKE ").push_bind(format!("{}%", super::like(&filter.sn_prefix)));
    }
    if !filter.title_part.is_empty() {
        sql.push(" AND t.title LIKE ").push_bind(super::containing(&filter.title_part));
    }
    if let Some(at) = filter.created_from {
        sql.push(" AND t.created_at >= ").push_bind(at);
    }
    if let Some(at) = filter.created_until {
        sql.push(" AND t.created_at <= ").push_bind(at);
    }
    if let Some(ended) = filter.is_ended {
        sql.push(if ended { " AND t.status <> 'ongoing'" } else { " AND t.status = 'ongoing'" });
    }
    if let Some(rejected) = filter.is_rejected {
        sql.push(" AND t.is_rejected = ").push_bind(rejected);
    }
}

/// Containment, which the index over the fields answers; equality of one value would need an index a field.
fn restrict_fields(sql: &mut QueryBuilder<Postgres>, fields: &[FieldMatch]) {
    for FieldMatch { key, values } in fields {
        sql.push(" AND (false");
        for value in values {
            sql.push(" OR t.fields @> ").push_bind(serde_json::json!({ key: value }));
        }
        sql.push(")");
    }
}

fn restrict_category(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let user = filter.username.clone();
    match filter.category {
        Category::All => {}
        Category::Owner => created_by(sql, user),
        Category::Relation => related_to(sql, user),
        Category::Duty => waiting_for(sql, user),
    }
}

fn restrict_people(sql: &mut QueryBuilder<Postgres>, people: &People) {
    if people.creator.is_some() {
        created_by(sql, people.creator.clone());
    }
    if people.related.is_some() {
        related_to(sql, people.related.clone());
    }
    if people.participant.is_some() {
        waiting_for(sql, people.participant.clone());
    }
}

fn created_by(sql: &mut QueryBuilder<Postgres>, user: Option<String>) {
    sql.push(" AND t.creator = ").push_bind(user);
}

fn related_to(sql: &mut QueryBuilder<Postgres>, user: Option<String>) {
    sql.push(" AND t.id IN (SELECT ticket_id FROM ticket_relations WHERE username = ").push_bind(user).push(")");
}

/// T-15: climbs from the user's departments up; membership climbs down from a department.
fn waiting_for(sql: &mut QueryBuilder<Postgres>, user: Option<String>) {
    sql.push(
        " AND t.id IN (
           WITH RECURSIVE me AS (SELECT id, username FROM users WHERE deleted_at IS NULL AND is_active AND username = ",
    );
    sql.push_bind(user.clone());
    sql.push(
        "), above (id) AS (
             SELECT d.id FROM me JOIN user_departments ud ON ud.user_id = me.id JOIN departments d ON d.id = ud.department_id
              WHERE d.deleted_at IS NULL
              UNION
             SELECT p.id FROM above a JOIN departments d ON d.id = a.id JOIN departments p ON p.id = d.parent_id AND p.deleted_at IS NULL)
           SELECT ticket_id FROM ticket_participants WHERE kind = 'user' AND reference = ",
    );
    sql.push_bind(user);
    sql.push(
        " UNION
           SELECT ticket_id FROM ticket_participants WHERE kind = 'department' AND reference IN (SELECT id::text FROM above)
           UNION
           SELECT ticket_id FROM ticket_participants WHERE kind = 'role' AND reference IN (
             SELECT r.id::text FROM me JOIN role_members rm ON rm.user_id = me.id JOIN roles r ON r.id = rm.role_id AND r.deleted_at IS NULL))",
    );
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::embedded::testing::database;

    fn all() -> Filter {
        Filter {
            category: Category::All,
            app_token: None,
            username: None,
            sn_prefix: String::new(),
            title_part: String::new(),
            created_from: None,
            created_until: None,
            workflows: Vec::new(),
            states: Vec::new(),
            tickets: Vec::new(),
            is_ended: None,
            is_rejected: None,
            people: People::default(),
            fields: Vec::new(),
            order: Order::NewestFirst,
        }
    }

    async fn plan(db: &PgPool, filter: &Filter) -> String {
        explain(db, filter, 51).await.unwrap()[1].1.join("\n")
    }

    #[tokio::test]
    async fn a_search_by_custom_fields_goes_by_their_index_and_a_page_by_that_of_its_order() {
        let database = database().await;
        for statement in [
            "INSERT INTO workflows (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'w')",
            "INSERT INTO states (id, workflow_id, name) OVERRIDING SYSTEM VALUE VALUES (1, 1, 's')",
            "INSERT INTO tickets (sn, workflow_id, state_id, creator, participant_kind, created_at, fields)
             SELECT n::text, 1, 1, 'lisi', 'nobody', now() - n * interval '1 minute',
                    jsonb_build_object('days', n / 2, 'host', 'vm' || n, 'urgent', n % 2 = 0)
               FROM generate_series(1, 20000) n",
            "VACUUM ANALYZE tickets, workflows, states",
        ] {
            sqlx::query(statement).execute(&database.pool).await.unwrap();
        }
        let of = |key: &str, value: Value| FieldMatch { key: key.to_owned(), values: vec![value] };
        let either = FieldMatch { key: "days".to_owned(), values: vec![json!(77), json!("77")] };
        for fields in
            [vec![of("host", json!("vm77"))], vec![either], vec![of("days", json!(77)), of("urgent", json!(true))]]
        {
            let filter = Filter { fields, ..all() };
            let plan = plan(&database.pool, &filter).await;
            assert!(plan.contains("Bitmap Index Scan on tickets_fields_idx"), "{plan}");
            assert!(!rows(&database.pool, &filter, 51, 0).await.unwrap().is_empty());
        }
        let plan = plan(&database.pool, &all()).await;
        assert!(plan.contains("created_idx"), "{plan}");
    }
}
