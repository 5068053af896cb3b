//! People and what they belong to: who is new, who changed, who left, and whose departments and roles move.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use super::{
    super::{
        document::{Document, User},
        problems::{List, Place, Problems, quoted},
        report::{Memberships, Tally, Users},
        stored::StoredUser,
    },
    Plan, Ref, UserRow, known,
};
use crate::workflow::{DepartmentId, RoleId};

pub(super) struct Known<'a> {
    pub(super) departments: known::Known<'a, DepartmentId>,
    pub(super) roles: known::Known<'a, RoleId>,
}

/// Where the findings go.
pub(super) struct Out<'a> {
    pub(super) plan: &'a mut Plan,
    pub(super) memberships: &'a mut Memberships,
    pub(super) found: &'a mut Problems,
}

pub(super) fn users(document: &Document, stored: &[StoredUser], known: &Known<'_>, out: &mut Out<'_>) -> Users {
    let by_name: HashMap<&str, &StoredUser> = stored.iter().map(|row| (row.username.as_str(), row)).collect();
    let mut report = Users::default();
    for (index, entry) in document.users.iter().flatten().enumerate() {
        let before = by_name.get(entry.username.as_str()).copied();
        let of = before.map_or(Ref::New(out.plan.new_users.len()), |row| Ref::Stored(row.id));
        person(entry, before, &mut report, out.plan);
        let place = |field| Place::Entry { list: List::Users, index, field };
        if let Some(keys) = &entry.departments {
            let wanted = resolved(keys, &known.departments, place("departments"), out.found);
            let have = before.map(|row| row.departments.as_slice()).unwrap_or_default();
            let moved = compared(&wanted, have, &known.departments);
            if let Some(list) = moved.told(&entry.username, "department", out.memberships) {
                out.plan.user_departments.push((of, list));
            }
        }
        if let Some(keys) = &entry.roles {
            let wanted = resolved(keys, &known.roles, place("roles"), out.found);
            let have = before.map(|row| row.roles.as_slice()).unwrap_or_default();
            let moved = compared(&wanted, have, &known.roles);
            out.plan.new_members.extend(moved.added.iter().map(|(_, role)| (*role, of)));
            if let Some(row) = before {
                out.plan.gone_members.extend(moved.removed.iter().map(|(_, role)| (*role, row.id)));
            }
            // in roles there is no order
            Moved { reordered: false, ..moved }.told(&entry.username, "role", out.memberships);
        }
    }
    leavers(document, stored, &mut report, out.plan);
    report
}

fn person(entry: &User, before: Option<&StoredUser>, report: &mut Users, plan: &mut Plan) {
    let name = || entry.username.clone();
    let wanted = entry.is_active.unwrap_or(true);
    let row = |is_active: bool| UserRow {
        username: entry.username.clone(),
        alias: entry.alias.clone().or(before.map(|row| row.alias.clone())).unwrap_or_else(name),
        email: entry.email.clone().or(before.map(|row| row.email.clone())).unwrap_or_default(),
        phone: entry.phone.clone().or(before.map(|row| row.phone.clone())).unwrap_or_default(),
        is_active,
    };
    let Some(before) = before else {
        plan.new_users.push(row(wanted));
        return report.created.add(name);
    };
    if before.is_admin && before.is_active != wanted {
        report.administrators_kept.add(name);
    }
    let after = row(if before.is_admin { before.is_active } else { wanted });
    let tally = match (before.is_active, after.is_active) {
        (true, false) => &mut report.deactivated,
        (false, true) => &mut report.reactivated,
        _ if before.source.as_ref() == Some(&plan.source) && after == as_stored(before) => {
            return report.unchanged.add(name);
        }
        _ => &mut report.updated,
    };
    tally.add(name);
    plan.changed_users.push((before.id, after));
}

fn as_stored(before: &StoredUser) -> UserRow {
    UserRow {
        username: before.username.clone(),
        alias: before.alias.clone(),
        email: before.email.clone(),
        phone: before.phone.clone(),
        is_active: before.is_active,
    }
}

