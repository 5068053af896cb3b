//! The one write path (design.md §4): every mutation of a ticket, whoever asks, is read, decided and saved here.
//! The sandbox is asked before the lock, never under it; the lock is held for a handful of statements.

use std::{sync::Arc, time::Duration};

use sqlx::PgConnection;

use super::{App, Error, acts::Act, notice_batches::Report, trail};
use crate::{
    ambient,
    store::{
        self,
        commit::Outcome,
        jobs::{Job, JobKind, Room},
        tickets::Found,
    },
    workflow::{
        self, Actor, Cause, ConditionAnswer, Definition, Directory, Facts, Needs, Parent, PeopleAnswer, Refusal, Step,
        Ticket, TicketId,
    },
};

/// How often a ticket may change under a request before it is told to come back.
const ROUNDS: u32 = 3;

/// Who acts, what they may see, and the job whose result this is.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    pub actor: Actor<'a>,
    /// Whose grants count; None may see every ticket.
    pub app_token: Option<i64>,
    /// Ended in the same transaction; when another attempt has it by now, nothing is written (I8).
    pub job: Option<&'a Job>,
    pub after: After<'a>,
    /// What the audit is to call it and why it is done; None for what is nobody's intervention.
    pub noted: Option<(&'static str, &'a str)>,
}

/// What the sandbox was asked for a decision; nothing so far, by default.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub conditions: ConditionAnswer,
    pub people: PeopleAnswer,
}

impl Default for Answers {
    fn default() -> Self {
        Self { conditions: Ok(None), people: Ok(None) }
    }
}

