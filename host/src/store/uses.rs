//! What still needs a thing that is about to be deleted (D-24): open tickets, and states of other workflows. Asked after `hold`,
//! which keeps tickets from arriving until the transaction ends; a ticket that was on its way is seen.

use sqlx::{PgConnection, PgExecutor};

use super::Error;
use crate::workflow::{FieldId, ScriptId, TransitionId, WorkflowId};

/// Counting ends here: more than so many is as good a reason.
pub const COUNTED_MAX: i64 = 1000;

/// Who needs a thing. Examples are some of them, in a stable order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Open tickets, up to `COUNTED_MAX`.
    pub tickets: i64,
    /// Numbers of up to three of them.
    pub examples: Vec<String>,
    /// Up to ten states that refer to it, as workflow and state.
    pub states: Vec<(String, String)>,
}

impl Uses {
    pub fn is_empty(&self) -> bool {
        self.tickets == 0 && self.states.is_empty()
    }
}

/// No ticket enters these states until the transaction ends: a move takes a share of its target's row (`tickets::save`).
pub async fn hold_states(db: impl PgExecutor<'_>, states: &[i64]) -> Result<(), Error> {
    sqlx::query!("SELECT id FROM states WHERE id = ANY($1) ORDER BY id FOR UPDATE", states).fetch_all(db).await?;
    Ok(())
}

/// No ticket of the workflow is created until the transaction ends.
pub async fn hold_workflow(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<(), Error> {
    sqlx::query!("SELECT id FROM workflows WHERE id = $1 FOR UPDATE", id.0).fetch_all(db).await?;
    Ok(())
}

/// No state is made to name the script until the transaction ends. False: there is no such script.
pub async fn hold_script(db: impl PgExecutor<'_>, id: ScriptId) -> Result<bool, Error> {
    let row = sqlx::query!("SELECT id FROM run_scripts WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", id.0);
    Ok(row.fetch_optional(db).await?.is_some())
}

/// Its open tickets, and states of other workflows that offer it as their child.
pub async fn of_workflow(db: &mut PgConnection, id: WorkflowId) -> Result<Uses, Error> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "tickets!", COALESCE((array_agg(sn ORDER BY id))[1:3], '{}') AS "examples!"
             FROM (SELECT id, sn FROM tickets
                    WHERE workflow_id = $1 AND status = 'ongoing' AND deleted_at IS NULL LIMIT $2) t"#,
        id.0,
        COUNTED_MAX
    )
    .fetch_one(&mut *db)
    .await?;
    let states = sqlx::query!(
        "SELECT w.name AS workflow, s.name AS state
           FROM states s
           JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
          WHERE s.sub_workflow_id = $1 AND s.workflow_id <> $1 AND s.deleted_at IS NULL
          ORDER BY s.id LIMIT 10",
        id.0
    )
    .fetch_all(db)
    .await?;
    let states = states.into_iter().map(|row| (row.workflow, row.state)).collect();
    Ok(Uses { tickets: row.tickets, examples: row.examples, states })
}

/// Open tickets that stand in one of the states; a parent that waits for its children does.
pub async fn of_states(db: impl PgExecutor<'_>, states: &[i64]) -> Result<Uses, Error> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "tickets!", COALESCE((array_agg(sn ORDER BY id))[1:3], '{}') AS "examples!"
             FROM (SELECT id, sn FROM tickets
                    WHERE state_id = ANY($1) AND status = 'ongoing' AND deleted_at IS NULL LIMIT $2) t"#,
        states,
        COUNTED_MAX
    )
    .fetch_one(db)
    .await?;
    Ok(Uses { tickets: row.tickets, examples: row.examples, states: Vec::new() })
}

/// The state that a transition leaves: the tickets that stand there need it.
pub async fn source_of(db: impl PgExecutor<'_>, id: TransitionId) -> Result<Vec<i64>, Error> {
    let source = sqlx::query_scalar!("SELECT source_state_id FROM transitions WHERE id = $1", id.0);
    Ok(source.fetch_optional(db).await?.flatten().into_iter().collect())
}

/// Open tickets that hold a value of the field. Of two fields with one key neither is needed as long as the other is there; `going` are
/// those that are deleted along with it.
pub async fn of_field(db: impl PgExecutor<'_>, id: FieldId, going: &[i64]) -> Result<Uses, Error> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "tickets!", COALESCE((array_agg(sn ORDER BY id))[1:3], '{}') AS "examples!"
             FROM (SELECT t.id, t.sn
                     FROM fields f
                     JOIN tickets t ON t.workflow_id = f.workflow_id AND t.status = 'ongoing' AND t.deleted_at IS NULL
                                   AND jsonb_exists(t.fields, f.field_key)
                    WHERE f.id = $1
                      AND NOT EXISTS (SELECT FROM fields o
                                       WHERE o.workflow_id = f.workflow_id AND o.field_key = f.field_key AND o.id <> f.id
                                         AND o.id <> ALL ($3) AND o.deleted_at IS NULL)
                    LIMIT $2) t"#,
        id.0,
        COUNTED_MAX,
        going
    )
    .fetch_one(db)
    .await?;
    Ok(Uses { tickets: row.tickets, examples: row.examples, states: Vec::new() })
}

/// Open tickets that wait for the script, and states that run it.
pub async fn of_script(db: &mut PgConnection, id: ScriptId) -> Result<Uses, Error> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "tickets!", COALESCE((array_agg(sn ORDER BY id))[1:3], '{}') AS "examples!"
             FROM (SELECT t.id, t.sn
                     FROM ticket_participants p
                     JOIN tickets t ON t.id = p.ticket_id AND t.status = 'ongoing' AND t.deleted_at IS NULL
                    WHERE p.kind = 'script' AND p.reference = $1::bigint::text
                    LIMIT $2) t"#,
        id.0,
        COUNTED_MAX
    )
    .fetch_one(&mut *db)
    .await?;
    let states = sqlx::query!(
        "SELECT w.name AS workflow, s.name AS state
           FROM states s
           JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
          WHERE s.participant_kind = 'script' AND btrim(s.participant) = $1::bigint::text AND s.deleted_at IS NULL
          ORDER BY s.id LIMIT 10",
        id.0
    )
    .fetch_all(db)
    .await?;
    let states = states.into_iter().map(|row| (row.workflow, row.state)).collect();
    Ok(Uses { tickets: row.tickets, examples: row.examples, states })
}
