//! Active versions that this node could not run at once: those that another node took, and all of them after an upgrade that changes the
//! engine. They are compiled before somebody calls them, so that no ticket waits for a compiler; a call that comes first compiles too.

use std::{collections::HashMap, time::Duration};

use gavia_sandbox::Digest;
use tokio::time::Instant;

use super::RegistryError;
use crate::{
    app::App,
    store::{
        components,
        plugins::compiling::{self, Active},
    },
};

/// Active versions that are looked at; an installation has a handful. What lies beyond is compiled by its first call.
const LOOKED_AT: i64 = 1_000;

/// What was compiled here, or could not be, is left to its calls for so long: what does not compile is not tried again and again, and
/// where the folder for compiled code has no room for all of them the compiler does not run in circles.
const LEFT_ALONE: Duration = Duration::from_hours(1);

/// The components that a node tried to prepare lately; one at a time is added, so they are few.
#[derive(Debug, Default)]
pub struct Tried(HashMap<components::Digest, Instant>);

impl App {
    /// Compiles one active version that is not compiled on this node, and that no other node compiles at the moment. False when there
    /// is none.
    pub async fn prepare_next(&self, tried: &mut Tried) -> Result<bool, RegistryError> {
        tried.0.retain(|_, at| at.elapsed() < LEFT_ALONE);
        for version in compiling::active(&self.db, self.sandbox.engine_id(), LOOKED_AT).await? {
            if tried.0.contains_key(&version.component)
                || self.is_at_hand(&version).await
                || !compiling::take_active(&self.db, version.id, self.node).await?
            {
                continue;
            }
            tried.0.insert(version.component, Instant::now());
            let plugin = Box::pin(self.plugin(&version.component));
            if let Err(error) = self.renewing(version.id, plugin).await {
                tracing::warn!(version.id = version.id.0, %error, "an active version could not be compiled ahead of its calls");
            }
            compiling::give_back(&self.db, version.id, self.node).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// The file is looked for first: asking the memory counts as a use there.
    async fn is_at_hand(&self, version: &Active) -> bool {
        let component = Digest(version.component);
        (version.is_compiled && self.sandbox.has_file(component).await) || self.sandbox.loaded(component).is_some()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{app::testing::app, store::testing};

    #[tokio::test]
    async fn what_another_node_activated_or_another_engine_compiled_is_compiled_here_once() {
        let first = app().await;
        let (mine, other) = (first.install("mine").await, first.install("other").await);
        let mut tried = Tried::default();
        assert!(!first.prepare_next(&mut tried).await.unwrap(), "whoever took the uploads has them");
        let node = first.another_node();
        let code = async || components::compiled(&first.db, &mine, node.sandbox.engine_id()).await.unwrap();
        let compiled_there = code().await.unwrap();
        for (component, next) in [(mine, true), (other, true), (other, false)] {
            assert_eq!(node.prepare_next(&mut tried).await.unwrap(), next);
            assert!(node.is_loaded(component));
        }
        assert_eq!(
            code().await,
            Some(compiled_there),
            "no node takes its own file for damaged when another one compiles"
        );
        let mut restarted = Tried::default();
        assert!(!node.prepare_next(&mut restarted).await.unwrap(), "it is in a file");

        testing::upgrade_engine(&first.db).await;
        let upgraded = first.another_node();
        for next in [true, true, false] {
            assert_eq!(upgraded.prepare_next(&mut restarted).await.unwrap(), next);
        }
        assert_eq!(code().await, Some(compiled_there));
        assert!(upgraded.is_loaded(mine) && upgraded.is_loaded(other));
    }

    #[tokio::test]
    async fn a_version_that_another_node_compiles_or_that_nodes_died_of_is_left_alone() {
        let first = app().await;
        let mine = first.install("mine").await;
        let node = first.another_node();
        for (deaths, seconds) in [(1, 10.0), (3, -60.0)] {
            testing::leave_preparing(&first.db, deaths, seconds).await;
            assert!(!node.prepare_next(&mut Tried::default()).await.unwrap(), "{deaths} {seconds}");
        }
        for (deaths, seconds) in [(2, -1.0), (3, -3_601.0)] {
            testing::leave_preparing(&first.db, deaths, seconds).await;
            let node = first.another_node();
            assert!(node.prepare_next(&mut Tried::default()).await.unwrap(), "{deaths} {seconds}");
            assert!(node.is_loaded(mine));
            assert_eq!(node.release_versions().await.unwrap(), 0, "it was given back");
        }
        assert!(!node.is_loaded(mine));
    }

    #[tokio::test]
    async fn what_does_not_compile_is_not_tried_again_at_once_and_keeps_nobody_waiting() {
        let first = app().await;
        let broken = first.install("broken").await;
        let good = first.install("good").await;
        testing::break_component(&first.db, &broken).await;
        let node = first.another_node();
        let mut tried = Tried::default();
        for next in [true, true, false] {
            assert_eq!(node.prepare_next(&mut tried).await.unwrap(), next);
        }
        assert!(node.is_loaded(good) && !node.is_loaded(broken));
    }
}
