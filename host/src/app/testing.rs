//! An `App` on a database of its own, for tests of use cases and of the routes above them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{ops::Deref, path::Path, sync::Arc, time::Duration};

use gavia_hostile::Module;
pub(crate) use gavia_sandbox::with_custom_section;
use gavia_sandbox::{Allocator, Plugin, Sandbox, Settings};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::{App, CONDITION, Parts, door::DoorSettings, registry::Given};
use crate::{
    embedded::testing::{TestDatabase, database},
    outbound::{AddressRule, Outbound},
    seal::SealingKey,
    store::{components::Digest, plugins::versions},
};

/// The app and what must live as long as it.
pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    _database: Option<TestDatabase>,
    _folder: Option<TempDir>,
}

impl TestApp {
    pub(crate) fn shared(&self) -> &Arc<App> {
        &self.app
    }

    /// Another node of the same installation, which has compiled nothing yet. It lives no longer than this one.
    pub(crate) fn another_node(&self) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let cache_dir = folder.path().join("compiled");
        let sandbox = Sandbox::new(Settings { cache_dir, slots: Some(4), allocator: Allocator::Auto }).unwrap();
        let parts = Parts { key: self.key.clone(), ..parts(self.db.clone(), sandbox) };
        let app = Arc::new(App::with(parts, self.conditions.clone()));
        TestApp { app, _database: None, _folder: Some(folder) }
    }

    /// An active plugin, like no other; its component is the answer.
    pub(crate) async fn install(&self, name: &str) -> Digest {
        self.install_bytes(name, with_custom_section(&Module::default().action(), "test", name.as_bytes())).await
    }

    /// The built-in condition plugin once more, as one that was uploaded.
    pub(crate) async fn install_conditions(&self, name: &str) {
        self.install_bytes(name, CONDITION.to_vec()).await;
    }

    async fn install_bytes(&self, name: &str, bytes: Vec<u8>) -> Digest {
        let given = Given { bytes, name: Some(name.into()), manifest: None };
        let made = self.app.upload_plugin(given, "admin").await.unwrap();
        self.activate_version(made.plugin, made.number, "admin").await.unwrap();
        versions::get(&self.db, made.plugin, made.number).await.unwrap().unwrap().digest
    }

    /// Whether this node can call it at once.
    pub(crate) fn is_loaded(&self, component: Digest) -> bool {
        self.sandbox.loaded(gavia_sandbox::Digest(component)).is_some()
    }
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

/// One sandbox a test binary: compiling the condition plugin is what would take the time. Its folder is the build's own, so that what
/// tests upload finds a place and nothing is left elsewhere.
async fn sandbox() -> (Sandbox, Plugin) {
    static READY: OnceCell<(Sandbox, Plugin)> = OnceCell::const_new();
    let make = async || {
        let cache_dir = Path::new(env!("OUT_DIR")).join("compiled-by-tests");
        let settings = Settings { cache_dir, slots: Some(16), allocator: Allocator::Auto };
        let sandbox = Sandbox::new(settings).unwrap();
        let plugin = sandbox.prepare(CONDITION.to_vec()).await.unwrap().plugin;
        (sandbox, plugin)
    };
    READY.get_or_init(make).await.clone()
}

pub(crate) async fn app() -> TestApp {
    app_behind(DoorSettings::default()).await
}

/// Where every upload takes longer than anybody waits for.
pub(crate) async fn impatient_app() -> TestApp {
    app_with(|parts| parts.upload_patience = Duration::ZERO).await
}

/// With settings of its own for who may come in.
pub(crate) async fn app_behind(door: DoorSettings) -> TestApp {
    app_with(|parts| parts.door = door).await
}

async fn app_with(change: impl FnOnce(&mut Parts)) -> TestApp {
    let database = database().await;
    let (sandbox, conditions) = sandbox().await;
    let mut parts = parts(database.pool.clone(), sandbox);
    change(&mut parts);
    TestApp { app: Arc::new(App::with(parts, conditions)), _database: Some(database), _folder: None }
}

fn parts(db: PgPool, sandbox: Sandbox) -> Parts {
    Parts {
        db,
        key: SealingKey::from_base64(&SealingKey::generate()).unwrap(),
        zone: chrono_tz::Asia::Shanghai,
        sandbox,
        outbound: Outbound::new(AddressRule::new(&["127.0.0.0/8".parse().unwrap()], &[])),
        log_row: |log, _, _| log.suggestion.clone().into(),
        body_bytes_max: 2 << 20,
        stopping: CancellationToken::new(),
        door: DoorSettings::default(),
        upload_patience: Duration::from_mins(1),
        metrics_elsewhere: false,
    }
}
