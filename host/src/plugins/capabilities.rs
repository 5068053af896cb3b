//! Capabilities and their scopes (plugin-runtime §4): read from JSON, compared, intersected. What a plugin may do is what its active
//! version asks for and an administrator granted, never more than either.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::origin::Origin;

/// Names, keys or origins in one scope.
const LISTED_MAX: usize = 100;
const TEXT_MAX: usize = 200;

/// What is asked for, or granted, or left of both. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub secrets: BTreeSet<String>,
    pub kv: bool,
    pub tickets_read: TicketReach,
    pub tickets_write: Fields,
    pub directory: DirectoryDetail,
    /// In one spelling.
    pub http: Vec<Origin>,
}

/// Which tickets may be read; each includes the ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketReach {
    #[default]
    None,
    Own,
    Workflow,
    All,
}

/// Which fields of the call's ticket may be written. Anything but `None` may comment on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fields {
    #[default]
    None,
    Listed(BTreeSet<String>),
    All,
}

/// What is told of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DirectoryDetail {
    #[default]
    None,
    Basic,
    /// Mail address and telephone too.
    Contact,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    names: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope<T> {
    scope: T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldKeys {
    fields: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Origins {
    origins: Vec<Origin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl Capabilities {
    /// What run scripts could do before there were grants: read their own ticket, write its fields.
    pub fn of_scripts() -> Self {
        Self { tickets_read: TicketReach::Own, tickets_write: Fields::All, ..Self::default() }
    }

    /// From an object of capability to scope. The error says which part is wrong.
    pub fn read(map: &Map<String, Value>) -> Result<Self, String> {
        let mut read = Self::default();
        for (name, scope) in map {
            read.set(name, scope).map_err(|reason| format!("{name}: {reason}"))?;
        }
        Ok(read)
    }

    fn set(&mut self, name: &str, scope: &Value) -> Result<(), String> {
        match name {
            "secrets" => self.secrets = texts(parsed::<Names>(scope)?.names)?,
            "kv" => {
                parsed::<Nothing>(scope)?;
                self.kv = true;
            }
            "tickets-read" => self.tickets_read = parsed::<Scope<_>>(scope)?.scope,
            "tickets-write" => self.tickets_write = fields(parsed::<FieldKeys>(scope)?.fields)?,
            "directory" => self.directory = parsed::<Scope<_>>(scope)?.scope,
            "http" => {
                let origins = parsed::<Origins>(scope)?.origins;
                if origins.is_empty() || origins.len() > LISTED_MAX {
                    return Err(format!("1 to {LISTED_MAX} origins are wanted"));
                }
                let origins = origins.into_iter().map(Origin::normalised).collect::<Result<Vec<_>, _>>();
                self.http = origins.map_err(|error| error.to_string())?;
            }
            _ => return Err("there is no such capability".into()),
        }
        Ok(())
    }

    /// As `read` takes it; what is not allowed is absent.
    pub fn to_map(&self) -> Map<String, Value> {
        let mut map = Map::new();
        if !self.secrets.is_empty() {
            map.insert("secrets".into(), json!({ "names": self.secrets }));
        }
        if self.kv {
            map.insert("kv".into(), json!({}));
        }
        if self.tickets_read != TicketReach::None {
            map.insert("tickets-read".into(), json!({ "scope": self.tickets_read }));
        }
        match &self.tickets_write {
            Fields::None => {}
            Fields::Listed(keys) => drop(map.insert("tickets-write".into(), json!({ "fields": keys }))),
            Fields::All => drop(map.insert("tickets-write".into(), json!({ "fields": "*" }))),
        }
        if self.directory != DirectoryDetail::None {
            map.insert("directory".into(), json!({ "scope": self.directory }));
        }
        if !self.http.is_empty() {
            map.insert("http".into(), json!({ "origins": self.http }));
        }
        map
    }

    /// Requested ∩ granted. `self` is what is requested; headers and private networks come from the grant alone.
    #[must_use]
    pub fn granted_by(&self, granted: &Self) -> Self {
        let mut http: Vec<Origin> = Vec::new();
        for origin in self.http.iter().flat_map(|asked| granted.http.iter().filter_map(|given| asked.granted_by(given)))
        {
            if !http.contains(&origin) {
                http.push(origin);
            }
        }
        Self {
            secrets: self.secrets.intersection(&granted.secrets).cloned().collect(),
            kv: self.kv && granted.kv,
            tickets_read: self.tickets_read.min(granted.tickets_read),
            tickets_write: self.tickets_write.both(&granted.tickets_write),
            directory: self.directory.min(granted.directory),
            http,
        }
    }

    /// With the servers that settings name in the place of the settings; what names none that is fit is left out.
    #[must_use]
    pub fn resolved(mut self, setting: impl Fn(&str) -> Option<String>) -> Self {
        self.http = self.http.iter().filter_map(|origin| origin.resolved(&setting)).collect();
        self
    }

    /// The names of the capabilities of which `self` wants more than `other` has.
    pub fn beyond(&self, other: &Self) -> Vec<&'static str> {
        let within = |origin: &Origin| other.http.iter().any(|wider| origin.is_within(wider));
        [
            ("secrets", self.secrets.is_subset(&other.secrets)),
            ("kv", !self.kv || other.kv),
            ("tickets-read", self.tickets_read <= other.tickets_read),
            ("tickets-write", self.tickets_write.both(&other.tickets_write) == self.tickets_write),
            ("directory", self.directory <= other.directory),
            ("http", self.http.iter().all(within)),
        ]
        .into_iter()
        .filter_map(|(name, is_within)| (!is_within).then_some(name))
        .collect()
    }

    /// Everything that either has.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.secrets.extend(other.secrets.iter().cloned());
        self.kv |= other.kv;
        self.tickets_read = self.tickets_read.max(other.tickets_read);
        self.directory = self.directory.max(other.directory);
        self.tickets_write = match (self.tickets_write, &other.tickets_write) {
            (Fields::All, _) | (_, Fields::All) => Fields::All,
            (Fields::None, fields) => fields.clone(),
            (fields, Fields::None) => fields,
            (Fields::Listed(mut keys), Fields::Listed(more)) => {
                keys.extend(more.iter().cloned());
                Fields::Listed(keys)
            }
        };
        for origin in &other.http {
            if !self.http.contains(origin) {
                self.http.push(origin.clone());
            }
        }
        self
    }
}

impl Fields {
    fn both(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::All, fields) | (fields, Self::All) => fields.clone(),
            // none of them is still comments
            (Self::Listed(one), Self::Listed(two)) => Self::Listed(one.intersection(two).cloned().collect()),
        }
    }
}

