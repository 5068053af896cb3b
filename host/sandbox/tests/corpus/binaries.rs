//! What is refused when it is uploaded, and with which words.

use gavia_sandbox::{Digest, Kind, PluginError, Rejection, TrapKind};

use crate::bench::{Frame, Module, ask, built, hostile, quiet_core_module, refused, sandbox, wat};

#[tokio::test]
async fn r31_r32_what_is_not_webassembly_is_refused_by_its_name() {
    let found = |rejection| match rejection {
        Rejection::NotWasm { found } => found,
        other => panic!("{other:?}"),
    };
    assert!(found(refused(Vec::new()).await).contains("empty"));
    assert!(found(refused(b"\0asm\x0d\0".to_vec()).await).contains("cut off"));
    assert!(found(refused(b"import os\nprint('hi')\n".to_vec()).await).contains("Python"));
    let elf = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert!(found(refused(elf[..4_096].to_vec()).await).contains("ELF"));
    let (sandbox, prepared) = hostile().await;
    let cache = crate::bench::CACHE.path().join(format!("{}-{}.cwasm", prepared.component, sandbox.engine_id()));
    assert!(found(refused(std::fs::read(cache).unwrap()).await).contains(".cwasm"));
}

#[tokio::test]
async fn r31_truncated_and_damaged_components_are_refused() {
    let good = built("quiet");
    for cut in [9, 99, 101, good.len() / 2, good.len() - 1] {
        let rejection = refused(good[..cut].to_vec()).await;
        // What is cut between two sections is a component still, without its exports.
        assert!(matches!(rejection, Rejection::Invalid(_) | Rejection::NoKind(_)), "cut at {cut}: {rejection}");
    }
    assert!(matches!(refused(good[..9].to_vec()).await, Rejection::Invalid(_)));
    // A flipped bit may hit a name or a constant and stay valid; it must never be anything but accepted or refused with a reason.
    let (sandbox, _) = hostile().await;
    let mut refusals = 0;
    for position in (8..2_000).step_by(97) {
        let mut damaged = good.clone();
        damaged[position] ^= 0x40;
        refusals += usize::from(sandbox.prepare(damaged).await.is_err());
    }
    assert!(refusals > 0);
}

#[tokio::test]
async fn r33_a_core_module_without_wit_exports_nothing() {
    let rejection = refused(wat("(module (func (export \"run\")))")).await;
    assert!(matches!(&rejection, Rejection::NoKind(text) if text.contains("exports nothing")), "{rejection}");
}

#[tokio::test]
async fn r33_a_component_of_another_world_is_refused_with_its_exports() {
    let other = r#"(component
        (core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f")))
        (instance $e (export "f" (func $f)))
        (export "else:where/thing@1.0.0" (instance $e)))"#;
    let rejection = refused(wat(other)).await;
    assert!(matches!(&rejection, Rejection::NoKind(text) if text.contains("else:where/thing@1.0.0")), "{rejection}");
}

#[tokio::test]
async fn r33_an_export_of_the_wrong_type_is_refused() {
    let wrong = r#"(component
        (core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f")))
        (instance $e (export "run" (func $f)))
        (export "gavia:plugin/action@0.1.0" (instance $e)))"#;
    let rejection = refused(wat(wrong)).await;
    assert!(
        matches!(&rejection, Rejection::Unlinkable(text) if text.contains("has run: func(); wanted: run: func(ctx: context) -> result<outcome, error>")),
        "{rejection}"
    );
}

async fn unlinkable(imports: &str) -> String {
    match refused(Frame { imports, module: &Module::default().text(), ..Frame::default() }.action()).await {
        Rejection::Unlinkable(text) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r34_every_unknown_import_is_named_with_what_is_provided() {
    let text = unlinkable(
        r#"(import "acme:mail/send@2.0.0" (instance (export "send" (func (param "to" string) (result bool)))))
           (import "gavia:plugin/log@0.1.0" (instance (export "shout" (func (param "text" string)))))
           (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64)))))"#,
    )
    .await;
    assert!(
        text.contains("wanted: acme:mail/send@2.0.0 send: func(to: string) -> bool; provided: nothing of that name"),
        "{text}"
    );
    assert!(
        text.contains("wanted: gavia:plugin/log@0.1.0 shout: func(text: string); provided: no such function"),
        "{text}"
    );
    assert!(
        text.contains("wanted: wasi:clocks/monotonic-clock@0.3.0 now: func() -> u64; provided: not by this name"),
        "{text}"
    );
    assert!(text.contains("provided for this kind: the interfaces log, config"), "{text}");
}

