//! Slots, shutdown, dropped callers, conditions: what the sandbox promises about calls whatever the guest does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use gavia_sandbox::{
    Allocator, BoxFuture, Call, FieldKind, FieldValue, FlowEntry, Grants, Kind, Limits, NoServices, Plugin,
    PluginError, Problem, Rejection, Retry, Sandbox, ServiceError, Services, Settings, Ticket, TicketsRead, Turnstile,
};

use crate::bench::{CACHE, Frame, Module, ask, condition_core_module, error, hostile, refused, sandbox};

/// A sandbox of one's own with the hostile guest, loaded from the shared cache.
async fn own(slots: usize) -> (Sandbox, Plugin) {
    let (_, prepared) = hostile().await;
    let sandbox = sandbox(slots);
    let plugin = sandbox.load(prepared.component, prepared.compiled).await.unwrap();
    (sandbox, plugin)
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn versions_behind_one_turnstile_are_suspended_together_and_a_try_behind_its_own_is_not() {
    let (sandbox, plugin) = own(4).await;
    let (gate, limits) = (Turnstile::default(), Limits { failures: 2, ..Limits::for_kind(Kind::Action) });
    let (first, second) = (plugin.behind(&gate), plugin.behind(&gate));
    let crash = ask("write, then panic").granted();
    let run = async |plugin: &Plugin| sandbox.run_action(plugin, crash.call(limits)).await.result.unwrap_err();
    run(&plugin.behind(&Turnstile::default())).await;
    for plugin in [&first, &second] {
        assert!(matches!(run(plugin).await, PluginError::Trap { .. }));
    }
    assert!(matches!(run(&first).await, PluginError::Suspended { failures: 2, .. }));
    assert!(matches!(run(&plugin.behind(&Turnstile::default())).await, PluginError::Trap { .. }));
    gate.reset();
    assert!(matches!(run(&second).await, PluginError::Trap { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_dropped_waiting_calls_leave_no_slot_taken() {
    let (sandbox, plugin) = own(64).await;
    let ask = ask("sleep an hour").wall(300);
    for _ in 0..1_000 {
        // Long enough for the first ones to be waiting inside of the guest, and for the rest to be waiting for a slot.
        let call = tokio::time::timeout(Duration::from_micros(500), ask.run(&sandbox, &plugin));
        drop(call.await);
    }
    assert!(sandbox.in_use() > 0, "a call that has begun is not dropped with its caller");
    until("every slot is free again", || sandbox.in_use() == 0).await;
    assert_eq!(crate::bench::ask("none").run(&sandbox, &plugin).await.result.unwrap().message, "fine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_does_not_end_the_call() {
    struct Counting(AtomicUsize);
    impl Services for Counting {
        fn ticket(&self, id: i64) -> BoxFuture<'_, Result<Ticket, ServiceError>> {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                self.0.fetch_add(1, Ordering::SeqCst);
                Ok(Ticket { id, ..Ticket::default() })
            })
        }

        fn history(&self, _id: i64, _limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ServiceError>> {
            Box::pin(std::future::ready(Ok(Vec::new())))
        }
    }

    let (sandbox, plugin) = own(4).await;
    let host = Arc::new(Counting(AtomicUsize::new(0)));
    let mut ask = ask("read");
    ask.grants.tickets_read = TicketsRead::All;
    ask.host = host.clone();
    assert!(tokio::time::timeout(Duration::from_millis(20), ask.run(&sandbox, &plugin)).await.is_err());
    assert_eq!(sandbox.in_use(), 1);
    until("the call ends by itself", || sandbox.in_use() == 0).await;
    assert_eq!(host.0.load(Ordering::SeqCst), 2, "get, then history, which reads the ticket again to judge it");
}

/// On one thread, where eight endless loops that only yielded would make every other call wait 40 ms.
#[tokio::test]
async fn calls_that_compute_for_long_give_way_to_the_others() {
    let (sandbox, plugin) = own(32).await;
    let good = sandbox.prepare(Module::default().action()).await.unwrap().plugin;
    let mut hogs = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (sandbox, plugin) = (sandbox.clone(), plugin.clone());
        hogs.spawn(async move { ask("loop").cpu(2_000).wall(20_000).run(&sandbox, &plugin).await });
    }
    tokio::time::sleep(Duration::from_millis(300)).await; // until all of them are known for what they are
    assert_eq!(sandbox.in_use(), 8);
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(ask("").run(&sandbox, &good).await.result.unwrap().message, "fine");
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(sandbox.in_use(), 8, "they go on meanwhile");
    while let Some(outcome) = hogs.join_next().await {
        assert!(matches!(error(outcome.unwrap()), PluginError::CpuLimit { .. } | PluginError::Timeout { .. }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_gets_no_slot_in_five_seconds_is_busy() {
    let (sandbox, plugin) = own(1).await;
    let holder = {
        let (sandbox, plugin) = (sandbox.clone(), plugin.clone());
        tokio::spawn(async move { ask("sleep an hour").wall(7_000).run(&sandbox, &plugin).await })
    };
    until("the only slot is taken", || sandbox.in_use() == 1).await;
    let outcome = ask("none").run(&sandbox, &plugin).await;
    assert!(outcome.usage.queue_ms >= 5_000);
    let error = error(outcome);
    assert_eq!(error, PluginError::Busy { what: "every slot is taken" });
    assert_eq!((error.retry(), error.shown().as_str()), (Retry::Backoff, "waiting"));
    holder.await.unwrap().result.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn draining_ends_running_guests_at_once_and_refuses_new_ones() {
    let (sandbox, plugin) = own(8).await;
    let mut calls = tokio::task::JoinSet::new();
    for harm in ["sleep an hour", "loop", "sleep an hour"] {
        let (sandbox, plugin) = (sandbox.clone(), plugin.clone());
        calls.spawn(async move { ask(harm).cpu(20_000).run(&sandbox, &plugin).await });
    }
    until("all run", || sandbox.in_use() == 3).await;
    let start = Instant::now();
    sandbox.drain().await;
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(sandbox.in_use(), 0);
    while let Some(outcome) = calls.join_next().await {
        assert_eq!(error(outcome.unwrap()), PluginError::Ended);
    }
    assert_eq!(error(ask("none").run(&sandbox, &plugin).await), PluginError::Ended);
}

#[tokio::test]
async fn a_panic_in_the_host_is_one_failed_call() {
    struct Broken;
    impl Services for Broken {
        fn ticket(&self, _id: i64) -> BoxFuture<'_, Result<Ticket, ServiceError>> {
            panic!("a mistake of ours")
        }

        fn history(&self, _id: i64, _limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ServiceError>> {
            panic!("a mistake of ours")
        }
    }
    let (sandbox, plugin) = own(2).await;
    let mut broken = ask("read");
    broken.grants.tickets_read = TicketsRead::All;
    broken.host = Arc::new(Broken);
    for _ in 0..5 {
        let error = error(broken.run(&sandbox, &plugin).await);
        assert_eq!(error, PluginError::Internal { id: "0000-test".to_owned(), chain: "a mistake of ours".to_owned() });
        assert_eq!(error.shown(), "internal error 0000-test");
    }
    assert_eq!(sandbox.in_use(), 0);
    assert_eq!(ask("none").run(&sandbox, &plugin).await.result.unwrap().message, "fine");
}

#[tokio::test]
async fn on_demand_allocation_gives_the_same_answers() {
    let (_, prepared) = hostile().await;
    let settings = Settings { cache_dir: CACHE.path().to_owned(), slots: Some(4), allocator: Allocator::OnDemand };
    let sandbox = Sandbox::new(settings).unwrap();
    let plugin =
        sandbox.load(prepared.component, prepared.compiled).await.expect("both allocators share compiled code");
    assert_eq!(ask("none").run(&sandbox, &plugin).await.result.unwrap().message, "fine");
    assert!(matches!(error(ask("allocate").run(&sandbox, &plugin).await), PluginError::MemoryLimit { .. }));
}

#[tokio::test]
async fn the_clocks_thread_ends_with_the_last_clone() {
    let (sandbox, plugin) = own(2).await;
    let clone = sandbox.clone();
    drop(sandbox);
    let error = error(ask("loop").cpu(20).run(&clone, &plugin).await);
    assert!(matches!(error, PluginError::CpuLimit { .. }), "the clock still runs");
    assert_eq!(clone.in_use(), 0);
}

/// A condition plugin whose `first-match` finds what `answer` stores at 1024 and whose `check` finds what is at 1088.
fn condition(answer: &str) -> Vec<u8> {
    let module = Module::default().text();
    let functions = format!(
        r#"(func (export "first-match") (param i32) (result i32) {answer} (i32.const 1024))
           (func (export "check") (param i32 i32 i32 i32) (result i32) (i32.const 1088))
           (data (i32.const 1088) "\80\04\00\00\01\00\00\00")
           (data (i32.const 1152) "\01\00\00\00\07\00\00\00\00\08\00\00\04\00\00\00"))"#
    );
    let module = format!("{} {functions}", module.strip_suffix(')').unwrap());
    Frame { module: &module, ..Frame::default() }.condition()
}

#[tokio::test]
async fn a_condition_plugin_answers_an_index_within_its_expressions() {
    let (sandbox, _) = hostile().await;
    let expressions = ["a".to_owned(), "b".to_owned()];
    let first = async |plugin: &Plugin| {
        let ask = ask("");
        let call = Call {
            context: &ask.context,
            grants: Arc::new(Grants::default()),
            limits: Limits::for_kind(Kind::Condition),
            host: Arc::new(NoServices),
        };
        sandbox.first_match(plugin, &expressions, call).await.result
    };
    let of = async |answer: &str| sandbox.prepare(condition(answer)).await.unwrap();

    let none = of("(i32.store8 offset=1028 (i32.const 0) (i32.const 0))").await;
    assert_eq!(none.kinds, [Kind::Condition]);
    assert_eq!(first(&none.plugin).await, Ok(None));
    let second =
        of("(i32.store8 offset=1028 (i32.const 0) (i32.const 1)) (i32.store offset=1032 (i32.const 0) (i32.const 1))")
            .await;
    assert_eq!(first(&second.plugin).await, Ok(Some(1)));
    let third =
        of("(i32.store8 offset=1028 (i32.const 0) (i32.const 1)) (i32.store offset=1032 (i32.const 0) (i32.const 2))")
            .await;
    assert_eq!(first(&third.plugin).await, Err(PluginError::BadOutput { what: "expression 2 of 2".to_owned() }));

    let problems = sandbox.check_conditions(&second.plugin, &expressions, &[]).await.result.unwrap();
    assert_eq!(problems, [Problem { index: 1, offset: 7, message: "fine".to_owned() }]);
    let wrong_kind = error(ask("").run(sandbox, &second.plugin).await);
    assert_eq!(wrong_kind, PluginError::Link { text: "it is not of kind action".to_owned() });
}

#[tokio::test]
async fn the_built_in_condition_component_imports_nothing_but_the_log() {
    let (sandbox, _) = hostile().await;
    let prepared = sandbox.prepare(condition_core_module()).await.unwrap();
    assert_eq!(prepared.kinds, [Kind::Condition]);
    let ours = |name: &String| ["gavia:plugin/log@0.1.0", "gavia:plugin/types@0.1.0"].contains(&name.as_str());
    assert!(prepared.report.imports.iter().all(ours), "{:?}", prepared.report.imports);
    let expressions = ["{days} > 5".to_owned(), "{days} == 5".to_owned(), "(((".to_owned()];
    let ask = ask("");
    let call = Call {
        context: &ask.context,
        grants: Arc::new(Grants::default()),
        limits: Limits::for_kind(Kind::Condition),
        host: Arc::new(NoServices),
    };
    assert_eq!(sandbox.first_match(&prepared.plugin, &expressions, call).await.result, Ok(Some(1)));
    let problems = sandbox.check_conditions(&prepared.plugin, &expressions, &["days".to_owned()]).await.result.unwrap();
    assert_eq!(problems.iter().map(|problem| problem.index).collect::<Vec<_>>(), [2]);
}

/// The deepest expressions that are well-formed, one for each way to nest, and trees with every operator at each level.
fn deepest() -> Vec<String> {
    let around = |open: &str, inner: &str, close: &str, levels: usize| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    let mut expressions = vec![
        around("(", "1", ")", 63),
        around("[", "1", "]", 63),
        around("not ", "0", "", 63),
        around("-", "1", "", 63),
        around("1 ** ", "1", "", 63),
        around("1 if 1 else ", "1", "", 63),
        around("abs(", "1", ")", 63),
        around("'ab'.strip(", "'x'", ")", 63),
        around("(1 + ", "1", " + 1)", 31),
        around("(0 or 1 and ", "1", ")", 21),
        around("(1 < 2 < 3 == ", "3", ")", 31),
        format!("1{}", " + 1".repeat(1_000)),
        format!("'a'{} == 'a'", ".strip()".repeat(400)),
    ];
    let mut tall = "1".to_owned();
    for _ in 0..14 {
        tall = format!("({tall}**1*1+0<2 and 1 or 0 if 1 else 0)");
        expressions.push(tall.clone());
    }
    expressions
}

#[tokio::test]
async fn the_deepest_conditions_fit_into_the_stack_of_the_built_in_component() {
    let (sandbox, _) = hostile().await;
    let prepared = sandbox.prepare(condition_core_module()).await.unwrap();
    let mut ask = ask("");
    let deep = FieldValue { key: "deep".to_owned(), value: around_json(120), ..FieldValue::default() };
    ask.context.ticket.fields.push(FieldValue { kind: FieldKind::MultiSelect, ..deep });
    let mut answered = 0;
    for expression in deepest().into_iter().chain(["{deep} == 1".to_owned()]) {
        let limits = Limits { failures: u32::MAX, ..Limits::for_kind(Kind::Condition) };
        let outcome = sandbox.first_match(&prepared.plugin, std::slice::from_ref(&expression), ask.call(limits)).await;
        match outcome.result {
            Ok(_) => answered += 1,
            Err(PluginError::Guest(_)) => {}
            Err(error) => panic!("{expression}: {error}"),
        }
    }
    assert!(answered > 15, "{answered}");
}

fn around_json(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[tokio::test]
async fn a_condition_that_wants_more_than_the_log_is_refused() {
    let module = format!(
        "{} (func (export \"first-match\") (param i32) (result i32) (i32.const 0)) (func (export \"check\") (param i32 i32 i32 i32) (result i32) (i32.const 0)))",
        Module::default().text().strip_suffix(')').unwrap()
    );
    let imports = r#"(import "wasi:clocks/wall-clock@0.2.0" (instance
        (type $d' (record (field "seconds" u64) (field "nanoseconds" u32))) (export "datetime" (type $d (eq $d')))
        (export "now" (func (result $d)))))"#;
    let text = match refused(Frame { imports, module: &module, arguments: "" }.condition()).await {
        Rejection::Unlinkable(text) => text,
        other => panic!("{other:?}"),
    };
    assert!(text.contains("wanted: wasi:clocks/wall-clock@0.2.0 now"), "{text}");
    assert!(text.contains("gavia:plugin/log@0.1.0 alone"), "{text}");
}
