//! Fails with `mode is fail` if that is the ticket's `mode`, else says what it is. One of the scripts that the conformance scenarios use.

use gavia_plugin_sdk::{Action, Context, Error, Host, Outcome};

struct FailOnMode;

impl Action for FailOnMode {
    fn run(context: &Context, _host: &Host) -> Result<Outcome, Error> {
        let mode = context.text("mode")?;
        if mode == "fail" {
            return Err(Error::permanent("mode is fail"));
        }
        Ok(Outcome::message(format!("mode is {mode}\n")))
    }
}

gavia_plugin_sdk::export_action!(FailOnMode);
