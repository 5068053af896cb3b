//! What calls of plugins came to: a row a call with its log, kept for a while, so that who administers a plugin sees what it does.
//! Noting it never stands in the way of what was called.

use std::sync::atomic::{AtomicU64, Ordering};

use gavia_sandbox::{Effect, LogLevel, LogLine, LogSource, Outcome, PluginError, types, types::ActionAnswer};
use serde_json::json;
use tracing::{Instrument as _, Span, field::Empty};

use super::{App, figures, plugins::Callee};
use crate::{
    store::{
        components, hook_deliveries, notice_log,
        plugins::{calls, kv},
    },
    workflow::{self, Definition, StateId, TicketId},
};

/// Rows whose time is over are cleaned up once in so many calls.
const CLEAN_EVERY: u64 = 64;
/// Rows that one clean-up takes at most: several times what comes in between two of them.
const CLEAN_ROWS: i64 = 512;
/// Components, each of which may have 64 MiB.
const CLEAN_COMPONENTS: i64 = 8;

/// What a plugin of some kind answers.
pub(super) trait Answer {
    /// What is kept for whoever reads the call's record; JSON text.
    fn output(&self) -> Option<&str> {
        None
    }
}

impl Answer for ActionAnswer {
    fn output(&self) -> Option<&str> {
        self.output.as_deref()
    }
}

/// People, deliveries.
impl<T> Answer for Vec<T> {}

/// The condition that holds.
impl Answer for Option<u32> {}

/// Counts calls, to know when to clean up.
#[derive(Debug, Default)]
pub(super) struct Noted(AtomicU64);

impl App {
    /// Makes a call inside a span of its own, counts it, passes its log on and keeps what it came to. Of a call that may write on its
    /// ticket, the definition says which of the staged fields will not be written, and so does the log.
    pub(super) async fn observed<T: Answer>(
        &self,
        callee: &Callee,
        (context, writes): (&types::Context, Option<&Definition>),
        call: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        let span = tracing::info_span!(
            "plugin_call",
            plugin = callee.name,
            version = callee.number,
            kind = kind_name(callee),
            invocation = context.invocation_id,
            ticket = context.ticket.id,
            attempt = context.attempt,
            outcome = Empty,
            cpu_ticks = Empty,
            wall_ms = Empty,
            queue_ms = Empty,
            peak_memory = Empty,
            host_calls = Empty,
            denied = Empty,
            http_requests = Empty,
            http_bytes = Empty,
            logs_dropped = Empty,
        );
        let mut outcome = call.instrument(span.clone()).await;
        if let Some(definition) = writes {
            outcome.logs.extend(unwritten(&outcome.effects, definition, StateId(context.ticket.state_id)));
        }
        record(&span, &outcome);
        span.in_scope(|| outcome.logs.iter().for_each(pass_on));
        if !callee.is_tried {
            figures::called(&callee.name, callee.kind, &outcome);
        }
        self.note_call(callee, context, &outcome).await;
        outcome
    }

    async fn note_call<T: Answer>(&self, callee: &Callee, context: &types::Context, outcome: &Outcome<T>) {
        let usage = outcome.usage;
        let (class, detail) = match &outcome.result {
            Ok(_) => ("ok", String::new()),
            Err(error) => (error.class(), error.to_string()),
        };
        let ticket = context.ticket.id;
        let call = calls::Call {
            plugin: callee.of.map(|(plugin, _)| plugin),
            version: callee.of.map(|(_, version)| version),
            kind: kind_name(callee),
            invocation: context.invocation_id.clone(),
            ticket: (ticket != 0).then_some(TicketId(ticket)),
            attempt: context.attempt,
            is_try: callee.is_tried,
            outcome: class,
            detail,
            output: outcome.result.as_ref().ok().and_then(Answer::output).map(str::to_owned),
            queue_ms: usage.queue_ms,
            wall_ms: usage.wall_ms,
            cpu_ticks: usage.cpu_ticks,
            peak_memory_bytes: usage.peak_memory_bytes,
            host_calls: usage.host_calls,
            denied: usage.denied,
            logs_dropped: usage.logs_dropped,
        };
        let lines: Vec<calls::Line> = outcome.logs.iter().map(calls::Line::from).collect();
        if let Err(error) = calls::insert(&self.db, &call, &lines).await {
            tracing::warn!(%error, invocation = call.invocation, "a plugin's call is not noted");
        }
        self.clean_up_calls().await;
    }

