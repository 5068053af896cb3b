//! What can be seen in the document alone: each text's length and characters, and that nothing stands twice. References are
//! followed by `plan`, which knows what is stored.

use std::collections::HashSet;

use super::{
    document::{Department, Document, Role, User},
    problems::{List, Place, Problems, quoted},
};
use crate::username;

const SOURCE_CHARACTERS: usize = 50;
const KEY_CHARACTERS: usize = 500;
/// As in the console's forms.
const NAME_CHARACTERS: usize = 255;
const TEXT_CHARACTERS: usize = 1000;

/// Everything that is unfit, or nothing.
pub fn check(document: &Document) -> Result<(), Problems> {
    let mut found = Problems::default();
    if !is_key(&document.source, SOURCE_CHARACTERS) {
        found.add(Place::Document("source"), || key_rule(SOURCE_CHARACTERS));
    }
    if document.complete && document.users.as_ref().is_some_and(Vec::is_empty) {
        let detail = "a complete document without a single user would make everybody inactive: leave the list out, or send complete false";
        found.add(Place::Document("users"), || detail.to_owned());
    }
    each(List::Departments, document.departments.as_deref(), &mut found, department);
    each(List::Roles, document.roles.as_deref(), &mut found, role);
    each(List::Users, document.users.as_deref(), &mut found, user);
    found.into_result()
}

/// The problems of one entry of a list.
struct Entry<'a> {
    list: List,
    index: usize,
    found: &'a mut Problems,
}

fn each<'d, T>(
    list: List,
    entries: Option<&'d [T]>,
    found: &mut Problems,
    look: impl Fn(&mut Entry<'_>, &'d T, &mut HashSet<&'d str>),
) {
    let mut seen = HashSet::new();
    for (index, entry) in entries.unwrap_or_default().iter().enumerate() {
        look(&mut Entry { list, index, found }, entry, &mut seen);
    }
}

impl Entry<'_> {
    fn add(&mut self, field: &'static str, detail: impl FnOnce() -> String) {
        self.found.add(Place::Entry { list: self.list, index: self.index, field }, detail);
    }

    fn key<'d>(&mut self, field: &'static str, key: &'d str, seen: &mut HashSet<&'d str>) {
        if !is_key(key, KEY_CHARACTERS) {
            self.add(field, || key_rule(KEY_CHARACTERS));
        }
        if !seen.insert(key) {
            self.add(field, || format!("{} stands twice in the list", quoted(key)));
        }
    }

    fn name(&mut self, name: &str) {
        if name.trim().is_empty() {
            self.add("name", || "a name is needed".to_owned());
        }
        self.text("name", Some(name), NAME_CHARACTERS);
    }

    fn text(&mut self, field: &'static str, text: Option<&str>, characters: usize) {
        let text = text.unwrap_or_default();
        if text.chars().count() > characters {
            self.add(field, || format!("longer than {characters} characters"));
        }
        if text.contains('\0') {
            self.add(field, || "U+0000 cannot be stored".to_owned());
        }
    }

    fn username(&mut self, field: &'static str, name: &str) {
        if !username::is_fit(name) {
            self.add(field, || format!("{} cannot be a user name: it has 1 to 100 characters (NFC), no comma and no control character, and is none that gavia acts under", quoted(name)));
        }
    }

    fn once(&mut self, field: &'static str, keys: Option<&[String]>) {
        let mut seen = HashSet::new();
        for key in keys.unwrap_or_default() {
            if !seen.insert(key) {
                self.add(field, || format!("{} stands twice", quoted(key)));
            }
        }
    }
}

fn department<'d>(entry: &mut Entry<'_>, department: &'d Department, seen: &mut HashSet<&'d str>) {
    entry.key("key", &department.key, seen);
    entry.name(&department.name);
    entry.text("label", department.label.as_deref(), TEXT_CHARACTERS);
    if let Some(leader) = department.leader.as_deref().filter(|name| !name.is_empty()) {
        entry.username("leader", leader);
    }
    for approver in department.approvers.iter().flatten() {
        entry.username("approvers", approver);
    }
}

fn role<'d>(entry: &mut Entry<'_>, role: &'d Role, seen: &mut HashSet<&'d str>) {
    entry.key(if role.key.is_some() { "key" } else { "name" }, role.key(), seen);
    entry.name(&role.name);
    entry.text("description", role.description.as_deref(), TEXT_CHARACTERS);
}

fn user<'d>(entry: &mut Entry<'_>, user: &'d User, seen: &mut HashSet<&'d str>) {
    entry.username("username", &user.username);
    if !seen.insert(&user.username) {
        entry.add("username", || format!("{} stands twice in the list", quoted(&user.username)));
    }
    for (field, text) in [("alias", &user.alias), ("email", &user.email), ("phone", &user.phone)] {
        entry.text(field, text.as_deref(), NAME_CHARACTERS);
    }
    entry.once("departments", user.departments.as_deref());
    entry.once("roles", user.roles.as_deref());
}

fn is_key(key: &str, characters: usize) -> bool {
    (1..=characters).contains(&key.chars().count()) && key.trim() == key && !key.chars().any(char::is_control)
}

fn key_rule(characters: usize) -> String {
    format!("expected 1 to {characters} characters without control characters and without spaces around them")
}
