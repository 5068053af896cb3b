//! Rows 1 to 5: guests that do not come to an end.

use crate::{
    arena::Arena,
    ask::ask,
    frame::Module,
    row::{Attack, End, Guest, call, ensure, fails, harm},
};

const FOREVER: &str = "(loop $l (br $l)) (unreachable)";

/// 50 ms of processor time, and the tick that shows that they are over.
fn over() -> End {
    fails("cpu-limit").exactly("the plugin used up its processor time: 11 ticks of 5 ms")
}

fn endless(what: &str, module: Module) -> Attack {
    call(what, Guest::Component(module.action()), ask("").cpu(50), over())
}

pub(super) fn endless_export(_: &Arena) -> Vec<Attack> {
    vec![
        harm(
            ask("loop").cpu(100),
            fails("cpu-limit").exactly("the plugin used up its processor time: 21 ticks of 5 ms"),
        ),
        endless("loop in text", Module { run: FOREVER, ..Module::default() }),
    ]
}

pub(super) fn endless_start(_: &Arena) -> Vec<Attack> {
    let more = "(func $s (loop $l (br $l))) (start $s)";
    vec![endless("start", Module { more, ..Module::default() })]
}

pub(super) fn endless_abi(_: &Arena) -> Vec<Attack> {
    vec![
        endless("realloc", Module { realloc: FOREVER, ..Module::default() }),
        endless("post-return", Module { post: FOREVER, ..Module::default() }),
    ]
}

pub(super) fn tiny_steps(_: &Arena) -> Vec<Attack> {
    vec![
        harm(ask("tiny sleeps").cpu(50), over()).within(10),
        harm(ask("host calls"), fails("quota").exactly("the plugin used up its quota of host calls (10000)")),
    ]
}

pub(super) fn sleeping(_: &Arena) -> Vec<Attack> {
    let end = fails("timeout").saying("did not answer within 150ms; last host call: none");
    let idle = end.also(|ended| ensure(ended.outcome()?.usage.cpu_ticks <= 2, "waiting was counted as computing"));
    vec![harm(ask("sleep an hour").wall(150), idle)]
}
