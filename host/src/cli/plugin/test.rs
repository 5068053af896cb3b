//! `gavia plugin test`: a Rust plugin's own tests, natively; then the component, in the server's sandbox, on every case; and what each
//! call used of what it may use.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use clap::Args;
use gavia_plugin_manifest::Manifest;
use gavia_sandbox::{Call, Gateway, Kind, Limits, Lowered, Outcome, Prepared, Sandbox, Stage};

use super::{
    build,
    case::{self, Case, Found},
    grants,
    judge::{self, Answer},
    languages::Language,
    receiver::{Received, Receiver},
    record, report, sandbox_with, used,
};
use crate::cli::{desk::say, stop::Stop};

#[derive(Args, Debug)]
pub(in crate::cli) struct Options {
    /// The plugin's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Build nothing and run the cases on this component
    #[arg(long)]
    component: Option<PathBuf>,
    /// Run only this case, and none of the plugin's own tests; may be given again for another
    #[arg(long = "case", value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Where something else came than a case expects, write what came into its file
    #[arg(long)]
    record: bool,
}

pub(super) async fn run(options: Options) -> Result<(), Stop> {
    let Options { dir, component, cases: named, record } = options;
    let only_cases = component.is_some() || !named.is_empty();
    let cases =
        if named.is_empty() { case::of(&dir)? } else { named.into_iter().map(case::read).collect::<Result<_, _>>()? };
    if !only_cases && Language::of(&dir)? == Language::Rust {
        build::package(&dir)?;
        native(&dir)?;
    }
    let file = component.map_or_else(|| build::component(&dir), Ok)?;
    let stage = Stage::default();
    let (sandbox, _cache) = sandbox_with(Gateway::rehearsing(stage.clone()))?;
    let prepared = build::prepare(&sandbox, &file).await?;
    let manifest = report::manifest(&prepared.bytes)?.ok_or_else(|| Stop::refused("the plugin has no manifest"))?;
    say(&format!("{} {}: {} bytes", manifest.id(), manifest.version(), prepared.bytes.len()))?;
    let (count, mut failed, mut recorded) = (cases.len(), 0, 0);
    for Found { file, name, case } in cases {
        let ran = ran((&sandbox, &stage), (&prepared, &manifest), &name, case).await?;
        let word = match (ran.differences.is_empty(), record) {
            (true, _) => "ok",
            (false, true) => {
                record::write(&file, &ran.outcome, &ran.received)?;
                recorded += 1;
                "wrote"
            }
            (false, false) => {
                failed += 1;
                "FAILED"
            }
        };
        ran.told(word, &name)?;
    }
    match (count, failed, recorded) {
        (0, _, _) => say("no cases in tests/*.json: the component itself was not run"),
        (1, 0, 0) => say("the one case passed"),
        (_, 0, 0) => say(&format!("all {count} cases passed")),
        (_, 0, recorded) => say(&format!("wrote {recorded} of {count} cases: read what they expect now")),
        (_, failed, _) => Err(Stop::refused(format!("{failed} of {count} cases failed"))),
    }
}

/// `cargo test`, with its own output.
fn native(dir: &Path) -> Result<(), Stop> {
    let status = build::cargo(dir).arg("test").stdin(Stdio::null()).status();
    let status = status.map_err(|error| Stop::Io("cargo does not start", error))?;
    if status.success() { Ok(()) } else { Err(Stop::refused("the plugin's own tests fail, see above")) }
}

/// What came of a case.
struct Ran {
    outcome: Outcome<Answer>,
    received: Vec<Received>,
    limits: Limits,
    /// What the plugin keeps now.
    kv_bytes: usize,
    differences: Vec<String>,
}

impl Ran {
    fn told(&self, word: &str, name: &str) -> Result<(), Stop> {
        let [always, more] = used::told(&self.outcome.usage, &self.limits, self.kv_bytes);
        say(&format!("{word:6}  {name}  ({always})"))?;
        if !more.is_empty() {
            say(&format!("        used {more}"))?;
        }
        for difference in &self.differences {
            say(&format!("        {difference}"))?;
        }
        if !self.differences.is_empty() {
            for line in &self.outcome.logs {
                say(&format!("        its log: {}", line.message))?;
            }
        }
        Ok(())
    }
}

async fn ran(
    (sandbox, stage): (&Sandbox, &Stage),
    (prepared, manifest): (&Prepared, &Manifest),
    name: &str,
    mut case: Case,
) -> Result<Ran, Stop> {
    let kind = kind(prepared, name, case.kind.as_deref())?;
    let receiver = Receiver::start(&case.http).await?;
    stage.set(Some(receiver.address));
    case.at(&receiver.origin());
    let granted = grants::of(manifest, &case, &receiver.origin())?;
    let limits = limits(manifest, kind)?;
    let context = case.context();
    let world = Arc::new(case.services());
    let call = Call { context: &context, grants: Arc::new(granted), limits, host: world.clone() };
    let plugin = &prepared.plugin;
    let outcome = match kind {
        Kind::Action => answered(sandbox.run_action(plugin, call).await, Answer::Action),
        Kind::Participants => answered(sandbox.resolve_participants(plugin, call).await, Answer::Participants),
        Kind::Notice => {
            let message = case.message().ok_or_else(|| Stop::refused(format!("{name} has no `message` to deliver")))?;
            answered(sandbox.send_notice(plugin, &message, call).await, Answer::Notice)
        }
        Kind::Condition => answered(sandbox.first_match(plugin, &case.expressions, call).await, Answer::Condition),
    };
    let received = receiver.received();
    let differences = judge::differences(&case, &outcome, &received);
    let kv_bytes = world.kv.bytes(world.plugin);
    Ok(Ran { outcome, received, limits, kv_bytes, differences })
}

/// The server's, and the manifest's own where those are lower: a plugin that needs more than it wishes for fails here and not in service.
fn limits(manifest: &Manifest, kind: Kind) -> Result<Limits, Stop> {
    let own = manifest.limits().iter().find(|(own, _)| own.to_string() == kind.to_string());
    let lowered =
        serde_json::to_value(own.map(|(_, numbers)| numbers)).and_then(serde_json::from_value::<Option<Lowered>>);
    let lowered = lowered.map_err(|error| Stop::refused(format!("the manifest's limits of {kind}: {error}")))?;
    Ok(Limits::for_kind(kind).lowered(&lowered.unwrap_or_default()))
}

fn kind(prepared: &Prepared, name: &str, wanted: Option<&str>) -> Result<Kind, Stop> {
    match (wanted, &prepared.kinds[..]) {
        (None, [only]) => Ok(*only),
        (None, _) => Err(Stop::refused(format!("{name} must say its `kind`: the plugin has several"))),
        (Some(wanted), kinds) => {
            let found = kinds.iter().find(|kind| kind.to_string() == wanted);
            found.copied().ok_or_else(|| Stop::refused(format!("{name}: the plugin is not of kind {wanted:?}")))
        }
    }
}

fn answered<T>(outcome: Outcome<T>, wrap: impl FnOnce(T) -> Answer) -> Outcome<Answer> {
    let Outcome { result, usage, logs, effects } = outcome;
    Outcome { result: result.map(wrap), usage, logs, effects }
}
