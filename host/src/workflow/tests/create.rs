//! Creating a ticket, and the order in which it is refused.

use serde_json::{Value, json};

use super::super::{testing::*, *};

#[test]
fn t16_a_created_ticket_stands_in_its_first_state_and_its_log_in_the_start() {
    let desk = Desk::of(leave());
    let step = desk.create("zhangsan", 1, &leave_body()).unwrap();
    let ticket = &step.ticket;
    assert_eq!((ticket.state, ticket.visit, ticket.version), (StateId(3), 1, 1));
    assert_eq!(ticket.participants, Participants::Several(names(&["zhangsan", "lisi"])));
    assert_eq!(ticket.related, ["zhangsan", "lisi"]);
    assert_eq!((ticket.title.as_str(), ticket.creator.as_str()), ("请假", "zhangsan"));
    assert_eq!((ticket.status, ticket.is_rejected), (TicketStatus::Ongoing, false));
    assert_eq!((ticket.created_at, ticket.modified_at), (now(), now()));
    assert_eq!(ticket.values["leave_end"], json!("2020-03-03 00:00:00"));
    assert_eq!(
        step.log,
        Some(FlowLogEntry {
            transition: Some(TransitionId(1)),
            intervention: Intervention::None,
            actor: LogActor::Person("zhangsan".to_owned()),
            state: StateId(1),
            visit: 1,
            suggestion: "go".to_owned(),
        })
    );
    assert_eq!((step.exit, step.jobs.len()), (None, 0));
    // one leader alone is a person
    assert_eq!(desk.ticket("lilei", 1, leave_body().into()).participants, Participants::Person("lilei".to_owned()));
}

#[test]
fn t27_people_nobody_knows_may_create() {
    let desk = Desk::of(leave());
    let ticket = desk.ticket("ghost", 2, leave_body().into());
    assert_eq!(ticket.participants, Participants::Person("ghost".to_owned()));
    let refused = desk.create(ROBOT, 2, &leave_body()).unwrap_err();
    assert_eq!(refused, Refusal::ReservedName(ROBOT.to_owned()));
}

#[test]
fn t28_i14_a_ticket_may_be_over_at_its_creation() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.transitions[0].destination = Some(StateId(3));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!((ticket.status, &ticket.participants), (TicketStatus::Ended, &Participants::Nobody));
    assert_eq!(desk.standing(&ticket, "lilei"), Err(Refusal::NothingToDo));
}

#[test]
fn a_refusing_transition_rejects_from_the_creation_on() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.transitions[0].attribute = TransitionAttribute::Refuse;
    assert!(desk.ticket("lilei", 1, json!({ "title": "x" })).is_rejected);
}

#[test]
fn creating_into_the_start_state_leaves_the_ticket_with_its_creator() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.transitions[0].destination = Some(StateId(1));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!(ticket.participants, Participants::Person("lilei".to_owned()));
    assert_eq!(ticket.status, TicketStatus::Ongoing);
}

#[test]
fn i16_creating_into_a_script_state_causes_its_run() {
    let desk = Desk::of(three_states(ParticipantKind::Script, "1", Distribution::Direct));
    let step = desk.create("lilei", 1, &body(json!({ "title": "x" }))).unwrap();
    assert_eq!(step.ticket.participants, Participants::Script(ScriptId(1)));
    assert_eq!(step.jobs, [Job::Script { script: ScriptId(1), visit: 1, run_by: ROBOT.to_owned() }]);
    assert_eq!(step.ticket.related, ["lilei"]);
}

#[test]
fn the_last_handler_is_never_looked_for_at_creation() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.states[1].remember_last_handler = true;
    desk.directory.last_handlers.insert(StateId(2), "jack".to_owned());
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!(ticket.participants, Participants::Person("guiji".to_owned()));
}

