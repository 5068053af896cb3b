//! The imports with their grants: secrets, storage, people, settings beside the corpus (rows 35, 38, 40).

use std::{sync::Arc, time::Duration};

use gavia_sandbox::{
    DirectoryRead, Effect, FieldScope, FlowEntry, Grants, InMemory, PluginError, Storage, Ticket, TicketsRead, User,
};

use crate::{
    bench::{Harm as _, ask},
    probe::{Probe as _, host, steps},
};

fn grants(change: impl FnOnce(&mut Grants)) -> Grants {
    let mut grants = Grants::default();
    change(&mut grants);
    grants
}

#[tokio::test]
async fn a_secret_needs_its_own_name_in_the_grant() {
    let ask = |name: &str| {
        steps(&[&["secret", name]])
            .grants(grants(|grants| grants.secrets = vec!["token".to_owned(), "absent".to_owned()]))
    };
    assert_eq!(ask("token").lines().await, ["•••"], "the guest has it, and nobody reads it in the answer");
    assert_eq!(ask("other").lines().await, ["Denied: the grant secrets does not cover other"]);
    assert_eq!(ask("TOKEN").lines().await, ["Denied: the grant secrets does not cover TOKEN"]);
    assert_eq!(ask("absent").lines().await, ["NotFound: no such secret"]);
    let outcome = steps(&[&["secret", "token"]]).probe().await;
    assert_eq!(outcome.usage.denied, 1);
    assert_eq!(outcome.result.unwrap().message, "Denied: secrets.get needs the grant secrets");
    assert_eq!(outcome.logs[0].message, "denied: secrets.get needs the grant secrets");
}

