//! The numbers that the engine holds a run to (plugin-runtime §6): the server's, or the manifest's own where those are lower.

use gavia_plugin_manifest::{Kind, Manifest};

/// No plugin's to lower.
pub(super) const LINE_BYTES: usize = 4 << 10;
pub(super) const KV_KEY_BYTES: usize = 256;
pub(super) const HISTORY: u32 = 1_000;
pub(super) const PEOPLE: u32 = 1_000;

/// What one run may use.
pub(super) struct Quotas {
    pub(super) host_calls: usize,
    pub(super) log_lines: usize,
    pub(super) log_bytes: usize,
    pub(super) effects: usize,
    pub(super) effect_bytes: usize,
    pub(super) http_requests: usize,
    pub(super) http_sent_bytes: usize,
    pub(super) http_received_bytes: usize,
    pub(super) kv_value_bytes: usize,
    pub(super) kv_bytes: usize,
    pub(super) message_bytes: usize,
    pub(super) output_bytes: usize,
    pub(super) participants: usize,
    pub(super) deliveries: usize,
}

impl Quotas {
    pub(super) fn of(manifest: Option<&Manifest>, kind: Kind) -> Quotas {
        let own = manifest.and_then(|manifest| manifest.limits().get(&kind));
        let number = |name: &str, server: usize| {
            let own = own.and_then(|own| own.get(name)).and_then(|own| usize::try_from(*own).ok());
            own.map_or(server, |own| own.min(server))
        };
        Quotas {
            host_calls: number("host_calls", 10_000),
            log_lines: number("log_lines", 500),
            log_bytes: number("log_bytes", 64 << 10),
            effects: number("effects", 100),
            effect_bytes: number("effect_bytes", 256 << 10),
            http_requests: number("http_requests", 10),
            http_sent_bytes: number("http_sent_bytes", 1 << 20),
            http_received_bytes: number("http_received_bytes", 1 << 20),
            kv_value_bytes: number("kv_value_bytes", 64 << 10),
            kv_bytes: number("kv_bytes", 10 << 20),
            message_bytes: number("message_bytes", 8 << 10),
            output_bytes: number("output_bytes", 256 << 10),
            participants: number("participants", 1_000),
            deliveries: number("deliveries", 1_000),
        }
    }
}

/// Between runs, and of a host without a manifest.
impl Default for Quotas {
    fn default() -> Quotas {
        Quotas::of(None, Kind::Action)
    }
}