    async fn clean_up_calls(&self) {
        if !self.noted.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(CLEAN_EVERY) {
            return;
        }
        self.forget_old_calls().await;
    }

    /// What nobody needs any more: calls of plugins, hooks and notices with their logs, stored values, and the bytes of components. Also
    /// asked for now and then where no plugin is called any more.
    pub async fn forget_old_calls(&self) {
        let cleaned = async {
            let mut db = self.db.acquire().await?;
            calls::forget(&mut *db, CLEAN_ROWS).await?;
            kv::forget(&mut *db, CLEAN_ROWS).await?;
            hook_deliveries::forget(&mut *db, CLEAN_ROWS).await?;
            notice_log::forget(&mut db, CLEAN_ROWS).await?;
            components::forget(&mut *db, CLEAN_COMPONENTS).await
        };
        if let Err(error) = cleaned.await {
            tracing::warn!(%error, "calls, stored values and components whose time is over are not cleaned up");
        }
    }
}

fn record<T>(span: &Span, outcome: &Outcome<T>) {
    let usage = outcome.usage;
    span.record("outcome", outcome.result.as_ref().map_or_else(PluginError::class, |_| "ok"));
    for (field, number) in [
        ("cpu_ticks", usage.cpu_ticks),
        ("wall_ms", usage.wall_ms),
        ("queue_ms", usage.queue_ms),
        ("peak_memory", usage.peak_memory_bytes as u64),
        ("host_calls", usage.host_calls.into()),
        ("denied", usage.denied.into()),
        ("http_requests", usage.http_requests.into()),
        ("http_bytes", usage.http_sent_bytes.saturating_add(usage.http_received_bytes)),
        ("logs_dropped", usage.logs_dropped.into()),
    ] {
        span.record(field, number);
    }
    span.in_scope(|| tracing::debug!("a plugin was called"));
}

/// A plugin's own words, as its author chose to log them. A filter such as `plugin=off` keeps them out of this log.
fn pass_on(line: &LogLine) {
    let LogLine { message, fields, .. } = line;
    let fields = (!fields.is_empty()).then(|| json!(fields).to_string());
    match line.level {
        LogLevel::Trace => tracing::trace!(target: "plugin", fields, "{message}"),
        LogLevel::Debug => tracing::debug!(target: "plugin", fields, "{message}"),
        LogLevel::Info => tracing::info!(target: "plugin", fields, "{message}"),
        LogLevel::Warn => tracing::warn!(target: "plugin", fields, "{message}"),
        LogLevel::Error => tracing::error!(target: "plugin", fields, "{message}"),
    }
}

fn kind_name(callee: &Callee) -> &'static str {
    match callee.kind {
        gavia_sandbox::Kind::Action => "action",
        gavia_sandbox::Kind::Participants => "participants",
        gavia_sandbox::Kind::Notice => "notice",
        gavia_sandbox::Kind::Condition => "condition",
    }
}

/// A line for each field that was staged and will not be written: the workflow has no such field, or shows it read-only
/// in that state. Its author would look for the value in vain.
fn unwritten(effects: &[Effect], definition: &Definition, state: StateId) -> Vec<LogLine> {
    let keys = effects.iter().filter_map(|effect| match effect {
        Effect::SetField(field) => Some(field.key.as_str()),
        Effect::Comment(_) => None,
    });
    let line = |key: &str| LogLine {
        level: LogLevel::Warn,
        source: LogSource::Sandbox,
        message: format!(
            "the field {key:?} is not written: the workflow has none of that key, or its state shows it read-only"
        ),
        fields: Vec::new(),
    };
    workflow::unwritten(definition, state, keys).into_iter().map(line).collect()
}

/// The sandbox escaped its control characters.
impl From<&LogLine> for calls::Line {
    fn from(line: &LogLine) -> Self {
        let level = match line.level {
            LogLevel::Trace => "trace",
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        let source = match line.source {
            LogSource::Log => "log",
            LogSource::Stdout => "stdout",
            LogSource::Stderr => "stderr",
            LogSource::Sandbox => "sandbox",
        };
        Self {
            level: level.to_owned(),
            source: source.to_owned(),
            message: line.message.clone(),
            fields: json!(line.fields),
        }
    }
}
