//! What the sandbox is asked: only about conditions, only what may be seen, and never for people who may not act.

use serde_json::{Value, json};

use super::super::{testing::*, *};

/// Start 1 (title and days optional, level read-only), state 2 for guiji (days optional), end 3, conditions on both ways.
fn desk() -> Desk {
    let mut definition = three_states(ParticipantKind::Person, "guiji", Distribution::Direct);
    definition.states[0].field_access = access("days?,level,title!");
    definition.states[1].field_access = access("days?,level");
    definition.fields = vec![
        field(1, "days", FieldKind::Int, 30),
        field(2, "level", FieldKind::String, 31),
        field(3, "rate", FieldKind::Float, 32),
    ];
    for transition in &mut definition.transitions {
        transition.conditions = Conditions::Listed(vec![condition("{days} > 3", 3), condition("{level} == 'x'", 2)]);
    }
    Desk::of(definition)
}

fn ask_new(desk: &Desk, sent: Value) -> Result<Option<Question>, Refusal> {
    let body = body(sent);
    create_question(&desk.definition, &new_ticket("lilei", 1, &body), &desk.facts(Actor::Person("lilei")))
}

fn ask(desk: &Desk, ticket: &Ticket, who: &str, sent: Value) -> Result<Option<Question>, Refusal> {
    let body = body(sent);
    let request = Move { transition: TransitionId(2), suggestion: "", body: &body };
    advance_question(ticket, &desk.definition, &request, &desk.facts(Actor::Person(who)))
}

fn value(question: &Question, key: &str) -> (FieldKind, Value) {
    let mut found = question.fields.iter().filter(|field| field.0 == key);
    let field = found.next().unwrap_or_else(|| panic!("no variable {key}"));
    assert!(found.next().is_none(), "{key} stands twice");
    (field.1, field.2.clone())
}

#[test]
fn d17_a_question_holds_stored_values_under_the_writable_ones_of_the_request() {
    let desk = desk();
    let mut ticket = desk.ticket("lilei", 1, json!({ "title": "x", "days": 1 }));
    ticket.values.insert("level".to_owned(), json!("low"));
    ticket.values.insert("rate".to_owned(), json!(2));
    let sent = json!({ "days": "5", "level": "x", "state_id": 3, "creator": "jack", "title": "y", "new": 1 });
    let question = ask(&desk, &ticket, "guiji", sent).unwrap().unwrap();
    assert_eq!(question.expressions, ["{days} > 3", "{level} == 'x'"]);
    assert_eq!(value(&question, "days"), (FieldKind::Int, json!(5)), "numeric text is typed first");
    assert_eq!(value(&question, "level"), (FieldKind::String, json!("low")), "read-only here");
    assert_eq!(value(&question, "rate"), (FieldKind::Float, json!(2.0)));
    assert_eq!(value(&question, "title"), (FieldKind::String, json!("x")));
    assert_eq!(value(&question, "creator"), (FieldKind::String, json!("lilei")));
    assert_eq!(value(&question, "state_id"), (FieldKind::Int, json!(2)));
    assert_eq!(value(&question, "gmt_created"), (FieldKind::Datetime, json!("2020-03-01 09:00:00")));
    assert!(question.fields.iter().all(|field| field.0 != "new"));
}

#[test]
fn d17_at_creation_unset_and_read_only_fields_are_null() {
    let desk = desk();
    let question = ask_new(&desk, json!({ "title": "x", "level": "x" })).unwrap().unwrap();
    assert_eq!(value(&question, "days"), (FieldKind::Int, Value::Null));
    assert_eq!(value(&question, "level"), (FieldKind::String, Value::Null));
    assert_eq!(value(&question, "title"), (FieldKind::String, json!("x")));
    assert_eq!(value(&question, "state_id"), (FieldKind::Int, json!(1)));
}

#[test]
fn without_conditions_nothing_is_asked_although_everything_is_checked() {
    let mut desk = desk();
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    for transition in &mut desk.definition.transitions {
        transition.conditions = Conditions::Listed(Vec::new());
    }
    assert_eq!(ask_new(&desk, json!({ "title": "x" })), Ok(None));
    assert_eq!(ask(&desk, &ticket, "guiji", json!({})), Ok(None));
    assert_eq!(ask_new(&desk, json!({})), Err(Refusal::MissingFields(names(&["title"]))));
    assert_eq!(ask(&desk, &ticket, "jack", json!({})), Err(Refusal::NotParticipant));
}

