//! Tickets created a day, as loonflow 1.0 and 2.0 tell them (behaviour §8.1). A day's limits are those of the one zone.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Days, NaiveTime, Utc};
use serde_json::{Value, json};

use super::{
    auth::Caller,
    error::Failure,
    extract::{Ids, Query},
    wire::{self, Envelope},
    workflows::granted,
};
use crate::{
    ambient,
    app::App,
    store::statistics::{self, Span},
    workflow::WorkflowId,
};

/// The longest time that is counted at once.
const DAYS_MAX: i64 = 366;
/// Days that are counted where none are named, today included.
const DAYS_DEFAULT: u64 = 30;

/// All workflows of the app, each by its name.
pub async fn tickets(State(app): State<Arc<App>>, caller: Caller, query: Query) -> Result<Envelope, Failure> {
    let span = span(&app, &query, ambient::now())?;
    let rows = statistics::per_day(&app.db, caller.app_token_id(), None, span).await?;
    if rows.len() > statistics::MOST {
        return Err(Failure::object("统计结果过多，请缩短时间范围"));
    }
    let rows = rows.iter().map(|row| json!({ "day": row.day, "type": row.workflow, "count": row.count }));
    Ok(Envelope::of(rows.collect::<Vec<Value>>()))
}

pub async fn workflow(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    let span = span(&app, &query, ambient::now())?;
    let rows = statistics::per_day(&app.db, caller.app_token_id(), Some(WorkflowId(id)), span).await?;
    let rows: Vec<Value> = rows.iter().map(|row| json!({ "day": row.day, "count": row.count })).collect();
    Ok(Envelope::of(json!({ "result_list": rows })))
}

/// `start_time` and `end_time`, which may be called `start_date` and `end_date`. A date alone is the whole day, at either end.
fn span(app: &App, query: &Query, now: DateTime<Utc>) -> Result<Span, Failure> {
    let zone = app.zone;
    let bound = |keys: [&str; 2]| {
        let key = if query.text(keys[0]).is_empty() { keys[1] } else { keys[0] };
        let text = query.text(key).trim();
        let at = wire::parse_local_time(text, zone);
        match at {
            None if text.is_empty() => Ok(None),
            None => Err(Failure::object(format!("{key}的时间格式不合法"))),
            Some(at) => Ok(Some((at, text.len() <= "YYYY-MM-DD".len()))),
        }
    };
    let until = match bound(["end_time", "end_date"])? {
        None => now,
        Some((at, false)) => at,
        // to the last moment of that day, however long it is
        Some((at, true)) => {
            wire::parse_local_time(&next_day(at, app), zone).unwrap_or(at) - chrono::TimeDelta::microseconds(1)
        }
    };
    let from = if let Some((at, _)) = bound(["start_time", "start_date"])? {
        at
    } else {
        let day = until.with_timezone(&zone).date_naive();
        let first = day.checked_sub_days(Days::new(DAYS_DEFAULT - 1)).unwrap_or(day);
        wire::parse_local_time(&first.to_string(), zone).unwrap_or(until)
    };
    if from > until {
        return Err(Failure::object("start_time不能晚于end_time"));
    }
    if (until - from).num_days() > DAYS_MAX {
        return Err(Failure::object(format!("统计的时间范围不能超过{DAYS_MAX}天")));
    }
    Ok(Span { from, until, zone })
}

fn next_day(at: DateTime<Utc>, app: &App) -> String {
    let day = at.with_timezone(&app.zone).date_naive();
    day.checked_add_days(Days::new(1)).unwrap_or(day).and_time(NaiveTime::MIN).to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::{
        http::{
            testing::{As, done, server},
            wire,
        },
        store::testing,
        workflow::TicketId,
    };

    #[tokio::test]
    async fn tickets_are_counted_by_day_and_workflow_within_the_apps_grants() {
        let server = server().await;
        let (flow, token) = server.flow().await;
        let oa = As::App("oa", &token, "lisi");
        for at in ["2024-02-29 23:59:59", "2024-03-01 00:00:00", "2024-03-01 23:59:59", "2024-03-03 12:00:00"] {
            let id = server.ticket(flow, &token).await;
            let at = wire::parse_local_time(at, server.app.zone).unwrap();
            testing::set_created(&server.app.db, TicketId(id), at).await;
        }
        let other = server.workflow().await;
        let get = async |caller: &As<'_>, path: &str| server.call(caller, Method::GET, path, &Value::Null).await;
        let span = "start_time=2024-03-01&end_time=2024-03-03";
        let all = done(get(&oa, &format!("/tickets/num_statistics?{span}")).await);
        let day = |day: &str, count: i64| json!({ "day": day, "type": "w", "count": count });
        assert_eq!(all, json!([day("2024-03-01", 2), day("2024-03-03", 1)]));
        let one = done(get(&oa, &format!("/workflows/{}/statistics?{span}", flow.id)).await);
        let day = |day: &str, count: i64| json!({ "day": day, "count": count });
        assert_eq!(one, json!({ "result_list": [day("2024-03-01", 2), day("2024-03-03", 1)] }));
        let exact = "start_date=2024-02-29&end_date=2024-03-01 00:00:00".replace(' ', "%20");
        let one = done(get(&oa, &format!("/workflows/{}/statistics?{exact}", flow.id)).await);
        assert_eq!(one, json!({ "result_list": [day("2024-02-29", 1), day("2024-03-01", 1)] }));
        // nothing was created in the last days, and the rest is not ours
        assert_eq!(done(get(&oa, "/tickets/num_statistics").await), json!([]));
        assert_eq!(
            done(get(&As::Admin, &format!("/workflows/{other}/statistics")).await),
            json!({ "result_list": [] })
        );
        let (_, stranger) = get(&oa, &format!("/workflows/{other}/statistics")).await;
        assert_eq!(stranger["msg"], "APP:oa have no permission to get this workflow info");
    }

    #[tokio::test]
    async fn f55_a_span_that_is_none_or_too_long_is_refused() {
        let server = server().await;
        for query in [
            "start_time=soon",
            "end_time=2024-13-01",
            "start_time=2024-03-02&end_time=2024-03-01",
            "start_time=2023-01-01&end_time=2024-03-01",
            "start_time=9999-12-31&end_time=0001-01-01",
            "start_time=0001-01-01",
        ] {
            server.refused(Method::GET, &format!("/tickets/num_statistics?{query}"), Value::Null).await;
        }
        server.admin(Method::GET, "/tickets/num_statistics?end_time=9999-12-31", Value::Null).await;
    }
}
