//! What a flow log entry holds: its actor, and a suggestion that fits (behaviour §1.13).

use super::{facts::Actor, ticket::LogActor};

/// Characters that a suggestion may have.
const SUGGESTION_MAX: usize = 1000;
const CUT_AT: usize = 960;
/// Stored data, part of the contract with clients.
const CUT_MARK: &str = "...(超过字段定义长度,自动截断)";

/// A suggestion as stored: one that is too long keeps its first 960 characters and says so. NUL characters are left out,
/// since the database cannot hold them and a script's output may have them.
pub(super) fn cut(suggestion: &str) -> String {
    let clean = || suggestion.chars().filter(|c| *c != '\0');
    if clean().count() <= SUGGESTION_MAX {
        clean().collect()
    } else {
        clean().take(CUT_AT).chain(CUT_MARK.chars()).collect()
    }
}

pub(super) fn actor(actor: Actor) -> LogActor {
    match actor {
        Actor::Person(name) => LogActor::Person(name.to_owned()),
        Actor::Script { id, name } => LogActor::Script { id, name: name.to_owned() },
    }
}
