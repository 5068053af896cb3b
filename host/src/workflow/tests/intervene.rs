//! Accept, deliver, a script's failure and its retry.

use serde_json::json;

use super::super::{testing::*, *};

/// A ticket of lilei's that waits for the department of guiji and wangwu.
fn waiting(distribution: Distribution) -> (Desk, Ticket) {
    let desk = Desk::of(three_states(ParticipantKind::Department, "3", distribution));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

#[test]
fn i01_one_accepts_and_holds_the_ticket_alone() {
    let (desk, ticket) = waiting(Distribution::Accept);
    assert_eq!(desk.accept(&ticket, "lilei").unwrap_err(), Refusal::NotParticipant);
    let step = desk.accept(&ticket, "guiji").unwrap();
    assert_eq!(step.ticket.participants, Participants::Person("guiji".to_owned()));
    assert_eq!((step.ticket.visit, step.ticket.version, step.exit), (1, 2, None));
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.transition), (Intervention::Accept, None));
    assert_eq!((log.suggestion.as_str(), log.state), ("接单处理", StateId(2)));
    assert_eq!(desk.accept(&step.ticket, "wangwu").unwrap_err(), Refusal::NotParticipant);
    assert_eq!(desk.accept(&step.ticket, "guiji").unwrap_err(), Refusal::NoNeedToAccept);
    assert!(desk.advance(&step.ticket, "guiji", 2, json!({})).is_ok());
}

#[test]
fn where_nobody_must_accept_accepting_is_refused() {
    let (desk, ticket) = waiting(Distribution::Direct);
    assert_eq!(desk.accept(&ticket, "guiji").unwrap_err(), Refusal::NoNeedToAccept);
    assert!(desk.advance(&ticket, "guiji", 2, json!({})).is_ok());
}

#[test]
fn who_accepts_and_joined_late_is_related_from_then_on() {
    let (mut desk, ticket) = waiting(Distribution::Accept);
    desk.directory.departments.get_mut(&DepartmentId(3)).unwrap().members.push("jack".to_owned());
    assert!(!ticket.related.contains(&"jack".to_owned()));
    assert_eq!(desk.accept(&ticket, "jack").unwrap().ticket.related, ["lilei", "guiji", "wangwu", "jack"]);
}

#[test]
fn t17_delivering_is_allowed_before_accepting_and_logged_for_who_delivers() {
    let (desk, ticket) = waiting(Distribution::Accept);
    let step = desk.deliver(&ticket, "guiji", "jack").unwrap();
    assert_eq!(step.ticket.participants, Participants::Person("jack".to_owned()));
    assert_eq!(step.ticket.related, ["lilei", "guiji", "wangwu", "jack"]);
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.suggestion.as_str()), (Intervention::Deliver, "please"));
    assert_eq!(log.actor, LogActor::Person("guiji".to_owned()));
    assert_eq!(desk.deliver(&step.ticket, "guiji", "jack").unwrap_err(), Refusal::NotParticipant);
}

#[test]
fn delivering_during_a_countersignature_leaves_it_going_on() {
    let (desk, ticket) = waiting(Distribution::Accept);
    let participants = Participants::Person("jack".to_owned());
    let asked = Ticket { participants, add_nodes: asked_by("guiji"), ..ticket };
    let step = desk.deliver(&asked, "jack", "lisi").unwrap();
    assert_eq!(step.ticket.add_node_man(), Some("guiji"));
    assert_eq!(step.ticket.participants, Participants::Person("lisi".to_owned()));
}

#[test]
fn f33_a_target_is_one_existing_active_user() {
    let (desk, ticket) = waiting(Distribution::Accept);
    for target in ["", "ghost", "guiji,wangwu", " jack"] {
        let refused = desk.deliver(&ticket, "guiji", target).unwrap_err();
        assert_eq!(refused, Refusal::TargetUnknown(target.to_owned()));
    }
    assert_eq!(desk.deliver(&ticket, "guiji", "wuhui").unwrap_err(), Refusal::TargetInactive("wuhui".to_owned()));
    assert_eq!(desk.deliver(&ticket, "guiji", ROBOT).unwrap_err(), Refusal::ReservedName(ROBOT.to_owned()));
    // strangers learn nothing about who exists
    assert_eq!(desk.deliver(&ticket, "lilei", "ghost").unwrap_err(), Refusal::NotParticipant);
}

