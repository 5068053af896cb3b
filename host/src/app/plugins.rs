//! From a stored component to a plugin that can be called: memory, this node's compiled file, or compiled anew from the stored bytes; and
//! from a plugin's name to its active version with what that may do.

use std::{collections::BTreeSet, sync::Arc};

use gavia_sandbox::{
    Digest, DirectoryRead, FieldScope, Grants, HttpGrant, Injection, Kind, Limits, Methods, Plugin, Reach, Sandbox,
    Storage, TicketsRead, Turnstile, types,
};
use serde_json::Value;
use sqlx::PgPool;

use super::{App, Error, figures, plugin_host::PluginHost, registry::limits};
use crate::{
    plugins::{Capabilities, DirectoryDetail, Fields, Origin, PluginId, TicketReach, VersionId},
    store::{
        self,
        plugins::{Runnable, Wanted},
    },
};

/// A plugin that is about to be called.
#[derive(Clone)]
pub(super) struct Callee {
    pub plugin: Plugin,
    /// As administrators call it.
    pub name: String,
    /// None for a run script that an older node stored.
    pub of: Option<(PluginId, VersionId)>,
    /// The version's number.
    pub number: Option<i32>,
    pub kind: Kind,
    /// An administrator tries it: nothing that it does lasts, and its failures count for nothing.
    pub is_tried: bool,
    pub grants: Arc<Grants>,
    /// What an administrator typed for it.
    pub settings: Vec<(String, String)>,
    pub limits: Limits,
}

impl Callee {
    /// Counted apart: whoever tries something out neither suspends a plugin for those who use it, nor forgives it what it did to them.
    pub(super) fn apart(self) -> Self {
        let limits = Limits { failures: u32::MAX, ..self.limits };
        Self { plugin: self.plugin.behind(&Turnstile::default()), limits, ..self }
    }
}

/// What a script is called that an older node stored.
const FORMER: &str = "former-script";

impl App {
    pub(super) async fn plugin(&self, component: &store::components::Digest) -> Result<Plugin, Error> {
        // of many calls that need the same one only the first compiles it
        let _turn = match self.sandbox.loaded(Digest(*component)) {
            Some(_) => None,
            None => Some(self.loading.take(*component).await),
        };
        stored(&self.db, &self.sandbox, component).await
    }

    /// The active version of a plugin, to be called as `kind`. The inner error says why it cannot be.
    pub(super) async fn callee(&self, wanted: Wanted<'_>, kind: Kind) -> Result<Result<Callee, String>, Error> {
        let Some(found) = store::plugins::runnable(&self.db, wanted).await? else {
            return Ok(Err(match wanted {
                Wanted::Name(name) => format!("the plugin {name} is not installed, or none of its versions is active"),
                Wanted::Id(_) => "no version of its plugin is active".to_owned(),
            }));
        };
        if !found.kinds.iter().any(|has| *has == kind.to_string()) {
            return Ok(Err(format!("the plugin {} is no {kind} plugin", found.name)));
        }
        Ok(Ok(self.found(found, kind).await?))
    }

    /// What was looked up, ready to be called.
    pub(super) async fn found(&self, found: Runnable, kind: Kind) -> Result<Callee, Error> {
        let effective = effective(&found)?;
        let plugin = self.plugin(&found.component).await?;
        Ok(Callee {
            plugin: plugin.behind(&self.gates.of(&found)),
            is_tried: false,
            of: Some((found.plugin, found.version)),
            number: Some(found.number),
            kind,
            grants: Arc::new(grants(&effective, kind)),
            settings: texts(&found).collect(),
            limits: limits::effective(kind, &found.manifest, &found.limits)?,
            name: found.name,
        })
    }

    /// A run script that an older node stored: a component with the rights that such scripts always had.
    pub(super) async fn former_script(&self, component: &store::components::Digest) -> Result<Callee, Error> {
        Ok(Callee {
            plugin: self.plugin(component).await?,
            name: FORMER.to_owned(),
            is_tried: false,
            of: None,
            number: None,
            limits: Limits::for_kind(Kind::Action),
            kind: Kind::Action,
            grants: Arc::new(grants(&Capabilities::of_scripts(), Kind::Action)),
            settings: Vec::new(),
        })
    }

    /// The data behind the imports of one call.
    pub(super) fn host_for(&self, callee: &Callee, own: &types::Ticket) -> Arc<PluginHost> {
        Arc::new(PluginHost {
            db: self.db.clone(),
            queries: self.guest_queries.clone(),
            definitions: Arc::clone(&self.definitions),
            key: self.key.clone(),
            plugin: callee.of.map(|(plugin, _)| plugin),
            settings: callee.settings.clone(),
            kv_bytes: callee.limits.kv_bytes,
            own: own.clone(),
        })
    }
}

