//! What may be done to a ticket, and for each act what it needs: people to fetch, a question to the sandbox, the rule that decides.
//! Who may ask for which is decided by the rules; how it is carried out is in `write`.

use serde_json::{Map, Value};

use super::staged::Staged;
use crate::workflow::{
    self, Actor, Authority, Definition, Facts, FailedRun, HookConfig, Move, Needs, Participants, PeopleQuestion,
    Question, Reassignment, Refusal, StateId, Step, Ticket, TransitionId,
};

#[derive(Clone, Copy, Debug)]
pub(super) enum Act<'a> {
    /// Along a transition, by whoever acts; a script's comments come with its move.
    Advance {
        request: &'a Move<'a>,
        comments: &'a [String],
    },
    Accept,
    Deliver {
        target: &'a str,
        suggestion: &'a str,
    },
    AddNode {
        target: &'a str,
        suggestion: &'a str,
    },
    EndAddNode {
        suggestion: &'a str,
    },
    Comment {
        suggestion: &'a str,
    },
    /// Gives the ticket to somebody else over its holders' heads.
    Reassign(Reassignment<'a>),
    SetFields {
        body: &'a Map<String, Value>,
        reason: &'a str,
    },
    ForceState {
        target: StateId,
        suggestion: &'a str,
        authority: Authority,
    },
    Close {
        suggestion: &'a str,
        authority: Authority,
    },
    Retry {
        reason: &'a str,
    },
    ScriptFailed(FailedRun<'a>),
    HookAccepted {
        message: &'a str,
    },
    HookMoves {
        message: &'a str,
        fields: &'a Map<String, Value>,
    },
    HookFailed {
        reason: &'a str,
    },
    /// What the plugin of a notice staged while it told people.
    NoticeWrites {
        /// As administrators call it.
        plugin: &'a str,
        staged: &'a Staged,
    },
    /// The engine could not make its move.
    EngineRefused {
        transition: Option<TransitionId>,
        reason: &'a str,
    },
}

impl<'a> Act<'a> {
    /// The move along a transition that the act makes, if it makes one.
    fn request(self, ticket: &Ticket, definition: &Definition, nothing: &'a Map<String, Value>) -> Option<Move<'a>> {
        let (suggestion, body) = match self {
            Self::Advance { request, .. } => return Some(*request),
            Self::HookMoves { message, fields } => (message, fields),
            Self::HookAccepted { message } => {
                let waits = HookConfig::of(ticket, definition).map_or(true, |config| config.waits);
                if waits {
                    return None;
                }
                (message, nothing)
            }
            _ => return None,
        };
        let transition = workflow::outgoing(definition, ticket.state).ok()?;
        Some(Move { transition, suggestion, body })
    }

    pub(super) fn needs(self, ticket: &Ticket, definition: &Definition, actor: Actor) -> Needs {
        let name = match actor {
            Actor::Person(name) => name,
            Actor::Script { .. } | Actor::Engine(_) => workflow::ROBOT,
        };
        if let Some(request) = self.request(ticket, definition, &Map::new()) {
            return workflow::advance_needs(ticket, definition, name, &request);
        }
        match self {
            Self::Deliver { target, .. }
            | Self::AddNode { target, .. }
            | Self::Reassign(Reassignment { target, .. }) => workflow::hand_needs(ticket, name, target),
            Self::ForceState { target, .. } => workflow::force_needs(ticket, definition, name, target),
            _ => workflow::view_needs(ticket, name),
        }
    }

    /// Refuses what can be refused before any guest runs, and says what the sandbox must be asked.
    pub(super) fn question(
        self,
        ticket: &Ticket,
        definition: &Definition,
        facts: &Facts<'_>,
    ) -> Result<Option<Question>, Refusal> {
        match self.request(ticket, definition, &Map::new()) {
            Some(request) => workflow::advance_question(ticket, definition, &request, facts),
            None => Ok(None),
        }
    }

    /// Asked when the conditions are answered: whom the plugin of the state that is entered names.
    pub(super) fn people_question(
        self,
        ticket: &Ticket,
        definition: &Definition,
        facts: &Facts<'_>,
    ) -> Result<Option<PeopleQuestion>, Refusal> {
        if let Some(request) = self.request(ticket, definition, &Map::new()) {
            return workflow::advance_people_question(ticket, definition, &request, facts);
        }
        match self {
            Self::ForceState { target, authority, .. } => {
                workflow::force_people_question(ticket, definition, (target, authority), facts)
            }
            _ => Ok(None),
        }
    }

    pub(super) fn decide(self, ticket: Ticket, definition: &Definition, facts: &Facts<'_>) -> Result<Step, Refusal> {
        match self {
            Self::Advance { request, .. } => workflow::advance(ticket, definition, request, facts),
            Self::Accept => workflow::accept(ticket, definition, facts),
            Self::Deliver { target, suggestion } => workflow::deliver(ticket, definition, (target, suggestion), facts),
            Self::AddNode { target, suggestion } => workflow::add_node(ticket, definition, (target, suggestion), facts),
            Self::EndAddNode { suggestion } => workflow::end_add_node(ticket, definition, suggestion, facts),
            Self::Comment { suggestion } => workflow::comment(ticket, definition, suggestion, facts),
            Self::Reassign(change) => workflow::reassign(ticket, definition, change, facts),
            Self::SetFields { body, reason } => workflow::set_fields(ticket, definition, (body, reason), facts),
            Self::ForceState { target, suggestion, authority } => {
                workflow::force_state(ticket, definition, (target, suggestion, authority), facts)
            }
            Self::Close { suggestion, authority } => {
                workflow::close(ticket, definition, (suggestion, authority), facts)
            }
            Self::Retry { reason } => workflow::retry(ticket, definition, reason, facts),
            Self::ScriptFailed(run) => workflow::script_failed(ticket, definition, run, facts.now),
            Self::HookAccepted { message } => workflow::hook_accepted(ticket, definition, message, facts),
            Self::HookMoves { message, fields } => workflow::hook_moves(ticket, definition, (message, fields), facts),
            Self::HookFailed { reason } => workflow::hook_failed(ticket, reason, facts),
            Self::NoticeWrites { plugin, staged } => {
                workflow::notice_writes(ticket, definition, (&staged.body, plugin), facts)
            }
            Self::EngineRefused { transition, reason } => {
                Ok(workflow::engine_refused(ticket, (transition, reason), facts))
            }
        }
    }

    /// A plugin's comments that come with the act, and the ticket that they are about: a script's belong to the visit that its move ends.
    pub(super) fn comments<'t>(self, before: &'t Ticket, after: &'t Ticket) -> Option<(&'a [String], &'t Ticket)> {
        match self {
            Self::Advance { comments, .. } => Some((comments, before)),
            Self::NoticeWrites { staged, .. } => Some((&staged.comments, after)),
            _ => None,
        }
    }

    /// Whether a run that is waiting or going already refuses the act (I8).
    pub(super) fn starts_a_run(self, ticket: &Ticket) -> bool {
        matches!(self, Self::Retry { .. })
            && matches!(ticket.participants, Participants::Script(_) | Participants::Hook)
    }
}
