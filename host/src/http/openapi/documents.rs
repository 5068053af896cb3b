//! Workflow definitions as documents. What a document is stands in `app::documents`, which knows no HTTP; its schema is written here, with
//! the names of kinds from the tables that reading uses.

use serde_json::{Value, json};

use super::{
    super::v2::dry_run,
    operation::{Kind::Text, Op, Schemas, reference},
};
use crate::{
    store::names::Named,
    workflow::{Distribution, FieldAccess, FieldKind, ParticipantKind, StateKind, TransitionAttribute, TransitionKind},
};

const TAG: &str = "workflows";

pub(super) fn operations() -> Vec<Op> {
    let if_match = "The revision that was edited, as the ETag of a GET has it; `*` for any.";
    vec![
        Op::post("/api/v2/workflows", "Make a workflow of a document")
            .tag(TAG)
            .body_named("WorkflowDocument")
            .answers_named(201, "AppliedDocument"),
        Op::post("/api/v2/workflows/check", "What is wrong with a document that nobody saved")
            .about("HTTP 200 whatever is found. Its `id`, if it has one, is the workflow that it would be put in the place of.")
            .tag(TAG)
            .body_named("WorkflowDocument")
            .answers_with(200, &object(&[("problems", list(&reference("DocumentProblem")))])),
        Op::get("/api/v2/workflows/{id}/definition", "The whole definition; its revision is the ETag")
            .tag(TAG)
            .answers_named(200, "WorkflowDocument"),
        Op::put("/api/v2/workflows/{id}/definition", "Put a document in the place of the definition")
            .about(
                "All of it or nothing. HTTP 412 when somebody changed the workflow meanwhile (`revision`, `modified_by`, `modified_at`), \
                 422 with `problems`, 409 with `in_use` when open tickets need what is left out.",
            )
            .tag(TAG)
            .header("If-Match", if_match)
            .query(&[("force", "`true`: leave out what open tickets need all the same.")])
            .body_named("WorkflowDocument")
            .answers_named(200, "AppliedDocument"),
        Op::post("/api/v2/workflows/{id}/clone", "Copy a workflow under another name")
            .tag(TAG)
            .members(&[("name*", Text, "1 to 500 characters.")])
            .answers_named(201, "AppliedDocument"),
        Op::get("/api/v2/workflows/{id}/check", "What is wrong with a stored workflow")
            .tag(TAG)
            .answers_named(200, "WorkflowCheck"),
        Op::post("/api/v2/workflows/{id}/dry_run", "Walk through a workflow without a ticket")
            .about("Nothing is stored, no script runs, no hook is called, nobody is told.")
            .tag(TAG)
            .body::<dry_run::DryRunRequest>()
            .answers::<dry_run::DryRunView>(200),
    ]
}

