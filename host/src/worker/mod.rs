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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use super::*;
    use crate::{
        http::testing::{Flow, Server, server},
        store::job_lists::{self, JobState},
    };

    /// A ticket in `work` with a timer's job that is due.
    async fn timed(server: &Server) -> (Flow, i64) {
        let (flow, token) = server.flow().await;
        let timer = json!({ "name": "done", "source_state_id": flow.work, "destination_state_id": flow.end,
                            "transition_type_id": 2, "timer": 3600 });
        let transition = format!("/workflows/{}/transitions/{}", flow.id, flow.done);
        server.admin(Method::PATCH, &transition, timer).await;
        let ticket = server.ticket(flow, &token).await;
        sqlx::query("DELETE FROM jobs").execute(&server.app.db).await.unwrap();
        let job = "INSERT INTO jobs (kind, key, ticket_id, visit, payload)
                   SELECT 'timer', gen_random_uuid(), id, visit, jsonb_build_object('transition', $2::bigint) FROM tickets WHERE id = $1";
        sqlx::query(job).bind(ticket).bind(flow.done).execute(&server.app.db).await.unwrap();
        (flow, ticket)
    }

    async fn one_try(server: &Server) -> Option<Job> {
        sqlx::query("UPDATE jobs SET run_at = now() WHERE dead_at IS NULL").execute(&server.app.db).await.unwrap();
        let job = jobs::take(&server.app.db, ambient::uuid(), 1).await.unwrap().into_iter().next()?;
        carry_out(Arc::clone(server.app.shared()), job.clone()).await;
        Some(job)
    }

    async fn state_of(server: &Server, ticket: i64) -> i64 {
        let state = sqlx::query_scalar("SELECT state_id FROM tickets WHERE id = $1").bind(ticket);
        state.fetch_one(&server.app.db).await.unwrap()
    }

    #[tokio::test]
    async fn a_job_that_fails_inside_waits_longer_and_longer_and_ends_as_a_dead_letter() {
        let server = server().await;
        let (flow, ticket) = timed(&server).await;
        for statement in [
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$",
            "CREATE TRIGGER fail BEFORE INSERT ON flow_logs FOR EACH ROW EXECUTE FUNCTION fail()",
        ] {
            sqlx::query(statement).execute(&server.app.db).await.unwrap();
        }
        let first = one_try(&server).await.unwrap();
        let row = job_lists::get(&server.app.db, first.id).await.unwrap().unwrap();
        assert!(row.state == JobState::Waiting && row.run_at > ambient::now(), "given back with a wait: {row:?}");
        assert!(row.last_error.unwrap().contains("the disk is full"));
        let mut tries = 1;
        while one_try(&server).await.is_some() {
            tries += 1;
            assert!(tries < 100, "it never ends");
        }
        let row = job_lists::get(&server.app.db, first.id).await.unwrap().unwrap();
        assert_eq!((tries, row.state), (12, JobState::Dead));
        assert_eq!(state_of(&server, ticket).await, flow.work);

        sqlx::query("DROP TRIGGER fail ON flow_logs").execute(&server.app.db).await.unwrap();
        assert!(job_lists::retry(&server.app.db, first.id).await.unwrap(), "an administrator has it tried afresh");
        one_try(&server).await.unwrap();
        assert_eq!(state_of(&server, ticket).await, flow.end);
        assert!(job_lists::get(&server.app.db, first.id).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_job_that_nodes_die_of_is_given_up() {
        let server = server().await;
        let (flow, ticket) = timed(&server).await;
        sqlx::query("UPDATE jobs SET attempts = 24").execute(&server.app.db).await.unwrap();
        let job = one_try(&server).await.unwrap();
        let row = job_lists::get(&server.app.db, job.id).await.unwrap().unwrap();
        assert_eq!(row.state, JobState::Dead);
        assert!(row.last_error.unwrap().contains("begun 24 times"));
        assert_eq!(state_of(&server, ticket).await, flow.work);
    }
}
