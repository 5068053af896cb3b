//! App tokens as administrators edit them. The token itself is sealed; what opens it is not here.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::Error;
use crate::{
    access::{AccessRules, entries},
    signature::Version,
};

/// What a secret is when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm {
    /// The token itself.
    Token,
    /// Only the key of v2 signatures: all that is kept of a token once v1 is switched off.
    V2Key,
}

impl SecretForm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::V2Key => "v2_key",
        }
    }

    pub(super) fn from_name(name: &str) -> Result<Self, Error> {
        match name {
            "token" => Ok(Self::Token),
            "v2_key" => Ok(Self::V2Key),
            other => Err(Error::Inconsistent(format!("no form of secrets is called {other:?}"))),
        }
    }
}

/// A secret as it is kept.
#[derive(Clone, Debug)]
pub struct SealedSecret {
    pub sealed: Vec<u8>,
    pub form: SecretForm,
}

/// Both secrets of an app.
#[derive(Clone, Debug)]
pub struct SealedSecrets {
    pub current: SealedSecret,
    pub former: Option<FormerSecret>,
}

/// The secret before the last rotation.
#[derive(Clone, Debug)]
pub struct FormerSecret {
    pub secret: SealedSecret,
    pub expires_at: DateTime<Utc>,
}

/// `AccessRules` as the columns hold them.
pub(super) struct RuleColumns {
    pub(super) allow_cidrs: Vec<String>,
    pub(super) allow_users: Vec<String>,
    pub(super) min_signature_version: i16,
    pub(super) replay_check: bool,
    pub(super) rate_per_minute: i32,
}

impl RuleColumns {
    pub(super) fn into_rules(self, id: i64) -> Result<AccessRules, Error> {
        let broken = |what: &str| Error::Inconsistent(format!("app token {id}: {what}"));
        Ok(AccessRules {
            networks: entries(self.allow_cidrs.iter().map(String::as_str)).ok_or_else(|| broken("allow_cidrs"))?,
            users: entries(self.allow_users.iter().map(String::as_str)).ok_or_else(|| broken("allow_users"))?,
            min_version: Version::from_number(self.min_signature_version.into())
                .ok_or_else(|| broken("min_signature_version"))?,
            replay_check: self.replay_check,
            rate_per_minute: self.rate_per_minute.try_into().map_err(|_| broken("rate_per_minute"))?,
        })
    }

    fn of(rules: &AccessRules) -> Self {
        Self {
            allow_cidrs: rules.networks.iter().map(ToString::to_string).collect(),
            allow_users: rules.users.iter().map(ToString::to_string).collect(),
            min_signature_version: rules.min_version.number(),
            replay_check: rules.replay_check,
            rate_per_minute: rules.rate_per_minute.try_into().unwrap_or(i32::MAX),
        }
    }
}

#[derive(Clone, Debug)]
pub struct AppTokenRow {
    pub id: i64,
    pub app_name: String,
    pub secret: SealedSecret,
    /// When the former token ends, if one lives.
    pub former_expires_at: Option<DateTime<Utc>>,
    pub ticket_sn_prefix: String,
    pub workflow_ids: Vec<i64>,
    pub trusted: bool,
    pub may_configure: bool,
    pub may_admin: bool,
    pub rules: AccessRules,
    pub creator: String,
    pub creator_id: Option<i64>,
    pub creator_alias: Option<String>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

/// What of an app token can be edited; its secrets are changed beside it.
#[derive(Clone, Debug, Default)]
pub struct AppTokenDraft {
    pub app_name: String,
    pub ticket_sn_prefix: String,
    pub workflows: Vec<i64>,
    pub trusted: bool,
    pub may_configure: bool,
    pub may_admin: bool,
    pub rules: AccessRules,
}

/// A new app's secret and the key that sealed it.
#[derive(Clone, Debug)]
pub struct Sealed<'a> {
    pub secret: &'a SealedSecret,
    pub key_id: &'a str,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM app_tokens WHERE deleted_at IS NULL AND app_name ILIKE $1"#,
        super::containing(search)
    );
    Ok(count.fetch_one(db).await?)
}

