//! Moves that the engine makes by itself: a timer that is due, a parent whose children are all over (behaviour §4.11, §4.13).
//! A move that the rules refuse leaves its reason in the ticket's log (F-16); the ticket stays where it is.

use serde_json::Map;

use super::{App, Error, acts::Act, write::By};
use crate::{
    store::jobs::Job,
    workflow::{self, Cause, Move, Parent, Refusal, StateId, TransitionId},
};

/// What the logs of such moves say; stored data, shown by clients.
const TIMER: &str = "定时器流转";
const CHILDREN: &str = "所有子工单处理完毕，自动流转";

impl App {
    /// Takes the timer's transition, once (I7).
    pub async fn run_timer(&self, job: &Job) -> Result<(), Error> {
        let Some(transition) = job.payload["transition"].as_i64().map(TransitionId) else {
            return self.drop_job(job).await;
        };
        let body = Map::new();
        let request = Move { transition, suggestion: TIMER, body: &body };
        let act = Act::Advance { request: &request, comments: &[] };
        match self.write(job.ticket, By::engine(Cause::Timer, Some(job)), act).await {
            Err(Error::Refused(refusal)) => {
                self.engine_refused(job, Cause::Timer, Some(transition), &refusal.to_string()).await
            }
            Err(waits @ Error::PluginWaits { .. }) => self.later(job, Cause::Timer, Some(transition), &waits).await,
            other => self.settle(job, other).await,
        }
    }

    /// Lets the parent go on if it still waits in the state and none of its children is open.
    pub async fn run_children(&self, job: &Job) -> Result<(), Error> {
        let Some(state) = job.payload["state"].as_i64().map(StateId) else { return self.drop_job(job).await };
        let moved = self.advance_parent(Parent { ticket: job.ticket, state }, Some(job)).await;
        self.settle(job, moved).await
    }

    /// With a job, a refusal is logged on the ticket and the job is done; without, the job that exists will do that.
    pub(super) async fn advance_parent(&self, parent: Parent, job: Option<&Job>) -> Result<(), Error> {
        let (found, definition) = match self.visible(parent.ticket, None).await {
            Err(Error::TicketMissing | Error::TicketNotGranted) => return self.drop_if(job).await,
            other => other?,
        };
        if found.ticket.is_over() || found.ticket.state != parent.state {
            return self.drop_if(job).await;
        }
        let body = Map::new();
        let moved = match workflow::outgoing(&definition, parent.state) {
            Ok(transition) => {
                let request = Move { transition, suggestion: CHILDREN, body: &body };
                let act = Act::Advance { request: &request, comments: &[] };
                self.write(parent.ticket, By::engine(Cause::Children, job), act).await
            }
            Err(refusal) => Err(refusal.into()),
        };
        match (moved, job) {
            (Err(Error::Refused(Refusal::ChildrenOpen)), _) => self.drop_if(job).await,
            (Err(Error::Refused(refusal)), Some(job)) => {
                self.engine_refused(job, Cause::Children, None, &refusal.to_string()).await
            }
            (Err(waits @ Error::PluginWaits { .. }), Some(job)) => self.later(job, Cause::Children, None, &waits).await,
            (Err(Error::Refused(_)), None) => Ok(()),
            (other, _) => other,
        }
    }

    /// The move is tried again, until it was tried often enough.
    async fn later(
        &self,
        job: &Job,
        cause: Cause,
        transition: Option<TransitionId>,
        waits: &Error,
    ) -> Result<(), Error> {
        let reason = waits.to_string();
        if self.wait_for_plugin(job, &reason, None).await? {
            return Ok(());
        }
        self.engine_refused(job, cause, transition, &reason).await
    }

    async fn engine_refused(
        &self,
        job: &Job,
        cause: Cause,
        transition: Option<TransitionId>,
        reason: &str,
    ) -> Result<(), Error> {
        let act = Act::EngineRefused { transition, reason };
        let logged = self.write(job.ticket, By::engine(cause, Some(job)), act).await;
        self.settle(job, logged).await
    }

    async fn drop_if(&self, job: Option<&Job>) -> Result<(), Error> {
        match job {
            Some(job) => self.drop_job(job).await,
            None => Ok(()),
        }
    }
}
