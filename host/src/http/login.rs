//! Opening and ending an administrator's session (behaviour §3.7, threat-model §9). The one path of the API that no layer guards.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use serde_json::json;

use super::{auth::SESSION_COOKIE, client::Client, csrf, error::Failure, extract::Body, wire};
use crate::app::{self, App, door::Place, logins::Login};

const REFUSED: &str = "username or password is invalid";

pub async fn login(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    jar: CookieJar,
    body: Body,
) -> Result<Response, Failure> {
    csrf::same_origin(&headers)?;
    let body = body.or_missing("patch参数为空")?;
    let username = wire::text_or(&body, "username", "")?;
    let password = wire::text_or(&body, "password", "")?;
    match app.login(&username, &password, Place::of(client.address)).await? {
        Login::Done(opened) => {
            end(&app, &jar).await?;
            let answer = Json(json!({ "code": 0, "data": {}, "msg": "" }));
            Ok((opening(opened.cookie, client), no_store(), answer).into_response())
        }
        Login::Refused => Err(Failure::object(REFUSED)),
        Login::Wait(wait) => Err(Failure::too_many("登录失败次数过多，请稍后再试", wait)),
    }
}

/// Ends the session, if there is one, and leads to the console.
pub async fn logout(State(app): State<Arc<App>>, jar: CookieJar) -> Result<Response, Failure> {
    end(&app, &jar).await?;
    Ok((StatusCode::FOUND, [(header::LOCATION, "/manage")], closing(jar)).into_response())
}

/// Ends the session that the browser has, if it has one.
pub(super) async fn end(app: &App, jar: &CookieJar) -> Result<(), app::Error> {
    match jar.get(SESSION_COOKIE) {
        Some(cookie) => app.logout(cookie.value()).await,
        None => Ok(()),
    }
}

/// Gives the browser its new session.
pub(super) fn opening(value: String, client: Client) -> CookieJar {
    let cookie = Cookie::build((SESSION_COOKIE, value)).path("/").http_only(true).same_site(SameSite::Lax);
    let cookie = if client.secure { cookie.secure(true) } else { cookie }.build();
    CookieJar::new().add(cookie)
}

/// Takes the browser's session away.
pub(super) fn closing(jar: CookieJar) -> CookieJar {
    jar.remove(Cookie::build((SESSION_COOKIE, "")).path("/").build())
}

fn no_store() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::net::SocketAddr;

    use axum::{
        body::Body,
        extract::ConnectInfo,
        http::{Method, Request, StatusCode},
    };
    use serde_json::{Value, json};

    use crate::{
        app::door::DoorSettings,
        http::testing::{As, Server, server, server_behind},
    };

    /// A login through the proxy 10.0.0.1, which names this client.
    fn proxied(client: &str, password: &str) -> Request<Body> {
        let body = json!({ "username": "admin", "password": password }).to_string();
        let request = Request::post("/api/v1.0/accounts/login").header("x-forwarded-for", client);
        let mut request = request.header("x-forwarded-proto", "https").body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711))));
        request
    }

    async fn login(server: &Server, username: &str, password: &str) -> (StatusCode, Value) {
        let body = json!({ "username": username, "password": password });
        server.call(&As::Nobody, Method::POST, "/accounts/login", &body).await
    }

    #[tokio::test]
    async fn f18_after_five_failures_even_the_right_password_waits_for_this_account_only() {
        let server = server().await;
        for (name, admin) in [("boss", true), ("other", true), ("lilei", false)] {
            let body = json!({ "username": name, "password": "Right-pass-2020", "is_admin": admin });
            server.admin(Method::POST, "/accounts/users", body).await;
        }
        let refused = (StatusCode::OK, json!({ "code": -1, "data": {}, "msg": "username or password is invalid" }));
        for name in ["lilei", "ghost", "loonrobot", &"x".repeat(1_000_000)] {
            assert_eq!(login(&server, name, "Right-pass-2020").await, refused, "{}", &name[..5]);
        }
        for _ in 0..5 {
            assert_eq!(login(&server, "boss", "wrong").await, refused);
        }
        assert_eq!(login(&server, "boss", "Right-pass-2020").await.0, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            login(&server, "other", "Right-pass-2020").await,
            (StatusCode::OK, json!({ "code": 0, "data": {}, "msg": "" }))
        );
    }

    #[tokio::test]
    async fn guesses_that_come_all_at_once_wait_for_each_others_failures() {
        let server = server().await;
        let tries = (0..30).map(|_| login(&server, "admin", "wrong"));
        let answers = futures::future::join_all(tries).await;
        let judged = answers.iter().filter(|answer| answer.0 == StatusCode::OK).count();
        assert!((5..=6).contains(&judged), "{judged} guesses were judged");
    }

    #[tokio::test]
    async fn a_login_ends_the_session_that_the_browser_had() {
        let server = server().await;
        server.set_password("Right-pass-2020").await;
        let body = json!({ "username": "admin", "password": "Right-pass-2020" }).to_string();
        let request = |cookie: &str| {
            let request = Request::post("/api/v1.0/accounts/login").header("cookie", format!("sessionid={cookie}"));
            request.body(Body::from(body.clone())).unwrap()
        };
        let first = server.cookie(request("none")).await;
        let second = server.cookie(request(&first)).await;
        assert_ne!(first, second);
        for (cookie, code) in [(&first, -1), (&second, 0)] {
            let read = Request::get("/api/v1.0/accounts/users").header("cookie", format!("sessionid={cookie}"));
            let (_, answer) = server.send(read.body(Body::empty()).unwrap()).await;
            assert_eq!(answer["code"], code);
        }
    }

    #[tokio::test]
    async fn f18_who_guesses_from_elsewhere_waits_and_the_owner_at_his_own_place_does_not() {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let server = server_behind(DoorSettings { trusted_proxies: proxies, ..DoorSettings::default() }).await;
        server.set_password("Right-pass-2020").await;
        let good = async |client: &str| server.response(proxied(client, "Right-pass-2020")).await;
        let cookie = good("198.51.100.1").await.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("Secure"), "the proxy says that the client came by TLS: {cookie}");
        for n in 1..=5 {
            server.send(proxied(&format!("203.0.113.{n}"), "wrong")).await;
        }
        let waiting = good("203.0.113.9").await;
        assert_eq!(waiting.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(waiting.headers()["retry-after"], "1");
        assert_eq!(good("198.51.100.1").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn nobody_but_a_trusted_proxy_makes_a_cookie_secure() {
        let server = server().await;
        server.set_password("Right-pass-2020").await;
        let answer = server.response(proxied("198.51.100.1", "Right-pass-2020")).await;
        assert!(!answer.headers()["set-cookie"].to_str().unwrap().contains("Secure"));
    }
}
