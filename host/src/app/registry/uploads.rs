//! Uploads: bytes that are checked, compiled and stored become a version of a plugin. One that asks for no more than the plugin is
//! granted is ready; any other waits for an approval while the active version goes on. What compiles longer is `compiling`.

use std::{sync::Arc, time::Duration};

use gavia_sandbox::{Candidate, Kind, Prepared, Rejection};
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};
use wasmparser::{Parser, Payload};

use super::{
    RegistryError, note, stored,
    views::{NOTICE_PREFIX, SCRIPT_PREFIX},
};
use crate::{
    app::{App, Error, figures, scripts::UploadError},
    plugins::{Capabilities, Manifest, PluginId, SECTION, asked, is_name},
    store::{
        self, components,
        plugins::{
            self, PluginRow,
            compiling::{self, Compiling},
            versions::{self, NewVersion, Status},
        },
    },
};

/// Versions of one plugin that are neither rejected nor retired; older ones have to be retired first.
const VERSIONS_MAX: i64 = 50;

/// How long an upload that is waited for waits for its place among those that are compiled.
const PATIENCE: Duration = Duration::from_mins(1);

/// What comes with an upload.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub bytes: Vec<u8>,
    /// Instead of the name in the manifest.
    pub name: Option<String>,
    /// The author's `gavia-plugin.toml`, or the same as JSON, instead of what the component carries.
    pub manifest: Option<String>,
}

/// An upload that passed every check; its component is stored.
#[derive(Clone, Debug)]
pub struct Checked {
    pub digest: components::Digest,
    /// Empty until it is compiled.
    pub kinds: Vec<Kind>,
    pub manifest: Manifest,
    pub report: Value,
}

impl Checked {
    pub(super) fn kind_names(&self) -> Vec<String> {
        self.kinds.iter().map(Kind::to_string).collect()
    }

    fn is_compiled(&self) -> bool {
        !self.kinds.is_empty()
    }
}

/// What an upload became.
#[derive(Clone, Debug)]
pub struct Uploaded {
    pub plugin: PluginId,
    pub name: String,
    pub number: i32,
    pub status: Status,
    /// False when the same bytes with the same manifest were there already.
    pub is_new: bool,
}

impl App {
    /// Makes the plugin if there is none of that name, and a version of it. Nothing runs until the version is activated. What takes
    /// longer to compile than a moment is answered as a version that is being compiled.
    pub async fn upload_plugin(self: &Arc<Self>, given: Given, by: &str) -> Result<Uploaded, RegistryError> {
        let (candidate, manifest) = self.candidate(given.bytes, given.manifest).await?;
        let name = given.name.unwrap_or_else(|| manifest.id.clone());
        if !is_name(&name) {
            let told = if name.is_empty() { "nothing".to_owned() } else { format!("{name:?}") };
            return Err(RegistryError::Unfit(format!(
                "a plugin's name is 1 to 100 of a-z, 0-9, '-', '_' and '.', and {told} was given (by the manifest's id or by `name`)"
            )));
        }
        if let Some(there) = self.known(&name, &candidate, &manifest).await? {
            return Ok(there);
        }
        let place = Arc::clone(&self.compilations).try_acquire_owned();
        let place = place.map_err(|_| {
            RegistryError::Conflict("too many plugins are being compiled at the moment; try again later".into())
        })?;
        let (sandbox, taken) = (self.sandbox.clone(), candidate.clone());
        let mut work = tokio::spawn(async move {
            let compiled = sandbox.compile(taken).await;
            drop(place); // taken for as long as the compiler works, whoever waits for it
            compiled
        });
        let compiled = tokio::select! {
            biased; // who has no patience at all does not wait to see
            () = sleep(self.upload_patience) => None,
            compiled = &mut work => Some(compiled),
        };
        if let Some(prepared) = compiled {
            let prepared = prepared.unwrap_or_else(|lost| Err(Rejection::Internal(lost.to_string())));
            let checked = self.keep(prepared, manifest).await?;
            return Ok(self.add(&name, &checked, by).await?.0);
        }
        let checked = self.keep_uncompiled(&candidate, manifest).await?;
        let (uploaded, compiling) = self.add(&name, &checked, by).await?;
        if let Some(compiling) = compiling {
            let app = Arc::clone(self);
            tokio::spawn(async move { app.see_compiled(compiling, work).await });
        }
        Ok(uploaded)
    }

