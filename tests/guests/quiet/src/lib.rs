//! Succeeds and says nothing. One of the scripts that the conformance scenarios use.

use gavia_plugin_sdk::{Action, Context, Error, Host, Outcome};

struct Quiet;

impl Action for Quiet {
    fn run(_context: &Context, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::silent())
    }
}

gavia_plugin_sdk::export_action!(Quiet);