/// Active people of the source whom its complete list does not have.
fn leavers(document: &Document, stored: &[StoredUser], report: &mut Users, plan: &mut Plan) {
    let Some(listed) = document.users.as_ref().filter(|_| document.complete) else { return };
    let names: HashSet<&str> = listed.iter().map(|entry| entry.username.as_str()).collect();
    let own = |row: &&StoredUser| row.source.as_ref() == Some(&document.source);
    for row in stored.iter().filter(own).filter(|row| row.is_active && !names.contains(row.username.as_str())) {
        if row.is_admin {
            report.administrators_kept.add(|| row.username.clone());
        } else {
            report.deactivated.add(|| row.username.clone());
            plan.left.push(row.id);
        }
    }
}

/// What the keys stand for; an unknown one is a problem.
fn resolved<'k, Id: Copy>(
    keys: &'k [String],
    known: &known::Known<'_, Id>,
    place: Place,
    found: &mut Problems,
) -> Vec<(&'k str, Ref<Id>)> {
    let mut list = Vec::with_capacity(keys.len());
    for key in keys {
        match known.named.get(key.as_str()) {
            Some(of) => list.push((key.as_str(), *of)),
            None => found.add(place, || format!("{} is not known", quoted(key))),
        }
    }
    list
}

/// How one user's departments or roles change. Those of others (made by hand, or of another source) stay, behind the document's.
struct Moved<'a, Id> {
    list: Vec<Ref<Id>>,
    added: Vec<(&'a str, Ref<Id>)>,
    removed: Vec<(&'a str, Id)>,
    unchanged: Vec<&'a str>,
    reordered: bool,
}

fn compared<'a, Id: Copy + Eq + Hash>(
    wanted: &[(&'a str, Ref<Id>)],
    have: &[Id],
    known: &known::Known<'a, Id>,
) -> Moved<'a, Id> {
    let before: HashSet<Ref<Id>> = have.iter().copied().map(Ref::Stored).collect();
    let (kept, added): (Vec<_>, Vec<_>) = wanted.iter().copied().partition(|(_, of)| before.contains(of));
    let is_wanted: HashSet<Ref<Id>> = wanted.iter().map(|(_, of)| *of).collect();
    let unwanted = have.iter().copied().filter(|id| !is_wanted.contains(&Ref::Stored(*id)));
    let (own, others): (Vec<Id>, Vec<Id>) = unwanted.partition(|id| known.own.contains_key(id));
    let mut list: Vec<Ref<Id>> = wanted.iter().map(|(_, of)| *of).collect();
    list.extend(others.iter().copied().map(Ref::Stored));
    let stays: Vec<Ref<Id>> = list.iter().copied().filter(|of| before.contains(of)).collect();
    let stayed = have.iter().copied().filter(|id| !own.contains(id)).map(Ref::Stored);
    Moved {
        reordered: !stayed.eq(stays),
        removed: own.into_iter().map(|id| (known.own[&id], id)).collect(),
        unchanged: kept.into_iter().map(|(key, _)| key).collect(),
        list,
        added,
    }
}

impl<Id> Moved<'_, Id> {
    /// Counts what happens; the new list, if it differs from the old one.
    fn told(self, username: &str, kind: &str, report: &mut Memberships) -> Option<Vec<Ref<Id>>> {
        let tell = |tally: &mut Tally, key: &str| tally.add(|| format!("{username}: {kind} {key}"));
        self.added.iter().for_each(|(key, _)| tell(&mut report.added, key));
        self.removed.iter().for_each(|(key, _)| tell(&mut report.removed, key));
        self.unchanged.iter().for_each(|key| tell(&mut report.unchanged, key));
        if self.reordered {
            report.reordered.add(|| username.to_owned());
        }
        let changed = !self.added.is_empty() || !self.removed.is_empty() || self.reordered;
        changed.then_some(self.list)
    }
}
