//! Says the ticket creator's name and a line end. One of the scripts that the conformance scenarios use.

use gavia_plugin_sdk::{Action, Context, Error, Host, Outcome};

struct PrintCreator;

impl Action for PrintCreator {
    fn run(context: &Context, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::message(format!("{}\n", context.ticket().creator)))
    }
}

gavia_plugin_sdk::export_action!(PrintCreator);
