//! What happens at random: small workflows, values, and commands of everybody who may act.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::super::super::{testing::*, *};

pub(super) const PEOPLE: [&str; 6] = ["guiji", "lilei", "zhangsan", "wangwu", "jack", "ghost"];
pub(super) const STATES_MAX: i64 = 8;
pub(super) const WAYS_MAX: i64 = 16;
/// Whatever the workflow, this state is its end and the one before it a script's.
pub(super) const END: i64 = STATES_MAX;
pub(super) const SCRIPT: i64 = STATES_MAX - 1;

/// Somebody by name, or one of those who hold the ticket then.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    Named(&'static str),
    Holder(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Command {
    Advance { who: Who, way: usize, values: Map<String, Value>, answer: Option<usize> },
    Accept { who: Who },
    Deliver { who: Who, target: &'static str },
    ScriptSucceeds { values: Map<String, Value>, answer: Option<usize> },
    ScriptFails,
    Retry { who: Who },
    AddNode { who: Who, target: &'static str },
    EndAddNode { who: Who },
    Comment { who: Who },
    SetFields { who: Who, values: Map<String, Value> },
    NoticeWrites { values: Map<String, Value> },
    Timer { way: usize, answer: Option<usize> },
    Hook { succeeds: bool, answer: Option<usize> },
    Children { answer: Option<usize> },
    Force { state: i64 },
    Close,
}

pub(super) fn rule() -> impl Strategy<Value = (ParticipantKind, &'static str)> {
    use ParticipantKind as Kind;
    select(vec![
        (Kind::Person, "guiji"),
        (Kind::Person, "nobody knows"),
        (Kind::Several, "guiji,wangwu,jack"),
        (Kind::Department, "3"),
        (Kind::Department, "2,5"),
        (Kind::Department, "99"),
        (Kind::Role, "1"),
        (Kind::Role, "2"),
        (Kind::Variable, "creator"),
        (Kind::Variable, "creator_tl"),
        (Kind::Script, "1"),
        (Kind::Nobody, ""),
        (Kind::Field, "days"),
        (Kind::Hook, r#"{"hook_url": "http://x", "wait": true}"#),
        (Kind::Everybody, "guiji,wangwu,jack"),
    ])
}

prop_compose! {
    fn some_state(id: i64)(
        (kind, text) in rule(),
        distribution in select(vec![Distribution::Accept, Distribution::Accept, Distribution::Direct, Distribution::Random,
            Distribution::Everybody, Distribution::Everybody]),
        form in select(vec!["", "title,days", "days?,note?,title?", "days!,note?"]),
        remember_last_handler in any::<bool>(),
    ) -> State {
        State { remember_last_handler, distribution, ..state(id, kind, text, form) }
    }
}

prop_compose! {
    /// Every state has one way out at least; the target may not exist.
    fn some_way(id: i64)(
        source in 1..=STATES_MAX,
        destination in 1..=STATES_MAX + 1,
        targets in vec(1..=STATES_MAX, 0..3),
        attribute in select(vec![TransitionAttribute::Agree, TransitionAttribute::Refuse]),
        field_check in select(vec![FieldCheck::Required, FieldCheck::Skipped]),
        timer in prop::bool::weighted(0.05),
    ) -> Transition {
        let conditions = targets.into_iter().map(|target| condition("{days} > 1", target)).collect();
        let kind = if timer { TransitionKind::Timer } else { TransitionKind::Normal };
        let conditions = Conditions::Listed(conditions);
        let source = if id <= SCRIPT { id } else { source };
        Transition { kind, conditions, attribute, field_check, ..transition(id, source, destination) }
    }
}

pub(super) fn some_workflow() -> impl Strategy<Value = Definition> {
    let middle: Vec<_> = (2..SCRIPT).map(some_state).collect();
    let ways: Vec<_> = (2..=WAYS_MAX).map(some_way).collect();
    (middle, ways, 2..=STATES_MAX).prop_map(|(middle, mut ways, first)| {
        let mut states = vec![start(1, "title?,days?")];
        states.extend(middle);
        states.push(state(SCRIPT, ParticipantKind::Script, "1", ""));
        states.push(end(END));
        ways.insert(0, transition(1, 1, first));
        let fields = vec![field(1, "days", FieldKind::Int, 30), field(2, "note", FieldKind::Text, 31)];
        workflow(states, ways, fields)
    })
}

pub(super) fn values() -> impl Strategy<Value = Map<String, Value>> {
    select(vec![
        json!({}),
        json!({ "days": 3 }),
        json!({ "days": "many" }),
        json!({ "days": null, "note": "n" }),
        json!({ "title": "t", "days": "4", "note": ["a", "b"], "sn": "forged", "state_id": 1 }),
    ])
    .prop_map(body)
}

pub(super) fn some_command() -> impl Strategy<Value = Command> {
    let answer = || select(vec![None, None, Some(0), Some(1)]);
    let name = || select(PEOPLE.to_vec());
    let who = || prop_oneof![1 => name().prop_map(Who::Named), 3 => (0_usize..4).prop_map(Who::Holder)];
    prop_oneof![
        6 => (who(), 0_usize..40, values(), answer())
            .prop_map(|(who, way, values, answer)| Command::Advance { who, way, values, answer }),
        2 => who().prop_map(|who| Command::Accept { who }),
        1 => (who(), name()).prop_map(|(who, target)| Command::Deliver { who, target }),
        3 => (values(), answer()).prop_map(|(values, answer)| Command::ScriptSucceeds { values, answer }),
        1 => Just(Command::ScriptFails),
        1 => who().prop_map(|who| Command::Retry { who }),
        1 => (who(), name()).prop_map(|(who, target)| Command::AddNode { who, target }),
        2 => who().prop_map(|who| Command::EndAddNode { who }),
        1 => who().prop_map(|who| Command::Comment { who }),
        1 => (who(), values()).prop_map(|(who, values)| Command::SetFields { who, values }),
        1 => values().prop_map(|values| Command::NoticeWrites { values }),
        1 => (0_usize..40, answer()).prop_map(|(way, answer)| Command::Timer { way, answer }),
        2 => (any::<bool>(), answer()).prop_map(|(succeeds, answer)| Command::Hook { succeeds, answer }),
        1 => answer().prop_map(|answer| Command::Children { answer }),
        1 => (1..=STATES_MAX + 1).prop_map(|state| Command::Force { state }),
        1 => Just(Command::Close),
    ]
}
