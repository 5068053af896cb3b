//! Finds the manager of a person: so many levels up along the leaders of departments, or up to the first who has a role.
//!
//! The manager of a person is the first leader, in the order of the person's departments, who has not been passed yet; so a loop of
//! leaders ends. What it cannot see is which department lies above which: see `README.md`. Where it sees too few levels it fails: an approval
//! by somebody lower than the designer asked for would pass unnoticed.

use gavia_plugin_sdk::{Context, Error, Explain as _, ReadHost, User, participants};
use serde::Deserialize;

gavia_plugin_sdk::manifest!();

/// No chain of command is longer.
const LEVELS_MAX: u32 = 20;

/// What the designer attached to the state; all of it may be left out.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Arguments {
    /// The field that names the person; the ticket's creator otherwise.
    from_field: Option<String>,
    /// How many levels up; 1 if neither this nor `until_role` is given.
    levels: Option<u32>,
    /// Up to the first who has this role.
    until_role: Option<i64>,
    take: Take,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Take {
    /// The one at the end.
    #[default]
    Last,
    /// Everybody on the way.
    All,
}

#[participants]
fn resolve(context: &Context, host: &ReadHost) -> Result<Vec<String>, Error> {
    let arguments: Arguments = context.args::<Option<Arguments>>()?.unwrap_or_default();
    let from = match &arguments.from_field {
        Some(key) => context.text(key)?,
        None => context.ticket().creator.clone(),
    };
    let levels = arguments.levels.unwrap_or(if arguments.until_role.is_some() { LEVELS_MAX } else { 1 });
    if !(1..=LEVELS_MAX).contains(&levels) {
        return Err(Error::invalid_input(format!("levels must be 1 to {LEVELS_MAX}")));
    }
    let mut chain = vec![host.directory().find(&from)?.or_invalid(format!("there is no user {from}"))?];
    let mut arrived = false;
    while !arrived && (chain.len() as u32) <= levels {
        let Some(manager) = manager(host, &chain)? else { break };
        arrived = arguments.until_role.is_some_and(|role| manager.role_ids.contains(&role));
        chain.push(manager);
    }
    if let (Some(role), false) = (arguments.until_role, arrived) {
        return Err(Error::invalid_input(format!("nobody above {from} has role {role}")));
    }
    let mut above: Vec<String> = chain.into_iter().skip(1).map(|user| user.username).collect();
    let count = above.len();
    match (arguments.take, above.pop()) {
        (_, None) => Err(Error::invalid_input(format!("nobody is above {from}"))),
        (_, Some(last)) if !arrived && count < levels as usize => {
            let reason = format!("the chain above {from} ends after {count} of {levels} levels, with {last}");
            Err(Error::invalid_input(reason))
        }
        (Take::Last, Some(last)) => Ok(vec![last]),
        (Take::All, Some(last)) => Ok(above.into_iter().chain([last]).collect()),
    }
}

/// Who is above the last of the chain and not in it.
fn manager(host: &ReadHost, chain: &[User]) -> Result<Option<User>, Error> {
    let Some(person) = chain.last() else { return Ok(None) };
    for dept in &person.dept_ids {
        let leader = host.directory().leader_of(*dept)?;
        let new = |leader: &User| leader.is_active && chain.iter().all(|passed| passed.username != leader.username);
        if let Some(leader) = leader.filter(new) {
            return Ok(Some(leader));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
