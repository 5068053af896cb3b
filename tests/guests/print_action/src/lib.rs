//! Says who started the run (`loonrobot`, or `NAME_retry`) and a line end. One of the scripts that the conformance scenarios use.

use gavia_plugin_sdk::{Action, Context, Error, Host, Outcome};

struct PrintAction;

impl Action for PrintAction {
    fn run(context: &Context, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::message(format!("{}\n", context.run_by())))
    }
}

gavia_plugin_sdk::export_action!(PrintAction);
