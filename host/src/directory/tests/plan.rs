//! What becomes of what is stored.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::{
    super::{Report, Stored, StoredUser, Tally},
    world::{department, imported, planned, problems, role, user},
};
use crate::workflow::{DepartmentId, RoleId};

fn company() -> Value {
    json!({
        "source": "hr",
        "departments": [
            { "key": "11", "name": "技术部", "parent": "1", "leader": "lilei" },
            { "key": "1", "name": "总部" },
        ],
        "roles": [{ "name": "approvers", "description": "may approve" }],
        "users": [
            { "username": "lilei", "alias": "李磊", "email": "l@x", "departments": ["11", "1"], "roles": ["approvers"] },
            { "username": "hanmei", "departments": ["1"] },
        ],
    })
}

fn names(tally: &Tally) -> Vec<&str> {
    assert_eq!(tally.count, tally.names.len());
    tally.names.iter().map(String::as_str).collect()
}

/// Created, updated, deactivated, reactivated, unchanged.
fn counts(report: &Report) -> [usize; 5] {
    let users = &report.users;
    [&users.created, &users.updated, &users.deactivated, &users.reactivated, &users.unchanged].map(|tally| tally.count)
}

#[test]
fn a_first_document_makes_everything_and_the_same_again_changes_nothing() {
    let mut stored = Stored::default();
    let first = imported(&company(), &mut stored);
    assert_eq!(counts(&first), [2, 0, 0, 0, 0]);
    assert_eq!(names(&first.departments.created), ["11", "1"]);
    assert_eq!(names(&first.roles.created), ["approvers"]);
    let added = ["lilei: department 11", "lilei: department 1", "lilei: role approvers", "hanmei: department 1"];
    assert_eq!(names(&first.memberships.added), added);
    assert_eq!(stored.departments_of("lilei"), ["技术部", "总部"]);
    assert_eq!(stored.departments[0].parent, Some(stored.departments[1].id));
    assert_eq!((stored.person("hanmei").alias.as_str(), stored.roles_of("hanmei").len()), ("hanmei", 0));

    let again = imported(&company(), &mut stored);
    assert!(again.is_empty(), "{again:?}");
    assert_eq!(
        (counts(&again), again.departments.unchanged.count, again.roles.unchanged.count),
        ([0, 0, 0, 0, 2], 2, 1)
    );
    assert_eq!(again.memberships.unchanged.count, 4);
}

#[test]
fn who_is_missing_becomes_inactive_and_comes_back_as_the_same_person() {
    let mut stored = Stored::default();
    imported(&company(), &mut stored);
    stored.users.extend([user(70, None, "byhand"), user(71, Some("ad"), "other")]);
    let id = stored.person("hanmei").id;
    let mut less = company();
    less["users"].as_array_mut().unwrap().pop();
    let report = imported(&less, &mut stored);
    assert_eq!((counts(&report), names(&report.users.deactivated)), ([0, 0, 1, 0, 1], vec!["hanmei"]));
    assert_eq!(stored.departments_of("hanmei"), ["总部"], "nothing is deleted");
    assert!(stored.person("byhand").is_active && stored.person("other").is_active);
    assert!(imported(&less, &mut stored).is_empty());

    let report = imported(&company(), &mut stored);
    assert_eq!((counts(&report), names(&report.users.reactivated)), ([0, 0, 0, 1, 1], vec!["hanmei"]));
    assert_eq!(stored.person("hanmei").id, id);
}

#[test]
fn a_partial_document_and_a_list_left_out_say_nothing_of_the_others() {
    let mut stored = Stored::default();
    imported(&company(), &mut stored);
    let partial =
        json!({ "source": "hr", "complete": false, "users": [{ "username": "hanmei", "departments": ["11"] }] });
    let report = imported(&partial, &mut stored);
    assert_eq!(counts(&report), [0, 0, 0, 0, 1]);
    assert_eq!(names(&report.memberships.added), ["hanmei: department 11"]);
    assert_eq!(names(&report.memberships.removed), ["hanmei: department 1"]);
    assert_eq!(report.departments.absent.count, 0);
    assert!(stored.person("lilei").is_active);

    let groups = json!({ "source": "hr", "roles": [{ "name": "approvers" }] });
    let report = imported(&groups, &mut stored);
    assert!(report.is_empty(), "{report:?}");
    let none = json!({ "source": "hr", "complete": false, "users": [] });
    assert!(imported(&none, &mut stored).is_empty());
}

#[test]
fn departments_and_roles_that_left_are_kept_and_told() {
    let mut stored = Stored::default();
    imported(&company(), &mut stored);
    let less = json!({
        "source": "hr",
        "departments": [{ "key": "1", "name": "总部" }],
        "roles": [],
        "users": [{ "username": "lilei", "departments": ["1"], "roles": [] }, { "username": "hanmei" }],
    });
    for time in 0..2 {
        let report = imported(&less, &mut stored);
        assert_eq!((names(&report.departments.absent), names(&report.roles.absent)), (vec!["11"], vec!["approvers"]));
        assert_eq!(report.is_empty(), time == 1);
    }
    assert_eq!((stored.departments.len(), stored.roles.len()), (2, 1));
    assert_eq!((stored.departments_of("lilei"), stored.roles_of("lilei").len()), (vec!["总部"], 0));
    assert_eq!(stored.departments_of("hanmei"), ["总部"], "not named, so kept");
}

