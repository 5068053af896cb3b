//! What hostile plugins cost everybody else, how exactly a guest's processor time ends, and what a thousand guests at once hold.
//!
//! A hundred hostile plugins in parallel is read so: each has a caller of its own that calls it again when a call is over, under the usual
//! limits but without the breaker, which would have most of them out of the way after five calls. Harm that lasts (an endless loop, sleep)
//! is then under way all the time. Harm that ends at once is bounded by how often it is asked for: the engine tries a call that failed again
//! after a second at the earliest, and the row with the bound leaves as much from one beginning of a plugin's calls to the next. Asked for
//! without end it is what as many calls of anybody's would be, more work than there are processors, of which the good calls have their part
//! and no more; that is the row after it, which is printed.
//!
//! `HARMS=allocate,panic` has the crowd do these alone, to see what each costs.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use gavia_hostile::{Ask, Module, ask};
use gavia_sandbox::{
    Allocator, BoxFuture, Digest, FlowEntry, Plugin, PluginError, Sandbox, ServiceError, Services, Settings, Ticket,
    TicketsRead,
};
use tokio::{sync::watch, task::JoinSet};

/// Calls of a good plugin, unless `CALLS` says otherwise; how often, so that a turn takes a second, in which every harm comes once; and how
/// many at once.
const GOOD: usize = 10_000;
const TIMES: usize = 20;
const ROUNDS: usize = 5;
const AT_ONCE: usize = 8;
const HOSTILE: usize = 100;
const HARMS: &str = "loop,sleep an hour,allocate,panic,host calls,log flood";
/// The most that good calls may lose.
const LOSS: f64 = 0.2;
/// Between the beginnings of two calls of one hostile plugin, at least: the shortest wait of a job before its next try.
const PERIOD: Duration = Duration::from_secs(1);
/// A tick of the sandbox's clock.
const TICK: Duration = Duration::from_millis(5);
/// Live instances; a plugin may have sixteen calls at once.
const LIVE: usize = 1_000;
const A_PLUGIN: usize = 16;

pub(crate) async fn rows(hostile: Vec<u8>, calls: usize) {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = open(dir.path(), 256);
    let bad = sandbox.prepare(hostile.clone()).await.unwrap();
    stopped(&sandbox, &bad.plugin, (calls / 50).clamp(20, 400)).await;
    let mut crowd = vec![(bad.component, bad.compiled)];
    for number in 1..HOSTILE {
        let copy = sandbox.prepare(named(&hostile, number)).await.unwrap();
        crowd.push((copy.component, copy.compiled));
    }
    drop(sandbox);
    let harms = std::env::var("HARMS").unwrap_or_else(|_| HARMS.to_owned());
    let harms: Vec<&str> = harms.split(',').collect();
    let stage = Stage { cache: dir.path(), crowd: &crowd, harms: &harms, calls: calls.min(GOOD) * TIMES };
    let (ratio, rates) = stage.beside(PERIOD).await;
    row("good calls beside 100 hostile plugins", rates, &format!("{ratio:.2}"), ">= 0.80", ratio >= 1.0 - LOSS);
    let (ratio, rates) = stage.beside(Duration::ZERO).await;
    row("the same, called without a pause", rates, &format!("{ratio:.2}"), "printed", true);
    live(hostile).await;
}

fn open(cache: &Path, slots: usize) -> Sandbox {
    let settings = Settings { cache_dir: cache.to_owned(), slots: Some(slots), allocator: Allocator::Pooling };
    Sandbox::new(settings).unwrap()
}

fn row(figure: &str, (with, without): (String, String), ratio: &str, bound: &str, holds: bool) {
    let missed = if holds { "" } else { "  MISSED" };
    println!("{figure:<44} {with:>14} {without:>14} {ratio:>8}  {bound}{missed}");
}

/// How long after its budget a guest that computes is ended.
async fn stopped(sandbox: &Sandbox, bad: &Plugin, times: usize) {
    const BUDGET: u64 = 20;
    let mut late = Vec::new();
    for _ in 0..times {
        let endless = ask("loop").cpu(BUDGET);
        let begun = Instant::now();
        let result = endless.run(sandbox, bad).await.result;
        late.push(begun.elapsed().saturating_sub(Duration::from_millis(BUDGET)));
        assert!(matches!(result, Err(PluginError::CpuLimit { .. })), "{result:?}");
    }
    late.sort();
    let at = |part: usize| late[(late.len() * part / 100).min(late.len() - 1)];
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    row("ended after its processor time, p99 and p50", (ms(at(99)), ms(at(50))), "", "<= 10 ms", at(99) <= 2 * TICK);
}

/// Where good calls and hostile ones meet.
struct Stage<'a> {
    cache: &'a Path,
    /// Components of hostile plugins, and their compiled code.
    crowd: &'a [(Digest, Digest)],
    harms: &'a [&'a str],
    /// Good calls in each turn.
    calls: usize,
}

