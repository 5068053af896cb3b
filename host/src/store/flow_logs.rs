//! What happened to a ticket, read back with the names that stand beside the ids: states and transitions as they are called now,
//! deleted ones included (F-39), and the people who acted. Written by `steps::save` alone, comments of plugins apart.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::{
    Error,
    names::Named,
    steps::{actor_columns, snapshot},
};
use crate::workflow::{
    self, Actor, Intervention, LogActor, StateId, Ticket, TicketId, TransitionAttribute, TransitionId,
};

#[derive(Clone, Debug)]
pub struct FlowLog {
    pub id: i64,
    pub transition: Option<LoggedTransition>,
    pub intervention: Intervention,
    pub actor_kind: ActorKind,
    /// A user name, or the text that stands for a script or hook.
    pub actor: String,
    /// Alias, e-mail and phone of a person who exists.
    pub person: Option<(String, String, String)>,
    pub state: StateId,
    pub state_name: String,
    pub suggestion: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct LoggedTransition {
    pub id: TransitionId,
    pub name: String,
    pub attribute: TransitionAttribute,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    Person,
    Script,
    Hook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    NewestFirst,
    OldestFirst,
}

pub async fn count(db: impl PgExecutor<'_>, ticket: TicketId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM flow_logs WHERE ticket_id = $1"#, ticket.0)
        .fetch_one(db)
        .await?)
}

/// The newest log of a ticket: when, who, where, by which transition, what was said.
pub async fn newest(db: impl PgExecutor<'_>, ticket: TicketId, limit: i64) -> Result<Vec<FlowLog>, Error> {
    list(db, ticket, Direction::NewestFirst, (limit, 0)).await
}

/// A ticket's logs in order of their ids.
pub async fn list(
    db: impl PgExecutor<'_>,
    ticket: TicketId,
    direction: Direction,
    (limit, offset): (i64, i64),
) -> Result<Vec<FlowLog>, Error> {
    select(db, (ticket, None), direction, (limit, offset)).await
}

/// One log of a ticket.
pub async fn get(db: impl PgExecutor<'_>, ticket: TicketId, id: i64) -> Result<Option<FlowLog>, Error> {
    Ok(select(db, (ticket, Some(id)), Direction::OldestFirst, (1, 0)).await?.pop())
}

async fn select(
    db: impl PgExecutor<'_>,
    (ticket, id): (TicketId, Option<i64>),
    direction: Direction,
    (limit, offset): (i64, i64),
) -> Result<Vec<FlowLog>, Error> {
    let rows = sqlx::query!(
        r#"SELECT l.id, l.transition_id, tr.name AS "transition_name?", tr.attribute AS "attribute?", l.intervention, l.actor_kind, l.actor,
                  l.state_id, s.name AS state_name, l.suggestion, l.created_at,
                  u.alias AS "alias?", u.email AS "email?", u.phone AS "phone?"
             FROM flow_logs l
             JOIN states s ON s.id = l.state_id
             LEFT JOIN transitions tr ON tr.id = l.transition_id
             LEFT JOIN users u ON l.actor_kind = 'person' AND u.username = l.actor AND u.deleted_at IS NULL
            WHERE l.ticket_id = $1 AND ($5::bigint IS NULL OR l.id = $5)
            ORDER BY CASE WHEN $2 THEN -l.id ELSE l.id END
            LIMIT $3 OFFSET $4"#,
        ticket.0,
        direction == Direction::NewestFirst,
        limit,
        offset,
        id
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let transition = match (row.transition_id, row.transition_name, row.attribute) {
                (Some(id), Some(name), Some(attribute)) => Some(LoggedTransition {
                    id: TransitionId(id),
                    name,
                    attribute: TransitionAttribute::from_name(&attribute)?,
                }),
                _ => None,
            };
            Ok(FlowLog {
                id: row.id,
                transition,
                intervention: Intervention::from_name(&row.intervention)?,
                actor_kind: match row.actor_kind.as_str() {
                    "person" => ActorKind::Person,
                    "script" => ActorKind::Script,
                    _ => ActorKind::Hook,
                },
                actor: row.actor,
                person: row.alias.zip(row.email).zip(row.phone).map(|((alias, email), phone)| (alias, email, phone)),
                state: StateId(row.state_id),
                state_name: row.state_name,
                suggestion: row.suggestion,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Comments that a plugin left during its run, in the visit it ran in (behaviour §4.22: intervention 5, current state); as long as a
/// suggestion may be (§1.13).
pub async fn comment(tx: &mut PgConnection, ticket: &Ticket, actor: Actor<'_>, texts: &[String]) -> Result<(), Error> {
    if texts.is_empty() {
        return Ok(());
    }
    let (kind, name) = actor_columns(&LogActor::from(actor));
    let snapshot = snapshot(ticket)?;
    let texts: Vec<String> = texts.iter().map(|text| workflow::cut(text)).collect();
    sqlx::query!(
        "INSERT INTO flow_logs (ticket_id, visit, intervention, actor_kind, actor, state_id, suggestion, snapshot)
         SELECT $1, $2, 'comment', $3, $4, $5, text, $7 FROM unnest($6::text[]) WITH ORDINALITY AS c (text, n) ORDER BY n",
        ticket.id.0,
        ticket.visit,
        kind,
        name,
        ticket.state.0,
        &texts,
        snapshot
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Where tickets stand: id, state, and its name, for the tickets that the app may see.
pub async fn states_of(
    db: impl PgExecutor<'_>,
    tickets: &[i64],
    app_token: Option<i64>,
) -> Result<Vec<(TicketId, StateId, String)>, Error> {
    let rows = sqlx::query!(
        r#"SELECT t.id, t.state_id, s.name
             FROM tickets t
             JOIN states s ON s.id = t.state_id
             JOIN workflows w ON w.id = t.workflow_id
            WHERE t.id = ANY($1) AND t.deleted_at IS NULL
              AND CASE WHEN $2::bigint IS NULL THEN w.deleted_at IS NULL
                       ELSE EXISTS (SELECT FROM app_workflows a WHERE a.app_token_id = $2 AND a.workflow_id = t.workflow_id) END
            ORDER BY t.id"#,
        tickets,
        app_token
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (TicketId(row.id), StateId(row.state_id), row.name)).collect())
}
