//! The walk itself: state by state, the creation first.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    super::{App, Error, guest_context::guest_ticket, questions::new_ticket, write::Answers},
    Choice, ConditionOutcome, ConditionTaken, DryRun, End, Note, STEPS_MAX, Taken, Walk, WalkStep,
};
use crate::workflow::{
    self, Actor, Cause, ConditionAnswer, Conditions, Definition, Directory, Limit, Move, NewTicket, Participants,
    Question, ROBOT, Refusal, StateId, Step, Ticket, TicketId, Transition, TransitionId, TransitionKind,
};

const PEOPLE_MAX: usize = 1000;

pub(super) struct Walker<'a> {
    app: &'a App,
    definition: &'a Definition,
    run: &'a DryRun<'a>,
    choices: std::slice::Iter<'a, Choice>,
    fields: Map<String, Value>,
    steps: Vec<WalkStep>,
    /// Who took a transition out of a state last.
    last: BTreeMap<StateId, String>,
}

/// Who moves the ticket on, and where to.
struct Mover {
    transition: TransitionId,
    who: Who,
}

enum Who {
    Person(String),
    Script(workflow::ScriptId),
    Engine(Cause),
}

/// A move, or why there is none, with what its conditions said.
struct Moved {
    step: Result<Step, Refusal>,
    taken: Taken,
}

impl<'a> Walker<'a> {
    pub(super) fn new(app: &'a App, definition: &'a Definition, run: &'a DryRun<'a>) -> Self {
        let fields = run.fields.clone();
        Self { app, definition, run, choices: run.choices.iter(), fields, steps: Vec::new(), last: BTreeMap::new() }
    }

    pub(super) async fn walk(mut self) -> Result<Walk, Error> {
        let mut values = BTreeMap::new();
        let end = match self.create().await? {
            Err(end) => end,
            Ok(mut ticket) => loop {
                values.clone_from(&ticket.values);
                match self.go_on(ticket).await? {
                    Ok(next) => ticket = next,
                    Err(end) => break end,
                }
            },
        };
        Ok(Walk { steps: self.steps, end, values })
    }

    /// Out of the start state.
    async fn create(&mut self) -> Result<Result<Ticket, End>, Error> {
        let creator = self.run.creator;
        let Some(start) = self.definition.start() else { return Ok(Err(End::Refused(Refusal::NoStartState))) };
        let counted = Limit::parse(&self.definition.limit_expression).is_ok_and(|limit| limit.quota.is_some());
        self.steps.push(WalkStep {
            state: start.id,
            participants: Participants::Person(creator.to_owned()),
            people: vec![creator.to_owned()],
            notes: if counted { vec![Note::LimitNotCounted] } else { Vec::new() },
            taken: None,
        });
        let transition = match self.chosen(start.id) {
            Ok((transition, _)) => transition,
            Err(end) => return Ok(Err(end)),
        };
        let body = self.fields.clone();
        let new = NewTicket {
            id: TicketId(0),
            sn: String::new(),
            creator,
            transition,
            parent: None,
            suggestion: "",
            existing: None,
            body: &body,
        };
        let moved = self.created(&new).await?;
        self.last.insert(start.id, creator.to_owned());
        Ok(self.took(moved))
    }

    async fn created(&self, new: &NewTicket<'_>) -> Result<Moved, Error> {
        let (definition, actor) = (self.definition, Actor::Person(new.creator));
        let mut directory = self.app.people(&workflow::create_needs(definition, new), None).await?;
        let mut answers = Answers::default();
        let mut taken = taken(new.transition, Some(new.creator.to_owned()));
        let question = workflow::create_question(definition, new, &self.app.facts(actor, &directory, &answers));
        match question {
            Err(refusal) => return Ok(Moved { step: Err(refusal), taken }),
            Ok(None) => {}
            Ok(Some(question)) => {
                let seen = new_ticket(definition, new, &question);
                answers.conditions = self.app.ask_conditions_dry(definition, seen, &question).await?;
                self.explain(&mut taken, &question, &answers.conditions);
            }
        }
        let question = workflow::create_people_question(definition, new, &self.app.facts(actor, &directory, &answers));
        match question {
            Err(refusal) => return Ok(Moved { step: Err(refusal), taken }),
            Ok(None) => {}
            Ok(Some(question)) => {
                answers.people = self.app.ask_people_dry(definition, &question, &mut directory).await?;
            }
        }
        let step = workflow::create(definition, new, &self.app.facts(actor, &directory, &answers));
        Ok(Moved { step, taken })
    }

