//! Enums as the database spells them: text columns under a CHECK, mirrored here. A name that is in no table is an inconsistent row.

use super::Error;
use crate::workflow::{
    Distribution, FieldAccess, FieldKind, Intervention, ParticipantKind, StateKind, TicketStatus, TransitionAttribute,
    TransitionKind,
};

/// A kind that the database keeps as text.
pub trait Named: Copy + PartialEq + Sized + 'static {
    /// The column's meaning, for the message about a row that breaks the table.
    const WHAT: &'static str;
    const TABLE: &'static [(&'static str, Self)];

    fn name(self) -> &'static str {
        Self::TABLE.iter().find(|row| row.1 == self).expect("every variant stands in its table").0
    }

    fn from_name(name: &str) -> Result<Self, Error> {
        let row = Self::TABLE.iter().find(|row| row.0 == name);
        row.map(|row| row.1).ok_or_else(|| Error::Inconsistent(format!("no {} is called {name:?}", Self::WHAT)))
    }
}

macro_rules! names {
    ($($kind:ident $what:literal { $($name:literal $variant:ident),+ $(,)? })+) => {$(
        impl Named for $kind {
            const WHAT: &'static str = $what;
            const TABLE: &'static [(&'static str, Self)] = &[$(($name, $kind::$variant)),+];
        }
    )+};
}

names! {
    StateKind "kind of state" { "normal" Normal, "start" Start, "end" End }
    ParticipantKind "kind of participant" {
        "nobody" Nobody, "person" Person, "several" Several, "department" Department, "role" Role, "variable" Variable, "script" Script,
        "field" Field, "parent_field" ParentField, "everybody" Everybody, "hook" Hook, "plugin" Plugin,
    }
    Distribution "distribution" { "accept" Accept, "direct" Direct, "random" Random, "everybody" Everybody }
    TransitionKind "kind of transition" { "normal" Normal, "timer" Timer }
    TransitionAttribute "attribute" { "agree" Agree, "refuse" Refuse, "other" Other }
    FieldAccess "field access" { "read_only" ReadOnly, "required" Required, "optional" Optional }
    FieldKind "kind of field" {
        "string" String, "int" Int, "float" Float, "bool" Bool, "date" Date, "datetime" Datetime, "radio" Radio, "checkbox" Checkbox,
        "select" Select, "multi_select" MultiSelect, "text" Text, "user" User, "users" Users, "file" File,
    }
    Intervention "intervention" {
        "none" None, "deliver" Deliver, "add_node" AddNode, "add_node_end" AddNodeEnd, "accept" Accept, "comment" Comment, "delete" Delete,
        "close" Close, "force_state" ForceState, "hook" Hook, "retreat" Retreat,
    }
    TicketStatus "ticket status" { "ongoing" Ongoing, "ended" Ended, "closed" Closed }
}
