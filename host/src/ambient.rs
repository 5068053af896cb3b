//! Time, randomness and fresh secrets: the only file that reads the clock or draws a number.
//! Rules never call it; their callers pass what it gave as a value.
#![expect(clippy::disallowed_methods, reason = "this file is the one place that may ask the system")]

use chrono::{DateTime, Utc};
use rand::Rng;
use uuid::Uuid;

/// The wall clock of this node.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A random id, in the usual 36-character form when printed.
pub fn uuid() -> Uuid {
    Uuid::from_bytes(random())
}

/// A throw of the dice, for choosing one of several.
pub fn dice() -> u64 {
    u64::from_ne_bytes(random())
}

/// Random bytes from the system's generator, fit for secrets.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