    /// Into the state where the ticket is, and out of it.
    async fn go_on(&mut self, ticket: Ticket) -> Result<Result<Ticket, End>, Error> {
        let directory = self.app.people(&workflow::view_needs(&ticket, self.run.creator), None).await?;
        let mut people = workflow::holders(&ticket, &directory);
        people.truncate(PEOPLE_MAX);
        let full = self.steps.len() >= STEPS_MAX;
        self.steps.push(WalkStep {
            state: ticket.state,
            participants: ticket.participants.clone(),
            people: people.clone(),
            notes: Vec::new(),
            taken: None,
        });
        if ticket.is_over() {
            return Ok(Err(End::Over));
        }
        if full {
            return Ok(Err(End::TooLong));
        }
        let mover = match self.mover(&ticket, &people) {
            Ok(mover) => mover,
            Err(end) => return Ok(Err(end)),
        };
        let moved = self.moved(ticket, &mover, &directory).await?;
        if let (Who::Person(name), Some(step)) = (&mover.who, self.steps.last()) {
            self.last.insert(step.state, name.clone());
        }
        Ok(self.took(moved))
    }

    fn took(&mut self, moved: Moved) -> Result<Ticket, End> {
        if let Some(step) = self.steps.last_mut() {
            step.taken = Some(moved.taken);
        }
        moved.step.map(|step| step.ticket).map_err(End::Refused)
    }

    fn note(&mut self, note: Note) {
        if let Some(step) = self.steps.last_mut() {
            step.notes.push(note);
        }
    }

    fn mover(&mut self, ticket: &Ticket, people: &[String]) -> Result<Mover, End> {
        let automatic = match &ticket.participants {
            Participants::Script(id) => Some((Who::Script(*id), Note::ScriptNotRun)),
            Participants::Hook => Some((Who::Engine(Cause::Hook), Note::HookNotCalled)),
            Participants::Person(name) if name == ROBOT => Some((Who::Engine(Cause::Children), Note::ChildrenNotMade)),
            _ => None,
        };
        if let Some((who, note)) = automatic {
            self.note(note);
            let transition = workflow::outgoing(self.definition, ticket.state).map_err(|_| End::NoWayOut)?;
            return Ok(Mover { transition, who });
        }
        if workflow::by_hand(self.definition, ticket.state).next().is_none() {
            let timers = self.definition.leaving(ticket.state).filter(|one| one.kind == TransitionKind::Timer);
            let first = timers.min_by_key(|timer| (timer.timer_seconds, timer.id)).ok_or(End::NoWayOut)?;
            self.note(Note::TimeTaken);
            return Ok(Mover { transition: first.id, who: Who::Engine(Cause::Timer) });
        }
        if people.is_empty() {
            return Err(End::Nobody);
        }
        let (transition, actor) = self.chosen(ticket.state)?;
        let name = actor.unwrap_or_else(|| people[0].clone());
        Ok(Mover { transition, who: Who::Person(name) })
    }

    /// The way out of the state that is chosen, or the only one.
    fn chosen(&mut self, state: StateId) -> Result<(TransitionId, Option<String>), End> {
        let ways: Vec<&Transition> = workflow::by_hand(self.definition, state).collect();
        let fits = |choice: &Choice| ways.iter().any(|way| way.id == choice.transition);
        let only = if let [only] = ways.as_slice() { Some(only.id) } else { None };
        match (self.choices.as_slice().first(), only) {
            (Some(choice), _) if fits(choice) => {
                self.choices.next();
                self.fields.extend(choice.fields.clone());
                Ok((choice.transition, choice.actor.clone()))
            }
            (_, Some(only)) => Ok((only, None)),
            (Some(choice), None) if !ways.is_empty() => Err(End::ChoiceUnfit(choice.transition)),
            (None, None) if !ways.is_empty() => Err(End::ChoiceNeeded),
            _ => Err(End::NoWayOut),
        }
    }

