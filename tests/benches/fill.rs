//! Loads tickets by COPY, as many as a company has after years: three of ten are waiting, the others are over, and nobody's desk grows
//! with the company. The rows are those that creating and handling them would have left.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool, postgres::PgCopyIn};

/// Of whom three of ten are waiting.
const TICKETS_PER_HOLDER: i64 = 100;
/// What is gathered before it is sent, in bytes.
const PIECE: usize = 1 << 20;

/// Ids of the workflow's parts that a ticket names.
pub(crate) struct Parts {
    pub(crate) workflow: i64,
    pub(crate) first: i64,
    pub(crate) submit: i64,
    pub(crate) waiting: i64,
    pub(crate) end: i64,
}

/// Adds the tickets numbered `from..=until`.
pub(crate) async fn fill(db: &PgPool, parts: &Parts, from: i64, until: i64) -> anyhow::Result<()> {
    let mut connection = db.acquire().await?;
    let db = &mut *connection;
    // what the constraints would ask of other tables holds by construction; asking it five million times is not what is measured
    sqlx::query("SET session_replication_role = replica").execute(&mut *db).await?;
    let before: i64 = sqlx::query_scalar("SELECT COALESCE(max(id), 0) FROM tickets").fetch_one(&mut *db).await?;
    let now = gavia::ambient::now();
    let tickets = || (from..=until).zip(before + 1..).map(|(n, id)| Ticket::new(n, id, until, now));
    for table in TABLES {
        let mut rows = Rows::open(&mut *db, table.statement).await?;
        for ticket in tickets() {
            (table.rows)(&mut rows.text, &ticket, parts);
            rows.send_full().await?;
        }
        rows.close().await?;
    }
    for statement in AFTER {
        sqlx::query(*statement).execute(&mut *db).await?;
    }
    Ok(())
}

struct Ticket {
    id: i64,
    n: i64,
    creator: String,
    /// Empty for a ticket that is over.
    holder: String,
    created: DateTime<Utc>,
}

impl Ticket {
    fn new(n: i64, id: i64, until: i64, now: DateTime<Utc>) -> Self {
        let people = until / TICKETS_PER_HOLDER;
        let holder = if n % 10 < 3 { format!("holder{}", n / 10 % people) } else { String::new() };
        let created = now - TimeDelta::seconds(10 * (10_000_000 - n));
        Self { id, n, creator: format!("holder{}", n / 7 % people), holder, created }
    }
}

struct Table {
    statement: &'static str,
    rows: fn(&mut String, &Ticket, &Parts),
}

const TABLES: [Table; 5] = [
    Table {
        statement: "COPY tickets (id, sn, title, workflow_id, state_id, visit, version, creator, participant_kind, participant, status,
                    fields, created_at, modified_at) FROM STDIN",
        rows: |text, ticket, parts| {
            let Ticket { id, n, creator, holder, created } = ticket;
            let Parts { workflow, waiting, end, .. } = parts;
            let (state, kind, status) =
                if holder.is_empty() { (end, "nobody", "ended") } else { (waiting, "person", "ongoing") };
            let reason = "some words of reason ".repeat(5);
            line(
                text,
                format_args!(
                    "{id}\tbench_{n}\tticket {n}\t{workflow}\t{state}\t2\t2\t{creator}\t{kind}\t{holder}\t{status}\t{{\"days\":5,\"reason\":\"{reason}\"}}\t{created}\t{created}"
                ),
            );
        },
    },
    Table {
        statement: "COPY ticket_participants (ticket_id, kind, reference, created_at) FROM STDIN",
        rows: |text, Ticket { id, holder, created, .. }, _| {
            if !holder.is_empty() {
                line(text, format_args!("{id}\tuser\t{holder}\t{created}"));
            }
        },
    },
    Table {
        statement: "COPY ticket_relations (ticket_id, username, position, created_at) FROM STDIN",
        rows: |text, Ticket { id, creator, holder, created, .. }, _| {
            line(text, format_args!("{id}\t{creator}\t1\t{created}"));
            if !holder.is_empty() && holder != creator {
                line(text, format_args!("{id}\t{holder}\t2\t{created}"));
            }
        },
    },
    Table {
        statement: "COPY ticket_exits (ticket_id, visit) FROM STDIN",
        rows: |text, ticket, _| line(text, format_args!("{}\t1", ticket.id)),
    },
    Table {
        statement: "COPY flow_logs (ticket_id, visit, transition_id, actor_kind, actor, state_id, suggestion, snapshot, created_at)
                    FROM STDIN",
        rows: |text, Ticket { id, creator, created, .. }, Parts { submit, first, .. }| {
            line(
                text,
                format_args!(
                    "{id}\t1\t{submit}\tperson\t{creator}\t{first}\tplease\t{{\"title\":\"a ticket\"}}\t{created}"
                ),
            );
        },
    },
];

/// What else creating would have left: people, counts, ids that go on after those given,
/// and pages that are written.
const AFTER: &[&str] = &[
    "INSERT INTO users (username, alias, is_active)
     SELECT DISTINCT username, '持有人' || username, true FROM ticket_relations ON CONFLICT DO NOTHING",
    "DELETE FROM ticket_counts",
    "INSERT INTO ticket_counts (workflow_id, shard, tickets) SELECT workflow_id, id % 16, count(*) FROM tickets GROUP BY 1, 2",
    "SELECT setval(pg_get_serial_sequence('tickets', 'id'), max(id)) FROM tickets",
    "SET session_replication_role = origin",
    "VACUUM ANALYZE",
    "CHECKPOINT",
];

fn line(text: &mut String, row: std::fmt::Arguments<'_>) {
    writeln!(text, "{row}").expect("a text grows");
}

/// Lines on their way into a table, sent piece by piece.
struct Rows<'a> {
    copy: PgCopyIn<&'a mut PgConnection>,
    text: String,
}

impl<'a> Rows<'a> {
    async fn open(db: &'a mut PgConnection, statement: &'static str) -> anyhow::Result<Self> {
        Ok(Self { copy: db.copy_in_raw(statement).await?, text: String::with_capacity(PIECE + 4096) })
    }

    async fn send_full(&mut self) -> anyhow::Result<()> {
        if self.text.len() >= PIECE {
            self.copy.send(self.text.as_bytes()).await?;
            self.text.clear();
        }
        Ok(())
    }

    async fn close(mut self) -> anyhow::Result<()> {
        self.copy.send(self.text.as_bytes()).await?;
        self.copy.finish().await?;
        Ok(())
    }
}
