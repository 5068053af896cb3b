//! The exports that the host calls: how each is called and what its answer must keep to.

use serde::de::IgnoredAny;
use wasmtime::Store;

use crate::{
    error::PluginError,
    limits::{Kind, Limits},
    plugin::Loaded,
    state::State,
    types::{ActionAnswer, Context, GuestError, Problem},
};

/// One function of one kind of plugin.
pub(crate) trait Export: Send + 'static {
    type Answer: Send + 'static;

    const KIND: Kind;

    /// Instantiates and calls. The outer error is wasmtime's, the inner one the guest's.
    fn call(
        self,
        plugin: &Loaded,
        store: &mut Store<State>,
    ) -> impl Future<Output = wasmtime::Result<Result<Self::Answer, GuestError>>> + Send;

    /// What a well-behaved answer keeps to; a guest's answer is judged like user input.
    fn check(answer: Self::Answer, limits: &Limits) -> Result<Self::Answer, PluginError>;
}

/// `action.run`
pub(crate) struct Run(pub(crate) Context);

impl Export for Run {
    type Answer = ActionAnswer;

    const KIND: Kind = Kind::Action;

    async fn call(
        self,
        plugin: &Loaded,
        store: &mut Store<State>,
    ) -> wasmtime::Result<Result<ActionAnswer, GuestError>> {
        let Some(linked) = &plugin.action else { return Err(no_such_kind(Self::KIND)) };
        let instance = linked.instantiate_async(&mut *store).await?;
        let answer = instance.gavia_plugin_action().call_run(store, &self.0).await?;
        Ok(answer.map(|outcome| ActionAnswer { message: outcome.message, output: outcome.output }))
    }

    fn check(answer: ActionAnswer, limits: &Limits) -> Result<ActionAnswer, PluginError> {
        at_most(answer.message.len(), limits.message_bytes, "bytes of message")?;
        if let Some(output) = &answer.output {
            at_most(output.len(), limits.output_bytes, "bytes of output")?;
            if serde_json::from_str::<IgnoredAny>(output).is_err() {
                return Err(PluginError::BadOutput { what: "the output is not JSON".to_owned() });
            }
        }
        Ok(answer)
    }
}

/// `condition.first-match`
pub(crate) struct FirstMatch {
    pub(crate) expressions: Vec<String>,
    pub(crate) context: Context,
}

/// The index and how many there were.
pub(crate) struct Matched {
    pub(crate) index: Option<u32>,
    of: usize,
}

impl Export for FirstMatch {
    type Answer = Matched;

    const KIND: Kind = Kind::Condition;

    async fn call(self, plugin: &Loaded, store: &mut Store<State>) -> wasmtime::Result<Result<Matched, GuestError>> {
        let Some(linked) = &plugin.condition else { return Err(no_such_kind(Self::KIND)) };
        let instance = linked.instantiate_async(&mut *store).await?;
        let answer =
            instance.gavia_plugin_condition().call_first_match(store, &self.expressions, &self.context).await?;
        Ok(answer.map(|index| Matched { index, of: self.expressions.len() }))
    }

    fn check(answer: Matched, _limits: &Limits) -> Result<Matched, PluginError> {
        match answer.index {
            Some(index) if index as usize >= answer.of => {
                Err(PluginError::BadOutput { what: format!("expression {index} of {}", answer.of) })
            }
            _ => Ok(answer),
        }
    }
}

/// `condition.check`
pub(crate) struct Check {
    pub(crate) expressions: Vec<String>,
    pub(crate) known_fields: Vec<String>,
}

impl Export for Check {
    type Answer = Vec<Problem>;

    const KIND: Kind = Kind::Condition;

    async fn call(
        self,
        plugin: &Loaded,
        store: &mut Store<State>,
    ) -> wasmtime::Result<Result<Vec<Problem>, GuestError>> {
        let Some(linked) = &plugin.condition else { return Err(no_such_kind(Self::KIND)) };
        let instance = linked.instantiate_async(&mut *store).await?;
        let found = instance.gavia_plugin_condition().call_check(store, &self.expressions, &self.known_fields).await?;
        Ok(Ok(found
            .into_iter()
            .map(|problem| Problem { index: problem.index, offset: problem.offset, message: problem.message })
            .collect()))
    }

    fn check(answer: Vec<Problem>, limits: &Limits) -> Result<Vec<Problem>, PluginError> {
        at_most(answer.len(), 1_000, "problems")?;
        for problem in &answer {
            at_most(problem.message.len(), limits.message_bytes, "bytes of message")?;
        }
        Ok(answer)
    }
}

fn at_most(count: usize, max: usize, what: &str) -> Result<(), PluginError> {
    if count > max {
        Err(PluginError::BadOutput { what: format!("{count} {what}; {max} are allowed") })
    } else {
        Ok(())
    }
}

/// The front door refuses such calls; this is the answer if it ever does not.
fn no_such_kind(kind: Kind) -> wasmtime::Error {
    wasmtime::Error::from(std::io::Error::other(format!("no {kind} plugin")))
}
