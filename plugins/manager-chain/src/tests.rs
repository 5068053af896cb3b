//! Chains of leaders: up, too far up, in a circle, and to a role.

use gavia_plugin_sdk::testing::{MockHost, context, user};
use serde_json::{Value, json};

use super::*;

const DIRECTOR: i64 = 7;

/// ada (1) is led by bob (1, 2), bob by cid (2, 3), cid by dee (3), who leads herself and is a director.
fn company() -> MockHost {
    let person = |id: i64, name: &str, depts: &[i64]| {
        let mut user = user(id, name);
        user.dept_ids = depts.to_vec();
        user
    };
    let mut dee = person(4, "dee", &[3]);
    dee.role_ids = vec![DIRECTOR];
    MockHost::granted(MANIFEST)
        .user(person(1, "ada", &[1]))
        .user(person(2, "bob", &[1, 2]))
        .user(person(3, "cid", &[2, 3]))
        .user(dee)
        .department(1, Some(2), Some("bob"))
        .department(2, Some(3), Some("cid"))
        .department(3, None, Some("dee"))
}

fn above(host: &MockHost, person: &str, arguments: Value) -> Result<Vec<String>, Error> {
    let context = context(&[("who", person.into())]).with_ticket(|ticket| ticket.creator = person.to_owned());
    host.participants(&context.with_args(arguments), resolve).result
}

#[track_caller]
fn check(arguments: Value, wanted: &[&str]) {
    assert_eq!(above(&company(), "ada", arguments.clone()).expect("it has an answer"), wanted, "{arguments}");
}

#[test]
fn levels_are_counted() {
    check(Value::Null, &["bob"]);
    check(json!({}), &["bob"]);
    check(json!({ "levels": 2 }), &["cid"]);
    check(json!({ "levels": 3 }), &["dee"]);
    check(json!({ "levels": 2, "take": "all" }), &["bob", "cid"]);
    check(json!({ "from_field": "who" }), &["bob"]);
}

#[track_caller]
fn ends(host: &MockHost, person: &str, arguments: Value, wanted: &str) {
    let error = above(host, person, arguments.clone()).expect_err("the chain is too short");
    assert_eq!(error.message(), wanted, "{arguments}");
    assert!(!error.is_retryable(), "it is as short the next time");
}

#[test]
fn a_chain_that_ends_before_the_level_asked_for_is_an_error() {
    let levels = |levels: u32, take: &str| json!({ "levels": levels, "take": take });
    for take in ["last", "all"] {
        ends(&company(), "ada", levels(4, take), "the chain above ada ends after 3 of 4 levels, with dee");
        ends(&company(), "ada", levels(20, take), "the chain above ada ends after 3 of 20 levels, with dee");
    }
    ends(&company(), "dee", levels(2, "last"), "nobody is above dee");
    // bob belongs only to the department that he leads, so that cid is not seen as his manager
    let mut bob = user(2, "bob");
    bob.dept_ids = vec![1];
    let mut ada = user(1, "ada");
    ada.dept_ids = vec![1];
    let host = MockHost::granted(MANIFEST).user(ada).user(bob).user(user(3, "cid"));
    let host = host.department(1, Some(2), Some("bob")).department(2, None, Some("cid"));
    ends(&host, "ada", levels(2, "last"), "the chain above ada ends after 1 of 2 levels, with bob");
    assert_eq!(above(&host, "ada", levels(1, "last")).expect("he is her manager"), ["bob"]);
}

#[test]
fn a_role_ends_the_way() {
    check(json!({ "until_role": DIRECTOR }), &["dee"]);
    check(json!({ "until_role": DIRECTOR, "take": "all" }), &["bob", "cid", "dee"]);
    check(json!({ "until_role": DIRECTOR, "levels": 20 }), &["dee"]);
    let found = above(&company(), "ada", json!({ "until_role": DIRECTOR, "levels": 2 })).expect_err("two are too few");
    assert_eq!(found.message(), "nobody above ada has role 7");
    assert!(above(&company(), "ada", json!({ "until_role": 99 })).is_err());
}

#[test]
fn a_circle_of_leaders_ends() {
    let host = || {
        let mut eve = user(5, "eve");
        eve.dept_ids = vec![10];
        let mut fay = user(6, "fay");
        fay.dept_ids = vec![11];
        let host = MockHost::granted(MANIFEST).user(eve).user(fay);
        host.department(10, None, Some("fay")).department(11, None, Some("eve"))
    };
    assert_eq!(above(&host(), "eve", json!({ "levels": 1 })).expect("one way round"), ["fay"]);
    ends(&host(), "eve", json!({ "levels": 20 }), "the chain above eve ends after 1 of 20 levels, with fay");
}

#[test]
fn inactive_leaders_are_passed_over() {
    let mut bob = user(2, "bob");
    bob.is_active = false;
    let mut ada = user(1, "ada");
    ada.dept_ids = vec![1, 2];
    let host = MockHost::granted(MANIFEST).user(ada).user(bob).user(user(3, "cid"));
    let host = host.department(1, None, Some("bob")).department(2, None, Some("cid"));
    assert_eq!(above(&host, "ada", Value::Null).expect("the other department"), ["cid"]);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    for (person, arguments, message) in [
        ("dee", json!({}), "nobody is above dee"),
        ("nobody", json!({}), "there is no user nobody"),
        ("ada", json!({ "levels": 0 }), "levels must be 1 to 20"),
        ("ada", json!({ "levels": 21 }), "levels must be 1 to 20"),
    ] {
        assert_eq!(above(&company(), person, arguments).expect_err(message).message(), message);
    }
    assert!(above(&company(), "ada", json!({ "level": 1 })).is_err(), "a misspelt argument is no silent default");
    assert!(above(&company().without("directory"), "ada", json!({})).expect_err("no grant").is_denied());
}
