//! Names whom its arguments list, and who leads the department that they name; fails when they say so.

use gavia_plugin_sdk::{Context, Error, ReadHost, participants};
use serde::Deserialize;

gavia_plugin_sdk::manifest!();

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Arguments {
    names: Vec<String>,
    leader_of: Option<i64>,
    fail: Option<String>,
    /// Says that it may know later.
    later: Option<String>,
}

#[participants]
fn resolve(context: &Context, host: &ReadHost) -> Result<Vec<String>, Error> {
    let Arguments { mut names, leader_of, fail, later } = context.args()?;
    host.info(format!("asked about state {} by {}", context.ticket().state_name, context.run_by()));
    if let Some(reason) = fail {
        return Err(Error::permanent(reason));
    }
    if let Some(reason) = later {
        return Err(Error::retryable(reason));
    }
    if let Some(department) = leader_of {
        names.extend(host.directory().leader_of(department)?.map(|leader| leader.username));
    }
    Ok(names)
}
