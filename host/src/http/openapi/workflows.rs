//! Workflows and their parts on `/api/v1.0`, and the uploads that states and notices run.

use super::operation::{
    Kind::{self, File, Flag, Int, Object, Text},
    Op,
};

type Member = (&'static str, Kind, &'static str);

const WORKFLOW: [Member; 7] = [
    ("name", Text, ""),
    ("description", Text, ""),
    ("notices", Text, "Ids between commas."),
    ("view_permission_check", Flag, ""),
    ("limit_expression", Text, "JSON text of an object."),
    ("display_form_str", Text, "JSON text of a list of field keys."),
    ("condition_plugin", Text, ""),
];
const STATE: [Member; 12] = [
    ("name", Text, ""),
    ("type_id", Int, "0 normal, 1 start, 2 end."),
    ("order_id", Int, ""),
    ("is_hidden", Flag, ""),
    ("sub_workflow_id", Int, ""),
    ("remember_last_man_enable", Flag, ""),
    (
        "participant_type_id",
        Int,
        "0 nobody, 1 person, 2 several, 3 department, 4 role, 5 variable, 6 script, 7 field, 8 parent's field, 9 everybody, 10 hook, 12 plugin.",
    ),
    ("participant", Text, ""),
    ("distribute_type_id", Int, "1 accept, 2 direct, 3 random, 4 everybody."),
    ("state_field_str", Object, "Field key → 1 read only, 2 required, 3 optional; also as JSON text."),
    ("label", Object, "Also as JSON text."),
    ("plugin_args", Text, "JSON text for a plugin that the state runs."),
];
const TRANSITION: [Member; 10] = [
    ("name", Text, ""),
    ("transition_type_id", Int, "1 normal, 2 timer."),
    ("timer", Int, "Seconds."),
    ("source_state_id", Int, ""),
    ("destination_state_id", Int, ""),
    ("condition_expression", Text, "JSON text of a list of `expression` and `target_state_id`."),
    ("attribute_type_id", Int, "1 agree, 2 refuse, 3 other."),
    ("field_require_check", Flag, ""),
    ("alert_enable", Flag, ""),
    ("alert_text", Text, ""),
];
const FIELD: [Member; 10] = [
    ("field_key", Text, ""),
    ("field_name", Text, ""),
    (
        "field_type_id",
        Int,
        "5 text, 10 int, 15 float, 20 bool, 25 date, 30 datetime, 35 radio, 40 checkbox, 45 select, 50 multi-select, 55 long text, 60 user, 70 users, 80 file.",
    ),
    ("order_id", Int, ""),
    ("default_value", Text, ""),
    ("description", Text, ""),
    ("field_template", Text, ""),
    ("boolean_field_display", Object, "Also as JSON text."),
    ("field_choice", Object, "Also as JSON text."),
    ("label", Object, "Also as JSON text."),
];
const SCRIPT: [Member; 5] = [
    ("file", File, "A WebAssembly component or core module."),
    ("plugin", Text, "Instead of a file: an action plugin's name."),
    ("script_name", Text, ""),
    ("script_desc", Text, ""),
    ("is_active", Text, "0 or 1."),
];
const NOTICE: [Member; 9] = [
    ("file", File, "A WebAssembly component or core module."),
    ("plugin", Text, "Instead of a file: a notice plugin's name."),
    ("notice_name", Text, ""),
    ("notice_desc", Text, ""),
    ("title_template", Text, ""),
    ("content_template", Text, ""),
    ("type_id", Text, "1 plugin, 2 webhook."),
    ("hook_url", Text, ""),
    ("hook_token", Text, "Never shown."),
];
const SEARCH: [(&str, &str); 1] = [("search_value", "Part of a name.")];
const FORCE: [(&str, &str); 1] = [("force", "1: delete it although it is in use.")];