/// Requested ∩ granted, with the servers that its settings name.
fn effective(found: &Runnable) -> Result<Capabilities, store::Error> {
    let read = |scopes| Capabilities::read(scopes).map_err(store::Error::Inconsistent);
    let setting = |key: &str| found.config.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(read(&found.requested)?.granted_by(&read(&found.granted)?).resolved(setting))
}

fn texts(found: &Runnable) -> impl Iterator<Item = (String, String)> {
    found.config.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
}

/// As the sandbox takes them. Who is asked for people or conditions writes nothing.
fn grants(capabilities: &Capabilities, kind: Kind) -> Grants {
    Grants {
        tickets_read: match capabilities.tickets_read {
            TicketReach::None => TicketsRead::None,
            TicketReach::Own => TicketsRead::Own,
            TicketReach::Workflow => TicketsRead::Workflow,
            TicketReach::All => TicketsRead::All,
        },
        tickets_write: match &capabilities.tickets_write {
            _ if !matches!(kind, Kind::Action | Kind::Notice) => FieldScope::None,
            Fields::None => FieldScope::None,
            Fields::Listed(keys) => FieldScope::Listed(keys.iter().cloned().collect()),
            Fields::All => FieldScope::All,
        },
        directory: match capabilities.directory {
            DirectoryDetail::None => DirectoryRead::None,
            DirectoryDetail::Basic => DirectoryRead::Basic,
            DirectoryDetail::Contact => DirectoryRead::Contact,
        },
        kv: if capabilities.kv { Storage::Own } else { Storage::None },
        secrets: capabilities.secrets.iter().cloned().collect(),
        http: capabilities.http.iter().filter_map(http).collect(),
        http_is_told_only: false,
    }
}

/// None for what the sandbox does not take for an origin; it then refuses the request, as it does without a grant.
fn http(origin: &Origin) -> Option<HttpGrant> {
    let parsed = origin.origin.parse();
    let address = parsed.inspect_err(|error| tracing::warn!(%error, "a granted origin is none to the sandbox")).ok()?;
    let listed = |methods: &BTreeSet<String>| Methods::Listed(methods.iter().cloned().collect());
    Some(HttpGrant {
        methods: if origin.methods.is_empty() { Methods::Any } else { listed(&origin.methods) },
        reach: if origin.private { Reach::Private } else { Reach::Public },
        inject: origin
            .headers
            .iter()
            .map(|header| Injection {
                header: header.name.clone(),
                secret: header.secret.clone(),
                prefix: header.prefix.clone(),
            })
            .collect(),
        ..HttpGrant::new(address)
    })
}

/// A component that came with this binary; stored like an uploaded one, so that a restart finds it compiled.
pub(super) async fn built_in(db: &PgPool, sandbox: &Sandbox, bytes: &[u8]) -> Result<Plugin, Error> {
    let digest = Digest::of(bytes).0;
    store::components::insert(db, &digest, bytes).await?;
    stored(db, sandbox, &digest).await
}

/// The plugin of a stored component. A compiled file is used only if it hashes to what the database says.
async fn stored(db: &PgPool, sandbox: &Sandbox, component: &store::components::Digest) -> Result<Plugin, Error> {
    let engine = sandbox.engine_id();
    if let Some(plugin) = sandbox.loaded(Digest(*component)) {
        figures::loaded("memory");
        return Ok(plugin);
    }
    if let Some(compiled) = store::components::compiled(db, component, engine).await?
        && let Some(plugin) = sandbox.load(Digest(*component), Digest(compiled)).await
    {
        figures::loaded("file");
        return Ok(plugin);
    }
    figures::loaded("compiler");
    let bytes = store::components::bytes(db, component).await?;
    let bytes = bytes.ok_or_else(|| Error::Internal(format!("component {} is not stored", Digest(*component))))?;
    let prepared = sandbox.prepare(bytes).await;
    figures::compiled(&prepared);
    let prepared =
        prepared.map_err(|error| Error::Internal(format!("a stored component does not compile: {error}")))?;
    store::components::set_compiled(db, component, engine, &prepared.compiled.0).await?;
    Ok(prepared.plugin)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use crate::app::testing::app;

    #[tokio::test]
    async fn a_plugin_that_is_made_ready_keeps_none_but_its_own_callers_waiting() {
        let first = app().await;
        let (slow, other) = (first.install("slow").await, first.install("other").await);
        let node = first.another_node();
        let turn = node.loading.take(slow).await; // as for whoever compiles it
        timeout(Duration::from_secs(30), node.plugin(&other)).await.expect("it waits for nobody").unwrap();
        let waiting = node.plugin(&slow);
        tokio::pin!(waiting);
        assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err(), "one compiles it for all");
        drop(turn);
        timeout(Duration::from_secs(30), waiting).await.expect("its turn").unwrap();
    }
}
