//! Finding departments and roles again by their keys, and what users may name.

use std::{collections::HashMap, hash::Hash};

use super::Ref;

/// The keys of one kind of group.
pub(super) struct Known<'a, Id> {
    /// What the document may name: its own entries, and what its source sent earlier where the document does not list all there is.
    pub(super) named: HashMap<&'a str, Ref<Id>>,
    /// Stored rows that belong to the source, those that join it now included.
    pub(super) own: HashMap<Id, &'a str>,
}

/// One kind of group, as document and database have it.
pub(super) struct Sides<'a, Id> {
    /// Keys in the document, in order; None when it lists none.
    pub(super) listed: Option<Vec<&'a str>>,
    pub(super) complete: bool,
    /// Keys of the source's stored rows, by id.
    pub(super) own: Vec<(&'a str, Id)>,
    /// Under which key a row made by hand is found; of equal keys the oldest row first.
    pub(super) by_hand: Vec<(String, Id)>,
}

pub(super) struct Matched<'a, Id> {
    /// One for each entry of the document.
    pub(super) refs: Vec<Ref<Id>>,
    pub(super) known: Known<'a, Id>,
    /// Keys of the source's rows that a complete list does not have.
    pub(super) absent: Vec<&'a str>,
}

impl<'a, Id: Copy + Eq + Hash> Sides<'a, Id> {
    pub(super) fn matched(self) -> Matched<'a, Id> {
        let stored: HashMap<&str, Id> = self.own.iter().copied().collect();
        let mut by_hand: HashMap<&str, Id> = HashMap::new();
        for (key, id) in &self.by_hand {
            by_hand.entry(key).or_insert(*id);
        }
        let mut known = Known { named: HashMap::new(), own: self.own.iter().map(|(key, id)| (*id, *key)).collect() };
        let (mut refs, mut new) = (Vec::new(), 0..);
        for key in self.listed.iter().flatten() {
            let found = stored.get(key).or_else(|| by_hand.get(key));
            let of = found
                .map_or_else(|| Ref::New(new.next().expect("there is always a next number")), |id| Ref::Stored(*id));
            if let Ref::Stored(id) = of {
                known.own.insert(id, key);
            }
            refs.push(of);
            known.named.insert(key, of);
        }
        let mut absent = Vec::new();
        for (key, id) in self.own {
            if known.named.contains_key(key) {
                continue;
            }
            match (&self.listed, self.complete) {
                (Some(_), true) => absent.push(key),
                _ => drop(known.named.insert(key, Ref::Stored(id))),
            }
        }
        Matched { refs, known, absent }
    }
}
