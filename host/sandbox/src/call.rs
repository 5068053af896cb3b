//! One call: a slot, a fresh store, the three clocks, an outcome (plugin-runtime §7).
//!
//! A call that has begun is never dropped half-way: when its caller goes away (a client hung up), the call moves into a task of its own
//! and ends by its own limits; the slot goes back only then (`owned.rs`). One that computes for long goes on in the slow lane (`lane.rs`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::{
    classify::{Circumstances, classify},
    engine::TICK,
    error::PluginError,
    export::Export,
    gate::verdict,
    grants::Grants,
    http::Gateway,
    lane::Lane,
    limits::Limits,
    log::{Closed, Logbook},
    outcome::{Effect, Outcome, Usage},
    owned::Owned,
    plugin::Plugin,
    services::Services,
    state::{OwnTicket, State},
    transfer::Transfer as _,
};

/// What all calls share.
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) lane: Arc<Lane>,
    /// True from the moment that the server shuts down.
    pub(crate) ended: watch::Receiver<bool>,
}

/// A call's circumstances.
pub(crate) struct Terms {
    pub(crate) limits: Limits,
    pub(crate) grants: Arc<Grants>,
    pub(crate) host: Arc<dyn Services>,
    pub(crate) own: OwnTicket,
    /// Names the call in logs.
    pub(crate) id: String,
}

pub(crate) async fn run<E: Export>(desk: &Desk, plugin: &Plugin, export: E, terms: Terms) -> Outcome<E::Answer> {
    let asked = Instant::now();
    let limits = terms.limits;
    let slot = match slot(desk, plugin, &limits).await {
        Ok(slot) => slot,
        Err(error) => {
            return Outcome::failed(error, usage_of_queue(asked));
        }
    };
    let queue_ms = millis(asked.elapsed());
    let id = terms.id.clone();
    let begun = Begun {
        engine: desk.engine.clone(),
        gateway: desk.gateway.clone(),
        ended: desk.ended.clone(),
        plugin: plugin.clone(),
        ticked: Arc::default(),
    };
    let plugin = plugin.clone();
    let (lane, ticked) = (desk.lane.clone(), begun.ticked.clone());
    let mut outcome = Owned::new(lane, ticked, async move {
        let outcome = begin(begun, export, terms).await;
        plugin.gate.0.report(verdict(&outcome.result), &limits);
        drop(slot);
        outcome
    })
    .await
    .unwrap_or_else(|panic| {
        tracing::error!(id, panic, "the host panicked in a plugin call");
        Outcome::failed(PluginError::Internal { id, chain: panic }, Usage::default())
    });
    outcome.usage.queue_ms = queue_ms;
    outcome
}

type Slot = (OwnedSemaphorePermit, OwnedSemaphorePermit);

async fn slot(desk: &Desk, plugin: &Plugin, limits: &Limits) -> Result<Slot, PluginError> {
    let mut ended = desk.ended.clone();
    if *ended.borrow() {
        return Err(PluginError::Ended);
    }
    let gate = &plugin.gate.0;
    let wait = async {
        let own = gate.turn(limits).await?;
        // The semaphore is never closed.
        let any = desk.slots.clone().acquire_owned().await.map_err(|_| PluginError::Ended)?;
        Ok((own, any))
    };
    let busy = || PluginError::Busy {
        what: if gate.is_full(limits) {
            "this plugin has all the calls it may have at once"
        } else {
            "every slot is taken"
        },
    };
    let slot = tokio::select! {
        biased;
        slot = timeout(limits.queue, wait) => slot.unwrap_or_else(|_| Err(busy())),
        _ = ended.wait_for(|ended| *ended) => Err(PluginError::Ended),
    }?;
    // Last, so that whoever waited behind failing calls learns of them.
    gate.admit()?;
    Ok(slot)
}

/// What a call that has its slot takes along.
struct Begun {
    engine: Engine,
    gateway: Arc<Gateway>,
    ended: watch::Receiver<bool>,
    plugin: Plugin,
    /// Set when a tick has met the guest computing: from then on it is watched.
    ticked: Arc<AtomicBool>,
}

