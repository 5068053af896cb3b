//! One ticket: read whole, lock, and save what a step changed. A step is saved in one statement, so no caller can save a move and
//! forget its log, its exit or its jobs.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, PgExecutor};

use super::{Error, commit::TransactionId, names::Named};
use crate::{
    ambient,
    workflow::{
        DepartmentId, Job, LogActor, Parent, Participants, RoleId, ScriptId, StateId, Step, Ticket, TicketId,
        TicketStatus, WorkflowId, participant_text,
    },
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

/// A row of `tickets` with its relations and names; what every ticket query selects (`COLUMNS` in `ticket_lists`).
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
    add_node_man: String,
    script_run_last_result: bool,
    status: String,
    is_rejected: bool,
    everybody: Value,
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
            add_node_man: Some(self.add_node_man).filter(|name| !name.is_empty()),
            script_succeeded: self.script_run_last_result,
            status: TicketStatus::from_name(&self.status)?,
            is_rejected: self.is_rejected,
            everybody: object(self.everybody, "everybody")?,
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

/// Kind of the ticket's own column, kind and references of the rows of `ticket_participants`.
fn participant_columns(participants: &Participants) -> (&'static str, &'static str, Vec<String>) {
    match participants {
        Participants::Nobody => ("nobody", "user", Vec::new()),
        Participants::Person(name) => ("person", "user", vec![name.clone()]),
        Participants::Several(names) => ("several", "user", names.clone()),
        Participants::Departments(ids) => ("department", "department", ids.iter().map(ToString::to_string).collect()),
        Participants::Role(id) => ("role", "role", vec![id.to_string()]),
        Participants::Script(id) => ("script", "script", vec![id.to_string()]),
        Participants::Hook => ("hook", "user", Vec::new()),
    }
}

/// A ticket as a request sees it, without a lock. `app_token` is whose grants count; None may use every workflow.
pub async fn get(db: impl PgExecutor<'_>, id: TicketId, app_token: Option<i64>) -> Result<Option<Found>, Error> {
    let Some(row) = sqlx::query!(
        r#"SELECT t.id, t.sn, t.title, t.workflow_id, t.state_id, t.visit, t.version, t.creator, t.parent_ticket_id, t.parent_state_id,
                  t.participant_kind, t.participant, t.add_node_man, t.script_run_last_result, t.status, t.is_rejected, t.everybody,
                  t.fields, t.created_at, t.modified_at,
                  ARRAY(SELECT r.username FROM ticket_relations r WHERE r.ticket_id = t.id ORDER BY r.position) AS "related!",
                  w.name AS workflow_name, w.revision, s.name AS "state_name?", s.label AS "state_label?",
                  CASE WHEN $2::bigint IS NULL THEN w.deleted_at IS NULL
                       ELSE EXISTS (SELECT FROM app_workflows a WHERE a.app_token_id = $2 AND a.workflow_id = t.workflow_id) END AS "granted!",
                  w.deleted_at IS NOT NULL AS "is_retired!"
             FROM tickets t
             JOIN workflows w ON w.id = t.workflow_id
             LEFT JOIN states s ON s.id = t.state_id
            WHERE t.id = $1 AND t.deleted_at IS NULL"#,
        id.0,
        app_token
    )
    .fetch_optional(db)
    .await?
    else {
        return Ok(None);
    };
    let (granted, is_retired, revision) = (row.granted, row.is_retired, row.revision);
    let (ticket, names) = TicketRow {
        id: row.id,
        sn: row.sn,
        title: row.title,
        workflow_id: row.workflow_id,
        state_id: row.state_id,
        visit: row.visit,
        version: row.version,
        creator: row.creator,
        parent_ticket_id: row.parent_ticket_id,
        parent_state_id: row.parent_state_id,
        participant_kind: row.participant_kind,
        participant: row.participant,
        add_node_man: row.add_node_man,
        script_run_last_result: row.script_run_last_result,
        status: row.status,
        is_rejected: row.is_rejected,
        everybody: row.everybody,
        fields: row.fields,
        created_at: row.created_at,
        modified_at: row.modified_at,
        related: row.related,
        workflow_name: row.workflow_name,
        state_name: row.state_name,
        state_label: row.state_label,
    }
    .into_parts()?;
    Ok(Some(Found { ticket, granted, is_retired, revision, names }))
}

/// Locks the ticket's row if it still has the version that was read; None means that the world moved meanwhile.
pub async fn lock_at(tx: &mut PgConnection, id: TicketId, version: i64) -> Result<Option<()>, Error> {
    let row = sqlx::query!("SELECT version FROM tickets WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", id.0)
        .fetch_optional(tx)
        .await?;
    Ok(row.filter(|row| row.version == version).map(|_| ()))
}

/// Saves what a step did to an existing, locked ticket: its row, participants, relations, exit, flow log and jobs.
/// Answers the transaction's id, which `commit` asks for. A share of the target state's row keeps it from being deleted (D-24).
pub async fn save(tx: &mut PgConnection, step: &Step) -> Result<TransactionId, Error> {
    let ticket = &step.ticket;
    let (kind, link_kind, references) = participant_columns(&ticket.participants);
    let text = participant_text(&ticket.participants);
    let snapshot = snapshot(ticket)?;
    let fields = serde_json::to_value(&ticket.values)
        .map_err(|error| Error::Inconsistent(format!("field values have no JSON form: {error}")))?;
    let log = step.log.as_ref();
    let (actor_kind, actor) = log.map(|log| actor_columns(&log.actor)).unzip();
    let job = step.jobs.first().map(job_columns);
    let saved = sqlx::query!(
        r#"WITH target AS MATERIALIZED (
             SELECT s.id FROM states s JOIN tickets t ON t.id = $1
              WHERE s.id = $4 AND (s.deleted_at IS NULL OR s.id = t.state_id)
                FOR KEY SHARE OF s),
           moved AS (
             UPDATE tickets SET title = $3, state_id = $4, visit = $5, version = $6, participant_kind = $7, participant = $8,
                    in_add_node = $9 <> '', add_node_man = $9, script_run_last_result = $10, status = $11, is_rejected = $12,
                    everybody = $13, fields = $14, modified_at = $15
              WHERE id = $1 AND version = $2 AND EXISTS (SELECT FROM target)
              RETURNING id, created_at),
           unlinked AS (
             DELETE FROM ticket_participants WHERE ticket_id = $1 AND NOT (kind = $16 AND reference = ANY($17))),
           linked AS (
             INSERT INTO ticket_participants (ticket_id, kind, reference, created_at)
             SELECT m.id, $16, r, m.created_at FROM moved m, unnest($17::text[]) AS r
             ON CONFLICT DO NOTHING),
           related AS (
             INSERT INTO ticket_relations (ticket_id, username, position, created_at)
             SELECT m.id, r.username, r.position, m.created_at FROM moved m, unnest($18::text[]) WITH ORDINALITY AS r (username, position)
             ON CONFLICT DO NOTHING),
           exited AS (
             INSERT INTO ticket_exits (ticket_id, visit) SELECT id, $19::integer FROM moved WHERE $19::integer IS NOT NULL),
           logged AS (
             INSERT INTO flow_logs (ticket_id, visit, transition_id, intervention, actor_kind, actor, state_id, suggestion, snapshot, created_at)
             SELECT id, $20::integer, $21::bigint, $22::text, $23::text, $24::text, $25::bigint, $26::text, $27, $15 FROM moved WHERE $20::integer IS NOT NULL),
           queued AS (
             INSERT INTO jobs (kind, key, ticket_id, visit, payload)
             SELECT $28::text, $29::uuid, id, $30::integer, $31::jsonb FROM moved WHERE $28::text IS NOT NULL)
           SELECT count(*) AS "count!", EXISTS (SELECT FROM target) AS "has_target!", pg_current_xact_id()::text AS "transaction!" FROM moved"#,
        ticket.id.0,
        ticket.version - 1,
        ticket.title,
        ticket.state.0,
        ticket.visit,
        ticket.version,
        kind,
        text,
        ticket.add_node_man.as_deref().unwrap_or(""),
        ticket.script_succeeded,
        ticket.status.name(),
        ticket.is_rejected,
        Value::Object(ticket.everybody.clone()),
        fields,
        ticket.modified_at,
        link_kind,
        &references,
        &ticket.related,
        step.exit,
        log.map(|log| log.visit),
        log.and_then(|log| log.transition).map(|id| id.0),
        log.map(|log| log.intervention.name()),
        actor_kind,
        actor,
        log.map(|log| log.state.0),
        log.map(|log| log.suggestion.as_str()),
        snapshot,
        job.as_ref().map(|job| job.kind),
        job.as_ref().map(|_| ambient::uuid()),
        job.as_ref().map(|job| job.visit),
        job.map(|job| job.payload),
    )
    .fetch_one(tx)
    .await?;
    if saved.count == 1 {
        Ok(TransactionId(saved.transaction))
    } else if !saved.has_target {
        Err(Error::StateGone)
    } else {
        Err(Error::Inconsistent(format!("ticket {} was not at the version it was locked at", ticket.id)))
    }
}

