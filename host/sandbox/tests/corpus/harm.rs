//! What becomes of the answers, output and staged changes of a guest written in Rust.

use std::sync::Arc;

use gavia_sandbox::{
    BoxFuture, Effect, FieldKind, FieldValue, FlowEntry, GuestErrorKind, LogLevel, LogSource, PluginError, Retry,
    ServiceError, Services, Ticket, TicketsRead,
};

use crate::bench::{Harm as _, ask, error};

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
async fn a_result_past_its_own_limits_is_not_acceptable() {
    let said = |what: &str| PluginError::BadOutput { what: what.to_owned() };
    assert_eq!(error(ask("big message").harm().await), said("9216 bytes of message; 8192 are allowed"));
    assert_eq!(error(ask("big output").harm().await), said("307202 bytes of output; 262144 are allowed"));
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
async fn granted_changes_are_staged_in_order() {
    let outcome = ask("write").granted().harm().await;
    outcome.result.unwrap();
    let days = FieldValue { key: "days".to_owned(), kind: FieldKind::Int, value: "7".to_owned() };
    assert_eq!(outcome.effects, [Effect::SetField(days), Effect::Comment("seven".to_owned())]);
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
