//! Who is calling: app tokens by name, sessions by the hash of their cookie, access tokens by their hash.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use sqlx::PgExecutor;

use super::{
    Error,
    app_tokens::{RuleColumns, SealedSecret, SecretForm},
};
use crate::{access::AccessRules, workflow::UserId};

/// What the database keeps of a session cookie or a bearer token.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// An app as its calls need it once they are let in.
#[derive(Clone, Debug)]
pub struct AppRow {
    pub id: i64,
    pub app_name: String,
    pub ticket_sn_prefix: String,
    pub trusted: bool,
    pub may_configure: bool,
    pub may_admin: bool,
}

/// What a call of an app is checked against; the secrets are still sealed.
#[derive(Clone, Debug)]
pub struct AppGuard {
    pub secret: SealedSecret,
    /// The secret before the last rotation, while it lives.
    pub former: Option<SealedSecret>,
    pub rules: AccessRules,
}

/// One query, since every signed call begins with it.
pub async fn app_by_name(db: impl PgExecutor<'_>, name: &str) -> Result<Option<(AppRow, AppGuard)>, Error> {
    let row = sqlx::query!(
        r#"SELECT id, app_name, ticket_sn_prefix, trusted, may_configure, may_admin, sealed_token, secret_form,
                  CASE WHEN former_expires_at > now() THEN former_secret END AS former_secret,
                  COALESCE(former_secret_form, 'token') AS "former_secret_form!",
                  allow_cidrs, allow_users, min_signature_version, replay_check, rate_per_minute
             FROM app_tokens
            WHERE app_name = $1 AND deleted_at IS NULL"#,
        name
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let secret = SealedSecret { sealed: row.sealed_token, form: SecretForm::from_name(&row.secret_form)? };
    let former = row
        .former_secret
        .map(|sealed| SecretForm::from_name(&row.former_secret_form).map(|form| SealedSecret { sealed, form }));
    let rules = RuleColumns {
        allow_cidrs: row.allow_cidrs,
        allow_users: row.allow_users,
        min_signature_version: row.min_signature_version,
        replay_check: row.replay_check,
        rate_per_minute: row.rate_per_minute,
    };
    let app = AppRow {
        id: row.id,
        app_name: row.app_name,
        ticket_sn_prefix: row.ticket_sn_prefix,
        trusted: row.trusted,
        may_configure: row.may_configure,
        may_admin: row.may_admin,
    };
    Ok(Some((app, AppGuard { secret, former: former.transpose()?, rules: rules.into_rules(row.id)? })))
}

/// The person behind a live session or access token.
#[derive(Clone, Debug)]
pub struct Administrator {
    pub user: UserId,
    pub username: String,
    pub is_admin: bool,
    pub is_workflow_admin: bool,
}

/// Who is behind a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOfLife {
    Person,
    /// A page that looks again by itself; a session that nobody uses ends although it is open somewhere.
    Page,
}

/// A live session: seen within `idle`, begun within `absolute`, its user active and still an administrator.
/// Marks it as seen, at most once a minute.
pub async fn session(
    db: impl PgExecutor<'_>,
    id_hash: &[u8],
    (idle, absolute): (DateTime<Utc>, DateTime<Utc>),
    sign: SignOfLife,
) -> Result<Option<Administrator>, Error> {
    let row = sqlx::query!(
        r#"WITH seen AS (
             UPDATE sessions SET last_seen_at = now()
              WHERE id_hash = $1 AND last_seen_at BETWEEN $2 AND now() - interval '1 minute' AND created_at >= $3 AND $4)
           SELECT u.id, u.username, u.is_admin, u.is_workflow_admin
             FROM sessions s
             JOIN users u ON u.id = s.user_id
            WHERE s.id_hash = $1 AND s.last_seen_at >= $2 AND s.created_at >= $3
              AND u.is_active AND u.is_admin AND u.deleted_at IS NULL"#,
        id_hash,
        idle,
        absolute,
        sign == SignOfLife::Person
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| Administrator {
        user: UserId(r.id),
        username: r.username,
        is_admin: r.is_admin,
        is_workflow_admin: r.is_workflow_admin,
    }))
}

/// When a session began, and what its person is called.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub alias: String,
    pub opened_at: DateTime<Utc>,
}

pub async fn session_row(db: impl PgExecutor<'_>, id_hash: &[u8]) -> Result<Option<SessionRow>, Error> {
    let row = sqlx::query_as!(
        SessionRow,
        "SELECT u.alias, s.created_at AS opened_at FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id_hash = $1",
        id_hash
    );
    Ok(row.fetch_optional(db).await?)
}

pub async fn insert_session(db: impl PgExecutor<'_>, id_hash: &[u8], user: UserId) -> Result<(), Error> {
    sqlx::query!(
        "WITH gone AS (DELETE FROM sessions WHERE last_seen_at < now() - interval '1 day'),
              login AS (UPDATE users SET last_login_at = now() WHERE id = $2)
         INSERT INTO sessions (id_hash, user_id) VALUES ($1, $2)",
        id_hash,
        user.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whose session it was, if there was one.
pub async fn delete_session(db: impl PgExecutor<'_>, id_hash: &[u8]) -> Result<Option<(UserId, String)>, Error> {
    let row = sqlx::query!(
        "WITH gone AS (DELETE FROM sessions WHERE id_hash = $1 RETURNING user_id)
         SELECT u.id, u.username FROM gone JOIN users u ON u.id = gone.user_id",
        id_hash
    );
    Ok(row.fetch_optional(db).await?.map(|row| (UserId(row.id), row.username)))
}

/// The user of a bearer token that is neither expired nor revoked.
pub async fn access_token(db: impl PgExecutor<'_>, token_hash: &[u8]) -> Result<Option<Administrator>, Error> {
    let row = sqlx::query!(
        "SELECT u.id, u.username, u.is_admin, u.is_workflow_admin
           FROM access_tokens t
           JOIN users u ON u.id = t.user_id
          WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
            AND u.is_active AND u.deleted_at IS NULL",
        token_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| Administrator {
        user: UserId(r.id),
        username: r.username,
        is_admin: r.is_admin,
        is_workflow_admin: r.is_workflow_admin,
    }))
}