    /// A version of these bytes with the same manifest: there is nothing to compile then.
    async fn known(
        &self,
        name: &str,
        candidate: &Candidate,
        manifest: &Manifest,
    ) -> Result<Option<Uploaded>, RegistryError> {
        let Some(row) = plugins::named(&self.db, name).await? else { return Ok(None) };
        let scopes = manifest.requested.to_map();
        let twin = versions::twin(&self.db, row.id, (&candidate.digest().0, &manifest.written, &scopes)).await?;
        Ok(twin.map(|twin| Uploaded {
            plugin: row.id,
            name: row.name,
            number: twin.number,
            status: twin.status,
            is_new: false,
        }))
    }

    /// The upload as a version, of a new plugin if there is none of that name; and what this node has to see to, if it is not compiled.
    async fn add(
        &self,
        name: &str,
        checked: &Checked,
        by: &str,
    ) -> Result<(Uploaded, Option<Compiling>), RegistryError> {
        let mut tx = self.db.begin().await?;
        let row = match plugins::hold_named(&mut tx, name).await? {
            Some(row) => row,
            None if [SCRIPT_PREFIX, NOTICE_PREFIX].iter().any(|prefix| name.starts_with(prefix)) => {
                let text = format!("{name:?} is kept for the file of a run script or custom notice");
                return Err(RegistryError::Unfit(text));
            }
            None => made(&mut tx, name, checked, by).await?,
        };
        let uploaded = add_version(&mut tx, &row, (checked, &checked.manifest.requested), (by, Full::Refuse)).await?;
        let mut mine = None;
        if uploaded.is_new && uploaded.status == Status::Compiling {
            let version = versions::get(&mut *tx, row.id, uploaded.number).await?;
            let version = version.ok_or(RegistryError::VersionMissing)?.id;
            compiling::claim(&mut *tx, version, self.node).await?;
            mine = Some(Compiling { version, plugin: row.id, component: checked.digest, attempt: 1 });
        }
        tx.commit().await?;
        Ok((uploaded, mine))
    }

    /// What may be compiled, and what it says of itself.
    async fn candidate(&self, bytes: Vec<u8>, manifest: Option<String>) -> Result<(Candidate, Manifest), UploadError> {
        let manifest = match manifest {
            Some(text) if text.trim_start().starts_with('{') => Some(Manifest::from_json(text.as_bytes())),
            Some(text) => Some(Manifest::from_toml(&text)),
            None => None,
        };
        let manifest = manifest.transpose().map_err(|error| UploadError::Rejected(error.to_string()))?;
        // a core module's sections may not survive becoming a component, so they are read from what was uploaded
        let carried = carried(&bytes);
        let candidate = self.sandbox.check(bytes).await?;
        let manifest = match (manifest, carried) {
            (Some(manifest), _) => manifest,
            (None, Some(json)) => {
                Manifest::from_json(&json).map_err(|error| UploadError::Rejected(error.to_string()))?
            }
            (None, None) => Manifest::default(),
        };
        Ok((candidate, manifest))
    }

    /// Reads what the plugin says of itself, type-checks and compiles it, and stores the component. It is waited for: v1.0 has no answer
    /// that says "later".
    pub async fn check_upload(&self, bytes: Vec<u8>, manifest: Option<String>) -> Result<Checked, UploadError> {
        let (candidate, manifest) = self.candidate(bytes, manifest).await?;
        let place = timeout(PATIENCE, self.compilations.acquire()).await.map_err(|_| Error::Crowded)?;
        let _place = place.map_err(|closed| Error::Internal(closed.to_string()))?;
        self.keep(self.sandbox.compile(candidate).await, manifest).await
    }

    async fn keep(&self, prepared: Result<Prepared, Rejection>, manifest: Manifest) -> Result<Checked, UploadError> {
        figures::compiled(&prepared);
        let prepared = prepared?;
        let digest = prepared.component.0;
        components::insert(&self.db, &digest, &prepared.bytes).await?;
        components::set_compiled(&self.db, &digest, self.sandbox.engine_id(), &prepared.compiled.0).await?;
        Ok(Checked { digest, kinds: prepared.kinds.clone(), manifest, report: report(&prepared) })
    }

