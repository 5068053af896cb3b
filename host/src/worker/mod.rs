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
const AT_ONCE: usize = 64;
/// No more are taken of a kind that has so many of the places, so that receivers that are slow do not keep scripts waiting, nor the other
/// way round.
const OF_A_KIND: usize = 32;
/// Jobs that are taken in one go; with [`OF_A_KIND`] it leaves places to the other kinds.
const BATCH: usize = 16;
const _: () = assert!(OF_A_KIND - 1 + BATCH < AT_ONCE);
const POLL: Duration = Duration::from_secs(1);
/// What running jobs get after a stop was asked for; their guests are ended by whoever stops the server.
const PATIENCE: Duration = Duration::from_secs(8);

/// Runs until `stop` is cancelled; then takes nothing more, waits for the jobs that run, and gives back what is left.
pub async fn run_until(app: Arc<App>, stop: CancellationToken) {
    let node = ambient::uuid();
    let wake = Arc::new(Notify::new());
    let listener = tokio::spawn(listen(Arc::clone(&app), Arc::clone(&wake)));
    let mut running = JoinSet::new();
    let at_work = AtWork::default();
    while !stop.is_cancelled() {
        let free = AT_ONCE - running.len();
        let full = at_work.full();
        let wait = match take(&app, node, free, &full).await {
            Ok(jobs) if jobs.is_empty() => until_next(&app, free, &full).await,
            Ok(jobs) => {
                for job in jobs {
                    let (app, place) = (Arc::clone(&app), at_work.place(job.kind));
                    running.spawn(async move {
                        Box::pin(carry_out(app, job)).await;
                        drop(place);
                    });
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

/// How many jobs of each kind run.
#[derive(Default)]
struct AtWork([Arc<()>; JobKind::ALL.len()]);

impl AtWork {
    /// Taken until it is dropped.
    fn place(&self, kind: JobKind) -> Arc<()> {
        Arc::clone(&self.0[kind as usize])
    }

    fn full(&self) -> Vec<JobKind> {
        JobKind::ALL.into_iter().filter(|kind| Arc::strong_count(&self.0[*kind as usize]) > OF_A_KIND).collect()
    }
}

async fn take(app: &App, node: Uuid, free: usize, full: &[JobKind]) -> Result<Vec<Job>, crate::store::Error> {
    if free == 0 {
        return Ok(Vec::new());
    }
    jobs::take(&app.db, node, i64::try_from(free.min(BATCH)).expect("a handful"), full).await
}

async fn until_next(app: &App, free: usize, full: &[JobKind]) -> Duration {
    if free == 0 {
        return POLL;
    }
    match jobs::next_due(&app.db, full).await {
        Ok(Some(due)) => due.clamp(Duration::from_millis(1), POLL),
        Ok(None) | Err(_) => POLL, // the poll that follows an error says what is wrong
    }
}

/// Runs one job while keeping its lease. A run that lost it goes on to its end, where it changes nothing: what it writes is fenced by
/// the attempt (I8), and dropping it half-way could leave a transaction open on its connection.
pub(crate) async fn carry_out(app: Arc<App>, job: Job) {
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
        JobKind::Script => Box::pin(app.run_script(job)).await,
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
