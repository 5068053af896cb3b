//! Every participant kind with every distribution, who may act, and what must be fetched for it.

use super::super::{participant::LISTED_MAX, testing::*, *};
use Distribution::{Accept, Direct, Everybody, Random};

const DISTRIBUTIONS: [Distribution; 4] = [Accept, Direct, Random, Everybody];

/// What a rule resolves to for a ticket of lilei's.
fn resolved(kind: ParticipantKind, text: &str, distribution: Distribution) -> Result<Participants, Refusal> {
    let state = State { distribution, ..state(2, kind, text, "") };
    resolve_for(&state, "lilei", &people())
}

fn resolve_for(state: &State, creator: &str, directory: &Directory) -> Result<Participants, Refusal> {
    whole(state, creator, directory).map(|resolved| resolved.participants)
}

/// The ticket has a field `devs` that names two people, and a field `nobody` that is not filled.
fn whole(state: &State, creator: &str, directory: &Directory) -> Result<Resolved, Refusal> {
    let mut desk = Desk::of(three_states(ParticipantKind::Nobody, "", Direct));
    desk.definition.fields = vec![field(1, "devs", FieldKind::Users, 30), field(2, "nobody", FieldKind::User, 31)];
    desk.definition.states[0].field_access = access("title?,devs?");
    desk.directory = directory.clone();
    let ticket = desk.ticket(creator, 1, serde_json::json!({ "title": "x", "devs": "guiji, wuhui" }));
    resolve(state, Subject { ticket: &ticket, definition: &desk.definition }, &desk.facts(Actor::Person(creator)))
}

fn person(name: &str) -> Participants {
    Participants::Person(name.to_owned())
}

#[test]
fn t13_every_kind_with_every_distribution_gives_people_or_a_refusal() {
    use ParticipantKind as Kind;
    let several = Participants::Several(names(&["guiji", "wangwu"]));
    let table = [
        (Kind::Nobody, "", Some(Participants::Nobody)),
        (Kind::Person, " guiji ", Some(person("guiji"))),
        (Kind::Several, "guiji, wangwu,,guiji", Some(several)),
        (Kind::Several, ",guiji , guiji", Some(person("guiji"))),
        (Kind::Department, "3", Some(Participants::Departments(vec![DepartmentId(3)]))),
        (Kind::Department, "3, 5,3", Some(Participants::Departments(vec![DepartmentId(3), DepartmentId(5)]))),
        (Kind::Role, "1", Some(Participants::Role(RoleId(1)))),
        (Kind::Role, "2", Some(Participants::Role(RoleId(2)))),
        (Kind::Variable, "creator", Some(person("lilei"))),
        (Kind::Variable, "creator_tl", Some(person("lilei"))),
        (Kind::Script, "1", Some(Participants::Script(ScriptId(1)))),
        (Kind::Field, "devs", Some(Participants::Several(names(&["guiji", "wuhui"])))),
        (Kind::Hook, "{}", Some(Participants::Hook)),
        (Kind::Plugin, "who", None),
    ];
    for (kind, text, wanted) in &table {
        for distribution in DISTRIBUTIONS {
            let shared =
                matches!(wanted, Some(Participants::Several(_) | Participants::Departments(_) | Participants::Role(_)));
            let got = resolved(*kind, text, distribution);
            match wanted {
                None => {
                    let reason = Unresolved::PluginUnasked;
                    assert_eq!(got, Err(Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason }));
                }
                Some(participants) if !shared || matches!(distribution, Accept | Direct) => {
                    assert_eq!(got, Ok(participants.clone()), "{kind:?} {text:?} {distribution:?}");
                }
                Some(_) => assert!(
                    !matches!(got, Ok(Participants::Departments(_) | Participants::Role(_))),
                    "{kind:?} {text:?} {distribution:?}: people by name, or nobody: {got:?}"
                ),
            }
        }
    }
}

