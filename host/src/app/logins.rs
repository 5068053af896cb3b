//! Logging administrators in. Unknown users cost the same time as known ones, failures slow down whoever makes them, and at most a few
//! hashes are computed at once (threat-model §9, F-18).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use super::{App, Error};
use crate::{ambient, password, store, username};

/// From this many failures on each costs a wait.
const FREE: u32 = 5;
/// Longest wait after a failure.
const LONGEST: Duration = Duration::from_mins(15);
/// Pairs of account and address that are remembered; past it the oldest goes.
const MOST: usize = 10_000;
/// Hashes computed at once; each takes 19 MiB and tens of milliseconds of a core.
const HASHES: usize = 2;
/// Longest wait for a turn to hash; past it the caller is told to come again.
const QUEUE: Duration = Duration::from_secs(5);

/// How a login ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Login {
    /// The value of the session's cookie, which is kept only as a hash.
    Done(String),
    Refused,
    /// Too many failures, or too many logins at once; wait this long.
    Wait(Duration),
}

/// Who failed lately, and how many hashes may be computed at once.
#[derive(Debug)]
pub struct Logins {
    failures: Mutex<HashMap<(String, String), Failures>>,
    hashing: Semaphore,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Default for Logins {
    fn default() -> Self {
        Self { failures: Mutex::default(), hashing: Semaphore::new(HASHES) }
    }
}

impl Logins {
    fn wait(&self, who: &(String, String)) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = failures.get(who)?;
        let penalty = penalty(failed.count)?;
        penalty.checked_sub(failed.last.elapsed()).filter(|left| !left.is_zero())
    }

    fn failed(&self, who: (String, String)) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST
            && !failures.contains_key(&who)
            && let Some(oldest) = failures.iter().min_by_key(|(_, failed)| failed.last).map(|(who, _)| who.clone())
        {
            failures.remove(&oldest);
        }
        let entry = failures.entry(who).or_insert(Failures { count: 0, last: Instant::now() });
        *entry = Failures { count: entry.count.saturating_add(1), last: Instant::now() };
    }

    fn succeeded(&self, who: &(String, String)) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

/// One second after the fifth failure, doubling.
fn penalty(count: u32) -> Option<Duration> {
    let over = count.checked_sub(FREE)?;
    Some(Duration::from_secs(1 << over.min(16)).min(LONGEST))
}

impl App {
    /// Opens a session for an active administrator. `address` is where the caller connects from.
    pub async fn login(&self, username: &str, password: &str, address: &str) -> Result<Login, Error> {
        if !username::is_fit(username) {
            return Ok(Login::Refused); // nobody's name: nothing to guess, nothing to remember
        }
        let who = (username.to_owned(), address.to_owned());
        let Ok(permit) = tokio::time::timeout(QUEUE, self.logins.hashing.acquire()).await else {
            return Ok(Login::Wait(QUEUE));
        };
        let permit = permit.map_err(|error| Error::Internal(error.to_string()))?;
        // asked only now, so that guesses sent all at once pay for each other's failures
        if let Some(wait) = self.logins.wait(&who) {
            return Ok(Login::Wait(wait));
        }
        let user = store::users::credentials(&self.db, username).await?;
        let kept = user.as_ref().map(|user| user.password_hash.clone());
        let good = password::verify(password.to_owned(), kept).await;
        let Some(user) = user.filter(|_| good) else {
            self.logins.failed(who);
            return Ok(Login::Refused);
        };
        self.logins.succeeded(&who);
        drop(permit);
        let cookie = hex::encode(ambient::random::<16>());
        store::auth::insert_session(&self.db, &store::auth::hash(&cookie), user.id).await?;
        Ok(Login::Done(cookie))
    }

    /// What to keep of a new password.
    pub async fn hash_password(&self, password: String) -> Result<String, password::Error> {
        let permit = self.logins.hashing.acquire().await.map_err(|error| password::Error::Hash(error.to_string()))?;
        let hashed = password::hash(password).await;
        drop(permit);
        hashed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_failures_each_costs_twice_the_last() {
        let seconds = |count| penalty(count).map(|wait| wait.as_secs());
        assert_eq!([0, 4, 5, 6, 7, 40].map(seconds), [None, None, Some(1), Some(2), Some(4), Some(900)]);
    }

    #[test]
    fn what_is_remembered_of_failures_is_bounded() {
        let logins = Logins::default();
        for n in 0..=MOST {
            logins.failed((n.to_string(), String::new()));
        }
        assert_eq!(logins.failures.lock().unwrap_or_else(PoisonError::into_inner).len(), MOST);
    }
}
