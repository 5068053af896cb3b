//! Every way in which the rules say no, each with the data that a text for people needs.
//! The sentences here are for logs; what a caller reads is in the HTTP layer's catalogue.

/// Why an act is not done. The ticket is then unchanged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
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
    #[error("field \"{key}\": {expected} expected")]
    FieldInvalid { key: String, expected: Expected },
    /// Also an empty name or several.
    #[error("there is no user \"{0}\" to hand the ticket to")]
    TargetUnknown(String),
    #[error("user \"{0}\" is not active")]
    TargetInactive(String),
    /// Everybody must handle, and they have in this round.
    #[error("user \"{0}\" has handled the ticket already")]
    TargetHasHandled(String),
    /// Only people can be replaced: a script or hook runs again, children end, or a state is forced.
    #[error("the engine has the ticket, not a person")]
    HeldByEngine,
    /// Everybody must handle, and it is not said whose place is given away, or they have handled.
    #[error("everybody must handle: name one who has not, to give away their place")]
    GiverNotWaiting,
    #[error("no countersignature is going on")]
    NotInAddNode,
    /// Forcing a state or closing is for administrators (D-04, D-05).
    #[error("the actor may not intervene")]
    MayNotIntervene,
    #[error("the workflow has no end state")]
    NoEndState,
    #[error("the ticket is over")]
    AlreadyOver,
    /// Of a forced change: it does not exist or belongs to another workflow.
    #[error("the state does not exist in the ticket's workflow")]
    StateUnknown,
    #[error("it is no hook's turn")]
    NotAHook,
    /// The configuration cannot be read; the text says why.
    #[error("the hook's configuration is broken: {0}")]
    HookBroken(String),
    /// A call-back from an app or with an id that the state does not take.
    #[error("the call-back is not the one that was asked for")]
    ForeignCallback,
    /// Not all children are over; found out by who counts them.
    #[error("children are still open")]
    ChildrenOpen,
    /// The text says why.
    #[error("the limit expression is broken: {0}")]
    LimitBroken(String),
    #[error("the limit's level is neither 1 nor 2")]
    LimitLevelInvalid,
    #[error("the limit has a period but no count")]
    LimitCountMissing,
    #[error("{count} tickets in {hours} h are the limit of workflow {workflow}")]
    LimitReached { count: i64, hours: f64, workflow: i64 },
    #[error("\"{creator}\" is not among those who may create tickets of workflow {workflow}")]
    LimitPerson { creator: String, workflow: i64 },
    #[error("the creator's department may not create such tickets")]
    LimitDepartment,
    #[error("the creator has no role that may create such tickets")]
    LimitRole,
    #[error("the creator is not known, and the workflow is limited to some")]
    LimitUserUnknown,
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
    #[error("the field \"{0}\" names nobody")]
    FieldEmpty(String),
    #[error("the ticket has no parent")]
    NoParent,
    /// One or everybody of an empty department or role.
    #[error("there is nobody in it")]
    NoMembers,
    /// The text says why.
    #[error("the participants plugin gave no answer: {0}")]
    PluginFailed(String),
    /// The question was not asked: whoever decides must ask before.
    #[error("the participants plugin was not asked")]
    PluginUnasked,
    #[error("the participants plugin named nobody")]
    PluginNamedNobody,
    #[error("the participants plugin named \"{0}\", whom nobody knows")]
    PluginNamedUnknown(String),
    #[error("the participants plugin named \"{0}\", who is not active")]
    PluginNamedInactive(String),
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
