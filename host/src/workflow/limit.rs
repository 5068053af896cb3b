//! Who may create tickets of a workflow, and how many (behaviour §4.3, D-19). The count of tickets is the caller's to fetch.

use serde_json::{Map, Value};

use super::{
    facts::{Directory, Needs},
    ids::{DepartmentId, RoleId},
    participant::{listed, listed_ids},
    refusal::Refusal,
};

/// A workflow's limit expression, parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limit {
    pub quota: Option<Quota>,
    persons: Option<Vec<String>>,
    departments: Option<Vec<i64>>,
    roles: Option<Vec<i64>>,
}

/// At most `count` tickets of the workflow in the last `hours`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    pub hours: f64,
    pub count: i64,
    pub scope: QuotaScope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaScope {
    PerCreator,
    Everybody,
}

impl Limit {
    /// The limit of the stored text; no text, and an empty object, limit nothing.
    ///
    /// # Errors
    /// `LimitBroken`, `LimitLevelInvalid`, `LimitCountMissing`: then nobody creates a ticket.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| Refusal::LimitBroken(error.to_string()))?;
        let Value::Object(map) = value else { return Err(Refusal::LimitBroken("it is no JSON object".into())) };
        let ids = |key: &'static str| match list(&map, key)? {
            None => Ok(None),
            Some(text) => {
                listed_ids(&text).map(Some).map_err(|reason| Refusal::LimitBroken(format!("{key}: {reason}")))
            }
        };
        let persons = match list(&map, "allow_persons")? {
            None => None,
            Some(text) => {
                Some(listed(&text).map_err(|reason| Refusal::LimitBroken(format!("allow_persons: {reason}")))?)
            }
        };
        Ok(Self { quota: quota(&map)?, persons, departments: ids("allow_depts")?, roles: ids("allow_roles")? })
    }

    /// What must be fetched to judge `creator`.
    pub fn add_needs(&self, needs: &mut Needs) {
        needs.departments.extend(self.departments.iter().flatten().copied().map(DepartmentId));
        needs.roles.extend(self.roles.iter().flatten().copied().map(RoleId));
    }

    /// Every allow key that is given must let the creator pass; departments include those below them.
    pub fn check_allowed(&self, (workflow, creator): (i64, &str), directory: &Directory) -> Result<(), Refusal> {
        if self.persons.as_ref().is_some_and(|names| !names.iter().any(|name| name == creator)) {
            return Err(Refusal::LimitPerson { creator: creator.to_owned(), workflow });
        }
        if self.departments.is_none() && self.roles.is_none() {
            return Ok(());
        }
        if !directory.users.contains_key(creator) {
            return Err(Refusal::LimitUserUnknown);
        }
        let member = |members: &Vec<String>| members.iter().any(|name| name == creator);
        let in_department =
            |id: &i64| directory.departments.get(&DepartmentId(*id)).is_some_and(|found| member(&found.members));
        let in_role = |id: &i64| directory.roles.get(&RoleId(*id)).is_some_and(|found| member(&found.members));
        if self.departments.as_ref().is_some_and(|ids| !ids.iter().any(in_department)) {
            return Err(Refusal::LimitDepartment);
        }
        if self.roles.as_ref().is_some_and(|ids| !ids.iter().any(in_role)) {
            return Err(Refusal::LimitRole);
        }
        Ok(())
    }
}

impl Quota {
    /// `existing` counts the tickets that the scope and the hours name.
    pub fn check(&self, workflow: i64, existing: i64) -> Result<(), Refusal> {
        if existing < self.count {
            return Ok(());
        }
        Err(Refusal::LimitReached { count: self.count, hours: self.hours, workflow })
    }
}

fn quota(map: &Map<String, Value>) -> Result<Option<Quota>, Refusal> {
    let scope = match number(map, "level")? {
        None | Some(1.0) => QuotaScope::PerCreator,
        Some(2.0) => QuotaScope::Everybody,
        Some(_) => return Err(Refusal::LimitLevelInvalid),
    };
    let Some(hours) = number(map, "period")?.filter(|hours| *hours > 0.0) else { return Ok(None) };
    let count = number(map, "count")?.ok_or(Refusal::LimitCountMissing)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole tickets; a cast from a float saturates")]
    let count = count.floor() as i64;
    Ok(Some(Quota { hours, count, scope }))
}

/// A number, or one written as text; empty text and null are not given.
fn number(map: &Map<String, Value>, key: &str) -> Result<Option<f64>, Refusal> {
    let number = match map.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_f64(),
    };
    number
        .filter(|number: &f64| number.is_finite())
        .map(Some)
        .ok_or_else(|| Refusal::LimitBroken(format!("{key} is no number")))
}

/// A comma list as text, or an array of texts and numbers; empty ones are not given.
fn list(map: &Map<String, Value>, key: &str) -> Result<Option<String>, Refusal> {
    let part = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let text = match map.get(key) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::Array(parts)) => parts.iter().map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join(",")),
        Some(value) => part(value),
    };
    let text = text.ok_or_else(|| Refusal::LimitBroken(format!("{key} is no comma-separated text")))?;
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}
