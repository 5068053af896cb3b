//! What tests/obligations.txt promises: ids of traps (t), decisions (d), invariants (i) and old defects (f), each held
//! by a test whose name starts with the id, from the moment it is due.

use std::collections::BTreeMap;

use crate::source::{Kind, Source};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Now,
    Later,
}

/// Id → since when. The file has one id a line: `id since description`; `since` is `now` or `later:ISSUE`.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, Since>, String> {
    let mut all = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(id), Some(since), Some(_)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("not `id since description`: {line}"));
        };
        let since = match since.split_once(':') {
            None if since == "now" => Since::Now,
            Some(("later", issue)) if !issue.is_empty() => Since::Later,
            _ => return Err(format!("{id}: since is `now` or `later:ISSUE`, not `{since}`")),
        };
        if id_at_start(&format!("{id}_")) != Some(id) {
            return Err(format!("not an id: {id}"));
        }
        if all.insert(id.to_owned(), since).is_some() {
            return Err(format!("{id} stands twice"));
        }
    }
    Ok(all)
}

/// The names of all test functions of a file, those inside macros such as `proptest!` too.
pub(crate) fn test_names(source: &Source) -> Vec<String> {
    let mut names = Vec::new();
    for (words, after) in source.attributes() {
        if !matches!(words.last(), Some(&("test" | "rstest"))) {
            continue;
        }
        let function = source.tokens[after..].iter().position(|token| token.kind == Kind::Word("fn".to_owned()));
        let name = function.and_then(|offset| source.tokens.get(after + offset + 1));
        if let Some(Kind::Word(name)) = name.map(|token| &token.kind) {
            names.push(name.clone());
        }
    }
    names
}

/// The ids that a test's name carries: `i01_f08_two_accepts` holds two.
pub(crate) fn ids(name: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = name;
    while let Some(id) = id_at_start(rest) {
        found.push(id);
        rest = &rest[4..];
    }
    found
}

/// `t05` of `t05_…`: a letter, two digits, an underscore.
fn id_at_start(name: &str) -> Option<&str> {
    let bytes = name.as_bytes();
    let is_id = bytes.len() >= 4
        && b"tdif".contains(&bytes[0])
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit()
        && bytes[3] == b'_';
    is_id.then(|| &name[..3])
}