#[tokio::test]
async fn r34_a_wrong_signature_is_set_against_the_contract() {
    let text = unlinkable(
        r#"(import "gavia:plugin/config@0.1.0" (instance (export "get" (func (param "key" u32) (result (option string))))))
           (import "gavia:plugin/secrets@0.1.0" (instance (export "get" (func (param "name" string) (result string)))))"#,
    )
    .await;
    assert!(text.contains("wanted: gavia:plugin/config@0.1.0 get: func(key: u32) -> option<string>; provided: get: func(key: string) -> option<string>"), "{text}");
    assert!(text.contains("wanted: gavia:plugin/secrets@0.1.0 get: func(name: string) -> string; provided: get: func(name: string) -> result<string, error>"), "{text}");
}

#[tokio::test]
async fn r34_a_patch_version_of_a_known_interface_links() {
    let (sandbox, _) = hostile().await;
    let older = r#"(import "wasi:clocks/monotonic-clock@0.2.3" (instance (export "now" (func (result u64)))))
                   (import "gavia:plugin/config@0.1.9" (instance (export "get" (func (param "key" string) (result (option string))))))"#;
    let prepared = sandbox
        .prepare(Frame { imports: older, module: &Module::default().text(), ..Frame::default() }.action())
        .await
        .unwrap();
    assert_eq!(prepared.kinds, [Kind::Action]);
    assert!(prepared.report.imports.contains(&"wasi:clocks/monotonic-clock@0.2.3".to_owned()));
}

#[tokio::test]
async fn r08_r09_r10_memories_and_tables_that_are_too_large_are_refused() {
    let limit = |rejection| matches!(rejection, Rejection::Limit(_));
    let with = |memory, more| Module { memory, more, ..Module::default() }.action();
    assert!(limit(refused(with("(memory (export \"memory\") 65536)", "")).await));
    assert!(limit(refused(with("(memory (export \"memory\") 1025)", "")).await));
    assert!(limit(refused(with("(memory (export \"memory\") 2)", "(table 10000000 funcref)")).await));
}

#[tokio::test]
async fn r11_too_many_functions_or_too_deep_nesting_are_refused() {
    let many: String = "(func)".repeat(50_001);
    let rejection = refused(wat(&format!("(module {many})"))).await;
    assert_eq!(rejection, Rejection::Limit("50001 functions; 50000 are allowed".to_owned()));
    let deep = format!("{}{}", "(component ".repeat(80), ")".repeat(80));
    let rejection = refused(wat(&deep)).await;
    assert_eq!(rejection, Rejection::Limit("65 nested components and modules; 64 are allowed".to_owned()));
}

/// A module with one function whose body is this long.
fn long_function(bytes: usize) -> Vec<u8> {
    let leb = |mut number: usize| {
        let mut out = Vec::new();
        while number > 0x7f {
            out.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
            number >>= 7;
        }
        out.push(u8::try_from(number).unwrap());
        out
    };
    let mut body = vec![0]; // no locals
    body.extend(vec![0x01; bytes]); // nop
    body.push(0x0b);
    let code = [vec![1], leb(body.len()), body].concat();
    let head = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
    [head, leb(code.len()), code].concat()
}

#[tokio::test]
async fn r11_a_giant_function_is_refused() {
    let rejection = refused(long_function(8 << 20)).await;
    assert!(matches!(&rejection, Rejection::Limit(text) if text.contains("bytes in one function")), "{rejection}");
    let small = refused(long_function(1_000)).await;
    assert!(matches!(small, Rejection::NoKind(_)), "the module is well-formed: {small}");
}

