//! The hostile corpus (plugin-runtime §12): everything that a plugin, an upload or an expression may try, each with the exact end it must
//! meet, a bound on its time and its memory, and a good call afterwards.
//!
//! One table for the tests and for `gavia plugin hostile`. It judges the build that it is linked into and knows no database.

mod arena;
mod ask;
mod frame;
mod receiver;
mod resident;
mod row;
mod rows;

pub use arena::{Targets, Verdict};
pub use ask::{Ask, ask, host, private, public, steps};
pub use frame::{Frame, Module, wat};
pub use receiver::{Names, Receiver, Reply, names, ok, serve};
pub use row::Row;
pub use rows::{DESIGNED, rows};

use arena::Arena;

/// Makes the attacks of every row that `chosen` takes, in order, and tells about each row when it is through.
///
/// # Errors
///
/// The sandbox does not start, or a guest of the corpus itself is refused.
pub async fn run(
    targets: Targets,
    chosen: impl Fn(&Row) -> bool,
    mut tell: impl FnMut(&Verdict),
) -> Result<Vec<Verdict>, String> {
    let arena = Arena::open(targets).await?;
    let mut verdicts = Vec::new();
    for row in rows().filter(|row| chosen(row)) {
        let verdict = arena.meet(row).await;
        tell(&verdict);
        verdicts.push(verdict);
    }
    Ok(verdicts)
}
