//! The direct side: the statements that a request sends, with its parameters, transactions, pool and row decoding, and nothing of
//! HTTP, wire or sandbox. Runs in a process of its own and prints operations a second.
//!
//! A statement that a request gains or loses must be repeated here.
#![expect(clippy::print_stdout, reason = "its answer to the process that started it")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use gavia::{
    config::Config,
    embedded,
    store::{
        self,
        cards::{self, Wanted},
        ticket_lists::{self, Category},
    },
    workflow::{self, Actor, Definition, Facts, Move, TicketId, TransitionId, WorkflowId},
};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::plan::{CONNECTIONS, Held, Operation, Plan, list};

/// What a second of the round is preceded by.
const WARM_UP: Duration = Duration::from_millis(200);

/// Runs a plan in a fresh process.
pub(crate) async fn spawn(plan: &Plan) -> anyhow::Result<f64> {
    let mut process = tokio::process::Command::new(std::env::current_exe()?);
    let output = process.arg("direct").arg(serde_json::to_string(plan)?).output().await?;
    ensure!(output.status.success(), "the direct side: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

pub(crate) async fn run(plan: &Plan) -> anyhow::Result<()> {
    let options = embedded::attach(&plan.data_dir).await?.context("a running node")?;
    let db = store::request_pool(options, Config::from_flags(&[]).database_connections).await?;
    let app = store::auth::app_by_name(&db, &plan.app).await?.context("the app")?;
    let definition = store::definitions::load(&db, WorkflowId(plan.workflow)).await?.context("the workflow")?;
    let caller = Caller { db, app: plan.app.clone(), token: app.0.id, definition: Arc::new(definition) };

    // the server's connections are not new either: their statements are prepared, and PostgreSQL has settled on plans
    let mut shares: Vec<_> = (0..CONNECTIONS).map(|number| plan.share(number)).collect();
    round(&caller, plan, &mut shares, WARM_UP.mul_f64(plan.seconds)).await?;
    println!("{}", round(&caller, plan, &mut shares, Duration::from_secs_f64(plan.seconds)).await?);
    Ok(())
}

/// Operations a second over all callers.
async fn round(caller: &Caller, plan: &Plan, shares: &mut Vec<Vec<Held>>, time: Duration) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for tickets in shares.drain(..) {
        let (caller, plan) = (caller.clone(), plan.clone());
        callers.spawn(async move { caller.work(&plan, tickets, started + time).await });
    }
    let mut done = 0;
    while let Some(share) = callers.join_next().await {
        let (count, tickets) = share??;
        done += count;
        shares.push(tickets);
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

#[derive(Clone)]
struct Caller {
    db: PgPool,
    app: String,
    token: i64,
    /// Cached as the server caches it.
    definition: Arc<Definition>,
}

impl Caller {
    /// Answers how many it did and the tickets as it left them.
    async fn work(self, plan: &Plan, mut tickets: Vec<Held>, until: Instant) -> anyhow::Result<(u32, Vec<Held>)> {
        let mut done = 0;
        for turn in 0.. {
            if Instant::now() >= until {
                break;
            }
            let count = tickets.len();
            let ticket = &mut tickets[turn % count];
            store::auth::app_by_name(&self.db, &self.app).await?.context("the app")?;
            match plan.operation {
                Operation::Handle => {
                    self.handle(ticket).await?;
                    plan.handled(ticket);
                }
                Operation::Duty => self.list(Category::Duty, &ticket.holder).await?,
                Operation::All => self.list(Category::All, &ticket.holder).await?,
                Operation::Detail => self.detail(ticket).await?,
                Operation::Transitions => self.transitions(ticket).await?,
            }
            done += 1;
        }
        Ok((done, tickets))
    }

    async fn ticket(&self, id: i64) -> anyhow::Result<workflow::Ticket> {
        Ok(store::tickets::get(&self.db, TicketId(id), Some(self.token)).await?.context("the ticket")?.ticket)
    }

    /// The rules are asked for the step to save; the condition's answer is known.
    async fn handle(&self, held: &Held) -> anyhow::Result<()> {
        let ticket = self.ticket(held.id).await?;
        let body = serde_json::Map::new();
        let request = Move { transition: TransitionId(held.transition), suggestion: "fine", body: &body };
        let needs = workflow::advance_needs(&ticket, &self.definition, &held.holder, &request);
        let directory = store::accounts::directory(&self.db, &needs).await?;
        let conditions = Ok(Some(0));
        let facts = Facts {
            actor: Actor::Person(&held.holder),
            directory: &directory,
            conditions: &conditions,
            people: &Ok(None),
            now: gavia::ambient::now(),
            zone: chrono_tz::Asia::Shanghai,
            dice: 0,
        };
        let mut tx = self.db.begin().await?;
        store::tickets::lock_at(&mut tx, ticket.id, ticket.version).await?.context("an unchanged ticket")?;
        let step = workflow::advance(ticket, &self.definition, &request, &facts)?;
        let id = store::steps::save(&mut tx, &step).await?;
        store::commit::commit(tx, &id, &self.db).await?;
        Ok(())
    }

    async fn list(&self, category: Category, user: &str) -> anyhow::Result<()> {
        let filter = list(category, self.token, user);
        ensure!(ticket_lists::count(&self.db, &filter).await?.total > 0, "an empty list");
        let rows = ticket_lists::rows(&self.db, &filter, 10, 0).await?;
        let mut wanted = Wanted::default();
        for (ticket, _) in &rows {
            wanted.add(ticket);
        }
        cards::cards(&self.db, &wanted).await?;
        Ok(())
    }

    async fn detail(&self, held: &Held) -> anyhow::Result<()> {
        let ticket = self.ticket(held.id).await?;
        store::accounts::directory(&self.db, &workflow::view_needs(&ticket, &held.holder)).await?;
        let mut wanted = Wanted::default();
        wanted.add(&ticket);
        cards::cards(&self.db, &wanted).await?;
        Ok(())
    }

    async fn transitions(&self, held: &Held) -> anyhow::Result<()> {
        let ticket = self.ticket(held.id).await?;
        store::accounts::directory(&self.db, &workflow::view_needs(&ticket, &held.holder)).await?;
        Ok(())
    }
}
