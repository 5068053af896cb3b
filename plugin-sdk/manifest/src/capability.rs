//! What a plugin can ask for: one variant for each grant of plugin-runtime §4, with the scope it wants and the reason it gives.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Origin;

/// One request. An administrator reads it, and the reason, before granting it whole, in part or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "grant", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Capability {
    /// Requests to other servers, each judged by origin and method.
    Http {
        /// Where to.
        origins: Vec<Origin>,
        /// `GET`, `POST` and so on.
        methods: Vec<String>,
        /// For the administrator.
        reason: String,
    },
    /// Secrets by exact name.
    Secrets {
        /// Which.
        names: Vec<String>,
        /// For the administrator.
        reason: String,
    },
    /// Storage of the plugin's own, shared by its runs.
    Kv {
        /// For the administrator.
        reason: String,
    },
    /// Other tickets.
    TicketsRead {
        /// Which.
        scope: TicketScope,
        /// For the administrator.
        reason: String,
    },
    /// Fields of the run's ticket, and comments on it.
    TicketsWrite {
        /// Keys; `*` alone is all of them.
        fields: Vec<String>,
        /// For the administrator.
        reason: String,
    },
    /// People, roles and departments.
    Directory {
        /// How much of a person.
        scope: ContactScope,
        /// For the administrator.
        reason: String,
    },
}

/// Which tickets a plugin may read; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TicketScope {
    /// The run's and its children.
    Own,
    /// All of the same workflow.
    Workflow,
    /// All.
    All,
}

/// How much of a person a plugin may see; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactScope {
    /// User name, alias, departments and roles.
    Basic,
    /// E-mail address and telephone number too.
    Contact,
}

impl Capability {
    /// The grant's name, as rows and refusals have it.
    pub fn grant(&self) -> &'static str {
        match self {
            Capability::Http { .. } => "http",
            Capability::Secrets { .. } => "secrets",
            Capability::Kv { .. } => "kv",
            Capability::TicketsRead { .. } => "tickets-read",
            Capability::TicketsWrite { .. } => "tickets-write",
            Capability::Directory { .. } => "directory",
        }
    }

    /// Why the plugin wants it.
    pub fn reason(&self) -> &str {
        match self {
            Capability::Http { reason, .. }
            | Capability::Secrets { reason, .. }
            | Capability::Kv { reason }
            | Capability::TicketsRead { reason, .. }
            | Capability::TicketsWrite { reason, .. }
            | Capability::Directory { reason, .. } => reason,
        }
    }
}

/// In plain words, without the reason: what an administrator is asked to allow.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Capability::Http { origins, methods, .. } => {
                let origins: Vec<String> = origins.iter().map(Origin::in_words).collect();
                write!(f, "send {} requests to {}", methods.join(" and "), origins.join(", "))
            }
            Capability::Secrets { names, .. } => write!(f, "read the secrets {}", names.join(", ")),
            Capability::Kv { .. } => f.write_str("keep up to 10 MiB of its own between runs"),
            Capability::TicketsRead { scope, .. } => f.write_str(match scope {
                TicketScope::Own => "read the ticket it runs for and its children, with their history",
                TicketScope::Workflow => "read every ticket of the same workflow, with its history",
                TicketScope::All => "read every ticket there is, with its history",
            }),
            Capability::TicketsWrite { fields, .. } if fields == &["*"] => {
                f.write_str("write any field of the ticket it runs for, and comment on it")
            }
            Capability::TicketsWrite { fields, .. } if fields.is_empty() => {
                f.write_str("comment on the ticket it runs for")
            }
            Capability::TicketsWrite { fields, .. } => {
                write!(f, "write the fields {} of the ticket it runs for, and comment on it", fields.join(", "))
            }
            Capability::Directory { scope, .. } => f.write_str(match scope {
                ContactScope::Basic => {
                    "look people, roles and departments up, without e-mail addresses and telephone numbers"
                }
                ContactScope::Contact => {
                    "look people, roles and departments up, e-mail addresses and telephone numbers included"
                }
            }),
        }
    }
}
