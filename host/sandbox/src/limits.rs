//! The numbers of plugin-runtime §6: what one call may spend.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a plugin is for: one for each world of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Action,
    Participants,
    Notice,
    Condition,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Action, Kind::Participants, Kind::Notice, Kind::Condition];

    /// The interface of `gavia:plugin@0.1.0` that makes a component one of this kind.
    pub fn export(self) -> &'static str {
        match self {
            Kind::Action => "gavia:plugin/action@0.1.0",
            Kind::Participants => "gavia:plugin/participants@0.1.0",
            Kind::Notice => "gavia:plugin/notice@0.1.0",
            Kind::Condition => "gavia:plugin/condition@0.1.0",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Action => "action",
            Kind::Participants => "participants",
            Kind::Notice => "notice",
            Kind::Condition => "condition",
        })
    }
}

/// The largest linear memory any plugin may have; the pool's slots have this size.
pub const MAX_MEMORY_BYTES: usize = 64 << 20;

/// The most calls of one plugin at once.
pub const MAX_CALLS: u32 = 16;

/// What one call may use. `Limits::for_kind` gives the defaults; every number is a bound on the host's side too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time on the processor, counted in ticks of 5 ms.
    pub cpu: Duration,
    /// From the start of the call to its answer, waiting included, queueing not.
    pub wall: Duration,
    /// Over all linear memories; at most [`MAX_MEMORY_BYTES`].
    pub memory_bytes: usize,
    /// Over all tables.
    pub table_elements: usize,
    /// From the guest to the host, for each host call and for the result.
    pub transfer_bytes: usize,
    /// Calls of `gavia:plugin` imports.
    pub host_calls: u32,
    /// Handles of resources, in all.
    pub handles: usize,
    pub log_bytes: usize,
    pub log_lines: usize,
    /// Standard output and standard error together.
    pub stdio_bytes: usize,
    /// Requests of `wasi:http`, whatever became of them.
    pub http_requests: u32,
    /// Requests whose answer has not been read to its end.
    pub http_at_once: u32,
    /// One request, from the call to the last byte of the answer's body.
    pub http_time: Duration,
    /// The body of one request.
    pub http_sent_bytes: usize,
    /// The body of one answer.
    pub http_received_bytes: usize,
    /// One value in `kv`.
    pub kv_value_bytes: usize,
    /// Keys and values of all that the plugin keeps in `kv`; counted by the host.
    pub kv_bytes: usize,
    /// Fields and comments staged.
    pub effects: usize,
    /// Bytes of their keys, values and texts.
    pub effect_bytes: usize,
    /// Of an action's message.
    pub message_bytes: usize,
    /// Of an action's output.
    pub output_bytes: usize,
    /// Usernames that a participants plugin answers.
    pub participants: usize,
    /// Deliveries that a notice plugin reports.
    pub deliveries: usize,
    /// Calls of this plugin at once; at most [`MAX_CALLS`].
    pub calls: u32,
    /// How long a call waits for its turn.
    pub queue: Duration,
    /// Calls in a row without an answer until the plugin is suspended; `u32::MAX` for never.
    pub failures: u32,
}

impl Limits {
    /// The defaults of plugin-runtime §6.
    pub fn for_kind(kind: Kind) -> Limits {
        let (cpu_ms, wall_ms, memory_mib) = match kind {
            Kind::Action | Kind::Notice => (1_000, 30_000, 64),
            Kind::Participants => (500, 5_000, 64),
            Kind::Condition => (50, 200, 8),
        };
        Limits {
            cpu: Duration::from_millis(cpu_ms),
            wall: Duration::from_millis(wall_ms),
            memory_bytes: memory_mib << 20,
            table_elements: 20_000,
            transfer_bytes: 1 << 20,
            host_calls: 10_000,
            handles: 1_024,
            log_bytes: 64 << 10,
            log_lines: 500,
            stdio_bytes: 64 << 10,
            http_requests: 10,
            http_at_once: 4,
            http_time: Duration::from_secs(5),
            http_sent_bytes: 1 << 20,
            http_received_bytes: 1 << 20,
            kv_value_bytes: 64 << 10,
            kv_bytes: 10 << 20,
            effects: 100,
            effect_bytes: 256 << 10,
            message_bytes: 8 << 10,
            output_bytes: 256 << 10,
            participants: 1_000,
            deliveries: 1_000,
            calls: MAX_CALLS,
            queue: Duration::from_secs(5),
            failures: 5,
        }
    }

