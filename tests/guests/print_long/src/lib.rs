//! Says 3,000 times `x` and a line end: more than a flow log's suggestion holds. One of the scripts that the conformance scenarios use.

use gavia_plugin_sdk::{Action, Context, Error, Host, Outcome};

struct PrintLong;

impl Action for PrintLong {
    fn run(_context: &Context, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::message(format!("{}\n", "x".repeat(3_000))))
    }
}

gavia_plugin_sdk::export_action!(PrintLong);
