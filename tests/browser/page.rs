//! A page of the console in a real Chromium: the few verbs that a journey is told with. Each waits for what it needs, since a page
//! changes while one looks at it, and gives up after a while with a sentence that names what was missing.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, WebElement, error::WebDriverResult,
};
use tokio::time::{Instant, sleep};

/// Keys as the protocol writes them.
const DOWN: &str = "\u{e015}";
const ESCAPE: &str = "\u{e00c}";
const SELECT_ALL: &str = "\u{e009}a\u{e000}"; // control and a
const PATIENCE: Duration = Duration::from_secs(20);
/// What a browser without a person, a screen and the internet is started with; animations off, so that nothing moves under a click.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--lang=en",
    "--window-size=1500,1000",
];

pub(crate) struct Page {
    client: WebDriver,
    base: String,
    pictures: PathBuf,
    taken: u32,
    _driver: Driver,
}

/// The driver with the browsers that it started; all end with this value.
struct Driver {
    process: Child,
    profile: TempDir,
}

impl Page {
    /// `base` is the server's address. The browser is fresh: no cookie, nothing stored.
    pub(crate) async fn open(base: &str) -> anyhow::Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut process = command.spawn().context("chromedriver does not start (Debian: chromium-driver)")?;
        let output = BufReader::new(process.stdout.take().context("its output")?);
        let driver = Driver { process, profile };
        let address = tokio::task::spawn_blocking(move || driver_address(output)).await??;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", driver.profile.path().display()))?;
        let client = WebDriver::new(address, wanted).await.context("Chromium does not start")?;
        let pictures = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        fs::create_dir_all(&pictures)?;
        Ok(Self { client, base: base.to_owned(), pictures, taken: 0, _driver: driver })
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.quit().await?)
    }

    pub(crate) async fn go(&self, path: &str) -> anyhow::Result<()> {
        self.client.goto(format!("{}{path}", self.base)).await.with_context(|| format!("going to {path}"))
    }

    /// The path of the address that is shown.
    pub(crate) async fn path(&self) -> anyhow::Result<String> {
        Ok(self.client.current_url().await?.path().to_owned())
    }

    /// Presses what has this test id.
    pub(crate) async fn click(&self, id: &str) -> anyhow::Result<()> {
        self.click_at(&by(id)).await
    }

    /// Takes hold of what has this test id and lets go of it so many pixels further.
    pub(crate) async fn drag(&self, id: &str, (x, y): (i64, i64)) -> anyhow::Result<()> {
        let element = self.found(&by(id)).await?;
        // in two steps: the first tells a drag from a click
        let chain = self.client.action_chain().click_and_hold_element(&element);
        let chain = chain.move_by_offset(x / 2, y / 2).move_by_offset(x - x / 2, y - y / 2).release();
        chain.perform().await.with_context(|| format!("dragging {id}"))
    }

    pub(crate) async fn click_at(&self, css: &str) -> anyhow::Result<()> {
        patiently(&format!("clicking {css}"), async || Ok(self.now(css).await?.click().await?)).await
    }

    /// Puts a text in the place of what an input holds.
    pub(crate) async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        self.fill_at(&by(id), text).await
    }

    pub(crate) async fn fill_at(&self, css: &str, text: &str) -> anyhow::Result<()> {
        self.send(css, &format!("{SELECT_ALL}{text}")).await
    }

    /// Hands a file to an upload's input, which is not shown.
    pub(crate) async fn choose_file(&self, css: &str, file: &str) -> anyhow::Result<()> {
        self.send(css, file).await
    }

    async fn send(&self, css: &str, keys: &str) -> anyhow::Result<()> {
        patiently(&format!("filling in {css}"), async || Ok(self.now(css).await?.send_keys(keys).await?)).await
    }

    /// Opens a list and picks the first option whose text has this in it.
    pub(crate) async fn pick(&self, id: &str, option: &str) -> anyhow::Result<()> {
        self.pick_at(&by(id), option).await
    }

    pub(crate) async fn pick_at(&self, css: &str, option: &str) -> anyhow::Result<()> {
        self.click_at(css).await?;
        self.take_option(option).await
    }

    /// As `pick`, where the server looks for what is typed.
    pub(crate) async fn search_and_pick(&self, id: &str, typed: &str, option: &str) -> anyhow::Result<()> {
        self.click(id).await?;
        self.press(typed).await?;
        self.take_option(option).await
    }

    /// Closes what is open over the page.
    pub(crate) async fn escape(&self) -> anyhow::Result<()> {
        self.press(ESCAPE).await
    }

    async fn press(&self, keys: &str) -> anyhow::Result<()> {
        let pressed = async || Ok(self.client.active_element().await?.send_keys(keys).await?);
        patiently(&format!("pressing {keys}"), pressed).await
    }

    /// Picks in a list that is open. Where several may be picked it stays open, and what was picked before is taken back.
    pub(crate) async fn take_option(&self, option: &str) -> anyhow::Result<()> {
        let shown = format!(
            "//div[contains(@class,'ant-select-dropdown') and not(contains(@class,'ant-select-dropdown-hidden'))]\
             //div[contains(@class,'ant-select-item-option') and contains(normalize-space(.), '{option}')]"
        );
        patiently(&format!("picking {option}"), async || {
            let picked = async { self.client.find(By::XPath(&shown)).await?.click().await };
            if let Err(error) = picked.await {
                // a long list shows some of its options; the next come into sight by the keyboard
                self.client.active_element().await?.send_keys(DOWN).await?;
                return Err(error.into());
            }
            Ok(())
        })
        .await
    }

    /// Chooses in a plain list of the browser's own.
    pub(crate) async fn choose(&self, id: &str, value: &str) -> anyhow::Result<()> {
        self.click_at(&format!("{} option[value=\"{value}\"]", by(id))).await
    }

    pub(crate) async fn found(&self, css: &str) -> anyhow::Result<WebElement> {
        patiently(&format!("finding {css}"), async || Ok(self.now(css).await?)).await
    }

    /// Without waiting.
    async fn now(&self, css: &str) -> WebDriverResult<WebElement> {
        self.client.find(By::Css(css)).await
    }

    /// Waits until the element says so.
    pub(crate) async fn says(&self, id: &str, wanted: &str) -> anyhow::Result<()> {
        let css = by(id);
        patiently(&format!("{id} says {wanted}"), async || {
            let said = self.now(&css).await?.text().await?;
            ensure!(said.contains(wanted), "it says {said}");
            Ok(())
        })
        .await
    }

    /// Waits until the page as a whole, as one reads it, has this text.
    pub(crate) async fn reads(&self, wanted: &str) -> anyhow::Result<()> {
        patiently(&format!("the page says {wanted}"), async || {
            let said = self.run("return document.body.innerText").await?;
            ensure!(said.as_str().is_some_and(|said| said.contains(wanted)), "it says {said}");
            Ok(())
        })
        .await
    }

    /// Waits until an attribute has this value.
    pub(crate) async fn shows(&self, id: &str, attribute: &str, wanted: &str) -> anyhow::Result<()> {
        self.comes_to_show(id, (attribute, wanted), async || Ok(())).await
    }

    /// As `shows`, for what does not change by itself: `again` has the page look once more before each look at it.
    pub(crate) async fn comes_to_show(
        &self,
        id: &str,
        (attribute, wanted): (&str, &str),
        again: impl AsyncFn() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let css = by(id);
        patiently(&format!("{id} has the {attribute} {wanted}"), async || {
            again().await?;
            let shown = self.now(&css).await?.attr(attribute).await?;
            ensure!(shown.as_deref() == Some(wanted), "it is {shown:?}");
            Ok(())
        })
        .await
    }

    /// Waits until nothing with this test id can be seen.
    pub(crate) async fn gone(&self, id: &str) -> anyhow::Result<()> {
        let css = by(id);
        patiently(&format!("{id} goes"), async || {
            // what cannot be found, or is replaced while one looks, is not seen
            let seen = async { self.now(&css).await?.is_displayed().await };
            ensure!(!seen.await.unwrap_or(false), "it is there");
            Ok(())
        })
        .await
    }

    /// Runs a script in the page, such as one that reads what no element shows.
    pub(crate) async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?.json().clone())
    }

    /// Keeps a picture for people to look at.
    pub(crate) async fn picture(&mut self, name: &str) -> anyhow::Result<()> {
        sleep(Duration::from_millis(400)).await; // what fades in has come
        self.taken += 1;
        let file = self.pictures.join(format!("{:02}-{name}.png", self.taken));
        Ok(fs::write(file, self.client.screenshot_as_png().await?)?)
    }
}

fn by(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// Tries until it succeeds; a page that is being drawn has not everything yet, or has it covered. What was wrong last stands in the
/// error.
async fn patiently<T>(what: &str, mut attempt: impl AsyncFnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Err(_) if Instant::now() < end => sleep(Duration::from_millis(100)).await,
            told => return told.with_context(|| format!("waited in vain: {what}")),
        }
    }
}

/// The driver chooses a free port and tells it in a line.
fn driver_address(output: impl BufRead) -> anyhow::Result<String> {
    for line in output.lines() {
        let line = line?;
        if let Some((_, port)) = line.split_once("successfully on port ") {
            return Ok(format!("http://127.0.0.1:{}", port.trim_end_matches('.')));
        }
    }
    bail!("chromedriver ended before it listened")
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Ok(id) = i32::try_from(self.process.id()) {
            // whoever ended already needs no signal
            let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        }
        let _ = self.process.wait();
    }
}