#[tokio::test]
async fn r10_huge_data_segments_are_refused_or_cost_their_own_call() {
    let data = |bytes: usize| format!("(data (i32.const 65536) \"{}\")", "x".repeat(bytes));
    let (sandbox, _) = hostile().await;
    let of = |memory: &str, data: String| {
        let module = Module::default().text().replace("(memory (export \"memory\") 2)", &format!("{memory} {data}"));
        Frame { module: &module, ..Frame::default() }.action()
    };
    let rejection = refused(of("(memory (export \"memory\") 2)", data(65 << 20))).await;
    assert!(matches!(rejection, Rejection::TooLarge { .. }), "{rejection}");
    let large = sandbox.prepare(of("(memory (export \"memory\") 400)", data(20 << 20))).await.unwrap();
    assert!(large.report.large);
    assert_eq!(ask("").run(sandbox, &large.plugin).await.result.unwrap().message, "fine");
    // Data beyond its own memory is found when the component starts: that call fails, and no other.
    let outside = of("(memory (export \"memory\") 2)", data(20 << 20));
    let error = crate::bench::error(ask("").harm_of(outside).await);
    assert!(matches!(error, PluginError::Trap { kind: TrapKind::Fault, .. }), "{error:?}");
}

#[tokio::test]
async fn r12_more_memories_than_a_component_may_have_are_refused() {
    let memories = "(core module $n (memory 1)) (core instance (instantiate $n)) (core instance (instantiate $n))";
    let module = format!("{} {memories}", Module::default().text());
    let rejection = refused(Frame { module: &module, ..Frame::default() }.action()).await;
    assert!(matches!(&rejection, Rejection::Invalid(text) if text.contains("memories")), "{rejection}");
}

#[tokio::test]
async fn r43_nothing_is_unpacked_and_nothing_is_larger_than_64_mib() {
    let rejection = refused(vec![0; (64 << 20) + 1]).await;
    assert_eq!(rejection, Rejection::TooLarge { bytes: (64 << 20) + 1, max: 64 << 20 });
    let packed = refused(b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()).await;
    assert!(matches!(&packed, Rejection::NotWasm { found } if found.contains("gzip")), "{packed}");
}

#[tokio::test]
async fn r12_too_many_core_instances_are_refused() {
    let instances = "(core instance (instantiate $m))".repeat(200);
    let module = format!("{} {instances}", Module::default().text());
    let rejection = refused(Frame { module: &module, ..Frame::default() }.action()).await;
    assert!(matches!(&rejection, Rejection::Limit(text) if text.contains("core instances")), "{rejection}");
}

#[tokio::test]
async fn r13_features_that_are_off_are_refused() {
    for module in [
        "(module (memory 1 1 shared))",
        "(module (memory i64 1))",
        "(module (memory 1) (memory 1))",
        "(module (type (struct)))",
        "(module (tag))",
        "(module (func $f return_call $f))",
    ] {
        let rejection = refused(wat(module)).await;
        assert!(matches!(rejection, Rejection::Invalid(_)), "{module}: {rejection}");
    }
}

#[tokio::test]
async fn a_core_module_with_embedded_wit_becomes_a_component() {
    let (sandbox, _) = hostile().await;
    for target in ["wasm32-wasip1", "wasm32-unknown-unknown"] {
        let module = quiet_core_module(target);
        let prepared = sandbox.prepare(module.clone()).await.unwrap();
        assert_eq!(prepared.kinds, [Kind::Action], "{target}");
        assert_ne!(prepared.bytes, module, "{target}: what is stored is the component");
        assert_eq!(Digest::of(&prepared.bytes), prepared.component);
        let pure = prepared.report.imports.iter().all(|name| name.starts_with("gavia:plugin/"));
        assert_eq!(pure, target == "wasm32-unknown-unknown", "{target}: {:?}", prepared.report.imports);
        assert_eq!(ask("").run(sandbox, &prepared.plugin).await.result.unwrap().message, "");
    }
}

#[tokio::test]
async fn r32_only_the_file_that_was_written_is_loaded() {
    let (_, prepared) = hostile().await;
    let other = sandbox(2);
    assert!(other.load(prepared.component, Digest::of(b"another file")).await.is_none());
    assert!(other.load(Digest::of(b"unknown"), prepared.compiled).await.is_none());
    let plugin = other.load(prepared.component, prepared.compiled).await.unwrap();
    assert_eq!(plugin.digest(), prepared.component);
    assert_eq!(ask("none").run(&other, &plugin).await.result.unwrap().message, "fine");
}