    /// These limits with a plugin's own numbers where those are lower. Nothing is ever raised, and nothing that a call cannot do
    /// without falls to zero.
    #[must_use]
    pub fn lowered(self, own: &Lowered) -> Limits {
        let time =
            |server: Duration, own: Option<u64>| own.map_or(server, |ms| server.min(Duration::from_millis(ms.max(1))));
        let size = |server: usize, own: Option<usize>| own.map_or(server, |own| server.min(own));
        let count = |server: u32, own: Option<u32>| own.map_or(server, |own| server.min(own));
        Limits {
            cpu: time(self.cpu, own.cpu_ms),
            wall: time(self.wall, own.wall_ms),
            memory_bytes: size(self.memory_bytes, own.memory_bytes),
            table_elements: size(self.table_elements, own.table_elements),
            transfer_bytes: size(self.transfer_bytes, own.transfer_bytes),
            host_calls: count(self.host_calls, own.host_calls),
            handles: size(self.handles, own.handles),
            log_bytes: size(self.log_bytes, own.log_bytes),
            log_lines: size(self.log_lines, own.log_lines),
            stdio_bytes: size(self.stdio_bytes, own.stdio_bytes),
            http_requests: count(self.http_requests, own.http_requests),
            http_at_once: count(self.http_at_once, own.http_at_once),
            http_time: time(self.http_time, own.http_ms),
            http_sent_bytes: size(self.http_sent_bytes, own.http_sent_bytes),
            http_received_bytes: size(self.http_received_bytes, own.http_received_bytes),
            kv_value_bytes: size(self.kv_value_bytes, own.kv_value_bytes),
            kv_bytes: size(self.kv_bytes, own.kv_bytes),
            effects: size(self.effects, own.effects),
            effect_bytes: size(self.effect_bytes, own.effect_bytes),
            message_bytes: size(self.message_bytes, own.message_bytes),
            output_bytes: size(self.output_bytes, own.output_bytes),
            participants: size(self.participants, own.participants),
            deliveries: size(self.deliveries, own.deliveries),
            calls: count(self.calls, own.calls).max(1),
            queue: time(self.queue, own.queue_ms),
            failures: count(self.failures, own.failures).max(1),
        }
    }

    /// All of them as they are typed and shown.
    pub fn numbers(&self) -> Lowered {
        let ms = |time: Duration| u64::try_from(time.as_millis()).ok();
        Lowered {
            cpu_ms: ms(self.cpu),
            wall_ms: ms(self.wall),
            memory_bytes: Some(self.memory_bytes),
            table_elements: Some(self.table_elements),
            transfer_bytes: Some(self.transfer_bytes),
            host_calls: Some(self.host_calls),
            handles: Some(self.handles),
            log_bytes: Some(self.log_bytes),
            log_lines: Some(self.log_lines),
            stdio_bytes: Some(self.stdio_bytes),
            http_requests: Some(self.http_requests),
            http_at_once: Some(self.http_at_once),
            http_ms: ms(self.http_time),
            http_sent_bytes: Some(self.http_sent_bytes),
            http_received_bytes: Some(self.http_received_bytes),
            kv_value_bytes: Some(self.kv_value_bytes),
            kv_bytes: Some(self.kv_bytes),
            effects: Some(self.effects),
            effect_bytes: Some(self.effect_bytes),
            message_bytes: Some(self.message_bytes),
            output_bytes: Some(self.output_bytes),
            participants: Some(self.participants),
            deliveries: Some(self.deliveries),
            calls: Some(self.calls),
            queue_ms: ms(self.queue),
            failures: Some(self.failures),
        }
    }
}