    async fn keep_uncompiled(&self, candidate: &Candidate, manifest: Manifest) -> Result<Checked, UploadError> {
        let digest = candidate.digest().0;
        components::insert(&self.db, &digest, candidate.bytes()).await?;
        let report = json!({ "sha256": candidate.digest().to_string(), "size": candidate.bytes().len() });
        Ok(Checked { digest, kinds: Vec::new(), manifest, report })
    }
}

/// What a component is made of.
pub(super) fn report(prepared: &Prepared) -> Value {
    json!({
        "sha256": prepared.component.to_string(),
        "size": prepared.report.size,
        "functions": prepared.report.functions,
        "imports": prepared.report.imports,
        "exports": prepared.report.exports,
        "compile_ms": u64::try_from(prepared.took.as_millis()).unwrap_or(u64::MAX),
    })
}

/// A plugin without versions yet, held.
pub(super) async fn made(
    tx: &mut PgConnection,
    name: &str,
    checked: &Checked,
    by: &str,
) -> Result<PluginRow, RegistryError> {
    let made = plugins::insert(&mut *tx, (name, &checked.manifest.description), &checked.kind_names(), by).await;
    let id = made.map_err(|error| match error.constraint() {
        Some("plugins_name_key") => {
            RegistryError::Conflict(format!("{name:?} is being uploaded by somebody else, try again"))
        }
        _ => error.into(),
    })?;
    note(tx, (id, "plugin.create", by), (None, Some(json!({ "name": name })))).await?;
    plugins::hold(tx, id).await?.ok_or(RegistryError::PluginMissing)
}

/// What happens where a plugin has as many versions as it may.
#[derive(Clone, Copy, Debug)]
pub(super) enum Full {
    Refuse,
    /// Whoever replaces a file over v1.0 knows of no versions: the oldest that is not in use makes room.
    RetireOldest,
}

/// The next version of a plugin that the transaction holds.
pub(super) async fn add_version(
    tx: &mut PgConnection,
    row: &PluginRow,
    (checked, requested): (&Checked, &Capabilities),
    (by, full): (&str, Full),
) -> Result<Uploaded, RegistryError> {
    let told = |number, status, is_new| Uploaded { plugin: row.id, name: row.name.clone(), number, status, is_new };
    let scopes = requested.to_map();
    let twin = versions::twin(&mut *tx, row.id, (&checked.digest, &checked.manifest.written, &scopes)).await?;
    // who waited until it was compiled is not told to wait for another
    if let Some(twin) = twin.filter(|twin| twin.status != Status::Compiling || !checked.is_compiled()) {
        return Ok(told(twin.number, twin.status, false));
    }
    if versions::count_open(&mut *tx, row.id).await? >= VERSIONS_MAX {
        let retired = match full {
            Full::Refuse => None,
            Full::RetireOldest => versions::retire_oldest(&mut *tx, row.id, row.active).await?,
        };
        let Some(number) = retired else {
            let text = format!("the plugin has {VERSIONS_MAX} versions; retire some of them first");
            return Err(RegistryError::Conflict(text));
        };
        note(tx, (row.id, "plugin.retire_version", by), (None, Some(json!({ "version": number })))).await?;
    }
    let beyond = requested.beyond(&stored(&row.granted)?);
    let status = match (checked.is_compiled(), beyond.is_empty()) {
        (false, _) => Status::Compiling,
        (true, true) => Status::Ready,
        (true, false) => Status::NeedsApproval,
    };
    let mut report = checked.report.clone();
    report["asks"] = asked(&checked.manifest, requested).into();
    report["asks_for_more"] = beyond.into();
    let kinds = checked.kind_names();
    let new = NewVersion {
        label: &checked.manifest.version,
        digest: &checked.digest,
        kinds: &kinds,
        manifest: &checked.manifest.written,
        requested: &scopes,
        report: &report,
        status,
        uploaded_by: by,
    };
    let (_, number) = versions::insert(tx, row.id, &new).await?;
    let after = json!({ "version": number, "sha256": report["sha256"], "status": store::names::Named::name(status) });
    note(tx, (row.id, "plugin.upload", by), (None, Some(after))).await?;
    Ok(told(number, status, true))
}

/// The manifest section of a component, or of a module inside it. What is broken is for the sandbox to say.
fn carried(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut sections = Parser::new(0).parse_all(bytes).map_while(Result::ok);
    sections.find_map(|payload| match payload {
        Payload::CustomSection(section) if section.name() == SECTION => Some(section.data().to_vec()),
        _ => None,
    })
}
