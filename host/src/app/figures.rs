//! What is counted while things happen, and under which names (plugin-runtime §7). How it is told is `http::metrics`. A label is a
//! plugin's name, a kind, an outcome or a route: never a person, a value or anything that a caller makes up.

use std::time::Duration;

use gavia_sandbox::{Kind, Outcome, PluginError, Prepared, Rejection, Sandbox, Usage};
use metrics::{counter, gauge, histogram};

use crate::store::{
    job_lists::{JobState, QueueLength},
    jobs::JobKind,
    names::Named as _,
};

/// The end of one call.
pub(super) fn called<T>(plugin: &str, kind: Kind, outcome: &Outcome<T>) {
    let ended = outcome.result.as_ref().map_or_else(PluginError::class, |_| "ok");
    counter!("gavia_plugin_calls_total", "plugin" => plugin.to_owned(), "kind" => kind.to_string(), "outcome" => ended)
        .increment(1);
    used(plugin, kind, outcome.usage);
}

/// Each row of plugin-runtime §6 that a call spends of: what has a height as a histogram of its kind, what adds up by plugin. Every field by
/// name, so that the next one has to find its place here.
fn used(plugin: &str, kind: Kind, usage: Usage) {
    let cpu = usage.cpu();
    let Usage {
        cpu_ticks: _,
        wall_ms,
        queue_ms,
        peak_memory_bytes,
        peak_table_elements,
        transfer_bytes,
        host_calls,
        peak_resources,
        denied,
        log_lines,
        log_bytes,
        stdio_bytes,
        logs_dropped,
        http_requests,
        http_at_once,
        http_ms,
        http_sent_bytes,
        http_received_bytes,
        kv_value_bytes,
        kv_written_bytes,
        effects,
        effect_bytes,
        message_bytes,
        output_bytes,
        participants,
        deliveries,
    } = usage;
    let kind = kind.to_string();
    histogram!("gavia_plugin_call_seconds", "kind" => kind.clone()).record(seconds(wall_ms));
    histogram!("gavia_plugin_queue_seconds", "kind" => kind.clone()).record(seconds(queue_ms));
    histogram!("gavia_plugin_cpu_seconds", "kind" => kind.clone()).record(cpu.as_secs_f64());
    histogram!("gavia_plugin_memory_bytes", "kind" => kind.clone()).record(count(peak_memory_bytes));
    histogram!("gavia_plugin_table_elements", "kind" => kind.clone()).record(count(peak_table_elements));
    histogram!("gavia_plugin_transfer_bytes", "kind" => kind.clone()).record(count(transfer_bytes));
    histogram!("gavia_plugin_resources", "kind" => kind.clone()).record(count(peak_resources));
    if http_at_once > 0 {
        histogram!("gavia_plugin_http_at_once", "kind" => kind.clone()).record(f64::from(http_at_once));
        histogram!("gavia_plugin_http_longest_seconds", "kind" => kind.clone()).record(seconds(http_ms));
    }
    if kv_written_bytes > 0 {
        histogram!("gavia_plugin_kv_value_bytes", "kind" => kind).record(count(kv_value_bytes));
    }
    let sums = [
        ("gavia_plugin_host_calls_total", host_calls.into()),
        ("gavia_plugin_denied_total", denied.into()),
        ("gavia_plugin_log_lines_total", log_lines as u64),
        ("gavia_plugin_log_bytes_total", log_bytes as u64),
        ("gavia_plugin_stdio_bytes_total", stdio_bytes as u64),
        ("gavia_plugin_log_lines_dropped_total", logs_dropped.into()),
        ("gavia_plugin_http_requests_total", http_requests.into()),
        ("gavia_plugin_http_sent_bytes_total", http_sent_bytes),
        ("gavia_plugin_http_received_bytes_total", http_received_bytes),
        ("gavia_plugin_kv_written_bytes_total", kv_written_bytes),
        ("gavia_plugin_effects_total", effects.into()),
        ("gavia_plugin_effect_bytes_total", effect_bytes as u64),
        ("gavia_plugin_message_bytes_total", message_bytes as u64),
        ("gavia_plugin_output_bytes_total", output_bytes as u64),
        ("gavia_plugin_participants_total", participants as u64),
        ("gavia_plugin_deliveries_total", deliveries as u64),
    ];
    for (name, number) in sums.into_iter().filter(|(_, number)| *number > 0) {
        counter!(name, "plugin" => plugin.to_owned()).increment(number);
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

/// What plugins keep in `kv`, on whichever node they wrote it.
pub(super) fn kept(plugins: &[(String, u64)]) {
    for (plugin, bytes) in plugins {
        let bytes = usize::try_from(*bytes).unwrap_or(usize::MAX);
        gauge!("gavia_plugin_kv_bytes", "plugin" => plugin.clone()).set(count(bytes));
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

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    /// A number of its own for every field.
    fn everything() -> Usage {
        Usage {
            cpu_ticks: 1,
            wall_ms: 2_000,
            queue_ms: 3_000,
            peak_memory_bytes: 65_537,
            peak_table_elements: 5,
            transfer_bytes: 1_025,
            host_calls: 7,
            peak_resources: 3,
            denied: 9,
            log_lines: 10,
            log_bytes: 11,
            stdio_bytes: 12,
            logs_dropped: 13,
            http_requests: 14,
            http_at_once: 2,
            http_ms: 15_000,
            http_sent_bytes: 16,
            http_received_bytes: 17,
            kv_value_bytes: 18,
            kv_written_bytes: 19,
            effects: 20,
            effect_bytes: 21,
            message_bytes: 22,
            output_bytes: 23,
            participants: 24,
            deliveries: 25,
        }
    }

    fn told(usage: Usage) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let outcome = Outcome { result: Ok(()), usage, logs: Vec::new(), effects: Vec::new() };
            called("mine", Kind::Notice, &outcome);
        });
        recorder.handle().render()
    }

    #[test]
    fn every_row_of_the_limits_is_told() {
        let text = told(everything());
        for line in [
            "gavia_plugin_calls_total{plugin=\"mine\",kind=\"notice\",outcome=\"ok\"} 1",
            "gavia_plugin_cpu_seconds_sum{kind=\"notice\"} 0.005",
            "gavia_plugin_call_seconds_sum{kind=\"notice\"} 2",
            "gavia_plugin_queue_seconds_sum{kind=\"notice\"} 3",
            "gavia_plugin_memory_bytes_sum{kind=\"notice\"} 65537",
            "gavia_plugin_table_elements_sum{kind=\"notice\"} 5",
            "gavia_plugin_transfer_bytes_sum{kind=\"notice\"} 1025",
            "gavia_plugin_resources_sum{kind=\"notice\"} 3",
            "gavia_plugin_http_at_once_sum{kind=\"notice\"} 2",
            "gavia_plugin_http_longest_seconds_sum{kind=\"notice\"} 15",
            "gavia_plugin_kv_value_bytes_sum{kind=\"notice\"} 18",
            "gavia_plugin_host_calls_total{plugin=\"mine\"} 7",
            "gavia_plugin_denied_total{plugin=\"mine\"} 9",
            "gavia_plugin_log_lines_total{plugin=\"mine\"} 10",
            "gavia_plugin_log_bytes_total{plugin=\"mine\"} 11",
            "gavia_plugin_stdio_bytes_total{plugin=\"mine\"} 12",
            "gavia_plugin_log_lines_dropped_total{plugin=\"mine\"} 13",
            "gavia_plugin_http_requests_total{plugin=\"mine\"} 14",
            "gavia_plugin_http_sent_bytes_total{plugin=\"mine\"} 16",
            "gavia_plugin_http_received_bytes_total{plugin=\"mine\"} 17",
            "gavia_plugin_kv_written_bytes_total{plugin=\"mine\"} 19",
            "gavia_plugin_effects_total{plugin=\"mine\"} 20",
            "gavia_plugin_effect_bytes_total{plugin=\"mine\"} 21",
            "gavia_plugin_message_bytes_total{plugin=\"mine\"} 22",
            "gavia_plugin_output_bytes_total{plugin=\"mine\"} 23",
            "gavia_plugin_participants_total{plugin=\"mine\"} 24",
            "gavia_plugin_deliveries_total{plugin=\"mine\"} 25",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}: {text}");
        }
    }

    #[test]
    fn what_a_call_did_not_touch_makes_no_series() {
        let text = told(Usage { wall_ms: 1, ..Usage::default() });
        for name in ["denied", "http", "kv", "effect", "log", "participants"] {
            assert!(!text.contains(&format!("gavia_plugin_{name}")), "{name}: {text}");
        }
    }
}
