//! Whether a state's participants exist, as far as that can be known before there is a ticket.

use serde_json::Value;

use super::{
    super::{
        definition::{Distribution, ParticipantKind, State, StateKind},
        ids::{DepartmentId, RoleId, ScriptId},
        participant::{id, listed, listed_ids},
        refusal::Unresolved,
        ticket::ROBOT,
    },
    Found, Place,
};

impl Found<'_> {
    pub(super) fn check_participant(&mut self, state: &State) {
        let text = state.participant.text.trim();
        let checked = match state.participant.kind {
            ParticipantKind::Nobody => {
                if state.kind == StateKind::Normal {
                    self.warning("participant_nobody", Place::State(state.id), "nobody can take a ticket out of here");
                }
                Ok(())
            }
            ParticipantKind::Person => self.check_names(state, vec![text.to_owned()]),
            ParticipantKind::Several | ParticipantKind::Everybody => {
                listed(text).and_then(|names| self.check_names(state, names))
            }
            ParticipantKind::Department => listed_ids(text).map(|ids| {
                let missing = |id: &&i64| !self.directory.departments.contains_key(&DepartmentId(**id));
                self.absent(state, "department", ids.iter().filter(missing).copied().collect());
            }),
            ParticipantKind::Role => id(text).map(|id| {
                let missing = !self.directory.roles.contains_key(&RoleId(id));
                self.absent(state, "role", missing.then_some(id).into_iter().collect());
            }),
            ParticipantKind::Script => id(text).map(|id| self.check_script(state, ScriptId(id))),
            ParticipantKind::Variable => listed(text).map(|variables| {
                for variable in variables {
                    if !matches!(variable.as_str(), "creator" | "creator_tl") {
                        self.unknown(state, Unresolved::UnknownVariable(variable).to_string());
                    }
                }
            }),
            ParticipantKind::Field | ParticipantKind::ParentField | ParticipantKind::Plugin if text.is_empty() => {
                Err(Unresolved::Unnamed)
            }
            ParticipantKind::Field => listed(text).map(|keys| {
                for key in keys {
                    if !self.knows(&key) {
                        self.unknown(state, format!("\"{key}\" is no field"));
                    }
                }
            }),
            // the parent's fields and the installed plugins are not part of this workflow
            ParticipantKind::ParentField | ParticipantKind::Plugin => Ok(()),
            ParticipantKind::Hook => {
                self.check_hook(state, text);
                Ok(())
            }
        };
        if let Err(reason) = checked {
            self.unknown(state, reason.to_string());
        }
    }

    fn check_names(&mut self, state: &State, names: Vec<String>) -> Result<(), Unresolved> {
        if names.iter().all(String::is_empty) {
            return Err(Unresolved::Unnamed);
        }
        let dealt = matches!(state.distribution, Distribution::Random | Distribution::Everybody);
        if names.len() == 1 && dealt {
            self.warning("distribution_single", Place::State(state.id), "one person alone shares work with nobody");
        }
        for name in names {
            match self.directory.users.get(&name) {
                _ if name == ROBOT && state.sub_workflow_id != 0 => {}
                None => self.unknown(state, format!("there is no user \"{name}\"")),
                Some(person) if !person.is_active => {
                    self.warning("participant_inactive", Place::State(state.id), format!("\"{name}\" is not active"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn check_script(&mut self, state: &State, script: ScriptId) {
        match self.directory.scripts.get(&script) {
            None => self.absent(state, "script", vec![script.0]),
            Some(found) if !found.is_active => {
                let message = format!("script \"{}\" is not active", found.name);
                self.error("script_inactive", Place::State(state.id), message);
            }
            Some(_) => {}
        }
    }

    /// A hook's configuration; its token is never part of a message.
    fn check_hook(&mut self, state: &State, text: &str) {
        let configuration: Option<Value> = serde_json::from_str(text).ok();
        let part = |key: &str| configuration.as_ref()?.get(key);
        let text = |key: &str| part(key).and_then(Value::as_str);
        let waits = part("wait").is_none_or(Value::is_boolean);
        if !text("hook_url").is_some_and(is_address) || text("hook_token").is_none() || !waits {
            self.error(
                "hook_configuration",
                Place::State(state.id),
                "a hook needs a JSON object with a text hook_url, http or https, a text hook_token, and perhaps a boolean wait",
            );
        }
    }

    fn absent(&mut self, state: &State, what: &str, ids: Vec<i64>) {
        for id in ids {
            self.unknown(state, format!("there is no {what} {id}"));
        }
    }

    fn unknown(&mut self, state: &State, message: String) {
        self.error("participant_unknown", Place::State(state.id), message);
    }
}

/// Whether a request can go there at all; where it may go is for the caller of hooks to say.
fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}