/// What becomes of the job whose result is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum After<'a> {
    Finish,
    /// It is tried again.
    Postpone(Duration),
    /// It was tried often enough; it stays, with the reason, for somebody to look at.
    Bury(&'a str),
    /// The notice was told: the delivery log has it, and the job is done or has more people to tell.
    Told(&'a Report),
}

impl<'a> By<'a> {
    pub(super) fn engine(cause: Cause, job: Option<&'a Job>) -> Self {
        Self { actor: Actor::Engine(cause), app_token: None, job, after: After::Finish, noted: None }
    }

    /// False when another attempt has the job.
    async fn end_job(&self, tx: &mut PgConnection, job: &Job) -> Result<bool, store::Error> {
        match self.after {
            After::Finish => store::jobs::finish(tx, job).await,
            After::Postpone(delay) => store::jobs::postpone(tx, job, delay, "the receiver did not take the call").await,
            After::Bury(why) => store::jobs::bury(tx, job, why).await,
            After::Told(report) => report.keep(tx, job).await,
        }
    }
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

    pub(super) async fn write(&self, id: TicketId, by: By<'_>, act: Act<'_>) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let (found, definition) = self.visible(id, by.app_token).await?;
            let seen = found.ticket;
            if by.job.is_some_and(|job| is_late(job, &seen)) {
                return Err(Error::Stale);
            }
            let mut directory = self.people(&act.needs(&seen, &definition, by.actor), Some(seen.id)).await?;
            let mut answers = Answers::default();
            if let Some(question) = act.question(&seen, &definition, &self.facts(by.actor, &directory, &answers))? {
                answers.conditions = self.ask_conditions(&definition, &seen, by.actor, &question).await?;
            }
            if let Some(question) =
                act.people_question(&seen, &definition, &self.facts(by.actor, &directory, &answers))?
            {
                answers.people = self.ask_people(&definition, by.actor, &question, &mut directory).await?;
            }
            let facts = self.facts(by.actor, &directory, &answers);
            if let Some(step) = self.decide_and_save(&seen, by, act, (&definition, &facts)).await? {
                self.tell_parent(&step).await;
                return Ok(());
            }
        }
        Err(Error::Busy)
    }

    pub(super) fn facts<'a>(&self, actor: Actor<'a>, directory: &'a Directory, answers: &'a Answers) -> Facts<'a> {
        let Answers { conditions, people } = answers;
        Facts { actor, directory, conditions, people, now: ambient::now(), zone: self.zone, dice: ambient::dice() }
    }

    /// Everything that happens under the ticket's lock; None when the ticket is not as it was read any more.
    async fn decide_and_save(
        &self,
        seen: &Ticket,
        by: By<'_>,
        act: Act<'_>,
        (definition, facts): (&Definition, &Facts<'_>),
    ) -> Result<Option<Step>, Error> {
        let mut tx = self.db.begin().await?;
        if store::tickets::lock_at(&mut tx, seen.id, seen.version).await?.is_none() {
            return Ok(None);
        }
        if let Some(job) = by.job
            && !by.end_job(&mut tx, job).await?
        {
            return Err(Error::Stale);
        }
        let room = if act.starts_a_run(seen) {
            store::jobs::make_room(&mut tx, seen.id, seen.visit).await?
        } else {
            Room::Free
        };
        if room == Room::Taken {
            return Err(Refusal::RunInProgress.into());
        }
        if by.actor == Actor::Engine(Cause::Children) {
            let parent = Parent { ticket: seen.id, state: seen.state };
            if store::tickets::open_children(&mut tx, parent).await? > 0 {
                return Err(Refusal::ChildrenOpen.into());
            }
        }
        let mut step = act.decide(seen.clone(), definition, facts)?;
        if room == Room::Hurried {
            step.jobs.clear(); // the run that the step asks for is there
        }
        let transaction = match store::steps::save(&mut tx, &step).await {
            // the definition is not what it was: look again
            Err(store::Error::StateGone) => return Ok(None),
            saved => saved?,
        };
        if let Some((texts, ticket)) = act.comments(seen, &step.ticket) {
            store::flow_logs::comment(&mut tx, ticket, by.actor, texts).await?;
        }
        if let (Some(noted), Actor::Person(administrator)) = (by.noted, by.actor) {
            trail::note_intervention(&mut tx, administrator, noted, (seen, &step.ticket)).await?;
        }
        match store::commit::commit(tx, &transaction, &self.db).await? {
            Outcome::Committed => {
                tracing::debug!(ticket.id = seen.id.0, visit = step.ticket.visit, "ticket written");
                Ok(Some(step))
            }
            Outcome::Unknown => Err(Error::OutcomeUnknown),
        }
    }

    /// The directory facts that a decision needs: one query, and one more each where remember-last or a parent's fields play a part.
    pub async fn people(&self, needs: &Needs, ticket: Option<TicketId>) -> Result<Directory, Error> {
        let mut directory = store::accounts::directory(&self.db, needs).await?;
        if let Some(ticket) = ticket.filter(|_| !needs.last_handlers.is_empty()) {
            let states: Vec<i64> = needs.last_handlers.iter().map(|state| state.0).collect();
            directory.last_handlers =
                store::tickets::last_handlers(&self.db, ticket, &states).await?.into_iter().collect();
        }
        if let Some(parent) = needs.parent {
            let found = store::tickets::get(&self.db, parent, None).await?;
            directory.parent = found.map(|found| Box::new(found.ticket));
        }
        Ok(directory)
    }

    /// A child that is over lets its parent go on at once, since callers look at the parent next. The job that was written with the
    /// child's end is the net below: it comes to the same result, or finds it done.
    pub(super) async fn tell_parent(&self, step: &Step) {
        let parent = step.jobs.iter().find_map(|job| match job {
            workflow::Job::Children { parent } => Some(*parent),
            _ => None,
        });
        let Some(parent) = parent else { return };
        if let Err(error) = Box::pin(self.advance_parent(parent, None)).await {
            tracing::warn!(ticket.id = parent.ticket.0, %error, "a parent did not go on at once; its job tries again");
        }
    }
}

/// What belongs to a stay that is over has nothing to say any more: a script's, hook's or timer's to its visit, a parent's turn to the
/// state in which it waited.
fn is_late(job: &Job, ticket: &Ticket) -> bool {
    match job.kind {
        JobKind::Children => ticket.is_over() || job.payload["state"] != ticket.state.0,
        JobKind::Script | JobKind::Hook | JobKind::Timer | JobKind::Notice => job.visit != ticket.visit,
    }
}