/// A request in which everything is wrong, mended one thing at a time: what is refused is always the first that is left.
#[test]
fn f14_refusals_come_in_the_order_of_the_wire() {
    let mut desk = Desk::of(three_states(ParticipantKind::Role, "9", Distribution::Direct));
    desk.definition.fields = vec![field(1, "days", FieldKind::Int, 30)];
    desk.definition.states[0] = State { kind: StateKind::Normal, ..start(1, "days!") };
    desk.definition.transitions[0].source = Some(StateId(2));
    desk.definition.transitions[0].conditions = Conditions::Broken("no list".to_owned());
    desk.definition.transitions[0].destination = Some(StateId(77));
    let create = |desk: &Desk, id: i64, sent: Value| desk.create("lilei", id, &body(sent)).unwrap_err();

    assert_eq!(create(&desk, 99, json!({})), Refusal::NoStartState);
    desk.definition.states[0].kind = StateKind::Start;
    assert_eq!(create(&desk, 99, json!({})), Refusal::TransitionInvalid);
    assert_eq!(create(&desk, 1, json!({})), Refusal::MissingFields(names(&["days"])));
    let wrong = json!({ "days": "many" });
    assert_eq!(create(&desk, 1, wrong.clone()), Refusal::TransitionInvalid);
    desk.definition.transitions[0].source = Some(StateId(1));
    assert_eq!(create(&desk, 1, wrong.clone()), Refusal::ConditionBroken("no list".to_owned()));
    desk.definition.transitions[0].conditions = Conditions::Listed(vec![condition("{days} > 1", 77)]);
    desk.conditions = Err("no answer".to_owned());
    assert_eq!(create(&desk, 1, wrong.clone()), Refusal::ConditionFailed("no answer".to_owned()));
    desk.conditions = Ok(Some(1));
    let answered = Refusal::ConditionFailed("the answer names condition 1 of 1".to_owned());
    assert_eq!(create(&desk, 1, wrong.clone()), answered);
    desk.conditions = Ok(Some(0));
    assert_eq!(create(&desk, 1, wrong.clone()), Refusal::TargetStateGone);
    desk.conditions = Ok(None);
    assert_eq!(create(&desk, 1, wrong.clone()), Refusal::TargetStateGone);
    desk.definition.transitions[0].destination = None;
    assert_eq!(create(&desk, 1, wrong.clone()), Refusal::TargetStateGone);
    desk.definition.transitions[0].destination = Some(StateId(2));
    let gone = Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason: Unresolved::NoRole(9) };
    assert_eq!(create(&desk, 1, wrong.clone()), gone);
    desk.definition.states[1].participant.text = "1".to_owned();
    let typed = Refusal::FieldInvalid { key: "days".to_owned(), expected: Expected::Int };
    assert_eq!(create(&desk, 1, wrong), typed);
    assert_eq!(desk.ticket("lilei", 1, json!({ "days": "2" })).values["days"], json!(2));
}

#[test]
fn of_two_start_states_the_one_with_the_lower_id_counts() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.states.insert(0, State { order_id: 0, ..start(9, "title!") });
    let step = desk.create("lilei", 1, &body(json!({ "title": "x" }))).unwrap();
    assert_eq!(step.log.unwrap().state, StateId(1));
}

#[test]
fn d10_a_timers_transition_is_not_taken_by_hand() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    for transition in &mut desk.definition.transitions {
        transition.kind = TransitionKind::Timer;
    }
    let refused = desk.create("lilei", 1, &body(json!({ "title": "x" }))).unwrap_err();
    assert_eq!(refused, Refusal::TransitionInvalid);
    desk.definition.transitions[0].kind = TransitionKind::Normal;
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!(desk.advance(&ticket, "guiji", 2, json!({})).unwrap_err(), Refusal::TransitionInvalid);
    assert_eq!(start_choices(&desk), [1]);
    assert!(choices(&ticket, &desk.definition, Actor::Person("guiji"), &desk.directory).unwrap().is_empty());
}

fn start_choices(desk: &Desk) -> Vec<i64> {
    by_hand(&desk.definition, StateId(1)).map(|transition| transition.id.0).collect()
}
