//! How a call is signed, both ways: callers sign what they send to gavia, gavia signs what it sends to hooks. v1 is loonflow's, kept
//! for its callers; v2 covers the whole call (threat-model §3, F-05, D-27). Pure: the clock, the nonce and who may call are elsewhere.
//! The schemes are published in docs/signature.md, whose test vectors the tests below check.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

const V2_INFO: &[u8] = b"gavia-api-v2";
const KEY_BYTES: usize = 32;

/// A scheme; a later one is stronger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    #[default]
    V1,
    V2,
}

impl Version {
    pub fn number(self) -> i16 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    pub fn from_number(number: i64) -> Option<Self> {
        [Self::V1, Self::V2].into_iter().find(|version| i64::from(version.number()) == number)
    }
}

/// Lower-case hex MD5 of timestamp and token (behaviour §2.2).
pub fn v1(timestamp: &str, token: &[u8]) -> String {
    hex::encode(v1_bytes(timestamp, token))
}

/// Compares in constant time on the raw bytes; upper-case hex is another signature, as it always was.
pub fn v1_matches(timestamp: &str, token: &[u8], signature: &str) -> bool {
    matches(&v1_bytes(timestamp, token), signature)
}

fn v1_bytes(timestamp: &str, token: &[u8]) -> [u8; 16] {
    Md5::new().chain_update(timestamp).chain_update(token).finalize().into()
}

fn matches<const N: usize>(wanted: &[u8; N], signature: &str) -> bool {
    let mut given = [0; N];
    let lower = !signature.bytes().any(|b| b.is_ascii_uppercase());
    let decoded = hex::decode_to_slice(signature, &mut given).is_ok();
    bool::from(wanted.ct_eq(&given)) && decoded && lower
}

/// What a v2 signature covers. Texts are as sent: none of them can hold a line end in HTTP, so no two calls sign the same bytes.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Path and query of the request line, not decoded.
    pub target: &'a str,
    pub timestamp: &'a str,
    pub nonce: &'a str,
    /// Empty in what gavia sends.
    pub app: &'a str,
    /// Empty where nobody is named.
    pub username: &'a str,
    pub body: &'a [u8],
}

/// The key of v2 signatures, derived from a token; the token cannot be told from it.
#[derive(Clone)]
pub struct V2Key([u8; KEY_BYTES]);

impl V2Key {
    pub fn derive(token: &[u8]) -> Self {
        let mut key = [0; KEY_BYTES];
        Hkdf::<Sha256>::new(None, token).expand(V2_INFO, &mut key).expect("32 bytes are within what HKDF-SHA256 gives");
        Self(key)
    }

    /// None for bytes that are no key.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn sign(&self, call: &Signed<'_>) -> String {
        hex::encode(self.sign_bytes(call))
    }

    /// Compares in constant time.
    pub fn verifies(&self, call: &Signed<'_>, signature: &str) -> bool {
        matches(&self.sign_bytes(call), signature)
    }

    fn sign_bytes(&self, call: &Signed<'_>) -> [u8; 32] {
        let body = hex::encode(Sha256::digest(call.body));
        let parts = ["v2", call.method, call.target, call.timestamp, call.nonce, call.app, call.username, &body];
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(parts.join("\n").as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for V2Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("V2Key")
    }
}

/// A nonce: 16–64 characters of base64url.
pub fn is_nonce(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A call that gavia makes itself, to a hook or a webhook.
#[derive(Clone, Copy, Debug)]
pub struct Outbound<'a> {
    /// What the receiver shares with gavia: the hook token.
    pub token: &'a str,
    pub method: &'a str,
    /// Path and query as they go into the request line.
    pub target: &'a str,
    pub body: &'a [u8],
    /// Unix seconds.
    pub timestamp: i64,
    /// Fresh for each attempt; see `is_nonce`.
    pub nonce: &'a str,
}

