//! Notices: editing them, and delivering them (behaviour §4.23, §5.2). The event as it was when the ticket moved, the log it left and the people concerned go
//! to the notice's receiver. Each notice is on its own: one that fails stops no other. Every try is kept in the delivery log.

use std::time::Duration;

use gavia_sandbox::Kind;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    App, Error,
    attempts::{Trouble, backoff},
    hooks::answer,
    registry::{RegistryError, Waiting, views::NOTICE_PREFIX},
    scripts::{Program, Ready, remove_own},
    trail::{Kept as _, Subject, note, with_plugin},
};
use crate::{
    outbound::Post,
    plugins::PluginId,
    store::{
        self,
        custom_notices::{Delivery, NoticeDraft, NoticeKind, Outcome, Receiver},
        jobs::Job,
    },
    workflow::{self, Needs, NoticeId, Ticket},
};

const FOLDER: &str = "notice_script";

/// Of the trail's entries.
const SUBJECT: &str = "custom_notice";

/// Makes the notice a view of its program's plugin.
async fn set_program(
    tx: &mut PgConnection,
    id: NoticeId,
    (present, program): (Option<PluginId>, &Ready),
    by: &str,
) -> Result<Option<Waiting>, RegistryError> {
    let taken = program.plugin(tx, (present, &format!("{NOTICE_PREFIX}{id}")), Kind::Notice, by).await?;
    store::custom_notices::set_plugin(tx, id, taken.plugin).await?;
    Ok(taken.waiting)
}

async fn write_notice(
    tx: &mut PgConnection,
    (id, by): (NoticeId, &str),
    (stored, draft): (&NoticeDraft, &NoticeDraft),
    program: Option<&Ready>,
) -> Result<Option<Waiting>, RegistryError> {
    let before = kept(tx, id, stored).await?;
    let saved = program.map(|program| program.saved_name(FOLDER));
    store::custom_notices::update(tx, id, draft, saved.as_deref()).await?;
    let mut waiting = None;
    if let Some(program) = program {
        let present = store::custom_notices::plugin_of(&mut *tx, id).await?;
        waiting = set_program(tx, id, (present, program), by).await?;
    }
    let after = kept(tx, id, draft).await?;
    note(tx, by, (Subject(SUBJECT, id.0), "update"), (Some(before), Some(after))).await?;
    Ok(waiting)
}

/// For the trail: the notice, and whose code delivers it now, if a plugin does.
async fn kept(tx: &mut PgConnection, id: NoticeId, draft: &NoticeDraft) -> Result<Value, store::Error> {
    let plugin = store::custom_notices::plugin_of(&mut *tx, id).await?;
    with_plugin(tx, draft.kept(), plugin).await
}

impl App {
    pub async fn create_notice(
        &self,
        draft: &NoticeDraft,
        program: Option<Program>,
        creator: &str,
    ) -> Result<Option<Waiting>, RegistryError> {
        let program = self.ready(program, Kind::Notice).await?;
        let mut tx = self.db.begin().await?;
        let saved = program.as_ref().map(|program| program.saved_name(FOLDER));
        let id = store::custom_notices::insert(&mut *tx, draft, saved.as_deref(), creator).await?;
        let waiting = match &program {
            Some(program) => set_program(&mut tx, id, (None, program), creator).await?,
            None => None,
        };
        let after = kept(&mut tx, id, draft).await?;
        note(&mut tx, creator, (Subject(SUBJECT, id.0), "create"), (None, Some(after))).await?;
        tx.commit().await?;
        Ok(waiting)
    }

    /// `change` gets the notice as stored; its refusal changes nothing. None when there is no such notice, else
    /// whether its new file waits.
    pub async fn update_notice<E: From<RegistryError>>(
        &self,
        (id, by): (NoticeId, &str),
        program: Option<Program>,
        change: impl FnOnce(NoticeDraft) -> Result<NoticeDraft, E>,
    ) -> Result<Option<Option<Waiting>>, E> {
        let program = self.ready(program, Kind::Notice).await.map_err(RegistryError::from)?;
        let mut tx = self.db.begin().await.map_err(RegistryError::from)?;
        let stored = store::custom_notices::lock(&mut *tx, id).await.map_err(RegistryError::from)?;
        let Some(stored) = stored else { return Ok(None) };
        let draft = change(stored.clone())?;
        let waiting = write_notice(&mut tx, (id, by), (&stored, &draft), program.as_ref()).await?;
        tx.commit().await.map_err(RegistryError::from)?;
        Ok(Some(waiting))
    }

