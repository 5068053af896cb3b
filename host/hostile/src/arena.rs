//! Where attacks take place: one sandbox, and around every attack the same four questions, so that no row can forget one: did it meet
//! its end, within its time, within its memory, and is everything as before for the next caller?

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use gavia_sandbox::{
    ActionAnswer, Allocator, BoxFuture, FlowEntry, Gateway, Grants, Kind, Limits, Outcome, Plugin, Sandbox,
    ServiceError, Services, Settings, Ticket, TicketsRead,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    ask::{Ask, ask, steps},
    frame::Module,
    receiver::names,
    resident::Watch,
    row::{Attack, Ended, Guest, Harm, Row, ensure, failure},
};

/// Calls of one plugin at once (plugin-runtime §6), and the pool of two plugins.
const CALLS: usize = 16;
const SLOTS: usize = 2 * CALLS;

/// What is attacked and with what.
#[derive(Clone, Copy)]
pub struct Targets {
    /// The guests of `tests/guests`.
    pub hostile: &'static [u8],
    pub prober: &'static [u8],
    /// The condition evaluator that this build embeds: a core module.
    pub conditions: &'static [u8],
    /// Where this build receives uploads of plugins, with the server's own layers around it: `POST /api/v2/plugins`.
    pub uploads: SocketAddr,
    /// What this build says of a workflow that is imported: its errors.
    pub import: fn(&str) -> Vec<String>,
}

pub(crate) struct Arena {
    pub(crate) targets: Targets,
    pub(crate) sandbox: Sandbox,
    pub(crate) cache: tempfile::TempDir,
    pub(crate) good: Plugin,
    pub(crate) hostile: Plugin,
    pub(crate) prober: Plugin,
    pub(crate) conditions: Plugin,
}

/// How a row came out.
pub struct Verdict {
    pub id: &'static str,
    pub name: &'static str,
    /// The ends that its attacks met, each once.
    pub ends: Vec<String>,
    pub attacks: usize,
    /// The longest attack.
    pub wall: Duration,
    /// The largest linear memory of a call.
    pub memory: usize,
    /// The most that the process grew by during an attack, where the system tells.
    pub resident: Option<usize>,
    /// Nothing, if the row holds.
    pub flaws: Vec<String>,
}

/// A sandbox with its own world of names, whose compiled plugins lie in `cache`.
pub(crate) fn sandbox(cache: &tempfile::TempDir, slots: usize) -> Result<Sandbox, String> {
    let settings = Settings { cache_dir: cache.path().to_owned(), slots: Some(slots), allocator: Allocator::Auto };
    Sandbox::with_gateway(settings, Gateway::new(Arc::new(names()), Vec::new())).map_err(|error| error.to_string())
}

impl Arena {
    pub(crate) async fn open(targets: Targets) -> Result<Arena, String> {
        let cache = tempfile::tempdir().map_err(|error| error.to_string())?;
        let sandbox = sandbox(&cache, SLOTS)?;
        let prepare = async |bytes: Vec<u8>| {
            let prepared = sandbox.prepare(bytes).await.map_err(|error| format!("a guest is refused: {error}"))?;
            Ok::<Plugin, String>(prepared.plugin)
        };
        Ok(Arena {
            good: prepare(Module::default().action()).await?,
            hostile: prepare(targets.hostile.to_vec()).await?,
            prober: prepare(targets.prober.to_vec()).await?,
            conditions: prepare(targets.conditions.to_vec()).await?,
            targets,
            cache,
            sandbox,
        })
    }

    /// Makes every attack of a row, one after the other.
    pub(crate) async fn meet(&self, row: &Row) -> Verdict {
        let (id, name) = (row.id, row.name);
        let (wall, flaws) = (Duration::ZERO, Vec::new());
        let mut verdict = Verdict { id, name, ends: Vec::new(), attacks: 0, wall, memory: 0, resident: None, flaws };
        for attack in (row.attacks)(self) {
            let what = attack.what.clone();
            let flaws = self.attacked(attack, &mut verdict).await;
            verdict.flaws.extend(flaws.into_iter().map(|flaw| format!("{what}: {flaw}")));
        }
        if verdict.attacks == 0 {
            verdict.flaws.push("the row has no attack".to_owned());
        }
        if let Err(flaw) = self.whole_pool().await {
            verdict.flaws.push(flaw);
        }
        verdict
    }

    async fn attacked(&self, attack: Attack, verdict: &mut Verdict) -> Vec<String> {
        let Attack { harm, end, bounds, .. } = attack;
        let watch = Watch::start();
        let begun = Instant::now();
        let ended = timeout(bounds.wall, self.done(harm)).await;
        let wall = begun.elapsed();
        let resident = watch.growth();

        verdict.attacks += 1;
        verdict.wall = verdict.wall.max(wall);
        verdict.resident = verdict.resident.max(resident);
        let mut flaws = Vec::new();
        if let Some(bytes) = resident.filter(|bytes| *bytes > bounds.resident) {
            flaws.push(format!("the process grew by {bytes} bytes; {} are allowed", bounds.resident));
        }
        match ended {
            Err(_) => flaws.push(format!("it had not ended after {:?}", bounds.wall)),
            Ok(Err(reason)) => flaws.push(reason),
            Ok(Ok(ended)) => {
                verdict.memory = verdict.memory.max(ended.memory);
                if !verdict.ends.iter().any(|known| known == end.shown) {
                    verdict.ends.push(end.shown.to_owned());
                }
                if ended.memory > bounds.memory {
                    flaws.push(format!("it held {} bytes of memory; {} are allowed", ended.memory, bounds.memory));
                }
                if ended.outcome.as_ref().is_some_and(|outcome| outcome.result.is_err() && !outcome.effects.is_empty())
                {
                    flaws.push("a failed call left changes behind".to_owned());
                }
                flaws.extend(end.judge(&ended));
            }
        }
        flaws.extend(self.free_again().await.err());
        flaws.extend(self.next_good_call().await.err());
        flaws
    }

