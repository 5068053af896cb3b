//! What a plugin says of itself (plugin-runtime §5.5), as the server goes by it: name, version, what it asks for and why. Its form and
//! rules are the SDK's crate, which its authors' macros use too.

use std::collections::BTreeMap;

use gavia_plugin_manifest::{self as form, Capability, ContactScope, Package, TicketScope};
use serde_json::Value;

use super::{
    capabilities::{Capabilities, DirectoryDetail, Fields, TicketReach},
    origin::Origin,
};

pub use form::SECTION;

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

impl Manifest {
    /// What a component carries.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        Self::read(form::Manifest::from_json(bytes))
    }

    /// The author's file.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        Self::read(form::Manifest::from_toml(text, Package::default()))
    }

    fn read(written: Result<form::Manifest, form::ManifestError>) -> Result<Self, ManifestError> {
        let written = written.map_err(|error| ManifestError(error.to_string()))?;
        let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut requested = Capabilities::default();
        for capability in written.capabilities() {
            reasons.entry(capability.grant().to_owned()).or_default().push(capability.reason().to_owned());
            requested = requested.with(&asked(capability)?);
        }
        // once more by the rules of grants, which bound every list and text
        let requested = Capabilities::read(&requested.to_map()).map_err(ManifestError)?;
        Ok(Self {
            id: written.id().to_owned(),
            version: written.version().to_owned(),
            description: written.description().to_owned(),
            requested,
            reasons,
            written: serde_json::to_value(&written).map_err(|error| ManifestError(error.to_string()))?,
        })
    }
}

/// What is wrong with a setting's value, by the manifest that was stored with a version.
pub fn check_setting(manifest: &Value, key: &str, value: &str) -> Result<(), String> {
    let Ok(manifest) = form::Manifest::from_json(manifest.to_string().as_bytes()) else { return Ok(()) };
    match manifest.settings().iter().find(|setting| setting.key == key) {
        Some(setting) if !setting.kind.takes(value) => {
            Err(format!("the setting {key:?} takes {:?}, and {value:?} is none", setting.kind))
        }
        _ => Ok(()),
    }
}

/// Kind → the numbers that the manifest of a version wishes for.
pub fn wished_limits(manifest: &Value) -> Value {
    manifest.get("limits").cloned().unwrap_or_default()
}

fn asked(capability: &Capability) -> Result<Capabilities, ManifestError> {
    let nothing = Capabilities::default();
    Ok(match capability {
        Capability::Http { origins, methods, .. } => {
            let origin = |origin: &form::Origin| {
                let methods = methods.iter().cloned().collect();
                Origin { origin: origin.to_string(), methods, private: false, headers: Vec::new() }.normalised()
            };
            let http = origins.iter().map(origin).collect::<Result<_, _>>();
            Capabilities { http: http.map_err(|error| ManifestError(error.to_string()))?, ..nothing }
        }
        Capability::Secrets { names, .. } => Capabilities { secrets: names.iter().cloned().collect(), ..nothing },
        Capability::Kv { .. } => Capabilities { kv: true, ..nothing },
        Capability::TicketsRead { scope, .. } => {
            let tickets_read = match scope {
                TicketScope::Own => TicketReach::Own,
                TicketScope::Workflow => TicketReach::Workflow,
                TicketScope::All => TicketReach::All,
            };
            Capabilities { tickets_read, ..nothing }
        }
        Capability::TicketsWrite { fields, .. } => {
            let all = fields.len() == 1 && fields[0] == "*";
            let tickets_write = if all { Fields::All } else { Fields::Listed(fields.iter().cloned().collect()) };
            Capabilities { tickets_write, ..nothing }
        }
        Capability::Directory { scope, .. } => {
            let directory = match scope {
                ContactScope::Basic => DirectoryDetail::Basic,
                ContactScope::Contact => DirectoryDetail::Contact,
            };
            Capabilities { directory, ..nothing }
        }
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = r#"
        id = "notice-acme"
        version = "0.2.0"
        description = "Tells Acme"
        licence = "MIT"
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
        kind = "url"
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
            ("{", "EOF"),
        ] {
            let told = Manifest::from_json(text.as_bytes()).unwrap_err().to_string();
            assert!(told.starts_with("the manifest is not acceptable: ") && told.contains(reason), "{text}: {told}");
        }
    }

    #[test]
    fn a_setting_takes_what_its_manifest_says() {
        let manifest = Manifest::from_toml(FILE).unwrap().written;
        assert_eq!(check_setting(&manifest, "url", "https://a.b/c"), Ok(()));
        assert_eq!(check_setting(&manifest, "other", "x"), Ok(()));
        assert!(check_setting(&manifest, "url", "nowhere").is_err());
        assert_eq!(check_setting(&Value::Null, "url", "nowhere"), Ok(()));
    }
}
