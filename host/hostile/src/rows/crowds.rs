//! Rows 41 and 42: many calls, and calls that keep failing.

use std::time::{Duration, Instant};

use gavia_sandbox::{PluginError, Retry, Standing};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    arena::Arena,
    ask::ask,
    frame::Module,
    row::{Attack, Ended, Steps, answers, ensure, fails, own},
};

pub(super) fn slow_plugin(_: &Arena) -> Vec<Attack> {
    vec![own("500 at once", crowd, answers("others unaffected", "all of them waited or were busy")).within(20)]
}

/// 500 calls of a guest that sleeps; 16 at a time get to it. The others' calls meanwhile do not wait.
fn crowd(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let mut slow = ask("sleep an hour").wall(400);
        slow.limits.queue = Duration::from_millis(600);
        let mut calls = JoinSet::new();
        for _ in 0..500 {
            let (sandbox, plugin, slow) = (arena.sandbox.clone(), arena.hostile.clone(), slow.clone());
            calls.spawn(async move { slow.run(&sandbox, &plugin).await });
        }
        let begun = Instant::now();
        while arena.sandbox.in_use() < 16 {
            ensure(begun.elapsed() < Duration::from_secs(5), "sixteen calls never ran at once")?;
            sleep(Duration::from_millis(2)).await;
        }
        ensure(arena.sandbox.in_use() == 16, format!("{} calls ran at once", arena.sandbox.in_use()))?;
        for _ in 0..20 {
            let other = ask("").run(&arena.sandbox, &arena.good).await;
            ensure(other.result.is_ok(), format!("another plugin's call failed: {:?}", other.result))?;
            ensure(other.usage.queue_ms < 300, format!("another plugin waited {} ms", other.usage.queue_ms))?;
        }
        let (mut ended, mut busy, mut memory) = (0, 0, 0);
        while let Some(joined) = calls.join_next().await {
            let outcome = joined.map_err(|error| error.to_string())?;
            memory = memory.max(outcome.usage.peak_memory_bytes);
            match outcome.result {
                Err(PluginError::Timeout { .. }) => ended += 1,
                Err(PluginError::Busy { .. }) => busy += 1,
                other => return Err(format!("a call ended with {other:?}")),
            }
        }
        ensure(ended >= 16 && busy > 0, format!("{ended} calls ran and {busy} were busy"))?;
        Ok(Ended { memory, ..Ended::new("answered", "all of them waited or were busy") })
    })
}

pub(super) fn crash_loop(_: &Arena) -> Vec<Attack> {
    vec![own("five in a row", crashes, fails("suspended").saying("suspended after 5 failures in a row"))]
}

fn crashes(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        // A component of its own: what is suspended is the plugin.
        let crash = Module { run: "(unreachable)", more: "(func $only_here)", ..Module::default() };
        let prepared = arena.sandbox.prepare(crash.action()).await.map_err(|error| error.to_string())?;
        let plugin = prepared.plugin;
        let mut ask_crash = ask("");
        ask_crash.limits.failures = 5;
        for failures in 1..=5 {
            let result = ask_crash.run(&arena.sandbox, &plugin).await.result;
            ensure(matches!(result, Err(PluginError::Trap { .. })), format!("crash {failures}: {result:?}"))?;
        }
        let begun = Instant::now();
        let outcome = ask_crash.run(&arena.sandbox, &plugin).await;
        ensure(begun.elapsed() < Duration::from_millis(500), "a suspended plugin's call took its time")?;
        let again = outcome.result.as_ref().err().map(PluginError::retry);
        ensure(again == Some(Retry::Backoff), format!("what is suspended is to be tried {again:?}"))?;
        let standing = plugin.turnstile().standing();
        let minute = matches!(standing, Standing::Suspended { remaining, .. } if remaining.as_secs() >= 55);
        ensure(minute, format!("it is {standing:?}"))?;
        plugin.turnstile().reset();
        let reset = ask_crash.run(&arena.sandbox, &plugin).await.result;
        ensure(matches!(reset, Err(PluginError::Trap { .. })), format!("after a reset: {reset:?}"))?;
        Ok(Ended::called(outcome))
    })
}
