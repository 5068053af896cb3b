//! What the sandbox adds to a call: the same component called through it and on bare wasmtime with the same pool, in turns.
//!
//! `cargo bench -p gavia-sandbox --bench call -- FILE.wasm…` takes action plugins whose call succeeds on a ticket without fields; without a
//! file it takes the smallest guest in component text. Prints a row of `./dev bench`'s table for each: both p50 and their ratio. With a file
//! called `hostile.wasm` it prints the rows of `crowd.rs` too.
#![expect(clippy::unwrap_used, reason = "a benchmark")]
#![expect(clippy::print_stdout, reason = "its output")]

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use gavia_hostile::Module;
use gavia_sandbox::{Allocator, Call, Context, Grants, Kind, Limits, NoServices, Sandbox, Settings, Ticket};
use wasmtime::{
    Config, Enabled, Engine, PoolingAllocationConfig, Store, UpdateDeadline,
    component::{Component, Linker, ResourceTable, types::ComponentItem},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

mod crowd;

mod bare {
    wasmtime::component::bindgen!({
        world: "action-plugin",
        path: "../../plugin-sdk/wit",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

const ROUNDS: usize = 5;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let guests = if files.is_empty() {
        vec![("smallest".to_owned(), Module::default().action())]
    } else {
        let name = |file: &str| Path::new(file).file_stem().unwrap().to_string_lossy().into_owned();
        files.into_iter().map(|file| (name(&file), fs::read(file).unwrap())).collect()
    };
    let calls: usize = std::env::var("CALLS").map_or(20_000, |calls| calls.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for (name, guest) in guests {
            if name == "hostile" {
                tokio::spawn(crowd::rows(guest, calls)).await.unwrap();
            } else {
                tokio::spawn(compare(name, guest, calls)).await.unwrap();
            }
        }
    });
}

async fn compare(name: String, guest: Vec<u8>, calls: usize) {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { cache_dir: dir.path().to_owned(), slots: Some(128), allocator: Allocator::Pooling };
    let sandbox = Sandbox::new(settings).unwrap();
    let prepared = sandbox.prepare(guest).await.unwrap();
    let bare = Bare::new(&prepared.bytes);
    let context = context();

    let (mut through, mut direct) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for _ in 0..calls / ROUNDS {
            let start = Instant::now();
            let call = Call {
                context: &context,
                grants: Arc::new(Grants::default()),
                limits: Limits::for_kind(Kind::Action),
                host: Arc::new(NoServices),
            };
            sandbox.run_action(&prepared.plugin, call).await.result.unwrap();
            through.push(start.elapsed());
        }
        for _ in 0..calls / ROUNDS {
            let start = Instant::now();
            bare.call().await;
            direct.push(start.elapsed());
        }
    }
    let (through, direct) = (p50(&mut through), p50(&mut direct));
    let (ratio, missed) = (through / direct, if through <= 1.3 * direct { "" } else { "  MISSED" });
    let name = format!("plugin call, {name}");
    println!("{name:<44} {through:>11.1} us {direct:>11.1} us {ratio:>8.2}  <= 1.3{missed}");
}

fn p50(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn context() -> Context {
    let ticket = Ticket {
        id: 1,
        sn: "gavia_202601010001".to_owned(),
        title: "leave".to_owned(),
        creator: "alice".to_owned(),
        ..Ticket::default()
    };
    Context {
        invocation_id: "bench".to_owned(),
        attempt: 1,
        ticket,
        run_by: "loonrobot".to_owned(),
        args: "null".to_owned(),
        ..Context::default()
    }
}

/// wasmtime with nothing around it: no limits, no grants, no log, no outcome.
struct Bare {
    engine: Engine,
    plugin: bare::ActionPluginPre<State>,
    context: bare::gavia::plugin::types::Context,
}

/// As in the sandbox, WASI's context is made when the guest first asks for it: a guest that never does is charged for it on neither side.
#[derive(Default)]
struct State {
    wasi: Option<WasiCtx>,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let ctx = self.wasi.get_or_insert_with(|| WasiCtx::builder().build());
        WasiCtxView { ctx, table: &mut self.table }
    }
}

impl Bare {
    fn new(component: &[u8]) -> Bare {
        // The settings of src/engine.rs; a difference there must be repeated here.
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(128)
            .total_memories(256)
            .total_stacks(128)
            .total_core_instances(512)
            .total_tables(384)
            .max_memory_size(64 << 20)
            .table_elements(20_000)
            .max_memories_per_component(2)
            .max_memories_per_module(1)
            .max_tables_per_component(8)
            .max_tables_per_module(2)
            .max_core_instances_per_component(16)
            .linear_memory_keep_resident(256 << 10)
            .table_keep_resident(16 << 10)
            .async_stack_keep_resident(16 << 10)
            .pagemap_scan(Enabled::Auto);
        let mut config = Config::new();
        config
            .epoch_interruption(true)
            .max_wasm_stack(512 << 10)
            .async_stack_size(1 << 20)
            .memory_reservation(64 << 20)
            .memory_guard_size(32 << 20)
            .allocation_strategy(pool);
        let engine = Engine::new(&config).unwrap();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        let component = Component::from_binary(&engine, component).unwrap();
        stub(&mut linker, &component);
        let plugin = bare::ActionPluginPre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
        Bare { engine, plugin, context: bare_context() }
    }

    async fn call(&self) {
        let mut store = Store::new(&self.engine, State::default());
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
        let plugin = self.plugin.instantiate_async(&mut store).await.unwrap();
        plugin.gavia_plugin_action().call_run(&mut store, &self.context).await.unwrap().unwrap();
    }
}

/// Traps in the place of the contract's imports, which these guests do not call. wasmtime's own stubs would stand in the place of resources
/// that wasi's interfaces share, too.
fn stub(linker: &mut Linker<State>, component: &Component) {
    let engine = linker.engine().clone();
    for (name, import) in component.component_type().imports(&engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        if !name.starts_with("gavia:") {
            continue;
        }
        for (function, item) in instance.exports(&engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                let mut interface = linker.instance(name).unwrap();
                interface.func_new(function, |_, _, _, _| Err(wasmtime::Error::msg("not to be called"))).unwrap();
            }
        }
    }
}

fn bare_context() -> bare::gavia::plugin::types::Context {
    let Context { invocation_id, attempt, ticket, run_by, args, .. } = context();
    bare::gavia::plugin::types::Context {
        invocation_id,
        attempt,
        budget_ms: 0,
        now_ms: 0,
        tz_offset_min: 0,
        ticket: bare::gavia::plugin::types::Ticket {
            id: ticket.id,
            sn: ticket.sn,
            title: ticket.title,
            workflow_id: 0,
            state_id: 0,
            state_name: String::new(),
            creator: ticket.creator,
            parent_ticket_id: None,
            parent_ticket_state_id: None,
            workflow_name: String::new(),
            state_label: String::new(),
            created_ms: 0,
            modified_ms: 0,
            participant_type_id: 0,
            participant: String::new(),
            relation: Vec::new(),
            in_add_node: false,
            add_node_man: String::new(),
            is_end: false,
            is_rejected: false,
            multi_all_person: String::new(),
            fields: Vec::new(),
        },
        transition_id: None,
        actor: None,
        suggestion: None,
        run_by,
        last_flow: None,
        args,
    }
}
