//! What a node counts at its door: calls by app and by client address, and calls that must not come twice. Which calls are
//! asked about is decided in `http`; logins are counted in `logins`.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use sqlx::PgPool;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::{App, Error, rates::Buckets};
use crate::{config::Network, store};

/// What a failed signature costs, in calls.
const FAILURE: u32 = 10;
/// Rows that remember calls and creations are cleaned up once in this many.
const CLEAN_EVERY: u64 = 64;
/// Rows that one clean-up takes at most: several times what comes in between two of them.
const CLEAN_ROWS: i64 = 512;

/// Uploads that are held in memory at once, of each kind of uploader; each is 64 MiB at most.
const UPLOADS: usize = 2;

/// How long an upload waits for its turn.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(10);

/// Settings of the door.
#[derive(Clone, Debug, Default)]
pub struct DoorSettings {
    /// Whose X-Forwarded-For and X-Forwarded-Proto are believed.
    pub trusted_proxies: Vec<Network>,
    /// Calls of one client address in a minute; 0 is no limit.
    pub address_rate_per_minute: u32,
}

/// Where a client is, as far as limits are concerned: an IPv6 client chooses freely within its /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Known(IpAddr),
    Unknown,
}

impl Place {
    pub fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                Self::Known(Ipv6Addr::from_bits(network).into())
            }
            Some(address) => Self::Known(address),
            None => Self::Unknown,
        }
    }
}

#[derive(Debug)]
pub struct Door {
    pub settings: DoorSettings,
    by_address: Buckets<Place>,
    by_app: Buckets<i64>,
    remembered: AtomicU64,
    unproven_uploads: Semaphore,
    administrators_uploads: Semaphore,
}

/// Who sends an upload. Whoever has not proved who he is cannot take an administrator's turn away.
#[derive(Clone, Copy, Debug)]
pub enum Uploader {
    /// A signature that covers the body, which has to be read before it can be checked.
    Unproven,
    Administrator,
}

impl Door {
    pub(super) fn new(settings: DoorSettings) -> Self {
        Self {
            settings,
            by_address: Buckets::default(),
            by_app: Buckets::default(),
            remembered: AtomicU64::new(0),
            unproven_uploads: Semaphore::new(UPLOADS),
            administrators_uploads: Semaphore::new(UPLOADS),
        }
    }

    /// A turn to read an upload.
    pub async fn upload(&self, by: Uploader) -> Result<SemaphorePermit<'_>, Error> {
        self.turn(by, UPLOAD_PATIENCE).await
    }

    async fn turn(&self, by: Uploader, patience: Duration) -> Result<SemaphorePermit<'_>, Error> {
        let turns = match by {
            Uploader::Unproven => &self.unproven_uploads,
            Uploader::Administrator => &self.administrators_uploads,
        };
        let turn = timeout(patience, turns.acquire()).await.map_err(|_| Error::Crowded)?;
        turn.map_err(|error| Error::Internal(error.to_string()))
    }

    /// A call from this place; the error says how long to wait.
    pub fn enter(&self, place: Place) -> Result<(), Duration> {
        match self.settings.address_rate_per_minute {
            0 => Ok(()),
            rate => self.by_address.take(&place, rate, 1, Instant::now()),
        }
    }

    /// A call from this place whose signature failed. It costs the place, not the app: anybody can name an app.
    pub fn failed(&self, place: Place) {
        let rate = self.settings.address_rate_per_minute;
        if rate > 0 {
            self.by_address.charge(&place, rate, FAILURE, Instant::now());
        }
    }

    /// A call of this app, which signed it. `rate` is calls in a minute; 0 is no limit.
    pub fn call(&self, app: i64, rate: u32) -> Result<(), Duration> {
        if rate == 0 { Ok(()) } else { self.by_app.take(&app, rate, 1, Instant::now()) }
    }

    /// Once in a while, deletes some of the rows whose time is over.
    pub(super) async fn clean_up(&self, db: &PgPool) {
        if !self.remembered.fetch_add(1, Ordering::Relaxed).is_multiple_of(CLEAN_EVERY) {
            return;
        }
        let cleaned = async {
            store::seen_calls::forget(db, CLEAN_ROWS).await?;
            store::idempotency::forget(db, CLEAN_ROWS).await
        };
        if let Err(error) = cleaned.await {
            tracing::warn!(%error, "calls and keys whose time is over are not cleaned up");
        }
    }
}

impl App {
    /// False when the app made this call within the last 240 s, on whichever node. `mark` is a SHA-256 of what must not repeat.
    pub async fn is_first_call(&self, app: i64, mark: &[u8; 32]) -> Result<bool, store::Error> {
        let first = store::seen_calls::remember(&self.db, app, mark).await?;
        self.door.clean_up(&self.db).await;
        Ok(first)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn place(address: &str) -> Place {
        Place::of(Some(address.parse().unwrap()))
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        assert_eq!(place("2001:db8::1"), place("2001:db8::ffff:0:1"));
        assert_ne!(place("2001:db8::1"), place("2001:db8:0:1::1"));
        assert_eq!(place("::ffff:10.0.0.1"), place("10.0.0.1"));
        assert_ne!(place("10.0.0.2"), place("10.0.0.1"));
    }

    #[tokio::test]
    async fn an_upload_waits_so_long_for_its_turn_and_strangers_take_none_from_administrators() {
        let door = Door::new(DoorSettings::default());
        let turn = |by| door.turn(by, Duration::from_millis(10));
        let first = turn(Uploader::Unproven).await.unwrap();
        let _second = turn(Uploader::Unproven).await.unwrap();
        assert!(matches!(turn(Uploader::Unproven).await, Err(Error::Crowded)));
        assert!(turn(Uploader::Administrator).await.is_ok());
        drop(first);
        assert!(turn(Uploader::Unproven).await.is_ok());
    }

    #[test]
    fn without_a_rate_everybody_may_come_and_a_failure_costs_ten_calls_with_one() {
        let open = Door::new(DoorSettings::default());
        let limited = Door::new(DoorSettings { address_rate_per_minute: 25, ..DoorSettings::default() });
        for door in [&open, &limited] {
            door.failed(place("10.0.0.1"));
            door.failed(place("10.0.0.1"));
            (0..5).for_each(|_| assert!(door.enter(place("10.0.0.1")).is_ok()));
        }
        assert!(open.enter(place("10.0.0.1")).is_ok() && open.call(1, 0).is_ok());
        assert!(limited.enter(place("10.0.0.1")).is_err());
        assert!(limited.enter(place("10.0.0.2")).is_ok());
        assert!(limited.call(1, 1).is_ok() && limited.call(1, 1).is_err() && limited.call(2, 1).is_ok());
    }
}