    /// Along the transition, by whoever moves; before it, what others have to do for it.
    async fn moved(&mut self, ticket: Ticket, mover: &Mover, directory: &Directory) -> Result<Moved, Error> {
        let body = self.fields.clone();
        let request = Move { transition: mover.transition, suggestion: "", body: &body };
        let by = if let Who::Person(name) = &mover.who { Some(name.clone()) } else { None };
        let mut taken = taken(mover.transition, by);
        let ticket = match &mover.who {
            Who::Person(name) => match self.before(ticket, name, &request, directory) {
                Ok(ticket) => ticket,
                Err(refusal) => return Ok(Moved { step: Err(refusal), taken }),
            },
            Who::Script(_) | Who::Engine(_) => ticket,
        };
        // who is last of everybody makes the move
        let last = ticket.everybody.iter().find(|(_, choice)| choice["transition_id"].is_null());
        let last = last.map(|(name, _)| name.clone());
        let actor = match (&mover.who, &last) {
            (Who::Person(_), Some(last)) => Actor::Person(last),
            (Who::Person(name), None) => Actor::Person(name),
            (Who::Script(id), _) => Actor::Script { id: *id, name: "" },
            (Who::Engine(cause), _) => Actor::Engine(*cause),
        };
        let name = if let Actor::Person(name) = actor { name } else { ROBOT };
        let needs = workflow::advance_needs(&ticket, self.definition, name, &request);
        let mut directory = self.app.people(&needs, None).await?;
        let again = needs.last_handlers.iter().filter_map(|state| Some((*state, self.last.get(state)?.clone())));
        directory.last_handlers = again.collect();
        let mut answers = Answers::default();
        let facts = self.app.facts(actor, &directory, &answers);
        match workflow::advance_question(&ticket, self.definition, &request, &facts) {
            Err(refusal) => return Ok(Moved { step: Err(refusal), taken }),
            Ok(None) => {}
            Ok(Some(question)) => {
                let seen = guest_ticket(&ticket, self.definition, &question.fields);
                answers.conditions = self.app.ask_conditions_dry(self.definition, seen, &question).await?;
                self.explain(&mut taken, &question, &answers.conditions);
            }
        }
        let facts = self.app.facts(actor, &directory, &answers);
        match workflow::advance_people_question(&ticket, self.definition, &request, &facts) {
            Err(refusal) => return Ok(Moved { step: Err(refusal), taken }),
            Ok(None) => {}
            Ok(Some(question)) => {
                answers.people = self.app.ask_people_dry(self.definition, &question, &mut directory).await?;
            }
        }
        let facts = self.app.facts(actor, &directory, &answers);
        Ok(Moved { step: workflow::advance(ticket, self.definition, &request, &facts), taken })
    }

    /// Accepts for who acts, and lets all but one of everybody choose the same.
    fn before(
        &mut self,
        mut ticket: Ticket,
        name: &str,
        request: &Move<'_>,
        directory: &Directory,
    ) -> Result<Ticket, Refusal> {
        let (definition, answers) = (self.definition, Answers::default());
        let standing = workflow::may_act(&ticket, definition, Actor::Person(name), directory)?;
        if standing.needs_accept {
            self.note(Note::Accepted);
            let facts = self.app.facts(Actor::Person(name), directory, &answers);
            return Ok(workflow::accept(ticket, definition, &facts)?.ticket);
        }
        let Participants::Several(names) = &ticket.participants else { return Ok(ticket) };
        if ticket.everybody.is_empty() {
            return Ok(ticket);
        }
        let names = names.clone();
        self.note(Note::EverybodyAgrees);
        for name in names.iter().take(names.len().saturating_sub(1)) {
            let facts = self.app.facts(Actor::Person(name), directory, &answers);
            ticket = workflow::advance(ticket, definition, request, &facts)?.ticket;
        }
        Ok(ticket)
    }

    /// What each condition said, and of what they speak.
    fn explain(&self, taken: &mut Taken, question: &Question, answer: &ConditionAnswer) {
        let transition = self.definition.transition(taken.transition);
        let Some(Conditions::Listed(conditions)) = transition.map(|transition| &transition.conditions) else { return };
        let outcome = |index: usize| match answer {
            Err(_) => ConditionOutcome::Failed,
            Ok(Some(first)) if index == *first => ConditionOutcome::Holds,
            Ok(Some(first)) if index > *first => ConditionOutcome::NotAsked,
            Ok(_) => ConditionOutcome::DoesNotHold,
        };
        let conditions = conditions.iter().enumerate();
        taken.conditions = conditions
            .map(|(index, condition)| ConditionTaken {
                expression: condition.expression.clone(),
                outcome: outcome(index),
                target: condition.target,
            })
            .collect();
        let named = |key: &str| question.expressions.iter().any(|text| text.contains(&format!("{{{key}}}")));
        let values = question.fields.iter().filter(|(key, ..)| named(key));
        taken.values = values.map(|(key, _, value)| (key.clone(), value.clone())).collect();
    }
}

fn taken(transition: TransitionId, by: Option<String>) -> Taken {
    Taken { transition, by, conditions: Vec::new(), values: BTreeMap::new() }
}
