//! What must hold of every text that somebody may save as an expression: the outcome is a value or an error, within the
//! step cap, twice the same, and checking never disagrees with evaluating.

use gavia_condition::{Env, STEPS_MAX, check, evaluate_counting, fields};
use proptest::prelude::*;

pub(crate) fn survives(expression: &str, env: &Env, known: &[&str]) -> Result<(), TestCaseError> {
    let (answer, steps) = evaluate_counting(expression, env);
    prop_assert!(steps <= STEPS_MAX);
    prop_assert_eq!(&evaluate_counting(expression, env), &(answer.clone(), steps));
    let problems = check(expression, known);
    for problem in &problems {
        prop_assert!(problem.offset <= expression.len() && expression.is_char_boundary(problem.offset));
        prop_assert!(!problem.message.is_empty());
    }
    if let Err(error) = &answer {
        prop_assert!(error.offset <= expression.len() && expression.is_char_boundary(error.offset));
        prop_assert!(!error.message.is_empty());
    }
    match fields(expression) {
        // No syntax: the same mistake whoever asks, and no step was taken.
        Err(problem) => {
            prop_assert_eq!(problems.as_slice(), std::slice::from_ref(&problem));
            let error = answer.unwrap_err();
            prop_assert_eq!((error.offset, error.message, steps), (problem.offset, problem.message, 0));
        }
        Ok(names) => {
            let unknown = names.iter().filter(|name| !known.contains(&name.as_str())).count();
            prop_assert_eq!(unknown > 0, !problems.is_empty());
        }
    }
    Ok(())
}
