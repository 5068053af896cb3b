//! The server under measurement and its tickets: a real node on its own durable database, and a workflow whose tickets go to and fro
//! between two states by a condition.

use std::time::Duration;

use gavia::embedded;
use gavia_tests::{
    client::{AppClient, Session},
    guests,
    server::{Cluster, Node},
    world::{self, Workflow},
};
use serde_json::json;
use sqlx::PgPool;

use crate::plan::{CONNECTIONS, Held, LOOP_HOLDER, Operation, Plan};

/// Of whom three of ten wait; nobody's desk grows with the company.
const TICKETS_PER_HOLDER: i64 = 100;
/// Tickets that one caller works on in turn, so that no row is written twice in a breath.
const EACH: i64 = 50;

pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) node: Node,
    pub(crate) app: AppClient,
    pub(crate) scripted: Workflow,
    looped: Workflow,
    db: PgPool,
    filled: i64,
}

impl Stage {
    pub(crate) async fn build() -> anyhow::Result<Self> {
        guests::built().await;
        let cluster = Cluster::embedded(env!("CARGO_BIN_EXE_gavia-node"))?;
        let node = cluster.node().await?;
        let admin = node.admin().await;
        world::people(&admin).await;
        let looped = looped(&admin).await;
        let script = admin.upload_script("quiet", guests::wasm("quiet")).await;
        let scripted = scripted(&admin, script).await;
        let app = world::app(&admin, &node.base, "bench", &[&looped, &scripted]).await;
        let options = embedded::attach(&cluster.data_dir()).await?;
        let options = options.ok_or_else(|| anyhow::anyhow!("the node has no database of its own"))?;
        let db = PgPool::connect_with(options).await?;
        Ok(Self { cluster, node, app, scripted, looped, db, filled: 0 })
    }

    /// Adds tickets until there are `size`: three of ten are waiting, the others are over.
    pub(crate) async fn fill(&mut self, size: i64) -> anyhow::Result<()> {
        sqlx::query(FILL)
            .bind(self.filled + 1)
            .bind(size)
            .bind(self.looped.id)
            .bind(self.looped.state("to"))
            .bind(self.looped.state("end"))
            .bind(self.looped.transition("submit"))
            .bind(self.looped.state("new"))
            .bind(size / TICKETS_PER_HOLDER)
            .execute(&self.db)
            .await?;
        sqlx::query("VACUUM ANALYZE").execute(&self.db).await?;
        self.filled = size;
        Ok(())
    }

    /// A round of one operation on the tickets as they stand now.
    pub(crate) async fn plan(&self, operation: Operation, round: Duration) -> anyhow::Result<Plan> {
        let [go, back] = [self.looped.transition("go"), self.looped.transition("back")];
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT id, participant, state_id FROM tickets
              WHERE workflow_id = $1 AND status = 'ongoing' AND participant_kind = 'person' ORDER BY id LIMIT $2",
        )
        .bind(self.looped.id)
        .bind(EACH * i64::try_from(CONNECTIONS)?)
        .fetch_all(&self.db)
        .await?;
        let to = self.looped.state("to");
        let held = |(id, holder, state)| Held { id, holder, transition: if state == to { go } else { back } };
        Ok(Plan {
            operation,
            seconds: round.as_secs_f64(),
            data_dir: self.cluster.data_dir(),
            app: self.app.name.clone(),
            token: self.app.token.clone(),
            workflow: self.looped.id,
            loop_of: [go, back],
            tickets: rows.into_iter().map(held).collect(),
        })
    }
}

/// new → to ⇄ fro by a condition that always holds; filled tickets start with holders of their own.
async fn looped(admin: &Session) -> Workflow {
    let held =
        |access: &str| json!({ "participant_type_id": 1, "participant": LOOP_HOLDER, "state_field_str": access });
    let to = |state: &str| json!({ "condition_expression": format!("[{{\"expression\": \"{{days}} >= 3\", \"target_state_id\": \"@{state}\"}}]") });
    world::workflow(
        admin,
        "loop",
        &[("days", 10), ("reason", 55)],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"title\":2,\"days\":2,\"reason\":3}" })),
            ("to", held("{\"title\":1,\"days\":1,\"reason\":3}")),
            ("fro", held("{\"title\":1,\"days\":1,\"reason\":3}")),
            ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
        ],
        vec![("submit", "new", "to", json!({})), ("go", "to", "end", to("fro")), ("back", "fro", "end", to("to"))],
    )
    .await
}

/// new → a person of `world::people` → script → end.
async fn scripted(admin: &Session, script: i64) -> Workflow {
    world::workflow(
        admin,
        "scripted",
        &[],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"title\":2}" })),
            ("wait", json!({ "participant_type_id": 1, "participant": "lilei" })),
            ("auto", json!({ "participant_type_id": 6, "participant": script.to_string() })),
            ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
        ],
        vec![
            ("submit", "new", "wait", json!({})),
            ("go", "wait", "auto", json!({})),
            ("ran", "auto", "end", json!({})),
        ],
    )
    .await
}

/// $1–$2 numbers, $3 workflow, $4 waiting state, $5 end, $6 first transition, $7 first state, $8 holders.
const FILL: &str = r#"
WITH made AS (
  INSERT INTO tickets (sn, title, workflow_id, state_id, visit, version, creator, participant_kind, participant, status, fields, created_at, modified_at)
  SELECT 'bench_' || n, 'ticket ' || n, $3, CASE WHEN n % 10 < 3 THEN $4 ELSE $5 END, 2, 2, 'zhangsan',
         CASE WHEN n % 10 < 3 THEN 'person' ELSE 'nobody' END, CASE WHEN n % 10 < 3 THEN 'holder' || (n / 10 % $8) ELSE '' END,
         CASE WHEN n % 10 < 3 THEN 'ongoing' ELSE 'ended' END, jsonb_build_object('days', 5, 'reason', repeat('some words of reason ', 5)),
         now() - make_interval(secs => 10 * (1000000 - n)), now()
    FROM generate_series($1::bigint, $2::bigint) AS n
  RETURNING id, creator, participant_kind, participant, state_id, created_at),
held AS (
  INSERT INTO ticket_participants (ticket_id, kind, reference, created_at)
  SELECT id, 'user', participant, created_at FROM made WHERE participant_kind = 'person'),
related AS (
  INSERT INTO ticket_relations (ticket_id, username, position, created_at)
  SELECT id, 'zhangsan', 1, created_at FROM made UNION ALL
  SELECT id, participant, 2, created_at FROM made WHERE participant_kind = 'person'),
counted AS (
  INSERT INTO ticket_counts AS c (workflow_id, shard, tickets) SELECT $3, id % 16, count(*) FROM made GROUP BY id % 16
  ON CONFLICT ON CONSTRAINT ticket_counts_pkey DO UPDATE SET tickets = c.tickets + excluded.tickets),
people AS (
  INSERT INTO users (username, alias, is_active) SELECT 'holder' || n, '持有人' || n, true FROM generate_series(0, $8::bigint - 1) AS n
  ON CONFLICT DO NOTHING),
left_once AS (INSERT INTO ticket_exits (ticket_id, visit) SELECT id, 1 FROM made)
INSERT INTO flow_logs (ticket_id, visit, transition_id, actor_kind, actor, state_id, suggestion, snapshot, created_at)
SELECT id, 1, $6, 'person', 'zhangsan', $7, 'please', '{"title": "a ticket"}', created_at FROM made"#;
