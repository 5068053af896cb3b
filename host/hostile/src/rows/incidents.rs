//! What happened to other engines, as attacks on this one. Each was possible because text became code, a value was read twice, or one way
//! in was looked at less than the others.

use gavia_sandbox::FieldKind;
use serde_json::json;

use super::{
    conditions::{refused, saved},
    links::wanting,
    row,
};
use crate::{
    arena::Arena,
    ask::{Ask, ask},
    frame::{Frame, Module},
    row::{Attack, Ended, Row, Steps, answers, ensure, fails, harm, own, rejected, upload},
};

pub(super) const ROWS: &[Row] = &[
    row!("i1", "conditions that are code", code),
    row!("i2", "a value that is evaluated a second time", twice),
    row!("i3", "an upload that runs before it is approved", early),
    row!("i4", "imports that skip the check", unchecked_imports),
    row!("i5", "an imported workflow that skips the check", unchecked_documents),
];

/// The ways out of other engines' expressions, each in the language of its engine.
fn code(_: &Arena) -> Vec<Attack> {
    let ways = [
        "this.constructor.constructor('return process')()",
        "process.mainModule.require('child_process').execSync('id')",
        "T(java.lang.Runtime).getRuntime().exec('id')",
        "${7*7}",
        "#{7*7} == 49",
        "{{ self.__init__.__globals__ }} == 1",
        "''.__class__.__mro__[1].__subclasses__() != []",
        "getattr({days}, '__class__') == 1",
        "globals()['os'].system('id')",
        "'{0.__class__}'.format({days}) == ''",
        "f'{__import__(\"os\")}' == ''",
        "`id` == ''",
        "(x := 1) == 1",
        "{days} == 5; import os",
        "True if exec('1') else False",
        "len.__self__ == 1",
        "datetime.sys.modules == 1",
        "'%(x)s' % globals() == ''",
    ];
    ways.into_iter().map(refused).collect()
}

/// Ticket 1 with this text in its field `mode`.
fn mode(text: &str) -> Ask {
    let mut ask = ask("");
    for field in &mut ask.context.ticket.fields {
        if field.key == "mode" {
            field.kind = FieldKind::Str;
            field.value = json!(text).to_string();
        }
    }
    ask
}

/// A requester's text that looks like an expression, a placeholder or the end of a literal stays that text, wherever it is used.
fn twice(_: &Arena) -> Vec<Attack> {
    let texts = [
        "' or True or '",
        "x' == 'x",
        "True",
        "1 or 1",
        "{days}",
        "{mode}",
        "${7*7}",
        "{{7*7}}",
        "__import__('os').system('id')",
        "\\' or 1 == 1 #",
        "'''",
        "\n True",
    ];
    let mut attacks = Vec::new();
    for text in texts {
        let length = format!("len({{mode}}) == {}", text.chars().count());
        attacks.push(saved("{mode} == 'yes'", mode(text), answers("a text", "no")));
        attacks.push(saved("'{mode}' == 'yes'", mode(text), answers("a text", "no")));
        attacks.push(saved("'{mode}' == {mode}", mode(text), answers("a text", "yes")));
        attacks.push(saved("'{mode}{mode}' == {mode} * 2", mode(text), answers("a text", "yes")));
        attacks.push(saved(&length, mode(text), answers("a text", "yes")));
    }
    attacks
}

/// Nothing of an upload runs while it is checked and compiled: its start function would never end.
fn early(_: &Arena) -> Vec<Attack> {
    vec![
        own("a start function that never ends", compiled_only, answers("not run", "compiled")).within(8),
        upload("a start function that is no plugin's", start_alone(), rejected("rejected(no-kind)")),
    ]
}

const FOREVER: &str = "(func $s (loop $l (br $l))) (start $s)";

fn start_alone() -> Vec<u8> {
    crate::frame::wat(&format!("(module {FOREVER})"))
}

fn compiled_only(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let guest = Module { more: "(func $s (loop $l (br $l))) (start $s) (func $early)", ..Module::default() };
        let prepared = arena.sandbox.prepare(guest.action()).await.map_err(|error| error.to_string())?;
        let report = format!("{:?} {:?}", prepared.report, prepared.kinds);
        ensure(report.contains("gavia:plugin/types@0.1.0"), format!("its report is {report}"))?;
        Ok(Ended::new("answered", "compiled"))
    })
}

