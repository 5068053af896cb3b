//! Signed app calls: reads the headers, checks the signature of the app's scheme, then what the app is held to (behaviour §2.2, §2.3;
//! threat-model §3). The texts of v1's failures are loonflow's, byte for byte; what was never checked before has texts of its own.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest as _, OriginalUri, Request},
    http::{HeaderMap, StatusCode, request::Parts},
};
use sha2::{Digest as _, Sha256};

use super::{client::Client, error::Failure, extract, layers};
use crate::{
    ambient,
    app::{
        App,
        app_tokens::{self, Secret},
        door::{Place, Uploader},
    },
    signature::{self, Signed, Version},
    store::auth::{self, AppGuard, AppRow},
    username,
};

const WINDOW_SECONDS: i64 = 120;
const NO_APPNAME: &str = r#"未提供appname(调用loonflow接口需要鉴权，请根据文档中"调用授权"部分说明来调用)"#;
const UNKNOWN_APP: &str =
    r#"appname未授权，请联系管理员(调用loonflow接口需要鉴权，请根据文档中"调用授权"部分说明来调用)"#;
pub(super) const BAD_SIGNATURE: &str = "签名校验失败";
const OUT_OF_WINDOW: &str = "时间戳过期,请保证在120s内";
const UNKNOWN_VERSION: &str = "signature-version不支持";
const VERSION_TOO_LOW: &str = "该应用要求使用signature-version 2";
const FOREIGN_ADDRESS: &str = "来源地址不在该应用的允许范围内";
const FOREIGN_USER: &str = "该应用不允许使用此username";
const REPEATED: &str = "重复的请求，已被拒绝";

/// What the headers claim.
struct Claim {
    app: String,
    /// As sent, and as a number; empty where it is no timestamp.
    timestamp: (String, i64),
    signature: String,
    version: Option<Version>,
    nonce: String,
    /// As sent; whether it is a fit name is asked last, as it always was.
    username: Option<String>,
}

impl Claim {
    fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let Some(app) = header(headers, "appname")?.filter(|name| !name.is_empty()) else {
            return Err(Failure::unauthorised(NO_APPNAME));
        };
        let stamped = header(headers, "timestamp")?.and_then(|text| timestamp(&text).map(|at| (text, at)));
        Ok(Self {
            app,
            timestamp: stamped.unwrap_or_default(),
            signature: header(headers, "signature")?.unwrap_or_default(),
            version: match header(headers, "signature-version")?.as_deref() {
                None => Some(Version::V1),
                Some(text) => text.parse().ok().and_then(Version::from_number),
            },
            nonce: header(headers, "nonce")?.unwrap_or_default(),
            username: header(headers, "username")?.filter(|name| !name.is_empty()),
        })
    }

    fn is_timely(&self) -> bool {
        (ambient::now().timestamp() - self.timestamp.1).abs() <= WINDOW_SECONDS
    }

    fn username(&self) -> Result<Option<String>, Failure> {
        match &self.username {
            Some(name) if !username::is_fit(name) => Err(Failure::unauthorised("username不合法")),
            name => Ok(name.clone()),
        }
    }
}

/// The app and the user of a signed call. The body is read where the signature or the replay check covers it, and put back.
pub(super) async fn check(app: &Arc<App>, request: Request) -> Result<(AppRow, Option<String>, Request), Failure> {
    let client = request.extensions().get::<Client>().copied().unwrap_or_default();
    let checked = checked(app, request, client).await;
    if checked.as_ref().is_err_and(|failure| failure.status == StatusCode::OK) {
        app.door.failed(Place::of(client.address));
    }
    checked
}

