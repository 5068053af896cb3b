//! The differential table: every expression in `data/cpython.json` is answered as CPython answered it, or is one of the
//! differences that are meant. `data/make_table.py` writes it and says how.

use gavia_condition::{Env, Field, FieldKind, check, evaluate};
use serde_json::Value;

mod table {
    use super::{Env, Field, FieldKind, Value};

    pub(crate) fn table() -> Value {
        serde_json::from_str(include_str!("data/cpython.json")).expect("the table is JSON")
    }

    pub(crate) fn lines<'a>(table: &'a Value, name: &str) -> &'a Vec<Value> {
        table[name].as_array().expect("a list")
    }

    pub(crate) fn env(table: &Value, line: &Value) -> Env {
        let mut env = Env {
            now_ms: table["now_ms"].as_i64().expect("a number"),
            tz_offset_min: table["tz_offset_min"].as_i64().expect("a number").try_into().expect("small"),
            ..Env::default()
        };
        for (key, field) in line["fields"].as_object().expect("an object") {
            let kind = kind(field[0].as_str().expect("a kind"));
            env.fields.insert(key.clone(), Field { kind, json: field[1].to_string() });
        }
        env
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
}

/// The lines that are answered otherwise than `wanted` says, in words.
fn wrong(name: &str, wanted: &str) -> Vec<String> {
    let table = table::table();
    let mut wrong = Vec::new();
    for line in table::lines(&table, name) {
        let expression = line["expression"].as_str().expect("a text");
        let answer = evaluate(expression, &table::env(&table, line));
        let ours = answer.as_ref().map_or_else(|_| Value::from("error"), |holds| Value::from(*holds));
        if ours != line[wanted] {
            let why = answer.err().map(|error| error.to_string()).unwrap_or_default();
            wrong.push(format!("{expression}\n    should be {}, is {ours} {why}", line[wanted]));
        }
    }
    wrong
}

#[test]
fn every_expression_answers_as_cpython_did() {
    let wrong = wrong("rows", "answer");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_difference_is_the_one_that_is_meant() {
    let wrong = wrong("differences", "ours");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    let table = table::table();
    for line in table::lines(&table, "differences") {
        assert_ne!(line["cpython"], line["ours"], "no difference: {line}");
        assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "no reason: {line}");
    }
}

#[test]
fn the_table_is_large_and_has_every_kind_of_answer() {
    let table = table::table();
    let rows = table::lines(&table, "rows");
    let count = |answer: &Value| rows.iter().filter(|line| line["answer"] == *answer).count();
    assert!(rows.len() >= 2000, "{} rows", rows.len());
    for answer in [Value::from(true), Value::from(false), Value::from("error")] {
        assert!(count(&answer) >= 200, "{answer}: {}", count(&answer));
    }
}

#[test]
fn what_checks_well_never_fails_for_its_syntax() {
    let table = table::table();
    for line in table::lines(&table, "rows") {
        let expression = line["expression"].as_str().expect("a text");
        let mut known: Vec<&str> = line["fields"].as_object().expect("an object").keys().map(String::as_str).collect();
        known.push("unknown"); // in the branch that is not taken
        if line["answer"] != "error" {
            assert_eq!(check(expression, &known), [], "{expression}");
        }
    }
}
