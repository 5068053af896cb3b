//! Rows 19 to 22 and 39: guests that look around, in their surroundings and in their memory.

use crate::{
    arena::Arena,
    ask::ask,
    frame::Module,
    row::{Attack, End, Ended, Steps, answers, ensure, harm, own},
};

pub(super) fn surroundings(_: &Arena) -> Vec<Attack> {
    let end = End::answered("empty").saying("environment 0; arguments 0; stdin 0; ");
    vec![harm(ask("look around"), end)]
}

pub(super) fn files(_: &Arena) -> Vec<Attack> {
    let nothing = ["passwd", "parent", "here", "write"].map(|what| format!("{what} entity not found")).join("; ");
    vec![harm(ask("look around"), End::answered("not found").saying(nothing))]
}

pub(super) fn network(_: &Arena) -> Vec<Attack> {
    let text =
        "connect permission denied; listen permission denied; udp permission denied; resolve uncategorized error";
    vec![harm(ask("network"), answers("permission denied", text))]
}

pub(super) fn threads(_: &Arena) -> Vec<Attack> {
    vec![harm(ask("threads and processes"), answers("unsupported", "thread unsupported; process unsupported"))]
}

pub(super) fn canary(_: &Arena) -> Vec<Attack> {
    vec![own("200 calls that leave a mark", marks, answers("zero", "200 calls saw none"))]
}

/// A guest that leaves a mark in its memory, and traps if it finds one; as often as every slot is used several times.
fn marks(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let run = "(if (i32.load (i32.const 100000)) (then (unreachable))) (i32.store (i32.const 100000) (i32.const 0xcafe)) (i32.const 1024)";
        let guest = Module { run, ..Module::default() }.action();
        let prepared = arena.sandbox.prepare(guest).await.map_err(|error| error.to_string())?;
        let mut memory = 0;
        for call in 0..200 {
            let outcome = ask("").run(&arena.sandbox, &prepared.plugin).await;
            ensure(outcome.result.is_ok(), format!("call {call} found a mark: {:?}", outcome.result))?;
            memory = outcome.usage.peak_memory_bytes;
        }
        Ok(Ended { memory, ..Ended::new("answered", "200 calls saw none") })
    })
}
