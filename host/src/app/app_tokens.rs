//! App tokens and their secrets: made by us, kept sealed, two of them alive while callers change over. Of an app that must sign
//! with v2 only the derived key is kept (threat-model §3, at rest and rotation).

use chrono::TimeDelta;

use super::{
    App,
    accounts::AccountError,
    trail::{Kept as _, Subject, both, note},
};
use crate::{
    ambient,
    seal::SealingKey,
    signature::{self, V2Key, Version},
    store::{
        self,
        app_tokens::{self, AppTokenDraft, AppTokenRow, FormerSecret, Sealed, SealedSecret, SealedSecrets, SecretForm},
    },
};

/// How long the former token lives after a rotation that does not say.
const FORMER_LIVES: TimeDelta = TimeDelta::hours(24);

/// A new app token: its secret is told here and, unless only its v2 key is kept, later to an administrator's session.
#[derive(Debug)]
pub struct NewToken {
    pub id: i64,
    pub token: String,
}

/// What becomes of an app's secrets in a change.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rotation {
    /// Make a new token; the present one becomes the former, and an older former one ends.
    pub rotate: bool,
    /// How long the former token lives from now; zero ends it. None leaves it as it is, or is the default for a rotation.
    pub former_lives: Option<TimeDelta>,
}

/// An app's secret in the clear, as much of it as there is.
#[derive(Debug)]
pub enum Secret {
    Token(Token),
    V2Key(V2Key),
}

/// The text of a token, which never prints itself.
pub struct Token(Vec<u8>);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Secret {
    /// A secret that nobody has, for calls of apps that nobody knows: they cost what a known app's cost.
    pub fn nobodys() -> Self {
        Self::Token(Token(vec![b'0'; 36]))
    }

    pub fn verifies_v1(&self, timestamp: &str, signature: &str) -> bool {
        match self {
            Self::Token(token) => signature::v1_matches(timestamp, &token.0, signature),
            Self::V2Key(_) => false,
        }
    }

    pub fn verifies_v2(&self, call: &signature::Signed<'_>, signature: &str) -> bool {
        match self {
            Self::Token(token) => V2Key::derive(&token.0).verifies(call, signature),
            Self::V2Key(key) => key.verifies(call, signature),
        }
    }

    /// The token as text; None when only its key is kept.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Token(token) => std::str::from_utf8(&token.0).ok(),
            Self::V2Key(_) => None,
        }
    }
}

/// The error's text is for the log.
pub fn open(key: &SealingKey, secret: &SealedSecret) -> Result<Secret, store::Error> {
    let broken = |what: String| store::Error::Inconsistent(format!("an app's secret: {what}"));
    let plain = key.open(&secret.sealed).map_err(|error| broken(error.to_string()))?;
    match secret.form {
        SecretForm::Token => Ok(Secret::Token(Token(plain))),
        SecretForm::V2Key => V2Key::from_bytes(&plain).map(Secret::V2Key).ok_or_else(|| broken("no v2 key".into())),
    }
}

/// A new token as it is kept, 128 random bits in the form of a UUID, and as it is told.
pub fn fresh(key: &SealingKey, min_version: Version) -> (SealedSecret, String) {
    let token = ambient::uuid().to_string();
    let secret = match min_version {
        Version::V1 => SealedSecret { sealed: key.seal(token.as_bytes()), form: SecretForm::Token },
        Version::V2 => only_key(key, token.as_bytes()),
    };
    (secret, token)
}

fn only_key(key: &SealingKey, token: &[u8]) -> SealedSecret {
    SealedSecret { sealed: key.seal(V2Key::derive(token).bytes()), form: SecretForm::V2Key }
}

impl App {
    pub async fn create_app_token(&self, draft: &AppTokenDraft, creator: &str) -> Result<NewToken, AccountError> {
        let (secret, token) = fresh(&self.key, draft.rules.min_version);
        let sealed = Sealed { secret: &secret, key_id: self.key.id() };
        let mut tx = self.db.begin().await?;
        let id = app_tokens::insert(&mut tx, draft, &sealed, creator).await;
        let id = id.map_err(|error| refused(error, draft))?;
        note(&mut tx, creator, (Subject("app_token", id), "create"), (None, Some(draft.kept()))).await?;
        tx.commit().await?;
        Ok(NewToken { id, token })
    }

