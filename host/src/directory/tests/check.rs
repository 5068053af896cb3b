//! Reading a document and what is unfit in it by itself.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::{
    super::{Document, Stored, check},
    world::{document, problems},
};

#[test]
fn what_is_left_out_and_what_is_cleared_are_told_apart() {
    let read = document(&json!({
        "departments": [{ "key": "1", "name": "a", "leader": null, "approvers": null }],
        "roles": null,
        "users": [{ "username": "lisi", "phone": null, "roles": [] }],
    }));
    assert_eq!((read.source.as_str(), read.complete, &read.roles), ("default", true, &None));
    let department = &read.departments.as_ref().unwrap()[0];
    assert_eq!((&department.leader, &department.label), (&Some(String::new()), &None));
    assert_eq!(department.approvers, Some(Vec::new()));
    let user = &read.users.as_ref().unwrap()[0];
    assert_eq!((&user.phone, &user.email), (&Some(String::new()), &None));
    assert_eq!((&user.roles, &user.departments, user.is_active), (&Some(Vec::new()), &None, None));
}

#[test]
fn a_document_that_is_not_of_the_shape_is_refused_with_its_place() {
    let many = format!(r#"{{"roles":[{}]}}"#, vec![r#"{"name":"r"}"#; 5001].join(","));
    let keys = format!(r#"{{"users":[{{"username":"a","roles":[{}]}}]}}"#, vec!["\"r\""; 101].join(","));
    for (text, reason) in [
        ("", "line 1 column 0"),
        ("[]\n", "expected an object"),
        (r#"{"users":[["lisi"]]}"#, "expected an object"),
        (r#"{"roles":[{"name":["x"]}]}"#, "expected a string"),
        ("{\n \"users\": [{\"username\": 7}]}", "expected a string at line 2 column"),
        (r#"{"users":[{"alias":"x"}]}"#, "missing field `username`"),
        (r#"{"users":[{"username":"a","is_admin":true}]}"#, "unknown field `is_admin`"),
        (r#"{"user":[]}"#, "unknown field `user`"),
        (r#"{"users":[],"users":[]}"#, "duplicate field `users`"),
        (r#"{"users":[{"username":"a","is_active":"yes"}]}"#, "expected a boolean"),
        (r#"{"users":{}}"#, "expected a list of at most 200000"),
        (&many, "more than 5000 entries in a list"),
        (&keys, "more than 100 entries in a list"),
    ] {
        let told = Document::from_json(text.as_bytes()).unwrap_err();
        assert!(told.contains(reason), "{told} has no {reason}");
        assert!(told.len() < 300, "{told}");
    }
    let long = format!(r#"{{"complete":"{}"}}"#, "x".repeat(10_000));
    let told = Document::from_json(long.as_bytes()).unwrap_err();
    assert!(told.chars().count() < 250 && told.ends_with("at line 1 column 10014"), "{told}");
}

#[test]
fn every_unfit_text_is_told_with_its_place() {
    let long = "x".repeat(1001);
    let cases: [(Value, &str); 16] = [
        (json!({ "source": "" }), "/source: expected 1 to 50"),
        (json!({ "source": " hr" }), "/source: expected 1 to 50"),
        (json!({ "users": [] }), "/users: a complete document without a single user"),
        (json!({ "departments": [{ "key": "", "name": "a" }] }), "/departments/0/key: expected 1 to 500"),
        (json!({ "departments": [{ "key": "a\n", "name": "a" }] }), "/departments/0/key: expected 1 to 500"),
        (json!({ "departments": [{ "key": "1", "name": " " }] }), "/departments/0/name: a name is needed"),
        (
            json!({ "departments": [{ "key": "1", "name": "a", "label": long }] }),
            "/departments/0/label: longer than 1000",
        ),
        (
            json!({ "departments": [{ "key": "1", "name": "a", "leader": "a,b" }] }),
            "/departments/0/leader: \"a,b\" cannot",
        ),
        (
            json!({ "departments": [{ "key": "1", "name": "a", "approvers": ["a", "hook"] }] }),
            "/departments/0/approvers: \"hook\"",
        ),
        (
            json!({ "departments": [{ "key": "1", "name": "a" }, { "key": "1", "name": "b" }] }),
            "/departments/1/key: \"1\" stands twice",
        ),
        (json!({ "roles": [{ "name": "a" }, { "key": "a", "name": "b" }] }), "/roles/1/key: \"a\" stands twice"),
        (json!({ "roles": [{ "name": "a", "description": "\0" }] }), "/roles/0/description: U+0000"),
        (json!({ "users": [{ "username": "loonrobot" }] }), "/users/0/username: \"loonrobot\" cannot"),
        (
            json!({ "users": [{ "username": "a" }, { "username": "b" }, { "username": "a" }] }),
            "/users/2/username: \"a\" stands twice",
        ),
        (json!({ "users": [{ "username": "a", "email": "x".repeat(256) }] }), "/users/0/email: longer than 255"),
        (
            json!({ "users": [{ "username": "a", "roles": ["r", "r"] }], "roles": [{ "name": "r" }] }),
            "/users/0/roles: \"r\" stands twice",
        ),
    ];
    for (value, wanted) in cases {
        let told = problems(&value, &Stored::default());
        assert!(told.len() == 1 && told[0].starts_with(wanted), "{value}: {told:?}");
    }
}

#[test]
fn of_many_problems_the_first_are_told_and_all_are_counted() {
    let users: Vec<Value> = (0..1000).map(|_| json!({ "username": "" })).collect();
    let told = check(&document(&json!({ "users": users }))).unwrap_err();
    // each name is empty, and all but the first are doubles
    assert_eq!((told.total, told.shown.len()), (1999, 100));
    assert_eq!(told.to_string(), "the document has 1999 problems");
}
