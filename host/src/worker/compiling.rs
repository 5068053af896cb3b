//! Looks after plugins in the background: brings versions that no node compiles any more to their end, compiles active ones before they are
//! called, and forgets calls whose time is over. What that means is `app`'s.

use std::{sync::Arc, time::Duration};

use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::app::{
    App,
    registry::{RegistryError, compiling::POLL, preparing::Tried},
};

/// Calls are also forgotten as new ones come; this is for where none comes.
const FORGET: Duration = Duration::from_mins(10);

/// Runs until `stop` is cancelled, and then gives back what is unfinished. One version at a time; the next one follows at once.
pub async fn run_until(app: Arc<App>, stop: CancellationToken) {
    let mut forget_at = Instant::now();
    let mut tried = Tried::default();
    loop {
        if Instant::now() >= forget_at {
            app.forget_old_calls().await;
            forget_at = Instant::now() + FORGET;
        }
        let next = tokio::select! {
            next = next(&app, &mut tried) => next,
            () = stop.cancelled() => break,
        };
        match next {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "cannot compile plugin versions"),
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

/// What somebody waits for comes first.
async fn next(app: &Arc<App>, tried: &mut Tried) -> Result<bool, RegistryError> {
    Ok(app.compile_next().await? || app.prepare_next(tried).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::app;

    #[tokio::test]
    async fn an_active_version_is_compiled_before_anybody_calls_it() {
        let first = app().await;
        let component = first.install("mine").await;
        let node = first.another_node();
        let stop = CancellationToken::new();
        let working = tokio::spawn(run_until(Arc::clone(node.shared()), stop.clone()));
        let begun = Instant::now();
        while !node.is_loaded(component) {
            assert!(begun.elapsed() < Duration::from_secs(30), "nobody compiles it");
            time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
        working.await.expect("it ends when it is told to");
    }
}
