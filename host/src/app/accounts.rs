//! Editing people, departments and roles. A change reads the row under its lock and writes it in one transaction, so that
//! of two changes at once each keeps what the other set (D-12).

use serde_json::json;

use super::{
    App,
    trail::{Kept as _, Subject, both, note},
};
use crate::{
    store::{
        self,
        departments::{self, DepartmentDraft},
        roles::{self, RoleDraft},
        users::{self, UserDraft},
    },
    workflow::UserId,
};

/// Why an account is not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is no such account")]
    Missing,
    #[error("a user is called {0}")]
    UsernameTaken(String),
    #[error("an app is called {0}")]
    AppNameTaken(String),
    #[error("one of the departments does not exist")]
    UnknownDepartment,
    #[error("the parent department does not exist")]
    UnknownParent,
    /// F-62.
    #[error("the department would be below itself")]
    DepartmentLoop,
    #[error("one of the workflows does not exist")]
    UnknownWorkflow,
    /// The app signs with v2 only, and v1 needs the token itself.
    #[error("only the key of the app's token is kept")]
    TokenNotKept,
    /// D-24: people, departments below it or tickets.
    #[error("the department is in use")]
    DepartmentInUse,
    #[error("tickets wait for the role")]
    RoleInUse,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    pub async fn create_user(&self, draft: &UserDraft, creator: &str) -> Result<UserId, AccountError> {
        let mut tx = self.db.begin().await?;
        departments_exist(&mut tx, draft).await?;
        let id = users::insert(&mut tx, draft, creator).await.map_err(|error| username_taken(error, draft))?;
        note(&mut tx, creator, (Subject("user", id.0), "create"), (None, Some(draft.kept()))).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// `change` gets the user as stored; its refusal changes nothing. A lost right or a new password ends the user's sessions.
    pub async fn change_user<E: From<AccountError>>(
        &self,
        (id, by): (UserId, &str),
        change: impl FnOnce(UserDraft) -> Result<UserDraft, E>,
    ) -> Result<(), E> {
        let mut tx = self.db.begin().await.map_err(AccountError::from)?;
        let stored = users::lock(&mut *tx, id).await.map_err(AccountError::from)?.ok_or(AccountError::Missing)?;
        let draft = change(stored.clone())?;
        departments_exist(&mut tx, &draft).await?;
        users::update(&mut tx, id, &draft).await.map_err(|error| username_taken(error, &draft))?;
        let noted = note(&mut tx, by, (Subject("user", id.0), "update"), both(&stored, &draft)).await;
        noted.map_err(AccountError::from)?;
        Ok(tx.commit().await.map_err(AccountError::from)?)
    }

    pub async fn delete_user(&self, id: UserId, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db.begin().await?;
        let stored = users::lock(&mut *tx, id).await?.ok_or(AccountError::Missing)?;
        found(users::retire(&mut *tx, id).await?)?;
        note(&mut tx, by, (Subject("user", id.0), "delete"), (Some(stored.kept()), None)).await?;
        Ok(tx.commit().await?)
    }

    pub async fn create_department(&self, draft: &DepartmentDraft, creator: &str) -> Result<i64, AccountError> {
        let mut tx = self.db.begin().await?;
        parent_fits(&mut tx, draft, None).await?;
        let id = departments::insert(&mut *tx, draft, creator).await?;
        note(&mut tx, creator, (Subject("department", id), "create"), (None, Some(draft.kept()))).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn change_department<E: From<AccountError>>(
        &self,
        (id, by): (i64, &str),
        change: impl FnOnce(DepartmentDraft) -> Result<DepartmentDraft, E>,
    ) -> Result<(), E> {
        let mut tx = self.db.begin().await.map_err(AccountError::from)?;
        // two moves at once could close a loop that neither sees
        departments::lock_tree(&mut *tx).await.map_err(AccountError::from)?;
        let stored =
            departments::draft(&mut *tx, id).await.map_err(AccountError::from)?.ok_or(AccountError::Missing)?;
        let draft = change(stored.clone())?;
        parent_fits(&mut tx, &draft, Some(id)).await?;
        departments::update(&mut *tx, id, &draft).await.map_err(AccountError::from)?;
        let noted = note(&mut tx, by, (Subject("department", id), "update"), both(&stored, &draft)).await;
        noted.map_err(AccountError::from)?;
        Ok(tx.commit().await.map_err(AccountError::from)?)
    }

    pub async fn delete_department(&self, id: i64, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db.begin().await?;
        departments::lock_tree(&mut *tx).await?;
        let stored = departments::draft(&mut *tx, id).await?.ok_or(AccountError::Missing)?;
        if departments::is_in_use(&mut *tx, id).await? {
            return Err(AccountError::DepartmentInUse);
        }
        found(departments::retire(&mut *tx, id).await?)?;
        note(&mut tx, by, (Subject("department", id), "delete"), (Some(stored.kept()), None)).await?;
        Ok(tx.commit().await?)
    }

    pub async fn create_role(&self, draft: &RoleDraft, creator: &str) -> Result<i64, AccountError> {
        let mut tx = self.db.begin().await?;
        let id = roles::insert(&mut *tx, draft, creator).await?;
        note(&mut tx, creator, (Subject("role", id), "create"), (None, Some(draft.kept()))).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn change_role<E: From<AccountError>>(
        &self,
        (id, by): (i64, &str),
        change: impl FnOnce(RoleDraft) -> Result<RoleDraft, E>,
    ) -> Result<(), E> {
        let mut tx = self.db.begin().await.map_err(AccountError::from)?;
        let stored = roles::lock(&mut *tx, id).await.map_err(AccountError::from)?.ok_or(AccountError::Missing)?;
        let draft = change(stored.clone())?;
        roles::update(&mut *tx, id, &draft).await.map_err(AccountError::from)?;
        let noted = note(&mut tx, by, (Subject("role", id), "update"), both(&stored, &draft)).await;
        noted.map_err(AccountError::from)?;
        Ok(tx.commit().await.map_err(AccountError::from)?)
    }

    pub async fn delete_role(&self, id: i64, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db.begin().await?;
        let stored = roles::lock(&mut *tx, id).await?.ok_or(AccountError::Missing)?;
        if roles::is_in_use(&mut *tx, id).await? {
            return Err(AccountError::RoleInUse);
        }
        found(roles::retire(&mut *tx, id).await?)?;
        note(&mut tx, by, (Subject("role", id), "delete"), (Some(stored.kept()), None)).await?;
        Ok(tx.commit().await?)
    }

    /// Being added twice is once.
    pub async fn add_member(&self, role: i64, user: i64, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db.begin().await?;
        found(roles::add_member(&mut *tx, role, user).await?)?;
        let member = Some(json!({ "user_id": user }));
        note(&mut tx, by, (Subject("role", role), "add_member"), (None, member)).await?;
        Ok(tx.commit().await?)
    }

    pub async fn remove_member(&self, role: i64, user: i64, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db.begin().await?;
        found(roles::remove_member(&mut *tx, role, user).await?)?;
        let member = Some(json!({ "user_id": user }));
        note(&mut tx, by, (Subject("role", role), "remove_member"), (member, None)).await?;
        Ok(tx.commit().await?)
    }
}

fn found(there: bool) -> Result<(), AccountError> {
    if there { Ok(()) } else { Err(AccountError::Missing) }
}

async fn departments_exist(tx: &mut sqlx::PgConnection, draft: &UserDraft) -> Result<(), AccountError> {
    let all = departments::exist(tx, &draft.departments).await?;
    if all { Ok(()) } else { Err(AccountError::UnknownDepartment) }
}

/// The parent exists and is not the department itself or one below it.
async fn parent_fits(
    tx: &mut sqlx::PgConnection,
    draft: &DepartmentDraft,
    own: Option<i64>,
) -> Result<(), AccountError> {
    let Some(parent) = draft.parent else { return Ok(()) };
    if !departments::exist(&mut *tx, &[parent]).await? {
        return Err(AccountError::UnknownParent);
    }
    match own {
        Some(own) if departments::is_below(tx, parent, own).await? => Err(AccountError::DepartmentLoop),
        _ => Ok(()),
    }
}

fn username_taken(error: store::Error, draft: &UserDraft) -> AccountError {
    match error.constraint() {
        Some("users_username_key") => AccountError::UsernameTaken(draft.username.clone()),
        _ => error.into(),
    }
}
