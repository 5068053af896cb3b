//! A document that was found sound becomes rows: what differs is written, what is missing is deleted, what is the same is left alone.
//! All in the caller's transaction.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;
use sqlx::PgConnection;

use super::{DocumentError, Putting, shape::Document, stored::Stored};
use crate::{
    app::workflows::Removal,
    store::{
        self, fields, states, transitions,
        uses::{self, Uses},
        workflows,
    },
    workflow::{FieldId, StateId, TransitionId, WorkflowId},
};

/// One part that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub change: Changed,
    /// `workflow`, `state`, `transition` or `field`.
    pub part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub id: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    Added,
    Changed,
    Removed,
}

/// A part that cannot go, and the open tickets that need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InUse {
    pub part: &'static str,
    pub key: String,
    pub tickets: i64,
    /// Numbers of some of them.
    pub examples: Vec<String>,
}

/// A new workflow with all its parts.
pub(super) async fn insert(
    db: &mut PgConnection,
    document: &Document,
    by: &str,
) -> Result<(WorkflowId, Vec<Change>), store::Error> {
    let id = workflows::insert(&mut *db, &document.settings.draft(), by).await?;
    let mut saving = Saving { db, document, workflow: id, by, changes: Vec::new() };
    saving.note(Changed::Added, "workflow", None, id.0);
    let states = saving.states(&vec![None; document.states.len()], None).await?;
    saving.transitions(&vec![None; document.transitions.len()], None, &states).await?;
    saving.fields(&vec![None; document.fields.len()], None).await?;
    Ok((id, saving.changes))
}

/// The workflow's row must be locked. No change leaves the revision as it is.
pub(super) async fn update(
    db: &mut PgConnection,
    document: &Document,
    stored: &Stored,
    putting: &Putting<'_>,
) -> Result<Vec<Change>, DocumentError> {
    let was = &stored.document;
    let states = Pairs::of(document.states.iter().map(|part| &part.key), was.states.iter().map(|part| &part.key));
    let transitions =
        Pairs::of(document.transitions.iter().map(|part| &part.key), was.transitions.iter().map(|part| &part.key));
    let fields = Pairs::of(document.fields.iter().map(|part| &part.key), was.fields.iter().map(|part| &part.key));
    let gone = Gone { states: &states.left, transitions: &transitions.left, fields: &fields.left };
    if putting.removal == Removal::IfUnused {
        let used = gone.used(&mut *db, stored).await?;
        if !used.is_empty() {
            return Err(DocumentError::InUse(used));
        }
    }
    let mut saving = Saving { db, document, workflow: stored.id, by: putting.by, changes: Vec::new() };
    saving.retire(&gone, stored).await?;
    if document.settings != was.settings {
        workflows::update(&mut *saving.db, stored.id, &document.settings.draft()).await?;
        saving.note(Changed::Changed, "workflow", None, stored.id.0);
    }
    let ids = saving.states(&states.found, Some(stored)).await?;
    saving.transitions(&transitions.found, Some(stored), &ids).await?;
    saving.fields(&fields.found, Some(stored)).await?;
    if !saving.changes.is_empty() {
        saving.keep_keys(stored, (&states.found, &transitions.found)).await?;
        workflows::touch(&mut *saving.db, stored.id, putting.by).await?;
    }
    Ok(saving.changes)
}

/// Which stored part each part of a document is, and which stored ones it has none for; places in the lists. Of several with one key
/// the first is the first.
struct Pairs {
    found: Vec<Option<usize>>,
    left: Vec<usize>,
}

impl Pairs {
    fn of<'a>(wanted: impl Iterator<Item = &'a String>, stored: impl Iterator<Item = &'a String>) -> Self {
        let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for (place, key) in stored.enumerate() {
            places.entry(key).or_default().push_back(place);
        }
        let found = wanted.map(|key| places.get_mut(key.as_str()).and_then(VecDeque::pop_front)).collect();
        let mut left: Vec<usize> = places.into_values().flatten().collect();
        left.sort_unstable();
        Self { found, left }
    }
}

/// Places of the stored parts that a document leaves out.
struct Gone<'a> {
    states: &'a [usize],
    transitions: &'a [usize],
    fields: &'a [usize],
}

impl Gone<'_> {
    /// The parts that open tickets need. No ticket arrives at one of them from now on.
    async fn used(&self, db: &mut PgConnection, stored: &Stored) -> Result<Vec<InUse>, store::Error> {
        let (states, transitions) = (&stored.states, &stored.transitions);
        let sources = self.transitions.iter().filter_map(|place| transitions[*place].set.source).map(|id| id.0);
        let held: Vec<i64> = self.states.iter().map(|place| states[*place].id.0).chain(sources).collect();
        uses::hold_states(&mut *db, &held).await?;
        let mut blocked = Vec::new();
        if !uses::of_states(&mut *db, &held).await?.is_empty() {
            for place in self.states {
                let uses = uses::of_states(&mut *db, &[states[*place].id.0]).await?;
                blocked.extend(in_use("state", &stored.document.states[*place].key, uses));
            }
            for place in self.transitions {
                let source: Vec<i64> = transitions[*place].set.source.iter().map(|id| id.0).collect();
                let uses = uses::of_states(&mut *db, &source).await?;
                blocked.extend(in_use("transition", &stored.document.transitions[*place].key, uses));
            }
        }
        let going: Vec<i64> = self.fields.iter().map(|place| stored.fields[*place].id.0).collect();
        for place in self.fields {
            let uses = uses::of_field(&mut *db, stored.fields[*place].id, &going).await?;
            blocked.extend(in_use("field", &stored.document.fields[*place].key, uses));
        }
        Ok(blocked)
    }
}

