//! Trying a version of a plugin on a ticket as it is: the run is real, what it wants changed is told and not done. What the plugin keeps
//! in its storage lasts as long as the try; requests that it may send are told in its log and not sent. Its failures suspend nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gavia_sandbox::{
    Answered, Call, Depth, Grants, Kind, Limits, LogLine, Message, Outcome, PluginError, Secret, ServiceError,
    Services, types,
};
/// What a try tells of: as the sandbox has it.
pub use gavia_sandbox::{Effect, Usage};
use serde_json::{Value, json};

use super::{
    App, Error,
    guest_context::{self, Invocation, guest_user},
    plugin_host::PluginHost,
    plugins::Callee,
    registry::{RegistryError, note},
};
use crate::{
    ambient,
    plugins::{PluginId, check_setting},
    store::{
        self,
        plugins::{self, Runnable, people, settings, versions},
    },
    workflow::{Definition, TicketId},
};

/// Below what a request may take.
const LONGEST: Duration = Duration::from_secs(15);
const LONGEST_QUEUE: Duration = Duration::from_secs(2);

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct Trial {
    pub ticket: TicketId,
    /// One of the version's; None for the first that can be tried.
    pub kind: Option<String>,
    /// Over what an administrator typed for the plugin.
    pub config: BTreeMap<String, String>,
}

/// What came of it; nothing was written.
#[derive(Clone, Debug)]
pub struct Tried {
    pub kind: Kind,
    /// What the plugin answered, by its kind.
    pub answer: Result<Value, PluginError>,
    pub effects: Vec<Effect>,
    pub logs: Vec<LogLine>,
    pub usage: Usage,
}

impl App {
    /// Runs the version, active or not, with what it asks for and is granted.
    pub async fn try_version(
        &self,
        id: PluginId,
        number: i32,
        trial: &Trial,
        by: &str,
    ) -> Result<Tried, RegistryError> {
        let row = plugins::get(&self.db, id).await?.ok_or(RegistryError::PluginMissing)?;
        let version = versions::get(&self.db, id, number).await?.ok_or(RegistryError::VersionMissing)?;
        if matches!(version.status, versions::Status::Rejected | versions::Status::Retired) {
            return Err(RegistryError::Conflict("the version is rejected or retired already".into()));
        }
        if version.kinds.is_empty() {
            return Err(RegistryError::Conflict("the version is not compiled".into()));
        }
        let kind = wanted(trial.kind.as_deref(), &version.kinds).map_err(RegistryError::Unfit)?;
        for (key, value) in &trial.config {
            check_setting(&version.manifest, key, value).map_err(RegistryError::Unfit)?;
        }
        let mut config = settings::config(&self.db, id).await?;
        config.extend(trial.config.clone());
        let runnable = Runnable {
            plugin: id,
            name: row.name,
            version: version.id,
            component: version.digest,
            kinds: version.kinds,
            requested: version.requested,
            granted: row.granted,
            config: config.into_iter().map(|(key, value)| (key, value.into())).collect(),
            limits: plugins::limits(&self.db, id).await?,
            manifest: version.manifest,
            number,
            resets: row.resets,
        };
        let mut callee = self.found(runnable, kind).await?.apart();
        callee.is_tried = true;
        callee.grants = Arc::new(Grants { http_is_told_only: true, ..Grants::clone(&callee.grants) });
        let (context, definition) = self.trial_context(trial.ticket, by).await?;
        let tried = self.run_trial(&callee, (&context, &definition), by).await?;
        let outcome = tried.answer.as_ref().map_or_else(PluginError::class, |_| "ok");
        let after = json!({ "version": number, "ticket": trial.ticket, "kind": kind.to_string(), "outcome": outcome });
        let mut db = self.db.acquire().await?;
        note(&mut db, (id, "plugin.try", by), (None, Some(after))).await?;
        Ok(tried)
    }

    async fn trial_context(
        &self,
        ticket: TicketId,
        by: &str,
    ) -> Result<(types::Context, Arc<Definition>), RegistryError> {
        let (found, definition) = match self.readable(ticket, None).await {
            Err(Error::TicketMissing) => return Err(RegistryError::Unfit(format!("there is no ticket {ticket}"))),
            other => other?,
        };
        let invocation =
            Invocation { id: ambient::uuid().to_string(), attempt: 1, run_by: by.to_owned(), transition: None };
        let mut context = guest_context::for_job(self, &found.ticket, &definition, (invocation, None)).await?;
        let person = people::by_names(&self.db, &[by.to_owned()]).await?;
        context.actor = person.into_iter().next().map(guest_user);
        Ok((context, definition))
    }