pub(super) fn schemas() -> Schemas {
    let mut schemas = Schemas::new();
    for (name, schema) in [
        ("WorkflowDocument", workflow()),
        ("DocumentState", state()),
        ("DocumentTransition", transition()),
        ("DocumentCondition", object(&[("expression", text()), ("target", nullable("A state's key."))])),
        ("DocumentField", field()),
        ("DocumentProblem", problem(&document_place())),
        ("WorkflowProblem", problem(&stored_place())),
        ("AppliedDocument", applied()),
        (
            "WorkflowCheck",
            object(&[("workflow_id", int()), ("revision", int()), ("problems", list(&reference("WorkflowProblem")))]),
        ),
    ] {
        schemas.insert(name.to_owned(), schema);
    }
    schemas
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn int() -> Value {
    json!({ "type": "integer", "format": "int64" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn any_object() -> Value {
    json!({ "type": "object", "additionalProperties": true })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn nullable(about: &str) -> Value {
    json!({ "type": ["string", "null"], "description": about })
}

/// One of the names that a kind has.
fn named<T: Named>() -> Value {
    json!({ "type": "string", "enum": T::TABLE.iter().map(|row| row.0).collect::<Vec<_>>() })
}

/// Members that must be there; one whose name ends in `?` may be left out, with what it then is in its description.
fn object(members: &[(&str, Value)]) -> Value {
    let key = |name: &str| name.trim_end_matches('?').to_owned();
    let properties: Schemas = members.iter().map(|(name, schema)| (key(name), schema.clone())).collect();
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn workflow() -> Value {
    object(&[
        ("format?", json!({ "type": "integer", "const": 1 })),
        ("id?", json!({ "type": "integer", "format": "int64", "description": "Read only." })),
        ("revision?", json!({ "type": "integer", "format": "int64", "description": "Read only." })),
        ("modified_by?", json!({ "type": "string", "description": "Read only." })),
        ("modified_at?", json!({ "type": "string", "format": "date-time", "description": "Read only." })),
        ("name", text()),
        ("description?", text()),
        ("notices?", json!({ "type": "string", "description": "Ids of notices between commas." })),
        ("view_permission_check?", flag()),
        ("limit_expression?", any_object()),
        ("display_form?", list(&text())),
        (
            "condition_plugin?",
            json!({ "type": "string", "description": "A condition plugin's name; empty: the built-in one." }),
        ),
        ("states", list(&reference("DocumentState"))),
        ("transitions", list(&reference("DocumentTransition"))),
        ("fields", list(&reference("DocumentField"))),
    ])
}

fn state() -> Value {
    let value = json!({ "oneOf": [text(), any_object(), int()],
                        "description": "A name, an id, or several between commas; a plugin's name; a hook's object. Read back as text or object." });
    let access = json!({ "type": "object", "additionalProperties": named::<FieldAccess>() });
    object(&[
        ("id?", json!({ "type": "integer", "format": "int64", "description": "Read only." })),
        ("key", text()),
        ("name", text()),
        ("kind?", named::<StateKind>()),
        ("order_id?", json!({ "type": "integer", "format": "int32" })),
        ("is_hidden?", flag()),
        ("sub_workflow_id?", int()),
        ("remember_last_handler?", flag()),
        ("participant?", object(&[("kind", named::<ParticipantKind>()), ("value?", value)])),
        ("distribution?", named::<Distribution>()),
        ("field_access?", access),
        ("label?", any_object()),
        ("plugin_args?", json!({ "description": "Any JSON, for a plugin that the state runs." })),
        ("position?", object(&[("x", int()), ("y", int())])),
    ])
}

fn transition() -> Value {
    object(&[
        ("id?", json!({ "type": "integer", "format": "int64", "description": "Read only." })),
        ("key", text()),
        ("name", text()),
        ("kind?", named::<TransitionKind>()),
        ("timer_seconds?", json!({ "type": "integer", "format": "int32" })),
        ("source", nullable("A state's key.")),
        ("destination", nullable("A state's key.")),
        ("conditions?", list(&reference("DocumentCondition"))),
        (
            "broken_conditions?",
            json!({ "type": "string", "description": "Stored conditions that are none; such a document cannot be put back." }),
        ),
        ("attribute?", named::<TransitionAttribute>()),
        ("field_require_check?", flag()),
        ("alert_enable?", flag()),
        ("alert_text?", text()),
    ])
}

fn field() -> Value {
    object(&[
        ("id?", json!({ "type": "integer", "format": "int64", "description": "Read only." })),
        ("key", text()),
        ("name", text()),
        ("kind", named::<FieldKind>()),
        ("order_id?", json!({ "type": "integer", "format": "int32" })),
        ("default_value?", nullable("")),
        ("description?", text()),
        ("template?", text()),
        ("boolean_display?", any_object()),
        ("choices?", any_object()),
        ("label?", any_object()),
    ])
}

fn problem(place: &Value) -> Value {
    let expression = object(&[("condition", int()), ("column", int())]);
    object(&[
        ("level", json!({ "type": "string", "enum": ["error", "warning"] })),
        ("code", json!({ "type": "string", "description": "A stable word for programs." })),
        ("place", place.clone()),
        ("message", text()),
        ("expression?", expression),
    ])
}

fn part() -> Value {
    json!({ "type": "string", "enum": ["workflow", "state", "transition", "field"] })
}

fn document_place() -> Value {
    let pointer = json!({ "type": "string", "description": "RFC 6901, into the document." });
    object(&[("part", part()), ("key?", text()), ("pointer", pointer)])
}

fn stored_place() -> Value {
    object(&[("part", part()), ("id?", int())])
}

fn applied() -> Value {
    let change = object(&[
        ("change", json!({ "type": "string", "enum": ["added", "changed", "removed"] })),
        ("part", part()),
        ("key?", text()),
        ("id", int()),
    ]);
    object(&[
        ("workflow_id", int()),
        ("revision", int()),
        ("changed", flag()),
        ("changes", list(&change)),
        ("problems", list(&reference("DocumentProblem"))),
    ])
}
