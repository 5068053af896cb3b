//! The figures of design.md §10 that need a whole server: `./dev bench` runs this beside the sandbox's own benchmark and prints one
//! table. The direct side of a ratio is this program once more, in a process of its own (`direct`). Nothing is written into the tree:
//! the database lies in a folder that goes with the run.
//!
//! `BENCH_SECONDS` shortens the rounds (10 s each), `BENCH_TICKETS` names other sizes than 10000,100000,1000000.
#![expect(clippy::print_stdout, reason = "the table is the output")]

mod direct;
mod fill;
mod lists;
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
    let sizes = env::var("BENCH_TICKETS").unwrap_or_else(|_| "10000,100000,1000000".into());
    let sizes = sizes.split(',').map(str::parse).collect::<Result<Vec<i64>, _>>()?;

    let mut stage = Stage::build().await?;
    let mut waits = Vec::new();
    for size in &sizes {
        stage.fill(*size).await?;
        for operation in Operation::ALL {
            waits.push((operation, ratio(&stage, operation, *size, Duration::from_secs_f64(seconds)).await?));
        }
        lists::shares(&stage, *size).await?;
        lists::console(&stage, *size).await?;
    }
    growth(&waits, &sizes);
    moments::script_starts(&mut stage).await?;
    moments::timers_fire(&stage).await?;
    lists::plans(&stage).await?;
    moments::start_and_memory(stage).await
}

/// One row: both sides in turns, throughputs and the median of the rounds' ratios. Answers the median wait over HTTP, in milliseconds.
async fn ratio(stage: &Stage, operation: Operation, tickets: i64, round: Duration) -> anyhow::Result<f64> {
    let (mut through, mut direct, mut ratios, mut waits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let http = load::run(&stage.plan(operation, round).await?, &stage.node.base).await?;
        let driver = direct::spawn(&stage.plan(operation, round).await?).await?;
        ratios.push(http.throughput / driver);
        through.push(http.throughput);
        waits.push(http.p50);
        direct.push(driver);
    }
    let (through, direct, ratio) = (median(&mut through), median(&mut direct), median(&mut ratios));
    let name = format!("{} over HTTP, {tickets} tickets", operation.name());
    println!("{name:<44} {through:>12.0}/s {direct:>12.0}/s {ratio:>8.2}  >= 0.7{}", verdict(ratio >= 0.7));
    Ok(median(&mut waits))
}

/// What the median caller waits with the most tickets, against the fewest.
fn growth(waits: &[(Operation, f64)], sizes: &[i64]) {
    let [fewest, .., most] = sizes else { return };
    for operation in [Operation::Duty, Operation::Detail, Operation::Handle] {
        let mut of = waits.iter().filter(|(name, _)| *name == operation).map(|(_, wait)| *wait);
        let (Some(few), Some(many)) = (of.next(), of.next_back()) else { continue };
        let name = format!("{}, p50 of {most} : {fewest} tickets", operation.name());
        println!("{name:<44} {many:>11.2} ms {few:>11.2} ms {:>8.2}  <= 1.5{}", many / few, verdict(many / few <= 1.5));
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn verdict(holds: bool) -> &'static str {
    if holds { "" } else { "  MISSED" }
}
