//! A definition that can be walked through without a ticket: a stored workflow's, or that of a document which nobody saved yet. Parts
//! keep the keys that the document has for them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use sqlx::PgConnection;

use super::{Document, Problem, Stored};
use crate::{
    store::{self, definitions},
    workflow::{Definition, StateId, TransitionId, WorkflowId},
};

#[derive(Clone, Debug)]
pub struct Walkable {
    pub definition: Arc<Definition>,
    pub state_keys: BTreeMap<StateId, String>,
    pub transition_keys: BTreeMap<TransitionId, String>,
}

/// What a document describes; its parts are counted from 1. Errors are those of its form alone.
pub fn of_document(given: Map<String, Value>, known: WorkflowId) -> Result<Walkable, Vec<Problem>> {
    let document = Document::read(given)?;
    let (definition, _) = document.definition(known);
    let states = definition.states.iter().map(|state| state.id).zip(&document.states);
    let transitions = definition.transitions.iter().map(|transition| transition.id).zip(&document.transitions);
    Ok(Walkable {
        state_keys: states.map(|(id, state)| (id, state.key.clone())).collect(),
        transition_keys: transitions.map(|(id, transition)| (id, transition.key.clone())).collect(),
        definition: Arc::new(definition),
    })
}

/// None: there is no such workflow.
pub async fn of_stored(db: &mut PgConnection, id: WorkflowId) -> Result<Option<Walkable>, store::Error> {
    let mut tx = store::one_moment(db).await?;
    let (Some(stored), Some(definition)) = (Stored::load(&mut tx, id).await?, definitions::load(&mut *tx, id).await?)
    else {
        return Ok(None);
    };
    tx.commit().await?;
    let states = stored.states.iter().map(|row| row.id).zip(&stored.document.states);
    let transitions = stored.transitions.iter().map(|row| row.id).zip(&stored.document.transitions);
    Ok(Some(Walkable {
        state_keys: states.map(|(id, state)| (id, state.key.clone())).collect(),
        transition_keys: transitions.map(|(id, transition)| (id, transition.key.clone())).collect(),
        definition: Arc::new(definition),
    }))
}