/// The headers that sign an outbound call: `signature` and `timestamp` as loonflow documents them for hooks, and beside them
/// `signature-v2` with its `nonce`. App and user name are empty in what v2 covers.
pub fn outbound_headers(call: &Outbound<'_>) -> [(&'static str, String); 4] {
    let timestamp = call.timestamp.to_string();
    let signed = Signed {
        method: call.method,
        target: call.target,
        timestamp: &timestamp,
        nonce: call.nonce,
        app: "",
        username: "",
        body: call.body,
    };
    let v2 = V2Key::derive(call.token.as_bytes()).sign(&signed);
    [
        ("signature", v1(&timestamp, call.token.as_bytes())),
        ("timestamp", timestamp.clone()),
        ("nonce", call.nonce.to_owned()),
        ("signature-v2", v2),
    ]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::Value;

    use super::*;

    const PUBLISHED: &str = include_str!("../../docs/signature.md");

    fn vectors() -> Vec<Value> {
        let block = PUBLISHED.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        let vectors: Vec<Value> = serde_json::from_str(block).unwrap();
        assert!(vectors.len() >= 4);
        vectors
    }

    fn signed(vector: &Value) -> Signed<'_> {
        let text = |key: &str| vector[key].as_str().unwrap();
        Signed {
            method: text("method"),
            target: text("target"),
            timestamp: text("timestamp"),
            nonce: text("nonce"),
            app: text("appname"),
            username: text("username"),
            body: text("body").as_bytes(),
        }
    }

    #[test]
    fn d27_the_published_vectors_hold() {
        for vector in vectors() {
            let text = |key: &str| vector[key].as_str().unwrap();
            let (call, key) = (signed(&vector), V2Key::derive(text("token").as_bytes()));
            assert_eq!(v1(text("timestamp"), text("token").as_bytes()), text("v1"), "{vector}");
            assert_eq!(hex::encode(key.bytes()), text("key"), "{vector}");
            assert_eq!(key.sign(&call), text("v2"), "{vector}");
            assert!(v1_matches(text("timestamp"), text("token").as_bytes(), text("v1")));
            assert!(key.verifies(&call, text("v2")));
        }
    }

    #[test]
    fn f05_a_v2_signature_holds_for_one_call_only() {
        let vectors = vectors();
        let (vector, key) = (&vectors[0], V2Key::derive(vectors[0]["token"].as_str().unwrap().as_bytes()));
        let (call, good) = (signed(vector), vector["v2"].as_str().unwrap());
        let others = [
            Signed { method: "PATCH", ..call },
            Signed { target: "/api/v1.0/tickets/2", ..call },
            Signed { timestamp: "1524000001", ..call },
            Signed { nonce: "another-nonce-0123", ..call },
            Signed { app: "other", ..call },
            Signed { username: "other", ..call },
            Signed { body: b"{}", ..call },
        ];
        for other in others {
            assert!(!key.verifies(&other, good), "{other:?}");
        }
        assert!(!V2Key::derive(b"another token").verifies(&call, good));
    }

    #[test]
    fn the_signature_is_md5_of_timestamp_and_token_in_lower_case() {
        let (stamp, token) = ("1524000000", b"8cd585da-3cc6-11e8-9946-784f437daad6");
        let good = v1(stamp, token);
        assert!(v1_matches(stamp, token, &good));
        assert!(good.bytes().any(|b| b.is_ascii_lowercase()) && !v1_matches(stamp, token, &good.to_uppercase()));
        for bad in ["", "x", "00", &good[1..], &format!("{good}0"), &"0".repeat(32)] {
            assert!(!v1_matches(stamp, token, bad), "{bad}");
        }
    }

    #[test]
    fn an_outbound_call_carries_both_signatures_of_the_published_vector() {
        let vectors = vectors();
        let vector = vectors.iter().find(|vector| vector["appname"] == "").unwrap();
        let text = |key: &str| vector[key].as_str().unwrap();
        let headers = outbound_headers(&Outbound {
            token: text("token"),
            method: text("method"),
            target: text("target"),
            body: text("body").as_bytes(),
            timestamp: text("timestamp").parse().unwrap(),
            nonce: text("nonce"),
        });
        let wanted = [("signature", "v1"), ("timestamp", "timestamp"), ("nonce", "nonce"), ("signature-v2", "v2")];
        assert_eq!(headers, wanted.map(|(header, key)| (header, text(key).to_owned())));
    }

    #[test]
    fn a_nonce_is_16_to_64_characters_of_base64url() {
        for good in ["0123456789abcdef", "-_AZaz09-_AZaz09", &"a".repeat(64)] {
            assert!(is_nonce(good), "{good}");
        }
        for bad in ["", "0123456789abcde", "0123456789abcde+", "0123456789abcde ", &"a".repeat(65), "一二三四五六"]
        {
            assert!(!is_nonce(bad), "{bad}");
        }
    }
}