/// One plugin's own numbers, as an administrator typed them; what is absent stays at the server's. Units and meanings as in [`Limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lowered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_elements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_calls: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handles: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_lines: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdio_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_requests: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_at_once: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_sent_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_received_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_value_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effects: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<u32>,
}

impl Lowered {
    /// These numbers, and the other ones where these say nothing.
    #[must_use]
    pub fn or(self, other: Lowered) -> Lowered {
        Lowered {
            cpu_ms: self.cpu_ms.or(other.cpu_ms),
            wall_ms: self.wall_ms.or(other.wall_ms),
            memory_bytes: self.memory_bytes.or(other.memory_bytes),
            table_elements: self.table_elements.or(other.table_elements),
            transfer_bytes: self.transfer_bytes.or(other.transfer_bytes),
            host_calls: self.host_calls.or(other.host_calls),
            handles: self.handles.or(other.handles),
            log_bytes: self.log_bytes.or(other.log_bytes),
            log_lines: self.log_lines.or(other.log_lines),
            stdio_bytes: self.stdio_bytes.or(other.stdio_bytes),
            http_requests: self.http_requests.or(other.http_requests),
            http_at_once: self.http_at_once.or(other.http_at_once),
            http_ms: self.http_ms.or(other.http_ms),
            http_sent_bytes: self.http_sent_bytes.or(other.http_sent_bytes),
            http_received_bytes: self.http_received_bytes.or(other.http_received_bytes),
            kv_value_bytes: self.kv_value_bytes.or(other.kv_value_bytes),
            kv_bytes: self.kv_bytes.or(other.kv_bytes),
            effects: self.effects.or(other.effects),
            effect_bytes: self.effect_bytes.or(other.effect_bytes),
            message_bytes: self.message_bytes.or(other.message_bytes),
            output_bytes: self.output_bytes.or(other.output_bytes),
            participants: self.participants.or(other.participants),
            deliveries: self.deliveries.or(other.deliveries),
            calls: self.calls.or(other.calls),
            queue_ms: self.queue_ms.or(other.queue_ms),
            failures: self.failures.or(other.failures),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_plugins_own_numbers_lower_and_never_raise() {
        let server = Limits::for_kind(Kind::Action);
        assert_eq!(server.lowered(&Lowered::default()), server);
        let own: Lowered = serde_json::from_str(
            r#"{"cpu_ms": 100, "wall_ms": 60000, "http_requests": 0, "calls": 0, "memory_bytes": 1073741824}"#,
        )
        .unwrap();
        let limits = server.lowered(&own);
        assert_eq!(limits.cpu, Duration::from_millis(100));
        assert_eq!((limits.wall, limits.memory_bytes), (server.wall, server.memory_bytes));
        assert_eq!((limits.http_requests, limits.calls), (0, 1));
        assert!(serde_json::from_str::<Lowered>(r#"{"cpu": 1}"#).is_err(), "a misspelt number is no silent default");
    }

    #[test]
    fn every_number_can_be_shown_typed_and_lowered() {
        for kind in Kind::ALL {
            let server = Limits::for_kind(kind);
            let shown = serde_json::to_value(server.numbers()).unwrap();
            let names: Vec<&String> = shown.as_object().unwrap().keys().collect();
            assert_eq!(names.len(), 26, "{names:?}");
            for name in names {
                let own: Lowered = serde_json::from_value(serde_json::json!({ name: 1 })).unwrap();
                let lowered = serde_json::to_value(server.lowered(&own).numbers()).unwrap();
                assert_eq!(lowered[name], 1, "{name}");
                let typed = serde_json::to_value(own.or(server.numbers())).unwrap();
                assert_eq!(typed, lowered, "{name}: nothing else changes");
            }
        }
    }
}
