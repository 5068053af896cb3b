//! One turnstile for each plugin, whatever its version: what counts its calls and failures on this node. Another node suspends by what it
//! sees itself; an administrator's reset reaches every node with the plugin's next call there.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gavia_sandbox::{Standing, Turnstile};

use crate::{plugins::PluginId, store::plugins::Runnable};

/// Plugins whose turnstile is kept; an installation has a handful. Past it, one that is not suspended makes room.
const MOST: usize = 1_000;

struct Kept {
    name: String,
    /// How often an administrator reset it, as far as this node knows.
    resets: i32,
    gate: Turnstile,
}

#[derive(Default)]
pub(super) struct Gates(Mutex<BTreeMap<PluginId, Kept>>);

impl Gates {
    /// The plugin's, for a call that is about to begin.
    pub(super) fn of(&self, plugin: &Runnable) -> Turnstile {
        let mut gates = self.gates();
        if gates.len() >= MOST && !gates.contains_key(&plugin.plugin) {
            let idle = gates.iter().find(|(_, kept)| matches!(kept.gate.standing(), Standing::Callable { .. }));
            if let Some(idle) = idle.map(|(id, _)| *id) {
                gates.remove(&idle);
            }
        }
        let fresh = || Kept { name: plugin.name.clone(), resets: plugin.resets, gate: Turnstile::default() };
        let kept = gates.entry(plugin.plugin).or_insert_with(fresh);
        if kept.resets != plugin.resets {
            kept.gate.reset();
            kept.resets = plugin.resets;
        }
        if kept.name != plugin.name {
            kept.name.clone_from(&plugin.name);
        }
        kept.gate.clone()
    }

    /// How a plugin stands on this node, whose last reset is this one.
    pub(super) fn standing(&self, plugin: PluginId, resets: i32) -> Standing {
        let gates = self.gates();
        let kept = gates.get(&plugin).filter(|kept| kept.resets == resets);
        kept.map_or(Standing::Callable { failures: 0 }, |kept| kept.gate.standing())
    }

    /// For how long each plugin is suspended; zero is callable.
    pub(super) fn suspended(&self) -> Vec<(String, Duration)> {
        let remaining = |kept: &Kept| match kept.gate.standing() {
            Standing::Suspended { remaining, .. } => remaining,
            Standing::Callable { .. } => Duration::ZERO,
        };
        self.gates().values().map(|kept| (kept.name.clone(), remaining(kept))).collect()
    }

    fn gates(&self) -> MutexGuard<'_, BTreeMap<PluginId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
