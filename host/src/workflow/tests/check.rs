//! Every finding of behaviour §7.4, each on a workflow that has nothing else wrong.

use super::super::{check::check, testing::*, *};

/// A workflow without findings: start 1, guiji in 2, script in 4, end 3.
fn sound() -> Definition {
    let mut definition = three_states(ParticipantKind::Person, "guiji", Distribution::Direct);
    definition.states.push(state(4, ParticipantKind::Script, "1", ""));
    definition.transitions.push(transition(3, 2, 4));
    definition.transitions.push(transition(4, 4, 3));
    definition.transitions[1].conditions = Conditions::Listed(vec![condition("{days} > 3 and {title} != ''", 4)]);
    definition.fields = vec![field(1, "days", FieldKind::Int, 30), field(2, "note", FieldKind::Text, 31)];
    definition.display_form = names(&["sn", "days"]);
    definition
}

fn found(definition: &Definition) -> Vec<(Level, &'static str, Place)> {
    check(definition, &people()).into_iter().map(|problem| (problem.level, problem.code, problem.place)).collect()
}

#[test]
fn the_workflows_of_the_fixtures_are_sound() {
    for definition in [sound(), leave(), vpn()] {
        assert_eq!(check(&definition, &people()), []);
    }
}

/// What to break in a sound workflow, and what is found then.
type Row = (fn(&mut Definition), &'static [(Level, &'static str, Place)]);

