//! Pages of a list by cursor: rows that come or go meanwhile shift nothing, and a deep page costs what the first one does.
//! A cursor is opaque to callers; it holds the last row's place, and it is good for the list and the filters that it came from alone.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::{
    super::{error::Failure, extract::Query},
    problem::Explained,
};

const DEFAULT_ROWS: usize = 50;
const MOST_ROWS: usize = 500;
/// Keys of the query that are about the page and not about what is listed.
const OWN_KEYS: [&str; 2] = ["limit", "cursor"];

/// Where a row stands in its list: what it is ordered by, and its id for those that are equal.
pub(super) type Place = (i64, i64);

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T: ToSchema> {
    pub items: Vec<T>,
    /// What `cursor` is for the next page; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The query of a list; unreadable ones are the caller's fault.
pub(super) fn readable(query: Result<Query, Failure>) -> Result<Query, Explained> {
    query.map_err(|_| bad("the query cannot be read"))
}

/// The page that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    limit: usize,
    /// The last row of the page before.
    pub(super) after: Option<Place>,
    scope: [u8; 8],
}

impl Page {
    /// Refuses keys that the list does not know, since a misspelt filter would silently list everything. `list` names the list, with
    /// what of its path matters.
    pub(super) fn of(query: &Query, list: &str, knows: impl Fn(&str) -> bool) -> Result<Self, Explained> {
        let mut filters: Vec<(&str, &str)> = query.pairs().filter(|(key, _)| !OWN_KEYS.contains(key)).collect();
        if let Some((key, _)) = filters.iter().find(|(key, _)| !knows(key)) {
            return Err(bad(format!("this list has no parameter \"{}\"", key.escape_debug())));
        }
        filters.sort_unstable();
        let mut hash = Sha256::new_with_prefix(list);
        for (key, value) in filters {
            for text in [key, value] {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        }
        let scope = *hash.finalize().first_chunk().expect("a SHA-256 is longer");
        let limit = match query.text("limit") {
            "" => DEFAULT_ROWS,
            text => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST_ROWS).contains(limit))
                .ok_or_else(|| bad(format!("limit is a number from 1 to {MOST_ROWS}")))?,
        };
        let after = match query.text("cursor") {
            "" => None,
            text => {
                Some(read(text, scope).ok_or_else(|| bad("the cursor is not one of this list with these filters"))?)
            }
        };
        Ok(Self { limit, after, scope })
    }

    /// For lists whose rows are large.
    pub(super) fn at_most(mut self, rows: usize) -> Self {
        self.limit = self.limit.min(rows);
        self
    }

    /// Rows to ask the store for: one more than are shown tells whether there is a next page.
    pub(super) fn rows(&self) -> i64 {
        i64::try_from(self.limit + 1).expect("a few hundred")
    }

    pub(super) fn answer<T>(&self, rows: Vec<T>, place: impl Fn(&T) -> Place, shown: impl Fn(&T) -> Value) -> Value {
        json!(self.listed(rows, place, shown))
    }

    pub(super) fn listed<T, S: Serialize + ToSchema>(
        &self,
        mut rows: Vec<T>,
        place: impl Fn(&T) -> Place,
        shown: impl Fn(&T) -> S,
    ) -> Listed<S> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| self.cursor(place(row)));
        Listed { items: rows.iter().map(shown).collect(), next_cursor }
    }

    fn cursor(&self, (order, id): Place) -> String {
        URL_SAFE_NO_PAD.encode([self.scope, order.to_be_bytes(), id.to_be_bytes()].concat())
    }
}

fn read(text: &str, scope: [u8; 8]) -> Option<Place> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (of, place) = bytes.split_first_chunk::<8>()?;
    let (order, id) = place.split_first_chunk::<8>()?;
    (*of == scope).then_some((i64::from_be_bytes(*order), i64::from_be_bytes(*id.first_chunk()?)))
}

/// HTTP 400: the query is not what the list can be asked.
pub(super) fn bad(detail: impl Into<String>) -> Explained {
    Explained::new(StatusCode::BAD_REQUEST, detail)
}
