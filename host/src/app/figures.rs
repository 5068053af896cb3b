//! What is counted while things happen, and under which names (plugin-runtime §7). How it is told is `http::metrics`. A label is a
//! plugin's name, a kind, an outcome or a route: never a person, a value or anything that a caller makes up.

use std::time::Duration;

use gavia_sandbox::{Kind, Outcome, PluginError, Prepared, Rejection, Sandbox};
use metrics::{counter, gauge, histogram};

use crate::store::{
    job_lists::{JobState, QueueLength},
    jobs::JobKind,
    names::Named as _,
};

/// The end of one call.
pub(super) fn called<T>(plugin: &str, kind: Kind, outcome: &Outcome<T>) {
    let (kind, usage) = (kind.to_string(), outcome.usage);
    let ended = outcome.result.as_ref().map_or_else(PluginError::class, |_| "ok");
    let plugin = plugin.to_owned();
    counter!("gavia_plugin_calls_total", "plugin" => plugin.clone(), "kind" => kind.clone(), "outcome" => ended)
        .increment(1);
    histogram!("gavia_plugin_call_seconds", "kind" => kind.clone()).record(seconds(usage.wall_ms));
    histogram!("gavia_plugin_queue_seconds", "kind" => kind.clone()).record(seconds(usage.queue_ms));
    histogram!("gavia_plugin_cpu_seconds", "kind" => kind.clone()).record(usage.cpu().as_secs_f64());
    histogram!("gavia_plugin_memory_bytes", "kind" => kind).record(count(usage.peak_memory_bytes));
    let used = [
        ("gavia_plugin_host_calls_total", usage.host_calls.into()),
        ("gavia_plugin_denied_total", usage.denied.into()),
        ("gavia_plugin_effects_total", usage.effects.into()),
        ("gavia_plugin_log_lines_dropped_total", usage.logs_dropped.into()),
        ("gavia_plugin_http_requests_total", usage.http_requests.into()),
        ("gavia_plugin_http_sent_bytes_total", usage.http_sent_bytes),
        ("gavia_plugin_http_received_bytes_total", usage.http_received_bytes),
    ];
    for (name, number) in used.into_iter().filter(|(_, number)| *number > 0) {
        counter!(name, "plugin" => plugin.clone()).increment(number);
    }
}

fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

/// The end of one compilation, whoever asked for it.
pub(super) fn compiled(prepared: &Result<Prepared, Rejection>) {
    let outcome = match prepared {
        Ok(prepared) => {
            histogram!("gavia_plugin_compile_seconds").record(prepared.took.as_secs_f64());
            "ok"
        }
        Err(Rejection::Internal(_)) => "failed",
        Err(_) => "rejected",
    };
    counter!("gavia_plugin_compilations_total", "outcome" => outcome).increment(1);
}

/// Where a plugin that was needed came from: `memory` and `file` are hits of the cache, `compiler` is a miss.
pub(super) fn loaded(from: &'static str) {
    counter!("gavia_plugin_loads_total", "from" => from).increment(1);
}

/// What became of one try of a job: `done` (or moved to a later try by its own rules), `failed` inside, `given_up`.
pub(super) fn job(kind: JobKind, outcome: &'static str) {
    counter!("gavia_job_tries_total", "kind" => kind.name(), "outcome" => outcome).increment(1);
}

/// What is read off when somebody asks.
pub(super) fn standing(sandbox: &Sandbox, suspended: Vec<(String, Duration)>) {
    gauge!("gavia_plugin_slots").set(count(sandbox.slots()));
    gauge!("gavia_plugin_slots_in_use").set(count(sandbox.in_use()));
    for (plugin, remaining) in suspended {
        gauge!("gavia_plugin_suspended_seconds", "plugin" => plugin).set(remaining.as_secs_f64());
    }
}

/// Kinds and states without jobs are told too: a gauge that is not set keeps its last value.
pub(super) fn queue(lengths: &[QueueLength]) {
    for (kind_name, kind) in JobKind::TABLE {
        for (state_name, state) in JobState::TABLE {
            let found = lengths.iter().find(|length| length.kind == *kind && length.state == *state);
            let jobs = found.map_or(0, |length| usize::try_from(length.jobs).unwrap_or(usize::MAX));
            gauge!("gavia_jobs", "kind" => *kind_name, "state" => *state_name).set(count(jobs));
        }
    }
}

pub(super) fn connections(open: u32, idle: usize) {
    gauge!("gavia_database_connections", "state" => "open").set(f64::from(open));
    gauge!("gavia_database_connections", "state" => "idle").set(count(idle));
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