/// By id. `only` narrows to one token.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: &str,
    only: Option<i64>,
    (limit, offset): (i64, i64),
) -> Result<Vec<AppTokenRow>, Error> {
    select(db, (search, only), 0, (limit, offset)).await
}

/// By id, those after the token of the id `after`.
pub async fn list_after(
    db: impl PgExecutor<'_>,
    search: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<AppTokenRow>, Error> {
    select(db, (search, None), after, (limit, 0)).await
}

async fn select(
    db: impl PgExecutor<'_>,
    (search, only): (&str, Option<i64>),
    after: i64,
    (limit, offset): (i64, i64),
) -> Result<Vec<AppTokenRow>, Error> {
    let rows = sqlx::query!(
        r#"SELECT t.id, t.app_name, t.sealed_token, t.secret_form, t.ticket_sn_prefix,
                  CASE WHEN t.former_expires_at > now() THEN t.former_expires_at END AS former_expires_at,
                  ARRAY(SELECT a.workflow_id FROM app_workflows a JOIN workflows w ON w.id = a.workflow_id AND w.deleted_at IS NULL
                         WHERE a.app_token_id = t.id ORDER BY a.workflow_id) AS "workflow_ids!",
                  t.trusted, t.may_configure, t.may_admin,
                  t.allow_cidrs, t.allow_users, t.min_signature_version, t.replay_check, t.rate_per_minute,
                  t.creator, c.id AS "creator_id?", c.alias AS "creator_alias?", t.created_at, t.modified_at
             FROM app_tokens t
             LEFT JOIN users c ON c.username = t.creator AND c.deleted_at IS NULL
            WHERE t.deleted_at IS NULL AND t.app_name ILIKE $1 AND ($2::bigint IS NULL OR t.id = $2) AND t.id > $5
            ORDER BY t.id LIMIT $3 OFFSET $4"#,
        super::containing(search),
        only,
        limit,
        offset,
        after
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let rules = RuleColumns {
            allow_cidrs: row.allow_cidrs,
            allow_users: row.allow_users,
            min_signature_version: row.min_signature_version,
            replay_check: row.replay_check,
            rate_per_minute: row.rate_per_minute,
        };
        Ok(AppTokenRow {
            id: row.id,
            app_name: row.app_name,
            secret: SealedSecret { sealed: row.sealed_token, form: SecretForm::from_name(&row.secret_form)? },
            former_expires_at: row.former_expires_at,
            ticket_sn_prefix: row.ticket_sn_prefix,
            workflow_ids: row.workflow_ids,
            trusted: row.trusted,
            may_configure: row.may_configure,
            may_admin: row.may_admin,
            rules: rules.into_rules(row.id)?,
            creator: row.creator,
            creator_id: row.creator_id,
            creator_alias: row.creator_alias,
            created_at: row.created_at,
            modified_at: row.modified_at,
        })
    });
    rows.collect()
}

