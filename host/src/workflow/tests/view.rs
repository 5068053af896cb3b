//! Who sees a ticket, what they can do with it, which form they get.

use serde_json::json;

use super::super::{testing::*, *};
use FieldAccess::{Optional, ReadOnly, Required};

fn ticket_of(definition: Definition) -> (Desk, Ticket) {
    let desk = Desk::of(definition);
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    (desk, ticket)
}

#[test]
fn d21_related_people_and_administrators_may_view() {
    let (mut desk, ticket) = ticket_of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    let may = |desk: &Desk, who: &str| may_view(&ticket, &desk.definition, who, &desk.directory);
    let table = [
        ("lilei", Ok(())),
        ("guiji", Ok(())),
        ("admin", Ok(())),
        ("jack", Err(Refusal::NotRelated)),
        ("ghost", Err(Refusal::UnknownViewer)),
    ];
    for (who, answer) in table {
        assert_eq!(may(&desk, who), answer, "{who}");
    }
    desk.definition.view_check = ViewCheck::Everybody;
    assert_eq!((may(&desk, "jack"), may(&desk, "ghost")), (Ok(()), Ok(())));
}

/// What can be done, as the ids of transitions, 0 for accepting and -1 for ending a countersignature.
fn chosen(desk: &Desk, ticket: &Ticket, who: &str) -> Result<Vec<i64>, Refusal> {
    let choices = choices(ticket, &desk.definition, Actor::Person(who), &desk.directory)?;
    let id = |choice: &Choice| match choice {
        Choice::Accept => 0,
        Choice::EndAddNode => -1,
        Choice::Take(transition) => transition.id.0,
    };
    Ok(choices.iter().map(id).collect())
}

#[test]
fn what_can_be_done_depends_on_accepting_and_countersigning() {
    let (mut desk, ticket) = ticket_of(three_states(ParticipantKind::Department, "3", Distribution::Accept));
    desk.definition.transitions.push(refusing(3, 2, 1));
    assert_eq!(chosen(&desk, &ticket, "guiji"), Ok(vec![0]));
    assert_eq!(chosen(&desk, &ticket, "jack"), Err(Refusal::NotParticipant));
    let ticket = desk.accept(&ticket, "guiji").unwrap().ticket;
    assert_eq!(chosen(&desk, &ticket, "guiji"), Ok(vec![2, 3]));
    let asked = Ticket { add_nodes: asked_by("lilei"), ..ticket.clone() };
    assert_eq!(chosen(&desk, &asked, "guiji"), Ok(vec![-1]));
    let done = desk.moved(&ticket, "guiji", 2);
    assert_eq!(chosen(&desk, &done, "guiji"), Err(Refusal::NothingToDo));
}

fn shown(form: &[FormField]) -> Vec<(String, FieldAccess)> {
    form.iter().map(|field| (field.source.key().to_owned(), field.access)).collect()
}

#[test]
fn t18_t19_a_form_depends_on_who_looks_and_comes_in_one_order() {
    let mut definition = three_states(ParticipantKind::Person, "guiji", Distribution::Direct);
    definition.fields = vec![
        field(1, "late", FieldKind::Int, 200),
        field(2, "tied", FieldKind::Int, 20),
        field(3, "early", FieldKind::Int, 5),
        field(4, "hidden", FieldKind::Int, 5),
    ];
    definition.states[1].field_access =
        access("late!,tied?,early,title,state.state_name,gmt_created,state_id,participant_info.participant_name,ghost");
    definition.display_form = names(&["creator", "late", "sn", "unknown"]);
    let (desk, ticket) = ticket_of(definition);
    let handler = [
        ("early", ReadOnly),
        ("title", ReadOnly),
        ("tied", Optional),
        ("state_id", ReadOnly),
        ("state.state_name", ReadOnly),
        ("participant_info.participant_name", ReadOnly),
        ("gmt_created", ReadOnly),
        ("late", Required),
    ]
    .map(|(key, access)| (key.to_owned(), access));
    assert_eq!(shown(&form(&ticket, &desk.definition, Viewer::Handler)), handler);
    let onlooker = ["sn", "creator", "late"].map(|key| (key.to_owned(), ReadOnly));
    assert_eq!(shown(&form(&ticket, &desk.definition, Viewer::Onlooker)), onlooker);
}

#[test]
fn t20_the_form_of_a_new_ticket_has_the_title_and_custom_fields() {
    let mut definition = leave();
    definition.states[0].field_access = access("title!,sn,creator,leave_type?,leave_start!,gone!");
    let keys: Vec<String> = start_form(&definition).iter().map(|field| field.source.key().to_owned()).collect();
    assert_eq!(keys, ["title", "leave_start", "leave_type"]);
    definition.states.remove(0);
    assert!(start_form(&definition).is_empty());
}

#[test]
fn of_two_fields_with_one_key_the_last_is_shown_and_used() {
    let mut definition = three_states(ParticipantKind::Person, "guiji", Distribution::Direct);
    definition.fields = vec![field(1, "days", FieldKind::Text, 30), field(2, "days", FieldKind::Int, 31)];
    definition.states[0].field_access = access("days!");
    let desk = Desk::of(definition);
    let form = start_form(&desk.definition);
    assert_eq!(form.iter().map(|field| field.source.order_id()).collect::<Vec<_>>(), [31]);
    let ticket = desk.ticket("lilei", 1, json!({ "days": "5" }));
    assert_eq!(field_values(&ticket, &desk.definition), [("days".to_owned(), FieldKind::Int, json!(5))]);
}
