//! Opening and ending an administrator's session (behaviour §3.7, threat-model §9). The one path of the API that no layer guards.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use serde_json::json;

use super::{auth::SESSION_COOKIE, csrf, error::Failure, extract::Body, wire};
use crate::{
    app::{App, logins::Login},
    store,
};

const REFUSED: &str = "username or password is invalid";

pub async fn login(
    State(app): State<Arc<App>>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    csrf::same_origin(&headers)?;
    let body = body.or_missing("patch参数为空")?;
    let username = wire::text_or(&body, "username", "")?;
    let password = wire::text_or(&body, "password", "")?;
    let address = address.map_or_else(String::new, |Extension(ConnectInfo(address))| address.ip().to_string());
    match app.login(&username, &password, &address).await? {
        Login::Done(value) => {
            let cookie =
                Cookie::build((SESSION_COOKIE, value)).path("/").http_only(true).same_site(SameSite::Lax).build();
            let answer = Json(json!({ "code": 0, "data": {}, "msg": "" }));
            Ok((CookieJar::new().add(cookie), no_store(), answer).into_response())
        }
        Login::Refused => Err(Failure::object(REFUSED)),
        Login::Wait(wait) => {
            let mut answer =
                Failure::with_status(StatusCode::TOO_MANY_REQUESTS, "登录失败次数过多，请稍后再试").into_response();
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
            Ok(answer)
        }
    }
}

/// Ends the session, if there is one, and leads to the console.
pub async fn logout(State(app): State<Arc<App>>, jar: CookieJar) -> Result<Response, Failure> {
    if let Some(cookie) = jar.get(SESSION_COOKIE) {
        store::auth::delete_session(&app.db, &store::auth::hash(cookie.value())).await?;
    }
    let gone = Cookie::build((SESSION_COOKIE, "")).path("/").build();
    Ok((StatusCode::FOUND, [(header::LOCATION, "/manage")], jar.remove(gone)).into_response())
}

fn no_store() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}
