//! What one call owns while it runs: WASI without authority, grants, counters, staged effects. Made for each call, thrown away after it.

use std::sync::Arc;

use wasmtime::{ResourceLimiter, component::ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::{
    call::Terms,
    grants::Grants,
    http::{FIELD_BYTES, Gateway, Http},
    limits::{Limits, MAX_MEMORY_BYTES},
    log::Logbook,
    outcome::{Effect, LogSource},
    services::Services,
};

/// WASI resources (streams, pollables, sockets) one call may hold.
pub const MAX_RESOURCES: usize = 256;

pub(crate) struct State {
    table: ResourceTable,
    /// Made when a guest first asks for it: many never do.
    wasi: Option<WasiCtx>,
    http_ctx: WasiHttpCtx,
    pub(crate) http: Http,
    pub(crate) memory: Meter,
    pub(crate) limits: Limits,
    pub(crate) grants: Arc<Grants>,
    pub(crate) host: Arc<dyn Services>,
    pub(crate) own: OwnTicket,
    pub(crate) log: Logbook,
    pub(crate) cpu_ticks: u64,
    pub(crate) host_calls: u32,
    pub(crate) denied: u32,
    pub(crate) last_host_call: Option<&'static str>,
    /// The most that came with one call of the contract's imports.
    pub(crate) transfer_bytes: usize,
    /// The largest value kept, and all keys and values.
    pub(crate) kv_value_bytes: usize,
    pub(crate) kv_written_bytes: u64,
    pub(crate) effects: Vec<Effect>,
    pub(crate) effect_bytes: usize,
}

/// The ticket that the call is about: what the grant `own` means.
#[derive(Clone, Copy)]
pub(crate) struct OwnTicket {
    pub(crate) id: i64,
    pub(crate) workflow_id: i64,
}

impl State {
    pub(crate) fn new(terms: Terms, gateway: Arc<Gateway>) -> State {
        let Terms { limits, grants, host, own, .. } = terms;
        // The pool's slots have no room for more.
        let limits = Limits { memory_bytes: limits.memory_bytes.min(MAX_MEMORY_BYTES), ..limits };
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let mut http_ctx = WasiHttpCtx::new();
        http_ctx.set_field_size_limit(FIELD_BYTES);
        let log = Logbook::new(&limits);
        State {
            table,
            wasi: None,
            http_ctx,
            http: Http::new(grants.clone(), host.clone(), gateway, log.clone(), &limits),
            memory: Meter::new(&limits),
            log,
            limits,
            grants,
            host,
            own,
            cpu_ticks: 0,
            host_calls: 0,
            denied: 0,
            last_host_call: None,
            transfer_bytes: 0,
            kv_value_bytes: 0,
            kv_written_bytes: 0,
            effects: Vec::new(),
            effect_bytes: 0,
        }
    }

    /// Host calls and requests that were refused.
    pub(crate) fn refusals(&self) -> u32 {
        self.denied.saturating_add(self.http.denied())
    }

    /// Gives up every WASI resource of a call that is over, and says how many there were at the same time at most. The table does not tell,
    /// but it never shrinks and takes places that are free again before new ones: once those are taken, the next is as many as there ever were.
    pub(crate) fn give_up_resources(&mut self) -> usize {
        let mut table = std::mem::take(&mut self.table);
        table.set_max_capacity(0);
        while table.push(()).is_ok() {}
        table.set_max_capacity(usize::MAX);
        table.push(()).map_or(MAX_RESOURCES, |next| next.rep() as usize)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let log = &self.log;
        let ctx = self.wasi.get_or_insert_with(|| {
            // No arguments, no environment, no preopened folder, no standard input: those are the builder's defaults.
            WasiCtxBuilder::new()
                .stdout(log.stream(LogSource::Stdout))
                .stderr(log.stream(LogSource::Stderr))
                .max_random_size(64 << 10)
                .allow_tcp(false)
                .allow_udp(false)
                .allow_ip_name_lookup(false)
                .build()
        });
        WasiCtxView { ctx, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http_ctx, table: &mut self.table, hooks: &mut self.http }
    }
}

/// Adds up every memory and table of a call and says no past the limit.
pub(crate) struct Meter {
    memory_cap: usize,
    table_cap: usize,
    memory: usize,
    elements: usize,
    pub(crate) peak: usize,
    pub(crate) peak_elements: usize,
    /// The guest was refused memory or table elements: whatever trap follows is about that.
    pub(crate) refused: bool,
}

impl Meter {
    fn new(limits: &Limits) -> Meter {
        Meter {
            memory_cap: limits.memory_bytes,
            table_cap: limits.table_elements,
            memory: 0,
            elements: 0,
            peak: 0,
            peak_elements: 0,
            refused: false,
        }
    }
}

/// What a sum becomes when one part grows; `None` past the cap.
fn grown(sum: usize, current: usize, desired: usize, cap: usize) -> Option<usize> {
    sum.checked_sub(current)?.checked_add(desired).filter(|total| *total <= cap)
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let Some(total) = grown(self.memory, current, desired, self.memory_cap) else {
            self.refused = true;
            return Ok(false);
        };
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false); // the module's own bound
        }
        self.memory = total;
        self.peak = self.peak.max(total);
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let Some(total) = grown(self.elements, current, desired, self.table_cap) else {
            self.refused = true;
            return Ok(false);
        };
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.elements = total;
        self.peak_elements = self.peak_elements.max(total);
        Ok(true)
    }

    fn instances(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        8
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::limits::Kind;

    #[test]
    fn memories_are_added_up_and_a_refusal_is_remembered() {
        let mut limits = Limits::for_kind(Kind::Action);
        limits.memory_bytes = 10 << 16;
        let mut meter = Meter::new(&limits);
        assert!(meter.memory_growing(0, 4 << 16, None).unwrap());
        assert!(meter.memory_growing(0, 4 << 16, None).unwrap());
        assert!(meter.memory_growing(4 << 16, 6 << 16, None).unwrap());
        assert!(!meter.refused);
        assert!(!meter.memory_growing(4 << 16, 5 << 16, None).unwrap());
        assert!(meter.refused);
        assert_eq!(meter.peak, 10 << 16);
    }

    #[test]
    fn a_modules_own_maximum_is_not_our_refusal() {
        let mut meter = Meter::new(&Limits::for_kind(Kind::Action));
        assert!(meter.memory_growing(0, 1 << 16, Some(2 << 16)).unwrap());
        assert!(!meter.memory_growing(1 << 16, 3 << 16, Some(2 << 16)).unwrap());
        assert!(!meter.refused);
    }
}
