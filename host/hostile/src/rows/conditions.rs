//! Row 44: expressions that want more than to compare.

use std::time::Duration;

use crate::{
    arena::Arena,
    ask::{Ask, ask},
    row::{Attack, Bounds, End, Harm, answers, fails},
};

/// An expression that is a problem as soon as it is saved, and an error if it is asked all the same.
pub(super) fn refused(expression: &str) -> Attack {
    attack(expression, true, ask(""), fails("guest(invalid-input)"))
}

/// An expression that may be saved.
pub(super) fn saved(expression: &str, ask: Ask, end: End) -> Attack {
    attack(expression, false, ask, end)
}

fn attack(expression: &str, at_saving: bool, ask: Ask, end: End) -> Attack {
    Attack {
        what: expression.chars().take(60).collect(),
        harm: Harm::Condition { expression: expression.to_owned(), at_saving, ask: Box::new(ask) },
        end,
        bounds: Bounds { wall: Duration::from_secs(4), memory: 8 << 20, resident: 64 << 20 },
    }
}

pub(super) fn escapes(_: &Arena) -> Vec<Attack> {
    let deep = format!("{}1{}", "(".repeat(1_500), ")".repeat(1_500));
    let long = format!("{}1{}", "(".repeat(3_000), ")".repeat(3_000));
    let chain = format!("1{}", "+1".repeat(1_900));
    let huge = format!("'{}' == 'x'", "x".repeat(1 << 20));
    let error = || fails("guest(invalid-input)");
    let refusals = [
        "__import__('os').system('id')",
        "().__class__.__bases__[0].__subclasses__()",
        "{days.__class__}",
        "{days!r}",
        "open('/etc/passwd').read()",
        "eval('1')",
        "lambda: 1",
        "[x for x in (1,)]",
        "(((",
        &deep,
        &long,
        &huge,
    ];
    let mut attacks: Vec<Attack> = refusals.into_iter().map(refused).collect();
    attacks.extend([
        saved("9**9**9", ask(""), error()),
        saved("'x' * 10**9 == ''", ask(""), error()),
        saved("1 / 0 > 1", ask(""), error()),
        saved("{days} > {mode}", ask(""), error()),
        saved(&chain, ask(""), answers("counted", "yes")),
    ]);
    attacks
}
