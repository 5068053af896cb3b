//! The console in a real browser, against a real server: what an administrator does from the first log-in to a closed ticket
//! (issue of the console, point 8). Where no browser is installed the test says so and ends, unless `CI` is set: there it fails.
//! Pictures of each step are in the `screenshots` folder under the target directory's `tmp`.

mod drawing;
mod journey;
mod page;

use gavia_tests::world::Stage;

use crate::page::Page;

#[tokio::test]
async fn an_administrator_builds_a_workflow_and_looks_after_its_tickets_in_the_console() {
    if std::env::var_os("CI").is_none() && !is_installed("chromedriver") {
        eprintln!("skipped: there is no chromedriver (Debian: chromium, chromium-driver)");
        return;
    }
    let stage = Stage::open(env!("CARGO_BIN_EXE_gavia-node")).await.expect("a node on a database");
    let mut page = Page::open(&stage.node.base).await.expect("a browser");
    let told = journey::made(&mut page, &stage).await;
    if told.is_err() {
        let _ = page.picture("where-it-failed").await; // the error itself says more
    }
    let address = page.path().await;
    page.close().await.expect("the browser closes");
    told.unwrap_or_else(|error| panic!("{error:#}; the console's address: {address:?}"));
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
