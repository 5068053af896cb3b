//! One ticket: read whole, lock, and count what a decision needs counted. What an act changed is saved in `steps`.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, PgExecutor, types::Json};

use super::{Error, names::Named};
use crate::workflow::{
    AddNode, DepartmentId, Parent, Participants, RoleId, ScriptId, StateId, Ticket, TicketId, TicketStatus, WorkflowId,
};

/// How many ticket numbers and ids a node takes at once.
pub const BLOCK: i64 = 16;

/// A ticket with what its readers always ask next.
#[derive(Clone, Debug)]
pub struct Found {
    pub ticket: Ticket,
    /// Whether the asking app may use the ticket's workflow; a session may use all but deleted ones (behaviour §2.4).
    pub granted: bool,
    /// The workflow was deleted: the ticket is read, not moved (F-39).
    pub is_retired: bool,
    /// Names the workflow's present definition in the cache.
    pub revision: i64,
    pub names: Names,
}

/// Names to show beside the ids, deleted rows included; a row that is gone has none.
#[derive(Clone, Debug)]
pub struct Names {
    pub workflow: String,
    pub state: Option<String>,
    pub state_label: Value,
}

/// A row of `tickets` with its relations and names; what every ticket query selects.
#[derive(Debug, FromRow)]
pub(super) struct TicketRow {
    id: i64,
    sn: String,
    title: String,
    workflow_id: i64,
    state_id: i64,
    visit: i32,
    version: i64,
    creator: String,
    parent_ticket_id: Option<i64>,
    parent_state_id: Option<i64>,
    participant_kind: String,
    participant: String,
    add_nodes: Json<Vec<AddNode>>,
    script_run_last_result: bool,
    status: String,
    is_rejected: bool,
    everybody: Value,
    round: i32,
    fields: Value,
    created_at: DateTime<Utc>,
    modified_at: DateTime<Utc>,
    related: Vec<String>,
    workflow_name: String,
    state_name: Option<String>,
    state_label: Option<Value>,
}

impl TicketRow {
    pub(super) fn into_parts(self) -> Result<(Ticket, Names), Error> {
        let names = Names {
            workflow: self.workflow_name,
            state: self.state_name,
            state_label: self.state_label.unwrap_or_else(|| Value::Object(serde_json::Map::default())),
        };
        let object = |value: Value, what: &str| match value {
            Value::Object(map) => Ok(map),
            _ => Err(Error::Inconsistent(format!("ticket {}: {what} is no object", self.id))),
        };
        let ticket = Ticket {
            id: TicketId(self.id),
            sn: self.sn,
            title: self.title,
            workflow: WorkflowId(self.workflow_id),
            state: StateId(self.state_id),
            visit: self.visit,
            version: self.version,
            creator: self.creator,
            parent: self
                .parent_ticket_id
                .zip(self.parent_state_id)
                .map(|(ticket, state)| Parent { ticket: TicketId(ticket), state: StateId(state) }),
            participants: participants(&self.participant_kind, &self.participant)?,
            related: self.related,
            add_nodes: self.add_nodes.0,
            script_succeeded: self.script_run_last_result,
            status: TicketStatus::from_name(&self.status)?,
            is_rejected: self.is_rejected,
            everybody: object(self.everybody, "everybody")?,
            round: self.round,
            values: object(self.fields, "fields")?.into_iter().collect(),
            created_at: self.created_at,
            modified_at: self.modified_at,
        };
        Ok((ticket, names))
    }
}

fn participants(kind: &str, text: &str) -> Result<Participants, Error> {
    let id = |text: &str| {
        text.trim().parse::<i64>().map_err(|_| Error::Inconsistent(format!("participant {text:?} of kind {kind}")))
    };
    Ok(match kind {
        "nobody" => Participants::Nobody,
        "person" => Participants::Person(text.to_owned()),
        "several" => Participants::Several(text.split(',').map(str::to_owned).collect()),
        "department" => {
            Participants::Departments(text.split(',').map(|part| id(part).map(DepartmentId)).collect::<Result<_, _>>()?)
        }
        "role" => Participants::Role(RoleId(id(text)?)),
        "script" => Participants::Script(ScriptId(id(text)?)),
        "hook" => Participants::Hook,
        other => return Err(Error::Inconsistent(format!("no kind of participants is called {other:?}"))),
    })
}

/// What every query for `TicketRow` selects, of `tickets t`, `workflows w` and `states s`.
macro_rules! ticket_columns {
    () => {
        "t.id, t.sn, t.title, t.workflow_id, t.state_id, t.visit, t.version, t.creator, t.parent_ticket_id, t.parent_state_id,
         t.participant_kind, t.participant, t.add_nodes, t.script_run_last_result, t.status, t.is_rejected, t.everybody, t.round,
         t.fields, t.created_at, t.modified_at,
         ARRAY(SELECT r.username FROM ticket_relations r WHERE r.ticket_id = t.id ORDER BY r.position) AS related,
         w.name AS workflow_name, s.name AS state_name, s.label AS state_label"
    };
}
pub(super) use ticket_columns;

#[derive(Debug, FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    ticket: TicketRow,
    revision: i64,
    granted: bool,
    is_retired: bool,
}

