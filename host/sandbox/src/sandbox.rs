//! The front door: one `Sandbox` per process, which prepares, loads and calls plugins.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use wasmtime::component::Component;

use crate::{
    cache::Cache,
    call::{self, Desk, Terms},
    compile::Worker,
    digest::Digest,
    engine::{self, Ticker},
    error::{PluginError, Rejection, StartError},
    export::{Check, Export, FirstMatch, Resolve, Run, SendNotice},
    grants::{DirectoryRead, Grants},
    http::Gateway,
    lane::Lane,
    limits::{Kind, Limits},
    link::Linkers,
    outcome::{Outcome, Usage},
    plugin::Plugin,
    prepare::{Candidate, Checked, Prepared},
    registry::Registry,
    services::{NoServices, Services},
    state::OwnTicket,
    types::{ActionAnswer, Context, Delivery, Message, Problem, User},
};

/// How instances get their memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allocator {
    /// Pooling where the address space allows it, else on demand.
    #[default]
    Auto,
    Pooling,
    /// Three to five times slower to start a call; for small address spaces.
    OnDemand,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// Compiled plugins; made with mode 0700 when missing. Rebuilds itself.
    pub cache_dir: PathBuf,
    /// Calls at once; 64 for each core when `None`.
    pub slots: Option<usize>,
    pub allocator: Allocator,
}

/// Clones share one engine, its pool and its memory of loaded plugins.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

pub(crate) struct Inner {
    desk: Desk,
    slots: u32,
    end: watch::Sender<bool>,
    pub(crate) linkers: Linkers,
    pub(crate) cache: Cache,
    pub(crate) registry: Registry,
    engine_id: String,
    /// Two compilations at a time: a small one is not to wait half a minute for a large one.
    compiler: Arc<Semaphore>,
    /// Uploads that are looked at at once, each in memory as a whole.
    checker: Arc<Semaphore>,
    worker: OnceLock<Worker>,
    /// One load from disk at a time, so that two callers do not load the same file.
    loader: Mutex<()>,
    _ticker: Ticker,
}

impl Inner {
    pub(crate) fn engine(&self) -> &wasmtime::Engine {
        &self.desk.engine
    }
}

/// What a call is about and what it may do.
pub struct Call<'a> {
    pub context: &'a Context,
    pub grants: Arc<Grants>,
    pub limits: Limits,
    pub host: Arc<dyn Services>,
}

impl Sandbox {
    /// Starts the engine and its clock, and makes sure of the cache folder.
    pub fn new(settings: Settings) -> Result<Sandbox, StartError> {
        Sandbox::with_gateway(settings, Gateway::default())
    }

    /// The same with another way out for plugins' HTTP requests.
    pub fn with_gateway(settings: Settings, gateway: Gateway) -> Result<Sandbox, StartError> {
        let Settings { cache_dir, slots, allocator } = settings;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let slots = u32::try_from(slots.unwrap_or(64 * cores).clamp(1, 4_096)).unwrap_or(4_096);
        let engine = engine::start(allocator, slots)?;
        let engine_id = engine::id(&engine);
        let lane = Lane::open().map_err(|error| StartError::Engine(format!("no threads for long calls: {error}")))?;
        let (end, ended) = watch::channel(false);
        Ok(Sandbox(Arc::new(Inner {
            linkers: Linkers::new(&engine)?,
            cache: Cache::open(&cache_dir, &engine_id)?,
            registry: Registry::default(),
            compiler: Arc::new(Semaphore::new(2)),
            checker: Arc::new(Semaphore::new(2)),
            worker: OnceLock::new(),
            loader: Mutex::new(()),
            _ticker: Ticker::start(&engine)?,
            desk: Desk {
                engine,
                gateway: Arc::new(gateway),
                slots: Arc::new(Semaphore::new(slots as usize)),
                lane: Arc::new(lane),
                ended,
            },
            slots,
            end,
            engine_id,
        })))
    }

    /// Closes addresses to every plugin, whatever its grants: the engine's own listeners and its database. An unspecified address
    /// (`0.0.0.0`, `[::]`) stands for every address of this machine.
    pub fn never_call(&self, addresses: &[SocketAddr]) {
        self.0.desk.gateway.close(addresses);
    }

    /// Names what compiled code depends on: engine settings, wasmtime's version, the processor.
    pub fn engine_id(&self) -> &str {
        &self.0.engine_id
    }

