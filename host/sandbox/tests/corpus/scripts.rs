//! The five logical scripts of the conformance scenarios, as plugins: what they say is the flow log's suggestion, byte for byte (T-23).

use gavia_sandbox::{GuestErrorKind, PluginError};

use crate::bench::{Ask, ask, built, hostile};

async fn said(script: &str, ask: Ask) -> Result<String, PluginError> {
    let (sandbox, _) = hostile().await;
    let prepared = sandbox.prepare(built(script)).await.unwrap();
    ask.run(sandbox, &prepared.plugin).await.result.map(|answer| answer.message)
}

#[tokio::test]
async fn t23_the_scripts_say_what_the_scenarios_expect() {
    assert_eq!(said("print_creator", ask("")).await.unwrap(), "zhangsan\n");
    assert_eq!(said("print_long", ask("")).await.unwrap(), format!("{}\n", "x".repeat(3_000)));
    assert_eq!(said("quiet", ask("")).await.unwrap(), "");
    assert_eq!(said("print_action", ask("")).await.unwrap(), "loonrobot\n");
    let mut retry = ask("");
    retry.context.run_by = "lisi_retry".to_owned();
    assert_eq!(said("print_action", retry).await.unwrap(), "lisi_retry\n");
}

#[tokio::test]
async fn t23_fail_on_mode_fails_with_its_message_alone() {
    assert_eq!(said("fail_on_mode", ask("")).await.unwrap(), "mode is ok\n");
    let mut failing = ask("");
    failing.context.ticket.fields[2].value = "\"fail\"".to_owned();
    let error = said("fail_on_mode", failing).await.unwrap_err();
    assert_eq!(error.shown(), "mode is fail");
    assert!(matches!(error, PluginError::Guest(said) if said.kind == GuestErrorKind::Permanent));
}

#[tokio::test]
async fn the_example_plugin_writes_its_field() {
    let (sandbox, _) = hostile().await;
    let prepared = sandbox.prepare(built("welcome_note")).await.unwrap();
    let mut ask = ask("").granted();
    let field = &mut ask.context.ticket.fields[2];
    (field.key, field.value) = ("full_name".to_owned(), "\"Ada Lovelace\"".to_owned());
    let outcome = ask.run(sandbox, &prepared.plugin).await;
    assert_eq!(outcome.result.unwrap().message, "Welcome, Ada Lovelace: your account is alovelace.");
    assert_eq!(outcome.effects.len(), 1);
}
