//! Looks after plugins in the background: brings versions that no node compiles any more to their end, and forgets calls whose time is
//! over. What that means is `app`'s.

use std::{sync::Arc, time::Duration};

use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::app::{App, registry::compiling::POLL};

/// Calls are also forgotten as new ones come; this is for where none comes.
const FORGET: Duration = Duration::from_mins(10);

/// Runs until `stop` is cancelled, and then gives back what is unfinished. One version at a time; the next one follows at once.
pub async fn run_until(app: Arc<App>, stop: CancellationToken) {
    let mut forget_at = Instant::now();
    loop {
        if Instant::now() >= forget_at {
            app.forget_old_calls().await;
            forget_at = Instant::now() + FORGET;
        }
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