#[test]
fn t13_whom_a_plugin_names_is_judged_like_a_users_input_and_then_distributed() {
    let answered = |people: PeopleAnswer, distribution| {
        let mut desk = Desk::of(three_states(ParticipantKind::Nobody, "", Direct));
        let ticket = desk.ticket("lilei", 1, serde_json::json!({ "title": "x" }));
        desk.people = people;
        let state = State { distribution, ..state(2, ParticipantKind::Plugin, "who", "") };
        let subject = Subject { ticket: &ticket, definition: &desk.definition };
        resolve(&state, subject, &desk.facts(Actor::Person("lilei")))
    };
    let named = |list: &[&str]| Ok(Some(names(list)));
    let several = Participants::Several(names(&["guiji", "wangwu"]));
    assert_eq!(answered(named(&["guiji", "wangwu", "guiji"]), Direct), Ok(several.clone().into()), "doubles collapse");
    assert_eq!(answered(named(&["guiji", "guiji"]), Accept), Ok(person("guiji").into()));
    assert_eq!(answered(named(&["guiji", "wangwu"]), Random), Ok(person("wangwu").into()), "the dice say 7 of 2");
    let everybody = body(serde_json::json!({ "guiji": {}, "wangwu": {} }));
    assert_eq!(answered(named(&["guiji", "wangwu"]), Everybody), Ok(Resolved { participants: several, everybody }));
    let many: Vec<String> = (0..=LISTED_MAX).map(|n| n.to_string()).collect();
    for (people, reason) in [
        (named(&[]), Unresolved::PluginNamedNobody),
        (named(&["guiji", "ghost"]), Unresolved::PluginNamedUnknown("ghost".to_owned())),
        (named(&["guiji", ""]), Unresolved::PluginNamedUnknown(String::new())),
        (named(&["wuhui"]), Unresolved::PluginNamedInactive("wuhui".to_owned())),
        (Ok(Some(many)), Unresolved::TooMany(LISTED_MAX)),
        (Err("it trapped".to_owned()), Unresolved::PluginFailed("it trapped".to_owned())),
    ] {
        let refused = Err(Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason });
        assert_eq!(answered(people, Direct), refused);
    }
}

#[test]
fn random_distribution_picks_one_active_member_and_nobody_from_nothing() {
    let pick = |kind, text| resolved(kind, text, Random);
    assert_eq!(pick(ParticipantKind::Department, "3"), Ok(person("wangwu")), "the dice say 7 of 2");
    assert_eq!(pick(ParticipantKind::Field, "devs"), Ok(person("guiji")), "wuhui left");
    assert_eq!(
        pick(ParticipantKind::Several, "ghost,wuhui"),
        Ok(person("ghost")),
        "names that nobody knows may be picked"
    );
    let reason = Unresolved::NoMembers;
    let nobody = Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason };
    assert_eq!(pick(ParticipantKind::Role, "2"), Err(nobody));
}

#[test]
fn f10_f12_everybody_is_expanded_to_names_whoever_is_meant() {
    let expand = |kind, text| {
        let state = State { distribution: Everybody, ..state(2, kind, text, "") };
        whole(&state, "lilei", &people())
    };
    let two = Resolved {
        participants: Participants::Several(names(&["guiji", "wangwu"])),
        everybody: body(serde_json::json!({ "guiji": {}, "wangwu": {} })),
    };
    assert_eq!(expand(ParticipantKind::Department, "3"), Ok(two.clone()));
    assert_eq!(expand(ParticipantKind::Several, "guiji,wangwu,guiji"), Ok(two.clone()));
    assert_eq!(expand(ParticipantKind::Role, "1"), Ok(person("guiji").into()), "one name is one person");
    assert!(expand(ParticipantKind::Role, "2").is_err());
    // the documented kind of its own, whatever the distribution says
    let nine = state(2, ParticipantKind::Everybody, "guiji,wangwu", "");
    assert_eq!(whole(&nine, "lilei", &people()), Ok(two));
}

