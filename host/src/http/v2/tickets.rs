//! `/api/v2/tickets`: every ticket of workflows that are not deleted, in pages by cursor, found by what the old list finds them by
//! and by the values of custom fields. Rows are heads: a page of whole tickets would have no bound.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Datelike as _, Utc};
use serde_json::Value;

use super::{
    super::{error::Failure, extract::Query, wire},
    Authorised,
    pages::{Listed, Page, Place, bad, readable},
    problem::Explained,
    shapes::TicketHead,
};
use crate::{
    app::App,
    store::{
        self,
        ticket_lists::{self, Category, FieldMatch, Filter, Order, People},
        tickets::Names,
    },
    workflow::{self, Refusal, Ticket},
};

const KEYS: [&str; 13] = [
    "sn",
    "title",
    "create_start",
    "create_end",
    "workflow_ids",
    "state_ids",
    "ticket_ids",
    "is_end",
    "is_rejected",
    "creator",
    "participant",
    "related",
    "order",
];
/// Before the key of a custom field.
const FIELD: &str = "field.";
/// Custom fields that one search may name.
const MOST_FIELDS: usize = 8;

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<TicketHead>>, Explained> {
    let query = readable(query)?;
    let page = Page::of(&query, "tickets", |key| KEYS.contains(&key) || key.starts_with(FIELD))?;
    let mut filter = filter(&app, &query)?;
    for (key, text) in fields(&query)? {
        let found = field(&app, (key, text), &filter.workflows).await?;
        filter.fields.push(found);
    }
    let after =
        page.after.map(|place| time(place).ok_or_else(|| bad("the cursor is none of this list"))).transpose()?;
    let rows = ticket_lists::rows_after(&app.db, &filter, after, page.rows()).await?;
    let place = |(ticket, _): &(Ticket, Names)| (ticket.created_at.timestamp_micros(), ticket.id.0);
    Ok(Json(page.listed(rows, place, |(ticket, names)| TicketHead::of(ticket, names))))
}

fn time((micros, id): Place) -> Option<(DateTime<Utc>, i64)> {
    Some((DateTime::from_timestamp_micros(micros).filter(is_storable)?, id))
}

fn is_storable(at: &DateTime<Utc>) -> bool {
    (1..=9999).contains(&at.year())
}

fn filter(app: &App, query: &Query) -> Result<Filter, Explained> {
    let text = |key: &str| Some(query.text(key)).filter(|text| !text.is_empty()).map(str::to_owned);
    let ids = |key: &str| {
        wire::id_list(key, query.text(key))
            .map_err(|_| bad(format!("{key} is a list of up to 1000 ids between commas")))
    };
    let at = |key: &str| match query.text(key) {
        "" => Ok(None),
        text => moment(app, text).map(Some).ok_or_else(|| {
            bad(format!("{key} is a date, a local date and time, or a time with a zone as RFC 3339 has it"))
        }),
    };
    let flag = |key: &str| match query.text(key) {
        "" => Ok(None),
        "0" | "false" => Ok(Some(false)),
        "1" | "true" => Ok(Some(true)),
        _ => Err(bad(format!("{key} is true or false"))),
    };
    let order = match query.text("order") {
        "" | "newest" => Order::NewestFirst,
        "oldest" => Order::OldestFirst,
        _ => return Err(bad("order is newest or oldest")),
    };
    Ok(Filter {
        category: Category::All,
        app_token: None,
        username: None,
        sn_prefix: query.text("sn").to_owned(),
        title_part: query.text("title").to_owned(),
        created_from: at("create_start")?,
        created_until: at("create_end")?,
        workflows: ids("workflow_ids")?,
        states: ids("state_ids")?,
        tickets: ids("ticket_ids")?,
        is_ended: flag("is_end")?,
        is_rejected: flag("is_rejected")?,
        people: People { creator: text("creator"), participant: text("participant"), related: text("related") },
        fields: Vec::new(),
        order,
    })
}

/// RFC 3339, or local time as the old list takes it.
fn moment(app: &App, text: &str) -> Option<DateTime<Utc>> {
    let marked = DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc));
    marked.filter(is_storable).or_else(|| wire::parse_local_time(text, app.zone))
}

/// The custom fields that the search names, by key, with the text that each is to hold.
fn fields(query: &Query) -> Result<Vec<(&str, &str)>, Explained> {
    let mut fields: Vec<(&str, &str)> =
        query.pairs().filter_map(|(key, text)| Some((key.strip_prefix(FIELD)?, text))).collect();
    if fields.len() > MOST_FIELDS {
        return Err(bad(format!("a search names at most {MOST_FIELDS} custom fields")));
    }
    fields.sort_unstable();
    Ok(fields)
}

/// The text as each kind of field with that key would have stored it.
async fn field(app: &App, (key, text): (&str, &str), workflows: &[i64]) -> Result<FieldMatch, Explained> {
    let kinds = store::fields::kinds_of(&app.db, key, workflows).await?;
    if kinds.is_empty() {
        return Err(bad(format!("none of these workflows has a field \"{}\"", key.escape_debug())));
    }
    let mut values = Vec::new();
    let mut why = "a value, not an empty text".to_owned();
    for kind in kinds {
        match workflow::searched_value(kind, key, text, app.zone) {
            Ok(Some(value)) if !text.is_empty() => values.push(value),
            Ok(_) => {}
            Err(Refusal::FieldInvalid { expected, .. }) => why = expected.to_string(),
            Err(refusal) => why = refusal.to_string(),
        }
    }
    if values.is_empty() {
        return Err(bad(format!("{FIELD}{key} must be {why}")));
    }
    values.sort_by_key(Value::to_string);
    values.dedup();
    Ok(FieldMatch { key: key.to_owned(), values })
}
