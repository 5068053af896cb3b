//! What a manifest keeps to, beyond its form. Every broken rule is told, so that an author mends all of them at once.

use std::collections::HashSet;

use crate::{Capability, Kind, LIMITS, Manifest, Origin, SettingKind};

const LIST_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 1_000;
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(crate) fn broken_by(manifest: &Manifest) -> Vec<String> {
    let mut broken = Broken(Vec::new());
    broken.unless(is_id(&manifest.id), "`id` must be 1 to 63 of a-z, 0-9 and -, the first a letter");
    let version = manifest.version.split(['-', '+']).next().unwrap_or_default();
    let numbers = version.split('.').filter(|part| part.parse::<u64>().is_ok()).count();
    broken.unless(numbers == 3 && version.split('.').count() == 3, "`version` must be like 1.2.3");
    broken.unless(!manifest.description.trim().is_empty(), "`description` is missing, here and in Cargo.toml");
    broken.unless(!manifest.licence.trim().is_empty(), "`licence` is missing, and `license` in Cargo.toml");
    for text in [&manifest.version, &manifest.description, &manifest.licence, &manifest.sdk] {
        broken.unless(text.len() <= TEXT_BYTES_MAX, "no text may be longer than 1,000 bytes");
    }
    broken.unless(!manifest.kinds.is_empty(), "`kinds` must name one kind at least");
    broken.unless(are_distinct(&manifest.kinds), "`kinds` names one twice");
    broken.unless(manifest.capabilities.len() <= LIST_MAX, "more than 64 capabilities");
    broken.unless(manifest.settings.len() <= LIST_MAX, "more than 64 settings");
    for capability in &manifest.capabilities {
        broken.capability(manifest, capability);
    }
    broken.settings(manifest);
    for (kind, limits) in &manifest.limits {
        broken.unless(manifest.kinds.contains(kind), format!("there are limits for {kind}, which is none of its kinds"));
        for (name, number) in limits {
            broken.unless(
                LIMITS.contains(&name.as_str()),
                format!("{name:?} is no limit; there are {}", LIMITS.join(", ")),
            );
            broken.unless(*number <= u64::from(u32::MAX), format!("the limit {name} of {kind} is beyond every server's"));
        }
    }
    broken.0
}

struct Broken(Vec<String>);

impl Broken {
    fn unless(&mut self, kept: bool, rule: impl Into<String>) {
        if !kept {
            self.0.push(rule.into());
        }
    }

    fn capability(&mut self, manifest: &Manifest, capability: &Capability) {
        let grant = capability.grant();
        let reason = capability.reason().trim();
        self.unless(
            !reason.is_empty() && reason.len() <= TEXT_BYTES_MAX,
            format!("the request for {grant} needs a `reason`"),
        );
        self.unless(
            manifest.kinds != [Kind::Condition],
            format!("a condition can use no capability, and {grant} is requested"),
        );
        match capability {
            Capability::Http { origins, methods, .. } => {
                self.names(grant, "origins", origins.len());
                self.names(grant, "methods", methods.len());
                for method in methods.iter().filter(|method| !METHODS.contains(&method.as_str())) {
                    self.0.push(format!("{method:?} is no method; there are {}", METHODS.join(", ")));
                }
                let named = |key: &str| manifest.settings.iter().any(|s| s.key == key && s.kind == SettingKind::Url);
                for origin in origins {
                    if let Origin::Setting(key) = origin {
                        self.unless(
                            named(key),
                            format!("{origin} is requested, and there is no setting {key:?} of kind url"),
                        );
                    }
                }
            }
            Capability::Secrets { names, .. } => {
                self.names(grant, "names", names.len());
                self.unless(
                    names.iter().all(|name| is_key(name)),
                    "names of secrets must be of letters, digits, _ - .",
                );
            }
            Capability::TicketsWrite { fields, .. } => {
                self.unless(fields.len() <= LIST_MAX * 4, "more than 256 fields");
                let all = fields.iter().any(|key| key == "*");
                self.unless(!all || fields.len() == 1, "`*` stands for all fields and must stand alone");
                let writes = manifest.kinds.iter().any(|kind| matches!(kind, Kind::Action | Kind::Notice));
                self.unless(writes || manifest.kinds.is_empty(), "only actions and notices can write to tickets");
            }
            Capability::Kv { .. } | Capability::TicketsRead { .. } | Capability::Directory { .. } => {}
        }
    }

    fn names(&mut self, grant: &str, list: &str, count: usize) {
        self.unless((1..=LIST_MAX).contains(&count), format!("the request for {grant} needs 1 to {LIST_MAX} `{list}`"));
    }

    fn settings(&mut self, manifest: &Manifest) {
        let keys: Vec<&str> = manifest.settings.iter().map(|setting| setting.key.as_str()).collect();
        self.unless(are_distinct(&keys), "two settings have the same key");
        for setting in &manifest.settings {
            let key = &setting.key;
            self.unless(is_key(key), format!("the setting {key:?} must be of letters, digits, _ - ."));
            let text = setting.description.trim();
            self.unless(
                !text.is_empty() && text.len() <= TEXT_BYTES_MAX,
                format!("the setting {key} needs a `description`"),
            );
            let default = setting.default.as_deref();
            self.unless(
                default.is_none_or(|text| setting.kind.takes(text)),
                format!("the default of {key} is not of its kind"),
            );
            self.unless(
                !(setting.required && default.is_some()),
                format!("{key} is required, so its default means nothing"),
            );
        }
    }
}

fn is_id(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.len() <= 63 && text.bytes().all(inner)
}

fn is_key(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=100).contains(&text.len()) && text.bytes().all(inner)
}

fn are_distinct<T: std::hash::Hash + Eq>(items: &[T]) -> bool {
    items.iter().collect::<HashSet<_>>().len() == items.len()
}