fn in_use(part: &'static str, key: &str, uses: Uses) -> Option<InUse> {
    let (key, tickets, examples) = (key.to_owned(), uses.tickets, uses.examples);
    (tickets > 0).then_some(InUse { part, key, tickets, examples })
}

struct Saving<'a> {
    db: &'a mut PgConnection,
    document: &'a Document,
    workflow: WorkflowId,
    by: &'a str,
    changes: Vec<Change>,
}

impl Saving<'_> {
    fn note(&mut self, change: Changed, part: &'static str, key: Option<&str>, id: i64) {
        self.changes.push(Change { change, part, key: key.map(str::to_owned), id });
    }

    /// First, so that a key is free again for another part.
    async fn retire(&mut self, gone: &Gone<'_>, stored: &Stored) -> Result<(), store::Error> {
        for place in gone.transitions {
            let id = stored.transitions[*place].id;
            transitions::retire(&mut *self.db, id).await?;
            self.note(Changed::Removed, "transition", Some(&stored.document.transitions[*place].key), id.0);
        }
        for place in gone.states {
            let id = stored.states[*place].id;
            states::retire(&mut *self.db, id).await?;
            self.note(Changed::Removed, "state", Some(&stored.document.states[*place].key), id.0);
        }
        for place in gone.fields {
            let id = stored.fields[*place].id;
            fields::retire(&mut *self.db, id).await?;
            self.note(Changed::Removed, "field", Some(&stored.document.fields[*place].key), id.0);
        }
        Ok(())
    }

    /// Answers the id of each state by its key.
    async fn states(
        &mut self,
        found: &[Option<usize>],
        stored: Option<&Stored>,
    ) -> Result<HashMap<String, StateId>, store::Error> {
        let mut ids = HashMap::new();
        for (part, place) in self.document.states.iter().zip(found) {
            let known =
                stored.zip(*place).map(|(stored, place)| (stored.states[place].id, &stored.document.states[place]));
            let id = if let Some((id, was)) = known {
                if was != part {
                    states::update(&mut *self.db, id, &part.draft()).await?;
                    self.note(Changed::Changed, "state", Some(&part.key), id.0);
                }
                id
            } else {
                let id = states::insert(&mut *self.db, self.workflow, &part.draft(), self.by).await?;
                states::set_key(&mut *self.db, id, &part.key).await?;
                self.note(Changed::Added, "state", Some(&part.key), id.0);
                id
            };
            ids.insert(part.key.clone(), id);
        }
        Ok(ids)
    }

    async fn transitions(
        &mut self,
        found: &[Option<usize>],
        stored: Option<&Stored>,
        states: &HashMap<String, StateId>,
    ) -> Result<(), store::Error> {
        for (part, place) in self.document.transitions.iter().zip(found) {
            let known = stored
                .zip(*place)
                .map(|(stored, place)| (stored.transitions[place].id, &stored.document.transitions[place]));
            let draft = || part.draft(|_, key| key.as_ref().and_then(|key| states.get(key)).copied());
            let id: TransitionId = match known {
                Some((_, was)) if was == part => continue,
                Some((id, _)) => {
                    transitions::update(&mut *self.db, id, &draft()).await?;
                    id
                }
                None => {
                    let id = transitions::insert(&mut *self.db, self.workflow, &draft(), self.by).await?;
                    transitions::set_key(&mut *self.db, id, &part.key).await?;
                    id
                }
            };
            let change = if known.is_some() { Changed::Changed } else { Changed::Added };
            self.note(change, "transition", Some(&part.key), id.0);
        }
        Ok(())
    }

    async fn fields(&mut self, found: &[Option<usize>], stored: Option<&Stored>) -> Result<(), store::Error> {
        for (part, place) in self.document.fields.iter().zip(found) {
            let known =
                stored.zip(*place).map(|(stored, place)| (stored.fields[place].id, &stored.document.fields[place]));
            let id: FieldId = match known {
                Some((_, was)) if was == part => continue,
                Some((id, _)) => {
                    fields::update(&mut *self.db, id, &part.draft()).await?;
                    id
                }
                None => fields::insert(&mut *self.db, self.workflow, &part.draft(), self.by).await?,
            };
            let change = if known.is_some() { Changed::Changed } else { Changed::Added };
            self.note(change, "field", Some(&part.key), id.0);
        }
        Ok(())
    }

    /// Keys that were made from ids are kept from the first document on that was put.
    async fn keep_keys(
        &mut self,
        stored: &Stored,
        (states, transitions): (&[Option<usize>], &[Option<usize>]),
    ) -> Result<(), store::Error> {
        for place in states.iter().flatten() {
            let row = &stored.states[*place];
            if row.document_key.is_none() {
                states::set_key(&mut *self.db, row.id, &stored.document.states[*place].key).await?;
            }
        }
        for place in transitions.iter().flatten() {
            let row = &stored.transitions[*place];
            if row.document_key.is_none() {
                transitions::set_key(&mut *self.db, row.id, &stored.document.transitions[*place].key).await?;
            }
        }
        Ok(())
    }
}
