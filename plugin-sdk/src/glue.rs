//! Between the generated exports and an author's traits. Public because the export macros name it, and for no one else.

use std::marker::PhantomData;

use crate::{
    Action, Condition, Context, Host, Notice, Participants, ReadHost,
    bindings::{
        condition::exports::gavia::plugin::condition::{self, Guest as ConditionGuest},
        exports::gavia::plugin::action::{self, Guest as ActionGuest},
        gavia::plugin::types as wit,
        notice::exports::gavia::plugin::notice::{self, Guest as NoticeGuest},
        participants::exports::gavia::plugin::participants::Guest as ParticipantsGuest,
    },
    engine::Engine,
};

/// The component's export for a plugin type.
pub struct Exported<P>(PhantomData<P>);

impl<P: Action> ActionGuest for Exported<P> {
    fn run(context: wit::Context) -> Result<action::Outcome, wit::Error> {
        log_panics();
        let context = Context::new(context);
        let host = Host::new(context.ticket(), Engine::of_this_run());
        P::run(&context, &host).map(Into::into).map_err(Into::into)
    }
}

impl<P: Participants> ParticipantsGuest for Exported<P> {
    fn resolve(context: wit::Context) -> Result<Vec<String>, wit::Error> {
        log_panics();
        P::resolve(&Context::new(context), &ReadHost::new(Engine::of_this_run())).map_err(Into::into)
    }
}

impl<P: Notice> NoticeGuest for Exported<P> {
    fn send(context: wit::Context, message: notice::Message) -> Result<Vec<notice::Delivery>, wit::Error> {
        log_panics();
        let context = Context::new(context);
        let host = Host::new(context.ticket(), Engine::of_this_run());
        let deliveries = P::send(&context, &message.into(), &host).map_err(wit::Error::from)?;
        Ok(deliveries.into_iter().map(Into::into).collect())
    }
}

impl<P: Condition> ConditionGuest for Exported<P> {
    fn first_match(expressions: Vec<String>, context: wit::Context) -> Result<Option<u32>, wit::Error> {
        log_panics();
        let found = P::first_match(&expressions, &Context::new(context)).map_err(wit::Error::from)?;
        Ok(found.map(|index| u32::try_from(index).unwrap_or(u32::MAX)))
    }

    fn check(expressions: Vec<String>, known_fields: Vec<String>) -> Vec<condition::Problem> {
        log_panics();
        P::check(&expressions, &known_fields).into_iter().map(Into::into).collect()
    }
}

/// Compiles for plugins of this kind alone.
pub fn is_action<P: Action>() {}

/// Compiles for plugins of this kind alone.
pub fn is_participants<P: Participants>() {}

/// Compiles for plugins of this kind alone.
pub fn is_condition<P: Condition>() {}

/// Compiles for plugins of this kind alone.
pub fn is_notice<P: Notice>() {}

/// A panic's message goes to the run's log at level error; with WASI it goes to standard error too, which is what a trap's report ends with.
fn log_panics() {
    #[cfg(target_arch = "wasm32")]
    {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            crate::bindings::gavia::plugin::log::log(crate::Level::Error, &panic.to_string(), &[]);
            before(panic);
        }));
    }
}