    /// False when there is no such notice.
    pub async fn delete_notice(&self, id: NoticeId, by: &str) -> Result<bool, RegistryError> {
        let mut tx = self.db.begin().await?;
        let plugin = store::custom_notices::plugin_of(&mut *tx, id).await?;
        let Some(stored) = store::custom_notices::lock(&mut *tx, id).await? else { return Ok(false) };
        store::custom_notices::retire(&mut tx, id).await?;
        remove_own(&mut tx, plugin, by).await?;
        note(&mut tx, by, (Subject(SUBJECT, id.0), "delete"), (Some(stored.kept()), None)).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub async fn run_notice(&self, job: &Job) -> Result<(), Error> {
        let Some(id) = job.payload["notice"].as_i64().map(NoticeId) else { return self.drop_job(job).await };
        let Some(receiver) = store::custom_notices::receiver(&self.db, id).await? else {
            return self.noted(job, id, (Outcome::Skipped, "the notice was deleted")).await;
        };
        let told = match receiver.kind {
            NoticeKind::Webhook => self.call_receiver(job, &receiver).await?,
            NoticeKind::Plugin => return self.run_notice_plugin(job, id, receiver.plugin).await,
        };
        match told {
            Ok(()) => self.noted(job, id, (Outcome::Delivered, "")).await,
            Err(trouble) => self.not_told(job, id, trouble).await,
        }
    }

    /// Tried again if that may help, and else kept for somebody to look at.
    async fn not_told(&self, job: &Job, id: NoticeId, trouble: Trouble) -> Result<(), Error> {
        match trouble {
            Trouble::Final(reason) => self.gave_up(job, id, &reason).await,
            Trouble::Passing(reason) => match backoff(job.tries) {
                Some(delay) => self.tell_later(job, id, delay, &reason).await,
                None => self.gave_up(job, id, &reason).await,
            },
        }
    }

    pub(super) async fn tell_later(&self, job: &Job, id: NoticeId, delay: Duration, why: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if store::jobs::postpone(&mut tx, job, delay, why).await? {
            self.log_delivery(&mut tx, job, id, (Outcome::Failed, why)).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn call_receiver(&self, job: &Job, receiver: &Receiver) -> Result<Result<(), Trouble>, Error> {
        // a notice may have none; its receiver then has nothing to check the signature with, and is told all the same
        let token = if receiver.sealed_token.is_empty() {
            String::new()
        } else if let Ok(Ok(token)) = self.key.open(&receiver.sealed_token).map(String::from_utf8) {
            token
        } else {
            return Ok(Err(Trouble::Final("the notice's token cannot be opened with this key".into())));
        };
        let body = self.notice_body(job).await?;
        let post = Post { url: &receiver.hook_url, token: &token, key: job.key, body: &body };
        let reply = self.outbound.post(post).await.map_err(Trouble::from);
        Ok(reply.and_then(|reply| answer(&reply)).map(drop))
    }

    /// The event of the job, completed by what is looked up when it is told: the log's names and the people's addresses.
    async fn notice_body(&self, job: &Job) -> Result<Value, Error> {
        let mut body = job.payload["event"].clone();
        let log = match job.payload["flow_log"].as_i64() {
            Some(id) => store::flow_logs::get(&self.db, job.ticket, id).await?,
            None => None,
        };
        body["last_flow_log"] = log.map_or(Value::Null, |log| (self.log_row)(&log, job.ticket, self.zone));
        body["participant_info_list"] = self.people_told(job).await?.into();
        Ok(body)
    }

    /// Who holds the ticket now, as far as they exist.
    async fn people_told(&self, job: &Job) -> Result<Vec<Value>, Error> {
        let names = self.names_told(job).await?;
        let needs = Needs { users: names.iter().cloned().collect(), ..Needs::default() };
        let known = self.people(&needs, None).await?;
        let people = names.iter().filter_map(|name| known.users.get(name));
        Ok(people
            .map(|person| {
                json!({ "username": person.username, "alias": person.alias, "phone": person.phone, "email": person.email })
            })
            .collect())
    }

    /// By name; nobody knows whether they exist.
    pub(super) async fn names_told(&self, job: &Job) -> Result<Vec<String>, Error> {
        let ticket: Option<Ticket> = store::tickets::get(&self.db, job.ticket, None).await?.map(|found| found.ticket);
        let Some(ticket) = ticket else { return Ok(Vec::new()) };
        let directory = self.people(&workflow::view_needs(&ticket, workflow::ROBOT), None).await?;
        Ok(workflow::holders(&ticket, &directory))
    }

    pub(super) async fn noted(&self, job: &Job, id: NoticeId, outcome: (Outcome, &str)) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if store::jobs::finish(&mut tx, job).await? {
            self.log_delivery(&mut tx, job, id, outcome).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn gave_up(&self, job: &Job, id: NoticeId, reason: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if store::jobs::bury(&mut tx, job, reason).await? {
            self.log_delivery(&mut tx, job, id, (Outcome::Failed, reason)).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn log_delivery(
        &self,
        tx: &mut sqlx::PgConnection,
        job: &Job,
        notice: NoticeId,
        (outcome, detail): (Outcome, &str),
    ) -> Result<(), Error> {
        let delivery = Delivery { notice, ticket: job.ticket, key: job.key, attempt: job.attempt, outcome, detail };
        Ok(store::custom_notices::log(tx, &delivery).await?)
    }
}
