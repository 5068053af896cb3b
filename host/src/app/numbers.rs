//! Ticket numbers and ids in small blocks, taken in a statement of their own before a ticket's transaction, so that creations never
//! queue on the counter (I4, design.md §5). Gaps are fine: a node that stops leaves the rest of its block unused.

use chrono::NaiveDate;
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::{store, workflow::TicketId};

/// What this node has in hand; at most one block.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    block: Mutex<Option<Block>>,
}

#[derive(Debug)]
struct Block {
    day: NaiveDate,
    next: i64,
    /// Ascending; taken from the front together with `next`.
    ids: std::vec::IntoIter<i64>,
}

/// One ticket's id and its number of the day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub id: TicketId,
    pub of_day: i64,
}

impl Numbers {
    pub(super) async fn next(&self, db: &PgPool, day: NaiveDate) -> Result<Number, store::Error> {
        let mut held = self.block.lock().await;
        if let Some(block) = held.as_mut().filter(|block| block.day == day)
            && let Some(id) = block.ids.next()
        {
            block.next += 1;
            return Ok(Number { id: TicketId(id), of_day: block.next - 1 });
        }
        let (first, ids) = store::tickets::reserve(db, day).await?;
        let mut ids = ids.into_iter();
        let id = ids.next().ok_or_else(|| store::Error::Inconsistent("an empty block of numbers".into()))?;
        *held = Some(Block { day, next: first + 1, ids });
        Ok(Number { id: TicketId(id), of_day: first })
    }
}
