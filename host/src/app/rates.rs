//! Token buckets: how often somebody may still come (threat-model §3, rate). Each key has a bucket that holds a minute's worth and
//! refills evenly. A node counts for itself. Crates for this fix one rate for all keys and do not bound the number of keys.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Buckets that are remembered.
const MOST: usize = 10_000;
/// After this long any bucket is full again, and no different from one that nobody remembers.
const FULL_AGAIN: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Buckets<K>(Mutex<HashMap<K, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// Takes `cost` from the bucket of `key`, which gives `per_minute` in a minute; or says how long to wait, and takes nothing.
    /// A cost above what a bucket holds empties it.
    pub(super) fn take(&self, key: &K, per_minute: u32, cost: u32, now: Instant) -> Result<(), Duration> {
        let (per_minute, cost) = (f64::from(per_minute), f64::from(cost).min(f64::from(per_minute)));
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get(key).copied().unwrap_or(Bucket { left: per_minute, at: now });
        let refilled = bucket.left + now.duration_since(bucket.at).as_secs_f64() * per_minute / 60.0;
        let left = refilled.min(per_minute);
        if left < cost {
            return Err(Duration::from_secs_f64((cost - left) * 60.0 / per_minute));
        }
        make_room(&mut buckets, key, now);
        buckets.insert(key.clone(), Bucket { left: left - cost, at: now });
        Ok(())
    }

    /// Takes what there is of `cost`, after something that is done already.
    pub(super) fn charge(&self, key: &K, per_minute: u32, cost: u32, now: Instant) {
        if self.take(key, per_minute, cost, now).is_err() {
            let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            buckets.insert(key.clone(), Bucket { left: 0.0, at: now });
        }
    }
}

/// Before a new key comes to a full house: forgets the buckets that are full again, else the older half. Either way it does not
/// happen again soon, so that many keys cost little each.
fn make_room<K: Eq + Hash>(buckets: &mut HashMap<K, Bucket>, key: &K, now: Instant) {
    if buckets.len() < MOST || buckets.contains_key(key) {
        return;
    }
    buckets.retain(|_, bucket| now.duration_since(bucket.at) < FULL_AGAIN);
    if buckets.len() > MOST / 2 {
        let mut ages: Vec<Instant> = buckets.values().map(|bucket| bucket.at).collect();
        let (_, median, _) = ages.select_nth_unstable(MOST / 2 - 1);
        let median = *median;
        buckets.retain(|_, bucket| bucket.at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(begun: Instant, seconds: f64) -> Instant {
        begun + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_bucket_gives_a_minutes_worth_at_once_and_then_refills_evenly() {
        let (buckets, begun) = (Buckets::default(), Instant::now());
        let take = |key: &str, seconds| buckets.take(&key.to_owned(), 60, 1, after(begun, seconds));
        for _ in 0..60 {
            assert_eq!(take("a", 0.0), Ok(()));
        }
        assert_eq!(take("a", 0.0), Err(Duration::from_secs(1)));
        assert_eq!(take("a", 0.5), Err(Duration::from_millis(500)));
        assert_eq!(take("b", 0.5), Ok(()));
        assert_eq!(take("a", 1.0), Ok(()));
        assert!(take("a", 1.0).is_err());
        for _ in 0..60 {
            assert_eq!(take("a", 3600.0), Ok(()));
        }
        assert!(take("a", 3600.0).is_err(), "a bucket holds no more than a minute's worth");
    }

    #[test]
    fn a_charge_empties_what_it_cannot_take() {
        let (buckets, begun) = (Buckets::default(), Instant::now());
        buckets.charge(&1, 15, 10, begun);
        buckets.charge(&1, 15, 10, begun);
        assert_eq!(buckets.take(&1, 15, 1, begun), Err(Duration::from_secs(4)));
        assert_eq!(buckets.take(&2, 5, 10, begun), Ok(()), "a cost above the whole rate takes a full bucket");
    }

    #[test]
    fn what_is_remembered_of_calls_is_bounded_and_the_latest_stay() {
        let (buckets, begun) = (Buckets::default(), Instant::now());
        for n in 0..=3 * MOST {
            let now = begun + Duration::from_micros(u64::try_from(n).unwrap_or_default());
            assert_eq!(buckets.take(&n, 1, 1, now), Ok(()));
            assert!(buckets.0.lock().unwrap_or_else(PoisonError::into_inner).len() <= MOST);
        }
        assert!(buckets.take(&(3 * MOST), 1, 1, after(begun, 1.0)).is_err());
    }
}
