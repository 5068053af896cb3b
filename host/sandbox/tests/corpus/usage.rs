//! What a call is said to have used, for each row of plugin-runtime §6 that can be known: by guests that use exactly so much of it.

use std::sync::Arc;

use gavia_sandbox::{FieldValue, Grants, HttpGrant, Kind, Limits, Message, Outcome, PluginError, Storage, Usage, User};

use crate::{
    bench::{Ask, Frame, Harm as _, Module, ask, condition_core_module, hostile},
    probe::{Probe as _, Receiver, Reply, host, ok, private, prober, steps},
};

async fn used(ask: Ask) -> Usage {
    let outcome = ask.probe().await;
    outcome.result.unwrap();
    outcome.usage
}

fn kept() -> Grants {
    Grants { kv: Storage::Own, ..Grants::default() }
}

#[tokio::test]
async fn tables_are_told_as_the_largest_sum() {
    let guest = Module {
        run: "(drop (table.grow $t (ref.null func) (i32.const 7)))
              (drop (table.grow $t (ref.null func) (i32.const 19))) ;; past its own maximum
              (i32.const 1024)",
        more: "(table $t 10 30 funcref) (table 5 funcref)",
        ..Module::default()
    };
    assert_eq!(ask("").harm_of(guest.action()).await.usage.peak_table_elements, 22);
    assert_eq!(ask("").harm_of(Module::default().action()).await.usage.peak_table_elements, 0);
}

