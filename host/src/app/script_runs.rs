//! Script states: one run of a state's plugin, and what its end means for the ticket (behaviour §4.12). The run itself holds no lock;
//! its result takes the one write path together with the end of its job, so a ticket moves once however often a run is repeated.

use gavia_sandbox::{Kind, Outcome, PluginError, types::ActionAnswer};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    App, Error,
    acts::Act,
    attempts, guest_context,
    guest_context::Invocation,
    plugins::Callee,
    staged::Staged,
    write::{After, By},
};
use crate::{
    store::{self, components::RunnableScript, jobs::Job, plugins::Wanted},
    workflow::{self, Actor, Definition, FailedRun, Move, Participants, ScriptId, Ticket, TransitionId},
};

/// A run that a node's end interrupted is repeated; one that ends node after node is not.
const MOST_ATTEMPTS: i32 = 10;
const NOT_RUNNABLE: &str = "脚本未注册或非激活状态";

impl App {
    /// Carries out a script job to its end, or gives it back to be tried again.
    pub async fn run_script(&self, job: &Job) -> Result<(), Error> {
        let (found, definition) = match self.visible(job.ticket, None).await {
            Ok(seen) => seen,
            Err(Error::TicketMissing) => return self.drop_job(job).await,
            Err(error) => return Err(error),
        };
        let ticket = found.ticket;
        let Participants::Script(script) = ticket.participants else { return self.drop_job(job).await };
        if ticket.visit != job.visit {
            return self.drop_job(job).await;
        }
        let row = store::components::runnable_script(&self.db, script).await?;
        let name = row.as_ref().map_or_else(String::new, |row| row.name.clone());
        let run = Run { job, script, name: &name };
        let Some(row) = row.filter(|row| row.is_active) else { return self.script_failed(run, NOT_RUNNABLE).await };
        let transition = match workflow::outgoing(&definition, ticket.state) {
            Ok(transition) => transition,
            Err(refusal) => return self.script_failed(run, &refusal.to_string()).await,
        };
        if let Some(answer) = Answered::of(job) {
            return Box::pin(self.script_answered(run, &row, transition, answer)).await;
        }
        if job.tries > MOST_ATTEMPTS {
            return self.script_failed(run, "the script's run was interrupted too often").await;
        }
        let callee = match self.program(&row).await? {
            Ok(callee) => callee,
            Err(reason) => return self.script_failed(run, &reason).await,
        };
        match self.run_plugin(&callee, job, (&ticket, &definition)).await? {
            Outcome { result: Ok(answer), effects, .. } => match Staged::new(effects) {
                Ok(staged) => {
                    let answer = Answered { message: answer.message, staged };
                    Box::pin(self.script_answered(run, &row, transition, answer)).await
                }
                Err(reason) => self.script_failed(run, &reason).await,
            },
            Outcome { result: Err(PluginError::Ended), .. } => Ok(()), // this node stops; the worker gives the job back
            Outcome { result: Err(error), .. } => self.script_erred(run, &error).await,
        }
    }

    /// Tried again, waited for, or the end of it.
    async fn script_erred(&self, run: Run<'_>, error: &PluginError) -> Result<(), Error> {
        if let Some(pause) = attempts::pause(error, run.job.waits()) {
            if self.wait(run.job, (pause, run.job.waits()), &error.to_string()).await? {
                return Ok(());
            }
            return self.script_failed(run, "the plugin could not be called for too long").await;
        }
        match attempts::delay(error, run.job.tries) {
            Some(delay) => self.postpone(run.job, delay, &error.to_string()).await,
            None => self.script_failed(run, &error.shown()).await,
        }
    }

    /// The plugin to run; the inner error says why there is none.
    async fn program(&self, script: &RunnableScript) -> Result<Result<Callee, String>, Error> {
        match script.plugin {
            Some(plugin) => self.callee(Wanted::Id(plugin), Kind::Action).await,
            None => Ok(Ok(self.former_script(&script.component).await?)),
        }
    }

    /// A grant may have been taken back while the script ran or its move waited: what it staged is written under the grant of this moment.
    async fn script_answered(
        &self,
        run: Run<'_>,
        script: &RunnableScript,
        transition: TransitionId,
        answer: Answered,
    ) -> Result<(), Error> {
        let staged = &answer.staged;
        if !staged.is_empty()
            && let Err(reason) = self.program(script).await?.and_then(|callee| staged.covered_by(&callee.grants))
        {
            return self.script_failed(run, &reason).await;
        }
        self.script_succeeded(run, transition, answer).await
    }

    async fn run_plugin(
        &self,
        callee: &Callee,
        job: &Job,
        (ticket, definition): (&Ticket, &Definition),
    ) -> Result<Outcome<ActionAnswer>, Error> {
        let run_by = job.payload["run_by"].as_str().unwrap_or(workflow::ROBOT).to_owned();
        let invocation =
            Invocation { id: job.key.to_string(), attempt: job.attempt.unsigned_abs(), run_by, transition: None };
        let context = guest_context::for_job(self, ticket, definition, (invocation, None)).await?;
        tracing::debug!(ticket.id = job.ticket.0, visit = job.visit, attempt = job.attempt, "script starts");
        let run = self.sandbox.run_action(&callee.plugin, self.call_of_job(callee, &context));
        Ok(self.observed(callee, (&context, Some(definition)), run).await)
    }

    /// The plugin said yes: its fields and the move are one write. A move that the rules refuse is the script's failure; one that waits
    /// for another plugin is made later, without running the script again.
    async fn script_succeeded(&self, run: Run<'_>, transition: TransitionId, answer: Answered) -> Result<(), Error> {
        let request = Move { transition, suggestion: &answer.message, body: &answer.staged.body };
        let act = Act::Advance { request: &request, comments: &answer.staged.comments };
        match self.write(run.job.ticket, run.by(), act).await {
            Err(Error::Refused(refusal)) => self.script_failed(run, &refusal.to_string()).await,
            Err(waits @ Error::PluginWaits { .. }) => {
                let reason = waits.to_string();
                if self.wait_for_plugin(run.job, &reason, Some(&json!(answer))).await? {
                    return Ok(());
                }
                self.script_failed(run, &reason).await
            }
            other => self.settle(run.job, other).await,
        }
    }

    async fn script_failed(&self, run: Run<'_>, reason: &str) -> Result<(), Error> {
        let act = Act::ScriptFailed(FailedRun { script: run.script, name: run.name, reason });
        let written = self.write(run.job.ticket, run.by(), act).await;
        self.settle(run.job, written).await
    }
}

/// What a script that succeeded wants done; kept with its job while the move has to wait.
#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    message: String,
    #[serde(flatten)]
    staged: Staged,
}

impl Answered {
    fn of(job: &Job) -> Option<Self> {
        let kept = job.payload.get("answered")?;
        Self::deserialize(kept).ok()
    }
}

/// A run in progress: what its writes need to know.
#[derive(Clone, Copy, Debug)]
struct Run<'a> {
    job: &'a Job,
    script: ScriptId,
    name: &'a str,
}

impl<'a> Run<'a> {
    fn by(&self) -> By<'a> {
        let actor = Actor::Script { id: self.script, name: self.name };
        By { actor, app_token: None, job: Some(self.job), after: After::Finish, noted: None }
    }
}
