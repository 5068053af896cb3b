//! Definitions that were read before. Every write to any part of a workflow raises its revision, so a cached value is right as
//! long as the caller, who reads the revision with the row it works on, asks for no newer one.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sqlx::PgPool;

use crate::{
    store,
    workflow::{Definition, WorkflowId},
};

/// Workflows kept; past it the one that was not used for the longest time goes.
const MOST: usize = 256;

#[derive(Debug, Default)]
pub struct Definitions {
    kept: Mutex<HashMap<WorkflowId, Kept>>,
    clock: AtomicU64,
}

#[derive(Debug)]
struct Kept {
    used: u64,
    definition: Arc<Definition>,
}

impl Definitions {
    /// The definition at `revision` or a later one; None when the workflow is gone.
    pub async fn get(
        &self,
        db: &PgPool,
        id: WorkflowId,
        revision: i64,
    ) -> Result<Option<Arc<Definition>>, store::Error> {
        if let Some(definition) = self.cached(id, revision) {
            return Ok(Some(definition));
        }
        let loaded = store::definitions::load(db, id).await?;
        Ok(loaded.map(|definition| self.keep(definition)))
    }

    fn cached(&self, id: WorkflowId, revision: i64) -> Option<Arc<Definition>> {
        let used = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.get_mut(&id)?;
        entry.used = used;
        (entry.definition.revision >= revision).then(|| Arc::clone(&entry.definition))
    }

    fn keep(&self, definition: Definition) -> Arc<Definition> {
        let id = definition.id;
        let used = self.clock.fetch_add(1, Ordering::Relaxed);
        let definition = Arc::new(definition);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newer) = kept.get(&id).filter(|entry| entry.definition.revision > definition.revision) {
            return Arc::clone(&newer.definition);
        }
        if kept.len() >= MOST && !kept.contains_key(&id) {
            let oldest = kept.iter().min_by_key(|(_, entry)| entry.used).map(|(id, _)| *id);
            if let Some(oldest) = oldest {
                kept.remove(&oldest);
            }
        }
        kept.insert(id, Kept { used, definition: Arc::clone(&definition) });
        definition
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::workflow::ViewCheck;

    fn definition(id: i64, revision: i64) -> Definition {
        Definition {
            id: WorkflowId(id),
            revision,
            name: String::new(),
            description: String::new(),
            view_check: ViewCheck::Related,
            limit_expression: "{}".into(),
            notices: Vec::new(),
            display_form: Vec::new(),
            condition_plugin: String::new(),
            states: Vec::new(),
            transitions: Vec::new(),
            fields: Vec::new(),
        }
    }

    #[test]
    fn an_older_definition_never_answers_for_a_newer_revision() {
        let cache = Definitions::default();
        cache.keep(definition(1, 5));
        assert!(cache.cached(WorkflowId(1), 6).is_none());
        assert_eq!(cache.cached(WorkflowId(1), 5).unwrap().revision, 5);
        assert_eq!(cache.cached(WorkflowId(1), 4).unwrap().revision, 5);
        cache.keep(definition(1, 3));
        assert_eq!(cache.cached(WorkflowId(1), 5).unwrap().revision, 5);
    }

    #[test]
    fn the_longest_unused_definition_makes_room() {
        let cache = Definitions::default();
        let most = i64::try_from(MOST).unwrap();
        for id in 1..=most {
            cache.keep(definition(id, 1));
        }
        cache.cached(WorkflowId(1), 1).unwrap();
        cache.keep(definition(most + 1, 1));
        assert!(cache.cached(WorkflowId(2), 1).is_none());
        assert!(cache.cached(WorkflowId(1), 1).is_some());
        assert_eq!(cache.kept.lock().unwrap().len(), MOST);
    }
}
