//! Loops in the tree of departments as it would be (F-62), found over what is stored too: a document may move one department under
//! another that it does not name.

use std::collections::HashMap;

use super::{super::stored::StoredDepartment, Ref};
use crate::workflow::DepartmentId;

/// Calls `told` once for each loop, with the first department of the document on it. Each department is walked over once.
pub(super) fn find_loops(
    refs: &[Ref<DepartmentId>],
    parents: &[Option<Ref<DepartmentId>>],
    stored: &[StoredDepartment],
    mut told: impl FnMut(usize),
) {
    let mut above: HashMap<Ref<DepartmentId>, Option<Ref<DepartmentId>>> =
        stored.iter().map(|row| (Ref::Stored(row.id), row.parent.map(Ref::Stored))).collect();
    above.extend(refs.iter().copied().zip(parents.iter().copied()));
    let index: HashMap<Ref<DepartmentId>, usize> = refs.iter().enumerate().map(|(index, of)| (*of, index)).collect();
    // in which walk a department was first met
    let mut met: HashMap<Ref<DepartmentId>, usize> = HashMap::new();
    for (walk, start) in refs.iter().enumerate() {
        let mut here = Some(*start);
        while let Some(department) = here {
            match met.insert(department, walk) {
                Some(earlier) if earlier < walk => {
                    met.insert(department, earlier);
                    break;
                }
                Some(_) => {
                    if let Some(first) = first_on(department, &above, &index) {
                        told(first);
                    }
                    break;
                }
                None => here = above.get(&department).copied().flatten(),
            }
        }
    }
}

/// The first department of the document on the loop through `start`; None when the document has no part in it.
fn first_on(
    start: Ref<DepartmentId>,
    above: &HashMap<Ref<DepartmentId>, Option<Ref<DepartmentId>>>,
    index: &HashMap<Ref<DepartmentId>, usize>,
) -> Option<usize> {
    let mut first = index.get(&start).copied();
    let mut here = above.get(&start).copied().flatten();
    while let Some(department) = here.filter(|department| *department != start) {
        first = [first, index.get(&department).copied()].into_iter().flatten().min();
        here = above.get(&department).copied().flatten();
    }
    first
}
