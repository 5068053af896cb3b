//! What plugins ask for and what they may do, as plain values: manifests, capabilities with their scopes, the plan of an approval, the
//! report in plain words. Nothing here stores, runs or answers anything (plugin-runtime §4, §5).

mod approval;
mod capabilities;
mod manifest;
mod origin;
mod words;

pub use approval::{Change, Plan, changes, plan};
pub use capabilities::{Capabilities, DirectoryDetail, Fields, TicketReach};
pub use manifest::{Manifest, ManifestError, SECTION, check_setting, wished_limits};
pub use origin::{Injection, Origin, OriginError};
pub use words::{asked, in_words};

/// A plugin's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PluginId(pub i64);

/// The id of one uploaded version of a plugin; its number counts within the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionId(pub i64);

/// The longest name of a plugin, in characters.
pub const NAME_MAX: usize = 100;

/// Whether a plugin can be called so: states and workflows name it in plain text, so it has no blanks, commas or odd characters.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    (1..=NAME_MAX).contains(&name.len())
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["hello", "jira-2", "a", "9.x_y"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "Hello", "a b", "a,b", "-a", ".a", "ä", "a\n", &"a".repeat(101)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