#[test]
fn a_field_names_people_if_it_holds_a_value() {
    let by = |kind, text| resolved(kind, text, Direct);
    assert_eq!(by(ParticipantKind::Field, "creator"), Ok(person("lilei")), "columns count too");
    assert_eq!(
        by(ParticipantKind::Field, "devs,creator"),
        Ok(Participants::Several(names(&["guiji", "wuhui", "lilei"])))
    );
    let unresolved = |reason| Err(Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason });
    for key in ["nobody", "unknown"] {
        assert_eq!(by(ParticipantKind::Field, key), unresolved(Unresolved::FieldEmpty(key.to_owned())));
    }
    assert_eq!(by(ParticipantKind::ParentField, "devs"), unresolved(Unresolved::NoParent));
    let mut directory = people();
    let mut parent = Desk::of(three_states(ParticipantKind::Nobody, "", Direct)).ticket(
        "jack",
        1,
        serde_json::json!({ "title": "p" }),
    );
    parent.values.insert("qas".to_owned(), "zhangsan,lisi".into());
    directory.parent = Some(Box::new(parent));
    let asked = |text| resolve_for(&state(2, ParticipantKind::ParentField, text, ""), "lilei", &directory);
    assert_eq!(asked("qas"), Ok(Participants::Several(names(&["zhangsan", "lisi"]))));
    assert_eq!(asked("creator"), Ok(person("jack")));
    assert_eq!(asked("devs"), unresolved(Unresolved::FieldEmpty("devs".to_owned())));
}

/// Threat-model §2.4: the creator does not pick the approver by sending a field that the form does not let them write.
#[test]
fn a_read_only_field_of_the_request_names_nobody() {
    let mut desk = Desk::of(three_states(ParticipantKind::Field, "tester", Direct));
    desk.definition.fields = vec![field(1, "tester", FieldKind::User, 30)];
    let sent = body(serde_json::json!({ "title": "x", "tester": "lilei" }));
    for (form, picked) in [("title!,tester?", true), ("title!,tester", false), ("title!", false)] {
        desk.definition.states[0].field_access = access(form);
        assert_eq!(desk.create("lilei", 1, &sent).is_ok(), picked, "{form}");
    }
}

#[test]
fn f38_a_rule_that_names_nobody_is_refused_with_the_reason() {
    use ParticipantKind as Kind;
    let many: Vec<String> = (0..=LISTED_MAX).map(|n| format!("u{n}")).collect();
    let table = [
        (Kind::Person, "", Unresolved::Unnamed),
        (Kind::Several, " , ,", Unresolved::Unnamed),
        (Kind::Several, &many.join(","), Unresolved::TooMany(LISTED_MAX)),
        (Kind::Department, "", Unresolved::Unnamed),
        (Kind::Department, "ops", Unresolved::NotAnId("ops".to_owned())),
        (Kind::Department, "77,78", Unresolved::NoDepartment("77,78".to_owned())),
        (Kind::Role, "-1", Unresolved::NotAnId("-1".to_owned())),
        (Kind::Role, "9", Unresolved::NoRole(9)),
        (Kind::Variable, "boss", Unresolved::UnknownVariable("boss".to_owned())),
        (Kind::Variable, "", Unresolved::Unnamed),
        (Kind::Script, "run.py", Unresolved::NotAnId("run.py".to_owned())),
        (Kind::Script, "", Unresolved::Unnamed),
    ];
    for (kind, text, reason) in table {
        let refusal = Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason };
        assert_eq!(resolved(kind, text, Direct), Err(refusal), "{kind:?} {text:?}");
    }
}

