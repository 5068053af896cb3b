//! Logging administrators in. Unknown users cost the same time as known ones, failures slow down whoever makes them, and at most a few
//! hashes are computed at once (threat-model §9, F-18).
//!
//! Failures are counted for the account, wherever they come from, and for the address, whatever account it tries. Somebody who
//! fails on purpose must not keep an administrator out: where an account has logged in before, it is judged by its failures there.
//! A node counts for itself.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use super::{
    App, Error,
    door::Place,
    trail::{Subject, note},
};
use crate::{ambient, password, store, username, workflow::UserId};

/// From this many failures on an account each costs a wait.
const FREE_FOR_ACCOUNT: u32 = 5;
/// The same for an address, behind which there may be an office.
const FREE_FOR_PLACE: u32 = 20;
/// Longest wait after a failure, and how long it takes until one failure is forgotten.
const LONGEST: Duration = Duration::from_mins(15);
/// Accounts and places that are remembered; past it the oldest goes.
const MOST: usize = 10_000;
/// Hashes computed at once; each takes 19 MiB and tens of milliseconds of a core.
const HASHES: usize = 2;
/// Longest wait for a turn to hash; past it the caller is told to come again.
const QUEUE: Duration = Duration::from_secs(5);

/// How a login ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Login {
    Done(Opened),
    Refused,
    /// Too many failures, or too many logins at once; wait this long.
    Wait(Duration),
}

/// A new session.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    pub user: UserId,
    /// The value of its cookie, which is kept only as a hash.
    pub cookie: String,
}

/// How a change of one's own password ended; nothing was changed but by `Done`.
#[derive(Debug)]
pub enum PasswordChange {
    Done,
    /// The present password is another one.
    Refused,
    /// The new one is not taken.
    Unfit(password::Error),
    /// As for a login.
    Wait(Duration),
}

/// Whether somebody is who they say.
enum Judged {
    As(UserId),
    Refused,
    Wait(Duration),
}

/// Whose failures are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    /// From all places where it has not logged in yet.
    Account(String),
    Place(Place),
    /// An account at a place where it has logged in.
    AtHome(String, Place),
}

impl Who {
    fn free(&self) -> u32 {
        match self {
            Self::Place(_) => FREE_FOR_PLACE,
            Self::Account(_) | Self::AtHome(..) => FREE_FOR_ACCOUNT,
        }
    }
}

/// Who failed lately, and how many hashes may be computed at once.
#[derive(Debug)]
pub struct Logins {
    failures: Mutex<HashMap<Who, Failures>>,
    homes: Mutex<HashMap<(String, Place), Instant>>,
    hashing: Semaphore,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// Those that are not forgotten yet.
    fn counted(self, now: Instant) -> u32 {
        let forgotten = now.duration_since(self.last).as_secs() / LONGEST.as_secs();
        self.count.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

impl Default for Logins {
    fn default() -> Self {
        Self { failures: Mutex::default(), homes: Mutex::default(), hashing: Semaphore::new(HASHES) }
    }
}

impl Logins {
    /// By whose failures this login is judged.
    fn judged_by(&self, account: &str, place: Place) -> [Who; 2] {
        let home = (account.to_owned(), place);
        let at_home = self.homes.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&home);
        let account = if at_home { Who::AtHome(home.0, place) } else { Who::Account(home.0) };
        [account, Who::Place(place)]
    }

    fn wait(&self, judged_by: &[Who], now: Instant) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = judged_by.iter().filter_map(|who| {
            let failed = failures.get(who)?;
            let penalty = penalty(failed.counted(now), who.free())?;
            penalty.checked_sub(now.duration_since(failed.last)).filter(|left| !left.is_zero())
        });
        waits.max()
    }

    fn failed(&self, judged_by: [Who; 2], now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for who in judged_by {
            make_room(&mut failures, &who, |failed| failed.last);
            let entry = failures.entry(who).or_insert(Failures { count: 0, last: now });
            *entry = Failures { count: entry.counted(now).saturating_add(1), last: now };
        }
    }

    /// The account's failures are forgotten, the place's are not: its other guesses may have been for other accounts.
    fn succeeded(&self, account: &str, place: Place, now: Instant) {
        let [who, _] = self.judged_by(account, place);
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&who);
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        let home = (account.to_owned(), place);
        make_room(&mut homes, &home, |seen| *seen);
        homes.insert(home, now);
    }
}

/// Removes the oldest entry before a new one comes to a full house.
fn make_room<K: Clone + Eq + Hash, V>(entries: &mut HashMap<K, V>, key: &K, age: impl Fn(&V) -> Instant) {
    if entries.len() >= MOST
        && !entries.contains_key(key)
        && let Some(oldest) = entries.iter().min_by_key(|(_, value)| age(value)).map(|(key, _)| key.clone())
    {
        entries.remove(&oldest);
    }
}

/// One second after the last free failure, doubling.
fn penalty(count: u32, free: u32) -> Option<Duration> {
    let over = count.checked_sub(free)?;
    Some(Duration::from_secs(1 << over.min(16)).min(LONGEST))
}

impl App {
    /// Opens a session for an active administrator. `place` is where the caller is.
    pub async fn login(&self, username: &str, password: &str, place: Place) -> Result<Login, Error> {
        let user = match self.judge(username, password, place).await? {
            Judged::As(user) => user,
            Judged::Refused => return Ok(Login::Refused),
            Judged::Wait(wait) => return Ok(Login::Wait(wait)),
        };
        let cookie = hex::encode(ambient::random::<16>());
        let mut tx = self.db.begin().await?;
        store::auth::insert_session(&mut *tx, &store::auth::hash(&cookie), user).await?;
        note(&mut tx, username, (Subject("user", user.0), "log_in"), (None, None)).await?;
        tx.commit().await?;
        Ok(Login::Done(Opened { user, cookie }))
    }

