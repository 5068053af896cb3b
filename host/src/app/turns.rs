//! Turns at making a component ready: of many callers that need the same one only the first does the work, and callers that need another
//! one do not wait for it. Known are the components that somebody waits for or works on, and no more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

use crate::store::components::Digest;

#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<Digest, Arc<Lock<()>>>>);

/// Until it is dropped nobody else has a turn at the same component.
#[must_use]
#[derive(Debug)]
pub(super) struct Turn<'a> {
    // given back before the place is, which looks whether anybody is left
    _held: OwnedMutexGuard<()>,
    _place: Place<'a>,
}

/// Has the turn or waits for it.
#[derive(Debug)]
struct Place<'a> {
    turns: &'a Turns,
    component: Digest,
    /// Until it is dropped.
    lock: Option<Arc<Lock<()>>>,
}

impl Turns {
    /// In the order of asking.
    pub(super) async fn take(&self, component: Digest) -> Turn<'_> {
        let lock = Arc::clone(self.locks().entry(component).or_default());
        let place = Place { turns: self, component, lock: Some(Arc::clone(&lock)) };
        let held = lock.lock_owned().await;
        Turn { _held: held, _place: place }
    }

    fn locks(&self) -> MutexGuard<'_, HashMap<Digest, Arc<Lock<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut locks = self.turns.locks();
        drop(self.lock.take());
        // the map's own: nobody else has the turn or waits, and nobody can begin to while the map is held
        if locks.get(&self.component).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.component);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt as _, poll};

    use super::*;

    const ONE: Digest = [1; 32];
    const OTHER: Digest = [2; 32];

    #[tokio::test]
    async fn callers_wait_for_the_same_component_and_for_no_other() {
        let turns = Turns::default();
        let first = turns.take(ONE).now_or_never().expect("nobody has it");
        let other = turns.take(OTHER).now_or_never().expect("another one is not waited for");
        let mut second = Box::pin(turns.take(ONE));
        let mut third = Box::pin(turns.take(ONE));
        assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        drop(first);
        assert!(poll!(&mut third).is_pending(), "in the order of asking");
        let second = second.now_or_never().expect("its turn");
        drop(third);
        assert_eq!(turns.locks().len(), 2);
        drop((second, other));
        assert!(turns.locks().is_empty(), "nothing is kept of those who are through");
    }

    #[tokio::test]
    async fn who_gives_up_leaves_nothing_behind() {
        let turns = Turns::default();
        let first = turns.take(ONE).now_or_never().expect("nobody has it");
        let mut second = Box::pin(turns.take(ONE));
        assert!(poll!(&mut second).is_pending());
        drop(first);
        drop(second);
        assert!(turns.locks().is_empty());
        turns.take(ONE).now_or_never().map(drop).expect("it can be had again");
    }
}
