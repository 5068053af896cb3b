//! Who is calling. A layer over the whole of `/api/v1.0/`, before routing: an administrator's session or a signed app call
//! (behaviour §2.1), else the permission answer. Handlers name `Caller`, `Configurer` or `SessionAdmin` to say what they need.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use chrono::TimeDelta;
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq;

use super::{csrf, error::Failure};
use crate::{ambient, app::App, store, username, workflow::Authority};

pub const SESSION_COOKIE: &str = "sessionid";
const WINDOW_SECONDS: i64 = 120;
const NO_APPNAME: &str = r#"未提供appname(调用loonflow接口需要鉴权，请根据文档中"调用授权"部分说明来调用)"#;
const UNKNOWN_APP: &str =
    r#"appname未授权，请联系管理员(调用loonflow接口需要鉴权，请根据文档中"调用授权"部分说明来调用)"#;
const BAD_SIGNATURE: &str = "签名校验失败";
const OUT_OF_WINDOW: &str = "时间戳过期,请保证在120s内";

/// The app that calls, and the end user it speaks for.
#[derive(Clone, Debug)]
pub struct Caller {
    pub app: CallingApp,
    /// The user of the header, or of the session. It need not exist as a row (behaviour §2.5).
    pub username: Option<String>,
}

#[derive(Clone, Debug)]
pub enum CallingApp {
    /// An administrator's browser session: the pseudo-app `loonflow`, which may use every workflow (T-24).
    Session(store::auth::Administrator),
    Signed(store::auth::AppRow),
}

impl Caller {
    pub fn app_name(&self) -> &str {
        match &self.app {
            CallingApp::Session(_) => "loonflow",
            CallingApp::Signed(app) => &app.app_name,
        }
    }

    /// The app token whose workflow grants count; None for a session, which may use all.
    pub fn app_token_id(&self) -> Option<i64> {
        match &self.app {
            CallingApp::Session(_) => None,
            CallingApp::Signed(app) => Some(app.id),
        }
    }

    /// Who is noted as the author of what this call makes; empty for an app that speaks for nobody.
    pub fn name(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }

    pub fn sn_prefix(&self) -> &str {
        match &self.app {
            CallingApp::Signed(app) if !app.ticket_sn_prefix.is_empty() => &app.ticket_sn_prefix,
            _ => "loonflow",
        }
    }

    /// Whether administrators may intervene in tickets through this app (D-04, threat-model §3).
    pub fn authority(&self) -> Authority {
        match &self.app {
            CallingApp::Signed(app) if app.trusted => Authority::Trusted,
            CallingApp::Signed(app) if !app.may_admin => Authority::Own,
            CallingApp::Signed(_) | CallingApp::Session(_) => Authority::Administrators,
        }
    }

    /// The acting user, or the endpoint's own text for its absence.
    pub fn user(&self, missing: impl FnOnce() -> Failure) -> Result<&str, Failure> {
        self.username.as_deref().ok_or_else(missing)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Failure::unauthorised(BAD_SIGNATURE))
    }
}

/// May change configuration: an administrator's session, an app with the configuration right, or an app that an administrator
/// may act through, with an administrator as its user (D-07). Carries the name that becomes `creator`.
#[derive(Debug)]
pub struct Configurer(pub Caller);

impl FromRequestParts<Arc<App>> for Configurer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let allowed = match &caller.app {
            CallingApp::Session(_) => true,
            CallingApp::Signed(row) if row.may_configure => true,
            CallingApp::Signed(row) => row.may_admin && is_administrator(app, caller.username.as_deref()).await?,
        };
        if allowed {
            Ok(Self(caller))
        } else {
            Err(Failure::text("需要管理员会话，或具有配置权限的应用"))
        }
    }
}

async fn is_administrator(app: &App, username: Option<&str>) -> Result<bool, Failure> {
    let Some(username) = username else {
        return Ok(false);
    };
    let needs = crate::workflow::Needs { users: [username.to_owned()].into(), ..Default::default() };
    let directory = store::accounts::directory(&app.db, &needs).await?;
    Ok(directory
        .users
        .get(username)
        .is_some_and(|person| person.is_active && (person.is_admin || person.is_workflow_admin)))
}

/// An administrator's session and nothing else (behaviour §2.6, D-08).
#[derive(Debug)]
pub struct SessionAdmin(pub store::auth::Administrator);

impl<S: Send + Sync> FromRequestParts<S> for SessionAdmin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Caller::from_request_parts(parts, state).await?.app {
            CallingApp::Session(administrator) => Ok(Self(administrator)),
            CallingApp::Signed(_) => Err(Failure::object("需要管理员登录")),
        }
    }
}

