//! Notices that a plugin delivers: the rendered message and the people go to the notice's plugin, and what it tells of each person is
//! kept. A person who was not reached is not tried again by the engine; a plugin that wants another try says so with its error.

use gavia_sandbox::{Delivery as Told, Kind, Message, PluginError, Retry};

use super::{
    App, Error,
    attempts::{self, Trouble},
    guest_context::{self, Invocation, guest_user},
    plugins::Callee,
};
use crate::{
    plugins::PluginId,
    store::{
        self,
        custom_notices::{Delivery, Outcome, Recipient},
        jobs::Job,
        plugins::{Wanted, people},
    },
    workflow::{self, NoticeId},
};

impl App {
    pub(super) async fn run_notice_plugin(
        &self,
        job: &Job,
        id: NoticeId,
        plugin: Option<PluginId>,
    ) -> Result<(), Error> {
        let Some(plugin) = plugin else {
            let reason = "the notice has no plugin: upload its file again, or name a plugin";
            return self.not_told(job, id, Trouble::Final(reason.into())).await;
        };
        let callee = match self.callee(Wanted::Id(plugin), Kind::Notice).await? {
            Ok(callee) => callee,
            Err(reason) => return self.not_told(job, id, Trouble::Final(reason)).await,
        };
        match self.send(job, &callee).await? {
            None => self.noted(job, id, (Outcome::Skipped, "the ticket is gone")).await,
            Some(Ok(told)) => self.told(job, id, told).await,
            Some(Err(PluginError::Ended)) => Ok(()), // this node stops; the worker gives the job back
            Some(Err(error)) => {
                if let Some(pause) = attempts::pause(&error, job.waits())
                    && self.wait(job, pause, &error.to_string()).await?
                {
                    return Ok(());
                }
                self.not_told(job, id, trouble(&error, job.tries)).await
            }
        }
    }

    /// None: there is no such ticket any more.
    async fn send(&self, job: &Job, callee: &Callee) -> Result<Option<Result<Vec<Told>, PluginError>>, Error> {
        let (ticket, definition) = match self.readable(job.ticket, None).await {
            Ok((found, definition)) => (found.ticket, definition),
            Err(Error::TicketMissing | Error::TicketNotGranted) => return Ok(None),
            Err(error) => return Err(error),
        };
        let invocation = Invocation {
            id: job.key.to_string(),
            attempt: job.attempt.unsigned_abs(),
            run_by: workflow::ROBOT.to_owned(),
            transition: None,
        };
        let context = guest_context::for_job(self, &ticket, &definition, invocation).await?;
        let text = |key: &str| job.payload["event"][key].as_str().unwrap_or_default().to_owned();
        let names = self.names_told(job).await?;
        let people = people::by_names(&self.db, &names).await?;
        let message = Message {
            title: text("title_result"),
            body: text("content_result"),
            recipients: people.into_iter().map(guest_user).collect(),
        };
        let call = self.sandbox.send_notice(&callee.plugin, &message, self.call_of_job(callee, &context));
        Ok(Some(self.observed(callee, &context, call).await.result))
    }

    /// The end of the job, the line of the delivery log and its people are one transaction.
    async fn told(&self, job: &Job, id: NoticeId, told: Vec<Told>) -> Result<(), Error> {
        let recipients: Vec<Recipient> = told.into_iter().map(recipient).collect();
        let missed = recipients.iter().filter(|recipient| !recipient.is_reached).count();
        let detail = match missed {
            0 => String::new(),
            _ => format!("{missed} of {} were not reached", recipients.len()),
        };
        let outcome = if missed == 0 { Outcome::Delivered } else { Outcome::Failed };
        let delivery =
            Delivery { notice: id, ticket: job.ticket, key: job.key, attempt: job.attempt, outcome, detail: &detail };
        let mut tx = self.db.begin().await?;
        if store::jobs::finish(&mut tx, job).await? {
            store::custom_notices::log(&mut tx, &delivery).await?;
            store::custom_notices::log_recipients(&mut tx, &delivery, &recipients).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// PostgreSQL keeps no NUL.
fn recipient(told: Told) -> Recipient {
    Recipient { username: told.username, is_reached: told.ok, detail: told.detail.replace('\0', "\u{fffd}") }
}

/// Whether another try makes sense (plugin-runtime §8).
fn trouble(error: &PluginError, attempt: i32) -> Trouble {
    let reason = error.to_string().replace('\0', "\u{fffd}");
    match error.retry() {
        Retry::Backoff => Trouble::Passing(reason),
        Retry::Once if attempt < 2 => Trouble::Passing(reason),
        Retry::Once | Retry::No => Trouble::Final(reason),
    }
}
