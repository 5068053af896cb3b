//! Between the generated export and an author's trait. Public because the export macro names it, and for no one else.

use std::marker::PhantomData;

use crate::{
    Action, Context, Host,
    bindings::exports::gavia::plugin::action::{self, Guest},
};

/// The component's export for a plugin type.
pub struct Exported<P>(PhantomData<P>);

impl<P: Action> Guest for Exported<P> {
    fn run(context: crate::bindings::gavia::plugin::types::Context) -> Result<action::Outcome, action::Error> {
        log_panics();
        let context = Context::new(context);
        let host = Host::of_the_engine(context.ticket());
        P::run(&context, &host).map(Into::into).map_err(Into::into)
    }
}

/// Compiles for plugins alone.
pub fn is_action<P: Action>() {}

/// Without WASI there is no standard error: a panic's message goes to the log instead.
fn log_panics() {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    std::panic::set_hook(Box::new(|panic| {
        crate::bindings::gavia::plugin::log::log(crate::Level::Error, &panic.to_string(), &[]);
    }));
}
