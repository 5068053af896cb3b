//! What a walk asks the sandbox. As for a real move and within the same limits, but guests get nothing to write with and nowhere to send to,
//! and no call is noted, nor any failure.

use std::sync::Arc;

use gavia_sandbox::{Call, Grants, Kind, Limits, NoServices, Storage, types};

use super::super::{
    App, Error,
    guest_context::{self, Invocation, context},
    plugins::Callee,
};
use crate::{
    ambient,
    store::{self, plugins::Wanted},
    workflow::{self, ConditionAnswer, Definition, Directory, Needs, PeopleAnswer, PeopleQuestion, Question},
};

impl App {
    /// Which of a transition's conditions holds first, for a ticket that need not be there.
    pub(super) async fn ask_conditions_dry(
        &self,
        definition: &Definition,
        ticket: types::Ticket,
        question: &Question,
    ) -> Result<ConditionAnswer, Error> {
        let context = context(self, invocation(None), ticket);
        let outcome = match definition.condition_plugin.trim() {
            "" => {
                let call = Call {
                    context: &context,
                    grants: Arc::new(Grants::default()),
                    limits: Limits { failures: u32::MAX, ..Limits::for_kind(Kind::Condition) },
                    host: Arc::new(NoServices),
                };
                self.sandbox.first_match(&self.conditions, &question.expressions, call).await
            }
            name => match self.callee(Wanted::Name(name), Kind::Condition).await?.map(Callee::apart) {
                Ok(callee) => {
                    let call = self.reading(&callee, &context);
                    self.sandbox.first_match(&callee.plugin, &question.expressions, call).await
                }
                Err(reason) => return Ok(Err(reason)),
            },
        };
        Ok(match outcome.result {
            Ok(index) => Ok(index.map(|index| index as usize)),
            Err(error) => Err(error.shown()),
        })
    }

    /// Whom a state's plugin names; the directory then knows those of them who exist.
    pub(super) async fn ask_people_dry(
        &self,
        definition: &Definition,
        question: &PeopleQuestion,
        directory: &mut Directory,
    ) -> Result<PeopleAnswer, Error> {
        let callee = match self.callee(Wanted::Name(&question.plugin), Kind::Participants).await? {
            Ok(callee) => callee.apart(),
            Err(reason) => return Ok(Err(reason)),
        };
        let invocation = invocation(question.transition);
        let context = guest_context::for_ticket(self, &question.ticket, definition, invocation).await?;
        match self.sandbox.resolve_participants(&callee.plugin, self.reading(&callee, &context)).await.result {
            Ok(names) => {
                let needs = Needs { users: names.iter().cloned().collect(), ..Needs::default() };
                directory.users.extend(store::accounts::directory(&self.db, &needs).await?.users);
                Ok(Ok(Some(names)))
            }
            Err(error) => Ok(Err(error.shown())),
        }
    }

    /// A call that can read what the plugin may read, and nothing else.
    fn reading<'a>(&self, callee: &Callee, context: &'a types::Context) -> Call<'a> {
        let grants = Grants { kv: Storage::None, http: Vec::new(), secrets: Vec::new(), ..(*callee.grants).clone() };
        let host = self.host_for(callee, &context.ticket);
        Call { context, grants: Arc::new(grants), limits: callee.limits, host }
    }
}

fn invocation(transition: Option<workflow::TransitionId>) -> Invocation {
    Invocation { id: ambient::uuid().to_string(), attempt: 1, run_by: workflow::ROBOT.to_owned(), transition }
}
