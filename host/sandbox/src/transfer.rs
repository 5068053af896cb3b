//! How much a guest hands to the host at once, counted as wasmtime counts it against the limit: of a string its bytes, of a list its
//! elements as they lie in the host's memory, and what each of them holds.
//!
//! wasmtime counts a copy of the limit down for each host call and tells nobody what was left of it, so it is counted once more here, where
//! the values arrive: for the contract's imports and for the answer. What a guest hands to WASI's own imports (output, the body of a
//! request) passes this crate by; it is held to the same limit, and not told. A guest whose strings are UTF-16 is charged for
//! that form and told here in UTF-8.

use std::mem::size_of;

use crate::types::{ActionAnswer, Delivery, FieldValue, GuestError, Problem};

/// A value that came out of a guest.
pub(crate) trait Transfer {
    /// What it costs beside its own place, which lies in the list that holds it, if there is one.
    fn bytes(&self) -> usize;
}

impl<T: Transfer + ?Sized> Transfer for &T {
    fn bytes(&self) -> usize {
        (**self).bytes()
    }
}

impl Transfer for u8 {
    fn bytes(&self) -> usize {
        0
    }
}

impl Transfer for String {
    fn bytes(&self) -> usize {
        self.len()
    }
}

impl<T: Transfer> Transfer for Vec<T> {
    fn bytes(&self) -> usize {
        self.len() * size_of::<T>() + self.iter().map(Transfer::bytes).sum::<usize>()
    }
}

impl<T: Transfer> Transfer for Option<T> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, Transfer::bytes)
    }
}

impl<A: Transfer, B: Transfer> Transfer for (A, B) {
    fn bytes(&self) -> usize {
        self.0.bytes() + self.1.bytes()
    }
}

impl<A: Transfer, B: Transfer, C: Transfer> Transfer for (A, B, C) {
    fn bytes(&self) -> usize {
        self.0.bytes() + self.1.bytes() + self.2.bytes()
    }
}

impl Transfer for FieldValue {
    fn bytes(&self) -> usize {
        self.key.len() + self.value.len()
    }
}

impl Transfer for ActionAnswer {
    fn bytes(&self) -> usize {
        self.message.len() + self.output.bytes()
    }
}

impl Transfer for Delivery {
    fn bytes(&self) -> usize {
        self.username.len() + self.detail.len()
    }
}

impl Transfer for Problem {
    fn bytes(&self) -> usize {
        self.message.len()
    }
}

impl Transfer for GuestError {
    fn bytes(&self) -> usize {
        self.message.len() + self.detail.bytes()
    }
}