#[test]
fn what_is_left_out_stays_and_what_is_empty_is_cleared() {
    let mut stored = Stored::default();
    imported(&company(), &mut stored);
    let mut next = company();
    next["departments"][0] = json!({ "key": "11", "name": "技术中心", "parent": "1" });
    next["users"][0] = json!({ "username": "lilei", "alias": "", "is_active": true });
    let report = imported(&next, &mut stored);
    assert_eq!((names(&report.departments.updated), names(&report.users.updated)), (vec!["11"], vec!["lilei"]));
    let tech = &stored.departments[0];
    assert_eq!((tech.name.as_str(), tech.leader.as_str()), ("技术中心", "lilei"));
    let lilei = stored.person("lilei");
    assert_eq!((lilei.alias.as_str(), lilei.email.as_str(), lilei.roles.len()), ("", "l@x", 1));

    next["departments"][0] = json!({ "key": "11", "name": "技术中心", "leader": null });
    imported(&next, &mut stored);
    assert_eq!((stored.departments[0].leader.as_str(), stored.departments[0].parent), ("", None));
}

#[test]
fn what_was_made_by_hand_joins_the_source_when_it_is_named() {
    let mut stored = Stored::default();
    let mut labelled = department(1, None, "Headquarters");
    labelled.label = r#"{"source_dept_id": 1}"#.into();
    let mut plain = department(2, None, "Tech");
    plain.label = "11".into();
    let twin = crate::directory::StoredDepartment { id: DepartmentId(3), ..plain.clone() };
    stored.departments.extend([labelled, plain, twin, department(4, None, "技术部")]);
    stored.roles.extend([role(5, None, "approvers"), role(6, None, "others")]);
    stored.users.push(StoredUser { phone: "1".into(), ..user(7, None, "lilei") });
    let report = imported(&company(), &mut stored);
    assert_eq!((names(&report.departments.updated), report.departments.created.count), (vec!["11", "1"], 0));
    assert_eq!((names(&report.roles.updated), report.roles.created.count), (vec!["approvers"], 0));
    assert_eq!((names(&report.users.updated), names(&report.users.created)), (vec!["lilei"], vec!["hanmei"]));
    assert_eq!((stored.departments.len(), stored.roles.len()), (4, 2));
    let hr = |key: &str| Some(("hr".to_owned(), key.to_owned()));
    let origins: Vec<_> = stored.departments.iter().map(|row| row.origin.clone()).collect();
    assert_eq!(origins, [hr("1"), hr("11"), None, None], "of two with the same key the older one");
    assert_eq!((&stored.person("lilei").phone, &stored.person("lilei").source), (&"1".to_owned(), &Some("hr".into())));
    assert!(imported(&company(), &mut stored).is_empty());
}

#[test]
fn another_source_keeps_its_departments_roles_and_people() {
    let mut stored = Stored::default();
    imported(&company(), &mut stored);
    let mut other = company();
    other["source"] = "ad".into();
    other["users"] = json!([{ "username": "lilei", "departments": ["1"], "roles": ["approvers"] }]);
    let report = imported(&other, &mut stored);
    assert_eq!(
        (report.departments.created.count, report.roles.created.count, counts(&report)),
        (2, 1, [0, 1, 0, 0, 0])
    );
    assert_eq!(
        stored.departments_of("lilei"),
        ["总部", "技术部", "总部"],
        "its own first, those of the other source behind"
    );
    assert_eq!(stored.roles_of("lilei"), ["approvers", "approvers"]);
    assert!(stored.person("hanmei").is_active, "of another source");
    assert_eq!(stored.person("lilei").source.as_deref(), Some("ad"), "whoever named a person last");
}

#[test]
fn memberships_that_people_made_by_hand_stay_behind_those_of_the_document() {
    let mut stored = Stored::default();
    stored.departments.push(department(1, None, "choir"));
    stored.roles.push(role(2, None, "singers"));
    let mut lilei = user(3, None, "lilei");
    (lilei.departments, lilei.roles) = (vec![DepartmentId(1)], vec![RoleId(2)]);
    stored.users.push(lilei);
    let report = imported(&company(), &mut stored);
    assert_eq!(stored.departments_of("lilei"), ["技术部", "总部", "choir"]);
    assert_eq!((stored.roles_of("lilei"), report.memberships.removed.count), (vec!["singers", "approvers"], 0));
    let again = imported(&company(), &mut stored);
    assert!(again.is_empty(), "{again:?}");

    let mut swapped = company();
    swapped["users"][0]["departments"] = json!(["1", "11"]);
    let report = imported(&swapped, &mut stored);
    assert_eq!((names(&report.memberships.reordered), report.memberships.added.count), (vec!["lilei"], 0));
    assert_eq!(stored.departments_of("lilei"), ["总部", "技术部", "choir"]);
}

