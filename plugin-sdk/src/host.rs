//! What a plugin may ask of the engine. Every call can be refused: by a grant that is missing, by a quota that is used up.

use serde::Serialize;
use serde_json::Value;

use crate::{Error, FieldKind, FieldValue, FlowEntry, Level, Ticket, bindings::gavia::plugin as wit};

/// The engine's side of a run.
pub struct Host {
    /// The kinds that the workflow declares, as far as the ticket shows them.
    kinds: Vec<(String, FieldKind)>,
    engine: Box<dyn Engine>,
}

/// The calls that cross the border; tests put their own in place.
pub(crate) trait Engine {
    fn log(&self, level: Level, message: &str);
    fn set_fields(&self, fields: Vec<FieldValue>) -> Result<(), Error>;
    fn comment(&self, text: &str) -> Result<(), Error>;
    fn ticket(&self, id: i64) -> Result<Ticket, Error>;
    fn history(&self, id: i64, limit: u32) -> Result<Vec<FlowEntry>, Error>;
    fn setting(&self, key: &str) -> Option<String>;
}

impl Host {
    pub(crate) fn new(ticket: &Ticket, engine: Box<dyn Engine>) -> Host {
        Host { kinds: ticket.fields.iter().map(|field| (field.key.clone(), field.kind)).collect(), engine }
    }

    pub(crate) fn of_the_engine(ticket: &Ticket) -> Host {
        Host::new(ticket, Box::new(Imports))
    }

    /// Writes a line to the run's log: at most 4 KiB, 500 lines a run; more is dropped and counted.
    pub fn log(&self, level: Level, message: impl AsRef<str>) {
        self.engine.log(level, message.as_ref());
    }

    /// [`Host::log`] at level info.
    pub fn info(&self, message: impl AsRef<str>) {
        self.log(Level::Info, message);
    }

    /// [`Host::log`] at level warn.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.log(Level::Warn, message);
    }

    /// Stages a new value for a field of this ticket. Grant: tickets-write.
    pub fn set_field(&self, key: &str, value: impl Serialize) -> Result<(), Error> {
        let value = serde_json::to_value(value)
            .map_err(|error| Error::permanent(format!("field {key} cannot be JSON: {error}")))?;
        let declared = self.kinds.iter().find(|(known, _)| known == key).map(|(_, kind)| *kind);
        let kind = declared.unwrap_or_else(|| guess(&value));
        self.engine.set_fields(vec![FieldValue { key: key.to_owned(), kind, value: value.to_string() }])
    }

    /// Stages a comment on this ticket. Grant: tickets-write.
    pub fn comment(&self, text: impl AsRef<str>) -> Result<(), Error> {
        self.engine.comment(text.as_ref())
    }

    /// Another ticket. Grant: tickets-read.
    pub fn ticket(&self, id: i64) -> Result<Ticket, Error> {
        self.engine.ticket(id)
    }

    /// The newest entries of a ticket's flow log, at most 1,000. Grant: tickets-read.
    pub fn history(&self, id: i64, limit: u32) -> Result<Vec<FlowEntry>, Error> {
        self.engine.history(id, limit)
    }

    /// A setting that an administrator typed for this plugin.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.engine.setting(key)
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

/// The component's imports.
struct Imports;

impl Engine for Imports {
    fn log(&self, level: Level, message: &str) {
        wit::log::log(level, message, &[]);
    }

    fn set_fields(&self, fields: Vec<FieldValue>) -> Result<(), Error> {
        Ok(wit::effects::set_fields(&fields)?)
    }

    fn comment(&self, text: &str) -> Result<(), Error> {
        Ok(wit::effects::add_comment(text)?)
    }

    fn ticket(&self, id: i64) -> Result<Ticket, Error> {
        Ok(wit::tickets::get(id)?)
    }

    fn history(&self, id: i64, limit: u32) -> Result<Vec<FlowEntry>, Error> {
        Ok(wit::tickets::history(id, limit)?)
    }

    fn setting(&self, key: &str) -> Option<String> {
        wit::config::get(key)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::testing::{TestHost, context};

    #[test]
    fn changes_and_lines_arrive_in_order() {
        let context = context(&[("days", 5.into())]);
        let test = TestHost::granted(&context);
        test.host().set_field("days", 7).unwrap();
        test.host().set_field("account", "ada").unwrap();
        test.host().comment("seven").unwrap();
        test.host().info("done");
        let asked = test.asked();
        assert_eq!(asked.fields, [("days".to_owned(), 7.into()), ("account".to_owned(), "ada".into())]);
        assert_eq!(
            (asked.comments.as_slice(), asked.log.as_slice()),
            (&["seven".to_owned()][..], &["done".to_owned()][..])
        );
    }

    #[test]
    fn without_a_grant_writing_is_denied_and_logging_is_not() {
        let context = context(&[]);
        let test = TestHost::without_grants(&context);
        assert!(test.host().set_field("days", 7).unwrap_err().is_denied());
        assert!(test.host().comment("seven").unwrap_err().is_denied());
        assert!(test.host().ticket(2).unwrap_err().is_denied());
        test.host().warn("still here");
        assert_eq!(test.asked().log, ["still here"]);
        assert!(test.asked().fields.is_empty());
    }

    #[test]
    fn a_field_the_ticket_does_not_show_gets_the_kind_of_its_value() {
        assert!(matches!(guess(&true.into()), FieldKind::Boolean));
        assert!(matches!(guess(&1.into()), FieldKind::Int));
        assert!(matches!(guess(&1.5.into()), FieldKind::Float));
        assert!(matches!(guess(&"x".into()), FieldKind::Str));
    }
}
