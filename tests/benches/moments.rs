//! Figures that are times or sizes, not ratios: from the commit of a move to the start of its script, from start to ready, and what an
//! idle server holds in memory.
#![expect(clippy::print_stdout, reason = "rows of the table")]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use gavia_tests::{client::AppClient, http_client, server::Node};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{
    median,
    stage::{Stage, TIMER_SECONDS},
    verdict,
};

const SCRIPT_RUNS: usize = 200;
const STARTS: usize = 5;
const TIMERS: usize = 400;
const TIMERS_PATIENCE: Duration = Duration::from_mins(1);
/// What the server gets to settle before its memory is read.
const IDLE: Duration = Duration::from_secs(3);

/// Both moments are read off the node's own log, which notes them to the microsecond; a node that notes so much is started for it.
pub(crate) async fn script_starts(stage: &mut Stage) -> anyhow::Result<()> {
    stage.node.stop()?;
    let (seen, mut lines) = unbounded_channel();
    stage.node = stage.cluster.watched_node("info,gavia::app=debug", seen).await?;
    stage.app = AppClient::new(http_client(), &stage.node.base, &stage.app.name, &stage.app.token);
    let (scripted, mut waits) = (stage.scripted.clone(), Vec::new());
    for _ in 0..SCRIPT_RUNS {
        let body = json!({ "workflow_id": scripted.id, "transition_id": scripted.transition("submit"), "title": "t" });
        let id = stage.app.create("zhangsan", body).await;
        while lines.try_recv().is_ok() {}
        let body = json!({ "transition_id": scripted.transition("go") });
        stage.app.patch("lilei", &format!("/tickets/{id}"), body).await.ok();
        let written = moment(&mut lines, id, "ticket written").await?;
        let starts = moment(&mut lines, id, "script starts").await?;
        waits.push((starts - written).as_seconds_f64() * 1000.0);
    }
    let p50 = median(&mut waits);
    println!(
        "{:<44} {p50:>11.2} ms {:>14} {:>8}  <= 5 ms{}",
        "commit to its script starting, p50",
        "",
        "",
        verdict(p50 <= 5.0)
    );
    Ok(())
}

async fn moment(lines: &mut UnboundedReceiver<Value>, ticket: i64, message: &str) -> anyhow::Result<DateTime<Utc>> {
    let line = tokio::time::timeout(Duration::from_secs(10), async {
        while let Some(line) = lines.recv().await {
            if line["ticket.id"] == ticket && line["message"] == message {
                return Some(line);
            }
        }
        None
    });
    let line = line.await?.with_context(|| format!("no line says: {message}"))?;
    let text = line["timestamp"].as_str().context("a line without a time")?;
    Ok(DateTime::parse_from_rfc3339(text)?.to_utc())
}

/// How long after they are due timers move their tickets, by the server's clock as it begins to write each move: from the one that set a
/// timer to the one that it made, less its time.
pub(crate) async fn timers_fire(stage: &Stage) -> anyhow::Result<()> {
    let timed = &stage.timed;
    for _ in 0..TIMERS {
        let body = json!({ "workflow_id": timed.id, "transition_id": timed.transition("submit"), "title": "t" });
        stage.app.create("zhangsan", body).await;
    }
    let patience = Instant::now() + TIMERS_PATIENCE;
    let mut late: Vec<f64> = Vec::new();
    while late.len() < TIMERS {
        anyhow::ensure!(Instant::now() < patience, "{} of {TIMERS} timers fired", late.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
        late = sqlx::query_scalar(
            "SELECT extract(epoch FROM fired.created_at - entered.created_at)::double precision - $3
               FROM flow_logs fired
               JOIN flow_logs entered ON entered.ticket_id = fired.ticket_id AND entered.transition_id = $2
              WHERE fired.transition_id = $1",
        )
        .bind(timed.transition("late"))
        .bind(timed.transition("submit"))
        .bind(f64::from(TIMER_SECONDS))
        .fetch_all(&stage.db)
        .await?;
    }
    late.sort_by(f64::total_cmp);
    anyhow::ensure!(late[0] >= 0.0, "a timer fired before it was due");
    let p99 = late[TIMERS * 99 / 100];
    println!("{:<44} {p99:>12.2} s {:>14} {:>8}  <= 5 s{}", "timer after it is due, p99", "", "", verdict(p99 <= 5.0));
    Ok(())
}

/// Restarts the node on its data directory, embedded database included.
pub(crate) async fn start_and_memory(stage: Stage) -> anyhow::Result<()> {
    let Stage { cluster, mut node, .. } = stage;
    let (mut starts, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        node.stop()?;
        let started = Instant::now();
        node = cluster.node().await?;
        starts.push(started.elapsed().as_secs_f64());
        tokio::time::sleep(IDLE).await;
        sizes.push(resident_mib(&node)?);
    }
    let (start, size) = (median(&mut starts), median(&mut sizes));
    println!(
        "{:<44} {start:>12.2} s {:>14} {:>8}  <= 2 s{}",
        "start on existing data to ready",
        "",
        "",
        verdict(start <= 2.0)
    );
    println!(
        "{:<44} {size:>10.1} MiB {:>14} {:>8}  <= 64 MiB{}",
        "resident memory, idle",
        "",
        "",
        verdict(size <= 64.0)
    );
    Ok(())
}

fn resident_mib(node: &Node) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.pid())).context("memory is read on Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}