/// What can be changed of the token, which is locked for the rest of the transaction. A former secret whose time is over is none.
pub async fn lock(db: impl PgExecutor<'_>, id: i64) -> Result<Option<(AppTokenDraft, SealedSecrets)>, Error> {
    let row = sqlx::query!(
        r#"SELECT t.app_name, t.ticket_sn_prefix, t.sealed_token, t.secret_form,
                  CASE WHEN t.former_expires_at > now() THEN t.former_secret END AS former_secret,
                  t.former_secret_form, t.former_expires_at,
                  ARRAY(SELECT a.workflow_id FROM app_workflows a JOIN workflows w ON w.id = a.workflow_id AND w.deleted_at IS NULL
                         WHERE a.app_token_id = t.id ORDER BY a.workflow_id) AS "workflows!",
                  t.trusted, t.may_configure, t.may_admin,
                  t.allow_cidrs, t.allow_users, t.min_signature_version, t.replay_check, t.rate_per_minute
             FROM app_tokens t WHERE t.id = $1 AND t.deleted_at IS NULL FOR UPDATE"#,
        id
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let current = SealedSecret { sealed: row.sealed_token, form: SecretForm::from_name(&row.secret_form)? };
    let former = match (row.former_secret, row.former_secret_form, row.former_expires_at) {
        (Some(sealed), Some(form), Some(expires_at)) => {
            Some(FormerSecret { secret: SealedSecret { sealed, form: SecretForm::from_name(&form)? }, expires_at })
        }
        _ => None,
    };
    let rules = RuleColumns {
        allow_cidrs: row.allow_cidrs,
        allow_users: row.allow_users,
        min_signature_version: row.min_signature_version,
        replay_check: row.replay_check,
        rate_per_minute: row.rate_per_minute,
    };
    let draft = AppTokenDraft {
        app_name: row.app_name,
        ticket_sn_prefix: row.ticket_sn_prefix,
        workflows: row.workflows,
        trusted: row.trusted,
        may_configure: row.may_configure,
        may_admin: row.may_admin,
        rules: rules.into_rules(id)?,
    };
    Ok(Some((draft, SealedSecrets { current, former })))
}

/// The constraints `app_tokens_app_name_key` and `app_workflows_workflow_fkey` may refuse.
pub async fn insert(
    tx: &mut PgConnection,
    draft: &AppTokenDraft,
    sealed: &Sealed<'_>,
    creator: &str,
) -> Result<i64, Error> {
    let rules = RuleColumns::of(&draft.rules);
    let id = sqlx::query_scalar!(
        "INSERT INTO app_tokens (app_name, sealed_token, secret_form, key_id, ticket_sn_prefix, trusted, may_configure, may_admin,
                                 allow_cidrs, allow_users, min_signature_version, replay_check, rate_per_minute, creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id",
        draft.app_name,
        sealed.secret.sealed,
        sealed.secret.form.name(),
        sealed.key_id,
        draft.ticket_sn_prefix,
        draft.trusted,
        draft.may_configure,
        draft.may_admin,
        &rules.allow_cidrs,
        &rules.allow_users,
        rules.min_signature_version,
        rules.replay_check,
        rules.rate_per_minute,
        creator
    )
    .fetch_one(&mut *tx)
    .await?;
    set_workflows(tx, id, &draft.workflows).await?;
    Ok(id)
}

pub async fn update(
    tx: &mut PgConnection,
    id: i64,
    draft: &AppTokenDraft,
    secrets: &SealedSecrets,
) -> Result<(), Error> {
    let (rules, former) = (RuleColumns::of(&draft.rules), secrets.former.as_ref());
    sqlx::query!(
        "UPDATE app_tokens SET app_name = $2, ticket_sn_prefix = $3, trusted = $4, may_configure = $5, may_admin = $6,
                allow_cidrs = $7, allow_users = $8, min_signature_version = $9, replay_check = $10, rate_per_minute = $11,
                sealed_token = $12, secret_form = $13, former_secret = $14, former_secret_form = $15, former_expires_at = $16,
                modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL",
        id,
        draft.app_name,
        draft.ticket_sn_prefix,
        draft.trusted,
        draft.may_configure,
        draft.may_admin,
        &rules.allow_cidrs,
        &rules.allow_users,
        rules.min_signature_version,
        rules.replay_check,
        rules.rate_per_minute,
        secrets.current.sealed,
        secrets.current.form.name(),
        former.map(|former| former.secret.sealed.as_slice()),
        former.map(|former| former.secret.form.name()),
        former.map(|former| former.expires_at)
    )
    .execute(&mut *tx)
    .await?;
    set_workflows(tx, id, &draft.workflows).await
}

async fn set_workflows(tx: &mut PgConnection, id: i64, workflows: &[i64]) -> Result<(), Error> {
    sqlx::query!("DELETE FROM app_workflows WHERE app_token_id = $1", id).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO app_workflows (app_token_id, workflow_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING",
        id,
        workflows
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// False when there is no such token.
pub async fn retire(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE app_tokens SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
