//! What a case grants: all that the manifest asks for, less what the case takes away; several requests of one grant add up, as they do
//! on the server. Whatever origin a request is for, it arrives at the case's own server, which may be asked by its own address too; a test
//! never reaches a real one.

use gavia_plugin_manifest::{Capability, ContactScope, Manifest, Origin as Asked, TicketScope, origin_of};
use gavia_sandbox::{DirectoryRead, FieldScope, Grants, HttpGrant, Methods, Origin, Storage, TicketsRead};

use super::case::Case;
use crate::cli::stop::Stop;

pub(super) fn of(manifest: &Manifest, case: &Case, server: &str) -> Result<Grants, Stop> {
    let mut grants = Grants::default();
    let mut tickets: Option<TicketScope> = None;
    let mut people: Option<ContactScope> = None;
    let given = manifest.capabilities().iter().filter(|asked| case.without.iter().all(|name| name != asked.grant()));
    for capability in given {
        match capability {
            Capability::Http { origins, methods, .. } => {
                let asked = origins.iter().filter_map(|origin| match origin {
                    Asked::Setting(key) => origin_of(case.settings.get(key)?).ok(),
                    written => Some(written.clone().into()),
                });
                for origin in asked.chain([server.to_owned()]) {
                    let origin: Origin = origin.parse().map_err(|error| Stop::refused(format!("{origin}: {error}")))?;
                    let methods = Methods::Listed(methods.clone());
                    grants.http.push(HttpGrant { methods, ..HttpGrant::new(origin) });
                }
            }
            Capability::Secrets { names, .. } => grants.secrets.extend(names.iter().cloned()),
            Capability::Kv { .. } => grants.kv = Storage::Own,
            Capability::TicketsRead { scope, .. } => tickets = tickets.max(Some(*scope)),
            Capability::TicketsWrite { fields, .. } => grants.tickets_write = joined(grants.tickets_write, fields),
            Capability::Directory { scope, .. } => people = people.max(Some(*scope)),
        }
    }
    grants.tickets_read = readable(tickets);
    grants.directory = visible(people);
    Ok(grants)
}

fn joined(scope: FieldScope, fields: &[String]) -> FieldScope {
    if fields.iter().any(|key| key == "*") {
        return FieldScope::All;
    }
    match scope {
        FieldScope::All => FieldScope::All,
        FieldScope::None => FieldScope::Listed(fields.to_vec()),
        FieldScope::Listed(keys) => FieldScope::Listed(keys.into_iter().chain(fields.iter().cloned()).collect()),
    }
}

fn readable(widest: Option<TicketScope>) -> TicketsRead {
    match widest {
        None => TicketsRead::None,
        Some(TicketScope::Own) => TicketsRead::Own,
        Some(TicketScope::Workflow) => TicketsRead::Workflow,
        Some(TicketScope::All) => TicketsRead::All,
    }
}

fn visible(widest: Option<ContactScope>) -> DirectoryRead {
    match widest {
        None => DirectoryRead::None,
        Some(ContactScope::Basic) => DirectoryRead::Basic,
        Some(ContactScope::Contact) => DirectoryRead::Contact,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SERVER: &str = "http://127.0.0.1:8080";

    fn granted(capabilities: Value, case: Value) -> Grants {
        let manifest = json!({
            "id": "a", "version": "1.0.0", "description": "d", "licence": "MIT", "kinds": ["action"], "capabilities": capabilities,
        });
        let manifest = Manifest::from_json(manifest.to_string().as_bytes()).unwrap();
        of(&manifest, &serde_json::from_value(case).unwrap(), SERVER).unwrap()
    }

    #[test]
    fn requests_of_one_grant_add_up_and_the_wider_scope_counts() {
        let asked = json!([
            { "grant": "tickets-write", "fields": ["days"], "reason": "r" },
            { "grant": "tickets-write", "fields": ["account"], "reason": "r" },
            { "grant": "tickets-read", "scope": "all", "reason": "r" },
            { "grant": "tickets-read", "scope": "own", "reason": "r" },
            { "grant": "directory", "scope": "contact", "reason": "r" },
            { "grant": "directory", "scope": "basic", "reason": "r" },
            { "grant": "secrets", "names": ["A"], "reason": "r" },
            { "grant": "secrets", "names": ["B"], "reason": "r" },
            { "grant": "http", "origins": ["https://a.example.com"], "methods": ["GET"], "reason": "r" },
            { "grant": "http", "origins": ["https://b.example.com"], "methods": ["POST"], "reason": "r" },
        ]);
        let grants = granted(asked.clone(), json!({}));
        assert_eq!(grants.tickets_write, FieldScope::Listed(vec!["days".to_owned(), "account".to_owned()]));
        assert_eq!((grants.tickets_read, grants.directory), (TicketsRead::All, DirectoryRead::Contact));
        assert_eq!(grants.secrets, ["A", "B"]);
        let servers: Vec<String> = grants.http.iter().map(|grant| grant.origin.to_string()).collect();
        assert_eq!(servers, ["https://a.example.com", SERVER, "https://b.example.com", SERVER]);

        let without = json!({ "without": ["tickets-write", "tickets-read", "directory", "secrets", "http"] });
        assert_eq!(granted(asked, without), Grants::default());
    }

    #[test]
    fn all_fields_stay_all_whatever_else_is_asked_for() {
        let fields = |fields: &str| json!({ "grant": "tickets-write", "fields": [fields], "reason": "r" });
        for asked in [["*", "days"], ["days", "*"]] {
            assert_eq!(granted(json!(asked.map(fields)), json!({})).tickets_write, FieldScope::All, "{asked:?}");
        }
    }
}
