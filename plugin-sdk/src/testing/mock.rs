//! The engine's stand-in: what a test tells it, and the three ways to run a plugin under it.

use std::{cell::RefCell, rc::Rc};

use gavia_plugin_manifest::{Capability, ContactScope, Kind, Manifest, Origin, TicketScope};

use super::{
    Ran, Receiver,
    engine::{Engine, shown, visible},
    people::Department,
    quotas::Quotas,
    state::{Run, State},
};
use crate::{Context, Delivery, Error, FlowEntry, Host, Message, Outcome, ReadHost, Response, Ticket, User};

/// Stands in for the engine in a test.
///
/// It enforces what the engine enforces: grants, quotas (those of the manifest's `[limits]` where they are lower), one run's effects being
/// written only after `Ok`. Storage, people and
/// tickets stay from run to run; fields, log and requests are each run's own.
pub struct MockHost {
    state: Rc<RefCell<State>>,
}

impl MockHost {
    /// A host that grants nothing: what a plugin meets before an administrator allowed it anything.
    pub fn bare() -> MockHost {
        MockHost { state: Rc::default() }
    }

    /// A host that grants exactly what the manifest asks for: `MockHost::granted(crate::MANIFEST)`. What the manifest forgot fails.
    ///
    /// # Panics
    /// If this is no manifest.
    pub fn granted(manifest: &str) -> MockHost {
        let manifest = Manifest::from_json(manifest.as_bytes()).expect("MANIFEST is what manifest!() made");
        let mock = MockHost::bare();
        mock.change(|state| {
            state.granted = manifest.capabilities().to_vec();
            state.manifest = Some(manifest);
        })
    }

    fn change(self, change: impl FnOnce(&mut State)) -> MockHost {
        change(&mut self.state.borrow_mut());
        self
    }

    fn grant(self, capability: Capability) -> MockHost {
        self.change(|state| state.granted.push(capability))
    }

    /// Takes all grants of this name away again: `without("secrets")`.
    #[must_use]
    pub fn without(self, grant: &str) -> MockHost {
        self.change(|state| state.granted.retain(|capability| capability.grant() != grant))
    }

    /// Grants requests of any method to an origin, such as `https://example.com` or `https://*.example.com`.
    ///
    /// # Panics
    /// If this is no origin.
    #[must_use]
    pub fn grant_http(self, origin: &str) -> MockHost {
        let origins = vec![Origin::try_from(origin.to_owned()).expect("an origin")];
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map(str::to_owned).to_vec();
        self.grant(Capability::Http { origins, methods, reason: String::new() })
    }

    /// Grants writing to these fields; `["*"]` is all of them.
    #[must_use]
    pub fn grant_fields(self, keys: &[&str]) -> MockHost {
        let fields = keys.iter().map(|key| (*key).to_owned()).collect();
        self.grant(Capability::TicketsWrite { fields, reason: String::new() })
    }

    /// Grants reading tickets.
    #[must_use]
    pub fn grant_tickets(self, scope: TicketScope) -> MockHost {
        self.grant(Capability::TicketsRead { scope, reason: String::new() })
    }

    /// Grants the directory.
    #[must_use]
    pub fn grant_directory(self, scope: ContactScope) -> MockHost {
        self.grant(Capability::Directory { scope, reason: String::new() })
    }

    /// Grants storage.
    #[must_use]
    pub fn grant_kv(self) -> MockHost {
        self.grant(Capability::Kv { reason: String::new() })
    }

    /// Grants a secret by its name.
    #[must_use]
    pub fn grant_secret(self, name: &str) -> MockHost {
        self.grant(Capability::Secrets { names: vec![name.to_owned()], reason: String::new() })
    }

    /// What an administrator typed for a setting.
    ///
    /// # Panics
    /// If the manifest does not know it, or says that it takes something else.
    #[must_use]
    pub fn setting(self, key: &str, value: impl Into<String>) -> MockHost {
        let value = value.into();
        self.change(|state| {
            if let Some(manifest) = &state.manifest {
                let known = manifest.settings().iter().find(|setting| setting.key == key);
                let setting = known.unwrap_or_else(|| panic!("the manifest has no setting {key}"));
                assert!(setting.kind.takes(&value), "{value:?} is not what the setting {key} takes");
            }
            state.settings.insert(key.to_owned(), value);
        })
    }

    /// What an administrator stored as a secret. It does not grant it.
    #[must_use]
    pub fn secret(self, name: &str, value: &str) -> MockHost {
        self.change(|state| drop(state.secrets.insert(name.to_owned(), value.to_owned())))
    }

    /// A person.
    #[must_use]
    pub fn user(self, user: User) -> MockHost {
        self.change(|state| state.people.users.push(user))
    }

    /// A department, the one above it and its leader's user name.
    #[must_use]
    pub fn department(self, id: i64, parent: Option<i64>, leader: Option<&str>) -> MockHost {
        let department = Department { parent, leader: leader.map(str::to_owned) };
        self.change(|state| drop(state.people.departments.insert(id, department)))
    }

    /// Another ticket, and its flow log, newest first.
    #[must_use]
    pub fn ticket(self, ticket: Ticket, history: Vec<FlowEntry>) -> MockHost {
        self.change(|state| {
            state.history.insert(ticket.id, history);
            state.tickets.insert(ticket.id, ticket);
        })
    }

