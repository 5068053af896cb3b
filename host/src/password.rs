//! Passwords of people who sign in: what is long enough, what is kept of one (Argon2id, 19 MiB, two passes), comparing. Hashing takes
//! tens of milliseconds of one core by intent, so it runs on the blocking threads.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::task::spawn_blocking;

use crate::ambient;

/// Characters (threat-model §9).
pub const LENGTH_MIN: usize = 12;
/// Bytes; past it hashing is only work for whoever sends them.
const BYTES_MAX: usize = 1024;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a password has at least {LENGTH_MIN} characters")]
    TooShort,
    #[error("a password has at most {BYTES_MAX} bytes")]
    TooLong,
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

/// What to keep of a new password.
pub async fn hash(password: String) -> Result<String, Error> {
    if password.chars().count() < LENGTH_MIN {
        return Err(Error::TooShort);
    }
    if password.len() > BYTES_MAX {
        return Err(Error::TooLong);
    }
    let hashed = spawn_blocking(move || {
        let salt = ambient::random::<16>();
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash: PasswordHash| hash.to_string())
    });
    let hashed = hashed.await.map_err(|error| Error::Hash(error.to_string()))?;
    hashed.map_err(|error| Error::Hash(error.to_string()))
}

/// Whether `password` is the one of which `kept` was kept. Nobody's (None) costs as much time as somebody's.
pub async fn verify(password: String, kept: Option<String>) -> bool {
    if password.len() > BYTES_MAX {
        return false;
    }
    let verified = spawn_blocking(move || {
        let Some(kept) = kept else {
            let _: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &[0; 16]);
            return false;
        };
        let kept = PasswordHash::new(&kept);
        kept.is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
    });
    verified.await.unwrap_or(false)
}

/// A password that nobody thought of: 24 characters of 4 bits, in groups.
pub fn generate() -> String {
    let hex = hex::encode(ambient::random::<12>());
    [&hex[..6], &hex[6..12], &hex[12..18], &hex[18..]].join("-")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_matches_what_was_kept() {
        let kept = hash("correct horse".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,"), "{kept}");
        assert!(verify("correct horse".into(), Some(kept.clone())).await);
        assert!(!verify("correct horse ".into(), Some(kept.clone())).await);
        assert_ne!(hash("correct horse".into()).await.unwrap(), kept);
        assert!(!verify("correct horse".into(), None).await);
        assert!(!verify("correct horse".into(), Some("correct horse".into())).await);
    }

    #[tokio::test]
    async fn a_short_password_is_refused_by_its_characters() {
        assert!(matches!(hash("短短短短短短短短短短短".into()).await, Err(Error::TooShort)));
        assert!(hash("一二三四五六七八九十一二".into()).await.is_ok());
        assert!(matches!(hash("a".repeat(2000)).await, Err(Error::TooLong)));
    }

    #[test]
    fn a_generated_password_is_long_enough_and_new() {
        assert!(generate().len() >= LENGTH_MIN);
        assert_ne!(generate(), generate());
    }
}
