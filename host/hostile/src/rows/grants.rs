//! Rows 35 to 38: guests that use what nobody granted.

use std::sync::Arc;

use gavia_sandbox::{
    DirectoryRead, Effect, FieldScope, Grants, InMemory, KvTable, Plugin, Storage, TicketsRead, with_custom_section,
};

use super::links::wanting;
use crate::{
    arena::Arena,
    ask::{Ask, ask, host, steps},
    row::{Attack, Ended, Guest, Steps, answers, call, ensure, fails, harm, own, rejected},
};

pub(super) fn without(_: &Arena) -> Vec<Attack> {
    let all = "secret, kv get, kv set, kv delete, kv cas, ticket, history, field, comment, user, role, dept, leader are denied; config None 0";
    let counted = |ended: &Ended| {
        let denied = ended.outcome()?.usage.denied;
        ensure(denied == 13, format!("{denied} denials were counted"))
    };
    let token = Grants { secrets: vec!["token".to_owned()], ..Grants::default() };
    let names = steps(&[&["secret", "other"], &["secret", "TOKEN"], &["secret", "token\0"]]).grants(token);
    let contact = |scope| steps(&[&["user", "lisi"]]).grants(Grants { directory: scope, ..Grants::default() });
    vec![
        harm(ask("imports without grant"), answers("denied", all).also(counted)),
        harm(ask("write"), fails("guest(denied)")),
        call(
            "secrets of other names",
            Guest::Prober,
            names,
            answers(
                "denied",
                "Denied: the grant secrets does not cover other\nDenied: the grant secrets does not cover TOKEN\n\
                 Denied: the grant secrets does not cover token\\0",
            ),
        ),
        call("contact details", Guest::Prober, contact(DirectoryRead::Basic), answers("denied", "lisi LISI <> []")),
    ]
}

fn may_write(keys: &[&str], args: &str) -> Ask {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    ask(args).grants(Grants { tickets_write: FieldScope::Listed(keys), ..Grants::default() })
}

pub(super) fn beyond(_: &Arena) -> Vec<Attack> {
    // No function of the contract takes the ticket that is to be written; a plugin that wants one is refused.
    let elsewhere = r#"(import "gavia:plugin/effects@0.1.0" (instance (export "add-comment"
        (func (param "ticket" s64) (param "text" string) (result (result (error $error)))))))"#;
    let other = steps(&[&["ticket", "2"], &["history", "2", "1"]])
        .grants(Grants { tickets_read: TicketsRead::Own, ..Grants::default() });
    vec![
        harm(may_write(&["days"], "write other field"), fails("guest(denied)")),
        harm(may_write(&["DAYS", "day", "days "], "write"), fails("guest(denied)")),
        wanting(
            "another ticket's comment",
            elsewhere,
            rejected("rejected(link)").saying("provided: add-comment: func(text: string)"),
        ),
        call(
            "another ticket, read",
            Guest::Prober,
            other,
            answers(
                "denied",
                "Denied: tickets.get: the grant tickets-read does not cover ticket 2\n\
                 Denied: tickets.history: the grant tickets-read does not cover ticket 2",
            ),
        ),
        own(
            "a grant taken back meanwhile",
            taken_back,
            fails("denied").exactly("the grant tickets-write does not cover field days"),
        ),
    ]
}

/// What was staged under one grant is judged again, under the grant of the moment, before it is written.
fn taken_back(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let outcome = may_write(&["days"], "write").run(&arena.sandbox, &arena.hostile).await;
        let memory = outcome.usage.peak_memory_bytes;
        ensure(outcome.effects.len() == 2, format!("{} changes were staged", outcome.effects.len()))?;
        let now = |tickets_write| Grants { tickets_write, ..Grants::default() };
        now(FieldScope::Listed(vec!["days".to_owned()])).cover(&outcome.effects)?;
        let comment = [Effect::Comment("x".to_owned())];
        ensure(now(FieldScope::None).cover(&comment).is_err(), "a comment needs no grant")?;
        match now(FieldScope::Listed(vec!["mode".to_owned()])).cover(&outcome.effects) {
            Ok(()) => Ok(Ended::new("accepted", "")),
            Err(reason) => Ok(Ended { memory, ..Ended::new("denied", reason) }),
        }
    })
}

pub(super) fn then_trap(_: &Arena) -> Vec<Attack> {
    let nothing = |ended: &Ended| {
        let outcome = ended.outcome()?;
        ensure(outcome.usage.effects == 1, "nothing was staged")?;
        ensure(outcome.effects.is_empty(), "what was staged is still there")
    };
    vec![
        harm(ask("write, then panic").granted(), fails("trap(panic)").also(nothing)),
        harm(ask("write, then fail").granted(), fails("guest(permanent)").also(nothing)),
    ]
}

pub(super) fn storage(_: &Arena) -> Vec<Attack> {
    let unfit = "InvalidInput: a key has 1 to 256 bytes, none of them NUL";
    let found = KEYS.map(|key| if key.contains('\0') { unfit } else { "none" });
    let lines = found.join("\n") + "\ntrue\ntheirs\ndone\nnone";
    vec![own("another plugin's key", other_storage, answers("not found", lines))]
}

/// What might stand for plugin 1's value under `key`, asked by another one.
const KEYS: [&str; 6] = ["key", "1/key", "plugin1/key", "../plugin1/key", "1\0key", "*"];

/// Two plugins, one table of values as in the database. Whose call it is, is the host's knowledge, and that is the namespace it gets; what it
/// writes and deletes in there is no matter of the other's either.
fn other_storage(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let another = with_custom_section(arena.targets.prober, "another", b"plugin");
        let another = arena.sandbox.prepare(another).await.map_err(|error| error.to_string())?.plugin;
        ensure(another.digest() != arena.prober.digest(), "it is the same plugin")?;
        let table = Arc::<KvTable>::default();
        let call = async |(plugin, id): (&Plugin, i64), words: &[&[&str]]| {
            let mut ask = steps(words).grants(Grants { kv: Storage::Own, ..Grants::default() });
            ask.host = Arc::new(InMemory { plugin: id, kv: table.clone(), ..host() });
            Ended::called(ask.run(&arena.sandbox, plugin).await)
        };
        let stored = call((&arena.prober, 1), &[&["set", "key", "mine"]]).await;
        ensure(stored.said == "done", format!("it was not stored: {}", stored.said))?;
        let reads = KEYS.map(|key| ["get", key]);
        let writes: [&[&str]; 4] =
            [&["swap", "key", "none", "theirs"], &["get", "key"], &["delete", "key"], &["get", "key"]];
        let attack: Vec<&[&str]> = reads.iter().map(<[&str; 2]>::as_slice).chain(writes).collect();
        let ended = call((&another, 2), &attack).await;
        let kept = call((&arena.prober, 1), &[&["get", "key"]]).await;
        ensure(kept.said == "mine", format!("its own storage says {}", kept.said))?;
        Ok(ended)
    })
}
