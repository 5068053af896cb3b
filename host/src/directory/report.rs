//! What an import changed, or would change: counts, and the first names of each so that a person can see whether it is what was meant.

use std::fmt;

use serde::Serialize;

/// Names that are told of each count.
const NAMES_MAX: usize = 20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub source: String,
    pub complete: bool,
    /// Nothing was written.
    pub dry_run: bool,
    pub users: Users,
    pub departments: Groups,
    pub roles: Groups,
    pub memberships: Memberships,
}

/// One thing that happened, how often, and to whom first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub count: usize,
    pub names: Vec<String>,
}

impl Tally {
    pub(super) fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.names.len() < NAMES_MAX {
            self.names.push(name());
        }
    }
}

/// Each user of the document is in one of the first five, and so is who was made inactive for not being in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Users {
    pub created: Tally,
    pub updated: Tally,
    pub deactivated: Tally,
    pub reactivated: Tally,
    pub unchanged: Tally,
    /// Administrators whom the document would have made active or inactive; that is left to people.
    pub administrators_kept: Tally,
}

/// Departments or roles, named by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Groups {
    pub created: Tally,
    pub updated: Tally,
    pub unchanged: Tally,
    /// Of the source, and no longer in its complete document: kept as they are.
    pub absent: Tally,
}

/// Users in departments and roles, such as `lisi: department 42`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Memberships {
    pub added: Tally,
    pub removed: Tally,
    /// Users whose departments are in another order than before.
    pub reordered: Tally,
    pub unchanged: Tally,
}

impl Report {
    /// Whether the import changed, or would change, anything.
    pub fn is_empty(&self) -> bool {
        let changes = [
            &self.users.created,
            &self.users.updated,
            &self.users.deactivated,
            &self.users.reactivated,
            &self.departments.created,
            &self.departments.updated,
            &self.roles.created,
            &self.roles.updated,
            &self.memberships.added,
            &self.memberships.removed,
            &self.memberships.reordered,
        ];
        changes.iter().all(|tally| tally.count == 0)
    }
}

/// A few lines for a terminal.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { users, departments, roles, memberships, .. } = self;
        let nothing = if self.is_empty() { "nothing to change" } else { "changed" };
        let what = if self.dry_run { "dry run, nothing is written" } else { nothing };
        writeln!(f, "source {}: {what}", self.source)?;
        let lines: [(&str, &[(&str, &Tally)]); 4] = [
            (
                "users",
                &[
                    ("created", &users.created),
                    ("updated", &users.updated),
                    ("deactivated", &users.deactivated),
                    ("reactivated", &users.reactivated),
                    ("unchanged", &users.unchanged),
                    ("administrators left as they are", &users.administrators_kept),
                ],
            ),
            ("departments", &groups(departments)),
            ("roles", &groups(roles)),
            (
                "memberships",
                &[
                    ("added", &memberships.added),
                    ("removed", &memberships.removed),
                    ("reordered", &memberships.reordered),
                    ("unchanged", &memberships.unchanged),
                ],
            ),
        ];
        for (number, (kind, tallies)) in lines.into_iter().enumerate() {
            let told: Vec<String> = tallies.iter().filter(|(_, tally)| tally.count > 0).map(told).collect();
            let told = if told.is_empty() { "none".to_owned() } else { told.join(", ") };
            write!(f, "{}{kind}: {told}", if number == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

fn groups(of: &Groups) -> [(&'static str, &Tally); 4] {
    [
        ("created", &of.created),
        ("updated", &of.updated),
        ("unchanged", &of.unchanged),
        ("no longer in the source, kept", &of.absent),
    ]
}

/// What is unchanged needs no names.
fn told((what, tally): &(&str, &Tally)) -> String {
    let Tally { count, names } = tally;
    if *what == "unchanged" {
        return format!("{count} {what}");
    }
    let more = if names.len() < *count { ", …" } else { "" };
    format!("{count} {what} ({}{more})", names.join(", "))
}
