//! What only hand-written components can try: start functions, `realloc`, post-return, pointers, handles.

use gavia_sandbox::{Limits, PluginError, TrapKind};

use crate::bench::{Frame, Module, ask, error, hostile};

fn cpu(error: &PluginError) -> bool {
    matches!(error, PluginError::CpuLimit { ticks: 11 })
}

const FOREVER: &str = "(loop $l (br $l)) (unreachable)";

#[tokio::test]
async fn the_frame_by_itself_is_a_good_guest() {
    assert_eq!(ask("").harm_of(Module::default().action()).await.result.unwrap().message, "fine");
}

#[tokio::test]
async fn r02_an_endless_start_function_uses_up_its_processor_time() {
    let guest = Module { more: "(func $s (loop $l (br $l))) (start $s)", ..Module::default() };
    assert!(cpu(&error(ask("").cpu(50).harm_of(guest.action()).await)));
}

#[tokio::test]
async fn r03_an_endless_realloc_or_post_return_uses_up_its_processor_time() {
    let realloc = Module { realloc: FOREVER, ..Module::default() };
    assert!(cpu(&error(ask("").cpu(50).harm_of(realloc.action()).await)));
    let post = Module { post: FOREVER, ..Module::default() };
    assert!(cpu(&error(ask("").cpu(50).harm_of(post.action()).await)));
}

#[tokio::test]
async fn r06_unbounded_recursion_overflows_the_stack() {
    let guest = Module { run: "(call $r) (i32.const 1024)", more: "(func $r (call $r))", ..Module::default() };
    let error = error(ask("").harm_of(guest.action()).await);
    assert!(
        matches!(&error, PluginError::Trap { kind: TrapKind::Fault, text, .. } if text.contains("stack")),
        "{error:?}"
    );
}

#[tokio::test]
async fn r07_growing_until_refused_and_then_trapping_is_the_memory_limit() {
    let guest = Module {
        run: "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)",
        ..Module::default()
    };
    let error = error(ask("").harm_of(guest.action()).await);
    assert!(matches!(error, PluginError::MemoryLimit { .. }), "{error:?}");
}

#[tokio::test]
async fn r09_a_table_bomb_is_the_memory_limit() {
    let guest = Module {
        run: "(drop (table.grow $t (ref.null func) (i32.const 1000000))) (unreachable)",
        more: "(table $t 1 funcref)",
        ..Module::default()
    };
    let error = error(ask("").harm_of(guest.action()).await);
    assert!(matches!(error, PluginError::MemoryLimit { .. }), "{error:?}");
}

#[tokio::test]
async fn memory_beyond_the_calls_own_limit_is_refused_at_instantiation() {
    let guest = Module { memory: "(memory (export \"memory\") 200)", ..Module::default() };
    let mut ask = ask("");
    ask.limits.memory_bytes = 8 << 20;
    let error = error(ask.harm_of(guest.action()).await);
    assert!(matches!(error, PluginError::MemoryLimit { cap_bytes, .. } if cap_bytes == 8 << 20), "{error:?}");
}

#[tokio::test]
async fn r30_traps_are_told_apart() {
    let trap =
        async |run: &'static str| match error(ask("").harm_of(Module { run, ..Module::default() }.action()).await) {
            PluginError::Trap { kind, .. } => kind,
            other => panic!("{other:?}"),
        };
    assert_eq!(trap("(unreachable)").await, TrapKind::Panic);
    assert_eq!(trap("(i32.load (i32.const 0x7ffffff0))").await, TrapKind::Fault);
    assert_eq!(trap("(i32.div_s (i32.const 1) (i32.const 0))").await, TrapKind::Fault);
}

fn abi(error: &PluginError) -> bool {
    matches!(error, PluginError::Abi { .. })
}

#[tokio::test]
async fn r29_bad_pointers_text_and_cases_break_the_calling_convention() {
    let run = async |run: &'static str, more: &'static str| {
        error(ask("").harm_of(Module { run, more, ..Module::default() }.action()).await)
    };
    let bad = [
        ("(i32.const 0x7ffffff0)", ""), // the result is outside of memory
        ("(i32.const 1025)", ""),       // it is not aligned
        ("(i32.store offset=1028 (i32.const 0) (i32.const 0x7fffff00)) (i32.const 1024)", ""), // the message is outside
        ("(i32.store8 offset=2048 (i32.const 0) (i32.const 0xff)) (i32.const 1024)", ""), // it is not UTF-8
        ("(i32.store8 offset=1024 (i32.const 0) (i32.const 7)) (i32.const 1024)", ""), // neither ok nor error
        ("(i32.const 4096)", "(data (i32.const 4096) \"\\01\\00\\00\\00\\09\")"), // an error kind that does not exist
    ];
    for (code, more) in bad {
        let error = run(code, more).await;
        assert!(abi(&error), "{code}: {error:?}");
    }
}