#[test]
fn participants_that_do_not_exist_are_found_for_every_kind() {
    use Level::{Error, Warning};
    use ParticipantKind as Kind;
    const STATE: Place = Place::State(StateId(2));
    let rule = |definition: &mut Definition, kind, text: &str| {
        definition.states[1].participant = ParticipantRule { kind, text: text.to_owned() };
    };
    let people: [(Kind, &str, Level, &str); 27] = [
        (Kind::Nobody, "", Warning, "participant_nobody"),
        (Kind::Person, "", Error, "participant_unknown"),
        (Kind::Person, "ghost", Error, "participant_unknown"),
        (Kind::Person, "guiji,wangwu", Error, "participant_unknown"),
        (Kind::Person, "wuhui", Warning, "participant_inactive"),
        (Kind::Person, ROBOT, Error, "participant_unknown"),
        (Kind::Several, " ,", Error, "participant_unknown"),
        (Kind::Several, "guiji,ghost", Error, "participant_unknown"),
        (Kind::Everybody, "guiji,ghost", Error, "participant_unknown"),
        (Kind::Department, "3,99", Error, "participant_unknown"),
        (Kind::Department, "ops", Error, "participant_unknown"),
        (Kind::Role, "9", Error, "participant_unknown"),
        (Kind::Role, "", Error, "participant_unknown"),
        (Kind::Variable, "creator,boss", Error, "participant_unknown"),
        (Kind::Field, "", Error, "participant_unknown"),
        (Kind::Field, "ghost", Error, "participant_unknown"),
        (Kind::ParentField, "", Error, "participant_unknown"),
        (Kind::Plugin, "", Error, "participant_unknown"),
        (Kind::Script, "9", Error, "participant_unknown"),
        (Kind::Script, "run.py", Error, "participant_unknown"),
        (Kind::Hook, "{}", Error, "hook_configuration"),
        (Kind::Hook, r#"{"hook_url": "ftp://x", "hook_token": "t"}"#, Error, "hook_configuration"),
        (Kind::Hook, r#"{"hook_url": "http://x", "hook_token": 1}"#, Error, "hook_configuration"),
        (Kind::Hook, r#"{"hook_url": "http://x", "hook_token": "t", "wait": "yes"}"#, Error, "hook_configuration"),
        (Kind::Hook, r#"{"hook_url": "http:///x", "hook_token": "t"}"#, Error, "hook_configuration"),
        (Kind::Hook, r#"{"hook_url": "https://x y", "hook_token": "t"}"#, Error, "hook_configuration"),
        (Kind::Field, "days,ghost", Error, "participant_unknown"),
    ];
    for (kind, text, level, code) in people {
        let mut definition = sound();
        rule(&mut definition, kind, text);
        definition.transitions.remove(2); // a script or hook has one way out
        definition.transitions[1].destination = Some(StateId(4));
        assert_eq!(found(&definition), [(level, code, STATE)], "{kind:?} {text:?}");
    }
    let fine = [
        (Kind::Several, "guiji, wangwu"),
        (Kind::Department, "3,5"),
        (Kind::Role, "2"),
        (Kind::Variable, "creator,creator_tl"),
        (Kind::Field, "days"),
        (Kind::Field, "creator"),
        (Kind::Field, "days, creator"),
        (Kind::ParentField, "devs"),
        (Kind::Plugin, "who"),
    ];
    for (kind, text) in fine {
        let mut definition = sound();
        rule(&mut definition, kind, text);
        assert_eq!(found(&definition), [], "{kind:?} {text:?}");
    }
}

#[test]
fn every_part_is_looked_at() {
    use Level::{Error, Warning};
    const STATE: Place = Place::State(StateId(2));
    const WAY: Place = Place::Transition(TransitionId(2));
    const SCRIPT: Place = Place::State(StateId(4));
    let table: [Row; 22] = [
        (
            |d| d.states[0].kind = StateKind::Normal,
            &[
                (Error, "start_state_missing", Place::Workflow),
                (Warning, "participant_nobody", Place::State(StateId(1))),
            ],
        ),
        (
            |d| {
                d.states.push(start(9, ""));
                d.transitions.push(transition(9, 9, 2));
            },
            &[
                (Error, "start_state_doubled", Place::Workflow),
                (Warning, "state_unreachable", Place::State(StateId(9))),
            ],
        ),
        (
            |d| {
                d.states[2].kind = StateKind::Normal;
            },
            &[
                (Error, "end_state_missing", Place::Workflow),
                (Warning, "participant_nobody", Place::State(StateId(3))),
                (Warning, "dead_end", Place::State(StateId(3))),
            ],
        ),
        (
            |d| d.transitions.push(Transition { source: None, ..transition(9, 2, 3) }),
            &[(Error, "transition_source", Place::Transition(TransitionId(9)))],
        ),
        (
            |d| d.transitions.push(transition(9, 2, 77)),
            &[(Error, "transition_destination", Place::Transition(TransitionId(9)))],
        ),
        (
            |d| d.transitions.push(Transition { destination: None, ..transition(9, 2, 3) }),
            &[(Error, "transition_destination", Place::Transition(TransitionId(9)))],
        ),
        (
            |d| d.transitions[1].conditions = Conditions::Listed(vec![condition("True", 77)]),
            &[(Error, "condition_target", WAY)],
        ),
        (|d| d.transitions[1].conditions = Conditions::Broken("x".to_owned()), &[(Error, "conditions_broken", WAY)]),
        (
            |d| d.transitions[1].conditions = Conditions::Listed(vec![condition("{days} >", 3)]),
            &[(Error, "condition_expression", WAY)],
        ),
        (
            |d| d.transitions[1].conditions = Conditions::Listed(vec![condition("{ghost} > 1", 3)]),
            &[(Error, "condition_expression", WAY)],
        ),
        (|d| d.states[1].field_access = access("ghost!"), &[(Error, "state_field_key", STATE)]),
        (|d| d.display_form = names(&["ghost"]), &[(Error, "display_form_key", Place::Workflow)]),
        (|d| d.transitions.push(transition(9, 4, 2)), &[(Error, "automatic_transitions", SCRIPT)]),
        (|d| d.states[3].field_access = access("days!"), &[(Warning, "automatic_requires_fields", SCRIPT)]),
        (
            |d| {
                d.states[1].sub_workflow_id = 5;
            },
            &[(Error, "child_participant", STATE), (Error, "child_transitions", STATE)],
        ),
        (
            |d| {
                let timer = Transition { kind: TransitionKind::Timer, ..transition(9, 2, 3) };
                d.transitions.push(timer);
            },
            &[(Error, "timer_seconds", Place::Transition(TransitionId(9)))],
        ),
        (|d| d.transitions.push(transition(9, 3, 2)), &[(Warning, "end_has_transitions", Place::State(StateId(3)))]),
        (
            |d| {
                d.states.push(state(9, ParticipantKind::Person, "jack", ""));
                d.transitions.push(transition(8, 2, 9));
                d.transitions.push(transition(9, 9, 9));
            },
            &[(Warning, "no_way_to_end", Place::State(StateId(9)))],
        ),
        (
            |d| {
                d.states.push(state(9, ParticipantKind::Person, "jack", ""));
                d.transitions.push(transition(8, 2, 9));
                d.transitions.push(Transition { kind: TransitionKind::Timer, timer_seconds: 5, ..transition(9, 9, 3) });
            },
            &[(Warning, "timer_only", Place::State(StateId(9)))],
        ),
        (|d| d.states[1].distribution = Distribution::Everybody, &[(Warning, "distribution_single", STATE)]),
        (
            |d| {
                d.states[1].order_id = 1;
                d.fields[1].order_id = 30;
            },
            &[(Warning, "order_doubled", STATE), (Warning, "order_doubled", Place::Field(FieldId(2)))],
        ),
        (
            |d| {
                d.fields.push(field(3, "days", FieldKind::Int, 32));
                d.fields.push(field(4, "sn", FieldKind::Int, 33));
            },
            &[
                (Warning, "field_key_doubled", Place::Field(FieldId(3))),
                (Error, "field_key_reserved", Place::Field(FieldId(4))),
            ],
        ),
    ];
    for (index, (spoil, wanted)) in table.into_iter().enumerate() {
        let mut definition = sound();
        spoil(&mut definition);
        assert_eq!(found(&definition), wanted, "row {index}");
    }
}

#[test]
fn an_inactive_script_is_an_error() {
    let mut directory = people();
    directory.scripts.get_mut(&ScriptId(1)).unwrap().is_active = false;
    let codes: Vec<&str> = check(&sound(), &directory).into_iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["script_inactive"]);
}

#[test]
fn a_parent_waits_for_the_engine_and_has_one_way_out() {
    let mut definition = sound();
    definition.states[1].sub_workflow_id = 5;
    definition.states[1].participant.text = ROBOT.to_owned();
    definition.transitions.remove(2);
    definition.transitions[1].conditions = Conditions::Listed(vec![condition("{days} > 3", 4)]);
    assert_eq!(found(&definition), []);
}

#[test]
fn expressions_of_another_plugin_are_not_read() {
    let mut definition = sound();
    definition.condition_plugin = "rules".to_owned();
    definition.transitions[1].conditions = Conditions::Listed(vec![condition("whatever it reads", 4)]);
    assert_eq!(found(&definition), []);
}

#[test]
fn a_hooks_token_is_in_no_message() {
    let mut definition = sound();
    let configuration = r#"{"hook_url": "x", "hook_token": "s3cret"}"#;
    definition.states[1].participant = ParticipantRule { kind: ParticipantKind::Hook, text: configuration.to_owned() };
    for problem in check(&definition, &people()) {
        assert!(!problem.message.contains("s3cret"), "{problem:?}");
    }
}

#[test]
fn a_finding_says_where_in_the_shape_of_the_api() {
    let mut definition = sound();
    definition.states[1].participant.text = "ghost".to_owned();
    definition.display_form = names(&["ghost"]);
    let shown = serde_json::to_value(check(&definition, &people())).unwrap();
    assert_eq!(shown[0]["place"], serde_json::json!({ "part": "workflow" }));
    assert_eq!(
        shown[1],
        serde_json::json!({
            "level": "error", "code": "participant_unknown", "place": { "part": "state", "id": 2 },
            "message": "there is no user \"ghost\"",
        })
    );
}
