//! What an administrator allowed a plugin: plain data, handed in with each call. The default allows nothing (plugin-runtime §1 and §4).
//!
//! Every decision is taken in the import functions, before the host's data is asked for. What a plugin *asked* for is not known here:
//! the host hands in requested ∩ granted.

use serde::{Deserialize, Serialize};

use crate::{origin::Origin, outcome::Effect};

/// What an administrator allowed this plugin. The default allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grants {
    pub tickets_read: TicketsRead,
    pub tickets_write: FieldScope,
    pub directory: DirectoryRead,
    pub kv: Storage,
    /// Names of the secrets that the guest itself may read; those that are only put into headers are not listed here.
    pub secrets: Vec<String>,
    pub http: Vec<HttpGrant>,
    /// Requests that are granted are told in the call's log and not sent.
    pub http_is_told_only: bool,
}

impl Grants {
    /// Whether these changes may be written under this grant: judged when they are staged, and with the grant of that moment when they
    /// are written. The error names the first that may not.
    pub fn cover(&self, effects: &[Effect]) -> Result<(), String> {
        let refused = effects.iter().find(|effect| match effect {
            Effect::SetField(field) => !self.tickets_write.allows(&field.key),
            Effect::Comment(_) => self.tickets_write == FieldScope::None,
        });
        match refused {
            None => Ok(()),
            Some(Effect::SetField(field)) => Err(format!("the grant tickets-write does not cover field {}", field.key)),
            Some(Effect::Comment(_)) => Err("a comment needs the grant tickets-write".to_owned()),
        }
    }
}

/// Which tickets `gavia:plugin/tickets` shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TicketsRead {
    #[default]
    None,
    /// The ticket of the call and its children.
    Own,
    /// Every ticket of the same workflow.
    Workflow,
    All,
}

/// Which fields `gavia:plugin/effects` may stage; always of the ticket of the call. Anything but `None` may add a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldScope {
    #[default]
    None,
    /// These keys only.
    Listed(Vec<String>),
    All,
}

impl FieldScope {
    pub(crate) fn allows(&self, key: &str) -> bool {
        match self {
            FieldScope::None => false,
            FieldScope::Listed(keys) => keys.iter().any(|listed| listed == key),
            FieldScope::All => true,
        }
    }
}

/// How much of a person the guest sees, wherever people appear: in `gavia:plugin/directory`, as the actor of a context, as the
/// recipients of a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectoryRead {
    /// The import refuses; people who come with the call have no e-mail address and no phone number.
    #[default]
    None,
    /// The import answers, without e-mail addresses and phone numbers.
    Basic,
    /// With both.
    Contact,
}

/// Whether `gavia:plugin/kv` answers; which namespace is meant is the host's matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    #[default]
    None,
    /// The plugin's own namespace.
    Own,
}

/// One entry of the HTTP allow-list. The first entry whose origin and methods fit a request decides about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpGrant {
    pub origin: Origin,
    #[serde(default)]
    pub methods: Methods,
    #[serde(default)]
    pub reach: Reach,
    /// Headers that the host sets; the guest may not set these for this origin, and never sees their values.
    #[serde(default)]
    pub inject: Vec<Injection>,
}

impl HttpGrant {
    /// Every method, public addresses, no injection.
    pub fn new(origin: Origin) -> HttpGrant {
        HttpGrant { origin, methods: Methods::Any, reach: Reach::Public, inject: Vec::new() }
    }
}

/// Which methods a request may have. `CONNECT` and `TRACE` are never allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Methods {
    #[default]
    Any,
    /// In upper case.
    Listed(Vec<String>),
}

/// Which addresses the origin's name may stand for. Metadata addresses and the engine's own are never among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    #[default]
    Public,
    /// Private networks and this machine too; only counts for an exact host, never for `*.suffix`.
    Private,
}

/// "For this origin set `header` to `prefix` followed by the secret."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    pub header: String,
    /// The secret's name.
    pub secret: String,
    /// Such as `"Bearer "`.
    #[serde(default)]
    pub prefix: String,
}