#[tokio::test]
async fn r29_a_realloc_out_of_range_breaks_the_calling_convention() {
    for realloc in ["(i32.const 0x7ffffff0)", "(i32.const -1)", "(i32.const 3)"] {
        let error = error(ask("").harm_of(Module { realloc, ..Module::default() }.action()).await);
        assert!(abi(&error), "{realloc}: {error:?}");
    }
}

const STDOUT: &str = r#"
    (import "wasi:io/error@0.2.0" (instance $io-error (export "error" (type (sub resource)))))
    (alias export $io-error "error" (type $io-error-type))
    (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
    (alias export $streams "output-stream" (type $output-stream))
    (import "wasi:cli/stdout@0.2.0" (instance $stdout
        (alias outer 1 $output-stream (type $os)) (export "output-stream" (type $os2 (eq $os)))
        (export "get-stdout" (func (result (own $os2))))))
    (core func $get (canon lower (func $stdout "get-stdout")))"#;

#[tokio::test]
async fn r17_a_million_handles_of_the_hosts_are_a_quota() {
    let guest = Module {
        memory: "(import \"\" \"get\" (func $get (result i32))) (memory (export \"memory\") 2)",
        run: "(loop $l (drop (call $get)) (br $l)) (unreachable)",
        ..Module::default()
    };
    let arguments = "(with \"\" (instance (export \"get\" (func $get))))";
    let guest = Frame { imports: STDOUT, module: &guest.text(), arguments }.action();
    let error = error(ask("").harm_of(guest).await);
    assert_eq!(error, PluginError::Quota { what: "handles".to_owned() });
}

#[tokio::test]
async fn r17_a_million_handles_of_its_own_are_a_quota() {
    let guest = Module {
        memory: "(import \"\" \"new\" (func $new (param i32) (result i32))) (memory (export \"memory\") 2)",
        run: "(loop $l (drop (call $new (i32.const 1))) (br $l)) (unreachable)",
        ..Module::default()
    };
    let imports = "(type $thing (resource (rep i32))) (core func $new (canon resource.new $thing))";
    let arguments = "(with \"\" (instance (export \"new\" (func $new))))";
    let guest = Frame { imports, module: &guest.text(), arguments }.action();
    let error = error(ask("").harm_of(guest).await);
    assert_eq!(error, PluginError::Quota { what: "handles".to_owned() });
}

#[tokio::test]
async fn r18_64_mib_of_randomness_end_the_call() {
    let guest = Module {
        memory: "(import \"\" \"random\" (func $random (param i64 i32))) (memory (export \"memory\") 2)",
        run: "(call $random (i64.const 67108864) (i32.const 512)) (i32.const 1024)",
        ..Module::default()
    };
    let imports = r#"
        (import "wasi:random/random@0.2.0" (instance $random (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
        (core module $heap (memory (export "memory") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $h (instantiate $heap))
        (core func $bytes (canon lower (func $random "get-random-bytes") (memory (core memory $h "memory")) (realloc (core func $h "realloc"))))"#;
    let arguments = "(with \"\" (instance (export \"random\" (func $bytes))))";
    let guest = Frame { imports, module: &guest.text(), arguments }.action();
    let error = error(ask("").harm_of(guest).await);
    assert!(abi(&error), "{error:?}");
}

#[tokio::test]
async fn r39_memory_of_an_earlier_call_is_never_seen() {
    // Leaves a mark, and answers with an error if it finds one.
    let guest = Module {
        run: "(if (i32.load (i32.const 100000)) (then (unreachable))) (i32.store (i32.const 100000) (i32.const 0xcafe)) (i32.const 1024)",
        ..Module::default()
    };
    let (sandbox, _) = hostile().await;
    let prepared = sandbox.prepare(guest.action()).await.unwrap();
    for _ in 0..200 {
        assert_eq!(ask("").run(sandbox, &prepared.plugin).await.result.unwrap().message, "fine");
    }
}

#[test]
fn the_default_limits_are_those_of_the_design() {
    let of = |kind| {
        let limits = Limits::for_kind(kind);
        (limits.cpu.as_millis(), limits.wall.as_millis(), limits.memory_bytes >> 20)
    };
    assert_eq!(of(gavia_sandbox::Kind::Action), (1_000, 30_000, 64));
    assert_eq!(of(gavia_sandbox::Kind::Participants), (500, 5_000, 64));
    assert_eq!(of(gavia_sandbox::Kind::Notice), (1_000, 30_000, 64));
    assert_eq!(of(gavia_sandbox::Kind::Condition), (50, 200, 8));
}
