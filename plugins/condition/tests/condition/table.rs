//! The differential table: every expression in `data/cpython.json` is answered as CPython answered it, or is one of the
//! differences that are meant. `data/make_table.py` writes it and says how.

use gavia_condition::{check, evaluate};
use serde_json::Value;

use crate::rows;

/// The lines that are answered otherwise than `wanted` says, in words.
fn wrong(name: &str, wanted: &str) -> Vec<String> {
    let table = rows::table();
    let mut wrong = Vec::new();
    for line in rows::lines(&table, name) {
        let expression = line["expression"].as_str().expect("a text");
        let answer = evaluate(expression, &rows::env(&table, line));
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
    let table = rows::table();
    for line in rows::lines(&table, "differences") {
        assert_ne!(line["cpython"], line["ours"], "no difference: {line}");
        assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "no reason: {line}");
    }
}

#[test]
fn the_table_is_large_and_has_every_kind_of_answer() {
    let table = rows::table();
    let rows = rows::lines(&table, "rows");
    let count = |answer: &Value| rows.iter().filter(|line| line["answer"] == *answer).count();
    assert!(rows.len() >= 2000, "{} rows", rows.len());
    for answer in [Value::from(true), Value::from(false), Value::from("error")] {
        assert!(count(&answer) >= 200, "{answer}: {}", count(&answer));
    }
}

#[test]
fn what_checks_well_never_fails_for_its_syntax() {
    let table = rows::table();
    for line in rows::lines(&table, "rows") {
        let expression = line["expression"].as_str().expect("a text");
        let mut known: Vec<&str> = line["fields"].as_object().expect("an object").keys().map(String::as_str).collect();
        known.push("unknown"); // in the branch that is not taken
        if line["answer"] != "error" {
            assert_eq!(check(expression, &known), [], "{expression}");
        }
    }
}