/// A guest with wasi's standard output: `make` is `get-stdout`, `drop` gives a handle back.
fn with_handles(run: &'static str) -> Vec<u8> {
    let imports = r#"
        (import "wasi:io/error@0.2.0" (instance $io-error (export "error" (type (sub resource)))))
        (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
        (alias export $streams "output-stream" (type $output-stream))
        (import "wasi:cli/stdout@0.2.0" (instance $stdout
            (alias outer 1 $output-stream (type $os)) (export "output-stream" (type $os2 (eq $os)))
            (export "get-stdout" (func (result (own $os2))))))
        (core func $make (canon lower (func $stdout "get-stdout")))
        (core func $drop (canon resource.drop $output-stream))"#;
    let memory = r#"(import "" "make" (func $make (result i32))) (import "" "drop" (func $drop (param i32)))
        (memory (export "memory") 2)"#;
    let module = Module { memory, run, ..Module::default() }.text();
    let arguments = r#"(with "" (instance (export "make" (func $make)) (export "drop" (func $drop))))"#;
    Frame { imports, module: &module, arguments }.action()
}

#[tokio::test]
async fn wasis_resources_are_told_as_the_most_at_the_same_time() {
    for (run, most) in [
        ("(i32.const 1024)", 0),
        ("(drop (call $make)) (drop (call $make)) (drop (call $make)) (i32.const 1024)", 3),
        ("(call $drop (call $make)) (call $drop (call $make)) (drop (call $make)) (i32.const 1024)", 1),
        (
            "(local $a i32) (local.set $a (call $make)) (drop (call $make)) (drop (call $make)) (drop (call $make))
             (call $drop (local.get $a)) (drop (call $make)) (call $drop (i32.const 2)) (call $drop (i32.const 3))
             (i32.const 1024)",
            4,
        ),
    ] {
        let outcome = ask("").harm_of(with_handles(run)).await;
        assert_eq!(outcome.result.unwrap().message, "fine");
        assert_eq!(outcome.usage.peak_resources, most, "{run}");
    }
    let endless = "(loop $l (drop (call $make)) (br $l)) (unreachable)";
    assert_eq!(ask("").harm_of(with_handles(endless)).await.usage.peak_resources, gavia_sandbox::MAX_RESOURCES);
}

/// That the figure is wasmtime's: the call passes with it as its limit, and not with one byte less.
async fn is_what_is_charged<T>(what: &str, run: impl AsyncFn(usize) -> Outcome<T>) -> usize {
    let figure = run(Limits::for_kind(Kind::Action).transfer_bytes).await.usage.transfer_bytes;
    let passes = run(figure).await;
    assert!(!matches!(passes.result, Err(PluginError::TransferLimit { .. })), "{what}: {figure} is not enough");
    assert_eq!(passes.usage.transfer_bytes, figure, "{what}");
    let short = run(figure - 1).await;
    assert!(
        matches!(short.result, Err(PluginError::TransferLimit { cap_bytes }) if cap_bytes == figure - 1),
        "{what}: {figure} is more than was charged"
    );
    figure
}

#[tokio::test]
async fn what_is_handed_over_is_told_as_wasmtime_charges_it() {
    let (long, longer) = ("k".repeat(200), "v".repeat(300));
    let absent = Grants { secrets: vec![longer.clone()], ..Grants::default() };
    let token = Grants { secrets: vec!["token".to_owned()], ..Grants::default() };
    let told = "it is tok-12345".len() + size_of::<(String, String)>() + 2 * "tok-12345".len();
    let several: [(&[&str], Grants, usize); 8] = [
        (&["get", &long], kept(), 200),
        (&["set", &long, &longer], kept(), 500),
        (&["swap", &long, &longer, &longer], kept(), 800),
        (&["delete", &long], Grants::default(), 200),
        (&["user", &longer], Grants::default(), 300),
        (&["setting", &longer], Grants::default(), 300),
        (&["secret", &longer], absent, 300),
        (&["tell", "token"], token, told), // with a field of the log
    ];
    for (step, grants, figure) in several {
        let asked = steps(&[step]).grants(grants);
        let run = async |transfer_bytes| {
            let mut ask = asked.clone();
            ask.limits.transfer_bytes = transfer_bytes;
            ask.host = Arc::new(host());
            ask.probe().await
        };
        assert_eq!(is_what_is_charged(step[0], run).await, figure, "{step:?}");
    }
    let (sandbox, guest) = hostile().await;
    let write = size_of::<FieldValue>() + "days".len() + "7".len();
    for (harm, figure) in
        [("log flood", "line 1999".len()), ("write", write), ("big message", 9 << 10), ("fail for good", 7)]
    {
        let run = async |transfer_bytes| {
            let mut ask = ask(harm).granted();
            ask.limits.transfer_bytes = transfer_bytes;
            ask.run(sandbox, &guest.plugin).await
        };
        assert_eq!(is_what_is_charged(harm, run).await, figure, "{harm}");
    }
}

#[tokio::test]
async fn lists_are_charged_for_their_elements_too() {
    let (sandbox, plugin) = prober().await;
    let names = steps(&[&["names", "lisi", "wangwu"]]);
    let within = |transfer_bytes| Limits { transfer_bytes, failures: u32::MAX, ..Limits::for_kind(Kind::Notice) };
    let people = async |bytes| sandbox.resolve_participants(plugin, names.call(within(bytes))).await;
    assert_eq!(is_what_is_charged("participants", people).await, 2 * size_of::<String>() + "lisiwangwu".len());
    let user = |name: &str| User { username: name.to_owned(), ..User::default() };
    let message = Message { recipients: vec![user("lisi"), user("wangwu")], ..Message::default() };
    let told = async |bytes| sandbox.send_notice(plugin, &message, names.call(within(bytes))).await;
    assert!(is_what_is_charged("deliveries", told).await > 100);

    let (sandbox, _) = hostile().await;
    let conditions = sandbox.prepare(condition_core_module()).await.unwrap().plugin;
    let wrong = ["(((".to_owned(), "{days} >".to_owned()];
    let checked = async |bytes| sandbox.check_conditions_within(&conditions, (&wrong, &[]), within(bytes)).await;
    assert!(is_what_is_charged("problems", checked).await > 2 * size_of::<gavia_sandbox::Problem>());
}

#[tokio::test]
async fn the_log_and_the_streams_are_told_in_lines_and_bytes() {
    let figures = |usage: Usage| (usage.log_lines, usage.log_bytes, usage.stdio_bytes, usage.logs_dropped);
    assert_eq!(figures(used(steps(&[&["say", "hello"], &["say", "you"]])).await), (2, 8, 0, 0));
    let printed = "to\u{1b}[31m standard output\n".len() + "to standard error\n".len();
    assert_eq!(figures(ask("print").harm().await.usage), (3, "to the log".len(), printed, 0));
    let logged: usize = (0..500).map(|i| format!("line {i}").len()).sum();
    assert_eq!(figures(ask("log flood").harm().await.usage), (500, logged, 0, 1_500));
    let (lines, log, stdio, dropped) = figures(ask("print flood").harm().await.usage);
    assert_eq!((lines, log, stdio), (500, 0, 64 << 10));
    assert!(dropped > 1_000, "{dropped}");
}

#[tokio::test]
async fn what_is_kept_is_told_by_its_largest_value_and_in_all() {
    let usage = used(
        steps(&[
            &["set", "a", "123"],
            &["fill", "big", "1000"],
            &["fill", "bigger", "65537"], // refused
            &["swap", "a", "123", "4567"],
            &["swap", "a", "none", "00000000"], // another value stands there
            &["get", "a"],
        ])
        .grants(kept()),
    )
    .await;
    assert_eq!((usage.kv_value_bytes, usage.kv_written_bytes), (1_000, (1 + 3) + (3 + 1_000) + (1 + 4)));
    assert_eq!((usage.host_calls, usage.denied), (6, 0));
}

#[tokio::test]
async fn changes_are_told_in_bytes_too() {
    let usage = ask("write").granted().harm().await.usage;
    assert_eq!((usage.effects, usage.effect_bytes), (2, "days".len() + "7".len() + "seven".len()));
    let usage = ask("write too many bytes").granted().harm().await.usage;
    let each = "text".len() + (100 << 10) + 2;
    assert_eq!((usage.effects, usage.effect_bytes), (2, 2 * each), "the third was refused");
}

#[tokio::test]
async fn an_answer_is_measured_whether_it_is_acceptable_or_not() {
    let answered = async |harm| {
        let usage = ask(harm).harm().await.usage;
        (usage.message_bytes, usage.output_bytes)
    };
    assert_eq!(answered("none").await, ("fine".len(), 0));
    assert_eq!(answered("big message").await, (9 << 10, 0));
    assert_eq!(answered("big output").await, (1, (300 << 10) + 2));
    let (sandbox, plugin) = prober().await;
    let people = steps(&[&["names", "lisi", "lisi", "wangwu"]]);
    let usage = sandbox.resolve_participants(plugin, people.call(Limits::for_kind(Kind::Participants))).await.usage;
    assert_eq!((usage.participants, usage.deliveries), (3, 0));
    let stranger = steps(&[&["names", "eve"]]);
    let told = sandbox.send_notice(plugin, &Message::default(), stranger.call(Limits::for_kind(Kind::Notice))).await;
    assert_eq!((told.usage.participants, told.usage.deliveries, told.result.is_err()), (0, 1, true));
}

#[tokio::test]
async fn requests_are_told_by_how_many_at_once_and_how_long() {
    let receiver = Receiver::start(ok("x"));
    let url = receiver.at("here.test");
    let granted = || -> Vec<HttpGrant> { vec![private(&url)] };
    let request: &[&str] = &["http", "GET", &url];
    let usage = used(steps(&[request, request, request]).http(granted())).await;
    assert_eq!((usage.http_requests, usage.http_at_once), (3, 1), "one after the other");
    assert!(usage.http_ms < 3_000, "{}", usage.http_ms);
    let held: &[&str] = &["http", "GET", &url, "hold"];
    let usage = used(steps(&[held, held, held]).http(granted())).await;
    assert_eq!(usage.http_at_once, 3);

    let silent = Receiver::start(Reply::Silence);
    let url = silent.at("here.test");
    let waiting = steps(&[&["http", "GET", &url, "wait=200"]]).http(vec![private(&url)]);
    let usage = used(waiting).await;
    assert!((200..3_000).contains(&usage.http_ms), "{}", usage.http_ms);
    assert_eq!(used(steps(&[&["say", "x"]])).await.http_ms, 0);
}