    async fn done(&self, harm: Harm) -> Result<Ended, String> {
        match harm {
            Harm::Upload(bytes) => Ok(match self.sandbox.prepare(bytes).await {
                Ok(prepared) => Ended::new("accepted", format!("{:?}", prepared.kinds)),
                Err(rejection) => Ended::rejected(&rejection),
            }),
            Harm::Call(guest, ask) => Ok(match guest {
                Guest::Hostile => Ended::called(ask.run(&self.sandbox, &self.hostile).await),
                Guest::Prober => Ended::called(ask.run(&self.sandbox, &self.prober).await),
                Guest::Component(bytes) => match self.sandbox.prepare(bytes).await {
                    Ok(prepared) => Ended::called(ask.run(&self.sandbox, &prepared.plugin).await),
                    Err(rejection) => Ended::rejected(&rejection),
                },
            }),
            Harm::Condition { expression, at_saving, ask } => self.condition(expression, at_saving, &ask).await,
            Harm::Own(run) => run(self).await,
        }
    }

    async fn condition(&self, expression: String, at_saving: bool, ask: &Ask) -> Result<Ended, String> {
        let expressions = [expression];
        let known: Vec<String> = ask.context.ticket.fields.iter().map(|field| field.key.clone()).collect();
        let problems = self.sandbox.check_conditions(&self.conditions, &expressions, &known).await.result;
        // Text past what one call may move does not even reach the guest's parser, and is refused for that.
        let refused = problems.as_ref().map_or(true, |problems| !problems.is_empty());
        ensure(refused == at_saving, format!("when it is saved: {problems:?}"))?;
        let limits = Limits { failures: u32::MAX, wall: Duration::from_secs(2), ..Limits::for_kind(Kind::Condition) };
        let outcome = self.sandbox.first_match(&self.conditions, &expressions, ask.call(limits)).await;
        let (class, said) = match &outcome.result {
            Ok(index) => ("answered", index.map_or_else(|| "no".to_owned(), |_| "yes".to_owned())),
            Err(error) => (failure(error), error.to_string()),
        };
        Ok(Ended { memory: outcome.usage.peak_memory_bytes, ..Ended::new(class, said) })
    }

    /// What attacks left running ends by itself.
    async fn free_again(&self) -> Result<(), String> {
        let begun = Instant::now();
        while self.sandbox.in_use() > 0 {
            ensure(
                begun.elapsed() < Duration::from_secs(3),
                format!("{} slots are still taken", self.sandbox.in_use()),
            )?;
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    async fn next_good_call(&self) -> Result<(), String> {
        let begun = Instant::now();
        let outcome = ask("").run(&self.sandbox, &self.good).await;
        let fine = outcome.result.as_ref().is_ok_and(|answer| answer.message == "fine");
        ensure(fine, format!("the next good call ended with {:?}", outcome.result))?;
        ensure(begun.elapsed() < Duration::from_secs(1), format!("the next good call took {:?}", begun.elapsed()))
    }

    /// Fills every slot with a call that waits for all the others: one that was not given back is missing.
    async fn whole_pool(&self) -> Result<(), String> {
        let everybody = Arc::new(Gathering { arrived: AtomicUsize::new(0), complete: watch::Sender::new(false) });
        let mut calls = JoinSet::<Outcome<ActionAnswer>>::new();
        for plugin in [&self.hostile, &self.prober] {
            for _ in 0..CALLS {
                let mut ask =
                    if plugin.digest() == self.hostile.digest() { ask("read") } else { steps(&[&["ticket", "2"]]) };
                ask = ask.grants(Grants { tickets_read: TicketsRead::All, ..Grants::default() }).wall(5_000);
                ask.host = everybody.clone();
                let (sandbox, plugin) = (self.sandbox.clone(), plugin.clone());
                calls.spawn(async move { ask.run(&sandbox, &plugin).await });
            }
        }
        let mut missing = Vec::new();
        while let Some(joined) = calls.join_next().await {
            let outcome = joined.map_err(|error| error.to_string())?;
            missing.extend(outcome.result.err().map(|error| error.to_string()));
        }
        let counted = missing.len();
        ensure(missing.is_empty(), format!("{counted} of {SLOTS} calls found no place: {}", missing.join("; ")))
    }
}

/// Answers nobody until all are there.
struct Gathering {
    arrived: AtomicUsize,
    complete: watch::Sender<bool>,
}

impl Services for Gathering {
    fn ticket(&self, id: i64) -> BoxFuture<'_, Result<Ticket, ServiceError>> {
        Box::pin(async move {
            if self.arrived.fetch_add(1, Ordering::SeqCst) + 1 >= SLOTS {
                self.complete.send_replace(true);
            }
            let all = self.complete.subscribe().wait_for(|complete| *complete).await.map(|_| ());
            all.map_err(|error| ServiceError::Failed(error.to_string()))?;
            Ok(Ticket { id, ..Ticket::default() })
        })
    }

    fn history(&self, _id: i64, _limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ServiceError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}