/// The layer. Looks at the session first: it overrides any headers (T-24).
pub async fn authenticate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match identify(&app, request.method(), request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn identify(app: &App, method: &Method, headers: &HeaderMap) -> Result<Caller, Failure> {
    if let Some(administrator) = session(app, headers).await? {
        csrf::check(method, headers)?;
        let username = Some(administrator.username.clone());
        return Ok(Caller { app: CallingApp::Session(administrator), username });
    }
    let row = signed_app(app, headers).await?;
    let username = username(headers)?;
    Ok(Caller { app: CallingApp::Signed(row), username })
}

/// The administrator behind the request's cookie, if the session lives.
pub async fn session(app: &App, headers: &HeaderMap) -> Result<Option<store::auth::Administrator>, Failure> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(SESSION_COOKIE) else {
        return Ok(None);
    };
    let now = ambient::now();
    let (idle, absolute) = (now - TimeDelta::minutes(30), now - TimeDelta::hours(12));
    Ok(store::auth::session(&app.db, &store::auth::hash(cookie.value()), idle, absolute).await?)
}

async fn signed_app(app: &App, headers: &HeaderMap) -> Result<store::auth::AppRow, Failure> {
    let Some(name) = header(headers, "appname")?.filter(|name| !name.is_empty()) else {
        return Err(Failure::unauthorised(NO_APPNAME));
    };
    let row = store::auth::app_by_name(&app.db, &name).await?;
    let timestamp = header(headers, "timestamp")?.and_then(|text| timestamp(&text).map(|at| (text, at)));
    let signature = header(headers, "signature")?.unwrap_or_default();
    let (text, at) = timestamp.unwrap_or_default();
    // An unknown app costs the same hash and compare as a known one.
    let token = match &row {
        Some(row) => app.key.open(&row.sealed_token).map_err(|error| {
            tracing::error!(app.name = %name, %error, "an app's token cannot be opened");
            Failure::with_status(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "服务内部错误")
        })?,
        None => vec![b'0'; 36],
    };
    let good = signature_matches(&text, &token, &signature);
    let Some(row) = row else {
        return Err(Failure::unauthorised(UNKNOWN_APP));
    };
    if !good || text.is_empty() {
        return Err(Failure::unauthorised(BAD_SIGNATURE));
    }
    if (ambient::now().timestamp() - at).abs() > WINDOW_SECONDS {
        return Err(Failure::unauthorised(OUT_OF_WINDOW));
    }
    Ok(row)
}

/// ASCII digits only, 1–11 of them (threat-model §3).
fn timestamp(text: &str) -> Option<i64> {
    (1..=11).contains(&text.len()).then_some(())?;
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `signature` is the lower-case hex MD5 of timestamp and token (behaviour §2.2); compared in constant time on the raw bytes.
fn signature_matches(timestamp: &str, token: &[u8], signature: &str) -> bool {
    let wanted = Md5::new().chain_update(timestamp).chain_update(token).finalize();
    let mut given = [0; 16];
    let lower = !signature.bytes().any(|b| b.is_ascii_uppercase());
    let decoded = hex::decode_to_slice(signature, &mut given).is_ok();
    bool::from(wanted.as_slice().ct_eq(&given)) && decoded && lower
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

/// The end user's name: 1–100 characters of NFC text, one name, not one the engine acts under (threat-model §3).
fn username(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(name) = header(headers, "username")?.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    if username::is_fit(&name) { Ok(Some(name)) } else { Err(Failure::unauthorised("username不合法")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_md5_of_timestamp_and_token_in_lower_case() {
        let (stamp, token) = ("1524000000", b"8cd585da-3cc6-11e8-9946-784f437daad6");
        let good = hex::encode(Md5::new().chain_update(stamp).chain_update(token).finalize());
        assert!(signature_matches(stamp, token, &good));
        assert!(!signature_matches(stamp, token, &good.to_uppercase()) || good.bytes().all(|b| b.is_ascii_digit()));
        for bad in ["", "x", "00", &good[1..], &format!("{good}0"), &"0".repeat(32)] {
            assert!(!signature_matches(stamp, token, bad), "{bad}");
        }
    }

    #[test]
    fn only_digits_are_a_timestamp() {
        assert_eq!(timestamp("1524000000"), Some(1_524_000_000));
        for bad in ["", "-1", "+1", "1.5", " 1", "123456789012", "一"] {
            assert_eq!(timestamp(bad), None, "{bad}");
        }
    }
}