/// A ticket as a request sees it, without a lock. `app_token` is whose grants count; None may use every workflow.
pub async fn get(db: impl PgExecutor<'_>, id: TicketId, app_token: Option<i64>) -> Result<Option<Found>, Error> {
    const GET: &str = concat!(
        "SELECT ",
        ticket_columns!(),
        ", w.revision,
           CASE WHEN $2::bigint IS NULL THEN w.deleted_at IS NULL
                ELSE EXISTS (SELECT FROM app_workflows a WHERE a.app_token_id = $2 AND a.workflow_id = t.workflow_id) END AS granted,
           w.deleted_at IS NOT NULL AS is_retired
           FROM tickets t
           JOIN workflows w ON w.id = t.workflow_id
           LEFT JOIN states s ON s.id = t.state_id
          WHERE t.id = $1 AND t.deleted_at IS NULL"
    );
    let row: Option<FoundRow> = sqlx::query_as(GET).bind(id.0).bind(app_token).fetch_optional(db).await?;
    let Some(FoundRow { ticket, revision, granted, is_retired }) = row else { return Ok(None) };
    let (ticket, names) = ticket.into_parts()?;
    Ok(Some(Found { ticket, granted, is_retired, revision, names }))
}

/// How many children of the ticket's state are not over yet. A new statement after the lock, so it sees what committed meanwhile (I10).
pub async fn open_children(tx: &mut PgConnection, parent: Parent) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM tickets
            WHERE parent_ticket_id = $1 AND parent_state_id = $2 AND status = 'ongoing' AND deleted_at IS NULL"#,
        parent.ticket.0,
        parent.state.0
    );
    Ok(count.fetch_one(tx).await?)
}

/// Tickets that count against a workflow's quota: those of the last `hours`, of one creator or of all.
pub async fn count_recent(
    tx: impl PgExecutor<'_>,
    workflow: WorkflowId,
    creator: Option<&str>,
    hours: f64,
) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM tickets
            WHERE workflow_id = $1 AND ($2::text IS NULL OR creator = $2) AND deleted_at IS NULL
              AND created_at > now() - make_interval(secs => $3::double precision * 3600)"#,
        workflow.0,
        creator,
        hours
    );
    Ok(count.fetch_one(tx).await?)
}

/// Creations that count against the same quota wait for each other until the transaction ends (I12).
pub async fn lock_quota(tx: &mut PgConnection, workflow: WorkflowId, creator: Option<&str>) -> Result<(), Error> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('quota:' || $1::bigint || ':' || COALESCE($2, ''), 0))",
        workflow.0,
        creator
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Locks the ticket's row if it still has the version that was read; None means that the world moved meanwhile.
pub async fn lock_at(tx: &mut PgConnection, id: TicketId, version: i64) -> Result<Option<()>, Error> {
    let row = sqlx::query!("SELECT version FROM tickets WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", id.0)
        .fetch_optional(tx)
        .await?;
    Ok(row.filter(|row| row.version == version).map(|_| ()))
}

/// The state that a possible parent stands in, if the app may use its workflow; locks its row until the child is in.
pub async fn lock_parent(
    tx: &mut PgConnection,
    parent: TicketId,
    app_token: Option<i64>,
) -> Result<Option<StateId>, Error> {
    let row = sqlx::query!(
        "SELECT t.state_id FROM tickets t
          WHERE t.id = $1 AND t.deleted_at IS NULL AND t.status = 'ongoing'
            AND ($2::bigint IS NULL OR EXISTS (SELECT FROM app_workflows a WHERE a.app_token_id = $2 AND a.workflow_id = t.workflow_id))
            FOR UPDATE OF t",
        parent.0,
        app_token
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| StateId(row.state_id)))
}

/// Takes the next block of the day's numbers and as many ids, in a statement of its own (I4, design.md §5).
/// Answers the first number and the ids.
pub async fn reserve(db: impl PgExecutor<'_>, day: NaiveDate) -> Result<(i64, Vec<i64>), Error> {
    let row = sqlx::query!(
        r#"WITH taken AS (
             INSERT INTO ticket_numbers (day, last) VALUES ($1, $2)
             ON CONFLICT (day) DO UPDATE SET last = ticket_numbers.last + $2
             RETURNING last)
           SELECT last AS "last!", ARRAY(SELECT nextval('tickets_id_seq') FROM generate_series(1, $2)) AS "ids!" FROM taken"#,
        day,
        BLOCK
    )
    .fetch_one(db)
    .await?;
    Ok((row.last - BLOCK + 1, row.ids))
}

/// For each state, who last took a real transition out of it on this ticket and is still active (remember-last, D-16).
pub async fn last_handlers(
    db: impl PgExecutor<'_>,
    id: TicketId,
    states: &[i64],
) -> Result<Vec<(StateId, String)>, Error> {
    let rows = sqlx::query!(
        "SELECT DISTINCT ON (l.state_id) l.state_id, l.actor
           FROM flow_logs l
           JOIN users u ON u.username = l.actor AND u.is_active AND u.deleted_at IS NULL
          WHERE l.ticket_id = $1 AND l.state_id = ANY($2) AND l.transition_id IS NOT NULL AND l.actor_kind = 'person' AND l.actor <> 'loonrobot'
          ORDER BY l.state_id, l.id DESC",
        id.0,
        states
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (StateId(row.state_id), row.actor)).collect())
}
