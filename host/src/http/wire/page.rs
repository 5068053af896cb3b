//! Paging as the wire has it: the request is echoed, rows come from the last page when the asked one is beyond (T-11).

use serde_json::{Value, json};

use super::super::extract::Query;
use crate::{http::Failure, store::paging::Page};

/// Rows an answer may hold at most, whatever is asked.
const MOST_ROWS: i64 = 10_000;

/// What a caller asked for, echoed as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    page: i64,
    per_page: i64,
}

impl Paging {
    /// Empty texts mean the defaults; words, overflow and a `per_page` below 1 are refused.
    pub fn from_query(query: &Query) -> Result<Self, Failure> {
        let number = |key: &str, default: i64| match query.get(key).map(str::trim) {
            None | Some("") => Ok(default),
            Some(text) => text.parse::<i64>().map_err(|_| Failure::text(format!("{key}须为整数"))),
        };
        let paging = Self { page: number("page", 1)?, per_page: number("per_page", 10)? };
        if paging.per_page < 1 {
            return Err(Failure::text("per_page须大于0"));
        }
        Ok(paging)
    }

    /// The page to ask the store for.
    pub fn stored(self) -> Page {
        Page { number: self.page, limit: self.per_page.min(MOST_ROWS) }
    }

    pub fn limit(self) -> i64 {
        self.stored().limit
    }

    /// Rows to skip, given how many there are: a page beyond the last, or below 1, is the last one.
    pub fn offset(self, total: i64) -> i64 {
        self.stored().offset(total)
    }

    pub fn answer(self, total: i64, rows: impl Into<Value>) -> Value {
        json!({ "value": rows.into(), "per_page": self.per_page, "page": self.page, "total": total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t11_a_page_beyond_the_last_gives_the_last_rows() {
        let paging = |page, per_page| Paging { page, per_page };
        assert_eq!(paging(1, 10).offset(25), 0);
        assert_eq!(paging(3, 10).offset(25), 20);
        assert_eq!(paging(4, 10).offset(25), 20);
        assert_eq!(paging(0, 10).offset(25), 20);
        assert_eq!(paging(-7, 10).offset(0), 0);
        assert_eq!(paging(i64::MAX, 10).offset(0), 0);
        assert_eq!(paging(2, i64::MAX).limit(), 10_000);
    }
}