    /// From now on compiles in a child process with limits of its own: `program`, which is this program, started with `arguments`
    /// that make it call [`crate::compile_worker`] at once. Without this the compiler runs on a thread of the server.
    pub fn compile_in_child(&self, program: PathBuf, arguments: Vec<OsString>) {
        // The first one counts; a program has one way to start itself.
        let _ = self.0.worker.set(Worker { program, arguments });
    }

    /// Makes a plugin of uploaded bytes: `check`, then `compile`.
    pub async fn prepare(&self, bytes: Vec<u8>) -> Result<Prepared, Rejection> {
        self.compile(self.check(bytes).await?).await
    }

    /// Checks what can be checked without compiling, and makes a core module a component. Takes milliseconds.
    pub async fn check(&self, bytes: Vec<u8>) -> Result<Candidate, Rejection> {
        let turn = turn(&self.0.checker).await?;
        blocking(move || {
            let checked = Checked::of(bytes);
            drop(turn);
            Ok(Candidate(Arc::new(checked?)))
        })
        .await
    }

    /// Compiles, links and writes the result to the cache. Takes tens of milliseconds for a Rust plugin, half a minute for a Python
    /// one, after waiting for its turn.
    pub async fn compile(&self, candidate: Candidate) -> Result<Prepared, Rejection> {
        // The turn goes with the work: a caller that goes away does not let another compilation begin beside it.
        let turn = turn(&self.0.compiler).await?;
        let (inner, checked, begun) = (self.0.clone(), candidate.0, Instant::now());
        let code = match self.0.worker.get() {
            None => None,
            Some(worker) => Some(worker.compile(&checked.bytes, checked.allowance()).await?),
        };
        blocking(move || {
            let code = code.map_or_else(|| checked.compile(inner.engine()), Ok)?;
            let prepared = checked.finish(&inner, &code, begun);
            drop(turn);
            prepared
        })
        .await
    }

    /// The plugin if it is in memory.
    pub fn loaded(&self, component: Digest) -> Option<Plugin> {
        self.0.registry.get(component)
    }

