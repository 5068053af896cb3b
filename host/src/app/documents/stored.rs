//! A workflow as it is stored, with the document that describes it. Parts that never had a key, because they were made piece by piece,
//! get one from their id, so that a document leads back to the same rows.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};
use sqlx::PgConnection;

use super::shape::{Document, Field, Settings, State, Transition};
use crate::{
    store::{
        self, fields,
        fields::FieldRow,
        states,
        states::StateRow,
        transitions,
        transitions::TransitionRow,
        workflows::{self, Version},
    },
    workflow::{StateId, WorkflowId},
};

/// The lists are in the order of the document's.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: WorkflowId,
    pub version: Version,
    pub document: Document,
    pub(super) states: Vec<StateRow>,
    pub(super) transitions: Vec<TransitionRow>,
    pub(super) fields: Vec<FieldRow>,
}

impl Stored {
    /// In a transaction that sees one moment: `store::one_moment`, or one that holds the workflow's row.
    pub(super) async fn load(db: &mut PgConnection, id: WorkflowId) -> Result<Option<Self>, store::Error> {
        let (Some(version), Some(row)) = (workflows::version(&mut *db, id).await?, workflows::get(&mut *db, id).await?)
        else {
            return Ok(None);
        };
        let states = states::all(&mut *db, id).await?;
        let transitions = transitions::all(&mut *db, id).await?;
        let fields = fields::all(&mut *db, id).await?;
        let state_keys = keys('s', states.iter().map(|row| (row.id.0, row.document_key.as_deref())));
        let named: BTreeMap<StateId, String> =
            states.iter().map(|row| row.id).zip(state_keys.iter().cloned()).collect();
        let transition_keys = keys('t', transitions.iter().map(|row| (row.id.0, row.document_key.as_deref())));
        let document = Document {
            settings: Settings::of(&row.set),
            states: states.iter().zip(state_keys).map(|(row, key)| State::of(&row.set, key)).collect(),
            transitions: transitions
                .iter()
                .zip(transition_keys)
                .map(|(row, key)| Transition::of(&row.set, key, &named))
                .collect(),
            fields: fields.iter().map(|row| Field::of(&row.set)).collect(),
        };
        Ok(Some(Self { id, version, document, states, transitions, fields }))
    }

    /// As a file: tokens of hooks masked, nothing that only this server or this moment knows.
    pub fn exported(&self) -> Map<String, Value> {
        let mut document = self.document.clone();
        for state in &mut document.states {
            state.participant = state.participant.masked();
        }
        document.written()
    }

    /// As an answer: with the ids of the parts and whose work it is. Sent back, it is the same document.
    pub fn shown(&self) -> Map<String, Value> {
        let mut shown = self.exported();
        shown.insert("id".into(), self.id.0.into());
        shown.insert("revision".into(), self.version.revision.into());
        shown.insert("modified_by".into(), self.version.modified_by.clone().into());
        shown.insert("modified_at".into(), self.version.modified_at.to_rfc3339().into());
        let ids = [
            ("states", self.states.iter().map(|row| row.id.0).collect::<Vec<_>>()),
            ("transitions", self.transitions.iter().map(|row| row.id.0).collect()),
            ("fields", self.fields.iter().map(|row| row.id.0).collect()),
        ];
        for (list, ids) in ids {
            for (part, id) in shown.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().zip(ids) {
                part["id"] = id.into();
            }
        }
        shown
    }
}

/// The key of each part: the one it has, or a letter and its id, which no other part has taken.
fn keys<'a>(letter: char, parts: impl Iterator<Item = (i64, Option<&'a str>)> + Clone) -> Vec<String> {
    let mut taken: HashSet<String> = parts.clone().filter_map(|(_, key)| key.map(str::to_owned)).collect();
    let keys = parts.map(|(id, key)| {
        if let Some(key) = key {
            return key.to_owned();
        }
        let mut derived = format!("{letter}{id}");
        while !taken.insert(derived.clone()) {
            derived.push('_');
        }
        derived
    });
    keys.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_from_an_id_is_never_one_that_is_taken() {
        let parts = [(7, None), (8, Some("s7")), (9, Some("begin")), (10, None)];
        assert_eq!(keys('s', parts.into_iter()), ["s7_", "s7", "begin", "s10"]);
    }
}
