//! The transition function on the two workflows of the acceptance fixtures, and the order in which it refuses.

use serde_json::{Value, json};

use super::super::{testing::*, *};

#[test]
fn a_leave_is_refused_edited_resubmitted_and_finished() {
    let desk = Desk::of(leave());
    let ticket = desk.ticket("zhangsan", 1, leave_body().into());

    let refused = desk.advance(&ticket, "lisi", 4, json!({})).unwrap();
    assert_eq!(refused.exit, Some(1));
    let log = refused.log.unwrap();
    assert_eq!((log.state, log.visit, log.transition), (StateId(3), 1, Some(TransitionId(4))));
    assert_eq!(log.actor, LogActor::Person("lisi".to_owned()));
    let ticket = refused.ticket;
    assert_eq!((ticket.state, ticket.visit, ticket.version, ticket.is_rejected), (StateId(2), 2, 2, true));
    assert_eq!(ticket.participants, Participants::Person("zhangsan".to_owned()));

    let sent: Value = leave_body().into();
    let again = desk.advance(&ticket, "zhangsan", 8, sent.clone()).unwrap();
    assert_eq!((again.exit, again.ticket.visit, again.ticket.state), (Some(2), 3, StateId(2)), "a loop is an exit");
    assert!(!again.ticket.is_rejected);

    let ticket = desk.advance(&again.ticket, "zhangsan", 7, sent).unwrap().ticket;
    let ticket = desk.moved(&ticket, "zhangsan", 3);
    assert_eq!(ticket.participants, Participants::Person("jack".to_owned()));
    let ticket = desk.moved(&ticket, "jack", 5);
    assert_eq!((ticket.status, &ticket.participants), (TicketStatus::Ended, &Participants::Nobody));
    assert_eq!(ticket.related, ["zhangsan", "lisi", "jack"]);
    assert_eq!(desk.advance(&ticket, "jack", 5, json!({})).unwrap_err(), Refusal::NothingToDo);
}

#[test]
fn a_vpn_goes_from_the_lead_over_operations_and_a_script_to_its_creator() {
    let desk = Desk::of(vpn());
    let ticket = desk.ticket("wangwu", 11, json!({ "title": "vpn", "vpn_reason": "出差" }));
    let ticket = desk.moved(&ticket, "guiji", 12);
    assert_eq!(ticket.participants, Participants::Departments(vec![DepartmentId(3)]));
    assert_eq!(ticket.related, ["wangwu", "guiji"]);
    assert_eq!(desk.advance(&ticket, "guiji", 13, json!({})).unwrap_err(), Refusal::MustAcceptFirst);

    let ticket = desk.accept(&ticket, "guiji").unwrap().ticket;
    let step = desk.advance(&ticket, "guiji", 13, json!({})).unwrap();
    assert_eq!(step.jobs, [Job::Script { script: ScriptId(1), visit: 3, run_by: ROBOT.to_owned() }]);
    let ticket = step.ticket;
    assert_eq!(desk.advance(&ticket, "guiji", 14, json!({})).unwrap_err(), Refusal::NotParticipant);

    let ran = desk.script(&ticket, 1, 14, json!({})).unwrap();
    let log = ran.log.unwrap();
    assert_eq!(log.actor, LogActor::Script { id: ScriptId(1), name: "授权".to_owned() });
    assert_eq!((log.suggestion.as_str(), log.state), ("done\n", StateId(9)));
    assert_eq!(ran.ticket.participants, Participants::Person("wangwu".to_owned()));
    assert_eq!(ran.jobs, []);

    let back = desk.moved(&ran.ticket, "wangwu", 16);
    assert_eq!(back.participants, Participants::Departments(vec![DepartmentId(3)]));
}

#[test]
fn d16_a_state_that_remembers_gives_the_ticket_to_its_last_handler() {
    let mut desk = Desk::of(vpn());
    desk.directory.last_handlers.insert(StateId(8), "wangwu".to_owned());
    let ticket = Ticket {
        state: StateId(10),
        participants: Participants::Person("lilei".to_owned()),
        ..desk.ticket("lilei", 11, json!({ "title": "x", "vpn_reason": "" }))
    };
    assert_eq!(desk.moved(&ticket, "lilei", 16).participants, Participants::Departments(vec![DepartmentId(3)]));
    desk.definition.states[2].remember_last_handler = true;
    let back = desk.moved(&ticket, "lilei", 16);
    assert_eq!(back.participants, Participants::Person("wangwu".to_owned()));
    assert!(back.related.contains(&"wangwu".to_owned()));
    desk.directory.last_handlers.clear();
    assert_eq!(desk.moved(&ticket, "lilei", 16).participants, Participants::Departments(vec![DepartmentId(3)]));
}