    /// Ends a session, if it is one.
    pub async fn logout(&self, cookie: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if let Some((user, name)) = store::auth::delete_session(&mut *tx, &store::auth::hash(cookie)).await? {
            note(&mut tx, &name, (Subject("user", user.0), "log_out"), (None, None)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// An administrator's own new password; whoever sits at an open session must know the present one, and guesses are counted with
    /// failed logins. Ends the sessions of the account but the one of the hash `kept`.
    pub async fn change_own_password(
        &self,
        username: &str,
        (present, new): (&str, &str),
        place: Place,
        kept: &[u8],
    ) -> Result<PasswordChange, Error> {
        let user = match self.judge(username, present, place).await? {
            Judged::As(user) => user,
            Judged::Refused => return Ok(PasswordChange::Refused),
            Judged::Wait(wait) => return Ok(PasswordChange::Wait(wait)),
        };
        let hash = match self.hash_password(new.to_owned()).await {
            Ok(hash) => hash,
            Err(password::Error::Hash(error)) => return Err(Error::Internal(error)),
            Err(unfit) => return Ok(PasswordChange::Unfit(unfit)),
        };
        let mut tx = self.db.begin().await?;
        store::passwords::set_own(&mut *tx, user, &hash, kept).await?;
        note(&mut tx, username, (Subject("user", user.0), "change_own_password"), (None, None)).await?;
        tx.commit().await?;
        Ok(PasswordChange::Done)
    }

    async fn judge(&self, username: &str, password: &str, place: Place) -> Result<Judged, Error> {
        if !username::is_fit(username) {
            return Ok(Judged::Refused); // nobody's name: nothing to guess, nothing to remember
        }
        let Ok(permit) = tokio::time::timeout(QUEUE, self.logins.hashing.acquire()).await else {
            return Ok(Judged::Wait(QUEUE));
        };
        let permit = permit.map_err(|error| Error::Internal(error.to_string()))?;
        // asked only now, so that guesses sent all at once pay for each other's failures
        let judged_by = self.logins.judged_by(username, place);
        if let Some(wait) = self.logins.wait(&judged_by, Instant::now()) {
            return Ok(Judged::Wait(wait));
        }
        let user = store::users::credentials(&self.db, username).await?;
        let kept = user.as_ref().map(|user| user.password_hash.clone());
        let good = password::verify(password.to_owned(), kept).await;
        let Some(user) = user.filter(|_| good) else {
            self.logins.failed(judged_by, Instant::now());
            return Ok(Judged::Refused);
        };
        self.logins.succeeded(username, place, Instant::now());
        drop(permit);
        Ok(Judged::As(user.id))
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn place(last: u8) -> Place {
        Place::of(Some([198, 51, 100, last].into()))
    }

    fn fail(logins: &Logins, account: &str, from: u8, times: u32, now: Instant) {
        for _ in 0..times {
            logins.failed(logins.judged_by(account, place(from)), now);
        }
    }

    fn waits(logins: &Logins, account: &str, from: u8, now: Instant) -> bool {
        logins.wait(&logins.judged_by(account, place(from)), now).is_some()
    }

    #[test]
    fn after_five_failures_each_costs_twice_the_last() {
        let seconds = |count| penalty(count, 5).map(|wait| wait.as_secs());
        assert_eq!([0, 4, 5, 6, 7, 40].map(seconds), [None, None, Some(1), Some(2), Some(4), Some(900)]);
    }

    #[test]
    fn an_accounts_failures_count_together_wherever_they_come_from() {
        let (logins, now) = (Logins::default(), Instant::now());
        (1..=5).for_each(|from| fail(&logins, "boss", from, 1, now));
        assert!(waits(&logins, "boss", 6, now));
        assert!(!waits(&logins, "other", 1, now));
    }

    #[test]
    fn an_addresss_failures_count_together_whatever_account_it_tries() {
        let (logins, now) = (Logins::default(), Instant::now());
        (0..20).for_each(|n| fail(&logins, &format!("guess{n}"), 1, 1, now));
        assert!(waits(&logins, "boss", 1, now));
        assert!(!waits(&logins, "boss", 2, now));
    }

    #[test]
    fn who_fails_on_purpose_does_not_keep_the_owner_out_where_he_has_logged_in() {
        let (logins, now) = (Logins::default(), Instant::now());
        logins.succeeded("boss", place(1), now);
        fail(&logins, "boss", 9, 10, now);
        assert!(waits(&logins, "boss", 9, now) && !waits(&logins, "boss", 1, now));
        fail(&logins, "boss", 1, 5, now);
        assert!(waits(&logins, "boss", 1, now), "there the owner's own failures count");
        logins.succeeded("boss", place(1), now);
        assert!(!waits(&logins, "boss", 1, now));
    }

    #[test]
    fn failures_are_forgotten_one_by_one() {
        let (logins, now) = (Logins::default(), Instant::now());
        fail(&logins, "boss", 1, 7, now);
        let later = now + 3 * LONGEST;
        assert!(!waits(&logins, "boss", 1, later));
        fail(&logins, "boss", 1, 1, later);
        assert_eq!(logins.wait(&logins.judged_by("boss", place(1)), later), Some(Duration::from_secs(1)));
    }

    #[test]
    fn what_is_remembered_of_failures_and_homes_is_bounded() {
        let (logins, now) = (Logins::default(), Instant::now());
        for n in 0..=MOST {
            fail(&logins, &n.to_string(), 1, 1, now);
            logins.succeeded(&format!("home{n}"), place(2), now);
        }
        assert_eq!(logins.failures.lock().unwrap().len(), MOST);
        assert_eq!(logins.homes.lock().unwrap().len(), MOST);
    }
}
