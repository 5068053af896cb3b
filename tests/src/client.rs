//! The two kinds of callers: a back end that signs its calls, and an administrator's browser session. Calls go out as existing clients
//! send them: JSON bodies without a Content-Type. No assertions live here.

use md5::{Digest as _, Md5};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// An answer, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap_or(i64::MIN)
    }

    pub fn msg(&self) -> &str {
        self.body["msg"].as_str().unwrap_or("(no msg)")
    }

    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// The data of a success; anything else ends the test with the whole answer.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.code() == 0, "{self:?}");
        self.body["data"].clone()
    }
}

/// A back end with its token.
#[derive(Clone, Debug)]
pub struct AppClient {
    http: reqwest::Client,
    base: String,
    pub name: String,
    pub token: String,
}

impl AppClient {
    pub fn new(http: reqwest::Client, base: &str, name: &str, token: &str) -> Self {
        Self { http, base: base.to_owned(), name: name.to_owned(), token: token.to_owned() }
    }

    /// A signed request as `user`, ready to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str, user: &str) -> RequestBuilder {
        let timestamp = unix_time().as_secs().to_string();
        let signature = hex::encode(Md5::new().chain_update(&timestamp).chain_update(&self.token).finalize());
        let request = self.http.request(method, format!("{}/api/v1.0{path}", self.base));
        let request =
            request.header("appname", &self.name).header("timestamp", timestamp).header("signature", signature);
        if user.is_empty() { request } else { request.header("username", user.as_bytes()) }
    }

    pub async fn get(&self, user: &str, path: &str) -> Answer {
        answer(self.request(Method::GET, path, user)).await
    }

    pub async fn post(&self, user: &str, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path, user).body(body.to_string())).await
    }

    pub async fn patch(&self, user: &str, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PATCH, path, user).body(body.to_string())).await
    }

    /// Creates a ticket that must succeed.
    #[track_caller]
    pub fn create(&self, user: &str, body: Value) -> impl Future<Output = i64> + use<'_> {
        let user = user.to_owned();
        async move { self.post(&user, "/tickets", body).await.ok()["ticket_id"].as_i64().expect("a ticket id") }
    }

    /// The ticket's row in the list of all.
    pub async fn row(&self, id: i64) -> Value {
        let data = self.get("nobody", &format!("/tickets?category=all&ticket_ids={id}")).await.ok();
        data["value"][0].clone()
    }
}

/// An administrator who has logged in.
#[derive(Clone, Debug)]
pub struct Session {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Session {
    pub async fn login(http: reqwest::Client, base: &str, username: &str, password: &str) -> anyhow::Result<Self> {
        let request = http.post(format!("{base}/api/v1.0/accounts/login"));
        let response = request.body(json!({ "username": username, "password": password }).to_string()).send().await?;
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|value| value.split(';').next()).unwrap_or_default().to_owned();
        anyhow::ensure!(cookie.starts_with("sessionid="), "no session: {}", response.text().await?);
        Ok(Self { http, base: base.to_owned(), cookie })
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1.0{path}", self.base));
        request.header("cookie", &self.cookie).header("x-requested-with", "gavia")
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// A call to `/api/v2`.
    pub async fn v2(&self, method: Method, path: &str) -> Answer {
        answer(self.v2_request(method, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        answer(self.request(method, path).body(body.to_string())).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    /// A call to `/api/v2` with a JSON body.
    pub async fn v2_with(&self, method: Method, path: &str, body: Value) -> Answer {
        answer(self.v2_request(method, path).body(body.to_string())).await
    }

    /// Sends a file as the body.
    pub async fn v2_file(&self, path: &str, file: Vec<u8>) -> Answer {
        answer(self.v2_request(Method::POST, path).body(file)).await
    }

    fn v2_request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v2{path}", self.base));
        request.header("cookie", &self.cookie).header("x-requested-with", "gavia")
    }

    /// Uploads a script and gives its id.
    pub async fn upload_script(&self, name: &str, wasm: Vec<u8>) -> i64 {
        let file = reqwest::multipart::Part::bytes(wasm).file_name(format!("{name}.wasm"));
        let form = reqwest::multipart::Form::new()
            .part("file", file)
            .text("script_name", name.to_owned())
            .text("is_active", "1");
        answer(self.request(Method::POST, "/workflows/run_scripts").multipart(form)).await.ok();
        let rows = self.get(&format!("/workflows/run_scripts?search_value={name}")).await.ok();
        rows["value"][0]["id"].as_i64().expect("the script's id")
    }
}

/// Sends and reads the whole answer; a broken connection ends the test.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a whole body");
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

#[expect(clippy::disallowed_methods, reason = "a client signs with its own clock")]
fn unix_time() -> std::time::Duration {
    std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default()
}