#[test]
fn going_back_to_the_start_gives_the_ticket_to_its_creator() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.transitions[1].destination = Some(StateId(1));
    let ticket = desk.moved(&desk.ticket("lilei", 1, json!({ "title": "x" })), "guiji", 2);
    assert_eq!((ticket.state, &ticket.participants), (StateId(1), &Participants::Person("lilei".to_owned())));
    assert_eq!(desk.advance(&ticket, "lilei", 1, json!({ "title": "x" })).unwrap().ticket.visit, 3);
}

#[test]
fn leaving_a_state_clears_what_belonged_to_the_stay_in_it() {
    let desk = Desk::of(vpn());
    let ticket = Ticket {
        state: StateId(9),
        participants: Participants::Script(ScriptId(1)),
        script_succeeded: false,
        add_nodes: asked_by("guiji"),
        everybody: body(json!({ "guiji": {} })),
        ..desk.ticket("lilei", 11, json!({ "title": "x", "vpn_reason": "" }))
    };
    let after = desk.script(&ticket, 1, 14, json!({})).unwrap().ticket;
    assert!(after.script_succeeded && after.add_nodes.is_empty() && after.everybody.is_empty());
}

#[test]
fn d15_f16_a_script_needs_no_required_fields_and_may_write_what_is_not_read_only() {
    let mut desk = Desk::of(three_states(ParticipantKind::Script, "1", Distribution::Direct));
    desk.definition.states[1].field_access = access("title,days!,locked");
    desk.definition.fields = vec![
        field(1, "days", FieldKind::Int, 30),
        field(2, "locked", FieldKind::String, 31),
        field(3, "account", FieldKind::String, 32),
    ];
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    let sent = json!({ "account": "vpn7", "locked": "no", "title": "no", "unknown": 1, "participant": "jack" });
    let after = desk.script(&ticket, 1, 2, sent).unwrap().ticket;
    assert_eq!(after.values, [("account".to_owned(), json!("vpn7"))].into());
    assert_eq!(after.title, "x");
    let wrong = desk.script(&ticket, 1, 2, json!({ "days": "many" })).unwrap_err();
    assert_eq!(wrong, Refusal::FieldInvalid { key: "days".to_owned(), expected: Expected::Int });
    let keys = ["account", "days", "locked", "title", "unknown", "participant"];
    let told = unwritten(&desk.definition, ticket.state, keys.into_iter());
    assert_eq!(told, ["locked", "title", "unknown", "participant"]);
}

#[test]
fn d03_a_script_may_write_a_title_that_its_state_does_not_show() {
    let mut desk = Desk::of(three_states(ParticipantKind::Script, "1", Distribution::Direct));
    desk.definition.states[1].field_access = access("days");
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    let after = desk.script(&ticket, 1, 2, json!({ "title": "host 10.0.0.1 is ready" })).unwrap().ticket;
    assert_eq!(after.title, "host 10.0.0.1 is ready");
    assert!(unwritten(&desk.definition, ticket.state, ["title"].into_iter()).is_empty());
}

#[test]
fn i08_a_script_whose_turn_is_over_changes_nothing() {
    let desk = Desk::of(vpn());
    let waiting = Ticket {
        state: StateId(9),
        participants: Participants::Script(ScriptId(1)),
        ..desk.ticket("lilei", 11, json!({ "title": "x", "vpn_reason": "" }))
    };
    assert_eq!(desk.script(&waiting, 2, 14, json!({})).unwrap_err(), Refusal::NotParticipant);
    let moved = desk.script(&waiting, 1, 14, json!({})).unwrap().ticket;
    assert_eq!(desk.script(&moved, 1, 15, json!({})).unwrap_err(), Refusal::NotParticipant);
}

