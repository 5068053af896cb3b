//! Every dependency, in both workspaces and on every platform, has a licence that deny.toml allows and is not banned there.
//! cargo-deny judges by the same file; this test holds on machines that do not have it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::iter::Peekable;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The lists of deny.toml.
struct Policy {
    allowed: Vec<String>,
    banned: Vec<String>,
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn policy() -> Policy {
    let text = std::fs::read_to_string(repository().join("deny.toml")).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let texts = |list: &toml::Value, key: Option<&str>| -> Vec<String> {
        let entry = |v: &toml::Value| key.map_or(v, |k| &v[k]).as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(entry).collect()
    };
    Policy { allowed: texts(&file["licenses"]["allow"], None), banned: texts(&file["bans"]["deny"], Some("crate")) }
}

/// All packages of a workspace's lock. The first form needs no network, the second fetches what other platforms use,
/// the third is what a machine without network can still say: the packages of its own platform.
fn packages(manifest: &str) -> Vec<Value> {
    let version = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let mut complaints = String::new();
    for flags in [&["--offline"][..], &[], &["--offline", "--filter-platform", host]] {
        let answer = Command::new(env!("CARGO"))
            .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
            .arg(repository().join(manifest))
            .args(flags)
            .env("CARGO_NET_RETRY", "0")
            .output()
            .unwrap();
        if answer.status.success() {
            let mut metadata: Value = serde_json::from_slice(&answer.stdout).unwrap();
            return serde_json::from_value(metadata["packages"].take()).unwrap();
        }
        complaints += &String::from_utf8_lossy(&answer.stderr);
    }
    panic!("cargo metadata for {manifest}: {complaints}");
}

/// Whether an SPDX expression can be met with the allowed licences alone. A slash is the old way to write `OR`.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any_of(&mut words, allowed);
    met && words.next().is_none()
}

fn any_of<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>, allowed: &[String]) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>, allowed: &[String]) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>, allowed: &[String]) -> bool {
    let Some(word) = words.next() else { return false };
    if word == "(" {
        let met = any_of(words, allowed);
        return words.next() == Some(")") && met;
    }
    let mut licence = word.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next().unwrap_or_default());
    }
    allowed.contains(&licence)
}

fn violations(manifest: &str) -> Vec<String> {
    let policy = policy();
    let packages = packages(manifest);
    assert!(packages.len() > 5, "{manifest} names only {} packages", packages.len());
    let mut found = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        if policy.banned.iter().any(|banned| banned == name) {
            found.push(format!("{name} is banned by deny.toml"));
        }
        let licence = package["license"].as_str().unwrap_or("none named");
        if !is_met(licence, &policy.allowed) {
            found.push(format!("{name} has the licence {licence}, which deny.toml does not allow"));
        }
    }
    found
}

#[test]
fn every_dependency_of_the_server_has_an_allowed_licence() {
    assert_eq!(violations("Cargo.toml"), Vec::<String>::new());
}

#[test]
fn every_dependency_of_the_plugins_has_an_allowed_licence() {
    assert_eq!(violations("plugins/Cargo.toml"), Vec::<String>::new());
}

#[test]
fn other_crypto_libraries_stay_banned() {
    let banned = policy().banned;
    assert!(["aws-lc-sys", "openssl-sys"].iter().all(|name| banned.contains(&(*name).to_owned())), "{banned:?}");
}

#[test]
fn no_copyleft_licence_is_on_the_list() {
    let copyleft = ["GPL", "MPL", "EPL", "EUPL", "CDDL", "SSPL", "OSL", "CC-BY-SA"];
    let allowed = policy().allowed;
    let found = allowed.iter().find(|licence| copyleft.iter().any(|part| licence.contains(part)));
    assert_eq!(found, None);
}

#[test]
fn licence_expressions_are_read_as_spdx_says() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "ISC"].map(str::to_owned);
    for (expression, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 OR MIT", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true),
        ("(AGPL-3.0-only OR MIT) AND ISC", true),
        ("AGPL-3.0-only OR MIT AND ISC", true),
        ("Apache-2.0", false),
        ("MIT AND AGPL-3.0-only", false),
        ("(MIT OR ISC) AND AGPL-3.0-only", false),
        ("MIT WITH LLVM-exception", false),
        ("(MIT", false),
        ("MIT ISC", false),
        ("", false),
        ("none named", false),
    ] {
        assert_eq!(is_met(expression, &allowed), expected, "{expression}");
    }
}
