//! Random documents, one after the other, on one small world: each is idempotent and touches only what it may.

use proptest::{collection::vec, prelude::*, sample::subsequence};
use serde_json::{Value, json};

use super::{
    super::Stored,
    world::{department, imported, planned, role, user},
};
use crate::workflow::{DepartmentId, RoleId};

const KEYS: [&str; 4] = ["d1", "d2", "d3", "d4"];
const ROLES: [&str; 3] = ["r1", "r2", "r3"];
const PEOPLE: [&str; 6] = ["hand", "boss", "p1", "p2", "p3", "p4"];

/// Two made by hand, one of them an administrator, in a department and a role of which one is found again by the document.
fn world() -> Stored {
    let mut stored = Stored::default();
    stored.departments.extend([department(1, None, "choir"), department(2, None, "labelled")]);
    stored.departments[1].label = "d2".into();
    stored.roles.extend([role(3, None, "singers"), role(4, None, "r2")]);
    stored.users.extend([user(5, None, "hand"), user(6, None, "boss")]);
    stored.users[1].is_admin = true;
    for person in &mut stored.users {
        person.departments = vec![DepartmentId(1), DepartmentId(2)];
        person.roles = vec![RoleId(3), RoleId(4)];
    }
    stored
}

/// Departments hang under earlier ones, so that there is no loop.
fn departments() -> impl Strategy<Value = Vec<Value>> {
    (subsequence(&KEYS[..], 0..=4), vec((any::<prop::sample::Index>(), "[ab]"), 4)).prop_map(|(keys, more)| {
        let entry = |(at, (parent, name)): (usize, &(prop::sample::Index, String))| {
            let parent = parent.index(at + 1).checked_sub(1).map(|above| keys[above]);
            json!({ "key": keys[at], "name": name, "parent": parent })
        };
        (0..keys.len()).zip(&more).map(entry).collect()
    })
}

fn document() -> impl Strategy<Value = Value> {
    let person = (any::<bool>(), "[xy]?", any::<Option<bool>>(), vec(any::<bool>(), 8));
    let people = (subsequence(&PEOPLE[..], 1..=6), vec(person, 6));
    let head = (prop::bool::weighted(0.7), prop::sample::select(vec!["hr", "ad"]));
    (head, departments(), subsequence(&ROLES[..], 0..=3), people).prop_map(|((complete, source), departments, roles, (names, people))| {
        let users: Vec<Value> = names.iter().zip(people).map(|(name, (says, alias, is_active, picks))| {
            let mut user = json!({ "username": name, "alias": alias, "is_active": is_active });
            let pick = |from: Vec<Value>, skip: usize| -> Vec<Value> {
                from.into_iter().zip(&picks[skip..]).filter(|(_, taken)| **taken).map(|(key, _)| key).collect()
            };
            if says {
                user["departments"] = pick(departments.iter().map(|entry| entry["key"].clone()).collect(), 0).into();
                user["roles"] = pick(roles.iter().map(|name| json!(name)).collect(), 4).into();
            }
            user
        }).collect();
        let roles: Vec<Value> = roles.iter().map(|name| json!({ "name": name })).collect();
        json!({ "source": source, "complete": complete, "departments": departments, "roles": roles, "users": users })
    })
}

proptest! {
    #[test]
    fn a_document_sent_twice_changes_nothing_more_and_never_touches_what_it_may_not(documents in vec(document(), 1..6)) {
        let mut stored = world();
        for document in documents {
            let before = stored.clone();
            // a partial document may put a department under one that it does not name and close a loop
            if planned(&document, &stored).is_err() {
                continue;
            }
            let report = imported(&document, &mut stored);
            let again = imported(&document, &mut stored);
            prop_assert!(again.is_empty(), "{again:?} after {report:?}");
            prop_assert!(stored.person("boss").is_admin && stored.person("boss").is_active);
            prop_assert_eq!(stored.users.iter().filter(|person| person.is_admin).count(), 1);
            prop_assert!(stored.person("hand").departments.contains(&DepartmentId(1)));
            prop_assert!(stored.person("hand").roles.contains(&RoleId(3)));
            let named = |name: &str| document["users"].as_array().is_some_and(|list| list.iter().any(|user| user["username"] == *name));
            for person in before.users.iter().filter(|person| !named(&person.username)) {
                let now = stored.person(&person.username);
                let own = person.source.as_deref() == document["source"].as_str();
                prop_assert!(own && document["complete"] == true || now.is_active == person.is_active);
                prop_assert_eq!((&now.departments, &now.roles), (&person.departments, &person.roles));
            }
            prop_assert!(stored.users.len() >= before.users.len() && stored.departments.len() >= before.departments.len());
        }
    }
}
