//! The numbers of plugin-runtime §6: what one call may spend.

use std::time::Duration;

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
    /// Fields and comments staged.
    pub effects: usize,
    /// Bytes of their keys, values and texts.
    pub effect_bytes: usize,
    /// Of an action's message.
    pub message_bytes: usize,
    /// Of an action's output.
    pub output_bytes: usize,
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
            effects: 100,
            effect_bytes: 256 << 10,
            message_bytes: 8 << 10,
            output_bytes: 256 << 10,
        }
    }
}
