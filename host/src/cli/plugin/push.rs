//! `gavia plugin push`: a component, or a plugin's folder after building it, becomes a version on a server (`POST /api/v2/plugins`).

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use reqwest::{Client, Response, Url, multipart, redirect};
use serde_json::Value;

use super::{build, inspect};
use crate::{
    cli::{desk::say, stop::Stop},
    config::Secret,
    plugins::{Capabilities, in_words},
};

const CONNECT: Duration = Duration::from_secs(10);
/// Of one request; the upload of a large file over a slow line is the longest.
const TOTAL: Duration = Duration::from_mins(10);
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Longer than a server compiles anything.
const PATIENCE: Duration = Duration::from_mins(45);
const ANSWER_BYTES: usize = 16 << 20;

#[derive(Args, Debug)]
pub(in crate::cli) struct Options {
    /// A component, or the folder of a plugin, which is built first
    #[arg(default_value = ".")]
    what: PathBuf,
    /// The server, such as https://gavia.example.com
    #[arg(long)]
    url: Url,
    /// An administrator's bearer token, made by `gavia token create --user NAME`; better in GAVIA_TOKEN, since other accounts can
    /// read arguments
    #[arg(long, env = "GAVIA_TOKEN", hide_env_values = true)]
    token: Secret,
    /// The plugin's name on the server, instead of the manifest's id
    #[arg(long)]
    name: Option<String>,
    /// A gavia-plugin.toml, instead of what the component carries
    #[arg(long)]
    manifest: Option<PathBuf>,
}

pub(super) async fn run(options: Options) -> Result<(), Stop> {
    let server = Server::of(&options)?;
    let file = if options.what.is_dir() { build::component(&options.what)? } else { options.what.clone() };
    let mut form = multipart::Form::new();
    if let Some(name) = &options.name {
        form = form.text("name", name.clone());
    }
    if let Some(manifest) = &options.manifest {
        form = form.text("manifest", text(manifest)?);
    }
    let part = multipart::Part::bytes(inspect::read(&file)?).file_name("plugin.wasm");
    let uploaded = server.send(server.client.post(server.at("/plugins")?).multipart(form.part("file", part))).await?;
    let (plugin, number) = (number(&uploaded, "plugin_id")?, number(&uploaded, "version")?);
    let name = uploaded["name"].as_str().unwrap_or_default();
    if uploaded["status"] == "compiling" {
        say(&format!("{name}: version {number} is being compiled"))?;
    }
    let version = server.compiled(plugin, number).await?;
    let status = version["status"].as_str().unwrap_or_default();
    if status == "rejected" {
        let reason = version["reason"].as_str().unwrap_or("the server tells no reason");
        return Err(Stop::refused(format!("version {number} of {name} is rejected: {reason}")));
    }
    let there = if uploaded["is_new"] == false { ", and was there already" } else { "" };
    let state = match status {
        "needs_approval" => "waits for an approval",
        "ready" => "is ready",
        other => other,
    };
    say(&format!("{name}: version {number} {state}{there}"))?;
    let detail = server.get(&format!("/plugins/{plugin}")).await?;
    say(told(&detail, &version, number).trim_end())
}

/// What it asks for beside what the active version asks for, and what is to be done next.
fn told(detail: &Value, version: &Value, number: i64) -> String {
    let active = detail["active_version"].as_i64();
    let versions = detail["versions"].as_array().map_or(&[][..], Vec::as_slice);
    let before = versions.iter().find(|one| active.is_some() && one["number"].as_i64() == active);
    let (new, old) = (asks(version), before.map(asks).unwrap_or_default());
    let mut text = match active {
        Some(active) if active == number => "it is the active version\n".to_owned(),
        Some(active) if new == old => format!("it asks for the same as version {active}, which is active\n"),
        Some(active) => format!("beside version {active}, which is active:\n"),
        None if new.is_empty() => "it asks for nothing; no version is active yet\n".to_owned(),
        None => "it asks to; no version is active yet:\n".to_owned(),
    };
    if active != Some(number) {
        new.difference(&old).for_each(|line| text += &format!("+ {line}\n"));
        old.difference(&new).for_each(|line| text += &format!("- {line}\n"));
    }
    let plugin = format!("/api/v2/plugins/{}", detail["id"]);
    let path = format!("{plugin}/versions/{number}");
    match version["status"].as_str() {
        Some("needs_approval") => {
            text += &format!(
                "next: an administrator approves it, POST {path}/approve, and activates it, POST {path}/activate\n"
            );
        }
        Some("ready") if active != Some(number) => {
            text += &format!("next: an administrator activates it, POST {path}/activate\n");
        }
        _ => {}
    }
    if active.is_none() {
        let kinds = version["kinds"].as_array().into_iter().flatten().filter_map(Value::as_str);
        kinds.for_each(|kind| text += &used(kind, detail, &plugin));
    }
    text
}