fn parsed<T: DeserializeOwned>(scope: &Value) -> Result<T, String> {
    T::deserialize(scope).map_err(|error| error.to_string())
}

fn fields(value: Value) -> Result<Fields, String> {
    match value {
        Value::String(text) if text == "*" => Ok(Fields::All),
        Value::Array(ref keys) if keys.is_empty() => Ok(Fields::Listed(BTreeSet::new())),
        Value::Array(_) => Ok(Fields::Listed(texts(parsed(&value)?)?)),
        _ => Err("a list of field keys is wanted, or \"*\" for all".into()),
    }
}

fn texts(texts: BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    let fits = |text: &String| !text.is_empty() && text.len() <= TEXT_MAX && !text.contains(char::is_control);
    if texts.is_empty() || texts.len() > LISTED_MAX || !texts.iter().all(fits) {
        return Err(format!("1 to {LISTED_MAX} names of 1 to {TEXT_MAX} bytes are wanted"));
    }
    Ok(texts)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(value: Value) -> Capabilities {
        Capabilities::read(value.as_object().unwrap()).unwrap()
    }

    #[test]
    fn effective_is_requested_and_granted_and_never_more_than_either() {
        let requested = read(json!({
            "secrets": { "names": ["A", "B"] }, "kv": {}, "tickets-read": { "scope": "all" }, "tickets-write": { "fields": ["a", "b"] },
            "directory": { "scope": "basic" }, "http": { "origins": [{ "origin": "https://a.b" }, { "origin": "https://c.d" }] },
        }));
        assert_eq!(requested.granted_by(&Capabilities::default()), Capabilities::default(), "deny by default");
        let granted = read(json!({
            "secrets": { "names": ["B", "C"] }, "tickets-read": { "scope": "own" }, "tickets-write": { "fields": "*" },
            "directory": { "scope": "contact" },
            "http": { "origins": [{ "origin": "https://a.b", "methods": ["GET"], "headers": [{ "name": "Authorization", "secret": "T" }] }] },
        }));
        let wanted = read(json!({
            "secrets": { "names": ["B"] }, "tickets-read": { "scope": "own" }, "tickets-write": { "fields": ["a", "b"] },
            "directory": { "scope": "basic" },
            "http": { "origins": [{ "origin": "https://a.b", "methods": ["GET"], "headers": [{ "name": "authorization", "secret": "T" }] }] },
        }));
        assert_eq!(requested.granted_by(&granted), wanted);
        assert_eq!(
            Capabilities::default().granted_by(&granted),
            Capabilities::default(),
            "what is not asked for is not given"
        );
    }

    #[test]
    fn what_goes_beyond_a_grant_is_named() {
        let granted = Capabilities::of_scripts();
        assert_eq!(granted.beyond(&granted), Vec::<&str>::new());
        assert_eq!(Capabilities::default().beyond(&granted), Vec::<&str>::new());
        let more =
            read(json!({ "kv": {}, "tickets-read": { "scope": "workflow" }, "tickets-write": { "fields": ["a"] },
                                "http": { "origins": [{ "origin": "https://a.b" }] } }));
        assert_eq!(more.beyond(&granted), ["kv", "tickets-read", "http"]);
        assert_eq!(more.beyond(&granted.clone().with(&more)), Vec::<&str>::new());
    }

    #[test]
    fn what_was_read_is_written_back_the_same() {
        let all = json!({
            "secrets": { "names": ["A"] }, "kv": {}, "tickets-read": { "scope": "workflow" }, "tickets-write": { "fields": "*" },
            "directory": { "scope": "contact" }, "http": { "origins": [{ "origin": "https://a.b", "private": true }] },
        });
        assert_eq!(Value::Object(read(all.clone()).to_map()), all);
    }

    #[test]
    fn what_cannot_be_understood_is_refused_by_name() {
        for (bad, reason) in [
            (json!({ "sockets": {} }), "sockets: there is no such capability"),
            (json!({ "kv": { "scope": "all" } }), "kv: unknown field"),
            (json!({ "secrets": { "names": [] } }), "secrets: 1 to 100 names"),
            (json!({ "tickets-read": { "scope": "every" } }), "tickets-read: unknown variant `every`"),
            (json!({ "tickets-write": { "fields": "a" } }), "tickets-write: a list of field keys"),
            (json!({ "http": { "origins": [{ "origin": "a.b" }] } }), "http: \"a.b\" is no origin"),
            (json!({ "http": {} }), "http: missing field"),
            (json!({ "directory": null }), "directory: invalid type"),
        ] {
            let told = Capabilities::read(bad.as_object().unwrap()).unwrap_err();
            assert!(told.starts_with(reason), "{told}");
        }
    }
}
