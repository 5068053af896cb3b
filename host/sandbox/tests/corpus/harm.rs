//! What a guest written in Rust can try at run time, and what stops it.

use std::sync::Arc;

use gavia_sandbox::{
    BoxFuture, Effect, FieldKind, FieldScope, FieldValue, FlowEntry, GuestErrorKind, LogLevel, LogSource,
    MAX_MEMORY_BYTES, PluginError, Retry, ServiceError, Services, Ticket, TicketsRead, TrapKind,
};

use crate::bench::{ask, error};

fn trapped(error: &PluginError) -> (TrapKind, &str) {
    match error {
        PluginError::Trap { kind, stderr, .. } => (*kind, stderr),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f03_r01_an_endless_loop_uses_up_its_processor_time() {
    let error = error(ask("loop").cpu(100).harm().await);
    assert_eq!(error, PluginError::CpuLimit { ticks: 21 });
    assert_eq!(error.retry(), Retry::No);
}

#[tokio::test]
async fn r04_a_loop_of_tiny_sleeps_uses_up_its_processor_time() {
    assert_eq!(error(ask("tiny sleeps").cpu(50).harm().await), PluginError::CpuLimit { ticks: 11 });
}

#[tokio::test]
async fn r04_a_loop_of_host_calls_uses_up_its_quota() {
    assert_eq!(error(ask("host calls").harm().await), PluginError::Quota { what: "host calls (10000)".to_owned() });
}

#[tokio::test]
async fn r05_a_guest_that_sleeps_is_ended_by_the_outer_clock() {
    let ask = ask("sleep an hour").wall(150);
    let outcome = ask.harm().await;
    assert!(outcome.usage.cpu_ticks <= 2, "waiting is not computing");
    let error = error(outcome);
    assert_eq!(error, PluginError::Timeout { wall: ask.limits.wall, last_host_call: None });
    assert_eq!(error.retry(), Retry::Backoff);
}

#[tokio::test]
async fn r06_infinite_recursion_is_a_fault() {
    let error = error(ask("recurse").harm().await);
    assert_eq!(trapped(&error).0, TrapKind::Fault);
}

#[tokio::test]
async fn r07_a_memory_bomb_hits_its_limit() {
    let outcome = ask("allocate").harm().await;
    assert!(outcome.usage.peak_memory_bytes > MAX_MEMORY_BYTES / 2);
    let PluginError::MemoryLimit { cap_bytes, peak_bytes } = error(outcome) else { panic!("another class") };
    assert_eq!(cap_bytes, MAX_MEMORY_BYTES);
    assert!(peak_bytes <= MAX_MEMORY_BYTES);
}

#[tokio::test]
async fn r07_a_guest_may_live_with_being_refused_memory() {
    assert_eq!(ask("reserve").harm().await.result.unwrap().message, "refused: true");
}

#[tokio::test]
async fn r14_a_flood_of_log_lines_is_dropped_and_counted() {
    let outcome = ask("log flood").harm().await;
    assert_eq!(outcome.result.unwrap().message, "logged");
    assert_eq!((outcome.logs.len(), outcome.usage.logs_dropped), (501, 1_500));
    let last = outcome.logs.last().unwrap();
    assert_eq!(
        (last.source, last.message.as_str()),
        (LogSource::Sandbox, "1500 lines dropped: the log quota is used up")
    );
}

#[tokio::test]
async fn r14_a_log_line_of_8_mib_is_more_than_one_call_may_move() {
    assert_eq!(error(ask("huge log line").harm().await), PluginError::TransferLimit { cap_bytes: 1 << 20 });
}

#[tokio::test]
async fn r14_a_long_log_line_is_cut() {
    let outcome = ask("long log line").harm().await;
    assert_eq!(outcome.logs[0].level, LogLevel::Error);
    assert!((4_096..4_110).contains(&outcome.logs[0].message.len()));
}

#[tokio::test]
async fn r15_a_flood_of_output_is_truncated_and_the_guest_does_not_notice() {
    let outcome = ask("print flood").harm().await;
    assert_eq!(outcome.result.unwrap().message, "printed");
    let bytes: usize = outcome.logs.iter().map(|line| line.message.len()).sum();
    assert!(bytes <= (64 << 10) + 200, "{bytes}");
}

#[tokio::test]
async fn output_and_log_keep_their_order_and_cannot_deceive() {
    let outcome = ask("print").harm().await;
    let lines: Vec<_> = outcome.logs.iter().map(|line| (line.source, line.level, line.message.as_str())).collect();
    assert_eq!(
        lines,
        [
            (LogSource::Stdout, LogLevel::Info, "to\\u{1b}[31m standard output"),
            (LogSource::Stderr, LogLevel::Warn, "to standard error"),
            (LogSource::Log, LogLevel::Warn, "to the log"),
        ]
    );
    assert_eq!(outcome.result.unwrap().message, "printed", "output is never the message");
}

#[tokio::test]
async fn r16_a_result_of_32_mib_is_more_than_one_call_may_move() {
    assert_eq!(error(ask("huge message").harm().await), PluginError::TransferLimit { cap_bytes: 1 << 20 });
}

#[tokio::test]
async fn r16_200_000_elements_are_more_than_one_call_may_move() {
    assert_eq!(error(ask("many elements").granted().harm().await), PluginError::TransferLimit { cap_bytes: 1 << 20 });
}

#[tokio::test]
async fn a_result_past_its_own_limits_is_not_acceptable() {
    let said = |what: &str| PluginError::BadOutput { what: what.to_owned() };
    assert_eq!(error(ask("big message").harm().await), said("9216 bytes of message; 8192 are allowed"));
    assert_eq!(error(ask("big output").harm().await), said("307202 bytes of output; 262144 are allowed"));
}

#[tokio::test]
async fn r19_r20_there_is_no_environment_no_argument_no_input_and_no_file() {
    assert_eq!(
        ask("look around").harm().await.result.unwrap().message,
        "environment 0; arguments 0; stdin 0; passwd entity not found; parent entity not found; here entity not found; write entity not found"
    );
}

#[tokio::test]
async fn r21_sockets_and_names_are_denied() {
    assert_eq!(
        ask("network").harm().await.result.unwrap().message,
        "connect permission denied; listen permission denied; udp permission denied; resolve uncategorized error"
    );
}

#[tokio::test]
async fn r22_threads_and_processes_do_not_exist() {
    assert_eq!(
        ask("threads and processes").harm().await.result.unwrap().message,
        "thread unsupported; process unsupported"
    );
}

#[tokio::test]
async fn r23_every_http_request_is_denied() {
    let outcome = ask("fetch").harm().await;
    assert_eq!(outcome.usage.denied, 1);
    assert_eq!(outcome.result.unwrap().message, "ErrorCode::HttpRequestDenied");
}

#[tokio::test]
async fn r30_a_panic_is_told_with_its_message() {
    let error = error(ask("panic").harm().await);
    let (kind, stderr) = trapped(&error);
    assert_eq!(kind, TrapKind::Panic);
    assert!(stderr.contains("told to panic"), "{stderr}");
    assert!(error.to_string().contains("told to panic"));
    assert_eq!((error.shown().as_str(), error.retry()), ("plugin failed", Retry::Once));
}

#[tokio::test]
async fn r30_an_abort_traps_and_an_exit_exits() {
    assert_eq!(trapped(&error(ask("abort").harm().await)).0, TrapKind::Panic);
    for harm in ["exit", "exit with zero"] {
        let error = error(ask(harm).harm().await);
        assert_eq!(error, PluginError::Exit { stderr: String::new() });
        assert_eq!(error.retry(), Retry::No);
    }
}

#[tokio::test]
async fn a_guests_own_error_comes_out_word_for_word() {
    let outcome = ask("fail for good").harm().await;
    let failed = error(outcome);
    let PluginError::Guest(said) = &failed else { panic!("{failed:?}") };
    assert_eq!(
        (said.kind, said.message.as_str(), said.detail.as_deref()),
        (GuestErrorKind::Permanent, "no", Some("[1,2]"))
    );
    assert_eq!((failed.shown().as_str(), failed.retry()), ("no", Retry::No));
    assert_eq!(error(ask("fail for now").harm().await).retry(), Retry::Backoff);
}

#[tokio::test]
async fn the_guest_learns_its_budget_from_the_limits() {
    assert_eq!(ask("budget").wall(12_345).harm().await.result.unwrap().message, "12345");
}

#[tokio::test]
async fn r35_without_a_grant_every_import_answers_denied() {
    let outcome = ask("imports without grant").harm().await;
    assert_eq!(outcome.usage.denied, 13);
    assert_eq!(
        outcome.result.unwrap().message,
        "secret, kv get, kv set, kv delete, kv cas, ticket, history, field, comment, user, role, dept, leader are denied; config None 0"
    );
}

fn denied(error: &PluginError) -> bool {
    matches!(error, PluginError::Guest(said) if said.kind == GuestErrorKind::Denied)
}

#[tokio::test]
async fn r35_writing_needs_its_grant() {
    assert!(denied(&error(ask("write").harm().await)));
}

#[tokio::test]
async fn granted_changes_are_staged_in_order() {
    let outcome = ask("write").granted().harm().await;
    outcome.result.unwrap();
    let days = FieldValue { key: "days".to_owned(), kind: FieldKind::Int, value: "7".to_owned() };
    assert_eq!(outcome.effects, [Effect::SetField(days), Effect::Comment("seven".to_owned())]);
}

#[tokio::test]
async fn r36_a_field_outside_of_the_grant_is_denied() {
    let mut ask = ask("write other field");
    ask.grants.tickets_write = FieldScope::Listed(vec!["days".to_owned()]);
    assert!(denied(&error(ask.harm().await)));
    ask.context.args = "\"write\"".to_owned();
    assert_eq!(ask.harm().await.effects.len(), 2);
}

#[tokio::test]
async fn r37_changes_before_a_trap_or_an_error_are_dropped() {
    assert_eq!(trapped(&error(ask("write, then panic").granted().harm().await)).0, TrapKind::Panic);
    let outcome = ask("write, then fail").granted().harm().await;
    assert!(outcome.effects.is_empty());
}

#[tokio::test]
async fn staged_changes_have_a_number_and_a_size() {
    for harm in ["write too much", "write too many bytes"] {
        let failed = error(ask(harm).granted().harm().await);
        assert!(matches!(&failed, PluginError::Guest(said) if said.kind == GuestErrorKind::Exhausted), "{failed:?}");
    }
}

#[tokio::test]
async fn a_field_value_must_be_json() {
    let failed = error(ask("write what is not JSON").granted().harm().await);
    assert!(matches!(&failed, PluginError::Guest(said) if said.kind == GuestErrorKind::InvalidInput), "{failed:?}");
}

/// Tickets 2 (child of 1, workflow 7), 3 (workflow 1), 4 (workflow 7); reading 5 fails.
struct FourTickets;

impl Services for FourTickets {
    fn ticket(&self, id: i64) -> BoxFuture<'_, Result<Ticket, ServiceError>> {
        let ticket = |workflow_id, parent| Ticket {
            id,
            title: format!("ticket {id}"),
            workflow_id,
            parent_ticket_id: parent,
            ..Ticket::default()
        };
        let answer = match id {
            2 => Ok(ticket(7, Some(1))),
            3 => Ok(ticket(1, None)),
            4 => Ok(ticket(7, None)),
            5 => Err(ServiceError::Failed("the database is gone".to_owned())),
            _ => Err(ServiceError::NotFound),
        };
        Box::pin(async move {
            tokio::task::yield_now().await;
            answer
        })
    }

    fn history(&self, _id: i64, limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ServiceError>> {
        let entries = vec![FlowEntry::default(); limit.min(2) as usize];
        Box::pin(async move { Ok(entries) })
    }
}

#[tokio::test]
async fn reading_goes_as_far_as_its_grant() {
    async fn read(scope: TicketsRead, id: i64) -> Result<String, GuestErrorKind> {
        let mut ask = ask("read");
        ask.grants.tickets_read = scope;
        ask.host = Arc::new(FourTickets);
        ask.context.ticket.fields[1].value = id.to_string();
        match ask.harm().await.result {
            Ok(answer) => Ok(answer.message),
            Err(PluginError::Guest(said)) => Err(said.kind),
            Err(other) => panic!("{other:?}"),
        }
    }
    let title = |id: i64| Ok(format!("ticket {id} with 2 entries"));
    assert_eq!(read(TicketsRead::Own, 2).await, title(2));
    assert_eq!(read(TicketsRead::Own, 3).await, Err(GuestErrorKind::Denied));
    assert_eq!(
        read(TicketsRead::Own, 9).await,
        Err(GuestErrorKind::Denied),
        "what is not there looks like what is not shown"
    );
    assert_eq!(read(TicketsRead::Workflow, 3).await, title(3));
    assert_eq!(read(TicketsRead::Workflow, 4).await, Err(GuestErrorKind::Denied));
    assert_eq!(read(TicketsRead::All, 4).await, title(4));
    assert_eq!(read(TicketsRead::All, 9).await, Err(GuestErrorKind::NotFound));
    assert_eq!(read(TicketsRead::All, 5).await, Err(GuestErrorKind::Retryable));
}