/// Inserts the ticket that a creation made; its id and number were reserved before. State and workflow stay until it is in.
pub async fn insert(tx: &mut PgConnection, step: &Step) -> Result<TransactionId, Error> {
    let ticket = &step.ticket;
    let inserted = sqlx::query!(
        "INSERT INTO tickets (id, sn, title, workflow_id, state_id, visit, version, creator, parent_ticket_id, parent_state_id,
                              participant_kind, participant, created_at, modified_at)
         SELECT $1, $2, $3, s.workflow_id, s.id, $6, $7, $8, $9, $10, 'nobody', '', $11, $11
           FROM states s JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
          WHERE s.workflow_id = $4 AND s.id = $5 AND s.deleted_at IS NULL
            FOR KEY SHARE OF s, w",
        ticket.id.0,
        ticket.sn,
        ticket.title,
        ticket.workflow.0,
        ticket.state.0,
        ticket.visit,
        ticket.version - 1,
        ticket.creator,
        ticket.parent.map(|parent| parent.ticket.0),
        ticket.parent.map(|parent| parent.state.0),
        ticket.created_at
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 0 {
        return Err(Error::StateGone);
    }
    save(tx, step).await
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

/// A ticket as the flow log keeps it after an act.
pub(super) fn snapshot(ticket: &Ticket) -> Result<Value, Error> {
    serde_json::to_value(ticket).map_err(|error| Error::Inconsistent(format!("a ticket has no JSON form: {error}")))
}

pub(super) fn actor_columns(actor: &LogActor) -> (&'static str, String) {
    match actor {
        LogActor::Person(name) => ("person", name.clone()),
        LogActor::Script { id, name } => ("script", format!("脚本:(id:{id}, name:{name})")),
        LogActor::Hook => ("hook", "hook".to_owned()),
    }
}

struct JobColumns {
    kind: &'static str,
    visit: i32,
    payload: Value,
}

fn job_columns(job: &Job) -> JobColumns {
    match job {
        Job::Script { script, visit, run_by } => JobColumns {
            kind: "script",
            visit: *visit,
            payload: serde_json::json!({ "script": script, "run_by": run_by }),
        },
    }
}