    /// The token itself, for somebody whose asking is kept. The outer None: there is no such app; the inner: only its v2 key is kept.
    pub async fn reveal_app_token(&self, id: i64, by: &str) -> Result<Option<(String, Option<String>)>, store::Error> {
        let rows = app_tokens::list(&self.db, "", Some(id), (1, 0)).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let secret = open(&self.key, &row.secret)?;
        let token = secret.text().map(str::to_owned);
        if token.is_some() {
            let named = Some(serde_json::json!({ "app_name": row.app_name }));
            let mut db = self.db.acquire().await?;
            note(&mut db, by, (Subject("app_token", id), "reveal"), (None, named)).await?;
        }
        Ok(Some((row.app_name, token)))
    }

    /// Keeps whose tokens somebody was shown, where v1.0 shows them.
    pub async fn note_shown_tokens(&self, rows: &[AppTokenRow], by: &str) -> Result<(), store::Error> {
        let names: Vec<&str> = rows.iter().map(|row| row.app_name.as_str()).collect();
        let subject = match rows {
            [] => return Ok(()),
            [row] => row.id,
            _ => 0,
        };
        let mut db = self.db.acquire().await?;
        let named = Some(serde_json::json!({ "app_names": names }));
        note(&mut db, by, (Subject("app_token", subject), "show"), (None, named)).await
    }

    /// `change` gets the token as stored; its refusal changes nothing. Answers the new token if one was made.
    pub async fn change_app_token<E: From<AccountError>>(
        &self,
        (id, by): (i64, &str),
        rotation: Rotation,
        change: impl FnOnce(AppTokenDraft) -> Result<AppTokenDraft, E>,
    ) -> Result<Option<String>, E> {
        let mut tx = self.db.begin().await.map_err(AccountError::from)?;
        let stored = app_tokens::lock(&mut *tx, id).await.map_err(AccountError::from)?;
        let (stored, secrets) = stored.ok_or(AccountError::Missing)?;
        let draft = change(stored.clone())?;
        let (secrets, token) = self.rotated(secrets, rotation, draft.rules.min_version)?;
        app_tokens::update(&mut tx, id, &draft, &secrets).await.map_err(|error| refused(error, &draft))?;
        let action = if token.is_some() { "rotate" } else { "update" };
        let noted = note(&mut tx, by, (Subject("app_token", id), action), both(&stored, &draft)).await;
        noted.map_err(AccountError::from)?;
        tx.commit().await.map_err(AccountError::from)?;
        Ok(token)
    }

    pub async fn delete_app_token(&self, id: i64, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db.begin().await?;
        let (stored, _) = app_tokens::lock(&mut *tx, id).await?.ok_or(AccountError::Missing)?;
        app_tokens::retire(&mut *tx, id).await?;
        note(&mut tx, by, (Subject("app_token", id), "delete"), (Some(stored.kept()), None)).await?;
        Ok(tx.commit().await?)
    }

    fn rotated(
        &self,
        secrets: SealedSecrets,
        rotation: Rotation,
        min_version: Version,
    ) -> Result<(SealedSecrets, Option<String>), AccountError> {
        let expires_at = |lives: TimeDelta| (lives > TimeDelta::zero()).then(|| ambient::now() + lives);
        let SealedSecrets { mut current, mut former } = secrets;
        let mut told = None;
        if rotation.rotate {
            let (secret, token) = fresh(&self.key, min_version);
            let replaced = std::mem::replace(&mut current, secret);
            former = expires_at(rotation.former_lives.unwrap_or(FORMER_LIVES))
                .map(|expires_at| FormerSecret { secret: replaced, expires_at });
            told = Some(token);
        } else if let Some(lives) = rotation.former_lives {
            former = former.zip(expires_at(lives)).map(|(former, expires_at)| FormerSecret { expires_at, ..former });
        }
        match min_version {
            Version::V1 if current.form == SecretForm::V2Key => return Err(AccountError::TokenNotKept),
            Version::V1 => {}
            Version::V2 => {
                for secret in [Some(&mut current), former.as_mut().map(|former| &mut former.secret)] {
                    let Some(secret) = secret else { continue };
                    if let Secret::Token(token) = open(&self.key, secret)? {
                        *secret = only_key(&self.key, &token.0);
                    }
                }
            }
        }
        Ok((SealedSecrets { current, former }, told))
    }
}

fn refused(error: store::Error, draft: &AppTokenDraft) -> AccountError {
    match error.constraint() {
        Some("app_tokens_app_name_key") => AccountError::AppNameTaken(draft.app_name.clone()),
        Some("app_workflows_workflow_fkey") => AccountError::UnknownWorkflow,
        _ => error.into(),
    }
}
