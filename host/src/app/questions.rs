//! What the sandbox is asked before a move, never under a lock: which of a transition's conditions holds first, and whom the participants
//! plugin of the state that is entered names. The answers travel in `Facts`; what they mean is for the rules to say.

use std::{sync::Arc, time::Duration};

use gavia_sandbox::{Call, Grants, Kind, Limits, NoServices, Outcome, PluginError, Retry, types};
use serde_json::Value;

use super::{
    App, Error, figures,
    guest_context::{self, Invocation, context, guest_fields, guest_ticket, guest_user},
    plugins::Callee,
};
use crate::{
    ambient,
    store::{
        self,
        plugins::{Wanted, people},
    },
    workflow::{
        self, Actor, ConditionAnswer, Definition, Directory, Needs, NewTicket, PeopleAnswer, PeopleQuestion, Question,
        Ticket,
    },
};

/// What the built-in condition plugin is called in figures.
const BUILT_IN: &str = "built-in";

const QUEUE_OF_JOBS: Duration = Duration::from_millis(200);

impl App {
    /// Asks the workflow's condition plugin which of a transition's conditions holds first. An error is a readable reason.
    pub(super) async fn ask_conditions(
        &self,
        definition: &Definition,
        ticket: &Ticket,
        actor: Actor<'_>,
        question: &Question,
    ) -> Result<ConditionAnswer, Error> {
        let id = guest_context::step("conditions", ticket, Some(question.transition));
        let ticket = guest_ticket(ticket, definition, &question.fields);
        self.ask((id, actor), ticket, definition, question).await
    }

    pub(super) async fn ask_creation(
        &self,
        definition: &Definition,
        new: &NewTicket<'_>,
        question: &Question,
    ) -> Result<ConditionAnswer, Error> {
        let id = ambient::uuid().to_string(); // nothing is there yet that another attempt could be about
        self.ask((id, Actor::Person(new.creator)), new_ticket(definition, new, question), definition, question).await
    }

