//! `gavia plugin hostile`: the corpus of attacks against this very build: its sandbox, its condition evaluator, its way of receiving
//! uploads, its check of imported workflows. A line a row, and exit code 1 unless all rows hold.

use std::fmt::Write as _;

use gavia_hostile::{DESIGNED, Row, Targets, Verdict, rows};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{self, documents},
    cli::{desk::say, stop::Stop},
    http, serve,
    workflow::Level,
};

const HOSTILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm"));
const PROBER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prober.wasm"));

pub(super) async fn run(wanted: &[String]) -> Result<(), Stop> {
    if let Some(unknown) = wanted.iter().find(|id| rows().all(|row| row.id != id.as_str())) {
        return Err(Stop::refused(format!("there is no row {unknown}; there are 01 to {DESIGNED} and i1 and so on")));
    }
    let stopping = CancellationToken::new();
    let _stop = stopping.clone().drop_guard();
    let uploads = serve::locally(http::uploads_alone(), stopping).await;
    let uploads = uploads.map_err(|error| Stop::Io("there is no port to receive uploads on", error))?;
    let targets = Targets { hostile: HOSTILE, prober: PROBER, conditions: app::CONDITION, uploads, import: imported };
    let chosen = |row: &Row| wanted.is_empty() || wanted.iter().any(|id| id == row.id);
    let mut unsaid = None;
    let tell = |verdict: &Verdict| unsaid = unsaid.take().or_else(|| say(&line(verdict)).err());
    let verdicts = gavia_hostile::run(targets, chosen, tell).await;
    let verdicts = verdicts.map_err(|reason| Stop::refused(format!("the corpus does not run: {reason}")))?;
    if let Some(stop) = unsaid {
        return Err(stop);
    }
    let (designed, incidents): (Vec<_>, Vec<_>) = verdicts.iter().partition(|verdict| !verdict.id.starts_with('i'));
    let held = |rows: &[&Verdict]| rows.iter().filter(|verdict| verdict.flaws.is_empty()).count();
    say(&format!("{} of {}", held(&designed), designed.len()))?;
    say(&format!("{} of {} incidents of other engines", held(&incidents), incidents.len()))?;
    match verdicts.iter().filter(|verdict| !verdict.flaws.is_empty()).count() {
        0 => Ok(()),
        1 => Err(Stop::refused("a row does not hold")),
        count => Err(Stop::refused(format!("{count} rows do not hold"))),
    }
}

/// Id, name, ends, the longest attack, the largest memory of a guest and growth of the process, and whether the row holds.
fn line(verdict: &Verdict) -> String {
    let Verdict { id, name, ends, attacks, wall, memory, resident, flaws } = verdict;
    let mib = |bytes: usize| {
        let tenths = bytes.saturating_mul(10) >> 20;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let resident = resident.map_or_else(|| "-".to_owned(), mib);
    let word = if flaws.is_empty() { "ok" } else { "FAILED" };
    let ends = ends.join(", ");
    let mut text = format!(
        "{id:>2}  {name:<46} {ends:<42} {attacks:>3} attacks {:>6} ms {:>5} MiB, +{resident:>5} MiB  {word}",
        wall.as_millis(),
        mib(*memory),
    );
    for flaw in flaws {
        write!(text, "\n      {flaw}").expect("a String takes everything");
    }
    text
}

/// The errors of a workflow document.
fn imported(text: &str) -> Vec<String> {
    const ENTRIES_MAX: usize = 1_000;
    let given = match http::strict_json::object_within(text.as_bytes(), ENTRIES_MAX) {
        Ok(given) => given,
        Err(reason) => return vec![reason],
    };
    let errors = documents::check_alone(given).into_iter().filter(|problem| problem.level == Level::Error);
    errors.map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}
