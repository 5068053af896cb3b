//! What callers do to tickets: create, advance, accept, deliver, retry. Each is a few lines around the one write path.

use serde_json::{Map, Value};

use super::{
    App, Error,
    write::{Act, By},
};
use crate::{
    ambient,
    store::{self, commit::Outcome, idempotency::Earlier},
    workflow::{self, Actor, Facts, Move, NewTicket, Parent, TicketId, TransitionId, WorkflowId},
};

/// The app and the person that make a request.
#[derive(Clone, Debug)]
pub struct Identity<'a> {
    /// The app token whose grants count; None is an administrator's session, which may use every workflow.
    pub app_token: Option<i64>,
    pub sn_prefix: &'a str,
    pub username: &'a str,
}

/// A request for a new ticket, ids already typed.
#[derive(Clone, Debug)]
pub struct Creation<'a> {
    pub workflow: WorkflowId,
    /// The workflow's present revision, read together with the app's grant.
    pub revision: i64,
    pub transition: TransitionId,
    pub parent: Option<Parent>,
    pub suggestion: &'a str,
    pub body: &'a Map<String, Value>,
    /// The caller's `Idempotency-Key` (I18).
    pub key: Option<&'a store::idempotency::Key>,
}

impl App {
    pub async fn create_ticket(&self, who: &Identity<'_>, request: &Creation<'_>) -> Result<TicketId, Error> {
        if let Some(key) = request.key
            && let Some(earlier) = store::idempotency::earlier(&self.db, key).await?
        {
            return made_before(earlier);
        }
        let definition =
            self.definitions.get(&self.db, request.workflow, request.revision).await?.ok_or(Error::WorkflowMissing)?;
        let directory =
            self.people(&workflow::create_needs(&definition, who.username, request.transition), None).await?;
        let day = ambient::now().with_timezone(&self.zone).date_naive();
        let mut new = NewTicket {
            id: TicketId(0),
            sn: String::new(),
            creator: who.username,
            transition: request.transition,
            parent: request.parent,
            suggestion: request.suggestion,
            body: request.body,
        };
        let unasked = Ok(None);
        let facts = Facts {
            actor: Actor::Person(who.username),
            directory: &directory,
            conditions: &unasked,
            now: ambient::now(),
            zone: self.zone,
        };
        let conditions = match workflow::create_question(&definition, &new, &facts)? {
            Some(question) => self.ask_creation(&definition, &new, &question).await,
            None => Ok(None),
        };
        let facts = Facts { conditions: &conditions, ..facts };
        // decided once before a number is taken, so that refused requests leave no gaps
        workflow::create(&definition, &new, &facts)?;
        let number = self.numbers.next(&self.db, day).await?;
        new.id = number.id;
        new.sn = format!("{}_{}{:04}", who.sn_prefix, day.format("%Y%m%d"), number.of_day);
        let step = workflow::create(&definition, &new, &facts)?;

        let mut tx = self.db.begin().await?;
        // first of all locks, so that nobody who holds another one waits for it
        if let Some(key) = request.key
            && let Some(earlier) = store::idempotency::claim(&mut tx, key, step.ticket.id).await?
        {
            return made_before(earlier);
        }
        if let Some(parent) = request.parent
            && store::tickets::lock_parent(&mut tx, parent.ticket, who.app_token).await? != Some(parent.state)
        {
            return Err(Error::ParentUnfit);
        }
        let transaction = store::tickets::insert(&mut tx, &step).await?;
        match store::commit::commit(tx, &transaction, &self.db).await? {
            Outcome::Committed => {
                if request.key.is_some() {
                    self.door.clean_up(&self.db).await;
                }
                Ok(step.ticket.id)
            }
            Outcome::Unknown => Err(Error::OutcomeUnknown),
        }
    }

    pub async fn advance_ticket(&self, who: &Identity<'_>, id: TicketId, request: &Move<'_>) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Advance(request)).await.map(drop)
    }

    pub async fn accept_ticket(&self, who: &Identity<'_>, id: TicketId) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Accept).await.map(drop)
    }

    pub async fn deliver_ticket(
        &self,
        who: &Identity<'_>,
        id: TicketId,
        target: &str,
        suggestion: &str,
    ) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Deliver { target, suggestion }).await.map(drop)
    }

    /// Runs a script state's script once more, unless a run is going.
    pub async fn retry_script(&self, who: &Identity<'_>, id: TicketId) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Retry { username: who.username }).await.map(drop)
    }
}

fn made_before(earlier: Earlier) -> Result<TicketId, Error> {
    match earlier {
        Earlier::Ticket(id) => Ok(id),
        Earlier::Other => Err(Error::KeyReused),
    }
}

impl<'a> By<'a> {
    fn caller(who: &Identity<'a>) -> Self {
        Self { actor: Actor::Person(who.username), app_token: who.app_token, job: None }
    }
}