async fn checked(
    app: &Arc<App>,
    request: Request,
    client: Client,
) -> Result<(AppRow, Option<String>, Request), Failure> {
    let claim = Claim::read(request.headers())?;
    let version = claim.version.ok_or_else(|| Failure::unauthorised(UNKNOWN_VERSION))?;
    let (row, guard) = auth::app_by_name(&app.db, &claim.app).await?.unzip();
    let replay_check = guard.as_ref().is_some_and(|guard| guard.rules.replay_check) && !request.method().is_safe();
    if guard.as_ref().is_some_and(|guard| version < guard.rules.min_version) {
        // nothing is kept that a v1 signature of this app could be checked with
        return Err(Failure::unauthorised(VERSION_TOO_LOW));
    }
    let covers_body = version == Version::V2 || replay_check;
    let target = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri().clone(), |uri| uri.0.clone());
    let method = request.method().clone();
    let signed = Signed {
        method: method.as_str(),
        target: target.path_and_query().map_or("/", |target| target.as_str()),
        timestamp: &claim.timestamp.0,
        nonce: &claim.nonce,
        app: &claim.app,
        username: claim.username.as_deref().unwrap_or_default(),
        body: &[],
    };
    // v1 covers nothing but the time, so no body is waited for
    let early = match version {
        Version::V1 => Some(is_genuine(app, guard.as_ref(), version, (&signed, &claim.signature))?),
        Version::V2 => None,
    };
    // an upload is the one kind of body that nobody has read yet; it is large, so what can be refused without it is
    let upload = covers_body && layers::is_upload(&request);
    if upload && guard.is_none() {
        return Err(Failure::unauthorised(UNKNOWN_APP));
    }
    if upload && early == Some(false) {
        return Err(Failure::unauthorised(BAD_SIGNATURE));
    }
    if upload && !claim.is_timely() {
        return Err(Failure::unauthorised(OUT_OF_WINDOW));
    }
    let turn = if upload { Some(app.door.upload(Uploader::Unproven).await?) } else { None };
    let (request, body) = if covers_body { whole(request).await? } else { (request, Bytes::new()) };
    let call = Signed { body: &body, ..signed };
    let genuine = match early {
        Some(genuine) => genuine,
        None => is_genuine(app, guard.as_ref(), version, (&call, &claim.signature))?,
    };
    drop(turn);
    let (Some(row), Some(guard)) = (row, guard) else {
        return Err(Failure::unauthorised(UNKNOWN_APP));
    };
    if !genuine || claim.timestamp.0.is_empty() {
        return Err(Failure::unauthorised(BAD_SIGNATURE));
    }
    if !claim.is_timely() {
        return Err(Failure::unauthorised(OUT_OF_WINDOW));
    }
    let username = claim.username()?;
    hold(app, &row, &guard, (client, username.as_deref()))?;
    let mark = match version {
        Version::V2 => Some(mark(["nonce", call.nonce].map(str::as_bytes))),
        Version::V1 if replay_check => Some(mark([
            b"v1",
            claim.signature.as_bytes(),
            call.method.as_bytes(),
            call.target.as_bytes(),
            call.username.as_bytes(),
            &body,
        ])),
        Version::V1 => None,
    };
    // last, so that a call that was refused for something else may come again
    if let Some(mark) = mark
        && !app.is_first_call(row.id, &mark).await?
    {
        return Err(Failure::unauthorised(REPEATED));
    }
    Ok((row, username, request))
}

/// Whether one of the app's live secrets made the signature. Both are tried whatever the first one says, and for an unknown app one
/// that nobody has.
fn is_genuine(
    app: &App,
    guard: Option<&AppGuard>,
    version: Version,
    (call, signature): (&Signed<'_>, &str),
) -> Result<bool, Failure> {
    let open = |sealed| app_tokens::open(&app.key, sealed);
    let secrets = match guard {
        Some(guard) => [Some(open(&guard.secret)?), guard.former.as_ref().map(open).transpose()?],
        None => [Some(Secret::nobodys()), None],
    };
    let mut genuine = false;
    for secret in secrets.iter().flatten() {
        genuine |= match version {
            Version::V1 => secret.verifies_v1(call.timestamp, signature),
            Version::V2 => secret.verifies_v2(call, signature) && signature::is_nonce(call.nonce),
        };
    }
    Ok(genuine)
}

/// What the app is held to, once it is known to be the app.
fn hold(app: &App, row: &AppRow, guard: &AppGuard, (client, username): (Client, Option<&str>)) -> Result<(), Failure> {
    let rules = &guard.rules;
    if !rules.admit_address(client.address) {
        return Err(Failure::unauthorised(FOREIGN_ADDRESS));
    }
    if !rules.admit_user(username) {
        return Err(Failure::unauthorised(FOREIGN_USER));
    }
    let slow_down = |wait| Failure::too_many("请求过于频繁，请稍后再试", wait);
    app.door.call(row.id, rules.rate_per_minute).map_err(slow_down)
}

/// The request's body, and the request with it.
async fn whole(request: Request) -> Result<(Request, Bytes), Failure> {
    let (parts, body): (Parts, _) = request.into_parts();
    let read = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let bytes = read.map_err(|rejection| extract::unreadable(&rejection))?;
    Ok((Request::from_parts(parts, bytes.clone().into()), bytes))
}

/// A hash of texts, each with its length, so that no two lists of texts have the same.
fn mark<const N: usize>(texts: [&[u8]; N]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// ASCII digits only, 1–11 of them (threat-model §3).
fn timestamp(text: &str) -> Option<i64> {
    (1..=11).contains(&text.len()).then_some(())?;
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A header that may stand once at most, as UTF-8.
fn header(headers: &HeaderMap, name: &str) -> Result<Option<String>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Failure::unauthorised(BAD_SIGNATURE));
    }
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| Failure::unauthorised(BAD_SIGNATURE))?;
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests;
