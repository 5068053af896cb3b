//! Secrets at rest: what the database keeps of app tokens and other shared secrets is sealed with one key that the
//! database does not hold (design.md §8). Which key is used is configuration; this file only seals and opens.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use sha2::{Digest, Sha256};

use crate::ambient;

const NONCE_BYTES: usize = 24;

/// The key that seals secrets; never printed.
#[derive(Clone)]
pub struct SealingKey {
    cipher: XChaCha20Poly1305,
    id: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("an encryption key is 32 bytes in base64; make one with `gavia key generate`")]
    NotAKey,
    #[error("a stored secret cannot be opened: it is damaged or was sealed with another key")]
    CannotOpen,
}

impl SealingKey {
    /// Reads the base64 text of 32 bytes; white space around it is ignored.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SealError::NotAKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| SealError::NotAKey)?;
        let id = hex::encode(&Sha256::new().chain_update(b"gavia key id").chain_update(bytes).finalize()[..8]);
        Ok(Self { cipher: XChaCha20Poly1305::new(&bytes.into()), id })
    }

    /// A fresh key as base64 text.
    pub fn generate() -> String {
        STANDARD.encode(ambient::random::<32>())
    }

    /// Names the key without giving it away: 16 hex characters.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Nonce and ciphertext in one.
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let nonce = ambient::random::<NONCE_BYTES>();
        let sealed =
            self.cipher.encrypt(&XNonce::from(nonce), plain).expect("sealing a short text in memory cannot fail");
        [&nonce[..], &sealed].concat()
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(SealError::CannotOpen)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SealError::CannotOpen)?;
        self.cipher.decrypt(&XNonce::from(nonce), sealed).map_err(|_| SealError::CannotOpen)
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingKey({})", self.id)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let (one, other) = (SealingKey::generate(), SealingKey::generate());
        let (one, other) = (SealingKey::from_base64(&one).unwrap(), SealingKey::from_base64(&other).unwrap());
        let sealed = one.seal(b"token");
        assert_eq!(one.open(&sealed).unwrap(), b"token");
        assert!(other.open(&sealed).is_err());
        assert!(one.open(&sealed[..10]).is_err());
        assert_ne!(one.id(), other.id());
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(SealingKey::from_base64("c2hvcnQ=").is_err());
    }
}
