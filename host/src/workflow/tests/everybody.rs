//! Everybody must handle (behaviour §4.9): votes, rounds, and what may happen meanwhile.

use serde_json::json;

use super::super::{testing::*, *};

/// Three people must all handle state 2; 2 leads on to the end, 3 refuses back to the start.
fn waiting() -> (Desk, Ticket) {
    let mut desk = Desk::of(three_states(ParticipantKind::Several, "guiji,wangwu,jack", Distribution::Everybody));
    desk.definition.transitions.push(refusing(3, 2, 1));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

fn left(ticket: &Ticket) -> Vec<String> {
    match &ticket.participants {
        Participants::Several(names) => names.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn f10_the_ticket_stays_until_all_have_handled_and_then_moves() {
    let (desk, ticket) = waiting();
    assert_eq!(left(&ticket), ["guiji", "wangwu", "jack"]);
    let step = desk.advance(&ticket, "wangwu", 2, json!({})).unwrap();
    let vote = Vote { visit: 1, round: 1, username: "wangwu".to_owned(), transition: TransitionId(2) };
    assert_eq!((step.vote, step.exit), (Some(vote), None));
    let log = step.log.unwrap();
    assert_eq!((log.transition, log.state, log.visit), (Some(TransitionId(2)), StateId(2), 1));
    let ticket = step.ticket;
    assert_eq!(left(&ticket), ["guiji", "jack"]);
    let chosen = json!({ "guiji": {}, "wangwu": { "transition_id": 2, "transition_name": "t2" }, "jack": {} });
    assert_eq!(serde_json::Value::Object(ticket.everybody.clone()), chosen);

    assert_eq!(desk.advance(&ticket, "wangwu", 2, json!({})).unwrap_err(), Refusal::NotParticipant);
    let ticket = desk.moved(&ticket, "guiji", 2);
    assert_eq!((left(&ticket), ticket.visit), (names(&["jack"]), 1));
    let done = desk.advance(&ticket, "jack", 2, json!({})).unwrap();
    assert_eq!((done.exit, done.ticket.status), (Some(1), TicketStatus::Ended));
    assert!(done.ticket.everybody.is_empty() && done.vote.is_some());
}

#[test]
fn d02_f13_when_they_do_not_agree_a_new_round_begins() {
    let (desk, ticket) = waiting();
    let ticket = desk.moved(&desk.moved(&ticket, "guiji", 2), "wangwu", 3);
    assert!(!ticket.is_rejected, "one refusal among others rejects nothing yet");
    let step = desk.advance(&ticket, "jack", 2, json!({})).unwrap();
    assert_eq!((step.exit, step.ticket.round), (None, 2));
    assert_eq!(left(&step.ticket), ["guiji", "wangwu", "jack"]);
    let again = desk.advance(&step.ticket, "guiji", 3, json!({})).unwrap();
    assert_eq!(again.vote.as_ref().map(|vote| vote.round), Some(2));
    let ticket = desk.moved(&desk.moved(&again.ticket, "wangwu", 3), "jack", 3);
    assert_eq!((ticket.state, ticket.is_rejected, ticket.round), (StateId(1), true, 1));
}

#[test]
fn conditions_are_asked_when_the_last_one_agrees_and_not_before() {
    let (mut desk, ticket) = waiting();
    desk.definition.transitions[1].conditions = Conditions::Listed(vec![condition("True", 3)]);
    let sent = body(json!({}));
    let request = Move { transition: TransitionId(2), suggestion: "", body: &sent };
    let asked = |ticket: &Ticket, who| {
        let facts = desk.facts(Actor::Person(who));
        advance_question(ticket, &desk.definition, &request, &facts).unwrap().is_some()
    };
    assert!(!asked(&ticket, "guiji"));
    let ticket = desk.moved(&desk.moved(&ticket, "guiji", 2), "wangwu", 2);
    assert!(asked(&ticket, "jack"));
}

#[test]
fn each_persons_values_are_stored_with_their_handling() {
    let (mut desk, ticket) = waiting();
    desk.definition.states[1].field_access = access("note?");
    desk.definition.fields = vec![field(1, "note", FieldKind::Text, 30)];
    let ticket = desk.advance(&ticket, "guiji", 2, json!({ "note": "fine" })).unwrap().ticket;
    assert_eq!(ticket.values["note"], "fine");
    let wrong = desk.advance(&ticket, "jack", 2, json!({ "note": "a\u{0}b" })).unwrap_err();
    assert!(matches!(wrong, Refusal::FieldInvalid { .. }), "{wrong}");
}

#[test]
fn delivering_hands_over_one_place_and_leaves_the_others() {
    let (desk, ticket) = waiting();
    let handed = desk.deliver(&ticket, "guiji", "lisi").unwrap().ticket;
    assert_eq!(left(&handed), ["lisi", "wangwu", "jack"]);
    assert!(handed.related.contains(&"lisi".to_owned()));
    let joined = desk.deliver(&ticket, "guiji", "jack").unwrap().ticket;
    assert_eq!(left(&joined), ["wangwu", "jack"], "who is in it already only loses the company");
    let kept = desk.deliver(&ticket, "guiji", "guiji").unwrap().ticket;
    assert_eq!(left(&kept), ["guiji", "wangwu", "jack"]);
    let voted = desk.moved(&ticket, "jack", 2);
    let refused = desk.deliver(&voted, "guiji", "jack").unwrap_err();
    assert_eq!(refused, Refusal::TargetHasHandled("jack".to_owned()), "else nobody would be left to handle");
}

#[test]
fn a_countersignature_parks_the_others_and_gives_them_back() {
    let (desk, ticket) = waiting();
    let ticket = desk.moved(&ticket, "wangwu", 2);
    let asked = desk.add_node(&ticket, "guiji", "lisi").unwrap().ticket;
    assert_eq!(asked.participants, Participants::Person("lisi".to_owned()));
    assert_eq!(desk.advance(&asked, "jack", 2, json!({})).unwrap_err(), Refusal::NotParticipant);
    let back = desk.end_add_node(&asked, "lisi").unwrap().ticket;
    assert_eq!((left(&back), back.everybody.clone()), (names(&["guiji", "jack"]), ticket.everybody.clone()));
}

#[test]
fn time_waits_for_nobody() {
    let (mut desk, ticket) = waiting();
    desk.definition.transitions.push(Transition { kind: TransitionKind::Timer, ..transition(4, 2, 3) });
    let ticket = desk.moved(&ticket, "guiji", 2);
    let step = desk.engine(&ticket, Cause::Timer, 4).unwrap();
    assert_eq!((step.exit, step.vote), (Some(1), None));
    assert!(step.ticket.everybody.is_empty());
}

#[test]
fn no_one_must_accept_what_all_must_handle() {
    let mut desk = Desk::of(three_states(ParticipantKind::Everybody, "guiji,wangwu", Distribution::Accept));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!(desk.accept(&ticket, "guiji").unwrap_err(), Refusal::NoNeedToAccept);
    desk.definition.states[1].participant.text = "guiji".to_owned();
    let alone = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!(desk.moved(&alone, "guiji", 2).status, TicketStatus::Ended);
}

#[test]
fn f11_after_everybody_handled_creator_is_still_the_tickets_creator() {
    let (mut desk, ticket) = waiting();
    desk.definition.states.push(state(4, ParticipantKind::Variable, "creator", ""));
    desk.definition.transitions[1].destination = Some(StateId(4));
    desk.definition.transitions.push(transition(5, 4, 3));
    let ticket = desk.moved(&desk.moved(&desk.moved(&ticket, "guiji", 2), "wangwu", 2), "jack", 2);
    assert_eq!((ticket.state, ticket.participants), (StateId(4), Participants::Person("lilei".to_owned())));
}
