//! What guests ask of the database: few at once, so that most of the pool is left to requests however many guests ask; and each question in
//! a task of its own, which ends by itself when its guest is ended. Dropped half-way, a BEGIN that the driver has sent and not yet counted
//! would stay open on a connection that somebody else writes on next (I5).

use std::{future::Future, sync::Arc, time::Duration};

use gavia_sandbox::ServiceError;
use sqlx::PgPool;
use tokio::{runtime::Handle, sync::Semaphore, time::timeout};
use tracing::{Instrument as _, Span};

/// Of so many connections guests have one.
const SHARE: usize = 4;

/// What one question may take, its wait for a place and for a connection included.
const PATIENCE: Duration = Duration::from_secs(2);

/// Every statement has a limit of its own; what waits longer waits on a wire that is dead.
const LONGEST: Duration = Duration::from_mins(1);

/// Clones share the places.
#[derive(Clone, Debug)]
pub(super) struct GuestQueries {
    places: Arc<Semaphore>,
    /// Where the pool lives. A guest that computes for long goes on elsewhere, on threads that step back, and a connection is not to wait
    /// for those.
    runtime: Handle,
}

impl GuestQueries {
    pub(super) fn new(db: &PgPool) -> Self {
        let connections = usize::try_from(db.options().get_max_connections()).expect("32 bits fit");
        Self { places: Arc::new(Semaphore::new((connections / SHARE).max(1))), runtime: Handle::current() }
    }

    /// The answer, unless it takes too long. Whoever stops waiting for a place has asked nothing; whoever stops waiting later leaves the
    /// question to its end, which may well be that it was done.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let asked = async {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.map_err(|closed| ServiceError::Failed(closed.to_string()))?;
            let work = async move {
                let answer = timeout(LONGEST, question).await;
                drop(place); // taken for as long as the connection, whoever waits for the answer
                answer.unwrap_or_else(|_| {
                    tracing::error!("what a guest asked did not end in {} s", LONGEST.as_secs());
                    Err(ServiceError::Failed("the database did not answer".to_owned()))
                })
            };
            let answer = self.runtime.spawn(work.instrument(Span::current())).await;
            answer.unwrap_or_else(|lost| Err(ServiceError::Failed(lost.to_string())))
        };
        let late = |_| Err(ServiceError::Failed(format!("the database did not answer within {PATIENCE:?}")));
        timeout(PATIENCE, asked).await.unwrap_or_else(late)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use futures::future::join_all;
    use gavia_sandbox::{Call, Grants, Kind, Limits, PluginError, Services as _, Storage, types};
    use serde_json::json;
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::{
        app::{
            App,
            guest_context::{Invocation, context},
            plugin_host::testing::host,
            testing::app,
        },
        store::testing as tables,
        workflow,
    };

    const PROBER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prober.wasm"));

    fn in_use(app: &App) -> usize {
        usize::try_from(app.db.size()).unwrap() - app.db.num_idle()
    }

    async fn until(what: &str, holds: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            assert!(begun.elapsed() < Duration::from_secs(20), "not yet: {what}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn i05_a_guest_that_is_ended_while_it_writes_leaves_no_transaction_open() {
        let app = app().await;
        let host = Arc::new(host(&app).await);
        let plugin = app.sandbox.prepare(PROBER.to_vec()).await.unwrap().plugin;
        let invocation = Invocation { id: "i".into(), attempt: 1, run_by: workflow::ROBOT.into(), transition: None };
        let mut asks = context(&app, invocation, types::Ticket::default());
        let swaps = (0..500).map(|n| json!(["swap", n.to_string(), "none", "v"]));
        asks.args = json!(swaps.chain((0..500).map(|_| json!(["set", "k", "v"]))).collect::<Vec<_>>()).to_string();
        let mut beside = tables::beside(&app.db).await;
        let mut writes = 0;
        for round in 0..60 {
            let call = Call {
                context: &asks,
                grants: Arc::new(Grants { kv: Storage::Own, ..Grants::default() }),
                limits: Limits {
                    wall: Duration::from_millis(15 + round % 11),
                    failures: u32::MAX,
                    ..Limits::for_kind(Kind::Action)
                },
                host: host.clone(),
            };
            let outcome = app.sandbox.run_action(&plugin, call).await;
            assert!(matches!(outcome.result, Err(PluginError::Timeout { .. })), "{:?}", outcome.result);
            writes += outcome.usage.host_calls;
            // at once, since whoever takes such a connection next commits what is open on it; a last question may have its place and no
            // connection yet
            let over = async || app.guest_queries.places.available_permits() == 2 && in_use(&app) == 0;
            until("every place and every connection is back", over).await;
            assert_eq!(tables::open_transactions(&mut beside).await, 0, "in round {round}");
        }
        assert!(writes > 60, "guests were ended while they wrote: {writes}");
        let all = (0..app.db.options().get_max_connections()).map(|_| app.db.acquire());
        let all = timeout(Duration::from_secs(10), join_all(all)).await.expect("the pool is whole");
        assert!(all.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn guests_that_wait_for_each_other_leave_connections_to_requests() {
        let app = app().await;
        let host = host(&app).await;
        let mut holder = tables::beside(&app.db).await;
        tables::hold_kv(&mut holder, host.plugin.unwrap()).await;
        let guests = join_all((0..16).map(|n| host.kv_set("k", vec![n], None)));
        let requests = async {
            until("all places of guests are taken", async || {
                let waiting = timeout(Duration::from_secs(1), tables::waiting_for_locks(&app.db)).await;
                waiting.expect("a request has a connection") == 2
            })
            .await;
            assert_eq!(app.guest_queries.places.available_permits(), 0);
            assert!(in_use(&app) <= 3, "{} connections", in_use(&app));
            drop(holder);
        };
        let (answers, ()) = tokio::join!(guests, requests);
        assert_eq!(answers, vec![Ok(()); 16]);
    }

    #[tokio::test]
    async fn who_gave_up_waiting_for_a_place_has_written_nothing() {
        let app = app().await;
        let host = host(&app).await;
        let places = app.guest_queries.places.clone().acquire_many_owned(2).await.unwrap();
        assert!(matches!(host.kv_set("k", vec![1], None).await, Err(ServiceError::Failed(_))));
        drop(places);
        assert_eq!(host.kv_get("k").await, Ok(None));
    }
}
