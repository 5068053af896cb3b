//! Giving a ticket to somebody else over its holders' heads, and the reasons that interventions leave in the log.

use serde_json::json;

use super::super::{testing::*, *};

fn reassigned(desk: &Desk, ticket: &Ticket, who: &str, (target, from): (&str, Option<&str>)) -> Result<Step, Refusal> {
    let change = Reassignment { target, from, reason: "on leave", authority: Authority::Administrators };
    reassign(ticket.clone(), &desk.definition, change, &desk.facts(Actor::Person(who)))
}

fn waiting(kind: ParticipantKind, text: &str, distribution: Distribution) -> (Desk, Ticket) {
    let desk = Desk::of(three_states(kind, text, distribution));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

#[test]
fn an_administrator_gives_a_ticket_away_that_is_not_his_and_the_log_says_why() {
    let (desk, ticket) = waiting(ParticipantKind::Person, "guiji", Distribution::Direct);
    let step = reassigned(&desk, &ticket, "admin", ("jack", None)).unwrap();
    assert_eq!(step.ticket.participants, Participants::Person("jack".to_owned()));
    assert_eq!((step.ticket.visit, step.exit, step.ticket.version), (ticket.visit, None, ticket.version + 1));
    assert_eq!(step.ticket.related, ["lilei", "guiji", "jack"]);
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.suggestion.as_str()), (Intervention::Deliver, "on leave"));
    assert_eq!(log.actor, LogActor::Person("admin".to_owned()));
    assert_eq!(reassigned(&desk, &ticket, "guiji", ("jack", None)).unwrap_err(), Refusal::MayNotIntervene);
    for (target, refusal) in [
        ("ghost", Refusal::TargetUnknown("ghost".to_owned())),
        ("wuhui", Refusal::TargetInactive("wuhui".to_owned())),
        (ROBOT, Refusal::ReservedName(ROBOT.to_owned())),
    ] {
        assert_eq!(reassigned(&desk, &ticket, "admin", (target, None)).unwrap_err(), refusal);
    }
}

#[test]
fn of_everybody_one_who_has_not_handled_is_replaced() {
    let (desk, ticket) = waiting(ParticipantKind::Several, "guiji,wangwu,jack", Distribution::Everybody);
    let ticket = desk.moved(&ticket, "wangwu", 2);
    for from in [None, Some("wangwu"), Some("lisi")] {
        assert_eq!(reassigned(&desk, &ticket, "admin", ("lisi", from)).unwrap_err(), Refusal::GiverNotWaiting);
    }
    let handled = Refusal::TargetHasHandled("wangwu".to_owned());
    assert_eq!(reassigned(&desk, &ticket, "admin", ("wangwu", Some("jack"))).unwrap_err(), handled);
    let ticket = reassigned(&desk, &ticket, "admin", ("lisi", Some("jack"))).unwrap().ticket;
    assert_eq!(ticket.participants, Participants::Several(names(&["guiji", "lisi"])));
    assert_eq!(ticket.everybody.keys().collect::<Vec<_>>(), ["guiji", "wangwu", "lisi"]);
    let over = desk.moved(&desk.moved(&ticket, "guiji", 2), "lisi", 2);
    assert_eq!(over.status, TicketStatus::Ended, "the place was all that changed");
    assert_eq!(reassigned(&desk, &over, "admin", ("jack", None)).unwrap_err(), Refusal::AlreadyOver);
}

#[test]
fn a_countersignature_goes_on_with_somebody_else() {
    let (desk, ticket) = waiting(ParticipantKind::Person, "guiji", Distribution::Direct);
    let asked = desk.add_node(&ticket, "guiji", "jack").unwrap().ticket;
    let step = reassigned(&desk, &asked, "admin", ("lisi", None)).unwrap();
    assert_eq!(step.ticket.add_nodes, asked.add_nodes);
    let back = desk.end_add_node(&step.ticket, "lisi").unwrap().ticket;
    assert_eq!(back.participants, Participants::Person("guiji".to_owned()));
}

#[test]
fn what_the_engine_has_is_given_to_nobody() {
    for (kind, text) in
        [(ParticipantKind::Script, "1"), (ParticipantKind::Hook, "{}"), (ParticipantKind::Person, ROBOT)]
    {
        let (desk, ticket) = waiting(kind, text, Distribution::Direct);
        assert_eq!(reassigned(&desk, &ticket, "admin", ("jack", None)).unwrap_err(), Refusal::HeldByEngine, "{kind:?}");
    }
}

#[test]
fn a_retry_and_new_values_leave_their_reason_where_one_is_given() {
    let (desk, ticket) = waiting(ParticipantKind::Script, "1", Distribution::Direct);
    let facts = desk.facts(Actor::Person("admin"));
    let step = retry(ticket.clone(), &desk.definition, "the mail server is back", &facts).unwrap();
    let log = step.log.unwrap();
    assert_eq!((log.intervention, log.suggestion.as_str()), (Intervention::None, "重新执行:the mail server is back"));
    assert_eq!((step.jobs.len(), step.exit, step.ticket.version), (1, None, ticket.version + 1));
    assert_eq!(retry(ticket.clone(), &desk.definition, "", &facts).unwrap().log, None, "as clients ever saw it");
    let body = body(json!({ "title": "y" }));
    let step = set_fields(ticket, &desk.definition, (&body, "a typo"), &facts).unwrap();
    assert_eq!(step.log.unwrap().suggestion, "修改工单字段:title;a typo");
}
