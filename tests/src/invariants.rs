//! The invariants of the threat model (§6) as questions to the tables. Each counts rows that break it; a race test asks all of them.

use sqlx::PgPool;

/// Name and a query that counts what must not be.
const BROKEN: [(&str, &str); 11] = [
    (
        "I1: two accepts in one visit",
        "SELECT count(*) FROM (SELECT FROM flow_logs WHERE intervention = 'accept' GROUP BY ticket_id, visit HAVING count(*) > 1) x",
    ),
    (
        "I2: as many exits as visits that ended",
        "SELECT count(*) FROM tickets t WHERE t.visit - 1 <> (SELECT count(*) FROM ticket_exits e WHERE e.ticket_id = t.id)",
    ),
    (
        "I2: a log from a visit that was over",
        "SELECT count(*) FROM (SELECT visit, lag(visit, 1, visit) OVER (PARTITION BY ticket_id ORDER BY id) AS before FROM flow_logs) l WHERE visit < before",
    ),
    (
        "I3: a vote without its log",
        "SELECT count(*) FROM votes v WHERE NOT EXISTS (SELECT FROM flow_logs l WHERE l.ticket_id = v.ticket_id AND l.visit = v.visit AND l.actor = v.username AND l.transition_id = v.transition_id)",
    ),
    ("I4: a number that is none", r"SELECT count(*) FROM tickets WHERE sn !~ '^.*_[0-9]{8}[0-9]{4,}$'"),
    ("I6: more acts than writes", "SELECT count(*) FROM tickets t WHERE t.version < t.visit"),
    (
        "I7, I8: work for a visit that is over",
        "SELECT count(*) FROM jobs j JOIN tickets t ON t.id = j.ticket_id WHERE j.kind IN ('script', 'hook', 'timer') AND j.visit <> t.visit",
    ),
    (
        "I10: a parent that waits for nobody",
        "SELECT count(*) FROM tickets p WHERE p.status = 'ongoing'
            AND EXISTS (SELECT FROM tickets c WHERE c.parent_ticket_id = p.id AND c.parent_state_id = p.state_id)
            AND NOT EXISTS (SELECT FROM tickets c WHERE c.parent_ticket_id = p.id AND c.parent_state_id = p.state_id AND c.status = 'ongoing')
            AND NOT EXISTS (SELECT FROM jobs j WHERE j.ticket_id = p.id AND j.kind = 'children')",
    ),
    (
        "I14: over and not in an end state, or the other way round",
        "SELECT count(*) FROM tickets t JOIN states s ON s.id = t.state_id WHERE (t.status <> 'ongoing') <> (s.kind = 'end')",
    ),
    (
        "I15: a holder who is not related",
        "SELECT count(*) FROM ticket_participants p WHERE p.kind = 'user' AND NOT EXISTS (SELECT FROM ticket_relations r WHERE r.ticket_id = p.ticket_id AND r.username = p.reference)",
    ),
    (
        "the kept number of tickets is not their number",
        "SELECT count(*) FROM (SELECT workflow_id, count(*) AS n FROM tickets WHERE deleted_at IS NULL GROUP BY 1) t
           FULL JOIN (SELECT workflow_id, sum(tickets) AS n FROM ticket_counts GROUP BY 1) c USING (workflow_id) WHERE t.n IS DISTINCT FROM c.n",
    ),
];

/// Every invariant that does not hold, with the number of rows that break it.
pub async fn broken(db: &PgPool) -> sqlx::Result<Vec<String>> {
    let mut broken = Vec::new();
    for (name, query) in BROKEN {
        let rows: i64 = sqlx::query_scalar(query).fetch_one(db).await?;
        if rows > 0 {
            broken.push(format!("{name}: {rows}"));
        }
    }
    Ok(broken)
}
