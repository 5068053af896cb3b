//! docs/from-a-loonflow-script.md: its commands run as they stand there, and its manifest is one. Its Rust is compiled and run by the
//! SDK's doc tests.

use std::{fs, path::Path};

use gavia_plugin_manifest::{Kind, Manifest, Package};

use crate::plugins::{gavia, locked};

/// The page's blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/from-a-loonflow-script.md");
    let page = fs::read_to_string(page).unwrap();
    let opening = format!("```{language}\n");
    page.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_command_of_the_migration_page_does_what_it_says() {
    let gavia = gavia();
    let lines: Vec<String> = blocks("sh").iter().flat_map(|block| block.lines().map(str::to_owned)).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in lines {
        let mut words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
        assert!(line.starts_with("gavia plugin "), "{line}");
        let is_new = words[1] == "new";
        if is_new {
            words.extend(["--dir".to_owned(), gavia.path("")]);
        } else {
            words[2] = gavia.path(&words[2]);
        }
        let ended = gavia.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ended.code, 0, "{line}: {ended:?}");
        if is_new && !line.contains("--lang") {
            locked(&gavia.path(&words[2]));
        }
    }
    assert!(Path::new(&gavia.path("create-vm-py/app.py")).is_file());
}

#[test]
fn the_migration_pages_manifest_is_one() {
    let [manifest] = &blocks("toml")[..] else { panic!("one manifest") };
    let manifest = Manifest::from_toml(manifest, Package::default()).unwrap();
    assert_eq!((manifest.id(), manifest.kinds()), ("create-vm", &[Kind::Action][..]));
}

#[test]
fn the_page_has_no_block_that_nothing_looks_at() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/from-a-loonflow-script.md");
    let fences = fs::read_to_string(page).unwrap().matches("\n```").count();
    let known = ["rust", "toml", "sh"].map(|language| blocks(language).len()).iter().sum::<usize>();
    assert_eq!(fences, 2 * known);
}
