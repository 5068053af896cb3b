//! Brings plugin versions that no node compiles any more to their end. What that means is `app::registry`'s.

use std::sync::Arc;

use tokio::time;
use tokio_util::sync::CancellationToken;

use crate::app::{
    App,
    registry::compiling::POLL,
};

/// Runs until `stop` is cancelled, and then gives back what is unfinished. One version at a time; the next one follows at once.
pub async fn run_until(app: Arc<App>, stop: CancellationToken) {
    loop {
        let next = tokio::select! {
            next = app.compile_next() => next,
            () = stop.cancelled() => break,
        };
        match next {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "cannot compile a plugin version that was left behind"),
        }
        tokio::select! {
            () = time::sleep(POLL) => {}
            () = stop.cancelled() => break,
        }
    }
    match app.release_versions().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(versions = count, "plugin versions are compiled after the next start"),
        Err(error) => tracing::warn!(%error, "cannot give versions back; their leases run out by themselves"),
    }
}
