//! Rows 6 to 9 and 17: guests that want all memory, all stack, all handles.

use gavia_sandbox::MAX_MEMORY_BYTES;

use crate::{
    arena::Arena,
    ask::ask,
    frame::{Frame, Module},
    row::{Attack, Guest, answers, call, ensure, fails, harm, rejected, upload},
};

/// The largest memory that a call may have, in MiB.
const ALL: usize = MAX_MEMORY_BYTES >> 20;

pub(super) fn recursion(_: &Arena) -> Vec<Attack> {
    let recursive = Module { run: "(call $r) (i32.const 1024)", more: "(func $r (call $r))", ..Module::default() };
    vec![
        harm(ask("recurse"), fails("trap(fault)")),
        call("recursion in text", Guest::Component(recursive.action()), ask(""), fails("trap(fault)").saying("stack")),
    ]
}

pub(super) fn bomb(_: &Arena) -> Vec<Attack> {
    let run = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
    let full = fails("memory-limit").also(|ended| {
        let peak = ended.memory;
        ensure(peak > MAX_MEMORY_BYTES / 2, format!("it was stopped at {peak} bytes already"))
    });
    vec![
        harm(ask("allocate"), full).memory(ALL).within(10),
        call(
            "grow until refused, then trap",
            Guest::Component(Module { run, ..Module::default() }.action()),
            ask(""),
            fails("memory-limit"),
        )
        .memory(ALL),
        harm(ask("reserve"), answers("refused", "refused: true")).memory(ALL),
    ]
}

pub(super) fn huge_memory(_: &Arena) -> Vec<Attack> {
    let with = |memory| Module { memory, ..Module::default() }.action();
    vec![
        upload("4 GiB", with("(memory (export \"memory\") 65536)"), rejected("rejected(limit)")),
        upload("one page too many", with("(memory (export \"memory\") 1025)"), rejected("rejected(limit)")),
    ]
}

pub(super) fn tables(_: &Arena) -> Vec<Attack> {
    let huge = Module { more: "(table 10000000 funcref)", ..Module::default() };
    let bomb = Module {
        run: "(drop (table.grow $t (ref.null func) (i32.const 1000000))) (unreachable)",
        more: "(table $t 1 funcref)",
        ..Module::default()
    };
    vec![
        upload("10 million elements", huge.action(), rejected("rejected(limit)")),
        call("table.grow", Guest::Component(bomb.action()), ask(""), fails("memory-limit")),
    ]
}

const STDOUT: &str = r#"
    (import "wasi:io/error@0.2.0" (instance $io-error (export "error" (type (sub resource)))))
    (alias export $io-error "error" (type $io-error-type))
    (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
    (alias export $streams "output-stream" (type $output-stream))
    (import "wasi:cli/stdout@0.2.0" (instance $stdout
        (alias outer 1 $output-stream (type $os)) (export "output-stream" (type $os2 (eq $os)))
        (export "get-stdout" (func (result (own $os2))))))
    (core func $make (canon lower (func $stdout "get-stdout")))"#;
const OWN: &str = "(type $thing (resource (rep i32))) (core func $make (canon resource.new $thing))";
const MAKE: &str = "(with \"\" (instance (export \"make\" (func $make))))";

pub(super) fn handles(_: &Arena) -> Vec<Attack> {
    let forever = |what: &str, imports: &str, memory, run| {
        let module = Module { memory, run, ..Module::default() }.text();
        let guest = Frame { imports, module: &module, arguments: MAKE }.action();
        call(what, Guest::Component(guest), ask(""), fails("quota").exactly("the plugin used up its quota of handles"))
    };
    vec![
        forever(
            "the host's",
            STDOUT,
            "(import \"\" \"make\" (func $make (result i32))) (memory (export \"memory\") 2)",
            "(loop $l (drop (call $make)) (br $l)) (unreachable)",
        ),
        forever(
            "its own",
            OWN,
            "(import \"\" \"make\" (func $make (param i32) (result i32))) (memory (export \"memory\") 2)",
            "(loop $l (drop (call $make (i32.const 1))) (br $l)) (unreachable)",
        ),
    ]
}
