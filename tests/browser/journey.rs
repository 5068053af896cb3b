//! The journey itself, step by step. Tickets are made and handled as back ends do it, by signed calls; everything else happens in
//! the browser.

use std::time::Duration;

use anyhow::ensure;
use gavia_tests::{
    client::AppClient,
    guests, server, until,
    world::{Stage, Workflow},
};
use serde_json::{Value, json};

use crate::{drawing, page::Page};

/// For what a script does, out of the browser's sight.
const PATIENCE: Duration = Duration::from_secs(10);
const MARKUP: &str = "<img src=x onerror=\"window.injected=1\"><script>window.injected=1</script> 五天";

pub(crate) async fn made(page: &mut Page, stage: &Stage) -> anyhow::Result<()> {
    log_in(page).await?;
    loads_light(page).await?;
    upload_and_grant(page).await?;
    let workflow = Workflow { id: drawing::leave(page).await?, ..Workflow::default() };
    let app = stage.app(&[&workflow]).await;
    let moves = transitions(stage, workflow.id).await?;
    let start = |title: &str, fields: Value| {
        let mut body = json!({ "workflow_id": workflow.id, "transition_id": moves("Submit"), "title": title });
        if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
            body.extend(fields);
        }
        body
    };

    let injected = app.create("lisi", start(MARKUP, json!({ "leave_days": 2 }))).await;
    stays_text(page, injected).await?;
    fails_and_is_retried(page, &app, (injected, moves("Agree"))).await?;

    let long = json!({ "leave_days": 5, "leave_start": "2026-05-04", "leave_end": "2026-05-08" });
    let forced = app.create("lisi", start("Five days", long.clone())).await;
    takes_the_long_way(page, &app, (forced, moves("Agree"))).await?;
    is_forced_and_closed(page, forced).await?;
    speaks_chinese(page, forced).await?;
    log_out(page).await
}

/// The ids of the workflow's transitions, by name, as the server has them now.
async fn transitions(stage: &Stage, workflow: i64) -> anyhow::Result<impl Fn(&str) -> i64> {
    let definition = stage.admin.v2(reqwest::Method::GET, &format!("/workflows/{workflow}/definition")).await;
    let stands = |key: &str| {
        let states = definition.body["states"].as_array().cloned().unwrap_or_default();
        let at = states.into_iter().find(|state| state["key"] == key).map(|mut state| state["position"].take());
        at.and_then(|at| Some((at["x"].as_i64()?, at["y"].as_i64()?)))
    };
    // dragged by 260 pixels of a screen on which nothing is larger than life
    let aside = stands("state2").zip(stands("state3")).map(|((dragged, _), (still, _))| dragged - still);
    ensure!(aside.is_some_and(|aside| aside >= 200), "where they were put: {definition:?}");
    let all = definition.body["transitions"].as_array().cloned().unwrap_or_default();
    ensure!(all.len() == 5, "five transitions were drawn: {definition:?}");
    Ok(move |name: &str| {
        let one = all.iter().find(|one| one["name"] == name);
        one.and_then(|one| one["id"].as_i64()).unwrap_or_else(|| panic!("there is no transition {name}: {all:?}"))
    })
}

async fn log_in(page: &mut Page) -> anyhow::Result<()> {
    page.go("/workflows").await?;
    page.fill("login-username", server::ADMIN).await?;
    page.fill("login-password", "a wrong password").await?;
    page.click("login-submit").await?;
    page.says("login-problem", "not right").await?;
    page.picture("login-refused").await?;
    page.fill("login-password", server::PASSWORD).await?;
    page.click("login-submit").await?;
    page.found("[data-testid=\"workflows\"]").await?; // where one wanted to go
    let shown = page.run("return document.cookie").await?;
    ensure!(shown == "", "scripts of the page can read the session: {shown}");
    Ok(())
}

/// All that the first page fetches before it is there, as it comes over the wire.
async fn loads_light(page: &Page) -> anyhow::Result<()> {
    page.go("/").await?;
    page.reads("Oldest open tickets").await?;
    let bytes = page.run(
        "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
         .reduce((sum, one) => sum + one.encodedBodySize, 0)",
    );
    let bytes = bytes.await?.as_u64().unwrap_or_default();
    ensure!((100_000..=500_000).contains(&bytes), "the first page weighs {bytes} bytes");
    Ok(())
}

/// The plugin asks for one thing; it may not run before that is decided.
async fn upload_and_grant(page: &mut Page) -> anyhow::Result<()> {
    page.click("menu-plugins").await?;
    page.click("plugin-upload").await?;
    let file = guests::path("leave_note");
    page.choose_file("[data-testid=\"upload-dialog\"] input[type=\"file\"]", &file.display().to_string()).await?;
    page.click("upload-dialog-save").await?;
    page.shows("version-status-1", "data-status", "needs_approval").await?;
    page.picture("what-the-plugin-asks-for").await?;
    page.click("version-decide-1").await?;
    page.click("grant-tickets-write").await?;
    page.picture("granted").await?;
    page.click("rights-dialog-save").await?;
    page.shows("version-status-1", "data-status", "ready").await?;
    page.click("version-activate-1").await?;
    page.click("confirm-ok").await?;
    page.gone("version-activate-1").await?;

    page.click("menu-run-scripts").await?;
    page.click("script-create").await?;
    page.fill_at("[data-testid=\"script-dialog\"] input[id$=\"_script_name\"]", "Register the leave").await?;
    page.pick_at("[data-testid=\"script-dialog\"] .ant-select:has(input[id$=\"_plugin\"])", "leave-note").await?;
    page.click("script-dialog-save").await?;
    page.gone("script-dialog-save").await?;
    page.says("scripts", "Register the leave").await
}

