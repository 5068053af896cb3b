//! Rows 14 to 16, 18 and 40: guests that say too much, or what they should not.

use gavia_sandbox::{Grants, LogSource, Storage};

use crate::{
    arena::Arena,
    ask::{ask, steps},
    frame::{Frame, Module},
    row::{Attack, Ended, Guest, answers, call, ensure, fails, harm},
};

const MOVED: &str = "the plugin moved more than 1048576 bytes to the host in one call";

pub(super) fn log(_: &Arena) -> Vec<Attack> {
    let counted = |ended: &Ended| {
        let outcome = ended.outcome()?;
        let (kept, dropped) = (outcome.logs.len(), outcome.usage.logs_dropped);
        ensure((kept, dropped) == (501, 1_500), format!("{kept} lines kept, {dropped} dropped"))?;
        let last = outcome.logs.last().map(|line| (line.source, line.message.as_str()));
        let told = Some((LogSource::Sandbox, "1500 lines dropped: the log quota is used up"));
        ensure(last == told, format!("the last line is {last:?}"))
    };
    let cut = |ended: &Ended| {
        let bytes = ended.outcome()?.logs.first().map_or(0, |line| line.message.len());
        ensure((4_096..4_110).contains(&bytes), format!("{bytes} bytes were kept"))
    };
    vec![
        harm(ask("log flood"), answers("dropped", "logged").also(counted)),
        harm(ask("huge log line"), fails("transfer-limit").exactly(MOVED)).memory(24),
        harm(ask("long log line"), answers("cut", "logged").also(cut)),
    ]
}

pub(super) fn stdio(_: &Arena) -> Vec<Attack> {
    let bounded = |ended: &Ended| {
        let bytes: usize = ended.outcome()?.logs.iter().map(|line| line.message.len()).sum();
        ensure(bytes <= (64 << 10) + 200, format!("{bytes} bytes were kept"))
    };
    vec![harm(ask("print flood"), answers("truncated", "printed").also(bounded))]
}

pub(super) fn transfers(_: &Arena) -> Vec<Attack> {
    let kv = Grants { kv: Storage::Own, ..Grants::default() };
    let argument = steps(&[&["fill", "a", "33554432"]]).grants(kv.clone());
    let moved = || fails("transfer-limit").exactly(MOVED);
    vec![
        harm(ask("huge message"), moved()).memory(64),
        harm(ask("many elements").granted(), moved()).memory(64),
        call("32 MiB argument", Guest::Prober, argument, moved()).memory(64),
        call(
            "a value of 64 KiB and a byte",
            Guest::Prober,
            steps(&[&["fill", "a", "65536"], &["fill", "a", "65537"]]).grants(kv),
            answers("exhausted", "done\nExhausted: a value may have 65536 bytes, not 65537"),
        ),
    ]
}

pub(super) fn randomness(_: &Arena) -> Vec<Attack> {
    let module = Module {
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
    let guest = Frame { imports, module: &module.text(), arguments }.action();
    vec![call("64 MiB at once", Guest::Component(guest), ask(""), fails("abi"))]
}

pub(super) fn forgery(_: &Arena) -> Vec<Attack> {
    let secrets = Grants { secrets: vec!["token".to_owned()], ..Grants::default() };
    let masked = |ended: &Ended| {
        let lines: Vec<_> = ended.outcome()?.logs.iter().map(|line| (line.source, line.message.as_str())).collect();
        let wanted = [
            (LogSource::Log, "tok-12345"), // before it was read it was only a guess
            (LogSource::Sandbox, "read the secret token"),
            (LogSource::Log, "it is •••"),
            (LogSource::Stdout, "out •••"),
            (LogSource::Stderr, "err •••"),
            (LogSource::Stderr, "forged\\u{1b}[2Kline"),
        ];
        ensure(lines == wanted, format!("the log is {lines:?}"))?;
        let fields: Vec<_> = ended.outcome()?.logs.iter().flat_map(|line| &line.fields).collect();
        let hidden = fields.iter().all(|(key, value)| (key.as_str(), value.as_str()) == ("•••", "•••"));
        ensure(hidden && !fields.is_empty(), format!("the fields are {fields:?}"))
    };
    let escaped = |ended: &Ended| {
        let first = ended.outcome()?.logs.first().map(|line| line.message.as_str());
        ensure(first == Some("to\\u{1b}[31m standard output"), format!("the first line is {first:?}"))
    };
    let said = steps(&[&["say", "tok-12345"], &["tell", "token"]]).grants(secrets);
    vec![
        call("a secret that it was given", Guest::Prober, said, answers("masked", "said\ntold").also(masked)),
        harm(ask("print"), answers("escaped", "printed").also(escaped)),
    ]
}
