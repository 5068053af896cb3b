//! One page of a list: how many rows are asked for, which ones come (T-11), how many there are.

/// What a list is asked for. Pages count from 1; one beyond the last, or below 1, is the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub number: i64,
    /// At least 1.
    pub limit: i64,
}

impl Page {
    /// Rows to skip, given how many there are.
    pub fn offset(self, total: i64) -> i64 {
        let last = ((total + self.limit - 1) / self.limit).max(1);
        let number = if self.number < 1 || self.number > last { last } else { self.number };
        (number - 1) * self.limit
    }
}

#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// Over all pages.
    pub total: i64,
    pub rows: Vec<T>,
}
