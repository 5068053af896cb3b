//! What one measured round does, so that both sides do the same: on which tickets, as whom, for how long.

use std::path::PathBuf;

use gavia::store::ticket_lists::{Category, Filter, Order, People};
use serde::{Deserialize, Serialize};

/// Callers at once, on both sides.
pub(crate) const CONNECTIONS: usize = 16;

/// Who holds the tickets of the loop by its states' rules.
pub(crate) const LOOP_HOLDER: &str = "holder0";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Operation {
    Handle,
    Duty,
    All,
    Detail,
    Transitions,
}

impl Operation {
    pub(crate) const ALL: [Self; 5] = [Self::Handle, Self::Duty, Self::All, Self::Detail, Self::Transitions];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::Duty => "list (duty)",
            Self::All => "list (all)",
            Self::Detail => "detail",
            Self::Transitions => "transitions",
        }
    }
}

/// A waiting ticket, who holds it, and the transition that it can take now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) id: i64,
    pub(crate) holder: String,
    pub(crate) transition: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) operation: Operation,
    pub(crate) seconds: f64,
    pub(crate) data_dir: PathBuf,
    pub(crate) app: String,
    pub(crate) token: String,
    pub(crate) workflow: i64,
    /// The two transitions between which tickets go to and fro.
    pub(crate) loop_of: [i64; 2],
    pub(crate) tickets: Vec<Held>,
}

impl Plan {
    /// The tickets of one caller: no two callers move the same one.
    pub(crate) fn share(&self, caller: usize) -> Vec<Held> {
        self.tickets.iter().skip(caller).step_by(CONNECTIONS).cloned().collect()
    }

    /// How the ticket stands once it was handled: the other transition of the loop is next, and the rules gave it to the loop's holder.
    pub(crate) fn handled(&self, ticket: &mut Held) {
        ticket.transition = if ticket.transition == self.loop_of[0] { self.loop_of[1] } else { self.loop_of[0] };
        LOOP_HOLDER.clone_into(&mut ticket.holder);
    }
}

/// What a list asks that is given a category and nothing else.
pub(crate) fn list(category: Category, app_token: i64, user: &str) -> Filter {
    Filter {
        category,
        app_token: Some(app_token),
        username: Some(user.to_owned()),
        sn_prefix: String::new(),
        title_part: String::new(),
        created_from: None,
        created_until: None,
        workflows: Vec::new(),
        states: Vec::new(),
        tickets: Vec::new(),
        is_ended: None,
        is_rejected: None,
        people: People::default(),
        fields: Vec::new(),
        order: Order::NewestFirst,
    }
}
