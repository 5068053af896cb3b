//! Rows 33 and 34: components of other worlds, and components that want what there is not.

use crate::{
    arena::Arena,
    frame::{Frame, Module, wat},
    row::{Attack, End, rejected, upload},
};

pub(super) fn worlds(_: &Arena) -> Vec<Attack> {
    let exporting = |name: &str, function: &str| {
        wat(&format!(
            r#"(component
                (core module $m (func (export "f")))
                (core instance $i (instantiate $m))
                (func $f (canon lift (core func $i "f")))
                (instance $e (export "{function}" (func $f)))
                (export "{name}" (instance $e)))"#
        ))
    };
    let none = |text: &str| rejected("rejected(no-kind)").saying(text);
    let wrong = "has run: func(); wanted: run: func(ctx: context) -> result<outcome, error>";
    vec![
        upload("no WIT", wat("(module (func (export \"run\")))"), none("exports nothing")),
        upload("another world", exporting("else:where/thing@1.0.0", "f"), none("else:where/thing@1.0.0")),
        upload("another version", exporting("gavia:plugin/action@9.0.0", "run"), none("gavia:plugin/action@9.0.0")),
        upload("another type", exporting("gavia:plugin/action@0.1.0", "run"), rejected("rejected(link)").saying(wrong)),
    ]
}

/// A good plugin that wants more.
pub(super) fn wanting(what: &str, imports: &str, end: End) -> Attack {
    let module = Module::default().text();
    upload(what, Frame { imports, module: &module, arguments: "" }.action(), end)
}

pub(super) fn imports(_: &Arena) -> Vec<Attack> {
    let link = |text: &str| rejected("rejected(link)").saying(text);
    vec![
        wanting(
            "unknown",
            r#"(import "acme:mail/send@2.0.0" (instance (export "send" (func (param "to" string) (result bool)))))
               (import "gavia:plugin/log@0.1.0" (instance (export "shout" (func (param "text" string)))))
               (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64)))))"#,
            link("wanted: acme:mail/send@2.0.0 send: func(to: string) -> bool; provided: nothing of that name")
                .saying("wanted: gavia:plugin/log@0.1.0 shout: func(text: string); provided: no such function")
                .saying("wanted: wasi:clocks/monotonic-clock@0.3.0 now: func() -> u64; provided: not by this name")
                .saying("provided for this kind: the interfaces log, config"),
        ),
        wanting(
            "another signature",
            r#"(import "gavia:plugin/config@0.1.0" (instance (export "get" (func (param "key" u32) (result (option string))))))
               (import "gavia:plugin/secrets@0.1.0" (instance (export "get" (func (param "name" string) (result string)))))"#,
            link("get: func(key: u32) -> option<string>; provided: get: func(key: string) -> option<string>").saying(
                "get: func(name: string) -> string; provided: get: func(name: string) -> result<string, error>",
            ),
        ),
        wanting(
            "an older interface",
            r#"(import "gavia:plugin/config@0.0.9" (instance (export "get" (func (param "key" string) (result (option string))))))"#,
            link("wanted: gavia:plugin/config@0.0.9 get"),
        ),
    ]
}
