//! The one write path (design.md §4). Whoever moves a ticket, a caller or a script's result, takes these steps: read without a
//! lock, refuse strangers, ask the sandbox, lock, compare the version, decide by the rules, save everything in one transaction.
//! No guest runs and no other call goes out while a transaction is open.

use std::sync::Arc;

use super::{App, Error};
use crate::{
    ambient,
    store::{self, commit::Outcome, tickets::Found},
    workflow::{
        self, Actor, ConditionAnswer, Definition, Directory, Facts, FailedRun, Move, Needs, Question, Refusal, Step,
        Ticket, TicketId,
    },
};

/// How often a write starts over because the ticket changed between its reading and its lock.
const ROUNDS: usize = 3;

/// What is to be done to a ticket.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act<'a> {
    Advance(&'a Move<'a>),
    Accept,
    Deliver {
        target: &'a str,
        suggestion: &'a str,
    },
    Retry {
        username: &'a str,
    },
    /// A script's success: its fields and its move in one, and the comments it left.
    Script {
        request: &'a Move<'a>,
        comments: &'a [String],
    },
    ScriptFailed(FailedRun<'a>),
}

/// Who asks, and by what right the ticket is visible to them.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    pub actor: Actor<'a>,
    /// Whose grants count; None may use every workflow.
    pub app_token: Option<i64>,
    /// The job that this write finishes, in the same transaction.
    pub job: Option<&'a store::jobs::Job>,
}

impl App {
    /// A ticket that the app may act on, with its definition.
    pub async fn visible(&self, id: TicketId, app_token: Option<i64>) -> Result<(Found, Arc<Definition>), Error> {
        let seen = self.readable(id, app_token).await?;
        if seen.0.is_retired { Err(Error::WorkflowMissing) } else { Ok(seen) }
    }

    /// A ticket that the app may read, with its definition. Its workflow may be deleted by now (F-39).
    pub async fn readable(&self, id: TicketId, app_token: Option<i64>) -> Result<(Found, Arc<Definition>), Error> {
        let found = store::tickets::get(&self.db, id, app_token).await?.ok_or(Error::TicketMissing)?;
        if !found.granted {
            return Err(Error::TicketNotGranted);
        }
        let definition =
            self.definitions.get(&self.db, found.ticket.workflow, found.revision).await?.ok_or(Error::TicketMissing)?;
        Ok((found, definition))
    }

    pub(super) async fn write(&self, id: TicketId, by: By<'_>, act: Act<'_>) -> Result<Step, Error> {
        for _ in 0..ROUNDS {
            let (found, definition) = self.visible(id, by.app_token).await?;
            let seen = found.ticket;
            let directory = self.people(&act.needs(&seen, &definition, by.actor), Some(seen.id)).await?;
            let unasked = Ok(None);
            let facts = Facts {
                actor: by.actor,
                directory: &directory,
                conditions: &unasked,
                now: ambient::now(),
                zone: self.zone,
            };
            let conditions = match act.question(&seen, &definition, &facts)? {
                Some(question) => self.ask_conditions(&definition, &seen, by.actor, &question).await,
                None => Ok(None),
            };
            if let Some(step) = self.decide_and_save(&seen, by, act, (&definition, &directory, &conditions)).await? {
                return Ok(step);
            }
        }
        Err(Error::Busy)
    }

    /// Everything that happens under the ticket's lock; None when the ticket is not as it was read any more.
    async fn decide_and_save(
        &self,
        seen: &Ticket,
        by: By<'_>,
        act: Act<'_>,
        (definition, directory, conditions): (&Definition, &Directory, &ConditionAnswer),
    ) -> Result<Option<Step>, Error> {
        let mut tx = self.db.begin().await?;
        if store::tickets::lock_at(&mut tx, seen.id, seen.version).await?.is_none() {
            return Ok(None);
        }
        if let Some(job) = by.job
            && !store::jobs::finish(&mut tx, job).await?
        {
            return Err(Error::Stale);
        }
        if matches!(act, Act::Retry { .. }) && store::jobs::is_pending(&mut tx, seen.id, seen.visit).await? {
            return Err(Refusal::RunInProgress.into());
        }
        let facts = Facts { actor: by.actor, directory, conditions, now: ambient::now(), zone: self.zone };
        let step = act.decide(seen.clone(), definition, &facts)?;
        let transaction = match store::tickets::save(&mut tx, &step).await {
            // the definition is not what it was: look again
            Err(store::Error::StateGone) => return Ok(None),
            saved => saved?,
        };
        if let Act::Script { comments, .. } = act {
            store::flow_logs::comment(&mut tx, seen, by.actor, comments).await?;
        }
        match store::commit::commit(tx, &transaction, &self.db).await? {
            Outcome::Committed => Ok(Some(step)),
            Outcome::Unknown => Err(Error::OutcomeUnknown),
        }
    }

    /// The directory facts that a decision needs: one query, and one more where remember-last plays a part.
    pub async fn people(&self, needs: &Needs, ticket: Option<TicketId>) -> Result<Directory, Error> {
        let mut directory = store::accounts::directory(&self.db, needs).await?;
        if let Some(ticket) = ticket.filter(|_| !needs.last_handlers.is_empty()) {
            let states: Vec<i64> = needs.last_handlers.iter().map(|state| state.0).collect();
            directory.last_handlers =
                store::tickets::last_handlers(&self.db, ticket, &states).await?.into_iter().collect();
        }
        Ok(directory)
    }
}

impl Act<'_> {
    fn needs(&self, ticket: &Ticket, definition: &Definition, actor: Actor<'_>) -> Needs {
        let name = match actor {
            Actor::Person(name) => name,
            Actor::Script { .. } => workflow::ROBOT,
        };
        let transition = match self {
            Self::Advance(request) | Self::Script { request, .. } => Some(request.transition),
            _ => None,
        };
        let mut needs = workflow::advance_needs(ticket, definition, name, transition);
        if let Self::Deliver { target, .. } = self {
            needs.users.insert((*target).to_owned());
        }
        needs
    }

    /// Refuses what can be refused before any guest runs, and says what the sandbox must be asked.
    fn question(
        &self,
        ticket: &Ticket,
        definition: &Definition,
        facts: &Facts<'_>,
    ) -> Result<Option<Question>, Refusal> {
        match self {
            Self::Advance(request) | Self::Script { request, .. } => {
                workflow::advance_question(ticket, definition, request, facts)
            }
            Self::Accept | Self::Deliver { .. } | Self::Retry { .. } | Self::ScriptFailed(_) => Ok(None),
        }
    }

    fn decide(&self, ticket: Ticket, definition: &Definition, facts: &Facts<'_>) -> Result<Step, Refusal> {
        match *self {
            Self::Advance(request) | Self::Script { request, .. } => {
                workflow::advance(ticket, definition, request, facts)
            }
            Self::Accept => workflow::accept(ticket, definition, facts),
            Self::Deliver { target, suggestion } => workflow::deliver(ticket, definition, (target, suggestion), facts),
            Self::Retry { username } => workflow::retry(ticket, username, facts.now),
            Self::ScriptFailed(run) => workflow::script_failed(ticket, definition, run, facts.now),
        }
    }
}
