//! The one engine of the process: its configuration (plugin-runtime §6), its pool, the clock that interrupts guests.
//!
//! Every setting here is part of the compiled code's name (`id`): a change makes every cached file unusable, which is what we want.

use std::{
    hash::{Hash as _, Hasher},
    num::NonZeroUsize,
    sync::mpsc,
    thread,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig};

use crate::{error::StartError, limits::MAX_MEMORY_BYTES, sandbox::Allocator};

/// What a tick of processor time is.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// The largest number of table elements any plugin may have; the pool's tables have this size.
pub(crate) const MAX_TABLE_ELEMENTS: usize = 20_000;

/// How many core instances, memories and tables one component may have: enough for what the tools of other languages make.
pub(crate) const MAX_CORE_INSTANCES: u32 = 16;
pub(crate) const MAX_MEMORIES: u32 = 2;
pub(crate) const MAX_TABLES: u32 = 8;

/// An engine whose pool holds `slots` calls at once.
pub(crate) fn start(allocator: Allocator, slots: u32) -> Result<Engine, StartError> {
    let pooling = || Engine::new(&config(Some(slots)));
    let on_demand = || Engine::new(&config(None));
    let engine = match allocator {
        Allocator::Pooling => pooling(),
        Allocator::OnDemand => on_demand(),
        Allocator::Auto => pooling().or_else(|error| {
            tracing::warn!(%error, "no address space for the pool of plugin instances: calls will start more slowly");
            on_demand()
        }),
    };
    engine.map_err(|error| StartError::Engine(format!("{error:#}")))
}

fn config(pool: Option<u32>) -> Config {
    let mut config = Config::new();
    // Threads, exceptions and typed function references are off by not being compiled in; `inspect.rs` refuses all three by name.
    config
        .wasm_component_model(true)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .wasm_gc(false)
        .wasm_relaxed_simd(false)
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
        .memory_init_cow(true)
        // The same for both allocators, so that they share compiled code.
        .memory_reservation(MAX_MEMORY_BYTES as u64)
        .memory_guard_size(32 << 20)
        .generate_address_map(true)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20));
    if let Some(slots) = pool {
        config.allocation_strategy(pool_of(slots));
    }
    config
}

fn pool_of(slots: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_memories(slots * MAX_MEMORIES)
        .total_stacks(slots)
        .total_core_instances(slots.saturating_mul(4))
        .total_tables(slots.saturating_mul(3))
        .max_memory_size(MAX_MEMORY_BYTES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .max_memories_per_component(MAX_MEMORIES)
        .max_memories_per_module(1)
        .max_tables_per_component(MAX_TABLES)
        .max_tables_per_module(2)
        .max_core_instances_per_component(MAX_CORE_INSTANCES)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(16 << 10)
        .async_stack_keep_resident(16 << 10)
        // Halves the time of a call where the kernel has it (Linux 6.7).
        .pagemap_scan(Enabled::Auto);
    pool
}

/// A name for all that compiled code depends on: settings, wasmtime's version, the processor and its features.
pub(crate) fn id(engine: &Engine) -> String {
    let mut hasher = ShaHasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    std::env::consts::ARCH.hash(&mut hasher);
    hex::encode(&hasher.0.finalize()[..16])
}

/// `Hash` values into SHA-256: the name must be the same in every process, which the standard hasher does not promise.
struct ShaHasher(Sha256);

impl Hasher for ShaHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        u64::from_le_bytes(std::array::from_fn(|i| digest[i]))
    }
}

/// Counts the engine's epochs until it is dropped.
pub(crate) struct Ticker {
    /// Nothing is ever sent: the thread ends when this end is gone.
    _alive: mpsc::Sender<()>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Ticker, StartError> {
        let (alive, gone) = mpsc::channel::<()>();
        let engine = engine.clone();
        thread::Builder::new()
            .name("plugin-ticks".to_owned())
            .spawn(move || {
                while let Err(mpsc::RecvTimeoutError::Timeout) = gone.recv_timeout(TICK) {
                    engine.increment_epoch();
                }
            })
            .map_err(|error| StartError::Engine(format!("no thread for the clock: {error}")))?;
        Ok(Ticker { _alive: alive })
    }
}
