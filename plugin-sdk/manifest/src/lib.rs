//! What a plugin says of itself: who it is, what kinds it has, which capabilities it asks for and why, which settings it reads.
//!
//! Authors write it as `gavia-plugin.toml`; the SDK's `manifest!` puts it as JSON into the component's custom section [`SECTION`],
//! where anyone can read it without running code (plugin-runtime §5.5). A request is not a grant: an administrator decides, and what
//! a plugin may do is what it asked for *and* was granted. Deliberately knows nothing of WebAssembly or of the engine.
#![warn(missing_docs)]

mod capability;
mod origin;
mod rules;
mod setting;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

pub use capability::{Capability, ContactScope, TicketScope};
pub use origin::{Origin, OriginError, origin_of};
pub use setting::{Setting, SettingKind};

/// The custom section that holds the manifest's JSON, in the component or in a module inside it.
pub const SECTION: &str = "gavia:manifest";

/// The file that authors write, beside their `Cargo.toml`.
pub const FILE: &str = "gavia-plugin.toml";

/// The form that this crate writes; it reads no other.
pub const FORMAT: u32 = 1;

/// The largest manifest, in bytes of JSON.
pub const MAX_BYTES: usize = 64 << 10;

/// The limits that a manifest may name.
pub const LIMITS: [&str; 26] = [
    "cpu_ms",
    "wall_ms",
    "memory_bytes",
    "table_elements",
    "transfer_bytes",
    "host_calls",
    "handles",
    "log_bytes",
    "log_lines",
    "stdio_bytes",
    "http_requests",
    "http_at_once",
    "http_ms",
    "http_sent_bytes",
    "http_received_bytes",
    "kv_value_bytes",
    "kv_bytes",
    "effects",
    "effect_bytes",
    "message_bytes",
    "output_bytes",
    "participants",
    "deliveries",
    "calls",
    "queue_ms",
    "failures",
];

/// A manifest that keeps to the rules: there is no other way to make one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    format: u32,
    id: String,
    version: String,
    description: String,
    licence: String,
    sdk: String,
    kinds: Vec<Kind>,
    capabilities: Vec<Capability>,
    settings: Vec<Setting>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<Kind, BTreeMap<String, u64>>,
}

/// What a plugin is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Runs when a ticket enters a script state.
    Action,
    /// Names the people of a state.
    Participants,
    /// Delivers messages.
    Notice,
    /// Decides where a transition leads.
    Condition,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Action => "action",
            Kind::Participants => "participants",
            Kind::Notice => "notice",
            Kind::Condition => "condition",
        })
    }
}

/// Why something is no manifest: one line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not the form; says where.
    #[error("{0}")]
    Form(String),
    /// The form, but against a rule; all of them are listed.
    #[error("{}", .0.join("; "))]
    Rules(Vec<String>),
    /// A newer form than this program knows.
    #[error("the manifest has format {0}; this program reads format {FORMAT}")]
    Format(u32),
    /// Past [`MAX_BYTES`].
    #[error("the manifest has {0} bytes; {MAX_BYTES} are allowed")]
    TooLarge(usize),
}

/// What an author's file may leave to the package that it lies beside.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Of the package.
    pub version: String,
    /// Of the package.
    pub description: String,
    /// SPDX expression.
    pub licence: String,
    /// Name and version of what builds it.
    pub sdk: String,
}

/// As written; every key is optional here, so that [`rules`] can say all that is missing at once.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    format: Option<u32>,
    id: String,
    version: Option<String>,
    description: Option<String>,
    licence: Option<String>,
    sdk: Option<String>,
    kinds: Vec<Kind>,
    capabilities: Vec<Capability>,
    settings: Vec<Setting>,
    limits: BTreeMap<Kind, BTreeMap<String, u64>>,
}

impl Manifest {
    /// Reads an author's `gavia-plugin.toml`. What it leaves out of version, description and licence is the package's.
    pub fn from_toml(text: &str, package: Package) -> Result<Manifest, ManifestError> {
        if text.len() > MAX_BYTES {
            return Err(ManifestError::TooLarge(text.len()));
        }
        let written = toml::from_str(text).map_err(|error| ManifestError::Form(error.to_string()))?;
        Manifest::complete(written, package)
    }

    /// Reads what a component carries.
    pub fn from_json(bytes: &[u8]) -> Result<Manifest, ManifestError> {
        if bytes.len() > MAX_BYTES {
            return Err(ManifestError::TooLarge(bytes.len()));
        }
        let written = serde_json::from_slice(bytes).map_err(|error| ManifestError::Form(error.to_string()))?;
        Manifest::complete(written, Package::default())
    }

    fn complete(written: Written, package: Package) -> Result<Manifest, ManifestError> {
        let format = written.format.unwrap_or(FORMAT);
        if format != FORMAT {
            return Err(ManifestError::Format(format));
        }
        let manifest = Manifest {
            format,
            id: written.id,
            version: written.version.unwrap_or(package.version),
            description: written.description.unwrap_or(package.description),
            licence: written.licence.unwrap_or(package.licence),
            sdk: written.sdk.unwrap_or(package.sdk),
            kinds: written.kinds,
            capabilities: written.capabilities,
            settings: written.settings,
            limits: written.limits,
        };
        match rules::broken_by(&manifest) {
            broken if broken.is_empty() => Ok(manifest),
            broken => Err(ManifestError::Rules(broken)),
        }
    }

    /// What goes into the section.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and lists are always JSON")
    }

    /// Names the plugin over all its versions: `a-z`, digits and `-`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `MAJOR.MINOR.PATCH`, perhaps with more.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// One sentence.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// An SPDX expression.
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// What it was built with; empty if that did not say.
    pub fn sdk(&self) -> &str {
        &self.sdk
    }

    /// What the plugin claims to be; what it is, its exports say.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// What it asks for.
    pub fn capabilities(&self) -> &[Capability] {
        &self.capabilities
    }

    /// By kind, the numbers out of [`LIMITS`] that it is content with: a wish for less than the server allows, never for more.
    pub fn limits(&self) -> &BTreeMap<Kind, BTreeMap<String, u64>> {
        &self.limits
    }

    /// What an administrator may or must type for it.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
