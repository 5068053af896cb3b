//! Notices: editing them, and delivering them (behaviour §4.23, §5.2). The event as it was when the ticket moved, the log it left and the people concerned go
//! to the notice's receiver. Each notice is on its own: one that fails stops no other. Every try is kept in the delivery log.

use gavia_sandbox::Kind;
use serde_json::{Value, json};

use super::{
    App, Error,
    attempts::{Trouble, backoff},
    hooks::answer,
    scripts::{UploadError, saved_name},
};
use crate::{
    outbound::Post,
    store::{
        self,
        custom_notices::{Delivery, NoticeDraft, NoticeKind, Outcome, Receiver},
        jobs::Job,
    },
    workflow::{self, Needs, NoticeId, Ticket},
};

const FOLDER: &str = "notice_script";

impl App {
    pub async fn create_notice(
        &self,
        draft: &NoticeDraft,
        file: Option<Vec<u8>>,
        creator: &str,
    ) -> Result<NoticeId, UploadError> {
        let file = self.stored_file(file).await?;
        let file = file.as_ref().map(|(name, digest)| (name.as_str(), digest));
        Ok(store::custom_notices::insert(&self.db, draft, file, creator).await?)
    }

    /// False when there is no such notice.
    pub async fn update_notice(
        &self,
        id: NoticeId,
        draft: &NoticeDraft,
        file: Option<Vec<u8>>,
    ) -> Result<bool, UploadError> {
        let file = self.stored_file(file).await?;
        let file = file.as_ref().map(|(name, digest)| (name.as_str(), digest));
        let mut tx = self.db.begin().await.map_err(Error::from)?;
        let found = store::custom_notices::update(&mut tx, id, draft, file).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(found)
    }

    /// False when there is no such notice.
    pub async fn delete_notice(&self, id: NoticeId) -> Result<bool, Error> {
        let mut tx = self.db.begin().await?;
        let found = store::custom_notices::retire(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    async fn stored_file(
        &self,
        file: Option<Vec<u8>>,
    ) -> Result<Option<(String, store::components::Digest)>, UploadError> {
        match file {
            Some(bytes) => Ok(Some((saved_name(FOLDER), self.store_component(bytes, Kind::Notice).await?))),
            None => Ok(None),
        }
    }

    pub async fn run_notice(&self, job: &Job) -> Result<(), Error> {
        let Some(id) = job.payload["notice"].as_i64().map(NoticeId) else { return self.drop_job(job).await };
        let Some(receiver) = store::custom_notices::receiver(&self.db, id).await? else {
            return self.noted(job, id, (Outcome::Skipped, "the notice was deleted")).await;
        };
        let told = match receiver.kind {
            NoticeKind::Webhook => self.call_receiver(job, &receiver).await?,
            NoticeKind::Plugin => Err(Trouble::Final("notices by plugin are not carried out by this version".into())),
        };
        match told {
            Ok(()) => self.noted(job, id, (Outcome::Delivered, "")).await,
            Err(Trouble::Final(reason)) => self.gave_up(job, id, &reason).await,
            Err(Trouble::Passing(reason)) => match backoff(job.tries) {
                Some(delay) => {
                    let mut tx = self.db.begin().await?;
                    if store::jobs::postpone(&mut tx, job, delay, &reason).await? {
                        self.log_delivery(&mut tx, job, id, (Outcome::Failed, &reason)).await?;
                    }
                    Ok(tx.commit().await?)
                }
                None => self.gave_up(job, id, &reason).await,
            },
        }
    }

    async fn call_receiver(&self, job: &Job, receiver: &Receiver) -> Result<Result<(), Trouble>, Error> {
        let Ok(Ok(token)) = self.key.open(&receiver.sealed_token).map(String::from_utf8) else {
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
        let ticket: Option<Ticket> = store::tickets::get(&self.db, job.ticket, None).await?.map(|found| found.ticket);
        let Some(ticket) = ticket else { return Ok(Vec::new()) };
        let directory = self.people(&workflow::view_needs(&ticket, workflow::ROBOT), None).await?;
        let names = workflow::holders(&ticket, &directory);
        let needs = Needs { users: names.iter().cloned().collect(), ..Needs::default() };
        let known = self.people(&needs, None).await?;
        let people = names.iter().filter_map(|name| known.users.get(name));
        Ok(people
            .map(|person| {
                json!({ "username": person.username, "alias": person.alias, "phone": person.phone, "email": person.email })
            })
            .collect())
    }

    async fn noted(&self, job: &Job, id: NoticeId, outcome: (Outcome, &str)) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if store::jobs::finish(&mut tx, job).await? {
            self.log_delivery(&mut tx, job, id, outcome).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn gave_up(&self, job: &Job, id: NoticeId, reason: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if store::jobs::bury(&mut tx, job, reason).await? {
            self.log_delivery(&mut tx, job, id, (Outcome::Failed, reason)).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn log_delivery(
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