pub(super) fn operations() -> Vec<Op> {
    let workflows = vec![
        Op::get("/api/v1.0/workflows", "Workflows, by id")
            .query(&[("name", "Part of the name.")])
            .old_page(&SEARCH, "`id`, `name`, `description`, `notices`, `view_permission_check`, `limit_expression`, `display_form_str`, …"),
        Op::post("/api/v1.0/workflows", "Make a workflow").members(&WORKFLOW).envelope("`data`: `workflow_id`."),
        Op::get("/api/v1.0/workflows/{id}", "A workflow").envelope("`data`: as a row of the list."),
        Op::patch("/api/v1.0/workflows/{id}", "Change a workflow").members(&WORKFLOW).envelope("`data`: `workflow_id`."),
        Op::delete("/api/v1.0/workflows/{id}", "Delete a workflow").query(&FORCE).envelope("`data`: `workflow_id`."),
        Op::get("/api/v1.0/workflows/{id}/init_state", "The form of a new ticket")
            .envelope("`data`: the start state with `field_list` and `transition`."),
        Op::get("/api/v1.0/workflows/{id}/transitions", "Its transitions, by id")
            .old_page(&SEARCH, "`id`, `name`, `source_state_info`, `destination_state_info`, `condition_expression` (text), …"),
        Op::post("/api/v1.0/workflows/{id}/transitions", "Add a transition")
            .members(&TRANSITION)
            .envelope("`data.value`: `transition_id`."),
        Op::patch("/api/v1.0/workflows/{id}/transitions/{transition_id}", "Change a transition")
            .members(&TRANSITION)
            .envelope("`data.value`: `transition_id`."),
        Op::delete("/api/v1.0/workflows/{id}/transitions/{transition_id}", "Delete a transition")
            .query(&FORCE)
            .envelope("`data.value`: `transition_id`."),
        Op::get("/api/v1.0/workflows/{id}/custom_fields", "Its custom fields, by id")
            .old_page(&SEARCH, "`id`, `field_key`, `field_name`, `field_type_id`, `order_id`, …"),
        Op::post("/api/v1.0/workflows/{id}/custom_fields", "Add a custom field")
            .members(&FIELD)
            .envelope("`data.value`: `custom_field_id`."),
        Op::patch("/api/v1.0/workflows/{id}/custom_fields/{field_id}", "Change a custom field")
            .members(&FIELD)
            .envelope("`data.value`: `custom_field_id`."),
        Op::delete("/api/v1.0/workflows/{id}/custom_fields/{field_id}", "Delete a custom field")
            .query(&FORCE)
            .envelope("`data.value`: `custom_field_id`."),
    ];
    let states = vec![
        Op::get("/api/v1.0/workflows/{id}/states", "States of a workflow, in order")
            .old_page(&SEARCH, "`id`, `name`, `type_id`, `participant_info`, `state_field_str` (object), …"),
        Op::post("/api/v1.0/workflows/{id}/states", "Add a state").members(&STATE).envelope("`data`: `state_id`."),
        Op::patch("/api/v1.0/workflows/{id}/states/{state_id}", "Change a state")
            .members(&STATE)
            .envelope("`data`: `state_id`."),
        Op::delete("/api/v1.0/workflows/{id}/states/{state_id}", "Delete a state")
            .query(&FORCE)
            .envelope("`data`: `state_id`."),
        Op::get("/api/v1.0/workflows/states/{state_id}", "A state").envelope("`data`: the state, with `state_field`."),
    ];
    let uploads = vec![
        Op::get("/api/v1.0/workflows/run_scripts", "Run scripts, by id")
            .old_page(&SEARCH, "`id`, `name`, `description`, `saved_name`, `is_active`, `creator`, `gmt_created`."),
        Op::post("/api/v1.0/workflows/run_scripts", "Add a run script").form(&SCRIPT).envelope("`data`: `{}`."),
        Op::post("/api/v1.0/workflows/run_scripts/{id}", "Change a run script").form(&SCRIPT).envelope("`data`: `{}`."),
        Op::delete("/api/v1.0/workflows/run_scripts/{id}", "Delete a run script")
            .query(&FORCE)
            .envelope("`data`: `{}`."),
        Op::get("/api/v1.0/workflows/custom_notices", "Notices, by id").old_page(
            &SEARCH,
            "`id`, `name`, `description`, `script`, `title_template`, `content_template`, `type_id`, `hook_url`, …",
        ),
        Op::post("/api/v1.0/workflows/custom_notices", "Add a notice").form(&NOTICE).envelope("`data`: `{}`."),
        Op::post("/api/v1.0/workflows/custom_notices/{id}", "Change a notice").form(&NOTICE).envelope("`data`: `{}`."),
        Op::delete("/api/v1.0/workflows/custom_notices/{id}", "Delete a notice")
            .query(&FORCE)
            .envelope("`data`: `{}`."),
    ];
    let tagged = |ops: Vec<Op>, tag: &'static str| ops.into_iter().map(move |op| op.tag(tag));
    tagged(workflows, "v1.0 workflows")
        .chain(tagged(states, "v1.0 states"))
        .chain(tagged(uploads, "v1.0 scripts and notices"))
        .collect()
}
