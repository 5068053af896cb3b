//! The mock host holds a run to what the engine holds it to.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;
use crate::{Context, Delivery, Depth, Error, ErrorKind, Host, Level, Message, Outcome, ReadHost};

fn ok() -> Result<Outcome, Error> {
    Ok(Outcome::silent())
}

#[test]
fn changes_and_lines_arrive_in_order() {
    let host = MockHost::bare().grant_fields(&["*"]);
    let ran = host.action(&context(&[("days", 5.into())]), |_, host| {
        host.set_field("days", 7)?;
        host.set_field("account", "ada")?;
        host.comment("seven")?;
        host.log_with(Level::Warn, "done", &[("by", "me")]);
        Outcome::message("yes").with_output(&json!({ "a": 1 }))
    });
    assert_eq!((ran.answer().text(), ran.answer().output()), ("yes", Some(r#"{"a":1}"#)));
    assert_eq!(ran.fields, [("days".to_owned(), 7.into()), ("account".to_owned(), "ada".into())]);
    assert_eq!((ran.comments.len(), ran.log[0].1.as_str(), ran.host_calls), (1, "done by=me", 4));
}

#[test]
fn a_bare_host_refuses_everything_but_settings_and_the_log() {
    let ran = MockHost::bare().setting("mode", "fast").action(&context(&[]), |_, host| {
        assert_eq!(host.needed_setting("mode")?, "fast");
        assert_eq!(host.needed_setting("other").unwrap_err().message(), "the plugin's setting other is empty");
        host.info("still here");
        let refusals = [
            host.set_field("days", 7).unwrap_err(),
            host.comment("seven").unwrap_err(),
            host.ticket(1).unwrap_err(),
            host.history(1, 5).unwrap_err(),
            host.secret("X").unwrap_err(),
            host.kv().get("k").unwrap_err(),
            host.kv().set("k", "v").unwrap_err(),
            host.directory().user("alice").unwrap_err(),
            host.http().get("https://example.com").send().unwrap_err(),
        ];
        assert!(refusals.iter().all(Error::is_denied), "{refusals:?}");
        ok()
    });
    assert!(ran.result.is_ok() && ran.logged("still here"));
    assert_eq!((ran.denied, ran.requests.len()), (9, 0));
}

#[test]
fn a_failed_run_writes_nothing_and_storage_stays() {
    let host = MockHost::bare().grant_fields(&["days"]).grant_kv();
    let ran = host.action(&context(&[]), |_, host| {
        host.set_field("days", 7)?;
        host.comment("seven")?;
        host.kv().set_json("seen", &1)?;
        Err(Error::permanent("changed my mind"))
    });
    assert_eq!((ran.fields.len(), ran.comments.len()), (0, 0));
    assert_eq!((ran.error().kind(), ran.error().message()), (ErrorKind::Permanent, "changed my mind"));
    assert_eq!(host.stored("seen").as_deref(), Some(&b"1"[..]));
    let next = host.action(&context(&[]), |_, host| {
        assert_eq!(host.kv().get_json::<i64>("seen")?, Some(1));
        assert!(!host.kv().compare_and_set("seen", None, "2")?);
        assert!(host.kv().compare_and_set("seen", Some(b"1"), "2")?);
        host.kv().delete("seen")?;
        assert_eq!(host.kv().get("seen")?, None);
        ok()
    });
    assert!(next.result.is_ok() && next.host_calls == 5, "{next:?}");
}

#[test]
fn a_grant_covers_its_fields_and_no_other() {
    let ran = MockHost::bare().grant_fields(&["days"]).action(&context(&[]), |_, host| {
        host.set_field("days", 1)?;
        assert!(host.set_field("salary", 1).unwrap_err().is_denied());
        ok()
    });
    assert_eq!((ran.fields.len(), ran.denied), (1, 1));
}

/// A host that grants what these two requests ask for.
fn asked(requests: [&str; 2]) -> MockHost {
    let capabilities = requests.map(|request| format!(r#"{{"reason":"r",{request}}}"#)).join(",");
    let package = r#""id":"a","version":"1.0.0","description":"d","licence":"MIT","kinds":["action"]"#;
    MockHost::granted(&format!(r#"{{{package},"capabilities":[{capabilities}]}}"#))
}

fn allowed(host: MockHost, run: impl Fn(&Host) -> Result<(), Error>) {
    let ran = host.action(&context(&[]), |_, host| run(host).and_then(|()| ok()));
    assert!(ran.result.is_ok() && ran.denied == 0, "{ran:?}");
}

#[test]
fn requests_of_one_grant_add_up() {
    let fields = [r#""grant":"tickets-write","fields":["days"]"#, r#""grant":"tickets-write","fields":["account"]"#];
    allowed(asked(fields), |host| {
        host.set_field("days", 1)?;
        host.set_field("account", "ada")
    });
    let servers = [
        r#""grant":"http","origins":["https://a.example.com"],"methods":["GET"]"#,
        r#""grant":"http","origins":["https://b.example.com"],"methods":["POST"]"#,
    ];
    allowed(asked(servers).http_reply(200, "").http_reply(200, ""), |host| {
        host.http().get("https://a.example.com").send()?;
        host.http().post("https://b.example.com").send().map(drop)
    });
    let secrets = [r#""grant":"secrets","names":["A"]"#, r#""grant":"secrets","names":["B"]"#];
    let host = asked(secrets).secret("A", "a").secret("B", "b");
    allowed(host, |host| host.secret("A").and(host.secret("B")).map(drop));
}

#[test]
fn of_two_scopes_the_wider_one_counts() {
    for scopes in [["own", "all"], ["all", "own"]] {
        let [one, two] = scopes.map(|scope| format!(r#""grant":"tickets-read","scope":"{scope}""#));
        let other = context(&[]).with_ticket(|ticket| (ticket.id, ticket.workflow_id) = (2, 9)).ticket().clone();
        allowed(asked([&one, &two]).ticket(other, vec![]), |host| host.ticket(2).map(drop));
    }
    for scopes in [["basic", "contact"], ["contact", "basic"]] {
        let [one, two] = scopes.map(|scope| format!(r#""grant":"directory","scope":"{scope}""#));
        let host = asked([&one, &two]).user(user(1, "alice"));
        let bob = context(&[]).with_actor(user(2, "bob"));
        let ran = host.action(&bob, |context, _| Ok(Outcome::message(context.actor().unwrap().email.clone())));
        assert_eq!(ran.answer().text(), "bob@example.com", "also of people who come with the call");
        allowed(host, |host| {
            assert_eq!(host.directory().user("alice")?.email, "alice@example.com");
            Ok(())
        });
    }
}

#[test]
fn quotas_end_where_the_engine_s_do() {
    let host = MockHost::bare().grant_fields(&["*"]).grant_kv().grant_http("https://example.com");
    let host = (0..10).fold(host, |host, _| host.http_reply(200, ""));
    let ran = host.action(&context(&[]), |_, host| {
        for i in 0..99 {
            host.set_field(&format!("f{i}"), i)?;
        }
        host.comment("the hundredth")?;
        assert!(host.comment("one more").unwrap_err().is_exhausted());
        for _ in 0..10 {
            host.http().get("https://example.com/x").send()?;
        }
        assert!(host.http().get("https://example.com/x").send().unwrap_err().is_exhausted());
        assert!(host.kv().set("big", vec![0; (64 << 10) + 1]).unwrap_err().is_exhausted());
        host.kv().set("fits", vec![0; 64 << 10])?;
        for _ in 0..501 {
            host.info("x".repeat(100));
        }
        ok()
    });
    assert_eq!((ran.fields.len(), ran.requests.len(), ran.log.len(), ran.log_dropped), (99, 10, 500, 1));
    let long = MockHost::bare().action(&context(&[]), |_, host| {
        host.info("中".repeat(4_000));
        Ok(Outcome::message("x".repeat(8_193)))
    });
    assert!(long.error().message().contains("8193 bytes of message"), "{long:?}");
    assert_eq!(long.log[0].1.len(), 4_095, "cut at a whole character");
}

#[test]
fn limits_that_the_manifest_wishes_for_hold_in_tests_too() {
    let manifest = r#"{"format":1,"id":"a","version":"1.0.0","description":"d","licence":"MIT","sdk":"s","kinds":["action","notice"],
        "capabilities":[{"grant":"tickets-write","fields":["*"],"reason":"r"}],"settings":[],
        "limits":{"action":{"effects":1,"message_bytes":3,"log_lines":9999},"notice":{"effects":0}}}"#;
    let ran = MockHost::granted(manifest).action(&context(&[]), |_, host| {
        host.comment("one")?;
        assert!(host.comment("two").unwrap_err().is_exhausted());
        (0..501).for_each(|_| host.info("a line"));
        Ok(Outcome::message("four"))
    });
    assert_eq!(
        (ran.error().message(), ran.log.len()),
        ("the plugin's answer is not acceptable: 4 bytes of message; 3 are allowed", 500)
    );
}

#[test]
#[should_panic(expected = "quota of 10000 host calls")]
fn past_the_quota_of_host_calls_the_run_ends() {
    MockHost::bare().action(&context(&[]), |_, host| {
        (0..=10_000).for_each(|_| drop(host.setting("x")));
        ok()
    });
}

#[test]
fn tickets_are_read_within_the_scope() {
    let other = |id: i64, workflow: i64, parent: Option<i64>| {
        context(&[])
            .with_ticket(|ticket| (ticket.id, ticket.workflow_id, ticket.parent_ticket_id) = (id, workflow, parent))
            .ticket()
            .clone()
    };
    let seen = |scope: TicketScope| {
        let host = MockHost::bare().grant_tickets(scope);
        let host = [other(2, 9, Some(1)), other(3, 1, None), other(4, 9, None)]
            .into_iter()
            .fold(host, |host, ticket| host.ticket(ticket, vec![]));
        let mut found = Vec::new();
        let ran = host.action(&context(&[]), |_, host| {
            found = (1..=5).map(|id| host.ticket(id).map_err(|error| error.kind()).err()).collect();
            ok()
        });
        assert!(ran.result.is_ok());
        found
    };
    let denied = Some(ErrorKind::Denied);
    assert_eq!(seen(TicketScope::Own), [None, None, denied, denied, denied]);
    assert_eq!(seen(TicketScope::Workflow), [None, denied, None, denied, denied]);
    assert_eq!(seen(TicketScope::All), [None, None, None, None, Some(ErrorKind::NotFound)]);
}

#[test]
fn the_directory_shows_as_much_as_was_granted() {
    let mut gone = user(3, "gone");
    (gone.dept_ids, gone.role_ids, gone.is_active) = (vec![11], vec![5], false);
    let mut bob = user(2, "bob");
    (bob.dept_ids, bob.role_ids, bob.phone) = (vec![11], vec![5], "123".to_owned());
    let host = |scope| {
        let host = MockHost::bare().grant_directory(scope).user(user(1, "alice")).user(bob.clone()).user(gone.clone());
        host.department(10, None, Some("alice")).department(11, Some(10), None)
    };
    let look = |_: &Context, host: &ReadHost| {
        let directory = host.directory();
        assert_eq!(directory.find("nobody")?.map(|user| user.id), None);
        assert_eq!(directory.users_in_dept(10, Depth::Itself, 10)?.len(), 0);
        assert_eq!(directory.users_in_dept(10, Depth::WithAllBelow, 10)?.len(), 1);
        assert_eq!(directory.leader_of(10)?.unwrap().username, "alice");
        assert!(directory.leader_of(11)?.is_none());
        assert_eq!(directory.leader_of(12).unwrap_err().kind(), ErrorKind::NotFound);
        Ok(directory.users_in_role(5, 10)?.into_iter().map(|user| user.username + &user.phone + &user.email).collect())
    };
    let shown = |scope| host(scope).participants(&context(&[]), look).answer().clone();
    assert_eq!(shown(ContactScope::Contact), ["bob123bob@example.com"]);
    assert_eq!(shown(ContactScope::Basic), ["bob"]);
}

#[test]
fn answers_are_judged_as_the_engine_judges_them() {
    let bob = || message("t", "b", &[user(2, "bob")]);
    let seen = |host: MockHost| {
        let told = |_: &Context, message: &Message, _: &Host| {
            let bob = &message.recipients[0];
            Ok(vec![Delivery::done(&bob.username, &bob.email)])
        };
        host.notice(&context(&[]), &bob(), told).answer()[0].detail().to_owned()
    };
    assert_eq!(seen(MockHost::bare()), "", "contact data is a grant too");
    assert_eq!(seen(MockHost::bare().grant_directory(ContactScope::Contact)), "bob@example.com");
    let stranger = MockHost::bare().notice(&context(&[]), &bob(), |_, _, _| Ok(vec![Delivery::done("eve", "")]));
    assert!(stranger.error().message().contains("eve, who is no recipient"));
    let empty = MockHost::bare().participants(&context(&[]), |_, _| Ok(vec![String::new()]));
    assert!(empty.error().message().contains("empty user name"));
}

#[test]
fn a_request_arrives_as_it_was_built() {
    let receiver = Receiver::with(|request| (200, format!("\"{} bytes\"", request.body.len()).into_bytes()));
    let host = MockHost::bare().grant_http("https://*.example.com").reach("https://api.example.com", &receiver);
    let ran =
        host.notice(&context(&[]), &message("t", "b", &[user(1, "alice")]), |_, message: &Message, host: &Host| {
            let request = host.http().post("https://api.example.com/send").query("to", "a&b").header("x-token", "s");
            let answer = request.json(&json!({ "text": message.body })).send()?.ok()?;
            assert_eq!(answer.json::<String>()?, "12 bytes");
            host.http().post("https://api.example.com").form([("phone", "1 2"), ("phone", "3")]).send()?;
            Ok(message.delivered_to_all("sent"))
        });
    assert_eq!(ran.answer(), &[Delivery::done("alice", "sent")]);
    let arrived = receiver.requests();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[0].url, "http://api.example.com/send?to=a%26b");
    assert_eq!((arrived[0].header("x-token"), arrived[0].body.as_slice()), (Some("s"), &br#"{"text":"b"}"#[..]));
    assert_eq!(arrived[1].body, b"phone=1%202&phone=3");
    assert_eq!(arrived[1].header("Content-Type"), Some("application/x-www-form-urlencoded"));
}

#[test]
fn a_server_that_is_away_is_a_reason_to_try_again() {
    let host = MockHost::bare().grant_http("https://a.example.com").http_down().http_reply(200, vec![0; (1 << 20) + 1]);
    let ran = host.action(&context(&[]), |_, host| {
        assert!(host.http().get("https://a.example.com/secret-path").send().unwrap_err().is_retryable());
        host.http().get("https://a.example.com/secret-path").send()?;
        ok()
    });
    let error = ran.error();
    assert!(error.message().contains("more than") && !error.message().contains("secret"), "{error}");
}

#[test]
fn a_secret_does_not_show_itself() {
    let host = MockHost::bare().grant_secret("TOKEN").secret("TOKEN", "hush").secret("OTHER", "hush");
    let ran = host.action(&context(&[]), |_, host| {
        let secret = host.secret("TOKEN")?;
        assert_eq!((secret.expose(), format!("{secret:?}").as_str()), ("hush", "***"));
        assert!(host.secret("OTHER").unwrap_err().is_denied());
        ok()
    });
    assert!(ran.result.is_ok());
}
