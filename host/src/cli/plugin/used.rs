//! What a call used of what it may use, row by row of plugin-runtime §6, as `gavia plugin test` prints it.

use std::time::Duration;

use gavia_sandbox::{Limits, MAX_RESOURCES, Usage};

/// What is told of every call, and of the rest what it used at all. Every field by name, so that the next one has to find its place here.
/// `kv_bytes` is what the plugin keeps after the call.
pub(super) fn told(usage: &Usage, limits: &Limits, kv_bytes: usize) -> [String; 2] {
    let Usage {
        cpu_ticks: _,
        wall_ms,
        queue_ms: _, // nothing else runs here: neither a queue, nor calls at once, nor failures in a row
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
        kv_written_bytes: _, // as the case begins with nothing kept, what is kept after it says more
        effects,
        effect_bytes,
        message_bytes,
        output_bytes,
        participants,
        deliveries,
    } = *usage;
    let always = format!(
        "cpu {} of {} ms, {wall_ms} of {} ms in all, memory {} of {} KiB, {host_calls} of {} host calls",
        ms(usage.cpu()),
        ms(limits.cpu),
        ms(limits.wall),
        kib(peak_memory_bytes),
        kib(limits.memory_bytes),
        limits.host_calls,
    );
    let rows = [
        (peak_table_elements as u64, format!("of {} table elements", limits.table_elements)),
        (transfer_bytes as u64, format!("of {} bytes handed over at once", limits.transfer_bytes)),
        (peak_resources as u64, format!("of {MAX_RESOURCES} resources of WASI")),
        (log_lines as u64, format!("of {} log lines", limits.log_lines)),
        (log_bytes as u64, format!("of {} bytes logged", limits.log_bytes)),
        (stdio_bytes as u64, format!("of {} bytes printed", limits.stdio_bytes)),
        (logs_dropped.into(), "log lines dropped".to_owned()),
        (effects.into(), format!("of {} changes", limits.effects)),
        (effect_bytes as u64, format!("of {} bytes of changes", limits.effect_bytes)),
        (kv_value_bytes as u64, format!("of {} bytes in one value", limits.kv_value_bytes)),
        (kv_bytes as u64, format!("of {} bytes stored", limits.kv_bytes)),
        (http_requests.into(), format!("of {} requests", limits.http_requests)),
        (http_at_once.into(), format!("of {} at once", limits.http_at_once)),
        (http_ms, format!("of {} ms for one", ms(limits.http_time))),
        (http_sent_bytes, format!("bytes sent ({} a request)", limits.http_sent_bytes)),
        (http_received_bytes, format!("bytes received ({} a request)", limits.http_received_bytes)),
        (message_bytes as u64, format!("of {} bytes of message", limits.message_bytes)),
        (output_bytes as u64, format!("of {} bytes of output", limits.output_bytes)),
        (participants as u64, format!("of {} participants", limits.participants)),
        (deliveries as u64, format!("of {} deliveries", limits.deliveries)),
        (denied.into(), "refused".to_owned()),
    ];
    let more: Vec<String> =
        rows.iter().filter(|(number, _)| *number > 0).map(|(number, of)| format!("{number} {of}")).collect();
    [always, more.join(", ")]
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1 << 10)
}

#[cfg(test)]
mod tests {
    use gavia_sandbox::Kind;

    use super::*;

    #[test]
    fn every_row_of_the_limits_is_told_against_its_limit() {
        let usage = Usage {
            cpu_ticks: 2,
            wall_ms: 31,
            queue_ms: 1,
            peak_memory_bytes: (2 << 10) + 1,
            peak_table_elements: 4,
            transfer_bytes: 5,
            host_calls: 6,
            peak_resources: 7,
            denied: 8,
            log_lines: 9,
            log_bytes: 10,
            stdio_bytes: 11,
            logs_dropped: 12,
            http_requests: 13,
            http_at_once: 14,
            http_ms: 15,
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
        };
        let limits = Limits::for_kind(Kind::Action);
        let [always, more] = told(&usage, &limits, 26);
        assert_eq!(always, "cpu 10 of 1000 ms, 31 of 30000 ms in all, memory 3 of 65536 KiB, 6 of 10000 host calls");
        assert_eq!(
            more,
            "4 of 20000 table elements, 5 of 1048576 bytes handed over at once, 7 of 256 resources of WASI, \
             9 of 500 log lines, 10 of 65536 bytes logged, 11 of 65536 bytes printed, 12 log lines dropped, \
             20 of 100 changes, 21 of 262144 bytes of changes, 18 of 65536 bytes in one value, 26 of 10485760 bytes stored, \
             13 of 10 requests, 14 of 4 at once, 15 of 5000 ms for one, 16 bytes sent (1048576 a request), \
             17 bytes received (1048576 a request), 22 of 8192 bytes of message, 23 of 262144 bytes of output, \
             24 of 1000 participants, 25 of 1000 deliveries, 8 refused"
        );
        let [_, nothing] = told(&Usage::default(), &limits, 0);
        assert_eq!(nothing, "");
    }
}