#[test]
fn the_creators_lead_is_the_departments_approvers_or_else_its_leader() {
    let tl = state(2, ParticipantKind::Variable, "creator_tl", "");
    let both = state(2, ParticipantKind::Variable, "creator, creator_tl", "");
    let mut directory = people();
    let reason = |reason| Err(Refusal::ParticipantsUnresolved { state: "s2".to_owned(), reason });
    let approvers = Participants::Several(names(&["zhangsan", "lisi"]));
    assert_eq!(resolve_for(&tl, "zhangsan", &directory), Ok(approvers.clone()));
    assert_eq!(resolve_for(&tl, "wangwu", &directory), Ok(person("guiji")));
    assert_eq!(resolve_for(&both, "zhangsan", &directory), Ok(approvers));
    assert_eq!(resolve_for(&both, "wangwu", &directory), Ok(Participants::Several(names(&["wangwu", "guiji"]))));
    assert_eq!(resolve_for(&tl, "ghost", &directory), reason(Unresolved::CreatorUnknown("ghost".to_owned())));
    directory.departments.get_mut(&DepartmentId(3)).unwrap().leader = " ".to_owned();
    assert_eq!(resolve_for(&tl, "wangwu", &directory), reason(Unresolved::NoLeader("运维部".to_owned())));
    directory.users.get_mut("wangwu").unwrap().departments.clear();
    assert_eq!(
        resolve_for(&tl, "wangwu", &directory),
        reason(Unresolved::CreatorWithoutDepartment("wangwu".to_owned()))
    );
}

#[test]
fn the_start_is_the_creators_and_nobody_holds_an_end() {
    let start = State { participant: state(1, ParticipantKind::Person, "jack", "").participant, ..start(1, "") };
    let end = State { participant: start.participant.clone(), ..end(3) };
    assert_eq!(resolve_for(&start, "nobody knows", &people()), Ok(person("nobody knows")));
    assert_eq!(resolve_for(&end, "lilei", &people()), Ok(Participants::Nobody));
}

#[test]
fn who_may_act_is_asked_in_the_order_of_the_wire() {
    let desk = Desk::of(three_states(ParticipantKind::Several, "guiji,wangwu", Accept));
    let ticket = desk.ticket("lilei", 1, serde_json::json!({ "title": "x" }));
    let waiting = Standing { needs_accept: true, in_add_node: false };
    assert_eq!(desk.standing(&ticket, "guiji"), Ok(waiting));
    assert_eq!(desk.standing(&ticket, "lilei"), Err(Refusal::NotParticipant));
    assert_eq!(desk.standing(&ticket, "guiji,wangwu"), Err(Refusal::NotParticipant));

    // no way out comes first, then the missing state, then who asks
    let mut closed = desk.clone();
    closed.definition.transitions.truncate(1);
    assert_eq!(closed.standing(&ticket, "lilei"), Err(Refusal::NothingToDo));
    closed.definition.states.remove(1);
    assert_eq!(closed.standing(&ticket, "lilei"), Err(Refusal::NothingToDo));
    let mut lost = desk.clone();
    lost.definition.states.remove(1);
    assert_eq!(lost.standing(&ticket, "lilei"), Err(Refusal::StateGone));

    let asked = Ticket { participants: person("jack"), add_nodes: asked_by("guiji"), ..ticket };
    assert_eq!(desk.standing(&asked, "jack"), Ok(Standing { needs_accept: false, in_add_node: true }));
    assert_eq!(desk.standing(&asked, "guiji"), Err(Refusal::NotParticipant));
}

#[test]
fn i14_nothing_is_to_be_done_after_the_end_even_where_transitions_leave_it() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Direct));
    desk.definition.transitions.push(transition(3, 3, 2));
    let ticket = desk.moved(&desk.ticket("lilei", 1, serde_json::json!({ "title": "x" })), "guiji", 2);
    for who in ["lilei", "guiji", "admin"] {
        assert_eq!(desk.standing(&ticket, who), Err(Refusal::NothingToDo));
    }
}

