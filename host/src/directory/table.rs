//! The same document as a table: CSV in UTF-8 with a header, one person a line. Departments are paths from the top such as
//! `Company/Engineering/Operations`, several with `;` between them; each path makes the departments on its way, whose key is the path.
//! Roles are names. A column that is missing says nothing; an empty cell says "none" (an empty `is_active`: active).

use std::collections::HashSet;

use super::{
    document::{DEPARTMENTS_MAX, Department, Document, NAMED_MAX, ROLES_MAX, Role, USERS_MAX, User},
    problems::{List, Place, quoted},
};

const COLUMNS: [&str; 7] = ["username", "alias", "email", "phone", "departments", "roles", "is_active"];

/// The document of a table, and where in the table its parts come from.
#[derive(Clone, Debug)]
pub struct Table {
    pub document: Document,
    users: Vec<u64>,
    departments: Vec<u64>,
    roles: Vec<u64>,
}

/// Why a table cannot be read. Lines are counted from 1, the header's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("there is no column {0:?}: the header is made of {columns}", columns = COLUMNS.join(","))]
    UnknownColumn(String),
    #[error("the column {0} stands twice")]
    DoubleColumn(&'static str),
    #[error("the column username is missing: the header is made of {columns}", columns = COLUMNS.join(","))]
    NoUsername,
    #[error("line {line}: {reason}")]
    Line { line: u64, reason: String },
    #[error("{0}")]
    Unreadable(String),
}

impl Table {
    /// `complete` is as in the document.
    pub fn read(bytes: &[u8], source: &str, complete: bool) -> Result<Self, TableError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let columns = columns(reader.headers().map_err(|error| unreadable(bytes, &error))?)?;
        let has = |column| columns.contains(&column);
        let document = Document {
            source: source.to_owned(),
            complete,
            departments: has("departments").then(Vec::new),
            roles: has("roles").then(Vec::new),
            users: None,
        };
        let table = Self { document, users: Vec::new(), departments: Vec::new(), roles: Vec::new() };
        let mut reading = Reading { table, columns, paths: HashSet::new(), names: HashSet::new() };
        let mut users = Vec::new();
        for record in reader.into_records() {
            let record = record.map_err(|error| unreadable(bytes, &error))?;
            let line = record.position().map_or(0, |start| line(bytes, start));
            if users.len() == USERS_MAX {
                return Err(TableError::Line { line, reason: format!("more than {USERS_MAX} people") });
            }
            users.push(reading.person(&record, line).map_err(|reason| TableError::Line { line, reason })?);
            reading.table.users.push(line);
        }
        let mut table = reading.table;
        table.document.users = Some(users);
        Ok(table)
    }

    /// Where a problem of the document is in the table.
    pub fn place(&self, place: &Place) -> String {
        let Place::Entry { list, index, field } = place else { return place.to_string() };
        let (lines, column) = match list {
            List::Users => (&self.users, *field),
            List::Departments => (&self.departments, "departments"),
            List::Roles => (&self.roles, "roles"),
        };
        lines.get(*index).map_or_else(|| place.to_string(), |line| format!("line {line}, {column}"))
    }
}

/// The line of a record, whose position is before the empty lines above it.
fn line(bytes: &[u8], start: &csv::Position) -> u64 {
    let from = usize::try_from(start.byte()).unwrap_or(usize::MAX).min(bytes.len());
    let empty = bytes[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start.line() + empty.map(|byte| u64::from(*byte == b'\n')).sum::<u64>()
}

fn unreadable(bytes: &[u8], error: &csv::Error) -> TableError {
    let line = error.position().map_or(0, |start| line(bytes, start));
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => TableError::Line { line, reason: "not UTF-8: save the table as UTF-8".into() },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let reason = format!("{len} cells, where the header has {expected_len}");
            TableError::Line { line, reason }
        }
        _ => TableError::Unreadable(error.to_string().chars().take(200).collect()),
    }
}

fn columns(header: &csv::StringRecord) -> Result<Vec<&'static str>, TableError> {
    let mut columns = Vec::new();
    for name in header {
        let known = COLUMNS.into_iter().find(|column| *column == name);
        let column = known.ok_or_else(|| TableError::UnknownColumn(name.chars().take(60).collect()))?;
        if columns.contains(&column) {
            return Err(TableError::DoubleColumn(column));
        }
        columns.push(column);
    }
    if columns.contains(&"username") { Ok(columns) } else { Err(TableError::NoUsername) }
}

struct Reading {
    table: Table,
    columns: Vec<&'static str>,
    /// Departments and roles met so far.
    paths: HashSet<String>,
    names: HashSet<String>,
}

impl Reading {
    fn person(&mut self, record: &csv::StringRecord, line: u64) -> Result<User, String> {
        let mut user = User::default();
        for at in 0..self.columns.len() {
            let cell = record.get(at).unwrap_or_default();
            match self.columns[at] {
                "username" => cell.clone_into(&mut user.username),
                "alias" => user.alias = Some(cell.to_owned()),
                "email" => user.email = Some(cell.to_owned()),
                "phone" => user.phone = Some(cell.to_owned()),
                "departments" => user.departments = Some(self.departments(cell, line)?),
                "roles" => user.roles = Some(self.roles(cell, line)?),
                _ => user.is_active = flag(cell)?,
            }
        }
        Ok(user)
    }

    fn departments(&mut self, cell: &str, line: u64) -> Result<Vec<String>, String> {
        let paths = list(cell)?;
        for path in &paths {
            if path.split('/').any(|name| name.is_empty() || name.trim() != name) {
                return Err(format!("departments: {} is no path of names with / between them", quoted(path)));
            }
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            for end in ends {
                self.department(&path[..end], line)?;
            }
        }
        Ok(paths)
    }

    fn department(&mut self, path: &str, line: u64) -> Result<(), String> {
        if self.paths.contains(path) {
            return Ok(());
        }
        let departments = self.table.document.departments.get_or_insert_default();
        if departments.len() == DEPARTMENTS_MAX {
            return Err(format!("more than {DEPARTMENTS_MAX} departments"));
        }
        let (parent, name) =
            path.rsplit_once('/').map_or((None, path), |(parent, name)| (Some(parent.to_owned()), name));
        self.paths.insert(path.to_owned());
        departments.push(Department { key: path.to_owned(), name: name.to_owned(), parent, ..Department::default() });
        self.table.departments.push(line);
        Ok(())
    }

    fn roles(&mut self, cell: &str, line: u64) -> Result<Vec<String>, String> {
        let names = list(cell)?;
        for name in &names {
            if self.names.contains(name) {
                continue;
            }
            let roles = self.table.document.roles.get_or_insert_default();
            if roles.len() == ROLES_MAX {
                return Err(format!("more than {ROLES_MAX} roles"));
            }
            self.names.insert(name.clone());
            roles.push(Role { name: name.clone(), ..Role::default() });
            self.table.roles.push(line);
        }
        Ok(names)
    }
}

fn list(cell: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> =
        cell.split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if names.len() > NAMED_MAX { Err(format!("more than {NAMED_MAX} entries in a cell")) } else { Ok(names) }
}

fn flag(cell: &str) -> Result<Option<bool>, String> {
    match cell.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" | "1" => Ok(Some(true)),
        "false" | "0" => Ok(Some(false)),
        _ => Err(format!("is_active: {} is neither true, false, 1, 0 nor empty", quoted(cell))),
    }
}