    /// Answers the next request that has no answer yet. They are used up in order.
    #[must_use]
    pub fn http_reply(self, status: u16, body: impl Into<Vec<u8>>) -> MockHost {
        let body = body.into();
        self.change(|state| {
            state.replies.push_back(Box::new(move |request| {
                let origin = request.origin().to_owned();
                Ok(Response { origin, status, headers: Vec::new(), body: body.clone() })
            }));
        })
    }

    /// Fails the next request that has no answer yet, as if the server could not be reached.
    #[must_use]
    pub fn http_down(self) -> MockHost {
        self.change(|state| {
            let fail = |request: &_| Err(unreachable(request));
            state.replies.push_back(Box::new(fail));
        })
    }

    /// Really sends requests for this origin, to a receiver of the test.
    #[must_use]
    pub fn reach(self, origin: &str, receiver: &Receiver) -> MockHost {
        let origin = gavia_plugin_manifest::origin_of(origin).expect("an origin");
        let address = receiver.address();
        self.change(|state| state.reachable.push((origin, address)))
    }

    /// What is stored under a key.
    pub fn stored(&self, key: &str) -> Option<Vec<u8>> {
        self.state.borrow().kv.get(key).cloned()
    }

    /// Runs an action.
    pub fn action(
        &self,
        context: &Context,
        run: impl FnOnce(&Context, &Host) -> Result<Outcome, Error>,
    ) -> Ran<Outcome> {
        let (context, engine) = self.begin(context, Kind::Action);
        let result = run(&context, &Host::new(context.ticket(), engine));
        self.end(result, |outcome, quotas| {
            at_most(outcome.text().len(), quotas.message_bytes, "bytes of message")?;
            at_most(outcome.output().map_or(0, str::len), quotas.output_bytes, "bytes of output")
        })
    }

    /// Runs a participants plugin. Whether the people exist is asked by the engine afterwards, and not here.
    pub fn participants(
        &self,
        context: &Context,
        resolve: impl FnOnce(&Context, &ReadHost) -> Result<Vec<String>, Error>,
    ) -> Ran<Vec<String>> {
        let (context, engine) = self.begin(context, Kind::Participants);
        let result = resolve(&context, &ReadHost::new(engine));
        self.end(result, |people, quotas| {
            at_most(people.len(), quotas.participants, "participants")?;
            if people.iter().any(String::is_empty) { Err(not_acceptable("an empty user name")) } else { Ok(()) }
        })
    }

    /// Runs a notice plugin.
    pub fn notice(
        &self,
        context: &Context,
        message: &Message,
        send: impl FnOnce(&Context, &Message, &Host) -> Result<Vec<Delivery>, Error>,
    ) -> Ran<Vec<Delivery>> {
        let (context, engine) = self.begin(context, Kind::Notice);
        let scope = self.contact_scope();
        let recipients = message.recipients.iter().map(|user| shown(user.clone(), scope)).collect();
        let message = Message { recipients, ..message.clone() };
        let result = send(&context, &message, &Host::new(context.ticket(), engine));
        self.end(result, |deliveries, quotas| {
            at_most(deliveries.len(), quotas.deliveries, "deliveries")?;
            let known = |name: &str| message.recipients.iter().any(|user| user.username == name);
            match deliveries.iter().find(|delivery| !known(delivery.username())) {
                Some(stranger) => {
                    Err(not_acceptable(format!("a delivery to {}, who is no recipient", stranger.username())))
                }
                None => Ok(()),
            }
        })
    }

    fn contact_scope(&self) -> Option<ContactScope> {
        self.state.borrow().granted.iter().filter_map(visible).max()
    }

    /// The context as the plugin may see it, and the engine of the run.
    fn begin(&self, context: &Context, kind: Kind) -> (Context, Engine) {
        let scope = self.contact_scope();
        let mut context = context.clone();
        let actor = context.parts().actor.take();
        context.parts().actor = actor.map(|actor| shown(actor, scope));
        let ticket = context.ticket();
        let mut state = self.state.borrow_mut();
        let quotas = Quotas::of(state.manifest.as_ref(), kind);
        state.run = Run { own: Some((ticket.id, ticket.workflow_id)), quotas, ..Run::default() };
        state.tickets.entry(ticket.id).or_insert_with(|| ticket.clone());
        drop(state);
        (context, Engine::new(self.state.clone()))
    }

    fn end<T>(&self, result: Result<T, Error>, check: impl FnOnce(&T, &Quotas) -> Result<(), Error>) -> Ran<T> {
        let run = std::mem::take(&mut self.state.borrow_mut().run);
        let result = result.and_then(|answer| check(&answer, &run.quotas).map(|()| answer));
        let (fields, comments) = if result.is_ok() { (run.fields, run.comments) } else { Default::default() };
        Ran {
            result,
            fields,
            comments,
            log: run.log,
            log_dropped: run.log_dropped,
            requests: run.requests,
            host_calls: run.host_calls,
            denied: run.denied,
        }
    }
}

pub(super) fn unreachable(request: &crate::http::RequestParts) -> Error {
    Error::retryable(format!("{} cannot be reached", request.origin()))
}

fn at_most(count: usize, max: usize, what: &str) -> Result<(), Error> {
    if count <= max { Ok(()) } else { Err(not_acceptable(format!("{count} {what}; {max} are allowed"))) }
}

fn not_acceptable(what: impl std::fmt::Display) -> Error {
    Error::permanent(format!("the plugin's answer is not acceptable: {what}"))
}