impl Stage<'_> {
    /// Good calls a second beside the crowd and alone, and the median of the rounds' ratios. A machine that others use too may be a third
    /// slower from one minute to the next: both turns of a round are within a few seconds.
    async fn beside(&self, period: Duration) -> (f64, (String, String)) {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(self.round(period).await);
        }
        rounds.sort_by(|(among, alone), (others, theirs)| (among / alone).total_cmp(&(others / theirs)));
        let (among, alone) = rounds[rounds.len() / 2];
        (among / alone, (format!("{among:.0}/s"), format!("{alone:.0}/s")))
    }

    /// In a sandbox of its own, so that nothing of the former crowd is left.
    async fn round(&self, period: Duration) -> (f64, f64) {
        let sandbox = open(self.cache, 256);
        let good = sandbox.prepare(Module::default().action()).await.unwrap().plugin;
        let mut crowd = Vec::new();
        for (component, compiled) in self.crowd {
            crowd.push(sandbox.load(*component, *compiled).await.unwrap());
        }
        throughput(&sandbox, &good, self.calls / 10).await; // until the pool is warm
        let alone = throughput(&sandbox, &good, self.calls).await;
        let over = watch::Sender::new(false);
        let mut attacks = JoinSet::new();
        for (number, (bad, harm)) in crowd.into_iter().zip(self.harms.iter().cycle()).enumerate() {
            // callers who know nothing of each other do not begin in step
            let first = period * u32::try_from(number).unwrap() / u32::try_from(HOSTILE).unwrap();
            attacks.spawn(attack(sandbox.clone(), bad, ask(harm), (first, period), over.subscribe()));
        }
        tokio::time::sleep(Duration::from_secs(2)).await; // until all are in
        let among = throughput(&sandbox, &good, self.calls).await;
        over.send_replace(true);
        while attacks.join_next().await.is_some() {}
        sandbox.drain().await;
        (among, alone)
    }
}

async fn throughput(sandbox: &Sandbox, good: &Plugin, calls: usize) -> f64 {
    let left = Arc::new(AtomicUsize::new(calls));
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (sandbox, good, left) = (sandbox.clone(), good.clone(), left.clone());
        callers.spawn(async move {
            let ask = ask("");
            while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                ask.run(&sandbox, &good).await.result.unwrap();
            }
        });
    }
    while let Some(joined) = callers.join_next().await {
        joined.unwrap();
    }
    f64::from(u32::try_from(calls).unwrap()) / begun.elapsed().as_secs_f64()
}

/// One plugin's harm again and again, with the usual limits; it is never suspended.
async fn attack(
    sandbox: Sandbox,
    bad: Plugin,
    harm: Ask,
    (first, period): (Duration, Duration),
    mut over: watch::Receiver<bool>,
) {
    let again = async {
        tokio::time::sleep(first).await;
        loop {
            let begun = Instant::now();
            drop(harm.run(&sandbox, &bad).await);
            let left = period.saturating_sub(begun.elapsed());
            if left.is_zero() {
                tokio::task::yield_now().await; // a caller that never waits would have its thread to itself
            } else {
                tokio::time::sleep(left).await;
            }
        }
    };
    // A call that still runs when the measuring is over ends by itself, without anyone waiting for it.
    tokio::select! {
        () = again => {}
        _ = over.wait_for(|over| *over) => {}
    }
}

/// A thousand guests that wait in a host call at the same moment: what the process holds for them.
async fn live(hostile: Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = open(dir.path(), LIVE);
    let mut plugins = Vec::new();
    for number in 0..LIVE.div_ceil(A_PLUGIN) {
        plugins.push(sandbox.prepare(named(&hostile, number)).await.unwrap().plugin);
    }
    let before = resident();
    let gathering = Arc::new(Gathering::default());
    let mut calls = JoinSet::new();
    for number in 0..LIVE {
        let mut waiting = ask("read").wall(120_000);
        waiting.grants.tickets_read = TicketsRead::All;
        waiting.host = gathering.clone();
        let (sandbox, plugin) = (sandbox.clone(), plugins[number / A_PLUGIN].clone());
        calls.spawn(async move { waiting.run(&sandbox, &plugin).await });
    }
    while gathering.arrived.load(Ordering::SeqCst) < LIVE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    let held = resident().saturating_sub(before);
    let each = format!("{} KiB", held / LIVE / 1_024);
    gathering.open.send_replace(true);
    while let Some(joined) = calls.join_next().await {
        joined.unwrap().result.unwrap();
    }
    row("1000 live instances hold, and each", (mib(held), each), "", "printed", true);
}

/// The same plugin under another digest.
fn named(component: &[u8], number: usize) -> Vec<u8> {
    let name = format!("copy{number:04}");
    let length = u8::try_from(name.len()).unwrap();
    [component, &[0, length + 1, length], name.as_bytes()].concat()
}

fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok()).map_or(0, |kib| kib << 10)
}

/// Answers nobody until it is told to.
struct Gathering {
    arrived: AtomicUsize,
    open: watch::Sender<bool>,
}

impl Default for Gathering {
    fn default() -> Gathering {
        Gathering { arrived: AtomicUsize::new(0), open: watch::Sender::new(false) }
    }
}

impl Services for Gathering {
    fn ticket(&self, id: i64) -> BoxFuture<'_, Result<Ticket, ServiceError>> {
        Box::pin(async move {
            self.arrived.fetch_add(1, Ordering::SeqCst);
            let open = self.open.subscribe().wait_for(|open| *open).await.map(|_| ());
            open.map_err(|error| ServiceError::Failed(error.to_string()))?;
            Ok(Ticket { id, ..Ticket::default() })
        })
    }

    fn history(&self, _id: i64, _limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ServiceError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}
