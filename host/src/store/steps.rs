//! Saving what one act did to a ticket: one statement, so that no caller can save a move and forget its log, its exit, a vote or its
//! jobs. What belonged to a visit that ended (timers, runs) goes in the same statement.

use serde_json::Value;
use sqlx::{PgConnection, types::Uuid};

use super::{Error, commit::TransactionId, names::Named as _};
use crate::{
    ambient,
    workflow::{Job, LogActor, Participants, Step, Ticket, TicketId, participant_text},
};

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

/// Saves what a step did to an existing, locked ticket: its row, participants, relations, exit, vote, flow log and jobs.
/// Answers the transaction's id, which `commit` asks for. A share of the target state's row keeps it from being deleted (D-24).
pub async fn save(tx: &mut PgConnection, step: &Step) -> Result<TransactionId, Error> {
    let ticket = &step.ticket;
    let (kind, link_kind, references) = participant_columns(&ticket.participants);
    let text = participant_text(&ticket.participants);
    let snapshot = snapshot(ticket)?;
    let fields = json(&ticket.values)?;
    let log = step.log.as_ref();
    let (actor_kind, actor) = log.map(|log| actor_columns(&log.actor)).unzip();
    let vote = step.vote.as_ref();
    let jobs = JobColumns::of(ticket.id, &step.jobs);
    let saved = sqlx::query!(
        r#"WITH target AS MATERIALIZED (
             SELECT s.id FROM states s JOIN tickets t ON t.id = $1
              WHERE s.id = $4 AND (s.deleted_at IS NULL OR s.id = t.state_id)
                FOR KEY SHARE OF s),
           moved AS (
             UPDATE tickets SET title = $3, state_id = $4, visit = $5, version = $6, participant_kind = $7, participant = $8,
                    in_add_node = $9 <> '', add_node_man = $9, script_run_last_result = $10, status = $11, is_rejected = $12,
                    everybody = $13, fields = $14, modified_at = $15, add_nodes = $28, round = $29
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
           voted AS (
             INSERT INTO votes (ticket_id, visit, round, username, transition_id)
             SELECT id, $30::integer, $31::integer, $32::text, $33::bigint FROM moved WHERE $32::text IS NOT NULL),
           logged AS (
             INSERT INTO flow_logs (ticket_id, visit, transition_id, intervention, actor_kind, actor, state_id, suggestion, snapshot, created_at)
             SELECT id, $20::integer, $21::bigint, $22::text, $23::text, $24::text, $25::bigint, $26::text, $27, $15 FROM moved WHERE $20::integer IS NOT NULL
             RETURNING id),
           dropped AS (
             DELETE FROM jobs WHERE ticket_id = $1 AND visit = $19::integer AND kind IN ('script', 'hook', 'timer')),
           queued AS (
             INSERT INTO jobs (kind, key, ticket_id, visit, payload, run_at)
             SELECT j.kind, j.key, j.ticket, j.visit,
                    CASE j.kind WHEN 'notice' THEN j.payload || jsonb_build_object('flow_log', (SELECT id FROM logged)) ELSE j.payload END,
                    now() + make_interval(secs => j.delay)
               FROM moved, unnest($34::text[], $35::uuid[], $36::bigint[], $37::integer[], $38::jsonb[], $39::double precision[])
                             AS j (kind, key, ticket, visit, payload, delay))
           SELECT count(*) AS "count!", EXISTS (SELECT FROM target) AS "has_target!", pg_current_xact_id()::text AS "transaction!" FROM moved"#,
        ticket.id.0,
        ticket.version - 1,
        ticket.title,
        ticket.state.0,
        ticket.visit,
        ticket.version,
        kind,
        text,
        ticket.add_node_man().unwrap_or(""),
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
        json(&ticket.add_nodes)?,
        ticket.round,
        vote.map(|vote| vote.visit),
        vote.map(|vote| vote.round),
        vote.map(|vote| vote.username.as_str()),
        vote.map(|vote| vote.transition.0),
        &jobs.kinds as &[&str],
        &jobs.keys,
        &jobs.tickets,
        &jobs.visits,
        &jobs.payloads,
        &jobs.delays,
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

/// Inserts the ticket that a creation made, and counts it; its id and number were reserved before. State and workflow
/// stay until it is in.
pub async fn insert(tx: &mut PgConnection, step: &Step) -> Result<TransactionId, Error> {
    let ticket = &step.ticket;
    let inserted = sqlx::query!(
        "WITH target AS MATERIALIZED (
           SELECT s.id, s.workflow_id FROM states s JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
            WHERE s.workflow_id = $4 AND s.id = $5 AND s.deleted_at IS NULL
              FOR KEY SHARE OF s, w),
         counted AS (
           INSERT INTO ticket_counts AS c (workflow_id, shard, tickets) SELECT workflow_id, ($1::bigint % 16)::integer, 1 FROM target
           ON CONFLICT ON CONSTRAINT ticket_counts_pkey DO UPDATE SET tickets = c.tickets + 1)
         INSERT INTO tickets (id, sn, title, workflow_id, state_id, visit, version, creator, parent_ticket_id, parent_state_id,
                              participant_kind, participant, created_at, modified_at)
         SELECT $1, $2, $3, workflow_id, id, $6, $7, $8, $9, $10, 'nobody', '', $11, $11 FROM target",
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

/// A ticket as the flow log keeps it after an act.
pub(super) fn snapshot(ticket: &Ticket) -> Result<Value, Error> {
    json(ticket)
}

fn json(value: &impl serde::Serialize) -> Result<Value, Error> {
    serde_json::to_value(value)
        .map_err(|error| Error::Inconsistent(format!("a part of a ticket has no JSON form: {error}")))
}

pub(super) fn actor_columns(actor: &LogActor) -> (&'static str, String) {
    match actor {
        LogActor::Person(name) => ("person", name.clone()),
        LogActor::Script { id, name } => ("script", format!("脚本:(id:{id}, name:{name})")),
        LogActor::Hook => ("hook", "hook".to_owned()),
    }
}

/// Jobs as columns, for one insert whatever their number.
#[derive(Debug, Default)]
struct JobColumns {
    kinds: Vec<&'static str>,
    keys: Vec<Uuid>,
    tickets: Vec<i64>,
    visits: Vec<i32>,
    payloads: Vec<Value>,
    delays: Vec<f64>,
}

impl JobColumns {
    fn of(ticket: TicketId, jobs: &[Job]) -> Self {
        let mut columns = Self::default();
        for job in jobs {
            // a parent's turn belongs to the parent, whatever visit that is in
            let (kind, ticket, visit, payload, delay) = match job {
                Job::Script { script, visit, run_by } => {
                    ("script", ticket, *visit, serde_json::json!({ "script": script, "run_by": run_by }), 0.0)
                }
                Job::Hook { visit } => ("hook", ticket, *visit, serde_json::json!({}), 0.0),
                Job::Timer { transition, visit, seconds } => {
                    ("timer", ticket, *visit, serde_json::json!({ "transition": transition }), f64::from(*seconds))
                }
                Job::Children { parent } => {
                    ("children", parent.ticket, 0, serde_json::json!({ "state": parent.state }), 0.0)
                }
                Job::Notice { notice, visit, payload } => {
                    let payload = serde_json::json!({ "notice": notice, "event": payload });
                    ("notice", ticket, *visit, payload, 0.0)
                }
            };
            columns.kinds.push(kind);
            columns.keys.push(ambient::uuid());
            columns.tickets.push(ticket.0);
            columns.visits.push(visit);
            columns.payloads.push(payload);
            columns.delays.push(delay);
        }
        columns
    }
}
