//! The running server. One thread starts PostgreSQL, waits for it and holds the data directory's lock for as long as it
//! runs: on Linux "our death" means that of the thread that started it, so it must be neither a worker of the runtime nor
//! one of its blocking threads.

use std::io;
use std::path::PathBuf;
use std::thread;

use sqlx::postgres::PgConnectOptions;
use tokio::sync::{oneshot, watch};

use super::error::Error;
use super::process::{Prepared, Running};
use super::{Settings, socket};

type Stopped = Option<String>;
type Reply = oneshot::Sender<Result<(), Error>>;

/// A PostgreSQL that answers, and the lock of its data directory. Dropping it ends the server too, without waiting.
#[derive(Debug)]
pub struct Server {
    socket_dir: PathBuf,
    orders: oneshot::Sender<Reply>,
    stopped: watch::Receiver<Stopped>,
}

impl Server {
    /// Starts PostgreSQL in the data directory, which is made and initialised when needed, and waits until it answers.
    ///
    /// # Errors
    /// One sentence with what to do about it; nothing is left running then.
    pub async fn start(settings: &Settings) -> Result<Self, Error> {
        let (report, reported) = oneshot::channel();
        let (orders, ordered) = oneshot::channel();
        let (stop, stopped) = watch::channel(None);
        let settings = settings.clone();
        let run = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(supervise(&settings, report, ordered, &stop)),
            Err(why) => drop(report.send(Err(no_thread(&why)))),
        };
        thread::Builder::new().name("embedded-pg".into()).spawn(run).map_err(|why| no_thread(&why))?;
        let socket_dir = reported.await.map_err(|_| without_a_word())??;
        Ok(Self { socket_dir, orders, stopped })
    }

    /// How to connect to one of its databases; gavia's own is `embedded::DATABASE`.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        socket::options(&self.socket_dir, database)
    }

    /// The same as a URL, for tools such as psql.
    pub fn url(&self, database: &str) -> String {
        socket::url(&self.socket_dir, database)
    }

    /// Becomes Some, with the reason, when PostgreSQL ends by itself; never by `stop`.
    pub fn stopped(&self) -> watch::Receiver<Option<String>> {
        self.stopped.clone()
    }

    /// Ends the server: "fast" (open transactions are rolled back), after 3 s "immediate". Close the pools first.
    ///
    /// # Errors
    /// When it had ended by itself before, or leaves something behind.
    pub async fn stop(self) -> Result<(), Error> {
        let (reply, replied) = oneshot::channel();
        if self.orders.send(reply).is_ok()
            && let Ok(done) = replied.await
        {
            return done;
        }
        let mut stopped = self.stopped;
        let reason = stopped.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
        Err(reason.map_or_else(without_a_word, Error::EndedByItself))
    }
}

fn without_a_word() -> Error {
    Error::Thread("ended without a word".into())
}

fn no_thread(why: &io::Error) -> Error {
    Error::Thread(format!("cannot be started ({why})"))
}

/// The thread's whole life. It ends with the server, and the server ends when nobody wants it any more.
async fn supervise(
    settings: &Settings,
    mut report: oneshot::Sender<Result<PathBuf, Error>>,
    ordered: oneshot::Receiver<Reply>,
    stop: &watch::Sender<Stopped>,
) {
    let prepared = tokio::select! {
        prepared = Prepared::new(settings) => prepared,
        () = report.closed() => return, // initdb, if it runs, goes with its future
    };
    let started = prepared.and_then(|prepared| Running::start(prepared, settings.durability));
    let mut running = match started {
        Ok(running) => running,
        Err(why) => return drop(report.send(Err(why))), // who does not listen any more needs no answer
    };
    let outcome = tokio::select! {
        outcome = running.become_ready() => outcome,
        () = report.closed() => Err(Error::Thread("is not wanted any more".into())),
    };
    let told = match outcome {
        Ok(()) => report.send(Ok(running.socket_dir().to_path_buf())).is_ok(),
        Err(why) => {
            warn_of(running.end().await);
            return drop(report.send(Err(why)));
        }
    };
    if !told {
        return warn_of(running.end().await);
    }
    tokio::select! {
        reason = running.ended() => {
            tracing::error!("the embedded PostgreSQL ended by itself: {reason}");
            drop(running); // the lock is free before anybody hears of it
            stop.send_replace(Some(reason));
        }
        order = ordered => {
            let done = running.end().await;
            match order {
                Ok(reply) => drop(reply.send(done)),
                Err(_) => warn_of(done), // the server was dropped
            }
        }
    }
}

/// For an ending that nobody waits for.
fn warn_of(done: Result<(), Error>) {
    if let Err(why) = done
        && !matches!(why, Error::EndedByItself(_))
    {
        tracing::warn!("ending the embedded PostgreSQL: {why}");
    }
}
