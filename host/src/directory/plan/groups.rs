//! Departments and roles: which stored row an entry is, and what becomes of it.

use std::collections::HashMap;

use super::{
    super::{
        document::{Department, Document, Role},
        problems::{List, Place, Problems, quoted},
        report::Groups,
        stored::{StoredDepartment, StoredRole},
    },
    DepartmentRow, Plan, Ref, RoleRow,
    known::{Known, Matched, Sides},
    tree,
};
use crate::workflow::{DepartmentId, RoleId};

pub(super) fn departments<'a>(
    document: &'a Document,
    stored: &'a [StoredDepartment],
    plan: &mut Plan,
    found: &mut Problems,
) -> (Groups, Known<'a, DepartmentId>) {
    let sides = Sides {
        listed: document.departments.as_ref().map(|list| list.iter().map(|entry| entry.key.as_str()).collect()),
        complete: document.complete,
        own: stored.iter().filter_map(|row| Some((own_key(row.origin.as_ref(), document)?, row.id))).collect(),
        by_hand: stored.iter().filter_map(|row| Some((key_in_label(row)?, row.id))).collect(),
    };
    let Matched { refs, known, absent } = sides.matched();
    let parents = parents(document, &known, found);
    tree::find_loops(&refs, &parents, stored, |index| {
        let place = Place::Entry { list: List::Departments, index, field: "parent" };
        found.add(place, || "the department would be below itself".to_owned());
    });
    let by_id: HashMap<DepartmentId, &StoredDepartment> = stored.iter().map(|row| (row.id, row)).collect();
    let mut report = Groups::default();
    let entries = document.departments.iter().flatten();
    for ((entry, of), parent) in entries.zip(refs).zip(parents) {
        let key = || entry.key.clone();
        let before = if let Ref::Stored(id) = of { by_id.get(&id) } else { None };
        let Some(before) = before else {
            plan.new_departments.push(row(entry, parent, None));
            report.created.add(key);
            continue;
        };
        let after = row(entry, parent, Some(before));
        if own_key(before.origin.as_ref(), document).is_some() && after == as_stored(&entry.key, before) {
            report.unchanged.add(key);
        } else {
            plan.changed_departments.push((before.id, after));
            report.updated.add(key);
        }
    }
    for key in absent {
        report.absent.add(|| key.to_owned());
    }
    (report, known)
}

pub(super) fn roles<'a>(
    document: &'a Document,
    stored: &'a [StoredRole],
    plan: &mut Plan,
) -> (Groups, Known<'a, RoleId>) {
    let by_hand = stored.iter().filter(|row| row.origin.is_none());
    let sides = Sides {
        listed: document.roles.as_ref().map(|list| list.iter().map(Role::key).collect()),
        complete: document.complete,
        own: stored.iter().filter_map(|row| Some((own_key(row.origin.as_ref(), document)?, row.id))).collect(),
        by_hand: by_hand.map(|row| (row.name.clone(), row.id)).collect(),
    };
    let Matched { refs, known, absent } = sides.matched();
    let by_id: HashMap<RoleId, &StoredRole> = stored.iter().map(|row| (row.id, row)).collect();
    let mut report = Groups::default();
    for (entry, of) in document.roles.iter().flatten().zip(refs) {
        let key = || entry.key().to_owned();
        let row = |kept: &str| RoleRow {
            key: key(),
            name: entry.name.clone(),
            description: entry.description.clone().unwrap_or_else(|| kept.to_owned()),
        };
        let before = if let Ref::Stored(id) = of { by_id.get(&id) } else { None };
        let Some(before) = before else {
            plan.new_roles.push(row(""));
            report.created.add(key);
            continue;
        };
        let after = row(&before.description);
        let same = after.name == before.name && after.description == before.description;
        if same && own_key(before.origin.as_ref(), document).is_some() {
            report.unchanged.add(key);
        } else {
            plan.changed_roles.push((before.id, after));
            report.updated.add(key);
        }
    }
    for key in absent {
        report.absent.add(|| key.to_owned());
    }
    (report, known)
}

fn own_key<'a>(origin: Option<&'a (String, String)>, document: &Document) -> Option<&'a str> {
    origin.filter(|(source, _)| *source == document.source).map(|(_, key)| key.as_str())
}

/// Callers of loonflow keep the source's key of a department in its label, as it is or as `{"source_dept_id": 11}` (behaviour §1.3).
fn key_in_label(department: &StoredDepartment) -> Option<String> {
    if department.origin.is_some() || department.label.is_empty() {
        return None;
    }
    let object: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&department.label);
    let Ok(object) = object else { return Some(department.label.clone()) };
    match object.get("source_dept_id")? {
        serde_json::Value::String(key) => Some(key.clone()),
        serde_json::Value::Number(key) => Some(key.to_string()),
        _ => None,
    }
}

/// One for each department of the document.
fn parents(
    document: &Document,
    known: &Known<'_, DepartmentId>,
    found: &mut Problems,
) -> Vec<Option<Ref<DepartmentId>>> {
    let entries = document.departments.iter().flatten().enumerate();
    entries
        .map(|(index, entry)| {
            let key = entry.parent.as_deref().filter(|key| !key.is_empty())?;
            let parent = known.named.get(key).copied();
            if parent.is_none() {
                let place = Place::Entry { list: List::Departments, index, field: "parent" };
                found.add(place, || format!("there is no department {}", quoted(key)));
            }
            parent
        })
        .collect()
}

/// The department as it will be: what the entry leaves out stays.
fn row(entry: &Department, parent: Option<Ref<DepartmentId>>, before: Option<&StoredDepartment>) -> DepartmentRow {
    let text = |given: &Option<String>, kept: fn(&StoredDepartment) -> &String| {
        given.clone().or_else(|| before.map(|row| kept(row).clone())).unwrap_or_default()
    };
    DepartmentRow {
        key: entry.key.clone(),
        name: entry.name.clone(),
        parent,
        leader: text(&entry.leader, |row| &row.leader),
        approvers: entry.approvers.clone().or_else(|| before.map(|row| row.approvers.clone())).unwrap_or_default(),
        label: text(&entry.label, |row| &row.label),
    }
}

fn as_stored(key: &str, before: &StoredDepartment) -> DepartmentRow {
    DepartmentRow {
        key: key.to_owned(),
        name: before.name.clone(),
        parent: before.parent.map(Ref::Stored),
        leader: before.leader.clone(),
        approvers: before.approvers.clone(),
        label: before.label.clone(),
    }
}
