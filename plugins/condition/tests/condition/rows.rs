//! Reads `data/cpython.json`: its lines, and each line's fields as an evaluation sees them.

use std::collections::BTreeMap;

use gavia_condition::{Env, Field, FieldKind};
use serde_json::Value;

pub(crate) fn table() -> Value {
    serde_json::from_str(include_str!("../data/cpython.json")).unwrap()
}

pub(crate) fn lines<'a>(table: &'a Value, name: &str) -> &'a Vec<Value> {
    table[name].as_array().unwrap()
}

/// The pinned clock, with a line's fields.
pub(crate) fn env(table: &Value, line: &Value) -> Env {
    let mut env = clock(table);
    add_fields(&mut env.fields, line);
    env
}

/// The pinned clock, with the fields of all lines.
pub(crate) fn env_of_all(table: &Value) -> Env {
    let mut env = clock(table);
    for line in lines(table, "rows").iter().chain(lines(table, "differences")) {
        add_fields(&mut env.fields, line);
    }
    env
}

fn clock(table: &Value) -> Env {
    Env {
        now_ms: table["now_ms"].as_i64().unwrap(),
        tz_offset_min: table["tz_offset_min"].as_i64().unwrap().try_into().unwrap(),
        fields: BTreeMap::new(),
    }
}

fn add_fields(fields: &mut BTreeMap<String, Field>, line: &Value) {
    for (key, field) in line["fields"].as_object().unwrap() {
        fields.insert(key.clone(), Field { kind: kind(field[0].as_str().unwrap()), json: field[1].to_string() });
    }
}

fn kind(name: &str) -> FieldKind {
    match name {
        "str" => FieldKind::Str,
        "int" => FieldKind::Int,
        "float" => FieldKind::Float,
        "boolean" => FieldKind::Boolean,
        "date" => FieldKind::Date,
        "datetime" => FieldKind::Datetime,
        "radio" => FieldKind::Radio,
        "select" => FieldKind::Select,
        "multi-select" => FieldKind::MultiSelect,
        "text" => FieldKind::Text,
        "username" => FieldKind::Username,
        "multi-username" => FieldKind::MultiUsername,
        "file" => FieldKind::File,
        other => panic!("no such kind: {other}"),
    }
}

/// An environment with these fields at the table's time; values are given as JSON text.
pub(crate) fn fields<const N: usize>(fields: [(&str, FieldKind, &str); N]) -> Env {
    let mut env = Env { now_ms: 1_718_461_845_678, tz_offset_min: 480, fields: BTreeMap::new() };
    for (key, kind, json) in fields {
        env.fields.insert(key.to_owned(), Field { kind, json: json.to_owned() });
    }
    env
}

/// How many cases a property is tried with: a share of `GAVIA_CONDITION_CASES`, which is 100,000 unless set.
pub(crate) fn runner(share: u32) -> proptest::test_runner::TestRunner {
    let cases = std::env::var("GAVIA_CONDITION_CASES").map_or(100_000, |text| text.parse().unwrap());
    let cases = (cases / share).max(1);
    let config = proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() };
    proptest::test_runner::TestRunner::new(config)
}
