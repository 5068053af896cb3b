//! Rows 29 and 30: guests that break the calling convention, or off.

use crate::{
    arena::Arena,
    ask::ask,
    frame::Module,
    row::{Attack, End, Guest, call, fails, harm},
};

fn text(what: &str, module: Module, end: End) -> Attack {
    call(what, Guest::Component(module.action()), ask(""), end)
}

pub(super) fn calling_convention(_: &Arena) -> Vec<Attack> {
    let bad = [
        ("a result outside of memory", "(i32.const 0x7ffffff0)", ""),
        ("a result that is not aligned", "(i32.const 1025)", ""),
        (
            "a message outside of memory",
            "(i32.store offset=1028 (i32.const 0) (i32.const 0x7fffff00)) (i32.const 1024)",
            "",
        ),
        ("a message that is no UTF-8", "(i32.store8 offset=2048 (i32.const 0) (i32.const 0xff)) (i32.const 1024)", ""),
        ("neither ok nor error", "(i32.store8 offset=1024 (i32.const 0) (i32.const 7)) (i32.const 1024)", ""),
        ("a kind of error that there is not", "(i32.const 4096)", "(data (i32.const 4096) \"\\01\\00\\00\\00\\09\")"),
    ];
    let results = bad.map(|(what, run, more)| text(what, Module { run, more, ..Module::default() }, fails("abi")));
    let realloc = ["(i32.const 0x7ffffff0)", "(i32.const -1)", "(i32.const 3)"]
        .map(|realloc| text("realloc", Module { realloc, ..Module::default() }, fails("abi")));
    results.into_iter().chain(realloc).collect()
}

pub(super) fn traps(_: &Arena) -> Vec<Attack> {
    let run = |run| Module { run, ..Module::default() };
    vec![
        harm(ask("panic"), fails("trap(panic)").saying("told to panic")),
        harm(ask("abort"), fails("trap(panic)")),
        harm(ask("exit"), fails("exit").exactly("the plugin exited by itself")),
        harm(ask("exit with zero"), fails("exit").exactly("the plugin exited by itself")),
        text("unreachable", run("(unreachable)"), fails("trap(panic)")),
        text("a load outside of memory", run("(i32.load (i32.const 0x7ffffff0))"), fails("trap(fault)")),
        text("a division by zero", run("(i32.div_s (i32.const 1) (i32.const 0))"), fails("trap(fault)")),
    ]
}
