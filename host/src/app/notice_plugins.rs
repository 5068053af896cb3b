//! Notices that a plugin delivers: the rendered message and the people go to the notice's plugin, and what it tells of each person is
//! kept together with what it wrote on the ticket. A person who was not reached is not tried again by the engine; a plugin that wants another
//! try says so with its error.

use std::time::Duration;

use gavia_sandbox::{Delivery as Told, Effect, Kind, Message, Outcome as Called, PluginError};

use super::{
    App, Error,
    acts::Act,
    attempts,
    guest_context::{self, Invocation, guest_user},
    notice_batches::{Batch, Report},
    plugins::Callee,
    staged::Staged,
    write::{After, By},
};
use crate::{
    plugins::PluginId,
    store::{
        self,
        custom_notices::Outcome,
        jobs::Job,
        plugins::{Wanted, people},
    },
    workflow::{self, Cause, NoticeId},
};

/// How often a ticket that others are changing is tried: the message went out, and no later try can write what came with it.
const MOST_WRITES: usize = 5;
const BETWEEN_WRITES: Duration = Duration::from_millis(100);

impl App {
    pub(super) async fn run_notice_plugin(
        &self,
        job: &Job,
        id: NoticeId,
        plugin: Option<PluginId>,
    ) -> Result<(), Error> {
        let Some(plugin) = plugin else {
            let reason = "the notice has no plugin: upload its file again, or name a plugin";
            return self.gave_up(job, id, reason).await;
        };
        let callee = match self.callee(Wanted::Id(plugin), Kind::Notice).await? {
            Ok(callee) => callee,
            Err(reason) => return self.gave_up(job, id, &reason).await,
        };
        let names = match job.payload["people"].as_array() {
            // some of them were told already: it stays a notice for those whom the move was for
            Some(kept) => kept.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            None => self.names_told(job).await?,
        };
        let people = people::by_names(&self.db, &names).await?;
        let earlier = store::custom_notices::recipients(&self.db, id, &[job.key]).await?;
        let Some(batch) = Batch::next(people, &earlier, callee.limits.deliveries) else {
            return self.noted(job, id, (Outcome::Skipped, "nobody is left to tell")).await;
        };
        match self.send(job, &callee, &batch).await? {
            None => self.noted(job, id, (Outcome::Skipped, "the ticket is gone")).await,
            Some(Called { result: Ok(told), effects, .. }) => {
                Box::pin(self.told(job, plugin, Report::new(id, &batch, told), effects)).await
            }
            Some(Called { result: Err(PluginError::Ended), .. }) => Ok(()), // this node stops; the worker gives the job back
            Some(Called { result: Err(error), .. }) => self.plugin_erred(job, id, (&batch, &error)).await,
        }
    }

    /// Waited for, tried again, or the end of it.
    async fn plugin_erred(&self, job: &Job, id: NoticeId, (batch, error): (&Batch, &PluginError)) -> Result<(), Error> {
        let reason = error.to_string();
        let waits = batch.waits(job);
        if let Some(pause) = attempts::pause(error, waits)
            && self.wait(job, (pause, waits), &reason).await?
        {
            return Ok(());
        }
        match attempts::delay(error, job.tries) {
            Some(delay) => self.tell_later(job, id, delay, &reason).await,
            None => self.gave_up(job, id, &reason).await,
        }
    }

    /// None: there is no such ticket any more.
    async fn send(&self, job: &Job, callee: &Callee, batch: &Batch) -> Result<Option<Called<Vec<Told>>>, Error> {
        let (ticket, definition) = match self.readable(job.ticket, None).await {
            Ok((found, definition)) => (found.ticket, definition),
            Err(Error::TicketMissing | Error::TicketNotGranted) => return Ok(None),
            Err(error) => return Err(error),
        };
        let invocation = Invocation {
            id: batch.invocation(job),
            attempt: batch.attempt(job),
            run_by: workflow::ROBOT.to_owned(),
            transition: None,
        };
        let context =
            guest_context::for_job(self, &ticket, &definition, (invocation, job.payload["flow_log"].as_i64())).await?;
        let text = |key: &str| job.payload["event"][key].as_str().unwrap_or_default().to_owned();
        let message = Message {
            title: text("title_result"),
            body: text("content_result"),
            recipients: batch.people.iter().cloned().map(guest_user).collect(),
        };
        let run = self.sandbox.send_notice(&callee.plugin, &message, self.call_of_job(callee, &context));
        Ok(Some(self.observed(callee, (&context, Some(&definition)), run).await))
    }

    /// The people were told, which nothing takes back: what cannot be written on the ticket is discarded, and the log says so.
    pub(crate) async fn told(
        &self,
        job: &Job,
        plugin: PluginId,
        report: Report,
        effects: Vec<Effect>,
    ) -> Result<(), Error> {
        let report = match self.write_staged(job, plugin, (&report, effects)).await? {
            Written::With => return Ok(()),
            Written::Nothing => report,
            Written::Discarded(reason) => {
                tracing::info!(ticket.id = job.ticket.0, reason, "what a notice's plugin wrote is discarded");
                report.without_writes(reason)
            }
        };
        let mut tx = self.db.begin().await?;
        report.keep(&mut tx, job).await?;
        Ok(tx.commit().await?)
    }

    /// A grant may have been taken back while the plugin ran: what it staged is written under the grant of this moment.
    async fn write_staged(
        &self,
        job: &Job,
        plugin: PluginId,
        (report, effects): (&Report, Vec<Effect>),
    ) -> Result<Written, Error> {
        let staged = match Staged::new(effects) {
            Ok(staged) if staged.is_empty() => return Ok(Written::Nothing),
            Ok(staged) => staged,
            Err(reason) => return Ok(Written::Discarded(reason)),
        };
        // the people were told, and no trouble with the plugin's next version is to have them told again
        let callee = self.callee(Wanted::Id(plugin), Kind::Notice).await.unwrap_or_else(|error| Err(error.to_string()));
        let covered = callee.and_then(|callee| staged.covered_by(&callee.grants).map(|()| callee));
        let callee = match covered {
            Ok(callee) => callee,
            Err(reason) => return Ok(Written::Discarded(reason)),
        };
        let act = Act::NoticeWrites { plugin: &callee.name, staged: &staged };
        let by = By { after: After::Told(report), ..By::engine(Cause::Notice, Some(job)) };
        for _ in 0..MOST_WRITES {
            match self.write(job.ticket, by, act).await {
                Ok(()) => return Ok(Written::With),
                Err(Error::Busy) => {}
                Err(Error::Store(error)) if error.is_unavailable() => {}
                // or another attempt has the job, and then the report is not kept either
                Err(Error::Stale) => return Ok(Written::Discarded("the ticket moved on".to_owned())),
                Err(
                    error @ (Error::Refused(_)
                    | Error::TicketMissing
                    | Error::TicketNotGranted
                    | Error::WorkflowMissing),
                ) => return Ok(Written::Discarded(error.to_string())),
                Err(error) => return Err(error),
            }
            tokio::time::sleep(BETWEEN_WRITES).await;
        }
        Ok(Written::Discarded(Error::Busy.to_string()))
    }
}

/// What became of what a notice's plugin staged.
enum Written {
    /// It is written, and the report with it.
    With,
    /// There was nothing.
    Nothing,
    Discarded(String),
}