#[test]
fn what_is_refused_before_conditions_costs_no_question() {
    let mut desk = desk();
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    assert_eq!(ask(&desk, &ticket, "jack", json!({})), Err(Refusal::NotParticipant));
    assert_eq!(ask_new(&desk, json!({})), Err(Refusal::MissingFields(names(&["title"]))));
    let wrong = Err(Refusal::FieldInvalid { key: "days".to_owned(), expected: Expected::Int });
    assert_eq!(ask_new(&desk, json!({ "title": "x", "days": "many" })), wrong);
    assert_eq!(ask(&desk, &ticket, "guiji", json!({ "days": "many" })), wrong);
    desk.definition.transitions[1].conditions = Conditions::Broken("no list".to_owned());
    assert_eq!(ask(&desk, &ticket, "guiji", json!({})), Err(Refusal::ConditionBroken("no list".to_owned())));
    desk.definition.transitions[1].kind = TransitionKind::Timer;
    assert_eq!(ask(&desk, &ticket, "guiji", json!({})), Err(Refusal::TransitionInvalid));
}

#[test]
fn a_custom_field_never_hides_a_column() {
    let mut desk = desk();
    desk.definition.fields.push(field(4, "creator", FieldKind::Int, 40));
    let question = ask_new(&desk, json!({ "title": "x" })).unwrap().unwrap();
    assert_eq!(value(&question, "creator"), (FieldKind::String, json!("lilei")));
}

/// Start 1, state 2 whose people a plugin names, end 3.
fn by_plugin() -> Desk {
    let mut definition = three_states(ParticipantKind::Plugin, " who ", Distribution::Direct);
    definition.states[0].field_access = access("days?,title?");
    definition.fields = vec![field(1, "days", FieldKind::Int, 30)];
    Desk::of(definition)
}

#[test]
fn a_participants_plugin_is_asked_about_the_ticket_as_it_is_about_to_be() {
    let mut desk = by_plugin();
    let body = body(json!({ "title": "x", "days": "4" }));
    let ask = |desk: &Desk| {
        let new = new_ticket("lilei", 1, &body);
        create_people_question(&desk.definition, &new, &desk.facts(Actor::Person("lilei")))
    };
    let question = ask(&desk).unwrap().unwrap();
    assert_eq!((question.plugin.as_str(), question.transition), ("who", Some(TransitionId(1))));
    assert_eq!((question.ticket.state, &question.ticket.values["days"]), (StateId(2), &json!(4)));

    desk.definition.transitions[0].conditions = Conditions::Listed(vec![condition("{days} > 3", 3)]);
    desk.conditions = Ok(Some(0));
    assert_eq!(ask(&desk), Ok(None), "the conditions lead elsewhere");
    desk.conditions = Err("no".to_owned());
    assert_eq!(ask(&desk), Err(Refusal::ConditionFailed("no".to_owned())));
}

#[test]
fn a_participants_plugin_is_not_asked_for_people_who_may_not_act_nor_with_wrong_values() {
    let mut desk = by_plugin();
    desk.people = Ok(Some(names(&["guiji"])));
    let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
    desk.definition.transitions[1].destination = Some(StateId(2));
    desk.definition.states[1].field_access = access("days?");
    let ask = |who: &str, sent: Value| {
        let body = body(sent);
        let request = Move { transition: TransitionId(2), suggestion: "", body: &body };
        advance_people_question(&ticket, &desk.definition, &request, &desk.facts(Actor::Person(who)))
    };
    assert_eq!(ask("lilei", json!({})), Err(Refusal::NotParticipant));
    assert!(matches!(ask("guiji", json!({ "days": "many" })), Err(Refusal::FieldInvalid { .. })));
    assert_eq!(ask("guiji", json!({})).unwrap().unwrap().ticket.state, StateId(2));

    let force = |who, authority| {
        force_people_question(&ticket, &desk.definition, (StateId(2), authority), &desk.facts(Actor::Person(who)))
    };
    assert_eq!(force("lilei", Authority::Own), Err(Refusal::MayNotIntervene));
    assert_eq!(force("lilei", Authority::Trusted).unwrap().unwrap().transition, None);
}
