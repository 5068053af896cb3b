//! The header `Idempotency-Key` (I18): a caller that does not know whether its creation arrived sends it again and gets the first
//! one's answer. What makes two requests the same is decided here; keeping the answer is `store::idempotency`.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{auth::Caller, error::Failure};
use crate::store::idempotency::Key;

const CHARACTERS: std::ops::RangeInclusive<usize> = 1..=200;

/// The header's text, if it came.
#[derive(Debug)]
pub struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let (value, more) = (values.next(), values.next());
        let Some(value) = value else { return Ok(Self(None)) };
        let text = value.to_str().ok().filter(|text| text.bytes().all(|b| b.is_ascii_graphic()));
        match text.filter(|text| more.is_none() && CHARACTERS.contains(&text.len())) {
            Some(text) => Ok(Self(Some(text.to_owned()))),
            None => Err(Failure::object("Idempotency-Key不合法，须为1到200个可见的ASCII字符")),
        }
    }
}

impl IdempotencyKey {
    /// The key of this caller's request. The user belongs to what was asked: the ticket would be theirs.
    pub fn of(self, caller: &Caller, username: &str, body: &Map<String, Value>) -> Option<Key> {
        let key = self.0?;
        let mut hash = Sha256::new_with_prefix((username.len() as u64).to_be_bytes());
        hash.update(username);
        for (name, value) in body {
            // as JSON, so that a text cannot look like the end of one and the beginning of another
            hash.update(Value::from(name.as_str()).to_string());
            hash.update(value.to_string());
        }
        Some(Key { app_token: caller.app_token_id(), key, body_hash: hash.finalize().into() })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{
        body::Body,
        http::{Method, Request},
    };
    use serde_json::{Value, json};

    use crate::http::testing::{As, Server, done, request, server};

    /// A workflow with a start and an end: the body that creates a ticket in it.
    async fn creation(server: &Server) -> Value {
        let workflow = server.workflow().await;
        let mut states = Vec::new();
        for kind in [1, 2] {
            let body = json!({ "name": "s", "type_id": kind, "state_field_str": "{\"title\":2}" });
            let made = server.admin(Method::POST, &format!("/workflows/{workflow}/states"), body).await;
            states.push(made["state_id"].clone());
        }
        let body = json!({ "name": "t", "source_state_id": states[0], "destination_state_id": states[1], "attribute_type_id": 1,
                           "field_require_check": 1 });
        let made = server.admin(Method::POST, &format!("/workflows/{workflow}/transitions"), body).await;
        json!({ "workflow_id": workflow, "transition_id": made["value"]["transition_id"], "title": "t" })
    }

    fn keyed(caller: &As<'_>, key: &str, body: &Value) -> Request<Body> {
        let mut request = request(caller, Method::POST, "/tickets", body);
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        request
    }

    async fn total(server: &Server) -> Value {
        server.admin(Method::GET, "/tickets?category=all", json!(null)).await["total"].clone()
    }

    #[tokio::test]
    async fn i18_the_same_creation_with_the_same_key_makes_one_ticket() {
        let server = server().await;
        let body = creation(&server).await;
        let workflow = body["workflow_id"].to_string();
        let app = |name: &str| json!({ "app_name": name, "workflow_ids": workflow });
        let oa = server.admin(Method::POST, "/accounts/app_token", app("oa")).await;
        let ops = server.admin(Method::POST, "/accounts/app_token", app("ops")).await;
        let (oa, ops) = (oa["token"].as_str().unwrap(), ops["token"].as_str().unwrap());
        let lisi = As::App("oa", oa, "lisi");
        let first = server.send(keyed(&lisi, "key-1", &body)).await;
        let again = server.send(keyed(&lisi, "key-1", &body)).await;
        assert_eq!(first, again);
        let id = done(first)["ticket_id"].clone();
        assert_eq!(total(&server).await, 1);

        let mut other = body.clone();
        other["title"] = "u".into();
        let refused = json!({ "code": -1, "data": {}, "msg": "Idempotency-Key已用于内容不同的请求" });
        assert_eq!(server.send(keyed(&lisi, "key-1", &other)).await.1, refused);
        let lilei = As::App("oa", oa, "lilei");
        assert_eq!(server.send(keyed(&lilei, "key-1", &body)).await.1, refused);
        assert_eq!(total(&server).await, 1);

        let mut ids = vec![id];
        for request in [
            keyed(&lisi, "key-2", &body),
            keyed(&As::App("ops", ops, "lisi"), "key-1", &body),
            keyed(&As::Admin, "key-1", &body),
            request(&lisi, Method::POST, "/tickets", &body),
            request(&lisi, Method::POST, "/tickets", &body),
        ] {
            let id = done(server.send(request).await)["ticket_id"].clone();
            assert!(!ids.contains(&id));
            ids.push(id);
        }
        assert_eq!(done(server.send(keyed(&As::Admin, "key-1", &body)).await)["ticket_id"], ids[3]);
        assert_eq!(total(&server).await, 6);
    }

    #[tokio::test]
    async fn i18_a_refused_creation_leaves_its_key_free() {
        let server = server().await;
        let mut body = creation(&server).await;
        body.as_object_mut().unwrap().remove("title");
        let (_, refused) = server.send(keyed(&As::Admin, "key", &body)).await;
        assert_eq!(refused["code"], -1);
        body["title"] = "t".into();
        done(server.send(keyed(&As::Admin, "key", &body)).await);
        for bad in ["", &"x".repeat(201), "a b", "é"] {
            let mut request = request(&As::Admin, Method::POST, "/tickets", &body);
            request.headers_mut().insert("idempotency-key", bad.try_into().unwrap());
            assert_eq!(server.send(request).await.1["code"], -1, "{bad}");
        }
        let mut twice = keyed(&As::Admin, "a", &body);
        twice.headers_mut().append("idempotency-key", "b".parse().unwrap());
        assert_eq!(server.send(twice).await.1["code"], -1);
        assert_eq!(total(&server).await, 1);
    }
}
