//! What a run is about: the ticket, its fields, who caused it.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, FieldValue, FlowEntry, Ticket, User, bindings::gavia::plugin::types as wit};

/// The step that this run is for.
#[derive(Clone, Debug)]
pub struct Context(wit::Context);

impl Context {
    pub(crate) fn new(context: wit::Context) -> Context {
        Context(context)
    }

    /// For tests, which make contexts of their own.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn parts(&mut self) -> &mut wit::Context {
        &mut self.0
    }

    /// The same whenever the engine repeats this run: use it as idempotency key towards other systems. A run that somebody asks for after this
    /// one failed for good is another one.
    pub fn invocation_id(&self) -> &str {
        &self.0.invocation_id
    }

    /// 1 on the first run.
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// How long the run may take, measured from its start.
    pub fn budget(&self) -> Duration {
        Duration::from_millis(self.0.budget_ms.into())
    }

    /// The engine's clock at the start, in milliseconds since 1970, UTC.
    pub fn now_ms(&self) -> i64 {
        self.0.now_ms
    }

    /// Minutes east of UTC that the engine is configured with.
    pub fn tz_offset_min(&self) -> i16 {
        self.0.tz_offset_min
    }

    /// The ticket as it was when the run started.
    pub fn ticket(&self) -> &Ticket {
        &self.0.ticket
    }

    /// The transition that led here: into the state whose people are named or whose script runs, or the move that is told of. For a condition
    /// it is the one that is judged. None where an administrator forced the state.
    pub fn transition_id(&self) -> Option<i64> {
        self.0.transition_id
    }

    /// Who took that transition; none for timers and scripts.
    pub fn actor(&self) -> Option<&User> {
        self.0.actor.as_ref()
    }

    /// What that person wrote.
    pub fn suggestion(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }

    /// `loonrobot`, or `NAME_retry` when NAME asked for this run.
    pub fn run_by(&self) -> &str {
        &self.0.run_by
    }

    /// The ticket's newest flow log entry.
    pub fn last_flow(&self) -> Option<&FlowEntry> {
        self.0.last_flow.as_ref()
    }

    /// The arguments that the workflow's designer attached to this step.
    pub fn args<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.0.args)
            .map_err(|error| Error::invalid_input(format!("the arguments of the step: {error}")))
    }

    /// The custom field as it came, if the ticket has it.
    pub fn raw(&self, key: &str) -> Option<&FieldValue> {
        self.0.ticket.fields.iter().find(|field| field.key == key)
    }

    /// A field's text: a string as it is, any other value as JSON. An error of kind `InvalidInput` if there is none.
    pub fn text(&self, key: &str) -> Result<String, Error> {
        match self.field(key)? {
            Value::String(text) => Ok(text),
            other => Ok(other.to_string()),
        }
    }

    /// A field's value as `T`. An error of kind `InvalidInput` that names the field if it is missing, empty or something else.
    pub fn field<T: DeserializeOwned>(&self, key: &str) -> Result<T, Error> {
        self.optional(key)?.ok_or_else(|| Error::invalid_input(format!("field {key} has no value")))
    }

    /// Like [`Context::field`], with `None` for a field that is missing or empty.
    pub fn optional<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(field) = self.raw(key) else { return Ok(None) };
        serde_json::from_str(&field.value).map_err(|error| Error::invalid_input(format!("field {key}: {error}")))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::Value;

    use crate::{ErrorKind, testing::context};

    #[test]
    fn fields_are_read_as_what_they_are_wanted_as() {
        let context = context(&[("days", 5.into()), ("reason", "flu".into()), ("when", Value::Null)]);
        assert_eq!(context.field::<i64>("days").unwrap(), 5);
        assert!((context.field::<f64>("days").unwrap() - 5.0).abs() < f64::EPSILON);
        assert_eq!(context.text("reason").unwrap(), "flu");
        assert_eq!(context.text("days").unwrap(), "5");
        assert_eq!(context.optional::<String>("when").unwrap(), None);
        assert_eq!(context.optional::<String>("no such field").unwrap(), None);
    }

    #[test]
    fn a_field_that_is_missing_empty_or_odd_is_an_error_that_names_it() {
        let context = context(&[("days", "five".into()), ("when", Value::Null)]);
        for (key, message) in [("when", "field when has no value"), ("other", "field other has no value")] {
            assert_eq!(context.text(key).unwrap_err().message(), message);
        }
        let odd = context.field::<i64>("days").unwrap_err();
        assert!(odd.message().starts_with("field days: "), "{odd}");
        assert!(matches!(odd.kind(), ErrorKind::InvalidInput));
    }
}
