//! What the four lists ask of the database: how much of their time the exact total takes, and the plans by which they are answered.
#![expect(clippy::print_stdout, reason = "rows of the table")]

use std::time::Instant;

use anyhow::Context as _;
use gavia::store::{
    self,
    ticket_lists::{self, Category, Filter},
};
use reqwest::Method;

use crate::{
    median,
    plan::{LOOP_HOLDER, list},
    stage::Stage,
    verdict,
};

const TURNS: usize = 50;
/// One page.
const ROWS: i64 = 10;

/// The last is the list with a filter that no counter answers.
fn four(app: i64) -> [(&'static str, Filter); 5] {
    let of = |category| list(category, app, LOOP_HOLDER);
    [
        ("duty", of(Category::Duty)),
        ("owner", of(Category::Owner)),
        ("relation", of(Category::Relation)),
        ("all", of(Category::All)),
        ("all that wait", Filter { is_ended: Some(false), ..of(Category::All) }),
    ]
}

async fn app(stage: &Stage) -> anyhow::Result<i64> {
    Ok(store::auth::app_by_name(&stage.db, &stage.app.name).await?.context("the app")?.0.id)
}

/// A row a list: the total's statement beside the page's, one caller alone.
pub(crate) async fn shares(stage: &Stage, tickets: i64) -> anyhow::Result<()> {
    for (name, filter) in four(app(stage).await?) {
        let (mut counts, mut pages) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let started = Instant::now();
            ticket_lists::count(&stage.db, &filter).await?;
            counts.push(started.elapsed().as_secs_f64() * 1000.0);
            let started = Instant::now();
            ticket_lists::rows(&stage.db, &filter, ROWS, 0).await?;
            pages.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        let (count, page) = (median(&mut counts), median(&mut pages));
        let name = format!("total : page of list ({name}), {tickets} tickets");
        println!(
            "{name:<44} {count:>11.2} ms {page:>11.2} ms {:>7.0} %  total's share",
            100.0 * count / (count + page)
        );
    }
    Ok(())
}

/// The ticket list that the console opens with beside the list of all tickets that callers read, both over HTTP, one caller alone.
pub(crate) async fn console(stage: &Stage, tickets: i64) -> anyhow::Result<()> {
    let admin = stage.node.admin().await;
    let (mut pages, mut lists) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let started = Instant::now();
        let page = admin.v2(Method::GET, "/tickets?limit=25").await;
        pages.push(started.elapsed().as_secs_f64() * 1000.0);
        anyhow::ensure!(page.body["items"].as_array().is_some_and(|items| items.len() == 25), "{page:?}");
        let started = Instant::now();
        let list = stage.app.get(LOOP_HOLDER, "/tickets?category=all&per_page=25").await.ok();
        lists.push(started.elapsed().as_secs_f64() * 1000.0);
        anyhow::ensure!(list["value"].as_array().is_some_and(|rows| rows.len() == 25), "{list}");
    }
    let (page, list) = (median(&mut pages), median(&mut lists));
    let name = format!("the console's list : all, {tickets} tickets, p50");
    println!("{name:<44} {page:>11.2} ms {list:>11.2} ms {:>8.2}  <= 1{}", page / list, verdict(page <= list));
    Ok(())
}

pub(crate) async fn plans(stage: &Stage) -> anyhow::Result<()> {
    for (name, filter) in four(app(stage).await?) {
        for (statement, lines) in ticket_lists::explain(&stage.db, &filter, ROWS).await? {
            println!("\nplan of list ({name}), {statement}:");
            for line in lines {
                println!("    {line}");
            }
        }
    }
    Ok(())
}
