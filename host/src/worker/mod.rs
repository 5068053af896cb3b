//! The background loop: takes due jobs and has `app` carry them out, a bounded number at once. Woken by NOTIFY, by the next job's due
//! time, and by a poll every second, on which correctness rests: notifications are lost while the listener reconnects.
//! Decides nothing about tickets and knows no HTTP.

pub mod compiling;

use std::{panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};

use futures::FutureExt as _;
use sqlx::postgres::PgListener;
use tokio::{sync::Notify, task::JoinSet, time};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    ambient,
    app::{self, App, attempts::MOST_BEGUN},
    store::jobs::{self, CHANNEL, Job, JobKind, LEASE},
};

/// Jobs that one node runs at once.
const AT_ONCE: usize = 32;
const POLL: Duration = Duration::from_secs(1);
/// What running jobs get after a stop was asked for; their guests are ended by whoever stops the server.
const PATIENCE: Duration = Duration::from_secs(8);

/// Runs until `stop` is cancelled; then takes nothing more, waits for the jobs that run, and gives back what is left.
pub async fn run_until(app: Arc<App>, stop: CancellationToken) {
    let node = ambient::uuid();
    let wake = Arc::new(Notify::new());
    let listener = tokio::spawn(listen(Arc::clone(&app), Arc::clone(&wake)));
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        let free = AT_ONCE - running.len();
        let wait = match take(&app, node, free).await {
            Ok(jobs) if jobs.is_empty() => until_next(&app, free).await,
            Ok(jobs) => {
                for job in jobs {
                    running.spawn(carry_out(Arc::clone(&app), job));
                }
                Duration::ZERO
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take jobs");
                POLL
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = wake.notified(), if free > 0 => {}
            Some(_) = running.join_next(), if !running.is_empty() => {}
            () = time::sleep(wait), if running.len() < AT_ONCE => {}
        }
    }
    listener.abort();
    if time::timeout(PATIENCE, async { while running.join_next().await.is_some() {} }).await.is_err() {
        running.abort_all();
    }
    match jobs::release(&app.db, node).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(jobs = count, "gave running jobs back"),
        Err(error) => tracing::warn!(%error, "cannot give jobs back; their leases run out by themselves"),
    }
}

async fn take(app: &App, node: Uuid, free: usize) -> Result<Vec<Job>, crate::store::Error> {
    if free == 0 {
        return Ok(Vec::new());
    }
    jobs::take(&app.db, node, i64::try_from(free).expect("a handful")).await
}

async fn until_next(app: &App, free: usize) -> Duration {
    if free == 0 {
        return POLL;
    }
    match jobs::next_due(&app.db).await {
        Ok(Some(due)) => due.clamp(Duration::from_millis(1), POLL),
        Ok(None) | Err(_) => POLL, // the poll that follows an error says what is wrong
    }
}

/// Runs one job while keeping its lease. A run that lost it goes on to its end, where it changes nothing: what it writes is fenced by
/// the attempt (I8), and dropping it half-way could leave a transaction open on its connection.
async fn carry_out(app: Arc<App>, job: Job) {
    let renewals = async {
        let mut every = time::interval(LEASE / 3);
        every.tick().await;
        loop {
            every.tick().await;
            match jobs::renew(&app.db, &job).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => tracing::warn!(job.id = job.id, %error, "cannot renew a lease"),
            }
        }
    };
    if job.tries > MOST_BEGUN {
        let why = format!("it was begun {} times and never ended: the nodes that ran it died", job.tries - 1);
        return app.job_ended(&job, Err(why)).await;
    }
    let mut run = pin!(AssertUnwindSafe(run(&app, &job)).catch_unwind());
    let result = tokio::select! {
        result = &mut run => result,
        () = renewals => {
            tracing::warn!(job.id = job.id, ticket.id = job.ticket.0, "lost the lease of a running job");
            run.await
        }
    };
    let ended = match result {
        Ok(ended) => ended.map_err(|error| error.to_string()),
        // the panic itself was logged where it happened
        Err(_) => Err("gavia has a bug: the job panicked".to_owned()),
    };
    app.job_ended(&job, ended).await;
}

async fn run(app: &App, job: &Job) -> Result<(), app::Error> {
    match job.kind {
        JobKind::Script => app.run_script(job).await,
        JobKind::Hook => app.run_hook(job).await,
        JobKind::Timer => app.run_timer(job).await,
        JobKind::Children => app.run_children(job).await,
        JobKind::Notice => app.run_notice(job).await,
    }
}

/// Turns NOTIFY into wake-ups, for ever; while it cannot, the poll goes on.
async fn listen(app: Arc<App>, wake: Arc<Notify>) {
    loop {
        match heard(&app, &wake).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "the listener lost its connection; polling meanwhile"),
        }
        time::sleep(POLL).await;
    }
}

async fn heard(app: &App, wake: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(&app.db).await?;
    listener.listen(CHANNEL).await?;
    while listener.try_recv().await?.is_some() {
        wake.notify_one();
    }
    Ok(())
}
