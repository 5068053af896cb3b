//! What a plugin may ask of the engine. Every call can be refused: by a grant that is missing, by a quota that is used up.

use std::ops::Deref;

use serde::Serialize;
use serde_json::Value;

use crate::{Directory, Error, FieldKind, FieldValue, FlowEntry, Http, Kv, Level, Secret, Ticket, engine::Engine};

/// The engine's side of a run that cannot write to the ticket: all that a participants plugin has.
pub struct ReadHost {
    pub(crate) engine: Engine,
}

impl ReadHost {
    pub(crate) fn new(engine: Engine) -> ReadHost {
        ReadHost { engine }
    }

    /// Writes a line to the run's log: at most 4 KiB a line, 500 lines and 64 KiB a run; more is cut, or dropped and counted.
    pub fn log(&self, level: Level, message: impl AsRef<str>) {
        self.engine.log(level, message.as_ref(), &[]);
    }

    /// [`ReadHost::log`] with fields beside the message.
    pub fn log_with(&self, level: Level, message: impl AsRef<str>, fields: &[(&str, &str)]) {
        self.engine.log(level, message.as_ref(), fields);
    }

    /// [`ReadHost::log`] at level info.
    pub fn info(&self, message: impl AsRef<str>) {
        self.log(Level::Info, message);
    }

    /// [`ReadHost::log`] at level warn.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.log(Level::Warn, message);
    }

    /// A setting that an administrator typed for this plugin.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.engine.setting(key)
    }

    /// The same for a setting that the plugin cannot do without: an error of kind `InvalidInput` names it when it is missing or empty.
    pub fn needed_setting(&self, key: &str) -> Result<String, Error> {
        let value = self.setting(key).filter(|value| !value.trim().is_empty());
        value.ok_or_else(|| Error::invalid_input(format!("the plugin's setting {key} is empty")))
    }

    /// All settings.
    pub fn settings(&self) -> Vec<(String, String)> {
        self.engine.settings()
    }

    /// A secret. Grant: secrets, with this name. Where a token only goes into a header, an administrator can have the engine add it
    /// to requests instead, and the plugin never holds it.
    pub fn secret(&self, name: &str) -> Result<Secret, Error> {
        self.engine.secret(name).map(Secret::new)
    }

    /// Storage that outlives the run. Grant: kv.
    pub fn kv(&self) -> Kv<'_> {
        Kv::new(&self.engine)
    }

    /// A ticket as it is now. Grant: tickets-read.
    pub fn ticket(&self, id: i64) -> Result<Ticket, Error> {
        self.engine.ticket(id)
    }

    /// The newest entries of a ticket's flow log, newest first, at most 1,000. Grant: tickets-read.
    pub fn history(&self, id: i64, limit: u32) -> Result<Vec<FlowEntry>, Error> {
        self.engine.history(id, limit)
    }

    /// People, roles and departments. Grant: directory.
    pub fn directory(&self) -> Directory<'_> {
        Directory::new(&self.engine)
    }

    /// Requests to other servers. Grant: http, for the request's origin and method.
    pub fn http(&self) -> Http<'_> {
        Http::new(&self.engine)
    }
}

/// The engine's side of a run: all that [`ReadHost`] has, and writing to the ticket.
pub struct Host {
    read: ReadHost,
    /// The kinds that the workflow declares, as far as the ticket shows them.
    kinds: Vec<(String, FieldKind)>,
}

impl Deref for Host {
    type Target = ReadHost;

    fn deref(&self) -> &ReadHost {
        &self.read
    }
}

impl Host {
    pub(crate) fn new(ticket: &Ticket, engine: Engine) -> Host {
        let kinds = ticket.fields.iter().map(|field| (field.key.clone(), field.kind)).collect();
        Host { read: ReadHost::new(engine), kinds }
    }

    /// Stages a new value for a field of this ticket: it is written after the run answered `Ok`, else never. At most 100 changes and
    /// 256 KiB a run. Grant: tickets-write, for this field.
    pub fn set_field(&self, key: &str, value: impl Serialize) -> Result<(), Error> {
        let value = serde_json::to_value(value)
            .map_err(|error| Error::permanent(format!("field {key} cannot be JSON: {error}")))?;
        let declared = self.kinds.iter().find(|(known, _)| known == key).map(|(_, kind)| *kind);
        let kind = declared.unwrap_or_else(|| guess(&value));
        self.engine.set_fields(&[FieldValue { key: key.to_owned(), kind, value: value.to_string() }])
    }

    /// Stages a comment on this ticket, as [`Host::set_field`] stages a value. Grant: tickets-write.
    pub fn comment(&self, text: impl AsRef<str>) -> Result<(), Error> {
        self.engine.comment(text.as_ref())
    }
}

/// For a field the ticket does not show; the workflow's declaration decides in the end.
pub(crate) fn guess(value: &Value) -> FieldKind {
    match value {
        Value::Bool(_) => FieldKind::Boolean,
        Value::Number(number) if number.is_f64() => FieldKind::Float,
        Value::Number(_) => FieldKind::Int,
        _ => FieldKind::Str,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_field_the_ticket_does_not_show_gets_the_kind_of_its_value() {
        assert!(matches!(guess(&true.into()), FieldKind::Boolean));
        assert!(matches!(guess(&1.into()), FieldKind::Int));
        assert!(matches!(guess(&1.5.into()), FieldKind::Float));
        assert!(matches!(guess(&"x".into()), FieldKind::Str));
    }
}
