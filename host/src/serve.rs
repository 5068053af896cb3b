//! The server's life: everything that must stand before the first request, serving, and the orderly end. Used by the command
//! `serve` and, in-process, by tests. What a request does is not decided here.

mod heads;
#[cfg(test)]
mod job_tests;
mod listener;
#[cfg(test)]
mod notice_tests;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use gavia_sandbox::{Allocator, Sandbox, Settings, StartError};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{self, App, Parts, door::DoorSettings},
    config::{Compiler, Config},
    database::{self, Database},
    embedded, http, keys,
    outbound::{AddressRule, Outbound},
    store, worker,
};

/// The name of a node's sessions in PostgreSQL.
pub const SESSIONS: &str = "gavia serve";
/// How long an upload to `/api/v2/plugins` waits for the compiler.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(2);
/// Connections of who reads metrics.
const METRICS_CONNECTIONS: usize = 16;
/// Descriptors that are not client connections: the database's, files, the log.
const OTHER_FILES: u64 = 256;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} is in use by another program: stop it, or choose another address with --listen")]
    PortInUse(SocketAddr),
    #[error("{0} cannot be listened on: {1}")]
    Listen(SocketAddr, io::Error),
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error("plugins cannot be run: {0}")]
    Sandbox(#[from] StartError),
    #[error("the built-in condition plugin cannot be prepared: {0}")]
    Condition(app::Error),
    #[error(
        "the embedded PostgreSQL ended by itself ({0}); gavia stops with it. Its log is {1}; start gavia again to recover"
    )]
    DatabaseEnded(String, String),
}

