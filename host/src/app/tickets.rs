//! What callers do to tickets: create, advance, hand over, countersign, comment, change, force, close, retry. Each is a few lines around
//! the one write path; creating has no ticket to lock yet and is written here whole.

use serde_json::{Map, Value};

use super::{
    App, Error,
    acts::Act,
    write::{After, Answers, By},
};
use crate::{
    store::{self, commit::Outcome, idempotency::Earlier},
    workflow::{
        self, Actor, Authority, Definition, Limit, Move, NewTicket, Parent, Quota, QuotaScope, Refusal, StateId,
        TicketId, TransitionId, WorkflowId,
    },
};

/// The app and the person that make a request.
#[derive(Clone, Debug)]
pub struct Identity<'a> {
    /// The app token whose grants count; None is an administrator's session, which may use every workflow.
    pub app_token: Option<i64>,
    pub sn_prefix: &'a str,
    pub username: &'a str,
    /// What the app lets its users do to tickets that are not theirs.
    pub authority: Authority,
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
        let mut new = NewTicket {
            id: TicketId(0),
            sn: String::new(),
            creator: who.username,
            transition: request.transition,
            parent: request.parent,
            suggestion: request.suggestion,
            existing: None,
            body: request.body,
        };
        let mut directory = self.people(&workflow::create_needs(&definition, &new), None).await?;
        let quota = Limit::parse(&definition.limit_expression)?.quota;
        if let Some(quota) = quota {
            new.existing = Some(count(&self.db, &definition, who.username, quota).await?);
        }
        let (actor, mut answers) = (Actor::Person(who.username), Answers::default());
        let question = workflow::create_question(&definition, &new, &self.facts(actor, &directory, &answers))?;
        if let Some(question) = question {
            answers.conditions = self.ask_creation(&definition, &new, &question).await?;
        }
        let question = workflow::create_people_question(&definition, &new, &self.facts(actor, &directory, &answers))?;
        if let Some(question) = question {
            answers.people = self.ask_people(&definition, actor, &question, &mut directory).await?;
        }
        let facts = self.facts(actor, &directory, &answers);
        // decided once before a number is taken, so that refused requests leave no gaps
        workflow::create(&definition, &new, &facts)?;
        let day = facts.now.with_timezone(&self.zone).date_naive();
        let number = self.numbers.next(&self.db, day).await?;
        new.id = number.id;
        new.sn = format!("{}_{}{:04}", who.sn_prefix, day.format("%Y%m%d"), number.of_day);

        let mut tx = self.db.begin().await?;
        // first of all locks, so that nobody who holds another one waits for it
        if let Some(key) = request.key
            && let Some(earlier) = store::idempotency::claim(&mut tx, key, new.id).await?
        {
            return made_before(earlier);
        }
        if let Some(quota) = quota {
            // two creations at the limit wait for each other here, and the second counts the first (I12)
            store::tickets::lock_quota(&mut tx, definition.id, counted(quota, who.username)).await?;
            new.existing = Some(count(&mut *tx, &definition, who.username, quota).await?);
        }
        if let Some(parent) = request.parent
            && store::tickets::lock_parent(&mut tx, parent.ticket, who.app_token).await? != Some(parent.state)
        {
            return Err(Error::ParentUnfit);
        }
        let step = workflow::create(&definition, &new, &facts)?;
        let transaction = match store::steps::insert(&mut tx, &step).await {
            Err(store::Error::StateGone) => return Err(Refusal::TargetStateGone.into()),
            inserted => inserted?,
        };
        match store::commit::commit(tx, &transaction, &self.db).await? {
            Outcome::Committed => {
                tracing::debug!(ticket.id = step.ticket.id.0, visit = step.ticket.visit, "ticket written");
                self.tell_parent(&step).await;
                if request.key.is_some() {
                    self.door.clean_up(&self.db).await;
                }
                Ok(step.ticket.id)
            }
            Outcome::Unknown => Err(Error::OutcomeUnknown),
        }
    }

    pub async fn advance_ticket(&self, who: &Identity<'_>, id: TicketId, request: &Move<'_>) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Advance { request, comments: &[] }).await
    }

    pub async fn accept_ticket(&self, who: &Identity<'_>, id: TicketId) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Accept).await
    }

    pub async fn deliver_ticket(
        &self,
        who: &Identity<'_>,
        id: TicketId,
        (target, suggestion): (&str, &str),
    ) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Deliver { target, suggestion }).await
    }

    pub async fn add_node(
        &self,
        who: &Identity<'_>,
        id: TicketId,
        (target, suggestion): (&str, &str),
    ) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::AddNode { target, suggestion }).await
    }

    pub async fn end_add_node(&self, who: &Identity<'_>, id: TicketId, suggestion: &str) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::EndAddNode { suggestion }).await
    }

    pub async fn comment_ticket(&self, who: &Identity<'_>, id: TicketId, suggestion: &str) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Comment { suggestion }).await
    }

    pub async fn set_fields(&self, who: &Identity<'_>, id: TicketId, body: &Map<String, Value>) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::SetFields { body, reason: "" }).await
    }

    pub async fn force_state(
        &self,
        who: &Identity<'_>,
        id: TicketId,
        (target, suggestion): (StateId, &str),
    ) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::ForceState { target, suggestion, authority: who.authority }).await
    }

    pub async fn close_ticket(&self, who: &Identity<'_>, id: TicketId, suggestion: &str) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Close { suggestion, authority: who.authority }).await
    }

    /// Runs a script state's script, or calls a hook state's hook, once more unless that is going on.
    pub async fn retry(&self, who: &Identity<'_>, id: TicketId) -> Result<(), Error> {
        self.write(id, By::caller(who), Act::Retry { reason: "" }).await
    }
}

/// Whose tickets the quota counts; None counts everybody's.
fn counted(quota: Quota, creator: &str) -> Option<&str> {
    (quota.scope == QuotaScope::PerCreator).then_some(creator)
}

async fn count(
    db: impl sqlx::PgExecutor<'_>,
    definition: &Definition,
    creator: &str,
    quota: Quota,
) -> Result<i64, store::Error> {
    store::tickets::count_recent(db, definition.id, counted(quota, creator), quota.hours).await
}

fn made_before(earlier: Earlier) -> Result<TicketId, Error> {
    match earlier {
        Earlier::Ticket(id) => Ok(id),
        Earlier::Other => Err(Error::KeyReused),
    }
}

impl<'a> By<'a> {
    pub(super) fn caller(who: &Identity<'a>) -> Self {
        Self {
            actor: Actor::Person(who.username),
            app_token: who.app_token,
            job: None,
            after: After::Finish,
            noted: None,
        }
    }
}
