//! Rows 10 to 13: components that are too much before they run.

use crate::{
    arena::Arena,
    ask::ask,
    frame::{Frame, Module, wat},
    row::{Attack, Guest, answers, call, fails, rejected, upload},
};

/// What the well-behaved module says of its memory.
const MEMORY: &str = "(memory (export \"memory\") 2)";

pub(super) fn data(_: &Arena) -> Vec<Attack> {
    let of = |memory: &str, mib: usize| {
        let data = format!("{memory} (data (i32.const 65536) \"{}\")", "x".repeat(mib << 20));
        let module = Module::default().text().replace(MEMORY, &data);
        Frame { module: &module, ..Frame::default() }.action()
    };
    vec![
        upload("65 MiB", of(MEMORY, 65), rejected("rejected(too-large)")),
        // Data beyond its own memory is found when the component starts: that call fails, and no other.
        call("beyond its memory", Guest::Component(of(MEMORY, 20)), ask(""), fails("trap(fault)"))
            .within(20)
            .resident(200),
        call(
            "as much as it may have",
            Guest::Component(of("(memory (export \"memory\") 400)", 20)),
            ask(""),
            answers("its own cost", "fine"),
        )
        .within(20)
        .memory(26)
        .resident(250),
    ]
}

pub(super) fn functions(_: &Arena) -> Vec<Attack> {
    let many = wat(&format!("(module {})", "(func)".repeat(100_000)));
    let deep = wat(&format!("{}{}", "(component ".repeat(80), ")".repeat(80)));
    let limit = |text: &str| rejected("rejected(limit)").saying(text);
    vec![
        upload("100,000 functions", many, limit("100000 functions; 50000 are allowed")),
        upload("a function of 8 MiB", long_function(8 << 20), limit("bytes in one function")),
        upload("the same in small", long_function(1_000), rejected("rejected(no-kind)")),
        upload("80 components deep", deep, limit("65 nested components and modules; 64 are allowed")),
    ]
}

/// A module with one function whose body is this long.
fn long_function(bytes: usize) -> Vec<u8> {
    let mut body = vec![0]; // no locals
    body.extend(vec![0x01; bytes]); // nop
    body.push(0x0b);
    let code = [vec![1], leb(body.len()), body].concat();
    let head = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
    [head, leb(code.len()), code].concat()
}

/// A number as WebAssembly writes it.
fn leb(mut number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while number > 0x7f {
        out.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
    out
}

pub(super) fn instances(_: &Arena) -> Vec<Attack> {
    let with = |more: &str| {
        let module = format!("{} {more}", Module::default().text());
        Frame { module: &module, ..Frame::default() }.action()
    };
    let memories = "(core module $n (memory 1)) (core instance (instantiate $n)) (core instance (instantiate $n))";
    vec![
        upload(
            "200 instances",
            with(&"(core instance (instantiate $m))".repeat(200)),
            rejected("rejected(limit)").saying("core instances"),
        ),
        upload("3 memories", with(memories), rejected("rejected(invalid)").saying("memories")),
    ]
}

pub(super) fn features(_: &Arena) -> Vec<Attack> {
    let modules = [
        ("threads", "(module (memory 1 1 shared))"),
        ("memory64", "(module (memory i64 1))"),
        ("multi-memory", "(module (memory 1) (memory 1))"),
        ("garbage collection", "(module (type (struct)))"),
        ("exceptions", "(module (tag))"),
        ("tail calls", "(module (func $f return_call $f))"),
    ];
    modules.map(|(name, text)| upload(name, wat(text), rejected("rejected(invalid)"))).into()
}