#[test]
fn an_import_neither_makes_nor_stops_nor_revives_an_administrator() {
    let mut stored = Stored::default();
    let admin = |id, active, name| StoredUser { is_admin: true, is_active: active, ..user(id, Some("hr"), name) };
    stored.users.extend([
        admin(1, true, "boss"),
        admin(2, false, "gone"),
        admin(3, true, "told"),
        admin(4, false, "away"),
    ]);
    let document = json!({ "source": "hr", "users": [
        { "username": "gone", "email": "g@x" }, { "username": "told", "is_active": false }, { "username": "lilei" },
    ] });
    let report = imported(&document, &mut stored);
    assert_eq!(names(&report.users.administrators_kept), ["gone", "told", "boss"]);
    assert_eq!((counts(&report), names(&report.users.updated)), ([1, 1, 0, 0, 1], vec!["gone"]));
    let flags = |name| (stored.person(name).is_admin, stored.person(name).is_active);
    let all = ["boss", "gone", "told", "away", "lilei"].map(flags);
    assert_eq!(all, [(true, true), (true, false), (true, true), (true, false), (false, true)]);
}

#[test]
fn whatever_is_named_must_be_known() {
    let mut stored = Stored::default();
    imported(&company(), &mut stored);
    let users = json!([{ "username": "lilei", "departments": ["11", "12"], "roles": ["approvers", "r"] }]);
    let told = problems(&json!({ "source": "hr", "users": users }), &stored);
    assert_eq!(told, [r#"/users/0/departments: "12" is not known"#, r#"/users/0/roles: "r" is not known"#]);
    let closed =
        json!({ "source": "hr", "departments": [{ "key": "1", "name": "总部", "parent": "99" }], "users": users });
    let told = problems(&closed, &stored);
    assert_eq!(told[0], r#"/departments/0/parent: there is no department "99""#);
    assert!(
        told.contains(&r#"/users/0/departments: "11" is not known"#.to_owned()),
        "a complete list is all there is: {told:?}"
    );
    let stranger = problems(&json!({ "users": [{ "username": "lilei", "departments": ["11"] }] }), &stored);
    assert_eq!(stranger, [r#"/users/0/departments: "11" is not known"#], "another source's key");
}

#[test]
fn f62_a_loop_of_departments_is_told_once_also_when_it_leads_over_stored_ones() {
    let entry = |key: &str, parent: &str| json!({ "key": key, "name": key, "parent": parent });
    let told = |departments: Value, stored: &Stored| {
        problems(&json!({ "source": "hr", "complete": false, "departments": departments }), stored)
    };
    let below = |index: usize| format!("/departments/{index}/parent: the department would be below itself");
    let none = Stored::default();
    assert_eq!(told(json!([entry("a", "a")]), &none), [below(0)]);
    let two =
        json!([entry("x", "a"), entry("a", "b"), entry("b", "c"), entry("c", "a"), entry("d", "d"), entry("y", "x")]);
    assert_eq!(told(two, &none), [below(1), below(4)]);

    let mut stored = Stored::default();
    // a ← by hand ← b, and the document puts a under b
    stored.departments.extend([
        department(1, Some(("hr", "a")), "a"),
        department(2, None, "h"),
        department(3, Some(("hr", "b")), "b"),
    ]);
    stored.departments[1].parent = Some(DepartmentId(1));
    stored.departments[2].parent = Some(DepartmentId(2));
    assert_eq!(told(json!([entry("a", "b")]), &stored), [below(0)]);
    let turned =
        json!({ "source": "hr", "complete": false, "departments": [entry("a", "b"), { "key": "b", "name": "b" }] });
    planned(&turned, &stored).unwrap();
    imported(&turned, &mut stored);
    assert_eq!((stored.departments[0].parent, stored.departments[2].parent), (Some(DepartmentId(3)), None));
}

#[test]
fn a_report_reads_well_and_its_names_are_bounded() {
    let users: Vec<Value> = (0..30).map(|n| json!({ "username": format!("u{n}") })).collect();
    let (_, mut report) = planned(&json!({ "users": users }), &Stored::default()).unwrap();
    assert_eq!((report.users.created.count, report.users.created.names.len()), (30, 20));
    report.dry_run = true;
    report.users.created.names.truncate(2);
    report.users.unchanged.count = 3;
    report.departments.absent = Tally { count: 1, names: vec!["11".into()] };
    assert_eq!(
        report.to_string(),
        "source default: dry run, nothing is written
users: 30 created (u0, u1, …), 3 unchanged
departments: 1 no longer in the source, kept (11)
roles: none
memberships: none"
    );
}
