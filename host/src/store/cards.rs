//! What stands beside an id or a user name when it is shown: aliases, names, a person's department in full. One statement for a
//! whole page, so that a list never asks row by row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgExecutor, types::Json};

use super::{Error, keys};
use crate::workflow::{Participants, Ticket};

/// Whom and what to look up.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// With their departments.
    pub creators: BTreeSet<String>,
    /// Aliases only.
    pub people: BTreeSet<String>,
    pub departments: BTreeSet<i64>,
    pub roles: BTreeSet<i64>,
    pub scripts: BTreeSet<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Cards {
    pub creators: BTreeMap<String, CreatorCard>,
    /// User name → alias, for everybody asked about who exists.
    pub aliases: BTreeMap<String, String>,
    pub departments: BTreeMap<i64, String>,
    pub roles: BTreeMap<i64, String>,
    pub scripts: BTreeMap<i64, String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct CreatorCard {
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
    /// The first department, even when it is gone; 0 is none.
    pub department_id: i64,
    pub department: Option<DepartmentCard>,
}

/// A department in full (behaviour §3.6).
#[derive(Clone, Debug, Deserialize)]
pub struct DepartmentCard {
    pub id: i64,
    pub name: String,
    pub parent_id: Option<i64>,
    /// None when the parent was deleted.
    pub parent_name: Option<String>,
    pub leader: String,
    pub leader_alias: Option<String>,
    pub approvers: Vec<String>,
    /// Alias of each approver, in order; None for those nobody knows.
    pub approver_aliases: Vec<Option<String>>,
    pub label: String,
    pub creator: String,
    pub creator_id: Option<i64>,
    pub creator_alias: Option<String>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
struct Pair<K> {
    key: K,
    name: String,
}

pub async fn cards(db: impl PgExecutor<'_>, wanted: &Wanted) -> Result<Cards, Error> {
    let texts = |set: &BTreeSet<String>| keys(set.iter().cloned(), String::new());
    let ids = |set: &BTreeSet<i64>| keys(set.iter().copied(), 0);
    let row = sqlx::query!(
        r#"SELECT
             (SELECT COALESCE(jsonb_agg(to_jsonb(c)), '[]') FROM (
                SELECT u.username, u.alias, u.email, u.phone, u.is_active, COALESCE(first.department_id, 0) AS department_id,
                       CASE WHEN d.id IS NOT NULL THEN jsonb_build_object(
                         'id', d.id, 'name', d.name, 'parent_id', d.parent_id, 'parent_name', p.name, 'leader', d.leader,
                         'leader_alias', (SELECT l.alias FROM users l WHERE l.username = d.leader AND l.deleted_at IS NULL),
                         'approvers', d.approvers,
                         'approver_aliases', ARRAY(SELECT x.alias FROM unnest(d.approvers) WITH ORDINALITY AS a (username, n)
                                                     LEFT JOIN users x ON x.username = a.username AND x.deleted_at IS NULL ORDER BY a.n),
                         'label', d.label, 'creator', d.creator, 'creator_id', m.id, 'creator_alias', m.alias,
                         'created_at', d.created_at, 'modified_at', d.modified_at) END AS department
                  FROM users u
                  LEFT JOIN LATERAL (SELECT ud.department_id FROM user_departments ud WHERE ud.user_id = u.id ORDER BY ud.position LIMIT 1) first ON true
                  LEFT JOIN departments d ON d.id = first.department_id AND d.deleted_at IS NULL
                  LEFT JOIN departments p ON p.id = d.parent_id AND p.deleted_at IS NULL
                  LEFT JOIN users m ON m.username = d.creator AND m.deleted_at IS NULL
                 WHERE u.username = ANY($1) AND u.deleted_at IS NULL) c) AS "creators!: Json<Vec<CreatorCard>>",
             (SELECT COALESCE(jsonb_agg(jsonb_build_object('key', username, 'name', alias)), '[]')
                FROM users WHERE (username = ANY($1) OR username = ANY($2)) AND deleted_at IS NULL) AS "aliases!: Json<Vec<Pair<String>>>",
             (SELECT COALESCE(jsonb_agg(jsonb_build_object('key', id, 'name', name)), '[]')
                FROM departments WHERE id = ANY($3) AND deleted_at IS NULL) AS "departments!: Json<Vec<Pair<i64>>>",
             (SELECT COALESCE(jsonb_agg(jsonb_build_object('key', id, 'name', name)), '[]')
                FROM roles WHERE id = ANY($4) AND deleted_at IS NULL) AS "roles!: Json<Vec<Pair<i64>>>",
             (SELECT COALESCE(jsonb_agg(jsonb_build_object('key', id, 'name', name)), '[]')
                FROM run_scripts WHERE id = ANY($5) AND deleted_at IS NULL) AS "scripts!: Json<Vec<Pair<i64>>>""#,
        &texts(&wanted.creators),
        &texts(&wanted.people),
        &ids(&wanted.departments),
        &ids(&wanted.roles),
        &ids(&wanted.scripts)
    )
    .fetch_one(db)
    .await?;
    Ok(Cards {
        creators: row.creators.0.into_iter().map(|card| (card.username.clone(), card)).collect(),
        aliases: map(row.aliases),
        departments: map(row.departments),
        roles: map(row.roles),
        scripts: map(row.scripts),
    })
}

fn map<K: Ord>(pairs: Json<Vec<Pair<K>>>) -> BTreeMap<K, String> {
    pairs.0.into_iter().map(|pair| (pair.key, pair.name)).collect()
}

impl Wanted {
    /// What showing this ticket's row asks for.
    pub fn add(&mut self, ticket: &Ticket) {
        self.creators.insert(ticket.creator.clone());
        match &ticket.participants {
            Participants::Person(name) => {
                self.people.insert(name.clone());
            }
            Participants::Several(names) => self.people.extend(names.iter().cloned()),
            Participants::Departments(ids) => self.departments.extend(ids.iter().map(|id| id.0)),
            Participants::Role(id) => {
                self.roles.insert(id.0);
            }
            Participants::Script(id) => {
                self.scripts.insert(id.0);
            }
            Participants::Nobody | Participants::Hook => {}
        }
        self.people.extend(ticket.everybody.keys().cloned());
    }
}
