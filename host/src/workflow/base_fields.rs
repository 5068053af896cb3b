//! What every ticket has beside its custom fields: the columns under their wire keys, and the base fields of a form.
//! Who is shown which of them is decided in `view`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Map, Value, json, ser::Formatter};

use super::{
    definition::FieldKind,
    ticket::{Participants, Ticket, TicketStatus},
};

/// A field of a form that is no custom field (behaviour §4.18); all are of kind `String`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseField {
    pub key: &'static str,
    pub name: &'static str,
    pub order_id: i32,
    pub description: &'static str,
}

const fn base(key: &'static str, name: &'static str, order_id: i32, description: &'static str) -> BaseField {
    BaseField { key, name, order_id, description }
}

/// In the order that breaks ties of `order_id` (behaviour §4.18, T-19).
pub const BASE_FIELDS: [BaseField; 10] = [
    base("sn", "流水号", 10, "工单的流水号"),
    base("title", "标题", 20, "工单的标题"),
    base("state_id", "状态id", 40, "工单当前状态的id"),
    base("participant_info.participant_name", "当前处理人", 50, "工单的当前处理人"),
    base("participant_info.participant_alias", "当前处理人", 55, "工单当前处理人(alias)"),
    base("workflow.workflow_name", "工作流名称", 60, "工单所属工作流的名称"),
    base("creator", "创建人", 80, "工单的创建人"),
    base("gmt_created", "创建时间", 100, "工单的创建时间"),
    base("gmt_modified", "更新时间", 120, "工单的更新时间"),
    base("state.state_name", "状态名", 41, "工单当前状态的名称"),
];

/// The ticket's columns as the wire names them, in the order of a list row (behaviour §3.1), with what they hold.
pub const COLUMNS: [(&str, FieldKind); 19] = [
    ("id", FieldKind::Int),
    ("creator", FieldKind::String),
    ("gmt_created", FieldKind::Datetime),
    ("gmt_modified", FieldKind::Datetime),
    ("is_deleted", FieldKind::Bool),
    ("title", FieldKind::String),
    ("workflow_id", FieldKind::Int),
    ("sn", FieldKind::String),
    ("state_id", FieldKind::Int),
    ("parent_ticket_id", FieldKind::Int),
    ("parent_ticket_state_id", FieldKind::Int),
    ("participant_type_id", FieldKind::Int),
    ("participant", FieldKind::String),
    ("relation", FieldKind::String),
    ("in_add_node", FieldKind::Bool),
    ("add_node_man", FieldKind::String),
    ("script_run_last_result", FieldKind::Bool),
    ("is_end", FieldKind::Bool),
    ("is_rejected", FieldKind::Bool),
];

/// The last column, kept apart because it is JSON text, which no field kind is.
const EVERYBODY: &str = "multi_all_person";

/// Body keys that mean something else, so that a custom field of that name could never be read (behaviour §1.9).
const RESERVED: [&str; 6] = ["usernane", "username", "transition_id", "suggestion", "ticket_id", EVERYBODY];

/// Whether no custom field may have this key.
pub fn is_reserved(key: &str) -> bool {
    RESERVED.contains(&key) || COLUMNS.iter().any(|column| column.0 == key)
}

/// The columns of a ticket under their wire keys, in list-row order: for list rows, plugins and condition variables.
pub fn columns(ticket: &Ticket, zone: Tz) -> Map<String, Value> {
    let parent = ticket.parent;
    let row = json!({
        "id": ticket.id,
        "creator": ticket.creator,
        "gmt_created": local_time(ticket.created_at, zone),
        "gmt_modified": local_time(ticket.modified_at, zone),
        "is_deleted": false,
        "title": ticket.title,
        "workflow_id": ticket.workflow,
        "sn": ticket.sn,
        "state_id": ticket.state,
        "parent_ticket_id": parent.map_or(0, |parent| parent.ticket.0),
        "parent_ticket_state_id": parent.map_or(0, |parent| parent.state.0),
        "participant_type_id": participant_type_id(&ticket.participants),
        "participant": participant_text(&ticket.participants),
        "relation": ticket.related.join(","),
        "in_add_node": !ticket.add_nodes.is_empty(),
        "add_node_man": ticket.add_node_man().unwrap_or_default(),
        "script_run_last_result": ticket.script_succeeded,
        "is_end": ticket.status != TicketStatus::Ongoing,
        "is_rejected": ticket.is_rejected,
        EVERYBODY: spaced_json(&ticket.everybody),
    });
    match row {
        Value::Object(row) => row,
        _ => Map::new(), // the literal above is an object
    }
}

/// The wire's number for resolved participants; only 0, 1, 2, 3, 4, 6 and 10 occur (T-01, T-13).
pub fn participant_type_id(participants: &Participants) -> i64 {
    match participants {
        Participants::Nobody => 0,
        Participants::Person(_) => 1,
        Participants::Several(_) => 2,
        Participants::Departments(_) => 3,
        Participants::Role(_) => 4,
        Participants::Script(_) => 6,
        Participants::Hook => 10,
    }
}

/// The wire's text for resolved participants; a hook's is masked, since its configuration is secret.
pub fn participant_text(participants: &Participants) -> String {
    match participants {
        Participants::Nobody => String::new(),
        Participants::Person(name) => name.clone(),
        Participants::Several(names) => names.join(","),
        Participants::Departments(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            ids.join(",")
        }
        Participants::Role(id) => id.to_string(),
        Participants::Script(id) => id.to_string(),
        Participants::Hook => "***".to_owned(),
    }
}

/// `YYYY-MM-DD HH:MM:SS` in the wire's zone (T-21).
pub fn local_time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// JSON text with a blank after `,` and `:`, byte for byte what clients of the old engine got.
fn spaced_json(value: &Map<String, Value>) -> String {
    let mut text = Vec::new();
    value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut text, Spaced))
        .expect("a JSON map has text keys and memory does not fail");
    String::from_utf8(text).expect("serde_json writes UTF-8")
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}