    async fn ask(
        &self,
        (id, actor): (String, Actor<'_>),
        ticket: types::Ticket,
        definition: &Definition,
        question: &Question,
    ) -> Result<ConditionAnswer, Error> {
        let (run_by, transition) = (who(actor).to_owned(), Some(question.transition));
        let mut context = context(self, Invocation { id, attempt: 1, run_by, transition }, ticket);
        let named = definition.condition_plugin.trim();
        let asked = if named.is_empty() { BUILT_IN } else { named };
        let outcome = match named {
            "" => {
                let call = Call {
                    context: &context,
                    grants: Arc::new(Grants::default()),
                    // Every workflow uses this plugin: one that keeps it busy must not suspend it for the others.
                    limits: Limits { failures: u32::MAX, ..Limits::for_kind(Kind::Condition) },
                    host: Arc::new(NoServices),
                };
                let outcome = self.sandbox.first_match(&self.conditions, &question.expressions, call).await;
                figures::called(BUILT_IN, Kind::Condition, &outcome);
                outcome
            }
            name => {
                let callee = match self.callee(Wanted::Name(name), Kind::Condition).await? {
                    Ok(callee) => callee,
                    Err(reason) => return Ok(Err(reason)),
                };
                // the built-in plugin asks for none of it, and its question costs no query
                guest_context::tell_more(self, &mut context, definition).await?;
                context.actor = self.acting(actor).await?;
                let call = self.call_of(&callee, &context);
                let call = self.sandbox.first_match(&callee.plugin, &question.expressions, call);
                self.observed(&callee, (&context, None), call).await
            }
        };
        match outcome.result {
            Ok(index) => Ok(Ok(index.map(|index| index as usize))),
            Err(error) => passing(asked, &error).map_or_else(|| Ok(Err(error.shown())), Err),
        }
    }

    /// Asks a state's participants plugin; the directory then knows those of the named who exist. An inner error is a readable reason.
    pub(super) async fn ask_people(
        &self,
        definition: &Definition,
        actor: Actor<'_>,
        question: &PeopleQuestion,
        directory: &mut Directory,
    ) -> Result<PeopleAnswer, Error> {
        let callee = match self.callee(Wanted::Name(&question.plugin), Kind::Participants).await? {
            Ok(callee) => callee,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut context = self.people_context(definition, actor, question).await?;
        let mut outcome = self.resolve(&callee, &context).await;
        if outcome.result.as_ref().is_err_and(|error| error.retry() == Retry::Once) {
            context.attempt += 1;
            outcome = self.resolve(&callee, &context).await;
        }
        match outcome.result {
            Ok(names) => {
                let needs = Needs { users: names.iter().cloned().collect(), ..Needs::default() };
                directory.users.extend(store::accounts::directory(&self.db, &needs).await?.users);
                Ok(Ok(Some(names)))
            }
            Err(error) => passing(&callee.name, &error).map_or_else(|| Ok(Err(error.shown())), Err),
        }
    }

    async fn resolve(&self, callee: &Callee, context: &types::Context) -> Outcome<Vec<String>> {
        let call = self.sandbox.resolve_participants(&callee.plugin, self.call_of(callee, context));
        self.observed(callee, (context, None), call).await
    }

    async fn people_context(
        &self,
        definition: &Definition,
        actor: Actor<'_>,
        question: &PeopleQuestion,
    ) -> Result<types::Context, Error> {
        let invocation = Invocation {
            id: guest_context::step("people", &question.ticket, question.transition),
            attempt: 1,
            run_by: who(actor).to_owned(),
            transition: question.transition,
        };
        let mut context = guest_context::for_ticket(self, &question.ticket, definition, invocation).await?;
        context.actor = self.acting(actor).await?;
        Ok(context)
    }

    /// The person who acts, if it is one.
    async fn acting(&self, actor: Actor<'_>) -> Result<Option<types::User>, Error> {
        let Actor::Person(name) = actor else { return Ok(None) };
        let person = people::by_names(&self.db, &[name.to_owned()]).await?;
        Ok(person.into_iter().next().map(guest_user))
    }

    /// As `call_of`, for work that nobody waits for: it is put off rather than kept in the plugin's queue, where it would hold a place
    /// among the jobs.
    pub(super) fn call_of_job<'a>(&self, callee: &Callee, context: &'a types::Context) -> Call<'a> {
        let call = self.call_of(callee, context);
        Call { limits: Limits { queue: call.limits.queue.min(QUEUE_OF_JOBS), ..call.limits }, ..call }
    }

    /// A call with the plugin's own grants and data, within its limits.
    pub(super) fn call_of<'a>(&self, callee: &Callee, context: &'a types::Context) -> Call<'a> {
        Call {
            context,
            grants: Arc::clone(&callee.grants),
            limits: callee.limits,
            host: self.host_for(callee, &context.ticket),
        }
    }
}

/// A ticket that is not there yet, as its conditions see it.
pub(super) fn new_ticket(definition: &Definition, new: &NewTicket<'_>, question: &Question) -> types::Ticket {
    let start = definition.start();
    types::Ticket {
        title: new.body.get("title").and_then(Value::as_str).unwrap_or_default().to_owned(),
        workflow_id: definition.id.0,
        workflow_name: definition.name.clone(),
        state_id: start.map_or(0, |state| state.id.0),
        state_name: start.map_or_else(String::new, |state| state.name.clone()),
        state_label: start.map_or_else(|| "{}".into(), |state| state.label.to_string()),
        creator: new.creator.to_owned(),
        multi_all_person: "{}".into(),
        fields: guest_fields(&question.fields),
        ..types::Ticket::default()
    }
}

/// What may be over in a moment is no answer: a person is asked to try again, a job is tried again, and no step fails for good.
fn passing(plugin: &str, error: &PluginError) -> Option<Error> {
    let waits = || Error::PluginWaits { plugin: plugin.to_owned(), reason: error.shown() };
    (error.retry() == Retry::Backoff).then(waits)
}

fn who(actor: Actor<'_>) -> &str {
    match actor {
        Actor::Person(name) => name,
        Actor::Script { .. } | Actor::Engine(_) => workflow::ROBOT,
    }
}
