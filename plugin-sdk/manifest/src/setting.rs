//! What an administrator types for a plugin: the description of it, from which a form can be made.

use serde::{Deserialize, Serialize};

/// One setting. Its value reaches the plugin as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What the plugin asks for it by.
    pub key: String,
    /// What text is acceptable.
    #[serde(default)]
    pub kind: SettingKind,
    /// Whether the plugin cannot do without.
    #[serde(default)]
    pub required: bool,
    /// What the plugin takes when nothing is typed; for people, the plugin does it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What it is for.
    pub description: String,
}

/// What text a setting takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// Any.
    #[default]
    Text,
    /// An `http://` or `https://` URL.
    Url,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

impl SettingKind {
    /// Whether the text is one of this kind.
    pub fn takes(self, text: &str) -> bool {
        match self {
            SettingKind::Text => true,
            SettingKind::Url => crate::origin_of(text).is_ok(),
            SettingKind::Integer => text.parse::<i64>().is_ok(),
            SettingKind::Boolean => text.parse::<bool>().is_ok(),
        }
    }
}
