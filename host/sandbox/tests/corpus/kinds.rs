//! Participants and notices: what their answers must keep to, and what they may not import; what the breaker does not count.

use gavia_sandbox::{Delivery, DirectoryRead, Grants, Kind, Limits, Message, Outcome, PluginError, Rejection, User};

use crate::{
    bench::{Frame, Module, ask, hostile, refused},
    probe::{prober, steps},
};

async fn resolve(words: &[&[&str]]) -> Outcome<Vec<String>> {
    let (sandbox, plugin) = prober().await;
    let ask = steps(words).grants(Grants { directory: DirectoryRead::Basic, ..Grants::default() });
    sandbox.resolve_participants(plugin, ask.call(Limits::for_kind(Kind::Participants))).await
}

fn bad(what: &str) -> PluginError {
    PluginError::BadOutput { what: what.to_owned() }
}

#[tokio::test]
async fn participants_are_usernames_each_once() {
    assert_eq!(resolve(&[&["names", "b", "a", "b", "c", "a"]]).await.result.unwrap(), ["b", "a", "c"]);
    assert_eq!(resolve(&[&["role", "1", "1"]]).await.result.unwrap(), ["lisi"]);
    assert_eq!(resolve(&[]).await.result.unwrap(), [""; 0]);
    assert_eq!(resolve(&[&["many", "1000"]]).await.result.unwrap().len(), 1_000);
    assert_eq!(resolve(&[&["many", "1001"]]).await.result, Err(bad("1001 participants; 1000 are allowed")));
    assert_eq!(resolve(&[&["names", "a", ""]]).await.result, Err(bad("an empty username")));
    assert_eq!(resolve(&[&["names", "a", "b\0"]]).await.result, Err(bad("a username with NUL")));
    assert_eq!(resolve(&[&["long", "256"]]).await.result, Err(bad("256 bytes of username; 255 are allowed")));
    assert_eq!(resolve(&[&["many", "200000"]]).await.result, Err(PluginError::TransferLimit { cap_bytes: 1 << 20 }));
}

async fn send(words: &[&[&str]], directory: DirectoryRead) -> Outcome<Vec<Delivery>> {
    let (sandbox, plugin) = prober().await;
    let ask = steps(words).grants(Grants { directory, ..Grants::default() });
    let user = |name: &str| User {
        username: name.to_owned(),
        email: format!("{name}@example.com"),
        phone: "555".to_owned(),
        ..User::default()
    };
    let message = Message {
        title: "leave".to_owned(),
        body: "5 days".to_owned(),
        recipients: vec![user("lisi"), user("wangwu")],
    };
    sandbox.send_notice(plugin, &message, ask.call(Limits::for_kind(Kind::Notice))).await
}

#[tokio::test]
async fn a_notice_reports_what_became_of_it_for_each_recipient() {
    let delivery = |detail: &str| Delivery { username: "lisi".to_owned(), ok: true, detail: detail.to_owned() };
    let told = send(&[&["names", "lisi"]], DirectoryRead::Contact).await.result.unwrap();
    assert_eq!(told, [delivery("leave: 5 days to lisi  <lisi@example.com> [555]")]);
    let told = send(&[&["names", "lisi"]], DirectoryRead::None).await.result.unwrap();
    assert_eq!(told, [delivery("leave: 5 days to lisi  <> []")], "addresses need their grant here too");
    assert_eq!(send(&[&["names", "lisi", "lisi"]], DirectoryRead::None).await.result.unwrap().len(), 2);
    let stranger = send(&[&["names", "lisi", "eve"]], DirectoryRead::None).await.result;
    assert_eq!(stranger, Err(bad("a delivery to eve, who is no recipient")));
    let many = send(&[&["many", "1001"]], DirectoryRead::None).await.result;
    assert_eq!(many, Err(bad("1001 deliveries; 1000 are allowed")));
}

#[tokio::test]
async fn every_kind_is_found_in_a_component_that_is_several() {
    let (sandbox, plugin) = prober().await;
    assert_eq!(plugin.kinds(), [Kind::Action, Kind::Participants, Kind::Notice]);
    let ask = ask("");
    let (_, prepared) = hostile().await;
    let wrong = sandbox.resolve_participants(&prepared.plugin, ask.call(Limits::for_kind(Kind::Participants))).await;
    assert_eq!(wrong.result, Err(PluginError::Link { text: "it is not of kind participants".to_owned() }));
}

/// The export of a participants plugin whose `resolve` answers whatever stands at 1024.
const PARTICIPANTS: &str = r#"
    (func $resolve (param "ctx" $context) (result (result (list string) (error $error)))
      (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (instance $participants (export "resolve" (func $resolve)))
    (export "gavia:plugin/participants@0.1.0" (instance $participants))"#;

#[tokio::test]
async fn a_participants_plugin_cannot_change_the_ticket() {
    let imports = r#"(import "gavia:plugin/effects@0.1.0" (instance (export "add-comment" (func (param "text" string) (result (result (error $error)))))))"#;
    let frame = Frame { imports, module: &Module::default().text(), ..Frame::default() };
    let text = match refused(frame.around(PARTICIPANTS)).await {
        Rejection::Unlinkable(text) => text,
        other => panic!("{other:?}"),
    };
    assert!(
        text.contains("wanted: gavia:plugin/effects@0.1.0 add-comment") && text.contains("not for this kind of plugin"),
        "{text}"
    );
}

#[tokio::test]
async fn a_guests_own_error_is_no_crash() {
    let (sandbox, others) = hostile().await;
    let mut failing = ask("fail for good");
    failing.limits.failures = 5;
    for _ in 0..12 {
        assert!(matches!(failing.run(sandbox, &others.plugin).await.result, Err(PluginError::Guest(_))));
    }
}