fn at_script() -> (Desk, Ticket) {
    let desk = Desk::of(three_states(ParticipantKind::Script, "1", Distribution::Direct));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

fn failed(script: i64) -> FailedRun<'static> {
    FailedRun { script: ScriptId(script), name: "授权", reason: "mode is fail" }
}

#[test]
fn d23_a_failed_script_leaves_a_log_with_the_transition_it_would_have_taken() {
    let (mut desk, ticket) = at_script();
    let step = script_failed(ticket.clone(), &desk.definition, failed(1), now()).unwrap();
    assert!(!step.ticket.script_succeeded);
    assert_eq!((step.ticket.state, step.ticket.visit, step.exit), (StateId(2), 1, None));
    let log = step.log.unwrap();
    assert_eq!((log.transition, log.suggestion.as_str()), (Some(TransitionId(2)), "mode is fail"));
    assert_eq!(log.actor, LogActor::Script { id: ScriptId(1), name: "授权".to_owned() });

    let late = script_failed(ticket.clone(), &desk.definition, failed(2), now()).unwrap_err();
    assert_eq!(late, Refusal::NotAScript);
    desk.definition.transitions[1].kind = TransitionKind::Timer;
    let stuck = script_failed(ticket, &desk.definition, failed(1), now()).unwrap();
    assert_eq!(stuck.log.unwrap().transition, None);
}

#[test]
fn f34_a_script_takes_the_first_transition_that_is_no_timers() {
    let (mut desk, ticket) = at_script();
    desk.definition.transitions.push(transition(4, 2, 3));
    assert_eq!(outgoing(&desk.definition, ticket.state), Ok(TransitionId(2)));
    desk.definition.transitions[1].kind = TransitionKind::Timer;
    assert_eq!(outgoing(&desk.definition, ticket.state), Ok(TransitionId(4)));
    desk.definition.transitions.truncate(2);
    assert_eq!(outgoing(&desk.definition, ticket.state), Err(Refusal::NothingToDo));
}

#[test]
fn f27_a_retry_runs_the_script_once_more_and_leaves_no_log() {
    let (desk, ticket) = at_script();
    let ticket = script_failed(ticket, &desk.definition, failed(1), now()).unwrap().ticket;
    let step = desk.retry(&ticket, "lilei").unwrap();
    assert_eq!(step.jobs, [Job::Script { script: ScriptId(1), visit: 1, run_by: "lilei_retry".to_owned() }]);
    assert_eq!((step.log.is_none(), step.exit, step.ticket.script_succeeded), (true, None, true));
    assert_eq!(step.ticket.version, ticket.version + 1);

    let moved = desk.script(&step.ticket, 1, 2, json!({})).unwrap().ticket;
    assert_eq!(desk.retry(&moved, "lilei").unwrap_err(), Refusal::NotAScript);
}

#[test]
fn d09_f32_a_countersignature_inside_another_goes_back_one_step_at_a_time() {
    let (desk, ticket) = waiting(Distribution::Direct);
    let first = desk.add_node(&ticket, "guiji", "jack").unwrap();
    assert_eq!((first.ticket.add_node_man(), first.exit), (Some("guiji"), None));
    let log = first.log.unwrap();
    assert_eq!((log.intervention, log.actor), (Intervention::AddNode, LogActor::Person("guiji".to_owned())));
    let second = desk.add_node(&first.ticket, "jack", "lisi").unwrap().ticket;
    assert_eq!(second.add_node_man(), Some("jack"));
    let back = desk.end_add_node(&second, "lisi").unwrap().ticket;
    assert_eq!(
        (back.participants.clone(), back.add_node_man()),
        (Participants::Person("jack".to_owned()), Some("guiji"))
    );
    let home = desk.end_add_node(&back, "jack").unwrap().ticket;
    assert_eq!((home.participants, home.add_nodes.len()), (Participants::Person("guiji".to_owned()), 0));
}

#[test]
fn f31_f33_a_countersignature_ends_only_where_one_goes_on_and_asks_only_whom_there_is() {
    let (desk, ticket) = waiting(Distribution::Direct);
    assert_eq!(desk.end_add_node(&ticket, "guiji").unwrap_err(), Refusal::NotInAddNode);
    assert_eq!(desk.add_node(&ticket, "guiji", "ghost").unwrap_err(), Refusal::TargetUnknown("ghost".to_owned()));
    let asked = desk.add_node(&ticket, "guiji", "jack").unwrap().ticket;
    assert_eq!(desk.end_add_node(&asked, "guiji").unwrap_err(), Refusal::NotParticipant);
    assert_eq!(desk.advance(&asked, "jack", 2, json!({})).unwrap_err(), Refusal::InAddNode);
}

