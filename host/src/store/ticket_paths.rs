//! What the console shows of one ticket's past: its logs with what they changed, the states it went through, its children. Rows as they
//! are stored; `flow_logs` tells the same logs as clients see them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use super::Error;
use crate::workflow::TicketId;

/// Visits of a path that are shown, the newest.
const VISITS_MAX: i64 = 1000;

/// A log with the ticket after it and, if the log before it kept one, before it.
#[derive(Clone, Debug)]
pub struct LogRow {
    pub id: i64,
    pub visit: i32,
    pub state: i64,
    pub state_name: String,
    pub transition: Option<i64>,
    pub transition_name: Option<String>,
    pub attribute: Option<String>,
    pub intervention: String,
    pub actor_kind: String,
    pub actor: String,
    pub alias: Option<String>,
    pub suggestion: String,
    pub created_at: DateTime<Utc>,
    pub snapshot: Value,
    /// Comments aside: they change nothing, and a script's are written after its move.
    pub before: Option<Value>,
}

/// The newest logs before the one of the id `before`.
pub async fn logs(
    db: impl PgExecutor<'_>,
    ticket: TicketId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<LogRow>, Error> {
    let rows = sqlx::query_as!(
        LogRow,
        r#"SELECT l.id, l.visit, l.state_id AS state, s.name AS state_name, l.transition_id AS transition,
                  tr.name AS "transition_name?", tr.attribute AS "attribute?", l.intervention, l.actor_kind, l.actor, u.alias AS "alias?",
                  l.suggestion, l.created_at, l.snapshot,
                  (SELECT p.snapshot FROM flow_logs p
                    WHERE p.ticket_id = l.ticket_id AND p.id < l.id AND p.intervention <> 'comment' ORDER BY p.id DESC LIMIT 1) AS before
             FROM flow_logs l
             JOIN states s ON s.id = l.state_id
             LEFT JOIN transitions tr ON tr.id = l.transition_id
             LEFT JOIN users u ON l.actor_kind = 'person' AND u.username = l.actor AND u.deleted_at IS NULL
            WHERE l.ticket_id = $1 AND ($2::bigint IS NULL OR l.id < $2)
            ORDER BY l.id DESC LIMIT $3"#,
        ticket.0,
        before,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

/// A move of a ticket out of one state into another.
#[derive(Clone, Debug)]
pub struct MoveRow {
    pub visit: i32,
    /// Of the log: where the ticket was, or of a close the end state.
    pub from: i64,
    pub from_name: String,
    /// Where it was then; None where the log does not say.
    pub to: Option<i64>,
    pub to_name: Option<String>,
    pub transition: Option<i64>,
    pub transition_name: Option<String>,
    pub intervention: String,
    pub actor_kind: String,
    pub actor: String,
    pub at: DateTime<Utc>,
}

/// The creation and every exit, oldest first; of a long life the newest.
pub async fn moves(db: impl PgExecutor<'_>, ticket: TicketId) -> Result<Vec<MoveRow>, Error> {
    let rows = sqlx::query_as!(
        MoveRow,
        r#"WITH exits AS (
             SELECT DISTINCT ON (l.visit) l.id
               FROM flow_logs l
               JOIN (SELECT visit FROM ticket_exits WHERE ticket_id = $1 ORDER BY visit DESC LIMIT $2) e ON e.visit = l.visit
              WHERE l.ticket_id = $1 AND (l.transition_id IS NOT NULL OR l.intervention IN ('force_state', 'close'))
              ORDER BY l.visit, l.id DESC),
           first AS (SELECT id FROM flow_logs WHERE ticket_id = $1 ORDER BY id LIMIT 1)
           SELECT l.visit, l.state_id AS from, s.name AS from_name, l.transition_id AS transition, tr.name AS "transition_name?",
                  target.id AS "to?", target.name AS "to_name?", l.intervention, l.actor_kind, l.actor, l.created_at AS at
             FROM flow_logs l
             JOIN states s ON s.id = l.state_id
             LEFT JOIN transitions tr ON tr.id = l.transition_id
             LEFT JOIN states target ON jsonb_typeof(l.snapshot -> 'state') = 'number' AND target.id = (l.snapshot ->> 'state')::bigint
            WHERE l.id IN (SELECT id FROM exits UNION SELECT id FROM first)
            ORDER BY l.id"#,
        ticket.0,
        VISITS_MAX
    );
    Ok(rows.fetch_all(db).await?)
}

/// A ticket as its parent or its child shows it.
#[derive(Clone, Debug)]
pub struct RelativeRow {
    pub id: i64,
    pub sn: String,
    pub title: String,
    pub state: i64,
    pub state_name: String,
    pub status: String,
}

/// The parent with that id, or the children of that ticket, by id.
pub async fn relatives(
    db: impl PgExecutor<'_>,
    (parent, child_of): (Option<TicketId>, TicketId),
    limit: i64,
) -> Result<(Option<RelativeRow>, Vec<RelativeRow>), Error> {
    let rows = sqlx::query_as!(
        RelativeRow,
        "SELECT t.id, t.sn, t.title, t.state_id AS state, s.name AS state_name, t.status
           FROM tickets t JOIN states s ON s.id = t.state_id
          WHERE t.id = ANY(array_append(
                  ARRAY(SELECT c.id FROM tickets c WHERE c.parent_ticket_id = $2 AND c.deleted_at IS NULL ORDER BY c.id LIMIT $3),
                  $1::bigint))
            AND t.deleted_at IS NULL
          ORDER BY t.id",
        parent.map(|parent| parent.0),
        child_of.0,
        limit
    );
    let rows = rows.fetch_all(db).await?;
    let (parents, children) = rows.into_iter().partition(|row| Some(row.id) == parent.map(|parent| parent.0));
    let parents: Vec<RelativeRow> = parents;
    Ok((parents.into_iter().next(), children))
}
