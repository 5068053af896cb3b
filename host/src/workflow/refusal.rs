//! Every way in which the rules say no, each with the data that a text for people needs.
//! The sentences here are for logs; what a caller reads is in the HTTP layer's catalogue.

use super::definition::{Distribution, ParticipantKind};

/// Why an act is not done. The ticket is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the workflow has no start state")]
    NoStartState,
    #[error("the ticket's state does not exist any more")]
    StateGone,
    /// No transition leaves the state, or the ticket is over.
    #[error("there is nothing to do in the ticket's state")]
    NothingToDo,
    #[error("the actor is not a participant of the ticket")]
    NotParticipant,
    #[error("the ticket must be accepted first")]
    MustAcceptFirst,
    #[error("a countersignature is going on; only its end is allowed")]
    InAddNode,
    #[error("nobody needs to accept the ticket")]
    NoNeedToAccept,
    /// It does not exist, belongs to another workflow, does not leave the state, or only a timer may take it (D-10).
    #[error("the transition cannot be taken here")]
    TransitionInvalid,
    /// All keys that the state requires, in the form's order, not only the absent ones.
    #[error("required fields are missing, out of: {}", .0.join(","))]
    MissingFields(Vec<String>),
    /// The stored conditions cannot be read; the text says why.
    #[error("the transition's conditions are broken: {0}")]
    ConditionBroken(String),
    /// The conditions could not be evaluated; the text says why.
    #[error("the transition's conditions could not be evaluated: {0}")]
    ConditionFailed(String),
    #[error("the transition's target state does not exist")]
    TargetStateGone,
    #[error("the participants of state \"{state}\" cannot be found out: {reason}")]
    ParticipantsUnresolved { state: String, reason: Unresolved },
    #[error("participants of kind {0:?} are not available yet")]
    ParticipantKindUnsupported(ParticipantKind),
    #[error("distribution {0:?} is not available yet")]
    DistributionUnsupported(Distribution),
    #[error("field \"{key}\": {expected} expected")]
    FieldInvalid { key: String, expected: Expected },
    /// Also an empty name or several.
    #[error("there is no user \"{0}\" to deliver to")]
    TargetUnknown(String),
    #[error("user \"{0}\" is not active")]
    TargetInactive(String),
    #[error("\"{0}\" is a reserved name")]
    ReservedName(String),
    #[error("the viewer is not known")]
    UnknownViewer,
    #[error("the viewer has nothing to do with the ticket")]
    NotRelated,
    /// Retry, or a script's result, while it is no script's turn.
    #[error("it is no script's turn")]
    NotAScript,
    /// Found out by who sees the jobs, not by the rules.
    #[error("the script is running already")]
    RunInProgress,
}

/// Why a state's participants cannot be named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    #[error("the state names nobody")]
    Unnamed,
    #[error("\"{0}\" is not an id")]
    NotAnId(String),
    #[error("more than {0} names or ids")]
    TooMany(usize),
    /// The configured text; of several departments none exists.
    #[error("department {0} does not exist")]
    NoDepartment(String),
    #[error("role {0} does not exist")]
    NoRole(i64),
    #[error("\"{0}\" is no variable")]
    UnknownVariable(String),
    #[error("the creator \"{0}\" is not known")]
    CreatorUnknown(String),
    #[error("the creator \"{0}\" is in no department")]
    CreatorWithoutDepartment(String),
    /// The department's name.
    #[error("department \"{0}\" has neither approvers nor a leader")]
    NoLeader(String),
}

/// What a field wants where something else was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Expected {
    #[error("an integer")]
    Int,
    #[error("a number")]
    Float,
    #[error("true or false")]
    Bool,
    #[error("a date YYYY-MM-DD")]
    Date,
    #[error("a time YYYY-MM-DD HH:MM:SS")]
    Datetime,
    #[error("text")]
    Text,
    #[error("text or a list of texts")]
    TextOrList,
    #[error("text without NUL characters")]
    NoNul,
    #[error("at most {0} characters")]
    AtMost(usize),
}
