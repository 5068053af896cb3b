//! Loaded plugins in memory, by the digest of their component; the one used longest ago makes room.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{digest::Digest, plugin::Plugin};

/// A Rust plugin holds about half a megabyte of code, a Python one forty.
const MAX_LOADED: usize = 64;

#[derive(Default)]
pub(crate) struct Registry(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    plugins: HashMap<Digest, (u64, Plugin)>,
    clock: u64,
}

impl Registry {
    pub(crate) fn get(&self, component: Digest) -> Option<Plugin> {
        let mut held = self.shelf();
        held.clock += 1;
        let now = held.clock;
        let (used, plugin) = held.plugins.get_mut(&component)?;
        *used = now;
        Some(plugin.clone())
    }

    /// Keeps the plugin; answers the one to use, which is the first if two were loaded at once.
    pub(crate) fn keep(&self, plugin: Plugin) -> Plugin {
        let mut held = self.shelf();
        held.clock += 1;
        let now = held.clock;
        if held.plugins.len() >= MAX_LOADED && !held.plugins.contains_key(&plugin.digest()) {
            let oldest = held.plugins.iter().min_by_key(|(_, (used, _))| *used).map(|(digest, _)| *digest);
            if let Some(oldest) = oldest {
                held.plugins.remove(&oldest);
            }
        }
        held.plugins.entry(plugin.digest()).or_insert((now, plugin)).1.clone()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