    /// Whether the cache has a file for the component. What it holds is known when it is loaded.
    pub async fn has_file(&self, component: Digest) -> bool {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || inner.cache.has(component)).await.unwrap_or(false)
    }

    /// Calls at once, at most.
    pub fn slots(&self) -> usize {
        self.0.slots as usize
    }

    /// The plugin from memory, or from the cache file whose SHA-256 is `compiled`. `None`: prepare it again from the stored component.
    pub async fn load(&self, component: Digest, compiled: Digest) -> Option<Plugin> {
        if let Some(plugin) = self.0.registry.get(component) {
            return Some(plugin);
        }
        let _turn = self.0.loader.lock().await;
        if let Some(plugin) = self.0.registry.get(component) {
            return Some(plugin);
        }
        let inner = self.0.clone();
        let loaded = tokio::task::spawn_blocking(move || {
            let code = inner.cache.read(component, compiled)?;
            let module = deserialize(&inner, &code)
                .map_err(|error| tracing::warn!(%error, "a compiled plugin does not load; it will be compiled again"))
                .ok()?;
            Plugin::link(&inner.linkers, &module, component).ok().map(|plugin| inner.registry.keep(plugin))
        });
        loaded.await.ok().flatten()
    }

    /// Runs an action plugin once.
    pub async fn run_action(&self, plugin: &Plugin, call: Call<'_>) -> Outcome<ActionAnswer> {
        let (context, terms) = terms(call);
        self.call(plugin, Run(context), terms).await
    }

    /// Asks a participants plugin for usernames: each once, none empty, nothing else is known of them.
    pub async fn resolve_participants(&self, plugin: &Plugin, call: Call<'_>) -> Outcome<Vec<String>> {
        let (context, terms) = terms(call);
        self.call(plugin, Resolve(context), terms).await
    }

    /// Has a notice plugin tell its recipients something. Every delivery names one of them; a recipient may be missing, or there twice
    /// when two ways were tried.
    pub async fn send_notice(&self, plugin: &Plugin, message: &Message, call: Call<'_>) -> Outcome<Vec<Delivery>> {
        let (context, terms) = terms(call);
        let mut message = message.clone();
        message.recipients.iter_mut().for_each(|user| show(user, terms.grants.directory));
        self.call(plugin, SendNotice { context, message }, terms).await.map(|delivered| delivered.deliveries)
    }

    /// Asks a condition plugin which expression is the first that holds.
    pub async fn first_match(&self, plugin: &Plugin, expressions: &[String], call: Call<'_>) -> Outcome<Option<u32>> {
        let (context, terms) = terms(call);
        let asked = FirstMatch { expressions: expressions.to_vec(), context };
        self.call(plugin, asked, terms).await.map(|matched| matched.index)
    }

    /// Asks a condition plugin what is wrong with these expressions; nothing is evaluated.
    pub async fn check_conditions(
        &self,
        plugin: &Plugin,
        expressions: &[String],
        known_fields: &[String],
    ) -> Outcome<Vec<Problem>> {
        self.check_conditions_within(plugin, (expressions, known_fields), Limits::for_kind(Kind::Condition)).await
    }

    /// The same within a plugin's own limits.
    pub async fn check_conditions_within(
        &self,
        plugin: &Plugin,
        (expressions, known_fields): (&[String], &[String]),
        limits: Limits,
    ) -> Outcome<Vec<Problem>> {
        let terms = Terms {
            limits,
            grants: Arc::new(Grants::default()),
            host: Arc::new(NoServices),
            own: OwnTicket { id: 0, workflow_id: 0 },
            id: "check".to_owned(),
        };
        self.call(plugin, Check { expressions: expressions.to_vec(), known_fields: known_fields.to_vec() }, terms).await
    }

    async fn call<E: Export>(&self, plugin: &Plugin, export: E, terms: Terms) -> Outcome<E::Answer> {
        if !plugin.kinds().contains(&E::KIND) {
            let text = format!("it is not of kind {}", E::KIND);
            return Outcome::failed(PluginError::Link { text }, Usage::default());
        }
        let outcome = call::run(&self.0.desk, plugin, export, terms).await;
        let ended = outcome.result.as_ref().map_or_else(PluginError::class, |_| "ok");
        tracing::debug!(plugin = %plugin.digest(), kind = %E::KIND, outcome = ended, usage = ?outcome.usage, "plugin call");
        outcome
    }

    /// Slots taken now.
    pub fn in_use(&self) -> usize {
        self.0.slots as usize - self.0.desk.slots.available_permits()
    }

    /// Ends running guests at once with `PluginError::Ended`, refuses new calls, and returns when none is left (or after 5 s, if the
    /// host's own reads do not come back).
    pub async fn drain(&self) {
        self.0.end.send_replace(true);
        let all_back = self.0.desk.slots.acquire_many(self.0.slots);
        if timeout(Duration::from_secs(5), all_back).await.is_err() {
            tracing::warn!(in_use = self.in_use(), "plugin calls are still running after the end was called");
        }
    }
}

fn terms(call: Call<'_>) -> (Context, Terms) {
    let mut context = call.context.clone();
    context.budget_ms = u32::try_from(call.limits.wall.as_millis()).unwrap_or(u32::MAX);
    context.actor.iter_mut().for_each(|actor| show(actor, call.grants.directory));
    let own = OwnTicket { id: context.ticket.id, workflow_id: context.ticket.workflow_id };
    let id = context.invocation_id.clone();
    (context, Terms { limits: call.limits, grants: call.grants, host: call.host, own, id })
}

/// Blanks what the grant does not cover.
pub(crate) fn show(user: &mut User, grant: DirectoryRead) {
    if grant != DirectoryRead::Contact {
        user.email.clear();
        user.phone.clear();
    }
}

async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Rejection> {
    turns.clone().acquire_owned().await.map_err(|_| Rejection::Internal("the compiler is closed".to_owned()))
}

/// Runs work that takes long on a thread for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Rejection> + Send + 'static,
) -> Result<T, Rejection> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|failure| Err(Rejection::Internal(format!("the compiler failed: {failure}"))))
}

/// Turns compiled code into a component: a checked cache file, or what the compiler just answered.
pub(crate) fn deserialize(inner: &Inner, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: this server's compiler made the bytes; a cache file has the SHA-256 noted then. wasmtime checks version and settings.
    #[expect(unsafe_code, reason = "wasmtime cannot know that compiled code is its own; the callers do")]
    unsafe {
        Component::deserialize(inner.engine(), code)
    }
}