/// How an active plugin of that kind comes to be called.
fn used(kind: &str, detail: &Value, plugin: &str) -> String {
    let name = detail["name"].as_str().unwrap_or_default();
    match kind {
        "action" => format!("then a state runs it: its script is the id in run_scripts of GET {plugin}\n"),
        "participants" => format!("then a state asks it for its people: its participant is the plugin {name}\n"),
        "notice" => format!("then a custom notice tells people through it: its plugin is {name}\n"),
        "condition" => format!("then a workflow's conditions are judged by it: condition_plugin is {name}\n"),
        _ => String::new(), // a newer server's
    }
}

fn asks(version: &Value) -> BTreeSet<String> {
    let requested = version["requested"].as_object().map(Capabilities::read);
    match requested {
        Some(Ok(requested)) => in_words(&requested).into_iter().map(|(_, line)| line).collect(),
        // a newer server's words
        _ => version["asks"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

fn text(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path).map_err(|error| Stop::refused(format!("{} cannot be read: {error}", path.display())))
}

fn number(answer: &Value, key: &str) -> Result<i64, Stop> {
    answer[key].as_i64().ok_or_else(|| Stop::refused("the server answers as no gavia does; is it the right address?"))
}

struct Server<'a> {
    client: Client,
    url: &'a Url,
    token: &'a Secret,
}

impl<'a> Server<'a> {
    fn of(options: &'a Options) -> Result<Self, Stop> {
        let url = &options.url;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Stop::refused("--url is the address of a server, such as https://gavia.example.com"));
        }
        // a second installation by other code of the process is no fault: the provider is the same
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT).timeout(TOTAL).build();
        let client = client.map_err(|error| Stop::refused(format!("no HTTPS on this machine: {error}")))?;
        Ok(Self { client, url, token: &options.token })
    }

    /// Below a path that the server may have behind a proxy.
    fn at(&self, path: &str) -> Result<Url, Stop> {
        let base = self.url.path().trim_end_matches('/');
        self.url.join(&format!("{base}/api/v2{path}")).map_err(|error| Stop::refused(format!("--url: {error}")))
    }

    async fn get(&self, path: &str) -> Result<Value, Stop> {
        self.send(self.client.get(self.at(path)?)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, Stop> {
        let answer = request.bearer_auth(self.token.text()).send().await;
        let answer = answer.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            Stop::refused(format!("the server does not answer: {} {cause}", error.without_url()))
        })?;
        let status = answer.status();
        let body = body(answer).await?;
        if status.is_success() {
            return Ok(body);
        }
        let detail = body["detail"].as_str().unwrap_or("it tells no reason");
        Err(Stop::refused(format!("the server answers HTTP {status}: {detail}")))
    }

    /// The version once it is compiled or rejected.
    async fn compiled(&self, plugin: i64, number: i64) -> Result<Value, Stop> {
        let path = format!("/plugins/{plugin}/versions/{number}");
        let asking = async {
            loop {
                let version = self.get(&path).await?;
                if version["status"] != "compiling" {
                    return Ok(version);
                }
                tokio::time::sleep(ASK_EVERY).await;
            }
        };
        let late = |_| Err(Stop::refused(format!("version {number} is not compiled yet; look at /api/v2{path} later")));
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(late)
    }
}

/// What is no JSON is told by its status alone.
async fn body(mut answer: Response) -> Result<Value, Stop> {
    let mut bytes = Vec::new();
    loop {
        let chunk = answer.chunk().await.map_err(|error| Stop::refused(format!("the answer breaks off: {error}")))?;
        let Some(chunk) = chunk else { break };
        if bytes.len() + chunk.len() > ANSWER_BYTES {
            return Err(Stop::refused("the server's answer is larger than any that gavia gives"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(number: i64, status: &str, requested: Value) -> Value {
        json!({ "number": number, "status": status, "requested": requested, "kinds": ["action", "condition"] })
    }

    #[test]
    fn what_a_version_asks_for_is_told_beside_the_active_one() {
        let one = version(1, "ready", json!({ "kv": {} }));
        let two = version(2, "needs_approval", json!({ "tickets-read": { "scope": "all" } }));
        let detail = json!({ "id": 7, "active_version": 1, "versions": [two, one] });
        assert_eq!(
            told(&detail, &two, 2),
            "beside version 1, which is active:\n\
             + read all tickets of all workflows\n\
             - keep up to 10 MiB of data of its own between calls\n\
             next: an administrator approves it, POST /api/v2/plugins/7/versions/2/approve, and activates it, \
             POST /api/v2/plugins/7/versions/2/activate\n"
        );
        assert_eq!(told(&detail, &one, 1), "it is the active version\n");
        let fresh = json!({ "id": 7, "name": "p", "active_version": null, "versions": [one] });
        assert_eq!(
            told(&fresh, &one, 1),
            "it asks to; no version is active yet:\n\
             + keep up to 10 MiB of data of its own between calls\n\
             next: an administrator activates it, POST /api/v2/plugins/7/versions/1/activate\n\
             then a state runs it: its script is the id in run_scripts of GET /api/v2/plugins/7\n\
             then a workflow's conditions are judged by it: condition_plugin is p\n"
        );
    }
}
