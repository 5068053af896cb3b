//! What a plugin says of itself (plugin-runtime §5.5): JSON in the component's custom section, or the author's `gavia-plugin.toml` beside
//! the upload. Its form is the SDK's; what is read here is what the server goes by: name, version, what it asks for and why.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{
    capabilities::{Capabilities, DirectoryDetail, Fields, TicketReach},
    origin::Origin,
};

/// The custom section's name.
pub const SECTION: &str = "gavia:manifest";

const BYTES_MAX: usize = 64 << 10;
const FORMAT: u64 = 1;
const ENTRIES_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the manifest is not acceptable: {0}")]
pub struct ManifestError(String);

/// A plugin without a manifest asks for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// The plugin's name, if it says one.
    pub id: String,
    pub version: String,
    pub description: String,
    pub requested: Capabilities,
    /// Capability → why, in the author's words.
    pub reasons: BTreeMap<String, Vec<String>>,
    /// As it was read, for the console.
    pub written: Value,
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    id: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    capabilities: Vec<Asked>,
}

/// One request, tagged as the SDK writes it.
#[derive(Deserialize)]
#[serde(tag = "grant", rename_all = "kebab-case", deny_unknown_fields)]
enum Asked {
    Http { origins: Vec<String>, #[serde(default)] methods: BTreeSet<String>, reason: String },
    Secrets { names: BTreeSet<String>, reason: String },
    Kv { reason: String },
    TicketsRead { scope: TicketReach, reason: String },
    TicketsWrite { fields: BTreeSet<String>, reason: String },
    Directory { scope: DirectoryDetail, reason: String },
}

impl Manifest {
    pub fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        within_bounds(bytes.len())?;
        let value = serde_json::from_slice(bytes).map_err(|error| ManifestError(error.to_string()))?;
        Self::read(value)
    }

    /// From the author's file.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        within_bounds(text.len())?;
        let table: toml::Table = toml::from_str(text).map_err(|error| ManifestError(error.to_string()))?;
        let value = serde_json::to_value(table).map_err(|error| ManifestError(error.to_string()))?;
        Self::read(value)
    }

    fn read(value: Value) -> Result<Self, ManifestError> {
        let format = value.get("format").map_or(Some(FORMAT), Value::as_u64);
        if format != Some(FORMAT) {
            return Err(ManifestError(format!("this server reads format {FORMAT}")));
        }
        let written = Written::deserialize(&value).map_err(|error| ManifestError(error.to_string()))?;
        if written.capabilities.len() > ENTRIES_MAX {
            return Err(ManifestError(format!("more than {ENTRIES_MAX} capabilities")));
        }
        let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut requested = Capabilities::default();
        for asked in written.capabilities {
            let (name, reason, asked) = asked.into_parts()?;
            reasons.entry(name.to_owned()).or_default().push(reason);
            requested = requested.with(&asked);
        }
        // once more by the rules of grants, which bound every list and text
        let requested = Capabilities::read(&requested.to_map()).map_err(ManifestError)?;
        Ok(Self {
            id: written.id,
            version: written.version,
            description: written.description,
            requested,
            reasons,
            written: value,
        })
    }
}

impl Asked {
    fn into_parts(self) -> Result<(&'static str, String, Capabilities), ManifestError> {
        let nothing = Capabilities::default();
        Ok(match self {
            Self::Http { origins, methods, reason } => {
                let origin =
                    |origin| Origin { origin, methods: methods.clone(), private: false, headers: Vec::new() }.normalised();
                let http = origins.into_iter().map(origin).collect::<Result<_, _>>();
                let http = http.map_err(|error| ManifestError(error.to_string()))?;
                ("http", reason, Capabilities { http, ..nothing })
            }
            Self::Secrets { names, reason } => ("secrets", reason, Capabilities { secrets: names, ..nothing }),
            Self::Kv { reason } => ("kv", reason, Capabilities { kv: true, ..nothing }),
            Self::TicketsRead { scope, reason } => {
                ("tickets-read", reason, Capabilities { tickets_read: scope, ..nothing })
            }
            Self::TicketsWrite { fields, reason } => {
                let all = fields.len() == 1 && fields.contains("*");
                let tickets_write = if all { Fields::All } else { Fields::Listed(fields) };
                ("tickets-write", reason, Capabilities { tickets_write, ..nothing })
            }
            Self::Directory { scope, reason } => ("directory", reason, Capabilities { directory: scope, ..nothing }),
        })
    }
}

fn within_bounds(bytes: usize) -> Result<(), ManifestError> {
    if bytes > BYTES_MAX {
        return Err(ManifestError(format!("it has {bytes} bytes; {BYTES_MAX} are allowed")));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = r#"
        id = "notice-acme"
        version = "0.2.0"
        kinds = ["notice"]

        [[capabilities]]
        grant = "http"
        origins = ["https://API.acme.com", "setting:url"]
        methods = ["POST"]
        reason = "sends the message"

        [[capabilities]]
        grant = "tickets-write"
        fields = ["*"]
        reason = "notes the receipt"

        [[settings]]
        key = "url"
        description = "where the gateway is"
    "#;

    #[test]
    fn what_is_asked_for_is_read_from_the_authors_file_and_from_the_section_alike() {
        let manifest = Manifest::from_toml(FILE).unwrap();
        let wanted = json!({
            "tickets-write": { "fields": "*" },
            "http": { "origins": [{ "origin": "https://api.acme.com", "methods": ["POST"] }, { "origin": "setting:url", "methods": ["POST"] }] },
        });
        assert_eq!(Value::Object(manifest.requested.to_map()), wanted);
        assert_eq!((manifest.id.as_str(), manifest.version.as_str()), ("notice-acme", "0.2.0"));
        assert_eq!(manifest.reasons["http"], ["sends the message"]);
        assert_eq!(Manifest::from_json(manifest.written.to_string().as_bytes()).unwrap(), manifest);
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_the_reason() {
        for (text, reason) in [
            (r#"{"format":2}"#, "format 1"),
            (r#"{"capabilities":[{"grant":"root","reason":"x"}]}"#, "unknown variant `root`"),
            (r#"{"capabilities":[{"grant":"kv"}]}"#, "missing field `reason`"),
            (r#"{"capabilities":[{"grant":"http","origins":["ftp://x"],"reason":"x"}]}"#, "\"ftp://x\" is no origin"),
            (r#"{"capabilities":[{"grant":"secrets","names":[""],"reason":"x"}]}"#, "secrets: 1 to 100 names"),
            ("[]", "invalid type"),
        ] {
            let told = Manifest::from_json(text.as_bytes()).unwrap_err().to_string();
            assert!(told.contains(reason), "{text}: {told}");
        }
        assert!(Manifest::from_json(&vec![b' '; BYTES_MAX + 1]).unwrap_err().to_string().contains("bytes"));
    }
}
