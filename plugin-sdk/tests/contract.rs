//! The contract of a released version never changes: its text has this digest for ever (plugin-runtime §11).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use sha2::{Digest as _, Sha256};

/// Version and SHA-256 of each `.wit` file that was released. A new version is a new file and a new line; no line is ever edited.
const RELEASED: [(&str, &str, &str); 1] =
    [("gavia.wit", "0.1.0", "ed108711bb5f986fa37868e0ce878045ebb5ef807ec38e9f01d367d576db8c3f")];

#[test]
fn released_contracts_are_what_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wit");
    for (file, version, digest) in RELEASED {
        let text = fs::read(folder.join(file)).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&text)), digest, "{file} differs from what was released as {version}");
        let first = format!("package gavia:plugin@{version};");
        assert!(text.starts_with(first.as_bytes()), "{file} does not begin with {first}");
    }
}

#[test]
fn every_contract_is_under_guard() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wit");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unguarded: Vec<String> = files.filter(|file| RELEASED.iter().all(|(known, ..)| known != file)).collect();
    assert!(unguarded.is_empty(), "no digest for {unguarded:?}");
}
