//! The exports that the host calls: how each is called and what its answer must keep to.

use std::collections::HashSet;

use serde::de::IgnoredAny;
use wasmtime::Store;

use crate::{
    bindings::notice::exports::gavia::plugin::notice as wire,
    error::PluginError,
    limits::{Kind, Limits},
    log::Logbook,
    outcome::Usage,
    plugin::Loaded,
    state::State,
    transfer::Transfer,
    types::{ActionAnswer, Context, Delivery, GuestError, Message, Problem},
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

    /// Notes how large the answer is, acceptable or not.
    fn measure(answer: &Self::Answer, usage: &mut Usage);

    /// The answer without the secrets that the call held, wherever it has words for people.
    fn masked(answer: Self::Answer, _log: &Logbook) -> Self::Answer {
        answer
    }

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

    fn measure(answer: &ActionAnswer, usage: &mut Usage) {
        answered(answer, usage);
        usage.message_bytes = answer.message.len();
        usage.output_bytes = answer.output.as_ref().map_or(0, String::len);
    }

    fn masked(mut answer: ActionAnswer, log: &Logbook) -> ActionAnswer {
        log.hide(&mut answer.message);
        answer.output.iter_mut().for_each(|output| log.hide(output));
        answer
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

/// The longest username that an answer may hold.
const NAME_BYTES: usize = 255;

/// What a delivery may say at most.
const DETAIL_BYTES: usize = 4 << 10;

/// `participants.resolve`
pub(crate) struct Resolve(pub(crate) Context);

impl Export for Resolve {
    type Answer = Vec<String>;

    const KIND: Kind = Kind::Participants;

    async fn call(
        self,
        plugin: &Loaded,
        store: &mut Store<State>,
    ) -> wasmtime::Result<Result<Vec<String>, GuestError>> {
        let Some(linked) = &plugin.participants else { return Err(no_such_kind(Self::KIND)) };
        let instance = linked.instantiate_async(&mut *store).await?;
        instance.gavia_plugin_participants().call_resolve(store, &self.0).await
    }

    fn measure(answer: &Vec<String>, usage: &mut Usage) {
        answered(answer, usage);
        usage.participants = answer.len();
    }

    /// Duplicates collapse; who a name stands for is the host's question.
    fn check(answer: Vec<String>, limits: &Limits) -> Result<Vec<String>, PluginError> {
        at_most(answer.len(), limits.participants, "participants")?;
        let mut seen = HashSet::with_capacity(answer.len());
        for name in &answer {
            username(name)?;
            seen.insert(name.clone());
        }
        Ok(answer.into_iter().filter(|name| seen.remove(name)).collect())
    }
}

/// `notice.send`
pub(crate) struct SendNotice {
    pub(crate) context: Context,
    pub(crate) message: Message,
}

/// What was reported, and who had been asked for.
pub(crate) struct Delivered {
    pub(crate) deliveries: Vec<Delivery>,
    recipients: HashSet<String>,
}

impl Export for SendNotice {
    type Answer = Delivered;

    const KIND: Kind = Kind::Notice;

    async fn call(self, plugin: &Loaded, store: &mut Store<State>) -> wasmtime::Result<Result<Delivered, GuestError>> {
        let Some(linked) = &plugin.notice else { return Err(no_such_kind(Self::KIND)) };
        let Message { title, body, recipients } = self.message;
        let names = recipients.iter().map(|user| user.username.clone()).collect();
        let message = wire::Message { title, body, recipients };
        let instance = linked.instantiate_async(&mut *store).await?;
        let answer = instance.gavia_plugin_notice().call_send(store, &self.context, &message).await?;
        let own = |delivery: wire::Delivery| Delivery {
            username: delivery.username,
            ok: delivery.ok,
            detail: delivery.detail,
        };
        Ok(answer
            .map(|deliveries| Delivered { deliveries: deliveries.into_iter().map(own).collect(), recipients: names }))
    }

    fn measure(answer: &Delivered, usage: &mut Usage) {
        answered(&answer.deliveries, usage);
        usage.deliveries = answer.deliveries.len();
    }

    fn masked(mut answer: Delivered, log: &Logbook) -> Delivered {
        answer.deliveries.iter_mut().for_each(|delivery| log.hide(&mut delivery.detail));
        answer
    }

    fn check(answer: Delivered, limits: &Limits) -> Result<Delivered, PluginError> {
        at_most(answer.deliveries.len(), limits.deliveries, "deliveries")?;
        for delivery in &answer.deliveries {
            username(&delivery.username)?;
            at_most(delivery.detail.len(), DETAIL_BYTES, "bytes of detail")?;
            if !answer.recipients.contains(&delivery.username) {
                let what = format!("a delivery to {}, who is no recipient", delivery.username.escape_debug());
                return Err(PluginError::BadOutput { what });
            }
        }
        Ok(answer)
    }
}

fn username(name: &str) -> Result<(), PluginError> {
    if name.is_empty() {
        return Err(PluginError::BadOutput { what: "an empty username".to_owned() });
    }
    // no database holds such a name, and a query for it fails
    if name.contains('\0') {
        return Err(PluginError::BadOutput { what: "a username with NUL".to_owned() });
    }
    at_most(name.len(), NAME_BYTES, "bytes of username")
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

    /// A number is no transfer.
    fn measure(_answer: &Matched, _usage: &mut Usage) {}

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

    fn measure(answer: &Vec<Problem>, usage: &mut Usage) {
        answered(answer, usage);
    }

    fn check(answer: Vec<Problem>, limits: &Limits) -> Result<Vec<Problem>, PluginError> {
        at_most(answer.len(), 1_000, "problems")?;
        for problem in &answer {
            at_most(problem.message.len(), limits.message_bytes, "bytes of message")?;
        }
        Ok(answer)
    }
}

/// An answer is handed over at once.
fn answered(answer: &impl Transfer, usage: &mut Usage) {
    usage.transfer_bytes = usage.transfer_bytes.max(answer.bytes());
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