#[tokio::test]
async fn a_secret_stands_neither_in_an_error_nor_in_a_comment() {
    let granted = grants(|grants| grants.secrets = vec!["token".to_owned()]);
    let outcome = steps(&[&["secret", "token"], &["tok-12345"]]).grants(granted).probe().await;
    let Err(PluginError::Guest(error)) = outcome.result else { panic!("{:?}", outcome.result) };
    assert_eq!(error.message, r#"no such step: ["•••"]"#);
    assert_eq!(outcome.logs[0].message, "read the secret token");

    let granted = grants(|grants| {
        grants.secrets = vec!["token".to_owned()];
        grants.tickets_write = FieldScope::All;
    });
    let mut told = ask("tell a secret").grants(granted);
    told.host = Arc::new(host());
    let outcome = told.harm().await;
    let answer = outcome.result.unwrap();
    assert_eq!((answer.message.as_str(), answer.output.as_deref()), ("it is •••", Some(r#"["•••"]"#)));
    assert_eq!(outcome.effects, [Effect::Comment("it is •••".to_owned())]);
}

#[tokio::test]
async fn settings_need_no_grant_and_are_the_plugins_own() {
    let lines = steps(&[&["setting", "url"], &["setting", "other"], &["settings"]]).lines().await;
    assert_eq!(lines, ["Some(\"https://example.com\")", "None", "[(\"url\", \"https://example.com\")]"]);
}

#[tokio::test]
async fn kv_keeps_values_between_calls() {
    let kv = grants(|grants| grants.kv = Storage::Own);
    let first = steps(&[
        &["get", "a"],
        &["set", "a", "1"],
        &["swap", "a", "2", "3"],
        &["swap", "a", "1", "3"],
        &["swap", "b", "none", "4"],
    ])
    .grants(kv.clone());
    assert_eq!(first.lines().await, ["none", "done", "false", "true", "true"]);
    let mut second = steps(&[&["get", "a"], &["delete", "a"], &["get", "a"], &["get", "b"], &["delete", "never"]])
        .grants(kv.clone());
    second.host = first.host.clone();
    assert_eq!(second.lines().await, ["3", "done", "none", "4", "done"]);

    let brief = steps(&[&["set", "c", "5", "1"], &["get", "c"]]).grants(kv.clone());
    assert_eq!(brief.lines().await, ["done", "5"]);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let mut later = steps(&[&["get", "c"]]).grants(kv);
    later.host = brief.host.clone();
    assert_eq!(later.lines().await, ["none"]);
}

#[tokio::test]
async fn kv_has_sizes() {
    let kv = grants(|grants| grants.kv = Storage::Own);
    let long = "k".repeat(257);
    let lines = steps(&[
        &["fill", "a", "65536"],
        &["fill", "a", "65537"],
        &["get", ""],
        &["set", &long, "x"],
        &["get", "a\0b"],
    ])
    .grants(kv.clone())
    .lines()
    .await;
    assert_eq!(
        lines,
        [
            "done",
            "Exhausted: a value may have 65536 bytes, not 65537",
            "InvalidInput: a key has 1 to 256 bytes, none of them NUL",
            "InvalidInput: a key has 1 to 256 bytes, none of them NUL",
            "InvalidInput: a key has 1 to 256 bytes, none of them NUL"
        ]
    );
    let error = steps(&[&["fill", "a", "33554432"]]).grants(kv.clone()).probe().await.result.unwrap_err();
    assert_eq!(error, PluginError::TransferLimit { cap_bytes: 1 << 20 });

    let keys: Vec<String> = (0..200).map(|key| key.to_string()).collect();
    let many: Vec<Vec<&str>> = keys.iter().map(|key| vec!["fill", key.as_str(), "65536"]).collect();
    let many: Vec<&[&str]> = many.iter().map(Vec::as_slice).collect();
    let lines = steps(&many).grants(kv).lines().await;
    let full = lines.iter().position(|line| line == "Exhausted: a plugin may store 10485760 bytes").unwrap();
    assert!((155..161).contains(&full), "{full}");
}

#[tokio::test]
async fn people_are_shown_as_far_as_the_grant() {
    let ask = |scope| {
        let people: &[&[&str]] = &[
            &["user", "lisi"],
            &["user", "nobody"],
            &["role", "1", "10"],
            &["dept", "1", "direct", "10"],
            &["dept", "1", "below", "10"],
            &["dept", "1", "below", "1"],
            &["dept", "9", "below", "1"],
            &["leader", "1"],
            &["leader", "2"],
            &["leader", "9"],
        ];
        steps(people).grants(grants(|grants| grants.directory = scope))
    };
    let rest = ["NotFound: no such user", "lisi,wangwu", "lisi", "lisi,wangwu", "lisi", "NotFound: no such department"];
    let end = ["nobody", "NotFound: no such department"];
    let expected = |lisi| [&[lisi], &rest[..], &[lisi], &end[..]].concat();
    assert_eq!(ask(DirectoryRead::Contact).lines().await, expected("lisi LISI <lisi@example.com> [555]"));
    assert_eq!(ask(DirectoryRead::Basic).lines().await, expected("lisi LISI <> []"));
    let refused = ask(DirectoryRead::None).probe().await;
    assert_eq!(refused.usage.denied, 10);
}

#[tokio::test]
async fn the_actor_has_no_contact_details_without_the_grant() {
    let actor = User {
        username: "lisi".to_owned(),
        email: "lisi@example.com".to_owned(),
        phone: "555".to_owned(),
        ..User::default()
    };
    for (scope, shown) in
        [(DirectoryRead::None, "lisi  <> []"), (DirectoryRead::Contact, "lisi  <lisi@example.com> [555]")]
    {
        let mut ask = steps(&[&["actor"]]).grants(grants(|grants| grants.directory = scope));
        ask.context.actor = Some(actor.clone());
        assert_eq!(ask.lines().await, [shown]);
    }
}

#[tokio::test]
async fn a_list_is_never_longer_than_was_asked_for() {
    let mut full = host();
    let history = vec![FlowEntry::default(); 1_200];
    full.tickets = vec![Ticket { id: 1, title: "own".to_owned(), ..Ticket::default() }];
    full.histories = [(1, history)].into();
    full.users = (0..1_100)
        .map(|id| User { id, username: format!("u{id}"), is_active: true, role_ids: vec![5], ..User::default() })
        .collect();
    let mut ask = steps(&[
        &["history", "1", "4000000000"],
        &["history", "1", "0"],
        &["role", "5", "4000000000"],
        &["ticket", "1"],
    ])
    .grants(grants(|grants| {
        grants.tickets_read = TicketsRead::Own;
        grants.directory = DirectoryRead::Basic;
    }));
    ask.host = Arc::<InMemory>::new(full);
    ask.limits.message_bytes = 1 << 20;
    let lines = ask.lines().await;
    assert_eq!(
        (lines[0].as_str(), lines[1].as_str(), lines[2].split(',').count(), lines[3].as_str()),
        ("1000", "1", 1_000, "own")
    );
}