impl From<keys::Error> for Error {
    fn from(error: keys::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Serves these routes on a free port of this machine until the token is cancelled, with the listener of the real server.
pub(crate) async fn locally(routes: axum::Router, stopping: CancellationToken) -> io::Result<SocketAddr> {
    const CONNECTIONS: usize = 16;
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(listener::serve(listener, routes, CONNECTIONS, stopping));
    Ok(address)
}

/// A server that could take requests but does not yet: for what must be in place before the first one.
#[derive(Debug)]
pub struct Prepared {
    pub app: Arc<App>,
    config: Config,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    database: Database,
}

/// A server that takes requests.
#[derive(Debug)]
pub struct Running {
    /// The bound address; with port 0 the one that the system chose.
    pub addr: SocketAddr,
    pub app: Arc<App>,
    life: JoinHandle<Result<(), Error>>,
}

/// Prepares and serves.
pub async fn start(config: Config) -> Result<Running, Error> {
    Ok(prepare(config).await?.serve())
}

/// The address first, since nothing else is worth doing without it; then the database, its schema, its key.
pub async fn prepare(config: Config) -> Result<Prepared, Error> {
    // The first TLS client would panic without one; a second call finds the first one's, which is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let key = keys::source(&config)?;
    let listener = listen(config.listen).await?;
    let metrics = match config.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    http::metrics::recorder();
    let database = Database::open(&config).await?;
    let mine: Vec<SocketAddr> =
        [Some(&listener), metrics.as_ref()].into_iter().flatten().filter_map(|one| one.local_addr().ok()).collect();
    match assemble(&config, &database, key, &mine).await {
        Ok(app) => Ok(Prepared { app, config, listener, metrics, database }),
        Err(error) => {
            database.give_up().await;
            Err(error)
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse(address),
        _ => Error::Listen(address, error),
    })
}

/// The one place where an `App` is put together.
async fn assemble(
    config: &Config,
    database: &Database,
    key: keys::Source,
    mine: &[SocketAddr],
) -> Result<Arc<App>, Error> {
    let key = database.prepare(config, key).await?;
    let db = database.pool(SESSIONS, config.database_connections).await?;
    if database.server.is_some() {
        // Ours alone, so whatever is leased was leased by a process that is gone (threat-model §7).
        let released = store::jobs::release_all(&db).await?;
        if released > 0 {
            tracing::info!(jobs = released, "jobs of the last run are taken up again");
        }
    }
    let zone = config.zone();
    tracing::info!(%zone, "times in the API are in this zone");
    let body_bytes_max = usize::try_from(config.body_bytes_max).expect("32 bits fit");
    let cache_dir = config.data_dir().join("compiled");
    let sandbox = Sandbox::new(Settings { cache_dir, slots: None, allocator: Allocator::Auto })?;
    if let Compiler::Child { program, argument } = &config.compiler {
        sandbox.compile_in_child(program.clone(), vec![(*argument).into()]);
    }
    sandbox.never_call(mine);
    sandbox.never_call(&database.addresses().await);
    let outbound = Outbound::new(AddressRule::new(&config.hook_allow_cidrs, &config.hook_allow_hosts));
    let door = DoorSettings {
        trusted_proxies: config.trusted_proxies.clone(),
        address_rate_per_minute: config.address_rate_per_minute,
    };
    let (log_row, stopping) = (http::wire::log_row, CancellationToken::new());
    let parts = Parts {
        db,
        key,
        zone,
        sandbox,
        outbound,
        log_row,
        body_bytes_max,
        stopping,
        door,
        upload_patience: UPLOAD_PATIENCE,
        metrics_elsewhere: config.metrics_listen.is_some(),
    };
    Ok(Arc::new(App::new(parts).await.map_err(Error::Condition)?))
}

impl Prepared {
    /// The bound address; with port 0 the one that the system chose.
    pub fn addr(&self) -> SocketAddr {
        self.listener.local_addr().expect("a bound listener has an address")
    }

    /// Begins to take requests.
    pub fn serve(self) -> Running {
        let addr = self.addr();
        let app = Arc::clone(&self.app);
        let life = tokio::spawn(self.live());
        tracing::info!(%addr, "gavia is ready at http://{addr}");
        Running { addr, app, life }
    }

    /// Ends before the first request, after a failure that matters more than how.
    pub async fn give_up(self) {
        self.app.db.close().await;
        self.database.give_up().await;
    }

    async fn live(self) -> Result<(), Error> {
        let Self { app, config, listener, metrics, database } = self;
        let stopping = app.stopping.clone();
        let connections = places(config.connections);
        let working = tokio::spawn(worker::run_until(Arc::clone(&app), stopping.clone()));
        let compiling = tokio::spawn(worker::compiling::run_until(Arc::clone(&app), stopping.clone()));
        let upkeep = tokio::spawn(http::metrics::upkeep());
        let telling = metrics.map(|listener| {
            let routes = http::metrics::router(&app);
            tokio::spawn(listener::serve(listener, routes, METRICS_CONNECTIONS, stopping.clone()))
        });
        let serving = tokio::spawn(listener::serve(listener, http::router(&app), connections, stopping.clone()));
        let ended = tokio::select! {
            () = stopping.cancelled() => None,
            how = ended(database.server.as_ref()) => Some(how),
        };
        stopping.cancel();
        joined(serving.await);
        // Requests had their time; what guests still run ends now, and the worker gives their jobs back.
        if timeout(Duration::from_secs(1), app.sandbox.drain()).await.is_err() {
            tracing::warn!("plugin calls did not end in 1 s");
        }
        joined(working.await);
        joined(compiling.await);
        upkeep.abort();
        if let Some(telling) = telling {
            telling.abort();
        }
        // A database that is gone may keep a connection waiting; what waits then has nothing to lose.
        if timeout(Duration::from_secs(1), app.db.close()).await.is_err() {
            tracing::warn!("connections to the database did not close in 1 s");
        }
        match ended {
            None => Ok(database.close().await?),
            Some(how) => {
                let log = config.data_dir().join("postgres.log").display().to_string();
                Err(Error::DatabaseEnded(how, log))
            }
        }
    }
}

impl Running {
    /// Until the server ends, by `stop` or because it cannot go on.
    pub async fn ended(&mut self) -> Result<(), Error> {
        joined((&mut self.life).await)
    }

    /// Not ready at once, requests get 5 s, then everything this process started ends.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.app.stopping.cancel();
        self.ended().await
    }
}

/// A task's answer; its panic goes on here.
fn joined<T>(ended: Result<T, tokio::task::JoinError>) -> T {
    match ended {
        Ok(answer) => answer,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Until the embedded server ends by itself, and how; for ever when there is none.
async fn ended(server: Option<&embedded::Server>) -> String {
    if let Some(server) = server
        && let Ok(how) = server.stopped().wait_for(Option::is_some).await
    {
        return how.clone().unwrap_or_default();
    }
    std::future::pending().await
}

/// How many client connections there is room for, after asking the system for as many files as it will give.
fn places(wanted: u32) -> usize {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    let needed = u64::from(wanted) + OTHER_FILES;
    let raised = needed.min(hard).max(soft);
    let got = if setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() { raised } else { soft };
    let places = u64::from(wanted).min(got.saturating_sub(OTHER_FILES)).max(16);
    if places < u64::from(wanted) {
        tracing::warn!(
            connections = places,
            "the system's limit of open files allows fewer connections than asked for"
        );
    }
    usize::try_from(places).expect("at most 32 bits")
}
