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

use crate::{
    fill::{Parts, fill},
    plan::{CONNECTIONS, Held, LOOP_HOLDER, Operation, Plan},
};

/// Tickets that one caller works on in turn, so that no row is written twice in a breath.
const EACH: i64 = 50;

/// How long the tickets of `timed` wait.
pub(crate) const TIMER_SECONDS: i32 = 3;

pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) node: Node,
    pub(crate) app: AppClient,
    pub(crate) scripted: Workflow,
    pub(crate) timed: Workflow,
    looped: Workflow,
    pub(crate) db: PgPool,
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
        let timed = timed(&admin).await;
        let app = world::app(&admin, &node.base, "bench", &[&looped, &scripted, &timed]).await;
        let options = embedded::attach(&cluster.data_dir()).await?;
        let options = options.ok_or_else(|| anyhow::anyhow!("the node has no database of its own"))?;
        let db = PgPool::connect_with(options).await?;
        Ok(Self { cluster, node, app, scripted, timed, looped, db, filled: 0 })
    }

    /// Adds tickets until there are `size`.
    pub(crate) async fn fill(&mut self, size: i64) -> anyhow::Result<()> {
        let parts = Parts {
            workflow: self.looped.id,
            first: self.looped.state("new"),
            submit: self.looped.transition("submit"),
            waiting: self.looped.state("to"),
            end: self.looped.state("end"),
        };
        fill(&self.db, &parts, self.filled + 1, size).await?;
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

/// new → a person, whom nobody waits for → end, by a timer.
async fn timed(admin: &Session) -> Workflow {
    let timer = json!({ "transition_type_id": 2, "timer": TIMER_SECONDS });
    world::workflow(
        admin,
        "timed",
        &[],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"title\":2}" })),
            ("wait", json!({ "participant_type_id": 1, "participant": "lilei" })),
            ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
        ],
        vec![("submit", "new", "wait", json!({})), ("late", "wait", "end", timer)],
    )
    .await
}
