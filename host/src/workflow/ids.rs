//! Ids as types of their own, so that a state's id can't be handed in where a transition's is meant.
//! They say nothing about whether the row exists.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id!(
    /// A workflow's id.
    WorkflowId,
    /// A state's id, unique over all workflows.
    StateId,
    /// A transition's id, unique over all workflows.
    TransitionId,
    /// A custom field definition's id.
    FieldId,
    /// A ticket's id.
    TicketId,
    /// A department's id.
    DepartmentId,
    /// A role's id.
    RoleId,
    /// A run script's id.
    ScriptId,
    /// A custom notice's id.
    NoticeId,
    /// A user's id; people are named by user name everywhere but in the account tables.
    UserId,
);
