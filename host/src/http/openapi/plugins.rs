//! `/api/v2/plugins`. Its answers are made of what uploads, manifests and guests say, so they are described here and not by types of the
//! handlers; the test that reads every answer holds the two together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::operation::{
    Kind::{File, Int, Object, Text},
    Op,
};

const TAG: &str = "plugins";

/// A plugin as the list shows it.
#[derive(ToSchema)]
pub struct PluginCard {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub kinds: Vec<String>,
    #[schema(required)]
    pub active_version: Option<i32>,
    /// Versions that wait for somebody to approve or refuse them.
    pub waiting_versions: Vec<i32>,
    pub creator: String,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

#[derive(ToSchema)]
pub struct PluginView {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub kinds: Vec<String>,
    #[schema(required)]
    pub active_version: Option<i32>,
    pub waiting_versions: Vec<i32>,
    pub creator: String,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
    pub breaker: PluginBreaker,
    /// Capability → scope.
    #[schema(value_type = Object)]
    pub grants: Map<String, Value>,
    /// Newest first; at most 100.
    pub versions: Vec<PluginVersion>,
    pub used_by: PluginUses,
    /// Ids of the run scripts that run it.
    pub run_scripts: Vec<i64>,
    pub custom_notices: Vec<i64>,
    pub config: BTreeMap<String, String>,
    /// Names alone.
    pub secrets: Vec<String>,
    /// Of an approval: what was asked for and not granted.
    #[schema(value_type = Option<Value>)]
    pub withheld: Option<Value>,
}

/// Whether the node that answers calls the plugin, or waits because it kept failing.
#[derive(ToSchema)]
pub struct PluginBreaker {
    pub open: bool,
    /// In a row.
    pub failures: u32,
    #[schema(required)]
    pub until: Option<DateTime<Utc>>,
}

#[derive(ToSchema)]
pub struct PluginVersion {
    pub number: i32,
    /// What its author calls it.
    pub label: String,
    /// `compiling`, `needs_approval`, `ready`, `rejected` or `retired`.
    pub status: String,
    /// Why it was rejected.
    pub reason: Value,
    pub is_active: bool,
    pub kinds: Vec<String>,
    /// Capability → scope, as its manifest asks for them.
    #[schema(value_type = Object)]
    pub requested: Map<String, Value>,
    /// The same in plain words.
    pub asks: Value,
    /// What it may do, in plain words.
    pub may: Vec<String>,
    /// What it asks for and is not granted.
    pub withheld: Value,
    pub manifest: Value,
    /// Size, imports, exports.
    pub report: Value,
    pub uploaded_by: String,
    pub uploaded_at: DateTime<Utc>,
    #[schema(required)]
    pub activated_at: Option<DateTime<Utc>>,
}

#[derive(ToSchema)]
pub struct PluginUses {
    pub action_of_states: Vec<StateUse>,
    pub participants_of_states: Vec<StateUse>,
    pub conditions_of_workflows: Vec<String>,
    pub notices: Vec<String>,
}

#[derive(ToSchema)]
pub struct StateUse {
    pub workflow: String,
    pub state: String,
}

#[derive(ToSchema)]
pub struct UploadedPlugin {
    pub plugin_id: i64,
    pub name: String,
    pub version: i32,
    pub status: String,
    pub is_new: bool,
}

#[derive(ToSchema)]
pub struct PluginSecrets {
    pub secrets: Vec<SecretName>,
}

#[derive(ToSchema)]
pub struct SecretName {
    pub name: String,
    pub set_by: String,
    pub set_at: DateTime<Utc>,
}

/// What a call came to.
#[derive(ToSchema)]
pub struct PluginCall {
    pub id: i64,
    #[schema(required)]
    pub version: Option<i32>,
    pub kind: String,
    pub invocation: String,
    #[schema(required)]
    pub ticket_id: Option<i64>,
    pub attempt: i32,
    /// An administrator tried the plugin.
    pub is_try: bool,
    /// `ok`, or the class of its error.
    pub outcome: String,
    pub detail: String,
    pub queue_ms: i64,
    pub wall_ms: i64,
    pub cpu_ticks: i64,
    pub peak_memory_bytes: i64,
    pub host_calls: i64,
    pub denied: i64,
    pub logs_dropped: i64,
    /// Lines that were logged.
    pub lines: i64,
    pub at: DateTime<Utc>,
    /// Of one call.
    pub log: Option<Vec<LogLine>>,
    /// Of one call: what an action answered beside its message.
    pub output: Option<Value>,
}

/// A call for a ticket, with its lines.
#[derive(ToSchema)]
pub struct TicketPluginCall {
    pub id: i64,
    #[schema(required)]
    pub plugin: Option<String>,
    #[schema(required)]
    pub version: Option<i32>,
    pub kind: String,
    pub invocation: String,
    pub attempt: i32,
    pub outcome: String,
    pub detail: String,
    pub wall_ms: i64,
    pub at: DateTime<Utc>,
    pub logs_dropped: i64,
    pub log: Vec<LogLine>,
}

#[derive(ToSchema)]
pub struct LogLine {
    pub level: String,
    pub source: String,
    pub message: String,
    pub fields: Value,
}

#[derive(ToSchema)]
pub struct PluginAudit {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    /// Where the act came from, as far as the network can tell.
    #[schema(required)]
    pub address: Option<String>,
    pub action: String,
    pub before: Value,
    pub after: Value,
}

/// A run that changed nothing.
#[derive(ToSchema)]
pub struct PluginTrial {
    pub kind: String,
    /// `ok`, or the class of its error.
    pub outcome: String,
    /// False: nothing was.
    pub written: bool,
    /// For people, of an error.
    pub message: Option<String>,
    pub detail: Option<String>,
    /// What it would have done.
    pub effects: Vec<Value>,
    pub log: Vec<LogLine>,
    #[schema(value_type = Object)]
    pub usage: Map<String, Value>,
}

pub(super) fn operations() -> Vec<Op> {
    let text_map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let any_map = json!({ "type": "object", "additionalProperties": true });
    let any = json!({});
    let mut operations = vec![
        Op::get("/api/v2/plugins", "Plugins, by id").lists::<PluginCard>(&[
            ("name", "The one of that name."),
            ("search", "Part of the name or the description, in capitals or not."),
        ]),
        Op::post("/api/v2/plugins", "Upload a component or core module")
            .about("As a form, or the bytes as the body with `name` in the query. HTTP 202 while it is being compiled.")
            .query(&[("name", "The plugin's name, unless its manifest has it.")])
            .form(&[
                ("file*", File, "At most 64 MiB."),
                ("name", Text, ""),
                ("manifest", Text, "The author's gavia-plugin.toml."),
            ])
            .answers::<UploadedPlugin>(201)
            .answers::<UploadedPlugin>(200)
            .answers::<UploadedPlugin>(202),
        Op::get("/api/v2/plugins/{id}", "A plugin whole").answers::<PluginView>(200),
        Op::delete("/api/v2/plugins/{id}", "Delete a plugin that nothing uses").answers_nothing(204),
        Op::get("/api/v2/plugins/{id}/versions/{number}", "One version").answers::<PluginVersion>(200),
        Op::post("/api/v2/plugins/{id}/versions/{number}/approve", "Grant what a version asks for, or less")
            .members(&[("grants*", Object, "Capability to scope; or the text `requested` for all that is asked for.")])
            .answers::<PluginView>(200),
        Op::post("/api/v2/plugins/{id}/versions/{number}/refuse", "Refuse a version")
            .members(&[("reason", Text, "At most 500 characters.")])
            .answers::<PluginView>(200),
        Op::post("/api/v2/plugins/{id}/versions/{number}/activate", "Have a version run").answers::<PluginView>(200),
        Op::post("/api/v2/plugins/{id}/versions/{number}/retire", "Put a version aside").answers::<PluginView>(200),
        Op::post("/api/v2/plugins/{id}/versions/{number}/try", "Run a version on a ticket without effects")
            .members(&[
                ("ticket_id*", Int, ""),
                ("kind", Text, "Which of its kinds."),
                ("config", Object, "Settings in the place of its own."),
            ])
            .answers::<PluginTrial>(200),
        Op::post("/api/v2/plugins/{id}/roll_back", "Go back to the version before").answers::<PluginView>(200),
        Op::post("/api/v2/plugins/{id}/reset", "Call a suspended plugin again").answers::<PluginView>(200),
        Op::put("/api/v2/plugins/{id}/grants", "All grants anew").body_map(&any).answers_with(200, &any_map),
        Op::get("/api/v2/plugins/{id}/limits", "What its calls may cost").answers_with(200, &limits()),
        Op::put("/api/v2/plugins/{id}/limits", "An administrator's limits anew")
            .about("`{kind: {limit: number}}`, such as `{\"action\": {\"cpu_ms\": 200}}`.")
            .body_map(&any_map)
            .answers_with(200, &limits()),
        Op::get("/api/v2/plugins/{id}/config", "Its settings").answers_with(200, &text_map),
        Op::put("/api/v2/plugins/{id}/config", "All settings anew")
            .body_map(&json!({ "type": "string" }))
            .answers_with(200, &text_map),
        Op::get("/api/v2/plugins/{id}/secrets", "Names of its secrets").answers::<PluginSecrets>(200),
        Op::put("/api/v2/plugins/{id}/secrets/{name}", "Set a secret; it is never shown")
            .members(&[("value*", Text, "")])
            .answers_nothing(204),
        Op::delete("/api/v2/plugins/{id}/secrets/{name}", "Delete a secret").answers_nothing(204),
        Op::get("/api/v2/plugins/{id}/calls", "What its calls came to, newest first")
            .lists::<PluginCall>(&[("ticket", "For one ticket.")]),
        Op::get("/api/v2/plugins/{id}/calls/{call}", "One call with its log").answers::<PluginCall>(200),
        Op::get("/api/v2/plugins/{id}/audit", "Who changed what about it, newest first").lists::<PluginAudit>(&[]),
    ];
    operations.push(
        Op::get("/api/v2/tickets/{id}/plugin_calls", "What plugins did for a ticket, newest first")
            .lists::<TicketPluginCall>(&[]),
    );
    operations.into_iter().map(|op| op.tag(TAG)).collect()
}

fn limits() -> Value {
    let numbers = json!({ "type": "object", "additionalProperties": true });
    let one = json!({ "type": "object", "required": ["cap", "wish", "set", "effective"],
                      "properties": { "cap": numbers, "wish": numbers, "set": numbers, "effective": numbers } });
    json!({ "type": "object", "required": ["limits"], "properties": { "limits": { "type": "object", "additionalProperties": one } } })
}
