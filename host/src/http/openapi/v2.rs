//! `/api/v2` but definitions and plugins, and what is no API: health, metrics, this document.

use serde_json::{Value, json};

use super::{
    super::v2::{
        app_tokens, audit, deliveries, hook_deliveries, interventions, jobs, overview, session, shapes, ticket,
        ticket_log,
    },
    operation::{
        Access::Anybody,
        Kind::{Flag, List, Text},
        Op,
    },
};

const TICKET_FILTERS: [(&str, &str); 14] = [
    ("sn", "Beginning of the number."),
    ("title", "Part of the title."),
    ("create_start", "A date, a local date and time, or a time as RFC 3339 has it."),
    ("create_end", "The same."),
    ("workflow_ids", "Ids between commas."),
    ("state_ids", "Ids between commas."),
    ("ticket_ids", "Ids between commas."),
    ("is_end", "`true` or `false`."),
    ("is_rejected", "`true` or `false`."),
    ("creator", "A user name."),
    ("participant", "A user name: who must act now."),
    ("related", "A user name: who ever had to do with it."),
    ("order", "`newest` or `oldest` first."),
    ("field.KEY", "The value of the custom field of that key; up to 8 of them."),
];

pub(super) fn operations() -> Vec<Op> {
    let mut operations = vec![
        Op::get("/api/v2/session", "Who asks, and until when").tag("session").answers::<session::SessionView>(200),
        Op::post("/api/v2/session", "Log in")
            .about("Sets the cookie `sessionid`. Failures slow down whoever makes them: HTTP 429 with `Retry-After`.")
            .tag("session")
            .access(Anybody)
            .body::<session::Credentials>()
            .answers::<session::SessionView>(200),
        Op::delete("/api/v2/session", "Log out").tag("session").access(Anybody).answers_nothing(204),
        Op::put("/api/v2/session/password", "Change one's own password")
            .about("The other sessions of the account end.")
            .tag("session")
            .body::<session::NewPassword>()
            .answers_nothing(204),
        Op::get("/api/v2/overview", "The console's first page in numbers")
            .tag("overview")
            .answers::<overview::Overview>(200),
        Op::get("/api/v2/tickets", "Search all tickets").tag("tickets").lists::<shapes::TicketHead>(&TICKET_FILTERS),
        Op::get("/api/v2/tickets/{id}", "A ticket whole").tag("tickets").answers::<ticket::TicketView>(200),
        Op::get("/api/v2/tickets/{id}/log", "What happened to a ticket, newest first")
            .tag("tickets")
            .lists::<ticket_log::LogView>(&[]),
        Op::post("/api/v2/tickets/{id}/interventions", "Force a state, deliver, close, run again, set fields, comment")
            .about(
                "By the same rules and the same write path as everybody's acts; the reason stands in the ticket's log.",
            )
            .tag("tickets")
            .body::<interventions::InterventionRequest>()
            .answers::<ticket::TicketView>(200),
        Op::get("/api/v2/jobs", "Jobs, newest first").tag("jobs").lists::<jobs::JobView>(&[
            ("kind", "`script`, `hook`, `timer`, `children` or `notice`."),
            ("ticket_id", "Of one ticket."),
            ("state", "`waiting`, `running` or `dead`."),
        ]),
        Op::get("/api/v2/jobs/{id}", "One job").tag("jobs").answers::<jobs::JobView>(200),
        Op::delete("/api/v2/jobs/{id}", "Drop a job").tag("jobs").answers::<jobs::DroppedJob>(200),
        Op::post("/api/v2/jobs/{id}/retry", "Try a job afresh").tag("jobs").answers::<jobs::JobView>(202),
        Op::get("/api/v2/notices/{id}/deliveries", "Tries to deliver a notice, newest first")
            .tag("jobs")
            .lists::<deliveries::DeliveryView>(&[]),
        Op::get("/api/v2/hook_deliveries", "Calls of hooks' receivers, newest first")
            .tag("jobs")
            .lists::<hook_deliveries::HookDeliveryView>(&[
            ("ticket_id", "Of one ticket."),
            ("outcome", "`delivered` or `failed`."),
        ]),
        Op::get("/api/v2/app_tokens", "Apps, without their tokens")
            .tag("accounts")
            .lists::<app_tokens::AppTokenView>(&[("search", "Part of the app's name.")]),
        Op::post("/api/v2/app_tokens/{id}/reveal", "Show an app's token")
            .about("Noted in the audit. HTTP 409 where only a key that is derived from the token is kept.")
            .tag("accounts")
            .answers::<app_tokens::RevealedToken>(200),
        Op::get("/api/v2/audit", "Who changed what, newest first").tag("accounts").lists::<audit::AuditView>(&[
            ("actor", "A user name."),
            ("action", "Such as `plugin.activate`."),
            ("subject", "What it was done to, such as `plugin`."),
            ("subject_id", "The id of that."),
        ]),
        Op::put("/api/v2/directory", "Take over an outside source's people, departments and roles")
            .tag("accounts")
            .query(&[("dry_run", "`true`: say what would change.")])
            .members(&[
                ("source", Text, "Which source speaks."),
                ("complete", Flag, "Whether it names all that the source has."),
                ("departments", List, "`key`, `name`, `parent`, `leader`, `approvers`, `label`."),
                ("roles", List, "`key`, `name`, `description`."),
                ("users", List, "`username`, `alias`, `email`, `phone`, `departments`, `roles`, `is_active`."),
            ])
            .answers_with(200, &directory_report()),
    ];
    operations.extend(outside());
    operations
}

fn directory_report() -> Value {
    let text = json!({ "type": "string" });
    let tally = json!({ "type": "object", "required": ["count", "names"],
                        "properties": { "count": { "type": "integer" }, "names": { "type": "array", "items": text } } });
    let tallies = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), tally.clone())).collect();
        json!({ "type": "object", "required": names, "properties": properties })
    };
    let users = ["created", "updated", "deactivated", "reactivated", "unchanged", "administrators_kept"];
    let groups = tallies(&["created", "updated", "unchanged", "absent"]);
    json!({
        "type": "object",
        "required": ["source", "complete", "dry_run", "users", "departments", "roles", "memberships"],
        "properties": {
            "source": text, "complete": { "type": "boolean" }, "dry_run": { "type": "boolean" },
            "users": tallies(&users), "departments": groups, "roles": groups,
            "memberships": tallies(&["added", "removed", "reordered", "unchanged"]),
        },
    })
}

fn outside() -> Vec<Op> {
    let status = json!({ "type": "object", "required": ["status"], "properties": { "status": { "type": "string" } } });
    vec![
        Op::get("/healthz", "Whether the process lives").access(Anybody).answers_with(200, &status),
        Op::get("/readyz", "Whether a request sent now would be served").access(Anybody).answers_with(200, &status),
        Op::get("/metrics", "Figures for Prometheus").access(Anybody).answers_text(200, "text/plain"),
        Op::get("/openapi.json", "This document").access(Anybody).answers_with(200, &json!({ "type": "object" })),
        Op::get("/docs", "This document as a page").access(Anybody).answers_text(200, "text/html"),
        Op::get("/docs/", "The same").access(Anybody).answers_text(200, "text/html"),
        Op::get("/docs/{file}", "What the page needs").access(Anybody).answers_text(200, "*/*"),
    ]
}
