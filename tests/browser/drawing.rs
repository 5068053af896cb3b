//! The leave workflow drawn from nothing in the designer: fields, states, transitions, a condition that is wrong at first, and who
//! may fill in what.

use anyhow::Context as _;

use crate::page::Page;

/// Draws and saves it; gives its id.
pub(crate) async fn leave(page: &mut Page) -> anyhow::Result<i64> {
    page.click("menu-workflows").await?;
    page.click("workflow-new-design").await?;
    page.fill("settings-name", "Leave").await?;
    fields(page).await?;
    page.click("designer-tab-chart").await?;
    states(page).await?;
    transitions(page).await?;
    access(page).await?;
    page.click("designer-tab-chart").await?;
    condition_is_mended(page).await?;
    page.picture("the-leave-workflow-drawn").await?;
    page.escape().await?;
    page.drag("chart-state-state2", (260, 60)).await?;
    page.found("[data-testid=\"designer-lay-out\"]").await?;
    page.picture("a-state-dragged-elsewhere").await?;
    page.click("designer-save").await?;
    page.shows("designer", "data-dirty", "false").await?;
    page.says("designer-status", "1").await?;
    let path = page.path().await?;
    let id = path.split('/').nth(2).and_then(|id| id.parse().ok());
    id.with_context(|| format!("no workflow's id in {path}"))
}

async fn fields(page: &mut Page) -> anyhow::Result<()> {
    page.click("designer-tab-fields").await?;
    for (key, name, kind) in [
        ("leave_days", "Days", "Whole number"),
        ("leave_start", "First day", "Text"),
        ("leave_end", "Last day", "Text"),
        ("leave_record", "Record", "Text"),
    ] {
        page.click("field-add").await?;
        page.fill("field-key", key).await?;
        page.fill("field-name", name).await?;
        page.pick("field-kind", kind).await?;
    }
    page.picture("fields").await
}

async fn states(page: &mut Page) -> anyhow::Result<()> {
    for (name, kind) in [("Team lead", "Variable"), ("HR", "One person"), ("Register", "Run script")] {
        page.escape().await?;
        page.click("designer-add-state").await?;
        page.fill("state-name", name).await?;
        page.pick("participant-kind", kind).await?;
        match name {
            "Team lead" => {
                page.pick("participant-value", "approver or leader").await?; // beside the creator, whom a new state has
                page.take_option("the creator").await?;
            }
            "HR" => page.search_and_pick("participant-value", "jac", "jack").await?,
            _ => page.pick("participant-value", "Register the leave").await?,
        }
    }
    page.picture("states").await
}

async fn transitions(page: &mut Page) -> anyhow::Result<()> {
    for (source, target, name) in [
        ("start", "Team lead", "Submit"),
        ("state1", "Register", "Agree"),
        ("state1", "Start", "Refuse"),
        ("state2", "Register", "Agree as HR"),
        ("state3", "End", "Registered"),
    ] {
        page.click(&format!("chart-state-{source}")).await?;
        page.pick("state-add-transition", target).await?;
        page.fill("transition-name", name).await?;
        if name == "Refuse" {
            page.pick("transition-attribute", "Refuse").await?;
        }
    }
    page.click("chart-state-state1").await?;
    page.click("leaving-transition2").await?;
    page.click("condition-add").await?;
    page.fill("condition-0-expression", "{leave_days} >").await?;
    page.pick("condition-0-target", "HR").await
}

async fn access(page: &mut Page) -> anyhow::Result<()> {
    page.click("designer-tab-access").await?;
    for key in ["leave_days", "leave_start", "leave_end"] {
        page.choose(&format!("access-all-{key}"), "read_only").await?;
    }
    page.choose("access-leave_days-start", "required").await?;
    page.choose("access-leave_start-start", "optional").await?;
    page.choose("access-leave_end-start", "optional").await?;
    page.picture("field-access").await
}

/// What is wrong with it stands below it, at its column, and nothing is saved before it is right.
async fn condition_is_mended(page: &mut Page) -> anyhow::Result<()> {
    page.click("designer-save").await?;
    page.shows("condition-0-expression-finding", "data-column", "15").await?;
    page.picture("a-condition-refused-at-its-column").await?;
    page.fill("condition-0-expression", "{leave_days} > 3").await?;
    page.gone("condition-0-expression-finding").await
}
