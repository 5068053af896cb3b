//! People, departments, roles, app tokens and the old login on `/api/v1.0`.

use super::operation::{
    Access::{Anybody, Session, Signed},
    Kind::{self, Flag, Int, List, Text},
    Op,
};

type Member = (&'static str, Kind, &'static str);

const USER: [Member; 9] = [
    ("username", Text, ""),
    ("alias", Text, ""),
    ("email", Text, ""),
    ("phone", Text, ""),
    ("password", Text, "At least 12 characters; a new one ends the user's sessions."),
    ("is_active", Flag, ""),
    ("is_admin", Flag, ""),
    ("is_workflow_admin", Flag, ""),
    ("dept_ids", List, "Ids; the first is the one that lists show."),
];
const ROLE: [Member; 3] = [("name", Text, ""), ("description", Text, ""), ("label", Text, "")];
const DEPARTMENT: [Member; 5] = [
    ("name", Text, ""),
    ("parent_dept_id", Int, "0 is none."),
    ("leader", Text, "A user name."),
    ("approver", Text, "User names between commas."),
    ("label", Text, ""),
];
const APP: [Member; 13] = [
    ("app_name", Text, ""),
    ("ticket_sn_prefix", Text, ""),
    ("workflow_ids", Text, "Ids between commas."),
    ("trusted", Flag, "Its users may do what administrators may."),
    ("may_configure", Flag, ""),
    ("may_admin", Flag, "Administrators may act through it."),
    ("allow_cidrs", Text, "Networks between commas."),
    ("allow_users", Text, "User names between commas."),
    ("min_signature_version", Int, "1 or 2."),
    ("replay_check", Flag, ""),
    ("rate_per_minute", Int, "0 is no limit."),
    ("rotate", Flag, "Make a new token."),
    ("former_token_hours", Int, "How long the token before it lives."),
];
const SEARCH: [(&str, &str); 1] = [("search_value", "Part of a name.")];
const USER_ROW: &str =
    "`id`, `username`, `alias`, `email`, `phone`, `dept_info`, `dept_ids`, `is_active`, `is_admin`, `last_login`, …";

pub(super) fn operations() -> Vec<Op> {
    let operations = vec![
        Op::get("/api/v1.0/accounts/users", "People, by id").access(Session).old_page(&SEARCH, USER_ROW),
        Op::post("/api/v1.0/accounts/users", "Add a person").access(Session).members(&USER).envelope("`data`: `id`."),
        Op::patch("/api/v1.0/accounts/users/{id}", "Change a person")
            .access(Session)
            .members(&USER)
            .envelope("`data`: `id`."),
        Op::delete("/api/v1.0/accounts/users/{id}", "Delete a person").access(Session).envelope("`data`: `{}`."),
        Op::get("/api/v1.0/accounts/users/{id}/roles", "A person's roles")
            .access(Signed)
            .old_page(&SEARCH, "`id`, `name`, `description`, `label`, `creator`, `gmt_created`."),
        Op::get("/api/v1.0/accounts/roles", "Roles, by id")
            .access(Session)
            .old_page(&SEARCH, "`id`, `name`, `description`, `label`, `creator_info`, …"),
        Op::post("/api/v1.0/accounts/roles", "Add a role").access(Session).members(&ROLE).envelope("`data`: `id`."),
        Op::patch("/api/v1.0/accounts/roles/{id}", "Change a role")
            .access(Session)
            .members(&ROLE)
            .envelope("`data`: `id`."),
        Op::delete("/api/v1.0/accounts/roles/{id}", "Delete a role").access(Session).envelope("`data`: `{}`."),
        Op::get("/api/v1.0/accounts/roles/{id}/users", "Members of a role").access(Signed).old_page(&SEARCH, USER_ROW),
        Op::post("/api/v1.0/accounts/roles/{id}/users", "Add a member")
            .access(Session)
            .members(&[("user_id*", Int, "")])
            .envelope("`data`: `{}`."),
        Op::delete("/api/v1.0/accounts/roles/{id}/users/{user_id}", "Remove a member")
            .access(Session)
            .envelope("`data`: `{}`."),
        Op::get("/api/v1.0/accounts/depts", "Departments, by id")
            .access(Session)
            .old_page(&SEARCH, "`id`, `name`, `parent_dept_info`, `leader_info`, `approver_info`, …"),
        Op::post("/api/v1.0/accounts/depts", "Add a department")
            .access(Session)
            .members(&DEPARTMENT)
            .envelope("`data`: `id`."),
        Op::patch("/api/v1.0/accounts/depts/{id}", "Change a department")
            .access(Session)
            .members(&DEPARTMENT)
            .envelope("`data`: `id`."),
        Op::delete("/api/v1.0/accounts/depts/{id}", "Delete a department").access(Session).envelope("`data`: `{}`."),
        Op::get("/api/v1.0/accounts/app_token", "Apps with their tokens, by id")
            .access(Session)
            .old_page(&SEARCH, "`id`, `app_name`, `token`, `workflow_ids`, `ticket_sn_prefix`, …"),
        Op::post("/api/v1.0/accounts/app_token", "Add an app")
            .access(Session)
            .members(&APP)
            .envelope("`data`: `id`, `token`."),
        Op::get("/api/v1.0/accounts/app_token/{id}", "An app with its token")
            .access(Session)
            .envelope("`data`: as a row of the list."),
        Op::patch("/api/v1.0/accounts/app_token/{id}", "Change an app")
            .access(Session)
            .members(&APP)
            .envelope("`data`: `token`, if a new one was made."),
        Op::delete("/api/v1.0/accounts/app_token/{id}", "Delete an app").access(Session).envelope("`data`: `{}`."),
        Op::post("/api/v1.0/accounts/login", "Log in")
            .access(Anybody)
            .members(&[("username*", Text, ""), ("password*", Text, "")])
            .envelope("`data`: `{}`; sets the cookie `sessionid`."),
        Op::get("/api/v1.0/accounts/logout", "Log out").access(Anybody).answers_nothing(302),
    ];
    operations.into_iter().map(|op| op.tag("v1.0 accounts")).collect()
}