    async fn run_trial(
        &self,
        callee: &Callee,
        (context, definition): (&types::Context, &Definition),
        by: &str,
    ) -> Result<Tried, store::Error> {
        let limits = callee.limits;
        let call = Call {
            context,
            grants: Arc::clone(&callee.grants),
            limits: Limits { wall: limits.wall.min(LONGEST), queue: limits.queue.min(LONGEST_QUEUE), ..limits },
            host: Arc::new(TrialHost {
                inner: self.host_for(callee, &context.ticket),
                room: limits.kv_bytes,
                kept: Mutex::default(),
            }),
        };
        Ok(match callee.kind {
            Kind::Action => {
                let run = self.sandbox.run_action(&callee.plugin, call);
                let outcome = self.observed(callee, (context, Some(definition)), run).await;
                tried(callee.kind, outcome, |answer| json!({ "message": answer.message, "output": answer.output }))
            }
            Kind::Participants => {
                let run = self.sandbox.resolve_participants(&callee.plugin, call);
                let outcome = self.observed(callee, (context, None), run).await;
                tried(callee.kind, outcome, |names| json!({ "participants": names }))
            }
            Kind::Notice | Kind::Condition => {
                let recipients = people::by_names(&self.db, &[by.to_owned()]).await?;
                let message = Message {
                    title: context.ticket.title.clone(),
                    body: format!("{by} tries the plugin {}", callee.name),
                    recipients: recipients.into_iter().map(guest_user).collect(),
                };
                let run = self.sandbox.send_notice(&callee.plugin, &message, call);
                let outcome = self.observed(callee, (context, Some(definition)), run).await;
                tried(callee.kind, outcome, |told| {
                    let shown =
                        |one: &types::Delivery| json!({ "username": one.username, "ok": one.ok, "detail": one.detail });
                    json!({ "deliveries": told.iter().map(shown).collect::<Vec<_>>() })
                })
            }
        })
    }
}

fn wanted(asked: Option<&str>, kinds: &[String]) -> Result<Kind, String> {
    let tried = [Kind::Action, Kind::Participants, Kind::Notice];
    let mut fit = tried.into_iter().filter(|kind| kinds.contains(&kind.to_string()));
    let found = match asked {
        None => fit.next(),
        Some(name) => fit.find(|kind| kind.to_string() == name),
    };
    found.ok_or_else(|| match asked {
        Some(name) if name != "condition" => format!("{name:?} is none of its kinds: it is {}", kinds.join(", ")),
        _ => "a condition plugin is tried by checking a workflow that names it".to_owned(),
    })
}

fn tried<T>(kind: Kind, outcome: Outcome<T>, shown: impl FnOnce(&T) -> Value) -> Tried {
    let Outcome { result, usage, logs, effects } = outcome;
    Tried { kind, answer: result.map(|answer| shown(&answer)), effects, logs, usage }
}

/// The plugin's real data to read; its storage changes for itself alone.
struct TrialHost {
    inner: Arc<PluginHost>,
    /// What the try may keep in all.
    room: usize,
    /// Written during the try; None is deleted.
    kept: Mutex<BTreeMap<String, Option<Vec<u8>>>>,
}

impl TrialHost {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Option<Vec<u8>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        let written = self.kept().get(key).cloned();
        match written {
            Some(value) => Ok(value),
            None => self.inner.kv_get(key).await,
        }
    }

    fn write(&self, key: &str, value: Option<Vec<u8>>) -> Result<(), ServiceError> {
        let mut kept = self.kept();
        let size = |(key, value): (&String, &Option<Vec<u8>>)| key.len() + 64 + value.as_ref().map_or(0, Vec::len);
        let others: usize = kept.iter().filter(|(known, _)| *known != key).map(size).sum();
        if others + key.len() + 64 + value.as_ref().map_or(0, Vec::len) > self.room {
            return Err(ServiceError::Exhausted(format!("the plugin may store {} bytes", self.room)));
        }
        kept.insert(key.to_owned(), value);
        Ok(())
    }
}

impl Services for TrialHost {
    fn settings(&self) -> &[(String, String)] {
        self.inner.settings()
    }

    fn secret<'a>(&'a self, name: &'a str) -> Answered<'a, Secret> {
        self.inner.secret(name)
    }

    fn ticket(&self, id: i64) -> Answered<'_, types::Ticket> {
        self.inner.ticket(id)
    }

    fn history(&self, id: i64, limit: u32) -> Answered<'_, Vec<types::FlowEntry>> {
        self.inner.history(id, limit)
    }

    fn kv_get<'a>(&'a self, key: &'a str) -> Answered<'a, Option<Vec<u8>>> {
        Box::pin(self.read(key))
    }

    fn kv_set<'a>(&'a self, key: &'a str, value: Vec<u8>, _: Option<Duration>) -> Answered<'a, ()> {
        Box::pin(async move { self.write(key, Some(value)) })
    }

    fn kv_delete<'a>(&'a self, key: &'a str) -> Answered<'a, ()> {
        Box::pin(async move { self.write(key, None) })
    }

    fn kv_compare_and_set<'a>(&'a self, key: &'a str, old: Option<Vec<u8>>, new: Vec<u8>) -> Answered<'a, bool> {
        Box::pin(async move {
            let same = self.read(key).await? == old;
            if same {
                self.write(key, Some(new))?;
            }
            Ok(same)
        })
    }

    fn user_by_name<'a>(&'a self, username: &'a str) -> Answered<'a, types::User> {
        self.inner.user_by_name(username)
    }

    fn users_in_role(&self, role_id: i64, limit: u32) -> Answered<'_, Vec<types::User>> {
        self.inner.users_in_role(role_id, limit)
    }

    fn users_in_dept(&self, dept_id: i64, depth: Depth, limit: u32) -> Answered<'_, Vec<types::User>> {
        self.inner.users_in_dept(dept_id, depth, limit)
    }

    fn leader_of_dept(&self, dept_id: i64) -> Answered<'_, Option<types::User>> {
        self.inner.leader_of_dept(dept_id)
    }
}
