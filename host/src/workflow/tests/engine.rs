//! What the engine does by itself: timers, finished children, hooks; and what people with rights may do to any ticket.

use serde_json::{Map, json};

use super::super::{testing::*, *};

fn timed() -> (Desk, Ticket) {
    let mut desk = Desk::of(three_states(ParticipantKind::Several, "guiji,wangwu", Distribution::Accept));
    let timer = Transition { kind: TransitionKind::Timer, timer_seconds: 90, ..transition(3, 2, 1) };
    desk.definition.transitions.push(timer);
    desk.definition.states[1].field_access = access("title!");
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

#[test]
fn i07_entering_a_state_arms_its_timers_for_this_visit() {
    let (desk, _) = timed();
    let step = desk.create("lilei", 1, &body(json!({ "title": "x" }))).unwrap();
    assert_eq!(step.jobs, [Job::Timer { transition: TransitionId(3), visit: 1, seconds: 90 }]);
    let forced = desk.force(&step.ticket, "admin", 2).unwrap();
    assert_eq!(forced.jobs, [Job::Timer { transition: TransitionId(3), visit: 2, seconds: 90 }], "F-29: by force too");
    let over = desk.close(&step.ticket, "admin").unwrap();
    assert_eq!(over.jobs, []);
}

#[test]
fn f16_f17_a_due_timer_asks_neither_for_accepting_nor_for_fields_nor_for_the_countersigner() {
    let (desk, ticket) = timed();
    let ticket = Ticket { add_nodes: asked_by("guiji"), ..ticket };
    let step = desk.engine(&ticket, Cause::Timer, 3).unwrap();
    assert_eq!((step.ticket.state, step.ticket.add_nodes.len(), step.exit), (StateId(1), 0, Some(1)));
    let log = step.log.unwrap();
    assert_eq!((log.actor, log.transition), (LogActor::Person(ROBOT.to_owned()), Some(TransitionId(3))));
}

#[test]
fn d10_a_timers_transition_is_taken_by_time_alone_and_time_takes_no_other() {
    let (desk, ticket) = timed();
    let ticket = desk.accept(&ticket, "guiji").unwrap().ticket;
    let by_hand = desk.advance(&ticket, "guiji", 3, json!({ "title": "x" })).unwrap_err();
    assert_eq!(by_hand, Refusal::TransitionInvalid);
    assert_eq!(desk.engine(&ticket, Cause::Timer, 2).unwrap_err(), Refusal::TransitionInvalid);
    let over = desk.advance(&ticket, "guiji", 2, json!({ "title": "x" })).unwrap().ticket;
    assert_eq!(desk.engine(&over, Cause::Timer, 3).unwrap_err(), Refusal::NothingToDo);
}

#[test]
fn t28_a_child_tells_its_parent_however_it_ends() {
    let parent = Parent { ticket: TicketId(7), state: StateId(9) };
    let desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    let child = Ticket { parent: Some(parent), ..desk.ticket("lilei", 1, json!({ "title": "x" })) };
    let told = [Job::Children { parent }];
    assert_eq!(desk.advance(&child, "guiji", 2, json!({})).unwrap().jobs, told);
    assert_eq!(desk.close(&child, "admin").unwrap().jobs, told, "F-30");
    assert_eq!(desk.force(&child, "admin", 3).unwrap().jobs, told, "F-29");
    let mut at_once = desk.clone();
    at_once.definition.transitions[0].destination = Some(StateId(3));
    let sent = body(json!({ "title": "x" }));
    let new = NewTicket { parent: Some(parent), ..new_ticket("lilei", 1, &sent) };
    assert_eq!(create(&at_once.definition, &new, &at_once.facts(Actor::Person("lilei"))).unwrap().jobs, told);
}

#[test]
fn a_parent_moves_for_its_children_whoever_it_waits_for() {
    let desk = Desk::of(three_states(ParticipantKind::Person, ROBOT, Distribution::Direct));
    let parent = desk.ticket("lilei", 1, json!({ "title": "x" }));
    let way = outgoing(&desk.definition, parent.state).unwrap();
    let step = desk.engine(&parent, Cause::Children, way.0).unwrap();
    assert_eq!(
        (step.ticket.status, step.log.unwrap().actor),
        (TicketStatus::Ended, LogActor::Person(ROBOT.to_owned()))
    );
}

const HOOK: &str =
    r#"{"hook_url": "https://receiver.example/hook", "hook_token": "t", "wait": true, "extra_info": {"a": 1}}"#;

fn hooked(config: &str) -> (Desk, Ticket) {
    let mut desk = Desk::of(three_states(ParticipantKind::Hook, config, Distribution::Accept));
    desk.definition.states[1].field_access = access("out?,kept");
    desk.definition.fields = vec![field(1, "out", FieldKind::String, 30), field(2, "kept", FieldKind::String, 31)];
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

#[test]
fn a_hooks_configuration_is_read_or_refused_with_the_reason() {
    let config = HookConfig::parse(HOOK).unwrap();
    assert_eq!(
        (config.url.as_str(), config.token.as_str(), config.waits),
        ("https://receiver.example/hook", "t", true)
    );
    assert_eq!(config.extra_info, Some(json!({ "a": 1 })));
    let plain = HookConfig::parse(r#"{"hook_url": "http://x"}"#).unwrap();
    assert!(!plain.waits && !plain.needs_callback_id && plain.callback_app.is_none(), "D-01: absent is false");
    for (text, why) in [
        ("", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ("{}", "hook_url is no http or https address"),
        (r#"{"hook_url": "ftp://x"}"#, "hook_url is no http or https address"),
        (r#"{"hook_url": 1}"#, "hook_url is no text"),
        (r#"{"hook_url": "http://x", "wait": "yes"}"#, "wait is neither true nor false"),
    ] {
        let refused = HookConfig::parse(text).unwrap_err();
        assert!(refused.starts_with(why), "{text}: {refused}");
    }
}

#[test]
fn d01_a_hook_that_waits_stays_with_a_log_and_one_that_does_not_moves_on() {
    let (desk, ticket) = hooked(HOOK);
    let facts = desk.facts(Actor::Engine(Cause::Hook));
    let failed = hook_failed(ticket.clone(), "no", &facts).unwrap().ticket;
    assert!(!failed.script_succeeded, "F-24");
    let step = hook_accepted(failed, &desk.definition, "accepted", &facts).unwrap();
    assert_eq!((step.exit, step.ticket.script_succeeded), (None, true));
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.actor, log.transition), (Intervention::Hook, LogActor::Hook, None));

    let (desk, ticket) = hooked(&HOOK.replace("true", "false"));
    let step = hook_accepted(ticket, &desk.definition, "done", &facts).unwrap();
    let log = step.log.unwrap();
    assert_eq!(step.ticket.status, TicketStatus::Ended, "F-22");
    assert_eq!((log.actor, log.suggestion.as_str()), (LogActor::Person(ROBOT.to_owned()), "done"));
}

#[test]
fn f23_i09_a_call_back_moves_once_and_writes_what_the_state_lets_it() {
    let (desk, ticket) = hooked(HOOK);
    let facts = desk.facts(Actor::Person("nobody"));
    let sent = body(json!({ "out": "42", "kept": "no", "title": "no" }));
    let step = hook_moves(ticket, &desk.definition, ("all done", &sent), &facts).unwrap();
    assert_eq!(step.ticket.values, [("out".to_owned(), json!("42"))].into());
    assert_eq!((step.ticket.title.as_str(), step.exit), ("x", Some(1)));
    let again = hook_moves(step.ticket, &desk.definition, ("again", &Map::new()), &facts).unwrap_err();
    assert_eq!(again, Refusal::NotAHook);
}

#[test]
fn a_retry_fires_the_hook_again() {
    let (desk, ticket) = hooked(HOOK);
    assert_eq!(desk.retry(&ticket, "lilei").unwrap().jobs, [Job::Hook { visit: 1 }]);
    assert_eq!(desk.retry(&ticket, "jack").unwrap_err(), Refusal::NotRelated);
}

#[test]
fn d04_f28_f29_a_forced_change_enters_the_state_as_a_transition_does() {
    let desk = Desk::of(vpn());
    let ticket = desk.ticket("lilei", 11, json!({ "title": "x", "vpn_reason": "" }));
    let ticket = desk.add_node(&ticket, "lilei", "jack").unwrap().ticket;
    let step = desk.force(&ticket, "admin", 9).unwrap();
    assert_eq!(step.exit, Some(1));
    assert!(step.ticket.add_nodes.is_empty());
    assert_eq!(step.jobs, [Job::Script { script: ScriptId(1), visit: 2, run_by: ROBOT.to_owned() }]);
    let log = step.log.unwrap();
    assert_eq!(
        (log.intervention, log.state, log.suggestion.as_str()),
        (Intervention::ForceState, StateId(7), "强制修改工单状态")
    );
    assert_eq!(desk.force(&ticket, "admin", 8).unwrap().ticket.related, ["lilei", "jack", "guiji", "wangwu"]);
    let over = desk.force(&ticket, "admin", 11).unwrap().ticket;
    assert_eq!((over.status, over.participants.clone()), (TicketStatus::Ended, Participants::Nobody));
    let back = desk.force(&over, "admin", 6).unwrap().ticket;
    assert_eq!((back.status, back.participants), (TicketStatus::Ongoing, Participants::Person("lilei".to_owned())));
    assert_eq!(desk.force(&ticket, "admin", 99).unwrap_err(), Refusal::StateUnknown, "F-28");
    assert_eq!(desk.force(&ticket, "lilei", 8).unwrap_err(), Refusal::MayNotIntervene);
}

#[test]
fn d05_who_may_close_depends_on_person_app_and_state() {
    let desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    let close_by = |ticket: &Ticket, who, authority| {
        close(ticket.clone(), &desk.definition, ("", authority), &desk.facts(Actor::Person(who))).map(drop)
    };
    for (who, authority, allowed) in [
        ("admin", Authority::Administrators, true),
        ("admin", Authority::Own, false),
        ("guiji", Authority::Administrators, false),
        ("lilei", Authority::Administrators, false),
        ("nobody", Authority::Trusted, true),
    ] {
        assert_eq!(close_by(&ticket, who, authority).is_ok(), allowed, "{who} {authority:?}");
    }
    let at_start = desk.force(&ticket, "admin", 1).unwrap().ticket;
    assert!(close_by(&at_start, "lilei", Authority::Own).is_ok(), "the creator, while the ticket is at its start");
    assert!(close_by(&at_start, "guiji", Authority::Own).is_err());
}

#[test]
fn t16_f30_a_close_ends_everything_and_is_logged_in_the_end_state() {
    let desk = Desk::of(vpn());
    let ticket = desk.ticket("lilei", 11, json!({ "title": "x", "vpn_reason": "" }));
    let ticket = desk.add_node(&ticket, "lilei", "jack").unwrap().ticket;
    let step = desk.close(&ticket, "admin").unwrap();
    let closed = &step.ticket;
    assert_eq!(
        (closed.status, closed.state, closed.participants.clone()),
        (TicketStatus::Closed, StateId(11), Participants::Nobody)
    );
    assert!(closed.add_nodes.is_empty());
    let log = step.log.unwrap();
    assert_eq!(
        (log.intervention, log.state, log.suggestion.as_str()),
        (Intervention::Close, StateId(11), "强制关闭工单:enough")
    );
    assert_eq!(desk.close(closed, "admin").unwrap_err(), Refusal::AlreadyOver);
    let mut endless = desk.clone();
    endless.definition.states.retain(|state| state.kind != StateKind::End);
    assert_eq!(endless.close(&ticket, "admin").unwrap_err(), Refusal::NoEndState);
}
