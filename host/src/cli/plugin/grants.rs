//! What a case grants: all that the manifest asks for, less what the case takes away. Requests go to the case's own server alone, so a
//! test never reaches a real one.

use gavia_plugin_manifest::{Capability, ContactScope, Manifest, TicketScope};
use gavia_sandbox::{DirectoryRead, FieldScope, Grants, HttpGrant, Methods, Origin, Reach, Storage, TicketsRead};

use crate::cli::stop::Stop;

pub(super) fn of(manifest: &Manifest, without: &[String], server: &str) -> Result<Grants, Stop> {
    let mut grants = Grants::default();
    let given = manifest.capabilities().iter().filter(|asked| without.iter().all(|name| name != asked.grant()));
    for capability in given {
        match capability {
            Capability::Http { methods, .. } => {
                let origin: Origin =
                    server.parse().map_err(|error| Stop::refused(format!("the case's own server: {error}")))?;
                let methods = Methods::Listed(methods.clone());
                grants.http.push(HttpGrant { methods, reach: Reach::Private, ..HttpGrant::new(origin) });
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
