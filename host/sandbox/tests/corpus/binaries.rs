//! What else is taken for a plugin: older interfaces, core modules. What is refused is the corpus of `gavia-hostile`.

use gavia_sandbox::{Digest, Kind};

use crate::bench::{Frame, Module, ask, hostile, quiet_core_module};

#[tokio::test]
async fn a_patch_version_of_a_known_interface_links() {
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