#[test]
fn nobody_may_act_under_the_engines_name_although_a_ticket_waits_for_it() {
    let desk = Desk::of(three_states(ParticipantKind::Person, ROBOT, Direct));
    let ticket = desk.ticket("lilei", 1, serde_json::json!({ "title": "x" }));
    assert_eq!(holders(&ticket, &desk.directory), [ROBOT]);
    assert_eq!(desk.standing(&ticket, ROBOT), Err(Refusal::ReservedName(ROBOT.to_owned())));
}

#[test]
fn t14_d26_departments_and_roles_mean_their_members_of_now() {
    let desk = Desk::of(three_states(ParticipantKind::Department, "3", Accept));
    let ticket = desk.ticket("lilei", 1, serde_json::json!({ "title": "x" }));
    assert_eq!(ticket.participants, Participants::Departments(vec![DepartmentId(3)]));
    assert!(desk.standing(&ticket, "wangwu").unwrap().needs_accept);

    let mut later = desk.clone();
    later.directory.departments.get_mut(&DepartmentId(3)).unwrap().members = names(&["wangwu"]);
    assert!(!later.standing(&ticket, "wangwu").unwrap().needs_accept, "alone there is nothing to accept");
    assert_eq!(later.standing(&ticket, "guiji"), Err(Refusal::NotParticipant));
    later.directory.departments.clear();
    assert_eq!(later.standing(&ticket, "wangwu"), Err(Refusal::NotParticipant));
}

#[test]
fn t15_who_is_in_two_departments_of_a_ticket_counts_once() {
    let desk = Desk::of(three_states(ParticipantKind::Department, "2,3", Accept));
    let ticket = desk.ticket("lilei", 1, serde_json::json!({ "title": "x" }));
    assert_eq!(holders(&ticket, &desk.directory), ["guiji", "lilei", "zhangsan", "lisi", "wangwu"]);
    assert_eq!(ticket.related, ["lilei", "guiji", "zhangsan", "lisi", "wangwu"]);
}

#[test]
fn what_to_fetch_is_named_for_the_ticket_and_every_target_of_the_move() {
    let mut definition = vpn();
    definition.transitions[2].conditions = Conditions::Listed(vec![condition("True", 10), condition("True", 99)]);
    definition.states[3].remember_last_handler = true;
    let desk = Desk::of(definition);
    let sent = body(serde_json::json!({}));
    let created = create_needs(&desk.definition, &new_ticket("lilei", 11, &sent));
    assert_eq!(created, Needs { users: set(["lilei".to_owned()]), ..Needs::default() });

    let ticket = Ticket {
        state: StateId(8),
        participants: Participants::Departments(vec![DepartmentId(3)]),
        ..desk.ticket("lilei", 11, serde_json::json!({ "title": "x", "vpn_reason": "" }))
    };
    let needs = {
        let request = Move { transition: TransitionId(13), suggestion: "", body: &sent };
        advance_needs(&ticket, &desk.definition, "guiji", &request)
    };
    assert_eq!(
        needs,
        Needs {
            users: set(["guiji".to_owned(), "lilei".to_owned()]),
            departments: set([DepartmentId(3)]),
            last_handlers: set([StateId(9)]),
            ..Needs::default()
        }
    );
    let into_department = create_needs(&desk.definition, &new_ticket("lilei", 12, &sent));
    assert_eq!(into_department.departments, set([DepartmentId(3)]));
    let shown = view_needs(&Ticket { participants: Participants::Role(RoleId(1)), ..ticket.clone() }, "jack");
    assert_eq!(shown, Needs { users: set(["jack".to_owned()]), roles: set([RoleId(1)]), ..Needs::default() });
    assert_eq!(hand_needs(&ticket, "guiji", "jack").users, set(["guiji".to_owned(), "jack".to_owned()]));

    let checked = check_needs(&desk.definition);
    assert_eq!((checked.departments, checked.scripts), (set([DepartmentId(3)]), set([ScriptId(1)])));
}