/// A title full of markup is shown as it was written, in the list, in the ticket and in its log.
async fn stays_text(page: &mut Page, ticket: i64) -> anyhow::Result<()> {
    page.click("menu-tickets").await?;
    page.says(&format!("tickets-row-{ticket}"), MARKUP).await?;
    page.picture("tickets").await?;
    page.go(&format!("/tickets/{ticket}")).await?;
    page.reads(MARKUP).await?;
    page.says("ticket-state", "Team lead").await?;
    page.go(&format!("/tickets/{ticket}?tab=log")).await?;
    page.says("ticket-log", "Submit").await?;
    let ran = page.run("return window.injected ?? document.querySelectorAll('img[src=x]').length").await?;
    ensure!(ran == 0, "the title became markup: {ran}");
    Ok(())
}

/// The plugin wants fields that are empty; they are filled in by hand, and the run is tried again.
async fn fails_and_is_retried(page: &mut Page, app: &AppClient, (ticket, agree): (i64, i64)) -> anyhow::Result<()> {
    app.patch("lilei", &format!("/tickets/{ticket}"), json!({ "transition_id": agree })).await.ok();
    until(PATIENCE, async || app.row(ticket).await, |row| row["script_run_last_result"] == false).await;
    page.go(&format!("/tickets/{ticket}")).await?;
    page.says("ticket-state", "Register").await?;
    page.picture("a-script-that-failed").await?;

    intervene(page, "set_fields").await?;
    for (field, day) in [("leave_start", "2026-05-04"), ("leave_end", "2026-05-05")] {
        page.fill_at(&format!("[data-testid=\"intervention\"] [data-testid=\"field-{field}\"]"), day).await?;
    }
    give_reason(page, "The days were missing").await?;
    intervene(page, "retry").await?;
    give_reason(page, "With the days it can be registered").await?;
    let refreshed = async || page.click("ticket-refresh").await;
    page.comes_to_show("ticket-status", ("data-status", "ended"), refreshed).await?;
    page.picture("retried-and-ended").await?;
    page.go(&format!("/tickets/{ticket}?tab=calls")).await?;
    page.found("[data-testid^=\"ticket-calls-row-\"]").await?;
    page.picture("what-the-plugin-did").await
}

/// More than three days go to HR, and the chart shows the way that was taken.
async fn takes_the_long_way(page: &mut Page, app: &AppClient, (ticket, agree): (i64, i64)) -> anyhow::Result<()> {
    app.patch("lilei", &format!("/tickets/{ticket}"), json!({ "transition_id": agree })).await.ok();
    page.go(&format!("/tickets/{ticket}?tab=chart")).await?;
    page.says("ticket-state", "HR").await?;
    page.found("[data-testid^=\"chart-link-\"][data-lit]").await?;
    page.picture("the-way-that-was-taken").await
}

async fn is_forced_and_closed(page: &mut Page, ticket: i64) -> anyhow::Result<()> {
    page.go(&format!("/tickets/{ticket}")).await?;
    intervene(page, "force_state").await?;
    page.click("intervention-save").await?;
    page.says("intervention", "say why").await?;
    page.picture("no-intervention-without-a-reason").await?;
    page.pick("intervention-state", "Team lead").await?;
    give_reason(page, "Sent to HR too early").await?;
    page.says("ticket-state", "Team lead").await?;
    intervene(page, "close").await?;
    give_reason(page, "Withdrawn").await?;
    page.shows("ticket-status", "data-status", "closed").await?;
    page.go(&format!("/tickets/{ticket}?tab=log")).await?;
    for reason in ["Sent to HR too early", "Withdrawn"] {
        page.says("ticket-log", reason).await?;
    }
    page.picture("the-reasons-in-the-log").await
}

async fn intervene(page: &Page, action: &str) -> anyhow::Result<()> {
    page.click("intervene").await?;
    page.click(&format!("intervene-{action}")).await?;
    page.found("[data-testid=\"intervention-reason\"]").await.map(drop)
}

async fn give_reason(page: &Page, reason: &str) -> anyhow::Result<()> {
    page.fill("intervention-reason", reason).await?;
    page.click("intervention-save").await?;
    page.gone("intervention-save").await
}

async fn speaks_chinese(page: &mut Page, ticket: i64) -> anyhow::Result<()> {
    page.click("language-switch").await?;
    page.says("menu-tickets", "工单").await?;
    page.go(&format!("/tickets/{ticket}?tab=chart")).await?; // the choice is kept
    page.says("menu-overview", "总览").await?;
    page.picture("chinese").await?;
    page.go("/").await?;
    page.found("[data-testid=\"chart-per-day\"]").await?;
    page.picture("overview").await
}

async fn log_out(page: &mut Page) -> anyhow::Result<()> {
    page.click("account-menu").await?;
    page.click("logout").await?;
    page.found("[data-testid=\"login-card\"]").await?;
    page.go("/tickets").await?;
    page.found("[data-testid=\"login-card\"]").await.map(drop)
}