#[test]
fn whoever_may_look_may_comment_also_after_the_end_and_the_ticket_stays_untouched() {
    let (desk, ticket) = waiting(Distribution::Direct);
    let over = desk.moved(&ticket, "guiji", 2);
    let say = |who| comment(over.clone(), &desk.definition, "thanks", &desk.facts(Actor::Person(who)));
    let step = say("lilei").unwrap();
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.suggestion.as_str()), (Intervention::Comment, "thanks"));
    let version = over.version + 1;
    assert_eq!(step.ticket, Ticket { version, ..over.clone() });
    assert_eq!(say("jack").unwrap_err(), Refusal::NotRelated);
    assert_eq!(say("ghost").unwrap_err(), Refusal::UnknownViewer);
}

#[test]
fn d03_f41_f44_only_the_title_and_custom_fields_can_be_changed_and_the_log_names_them() {
    let (mut desk, ticket) = waiting(Distribution::Direct);
    desk.definition.fields = vec![field(1, "days", FieldKind::Int, 30)];
    let ticket = Ticket { modified_at: now() - chrono::TimeDelta::hours(1), ..ticket };
    let change = |ticket: &Ticket, values| {
        set_fields(ticket.clone(), &desk.definition, (&body(values), ""), &desk.facts(Actor::Person("lilei")))
    };
    let sent = json!({ "title": "new", "days": "7", "sn": "forged", "state_id": 3, "participant": "jack", "is_deleted": true });
    let step = change(&ticket, sent).unwrap();
    let wanted = Ticket {
        title: "new".to_owned(),
        values: [("days".to_owned(), json!(7))].into(),
        version: ticket.version + 1,
        modified_at: now(),
        ..ticket.clone()
    };
    assert_eq!(step.ticket, wanted);
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.suggestion.as_str()), (Intervention::None, "修改工单字段:title,days"));
    assert_eq!(change(&ticket, json!({ "unknown": 1 })).unwrap().log, None, "nothing written is nothing done");
    assert!(change(&ticket, json!({ "days": "many" })).is_err(), "D-14");
    assert_eq!(change(&desk.moved(&ticket, "guiji", 2), json!({ "days": 1 })).unwrap_err(), Refusal::AlreadyOver);
}

#[test]
fn the_plugin_of_a_notice_writes_what_the_state_does_not_list_as_read_only_and_moves_nothing() {
    let (mut desk, ticket) = waiting(Distribution::Direct);
    desk.definition.fields = [(1, "receipt"), (2, "fixed")].map(|(id, key)| field(id, key, FieldKind::Int, 30)).into();
    desk.definition.states[1].field_access = access("title,fixed");
    let ticket = Ticket { modified_at: now() - chrono::TimeDelta::hours(1), ..ticket };
    let writes = |ticket: &Ticket, values| {
        let facts = desk.facts(Actor::Engine(Cause::Notice));
        notice_writes(ticket.clone(), &desk.definition, (&body(values), "tell"), &facts)
    };
    let step = writes(&ticket, json!({ "receipt": "7", "fixed": 1, "title": "new", "state_id": 3 })).unwrap();
    let values = [("receipt".to_owned(), json!(7))].into();
    let version = ticket.version + 1;
    assert_eq!(step.ticket, Ticket { values, version, modified_at: now(), ..ticket.clone() });
    assert_eq!((step.jobs, step.exit), (vec![], None), "no notice of a notice");
    let log = step.log.unwrap();
    assert_eq!((log.actor, log.suggestion.as_str()), (LogActor::Person(ROBOT.to_owned()), "修改工单字段:receipt;tell"));

    let over = desk.moved(&ticket, "guiji", 2);
    assert_eq!(writes(&over, json!({ "receipt": 1 })).unwrap_err(), Refusal::AlreadyOver);
    for ticket in [&ticket, &over] {
        let step = writes(ticket, json!({})).unwrap();
        let version = ticket.version + 1;
        assert_eq!((step.ticket, step.log), (Ticket { version, ..ticket.clone() }, None), "comments alone");
    }
    assert!(writes(&ticket, json!({ "receipt": "many" })).is_err(), "D-14");
}
