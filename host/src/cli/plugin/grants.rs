//! What a case grants: all that the manifest asks for, less what the case takes away. Whatever origin a request is for, it arrives at the
//! case's own server, which may be asked by its own address too; a test never reaches a real one.

use gavia_plugin_manifest::{Capability, ContactScope, Manifest, Origin as Asked, TicketScope, origin_of};
use gavia_sandbox::{DirectoryRead, FieldScope, Grants, HttpGrant, Methods, Origin, Storage, TicketsRead};

use super::case::Case;
use crate::cli::stop::Stop;

pub(super) fn of(manifest: &Manifest, case: &Case, server: &str) -> Result<Grants, Stop> {
    let mut grants = Grants::default();
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
            Capability::TicketsRead { scope, .. } => {
                grants.tickets_read = match scope {
                    TicketScope::Own => TicketsRead::Own,
                    TicketScope::Workflow => TicketsRead::Workflow,
                    TicketScope::All => TicketsRead::All,
                };
            }
            Capability::TicketsWrite { fields, .. } => {
                let all = fields.iter().any(|key| key == "*");
                grants.tickets_write = if all { FieldScope::All } else { FieldScope::Listed(fields.clone()) };
            }
            Capability::Directory { scope, .. } => {
                grants.directory = match scope {
                    ContactScope::Basic => DirectoryRead::Basic,
                    ContactScope::Contact => DirectoryRead::Contact,
                };
            }
        }
    }
    Ok(grants)
}
