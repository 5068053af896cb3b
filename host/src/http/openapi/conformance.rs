//! Whether an answer is what the document says of it. Stricter than the document: a member that it does not name is a mistake, so that
//! nothing is answered that nobody described.

use serde_json::{Map, Value, json};

/// The document, to hold answers against.
pub(crate) struct Said(Value);

impl Said {
    pub(crate) fn read() -> Self {
        Self(super::whole())
    }

    pub(crate) fn operations(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let of = |(path, item): (&String, &Value)| -> Vec<(String, String)> {
            item.as_object().into_iter().flatten().map(|(method, _)| (method.to_uppercase(), path.clone())).collect()
        };
        paths.flat_map(of).collect()
    }

    /// What is wrong with this answer; empty: nothing.
    pub(crate) fn against(&self, (method, path): (&str, &str), status: u16, answer: &Value) -> Vec<String> {
        let answers = &self.0["paths"][path][method.to_lowercase()]["responses"];
        let Some(said) = answers.get(status.to_string()) else {
            return vec![format!("nothing is said of status {status}")];
        };
        let schema = &said["content"]["application/json"]["schema"];
        let mut wrong = Vec::new();
        if schema.is_null() {
            if !answer.is_null() {
                wrong.push("there is a body, and nothing is said of one".to_owned());
            }
        } else {
            self.check(schema, answer, "", &mut wrong);
        }
        wrong
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => self.resolved(&self.0["components"]["schemas"][name.rsplit('/').next().unwrap_or_default()]),
            None => schema,
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let schema = self.resolved(schema);
        if schema.is_null() {
            return wrong.push(format!("{at}: its schema is not there"));
        }
        if let Some(alternatives) = schema["oneOf"].as_array() {
            let fits = |schema: &&Value| {
                let mut wrong = Vec::new();
                self.check(schema, value, at, &mut wrong);
                wrong.is_empty()
            };
            let count = alternatives.iter().filter(fits).count();
            if count != 1 {
                wrong.push(format!("{at}: {value} is {count} of the alternatives"));
            }
            return;
        }
        let (properties, required, rest) = self.members(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten().map(|part| self.resolved(part));
        for types in parts.chain([schema]).filter_map(types) {
            if !types.iter().any(|one| is(one, value)) {
                return wrong.push(format!("{at}: {value} is no {}", types.join(" or ")));
            }
        }
        if let Some(names) = schema["enum"].as_array()
            && !names.contains(value)
        {
            wrong.push(format!("{at}: {value} is none of {names:?}"));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            wrong.push(format!("{at}: {value} is not {}", schema["const"]));
        }
        if let (Value::Array(items), Some(of)) = (value, schema.get("items")) {
            items.iter().enumerate().for_each(|(index, item)| self.check(of, item, &format!("{at}/{index}"), wrong));
        }
        let Value::Object(members) = value else { return };
        let says_members = !properties.is_empty() || rest.is_some();
        for (key, member) in members {
            let at = format!("{at}/{key}");
            match (properties.get(key), &rest) {
                (Some(schema), _) | (None, Some(schema @ Value::Object(_))) => self.check(schema, member, &at, wrong),
                (None, Some(Value::Bool(true))) => {}
                (None, _) if says_members => wrong.push(format!("{at}: nothing is said of it")),
                (None, _) => {}
            }
        }
        for key in required.iter().filter(|key| !members.contains_key(*key)) {
            wrong.push(format!("{at}/{key}: it is not there"));
        }
    }

    /// Properties, what is required, and what is said of all other members; those of `allOf` are taken together.
    fn members(&self, schema: &Value) -> (Map<String, Value>, Vec<String>, Option<Value>) {
        let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
        let mut required: Vec<String> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect();
        let mut rest = schema.get("additionalProperties").cloned();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let (more, also, others) = self.members(self.resolved(part));
            properties.extend(more);
            required.extend(also);
            rest = rest.or(others);
        }
        (properties, required, rest)
    }
}

fn types(schema: &Value) -> Option<Vec<&str>> {
    match &schema["type"] {
        Value::String(one) => Some(vec![one]),
        Value::Array(some) => Some(some.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn an_answer_that_says_less_more_or_something_else_is_found_out() {
    let whole = json!({
        "paths": { "/x": { "get": { "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/X" } } } } } } } },
        "components": { "schemas": {
            "X": { "allOf": [{ "$ref": "#/components/schemas/Y" }, { "type": "object", "required": ["b"], "properties": { "b": { "type": ["integer", "null"] } } }] },
            "Y": { "type": "object", "required": ["a"], "properties": { "a": { "type": "array", "items": { "oneOf": [
                { "type": "object", "required": ["k"], "properties": { "k": { "type": "string", "enum": ["u"] } } },
                { "type": "object", "required": ["k", "n"], "properties": { "k": { "type": "string", "enum": ["v"] }, "n": { "type": "number" } } },
            ] } } } },
        } },
    });
    let said = Said(whole);
    let against = |status, answer: Value| said.against(("GET", "/x"), status, &answer);
    assert_eq!(against(200, json!({ "a": [{ "k": "u" }, { "k": "v", "n": 1.5 }], "b": null })), Vec::<String>::new());
    for (status, answer) in [
        (201, json!({ "a": [], "b": 1 })),
        (200, json!({ "a": [] })),
        (200, json!({ "a": [], "b": "1" })),
        (200, json!({ "a": [], "b": 1, "c": 1 })),
        (200, json!({ "a": [{ "k": "w" }], "b": 1 })),
        (200, json!({ "a": [{ "k": "v" }], "b": 1 })),
        (200, json!([])),
    ] {
        assert_eq!(against(status, answer.clone()).len(), 1, "{answer}");
    }
}
