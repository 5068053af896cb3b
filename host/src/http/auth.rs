//! Who is calling. A layer over the whole of `/api/v1.0/`, before routing: an administrator's session or a signed app call
//! (behaviour §2.1), else the permission answer. Handlers name `Caller`, `Configurer` or `SessionAdmin` to say what they need.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use chrono::TimeDelta;

use super::{csrf, error::Failure, signed};
use crate::{
    ambient,
    app::App,
    store::{self, auth::SignOfLife},
    workflow::Authority,
};

pub const SESSION_COOKIE: &str = "sessionid";
/// How long a session lives that nobody uses, and how long at most.
pub const SESSION_IDLE: TimeDelta = TimeDelta::minutes(30);
pub const SESSION_LONGEST: TimeDelta = TimeDelta::hours(12);

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
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Failure::unauthorised(signed::BAD_SIGNATURE))
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
pub async fn authenticate(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match identify(&app, request).await {
        Ok((caller, mut request)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn identify(app: &Arc<App>, request: Request) -> Result<(Caller, Request), Failure> {
    if let Some(administrator) = session(app, request.headers()).await? {
        csrf::check(request.method(), request.headers())?;
        let username = Some(administrator.username.clone());
        return Ok((Caller { app: CallingApp::Session(administrator), username }, request));
    }
    let (row, username, request) = signed::check(app, request).await?;
    Ok((Caller { app: CallingApp::Signed(row), username }, request))
}

/// Sent by the console with what it asks although nobody has touched it for a while.
const BY_ITSELF: &str = "x-gavia-background";

/// The administrator behind the request's cookie, if the session lives.
pub async fn session(app: &App, headers: &HeaderMap) -> Result<Option<store::auth::Administrator>, Failure> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(SESSION_COOKIE) else {
        return Ok(None);
    };
    let now = ambient::now();
    let since = (now - SESSION_IDLE, now - SESSION_LONGEST);
    let sign = if headers.contains_key(BY_ITSELF) { SignOfLife::Page } else { SignOfLife::Person };
    Ok(store::auth::session(&app.db, &store::auth::hash(cookie.value()), since, sign).await?)
}
