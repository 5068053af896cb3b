//! What still needs a plugin: states, workflows and notices that name it, scripts that states run. Asked under the plugin's lock.

use sqlx::PgConnection;

use super::super::Error;
use crate::{
    plugins::PluginId,
    workflow::{NoticeId, ScriptId},
};

/// Each up to ten of them, by name; a kind of plugin for each list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginUses {
    /// As workflow and state: they resolve their people with it.
    pub participants: Vec<(String, String)>,
    /// Workflows whose conditions it evaluates.
    pub conditions: Vec<String>,
    /// Notices that it delivers.
    pub notices: Vec<String>,
    /// As workflow and state: they run it.
    pub actions: Vec<(String, String)>,
}

impl PluginUses {
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The kinds for which it is needed.
    pub fn kinds(&self) -> Vec<&'static str> {
        let kinds = [
            ("action", self.actions.is_empty()),
            ("participants", self.participants.is_empty()),
            ("notice", self.notices.is_empty()),
            ("condition", self.conditions.is_empty()),
        ];
        kinds.into_iter().filter(|(_, unused)| !unused).map(|(kind, _)| kind).collect()
    }
}

pub async fn of(db: &mut PgConnection, id: PluginId, name: &str) -> Result<PluginUses, Error> {
    let states = sqlx::query!(
        r#"SELECT w.name AS workflow, s.name AS state, s.participant_kind = 'script' AS "runs!"
             FROM states s
             JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
            WHERE s.deleted_at IS NULL
              AND (s.participant_kind = 'plugin' AND btrim(s.participant) = $2
                   OR s.participant_kind = 'script' AND btrim(s.participant) IN
                      (SELECT r.id::text FROM run_scripts r WHERE r.plugin_id = $1 AND r.deleted_at IS NULL))
            ORDER BY s.id LIMIT 20"#,
        id.0,
        name
    )
    .fetch_all(&mut *db)
    .await?;
    let mut uses = PluginUses::default();
    for row in states {
        if row.runs { &mut uses.actions } else { &mut uses.participants }.push((row.workflow, row.state));
    }
    uses.conditions = sqlx::query_scalar!(
        "SELECT name FROM workflows WHERE btrim(condition_plugin) = $1 AND deleted_at IS NULL ORDER BY id LIMIT 10",
        name
    )
    .fetch_all(&mut *db)
    .await?;
    uses.notices = sqlx::query_scalar!(
        "SELECT name FROM custom_notices WHERE plugin_id = $1 AND kind = 'plugin' AND deleted_at IS NULL ORDER BY id LIMIT 10",
        id.0
    )
    .fetch_all(db)
    .await?;
    Ok(uses)
}

/// The run scripts that are views of the plugin.
pub async fn scripts(db: &mut PgConnection, id: PluginId) -> Result<Vec<ScriptId>, Error> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM run_scripts WHERE plugin_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 10",
        id.0
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(ScriptId).collect())
}

/// The notices that are views of the plugin.
pub async fn notices(db: &mut PgConnection, id: PluginId) -> Result<Vec<NoticeId>, Error> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM custom_notices WHERE plugin_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 10",
        id.0
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(NoticeId).collect())
}

/// The scripts that are views of a plugin go with it.
pub async fn retire_scripts(db: &mut PgConnection, id: PluginId) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE run_scripts SET deleted_at = now(), modified_at = now() WHERE plugin_id = $1 AND deleted_at IS NULL",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}
