//! Versions that are compiled after their upload was answered: by the node that took the upload, or by another one when that node ends
//! first. Each ends as ready, waiting for an approval, or rejected with the reason; none stays for ever.

use std::{pin::pin, sync::Arc, time::Duration};

use gavia_sandbox::{Digest, Kind, Prepared, Rejection};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time};

use super::{RegistryError, note, stored, uploads::report};
use crate::{
    app::{App, figures},
    plugins::VersionId,
    store::{
        self, components,
        names::Named as _,
        plugins::{
            self,
            compiling::{self, Compiling, LEASE},
            versions::{self, Status},
        },
    },
};

/// Nodes that may begin with one version: what ends node after node is not tried for ever.
const MOST_ATTEMPTS: i32 = 3;

impl App {
    /// Takes up one version that no node compiles, and brings it to its end. False when there is none.
    pub async fn compile_next(self: &Arc<Self>) -> Result<bool, RegistryError> {
        let Some(taken) = compiling::take(&self.db, self.node).await? else { return Ok(false) };
        if taken.attempt > MOST_ATTEMPTS {
            let reason =
                format!("{MOST_ATTEMPTS} times a node ended or failed while it compiled the plugin; upload it again");
            self.settle_version(&taken, Err(Rejection::Limit(reason))).await?;
            return Ok(true);
        }
        let bytes = components::bytes(&self.db, &taken.component).await?.ok_or_else(|| {
            store::Error::Inconsistent(format!("component {} is not stored", Digest(taken.component)))
        })?;
        let sandbox = self.sandbox.clone();
        let work = tokio::spawn(async move { sandbox.prepare(bytes).await });
        self.see_compiled(taken, work).await;
        Ok(true)
    }

    /// Keeps the lease while the compiler works, and writes down what came of it. When that cannot be written, the lease runs out and
    /// the version is taken up again.
    pub(super) async fn see_compiled(
        self: &Arc<Self>,
        taken: Compiling,
        work: JoinHandle<Result<Prepared, Rejection>>,
    ) {
        let prepared = self.renewing(taken.version, work).await;
        let prepared = prepared.unwrap_or_else(|lost| Err(Rejection::Internal(lost.to_string())));
        figures::compiled(&prepared);
        if let Err(Rejection::Internal(reason)) = &prepared {
            tracing::warn!(
                version.id = taken.version.0,
                reason,
                "a version could not be compiled here; it is tried again"
            );
            return;
        }
        if let Err(error) = self.settle_version(&taken, prepared).await {
            tracing::error!(version.id = taken.version.0, %error, "what became of a version is not written; it is compiled again");
        }
    }

    /// Keeps the lease of a version for as long as the work at it takes.
    pub(super) async fn renewing<T>(&self, version: VersionId, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut every = time::interval(LEASE / 3);
        loop {
            tokio::select! {
                done = &mut work => break done,
                _ = every.tick() => {}
            }
            match compiling::renew(&self.db, version, self.node).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::debug!(version.id = version.0, "a version that is compiled here is no more this node's");
                }
                Err(error) => tracing::warn!(version.id = version.0, %error, "cannot renew the lease of a version"),
            }
        }
    }

    async fn settle_version(
        &self,
        taken: &Compiling,
        prepared: Result<Prepared, Rejection>,
    ) -> Result<(), RegistryError> {
        if let Ok(prepared) = &prepared {
            let compiled = &prepared.compiled.0;
            components::set_compiled(&self.db, &taken.component, self.sandbox.engine_id(), compiled).await?;
        }
        let mut tx = self.db.begin().await?;
        // the plugin may have been deleted meanwhile; its versions stay as they were
        let Some(row) = plugins::hold(&mut tx, taken.plugin).await? else {
            versions::reject(&mut *tx, taken.version, "the plugin was deleted").await?;
            return Ok(tx.commit().await?);
        };
        let version = versions::by_id(&mut *tx, taken.version).await?.ok_or(RegistryError::VersionMissing)?;
        let (status, kinds, found) = match &prepared {
            Ok(prepared) => {
                let beyond = stored(&version.requested)?.beyond(&stored(&row.granted)?);
                let status = if beyond.is_empty() { Status::Ready } else { Status::NeedsApproval };
                let mut found = report(prepared);
                found["asks_for_more"] = beyond.into();
                (status, prepared.kinds.iter().map(Kind::to_string).collect(), found)
            }
            Err(rejection) => (Status::Rejected, Vec::new(), rejected(rejection)),
        };
        if compiling::settle(&mut tx, taken, (status, &kinds), &found).await? {
            let after = json!({ "version": version.number, "status": status.name() });
            note(&mut tx, (row.id, "plugin.compiled", &version.uploaded_by), (None, Some(after))).await?;
        }
        Ok(tx.commit().await?)
    }

    /// At a stop: what this node had not finished is free for others at once.
    pub async fn release_versions(&self) -> Result<u64, store::Error> {
        compiling::release(&self.db, self.node).await
    }
}

/// How long until somebody looks again for versions that were left behind.
pub const POLL: Duration = Duration::from_secs(5);

/// PostgreSQL keeps no NUL; an import's name may hold one.
fn rejected(rejection: &Rejection) -> Value {
    let reason: String = rejection.to_string().replace('\0', "\u{fffd}").chars().take(8_000).collect();
    json!({ "rejected": reason })
}
