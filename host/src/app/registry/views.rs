//! Run scripts and custom notices of v1.0 as views of plugins: a file that comes with one makes a plugin of its own, or the next version
//! of it; an action plugin that is activated can be named by states as a run script.

use gavia_sandbox::Kind;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    Checked, RegistryError,
    decisions::point_at,
    note, stored,
    uploads::{Full, add_version, made},
};
use crate::{
    plugins::{self as rules, Capabilities, DirectoryDetail, PluginId, TicketReach},
    store::{
        plugins::{
            self, PluginRow, uses,
            versions::{self, Status, VersionRow},
        },
        run_scripts::{self, RunScriptDraft},
    },
};

/// What a file that comes with a script or notice may do without asking anybody: what it could before there were grants.
fn base(kind: Kind) -> Capabilities {
    match kind {
        Kind::Action => Capabilities::of_scripts(),
        // a webhook is told the people's addresses too
        _ => Capabilities {
            tickets_read: TicketReach::Own,
            directory: DirectoryDetail::Contact,
            ..Capabilities::default()
        },
    }
}

/// A file that was taken and does not run yet.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub plugin: PluginId,
    pub version: i32,
    pub status: Status,
}

/// What became of a program: the plugin that a script or notice is a view of now, and whether its file waits for an administrator.
pub(in crate::app) struct Taken {
    pub plugin: PluginId,
    pub waiting: Option<Waiting>,
}

/// The file becomes a version of `plugin`, or of a new one called `name`. It is active at once if it may do no more than such files always
/// could: whoever may configure may hand that on. Rights beyond it were granted to other code, and an administrator hands them on.
pub(in crate::app) async fn take_file(
    tx: &mut PgConnection,
    (plugin, name): (Option<PluginId>, &str),
    (checked, kind): (&Checked, Kind),
    by: &str,
) -> Result<Taken, RegistryError> {
    let present = match plugin {
        Some(id) => Some(plugins::hold(tx, id).await?.ok_or(RegistryError::PluginMissing)?),
        // a script that was a view of another plugin for a while has its own one still
        None => plugins::hold_named(tx, name).await?,
    };
    let row = if let Some(row) = present {
        row
    } else {
        let row = made(tx, name, checked, by).await?;
        let granted = base(kind).to_map();
        plugins::grant(tx, row.id, &rules::changes(&row.granted, &granted), by).await?;
        note(tx, (row.id, "plugin.grants", by), (None, Some(granted.into()))).await?;
        plugins::hold(tx, row.id).await?.ok_or(RegistryError::PluginMissing)?
    };
    // a file without a manifest asks for what such files always could, as far as it is granted still
    let granted = stored(&row.granted)?;
    let requested = checked.manifest.requested.clone().with(&base(kind).granted_by(&granted));
    let uploaded = add_version(tx, &row, (checked, &requested), (by, Full::RetireOldest)).await?;
    let version = versions::get(&mut *tx, row.id, uploaded.number).await?.ok_or(RegistryError::VersionMissing)?;
    let is_usual = requested.granted_by(&granted).beyond(&base(kind)).is_empty();
    let waiting = match version.status {
        _ if row.active == Some(version.id) => None,
        Status::Ready if is_usual => {
            point_at(tx, &row, &version, (by, "plugin.activate")).await?;
            None
        }
        status => Some(Waiting { plugin: row.id, version: version.number, status }),
    };
    Ok(Taken { plugin: row.id, waiting })
}

/// The plugin of a name, and its active version, that a script or notice wants to be a view of.
pub(in crate::app) async fn named(
    tx: &mut PgConnection,
    name: &str,
    kind: Kind,
) -> Result<(PluginId, VersionRow), RegistryError> {
    let row = plugins::hold_named(tx, name).await?;
    let row = row.ok_or_else(|| RegistryError::Unfit(format!("there is no plugin {name:?}")))?;
    let versions = versions::list(&mut *tx, row.id, 200).await?;
    let active = versions.into_iter().find(|version| row.active == Some(version.id));
    match active {
        Some(version) if version.kinds.iter().any(|has| *has == kind.to_string()) => Ok((row.id, version)),
        Some(_) => Err(RegistryError::Unfit(format!("{name:?} is no {kind} plugin"))),
        None => Err(RegistryError::Unfit(format!("{name:?} has no active version"))),
    }
}

/// States name scripts by id: an action plugin gets one when it is activated, unless it has one.
pub(super) async fn show_as_script(
    tx: &mut PgConnection,
    row: &PluginRow,
    version: &VersionRow,
    by: &str,
) -> Result<(), RegistryError> {
    let is_action = version.kinds.iter().any(|kind| *kind == Kind::Action.to_string());
    // a script's own file makes the plugin before the script points at it
    let has_one = row.name.starts_with(SCRIPT_PREFIX) || !uses::scripts(tx, row.id).await?.is_empty();
    if !is_action || has_one {
        return Ok(());
    }
    let draft = RunScriptDraft { name: row.name.clone(), description: row.description.clone(), is_active: true };
    let saved_name = format!("plugin/{}", row.name);
    let script = run_scripts::insert(&mut *tx, &draft, (&saved_name, &version.digest), by).await?;
    run_scripts::set_plugin(&mut *tx, script, row.id).await?;
    note(tx, (row.id, "plugin.show_as_script", by), (None, Some(json!({ "run_script": script.0 })))).await?;
    Ok(())
}

/// What the plugins of files that came with scripts and notices are called, with the script's or notice's id behind it.
pub(in crate::app) const SCRIPT_PREFIX: &str = "run-script-";
pub(in crate::app) const NOTICE_PREFIX: &str = "custom-notice-";

/// Erases a plugin that nothing needs.
pub(in crate::app) async fn remove(tx: &mut PgConnection, row: &PluginRow, by: &str) -> Result<(), RegistryError> {
    uses::retire_scripts(tx, row.id).await?;
    plugins::settings::erase(tx, row.id).await?;
    plugins::retire(&mut *tx, row.id).await?;
    note(tx, (row.id, "plugin.delete", by), (Some(json!({ "name": row.name })), None)).await?;
    Ok(())
}
