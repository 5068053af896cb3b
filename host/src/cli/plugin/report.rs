//! What a component is, in words: kinds, imports by capability, manifest, requests with their reasons, and where these disagree.

use std::fmt::Write as _;

use gavia_plugin_manifest::{Manifest, SECTION, Setting, SettingKind};
use gavia_sandbox::{Prepared, custom_section};

use crate::cli::stop::Stop;

/// Which grant an interface of the contract needs; `None` for those that need none.
const INTERFACES: [(&str, Option<&str>); 8] = [
    ("gavia:plugin/log@", None),
    ("gavia:plugin/config@", None),
    ("gavia:plugin/secrets@", Some("secrets")),
    ("gavia:plugin/kv@", Some("kv")),
    ("gavia:plugin/tickets@", Some("tickets-read")),
    ("gavia:plugin/effects@", Some("tickets-write")),
    ("gavia:plugin/directory@", Some("directory")),
    ("wasi:http/outgoing-handler@", Some("http")),
];

/// The component's manifest, if it has one. One that is none is a reason to stop.
pub(super) fn manifest(component: &[u8]) -> Result<Option<Manifest>, Stop> {
    let section = custom_section(component, SECTION).map(Manifest::from_json).transpose();
    section.map_err(|error| Stop::refused(format!("the section {SECTION} is no manifest: {error}")))
}

pub(super) fn of(prepared: &Prepared) -> Result<String, Stop> {
    let manifest = manifest(&prepared.bytes)?;
    let mut text = String::new();
    let kinds = list(prepared.kinds.iter());
    let report = &prepared.report;
    line(&mut text, "is", format_args!("a component of kind {kinds}"));
    line(&mut text, "size", format_args!("{} bytes, {} functions", report.size, report.functions));
    line(&mut text, "sha-256", format_args!("{}", prepared.component));
    line(&mut text, "compiled", format_args!("in {} ms", prepared.took.as_millis()));
    for import in contract_imports(prepared) {
        let grant =
            grant_of(import).map_or_else(|| "needs no grant".to_owned(), |grant| format!("needs the grant {grant}"));
        line(&mut text, "imports", format_args!("{import}, provided; {grant}"));
    }
    let wasi = report.imports.iter().filter(|import| import.starts_with("wasi:") && grant_of(import).is_none()).count();
    if wasi > 0 {
        line(
            &mut text,
            "imports",
            format_args!("{wasi} interfaces of wasi, provided; no files, no sockets, no environment"),
        );
    }
    match &manifest {
        None => line(&mut text, "manifest", format_args!("none: it can ask for nothing, so nothing can be granted")),
        Some(manifest) => described(&mut text, manifest),
    }
    for warning in disagreements(prepared, manifest.as_ref()) {
        line(&mut text, "warning", format_args!("{warning}"));
    }
    Ok(text)
}

fn described(text: &mut String, manifest: &Manifest) {
    line(text, "plugin", format_args!("{} {}, {}", manifest.id(), manifest.version(), manifest.licence()));
    line(text, "", format_args!("{}", manifest.description()));
    if !manifest.sdk().is_empty() {
        line(text, "made with", format_args!("{}", manifest.sdk()));
    }
    for capability in manifest.capabilities() {
        line(text, "asks to", format_args!("{capability}: {}", capability.reason()));
    }
    if manifest.capabilities().is_empty() {
        line(text, "asks to", format_args!("do nothing that needs a grant"));
    }
    for Setting { key, kind, required, default, description } in manifest.settings() {
        let kind = match kind {
            SettingKind::Text => "text",
            SettingKind::Url => "an URL",
            SettingKind::Integer => "a whole number",
            SettingKind::Boolean => "true or false",
        };
        let needed = match (required, default) {
            (true, _) => "needed".to_owned(),
            (false, Some(default)) => format!("{default:?} if left out"),
            (false, None) => "may be left out".to_owned(),
        };
        line(text, "setting", format_args!("{key} ({kind}, {needed}): {description}"));
    }
}

/// Where a component and its manifest say different things: each makes the plugin fail later, in front of a user.
pub(super) fn disagreements(prepared: &Prepared, manifest: Option<&Manifest>) -> Vec<String> {
    let Some(manifest) = manifest else { return Vec::new() };
    let mut found = Vec::new();
    let (is, claims) = (list(prepared.kinds.iter()), list(manifest.kinds().iter()));
    let same = prepared.kinds.len() == manifest.kinds().len()
        && prepared.kinds.iter().all(|kind| manifest.kinds().iter().any(|claim| claim.to_string() == kind.to_string()));
    if !same {
        found.push(format!("the manifest says {claims}, and the component is {is}"));
    }
    let imports: Vec<&str> = contract_imports(prepared).filter_map(grant_of).collect();
    let asked = |grant: &str| manifest.capabilities().iter().any(|capability| capability.grant() == grant);
    for grant in imports.iter().filter(|grant| !asked(grant)) {
        found.push(format!("the component uses what needs the grant {grant}, and the manifest does not ask for it"));
    }
    for capability in manifest.capabilities().iter().filter(|capability| !imports.contains(&capability.grant())) {
        let grant = capability.grant();
        // Contact data of recipients and actors comes with the call, under this grant and without the import.
        if grant != "directory" {
            found.push(format!("the manifest asks for {grant}, and the component does not use it"));
        }
    }
    found
}

fn contract_imports(prepared: &Prepared) -> impl Iterator<Item = &str> {
    let ours = |import: &&str| INTERFACES.iter().any(|(prefix, _)| import.starts_with(prefix));
    prepared.report.imports.iter().map(String::as_str).filter(ours)
}

fn grant_of(import: &str) -> Option<&'static str> {
    INTERFACES.iter().find(|(prefix, _)| import.starts_with(prefix)).and_then(|(_, grant)| *grant)
}

fn list<T: std::fmt::Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, label: &str, words: std::fmt::Arguments<'_>) {
    writeln!(text, "  {label:<9}  {words}").expect("a String takes everything");
}