/// Imports where a check that looks at the outermost list of names alone would not see them.
fn unchecked_imports(_: &Arena) -> Vec<Attack> {
    let send = r#"(instance (export "send" (func (param "to" string) (result bool))))"#;
    let hidden = format!(r#"(component $inner (import "acme:mail/send@2.0.0" {send}))"#);
    let renamed = format!(r#"(import "harmless" {send})"#);
    let passed_on = format!(
        r#"{hidden} (import "harmless" (instance $h (export "send" (func (param "to" string) (result bool)))))
           (instance (instantiate $inner (with "acme:mail/send@2.0.0" (instance $h))))"#
    );
    let link = |text: &str| rejected("rejected(link)").saying(text);
    let clock = r#"(import "wasi:clocks/wall-clock@0.2.0" (instance
        (type $d' (record (field "seconds" u64) (field "nanoseconds" u32))) (export "datetime" (type $d (eq $d')))
        (export "now" (func (result $d)))))"#;
    vec![
        wanting("under another name", &renamed, link("wanted: harmless send")),
        wanting("handed on to a component within", &passed_on, link("wanted: harmless send")),
        wanting(
            "a function beside those of an interface",
            r#"(import "gavia:plugin/effects@0.1.0" (instance (export "set-fields-unchecked" (func (param "text" string)))))"#,
            link("provided: no such function"),
        ),
        wanting(
            "an interface of a later version",
            r#"(import "gavia:plugin/effects@0.2.0" (instance (export "add-comment" (func (param "text" string)))))"#,
            link("wanted: gavia:plugin/effects@0.2.0 add-comment"),
        ),
        upload("a condition that reads the clock", condition(clock), link("gavia:plugin/log@0.1.0 alone")),
        harm(ask("write"), fails("guest(denied)")),
    ]
}

/// A condition plugin that wants more.
fn condition(imports: &str) -> Vec<u8> {
    let functions = r#"(func (export "first-match") (param i32) (result i32) (i32.const 0))
        (func (export "check") (param i32 i32 i32 i32) (result i32) (i32.const 0))"#;
    let module = Module { more: functions, ..Module::default() }.text();
    Frame { imports, module: &module, arguments: "" }.condition()
}

fn unchecked_documents(_: &Arena) -> Vec<Attack> {
    vec![own("conditions in a document", documents, answers("refused", "every one is refused"))]
}

/// What the editor refuses, a document that is imported may not bring in.
fn documents(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let with = |expression: &str| {
            json!({
                "format": 1,
                "name": "leave",
                "states": [
                    { "key": "new", "name": "New", "kind": "start", "participant": { "kind": "variable", "value": "creator" } },
                    { "key": "end", "name": "End", "order_id": 3, "kind": "end" },
                ],
                "transitions": [{
                    "key": "submit", "name": "Submit", "source": "new", "destination": "end",
                    "conditions": [{ "expression": expression, "target": "end" }],
                }],
                "fields": [{ "key": "days", "name": "Days", "kind": "int", "order_id": 30 }],
            })
            .to_string()
        };
        let sound = (arena.targets.import)(&with("{days} > 3"));
        ensure(sound.is_empty(), format!("a sound document is refused: {sound:?}"))?;
        for expression in ["__import__('os').system('id')", "{days.__class__}", "{salary} > 1", "(((", "${7*7}"] {
            let found = (arena.targets.import)(&with(expression));
            let told = found.iter().any(|problem| problem.contains("condition"));
            ensure(told, format!("{expression} comes in: {found:?}"))?;
        }
        let odd = with("{days} > 3").replace("\"format\":1", "\"format\":1,\"__proto__\":{},\"exec\":\"id\"");
        ensure(!(arena.targets.import)(&odd).is_empty(), "a key that means nothing comes in")?;
        ensure(!(arena.targets.import)("[1]").is_empty(), "what is no document comes in")?;
        Ok(Ended::new("answered", "every one is refused"))
    })
}
