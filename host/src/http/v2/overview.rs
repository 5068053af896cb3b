//! `GET /api/v2/overview`: the console's first page in numbers. Each is read from a stretch of an index or from the newest rows, so that
//! old tickets cost nothing; how far back each goes stands beside it.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::wire,
    Authorised,
    problem::Explained,
    shapes::{Reference, TicketHead},
};
use crate::{
    ambient,
    app::App,
    store::{
        overview::{self, StateTime},
        statistics::Span,
        ticket_lists::{self, Category, Filter, Order, People},
    },
};

const DAYS: u64 = 30;
const OLDEST: i64 = 20;

#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    pub generated_at: DateTime<Utc>,
    /// The zone of the days.
    pub timezone: String,
    /// The last 30 days, today last.
    pub days: Vec<NaiveDate>,
    /// At most 1000, by id.
    pub workflows: Vec<WorkflowNumbers>,
    /// Tickets created on these days; those without are left out.
    pub tickets_per_day: Vec<DayNumber>,
    /// Of stays that ended on these days, among the newest 20,000 moves; the 200 states with the most.
    pub time_per_state: Vec<StateNumbers>,
    /// The 20 open tickets that were created first.
    pub oldest_waiting: Vec<WaitingTicket>,
    pub jobs: JobNumbers,
    /// Tries to deliver a notice in the last 24 hours, among the newest 10,000.
    pub deliveries: DeliveryNumbers,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowNumbers {
    pub id: i64,
    pub name: String,
    pub tickets: i64,
    /// Those that are not over.
    pub open: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DayNumber {
    pub day: NaiveDate,
    pub workflow_id: i64,
    pub count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StateNumbers {
    pub workflow: Reference,
    pub state: Reference,
    pub stays: i64,
    pub median_seconds: f64,
    pub p90_seconds: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingTicket {
    #[serde(flatten)]
    pub ticket: TicketHead,
    /// When it came into its state.
    pub waiting_since: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct JobNumbers {
    /// Timers among them.
    pub waiting: i64,
    pub running: i64,
    pub dead: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryNumbers {
    pub delivered: i64,
    pub failed: i64,
    pub skipped: i64,
}

pub(super) async fn read(State(app): State<Arc<App>>, _: Authorised) -> Result<Json<Overview>, Explained> {
    let now = ambient::now();
    let today = now.with_timezone(&app.zone).date_naive();
    let first = today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today);
    let from = wire::parse_local_time(&first.to_string(), app.zone).unwrap_or(now - TimeDelta::days(30));
    let per_day = overview::per_day(&app.db, Span { from, until: now, zone: app.zone }).await?;
    let jobs = overview::jobs(&app.db).await?;
    let deliveries = overview::deliveries(&app.db, now - TimeDelta::hours(24)).await?;
    let workflows = overview::workflows(&app.db).await?;
    let time_per_state = overview::time_per_state(&app.db, from).await?;
    Ok(Json(Overview {
        generated_at: now,
        timezone: app.zone.to_string(),
        days: first.iter_days().take_while(|day| *day <= today).collect(),
        workflows: workflows
            .into_iter()
            .map(|row| WorkflowNumbers { id: row.id, name: row.name, tickets: row.tickets, open: row.open })
            .collect(),
        tickets_per_day: per_day
            .into_iter()
            .map(|row| DayNumber { day: row.day, workflow_id: row.workflow, count: row.count })
            .collect(),
        time_per_state: time_per_state.into_iter().map(numbers).collect(),
        oldest_waiting: oldest(&app).await?,
        jobs: JobNumbers { waiting: jobs.waiting, running: jobs.running, dead: jobs.dead },
        deliveries: DeliveryNumbers {
            delivered: deliveries.delivered,
            failed: deliveries.failed,
            skipped: deliveries.skipped,
        },
    }))
}

fn numbers(row: StateTime) -> StateNumbers {
    StateNumbers {
        workflow: Reference::named(row.workflow, row.workflow_name),
        state: Reference::named(row.state, row.state_name),
        stays: row.stays,
        median_seconds: row.median_seconds,
        p90_seconds: row.p90_seconds,
    }
}

async fn oldest(app: &App) -> Result<Vec<WaitingTicket>, Explained> {
    let since = overview::oldest_open(&app.db, OLDEST).await?;
    if since.is_empty() {
        return Ok(Vec::new()); // no ids would be no filter
    }
    let filter = Filter {
        category: Category::All,
        app_token: None,
        username: None,
        sn_prefix: String::new(),
        title_part: String::new(),
        created_from: None,
        created_until: None,
        workflows: Vec::new(),
        states: Vec::new(),
        tickets: since.keys().copied().collect(),
        is_ended: None,
        is_rejected: None,
        people: People::default(),
        fields: Vec::new(),
        order: Order::OldestFirst,
    };
    let rows = ticket_lists::rows_after(&app.db, &filter, None, OLDEST).await?;
    let waiting = rows.iter().filter_map(|(ticket, names)| {
        // of one that moves between the two statements the time is the former state's
        let waiting_since = *since.get(&ticket.id.0)?;
        Some(WaitingTicket { ticket: TicketHead::of(ticket, names), waiting_since })
    });
    Ok(waiting.collect())
}