/// As at creation: one thing after the other is mended, and the first that is left is what is refused.
#[test]
fn d14_refusals_come_in_the_order_of_the_wire() {
    let mut desk = Desk::of(three_states(ParticipantKind::Several, "guiji,wangwu", Distribution::Accept));
    desk.definition.fields = vec![field(1, "days", FieldKind::Int, 30)];
    desk.definition.states[1].field_access = access("days!");
    let mut ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    ticket.add_nodes = asked_by("jack");
    let ways = std::mem::take(&mut desk.definition.transitions);
    let middle = desk.definition.states.remove(1);
    let wrong = json!({ "days": "many" });
    let advance = |desk: &Desk, ticket: &Ticket, who: &str, id, sent: &Value| {
        desk.advance(ticket, who, id, sent.clone()).unwrap_err()
    };

    assert_eq!(advance(&desk, &ticket, "lilei", 99, &json!({})), Refusal::NothingToDo);
    desk.definition.transitions = ways;
    assert_eq!(advance(&desk, &ticket, "lilei", 99, &json!({})), Refusal::StateGone);
    desk.definition.states.insert(1, middle);
    assert_eq!(advance(&desk, &ticket, "lilei", 99, &json!({})), Refusal::NotParticipant);
    assert_eq!(advance(&desk, &ticket, "guiji", 99, &json!({})), Refusal::MustAcceptFirst);
    desk.definition.states[1].distribution = Distribution::Direct;
    assert_eq!(advance(&desk, &ticket, "guiji", 99, &json!({})), Refusal::InAddNode);
    ticket.add_nodes.clear();
    assert_eq!(advance(&desk, &ticket, "guiji", 99, &json!({})), Refusal::TransitionInvalid);
    assert_eq!(advance(&desk, &ticket, "guiji", 1, &json!({})), Refusal::MissingFields(names(&["days"])));
    assert_eq!(advance(&desk, &ticket, "guiji", 1, &wrong), Refusal::TransitionInvalid);
    desk.definition.transitions[1].destination = Some(StateId(77));
    assert_eq!(advance(&desk, &ticket, "guiji", 2, &wrong), Refusal::TargetStateGone);
    desk.definition.transitions[1].destination = Some(StateId(4));
    desk.definition.states.push(state(4, ParticipantKind::Plugin, "who", ""));
    let reason = Unresolved::PluginUnasked;
    let later = Refusal::ParticipantsUnresolved { state: "s4".to_owned(), reason };
    assert_eq!(advance(&desk, &ticket, "guiji", 2, &wrong), later);
    desk.definition.transitions[1].destination = Some(StateId(3));
    let typed = Refusal::FieldInvalid { key: "days".to_owned(), expected: Expected::Int };
    assert_eq!(advance(&desk, &ticket, "guiji", 2, &wrong), typed);
    assert_eq!(desk.advance(&ticket, "guiji", 2, json!({ "days": "2" })).unwrap().ticket.values["days"], json!(2));
}

#[test]
fn the_answer_to_the_conditions_decides_the_way() {
    let mut desk = Desk::of(leave());
    desk.definition.transitions[2].conditions =
        Conditions::Listed(vec![condition("{leave_days} == '1'", 5), condition("True", 2)]);
    let ticket = desk.ticket("lilei", 1, leave_body().into());
    for (answer, target) in [(None, 4), (Some(0), 5), (Some(1), 2)] {
        desk.conditions = Ok(answer);
        assert_eq!(desk.moved(&ticket, "lilei", 3).state, StateId(target), "{answer:?}");
    }
}

#[test]
fn a_suggestion_that_is_too_long_is_cut_and_says_so() {
    let desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    let nothing = body(json!({}));
    let stored = |suggestion: &str| {
        let request = Move { transition: TransitionId(2), suggestion, body: &nothing };
        let facts = desk.facts(Actor::Person("guiji"));
        advance(ticket.clone(), &desk.definition, &request, &facts).unwrap().log.unwrap().suggestion
    };
    let fits = "好".repeat(1000);
    assert_eq!(stored(&fits), fits);
    let cut = stored(&"好".repeat(1001));
    assert_eq!(cut, "好".repeat(960) + "...(超过字段定义长度,自动截断)");
    assert_eq!(stored("a\0b"), "ab");
}
