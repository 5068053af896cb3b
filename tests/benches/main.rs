//! The figures of design.md §10 that need a whole server: `./dev bench` runs this beside the sandbox's own benchmark and prints one
//! table. The direct side of a ratio is this program once more, in a process of its own (`direct`). Nothing is written into the tree:
//! the database lies in a folder that goes with the run.
//!
//! `BENCH_SECONDS` shortens the rounds (10 s each), `BENCH_TICKETS` names other sizes than 10000,100000.
#![expect(clippy::print_stdout, reason = "the table is the output")]

mod direct;
mod load;
mod moments;
mod plan;
mod stage;

use std::{env, time::Duration};

use plan::Operation;
use stage::Stage;

/// Turns of each side; the ratio is the median of theirs.
const ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    if let Some(plan) = env::args().skip_while(|argument| argument != "direct").nth(1) {
        return runtime.block_on(direct::run(&serde_json::from_str(&plan)?));
    }
    runtime.block_on(figures())
}

async fn figures() -> anyhow::Result<()> {
    println!("{:<44} {:>14} {:>14} {:>8}  bound", "figure", "gavia", "direct", "ratio");
    for row in env::var("BENCH_ROWS").unwrap_or_default().lines() {
        println!("{row}");
    }
    let seconds = env::var("BENCH_SECONDS").map_or(Ok(10.0), |text| text.parse())?;
    let sizes = env::var("BENCH_TICKETS").unwrap_or_else(|_| "10000,100000".into());
    let sizes = sizes.split(',').map(str::parse).collect::<Result<Vec<i64>, _>>()?;

    let mut stage = Stage::build().await?;
    for size in sizes {
        stage.fill(size).await?;
        for operation in Operation::ALL {
            ratio(&stage, operation, size, Duration::from_secs_f64(seconds)).await?;
        }
    }
    moments::script_starts(&mut stage).await?;
    moments::start_and_memory(stage).await
}

/// One row: both sides in turns, throughputs and the median of the rounds' ratios.
async fn ratio(stage: &Stage, operation: Operation, tickets: i64, round: Duration) -> anyhow::Result<()> {
    let (mut through, mut direct, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let http = load::run(&stage.plan(operation, round).await?, &stage.node.base).await?;
        let driver = direct::spawn(&stage.plan(operation, round).await?).await?;
        ratios.push(http / driver);
        through.push(http);
        direct.push(driver);
    }
    let (through, direct, ratio) = (median(&mut through), median(&mut direct), median(&mut ratios));
    let name = format!("{} over HTTP, {tickets} tickets", operation.name());
    println!("{name:<44} {through:>12.0}/s {direct:>12.0}/s {ratio:>8.2}  >= 0.7{}", verdict(ratio >= 0.7));
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn verdict(holds: bool) -> &'static str {
    if holds { "" } else { "  MISSED" }
}