async fn begin<E: Export>(begun: Begun, export: E, terms: Terms) -> Outcome<E::Answer> {
    let Begun { engine, gateway, mut ended, plugin, ticked } = begun;
    let started = Instant::now();
    let (limits, id) = (terms.limits, terms.id.clone());
    let mut store = store(&engine, State::new(terms, gateway), ticked);
    let called = tokio::select! {
        biased;
        called = timeout(limits.wall, export.call(&plugin.loaded, &mut store)) => Some(called),
        _ = ended.wait_for(|ended| *ended) => None,
    };
    let mut state = store.into_data();
    let Closed { lines: logs, dropped: logs_dropped, stderr, used } = state.log.close();
    let mut usage = usage(&mut state);
    usage.wall_ms = millis(started.elapsed());
    (usage.log_lines, usage.log_bytes, usage.stdio_bytes) = (used.lines, used.log_bytes, used.stdio_bytes);
    usage.logs_dropped = logs_dropped;
    let log = &state.log;
    let result = match called {
        None => Err(PluginError::Ended),
        Some(Err(_)) => Err(PluginError::Timeout { wall: limits.wall, last_host_call: state.last_host_call }),
        Some(Ok(Err(error))) => Err(classify(
            &error,
            Circumstances {
                memory_refused: state.memory.refused,
                peak_bytes: state.memory.peak,
                memory_cap: limits.memory_bytes,
                transfer_cap: limits.transfer_bytes,
                cpu_ticks: state.cpu_ticks,
                stderr,
                id,
            },
        )),
        Some(Ok(Ok(Err(error)))) => {
            usage.transfer_bytes = usage.transfer_bytes.max(error.bytes());
            Err(PluginError::Guest(bounded(error, log)))
        }
        Some(Ok(Ok(Ok(answer)))) => {
            E::measure(&answer, &mut usage);
            E::check(E::masked(answer, log), &limits)
        }
    };
    let mut effects = if result.is_ok() { std::mem::take(&mut state.effects) } else { Vec::new() };
    for effect in &mut effects {
        // a field's value stays what the guest meant: it is data, not words for people
        if let Effect::Comment(text) = effect {
            state.log.hide(text);
        }
    }
    Outcome { result, usage, logs, effects }
}

/// What the call spent, as far as its state knows.
fn usage(state: &mut State) -> Usage {
    let peak_resources = state.give_up_resources(); // before the requests are looked at: those that are still open end here
    let (http_sent_bytes, http_received_bytes) = state.http.bytes();
    Usage {
        cpu_ticks: state.cpu_ticks,
        peak_memory_bytes: state.memory.peak,
        peak_table_elements: state.memory.peak_elements,
        transfer_bytes: state.transfer_bytes,
        host_calls: state.host_calls,
        peak_resources,
        denied: state.refusals(),
        http_requests: state.http.requests,
        http_at_once: state.http.turns.most(),
        http_ms: millis(state.http.turns.longest()),
        http_sent_bytes,
        http_received_bytes,
        kv_value_bytes: state.kv_value_bytes,
        kv_written_bytes: state.kv_written_bytes,
        effects: u32::try_from(state.effects.len()).unwrap_or(u32::MAX),
        effect_bytes: state.effect_bytes,
        ..Usage::default()
    }
}

/// A store with its limits and clocks set; the deadline comes before instantiation, whose start functions are guest code too.
fn store(engine: &Engine, state: State, ticked: Arc<AtomicBool>) -> Store<State> {
    let limits = state.limits;
    let budget = (limits.cpu.as_millis() / TICK.as_millis()).max(1);
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(limits.transfer_bytes);
    store.set_max_component_handles(limits.handles);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut context| {
        let ticks = &mut context.data_mut().cpu_ticks;
        *ticks += 1;
        ticked.store(true, Ordering::Relaxed); // seen by whoever polls this call, right after the yield below
        // A guest that waited pays one tick for the whole wait; only one that computes pays them all.
        Ok(if u128::from(*ticks) > budget { UpdateDeadline::Interrupt } else { UpdateDeadline::Yield(1) })
    });
    store
}

/// A guest's own error is kept word for word, within the size of a message and without the secrets that the call held.
fn bounded(mut error: crate::types::GuestError, log: &Logbook) -> crate::types::GuestError {
    const MAX: usize = 8 << 10;
    log.hide(&mut error.message);
    error.detail.iter_mut().for_each(|detail| log.hide(detail));
    if error.message.len() > MAX {
        let cut = (0..=MAX).rev().find(|&i| error.message.is_char_boundary(i)).unwrap_or(0);
        error.message.truncate(cut);
    }
    if error
        .detail
        .as_ref()
        .is_some_and(|detail| detail.len() > MAX || serde_json::from_str::<serde::de::IgnoredAny>(detail).is_err())
    {
        error.detail = None;
    }
    error
}

fn usage_of_queue(asked: Instant) -> Usage {
    Usage { queue_ms: millis(asked.elapsed()), ..Usage::default() }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
