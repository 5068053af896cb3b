//! The caps, from both sides, and the attacks of the hostile corpus (plugin-runtime §12, row 44).

use std::time::{Duration, Instant};

use gavia_condition::{FieldKind, STEPS_MAX, TEXT_MAX, check, evaluate, evaluate_counting};

use crate::rows;

/// What the sandbox gives a guest's machine code (plugin-runtime §6), which is what native code is to be compared with. That the module's own
/// stack of 128 KiB suffices is shown where the module runs, by the sandbox's tests.
const MACHINE_STACK: usize = 512 * 1024;

fn nothing() -> gavia_condition::Env {
    rows::fields([])
}

#[test]
fn an_expression_may_have_4_kib() {
    let padded = |len: usize| format!("{:<len$}", "1 == 1");
    assert_eq!(evaluate(&padded(4096), &nothing()), Ok(true));
    assert!(evaluate(&padded(4097), &nothing()).is_err());
    let problems = check(&padded(4097), &[]);
    assert_eq!((problems.len(), problems[0].offset), (1, 4096));
}

/// Expressions that are `levels` deep, one for each way to nest.
fn nested(levels: usize) -> Vec<String> {
    let around = |open: &str, inner: &str, close: &str, levels: usize| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    let more = levels - 1;
    vec![
        around("(", "1", ")", more),
        around("[", "1", "]", more),
        around("(", "1", ",)", more),
        around("not ", "0", "", more),
        around("-", "1", "", more),
        around("1 ** ", "1", "", more),
        around("1 if 1 else ", "1", "", more),
        around("abs(", "1", ")", more),
        around("'a'[", "0", "]", more),
        around("'ab'.strip(", "'x'", ")", more),
        around("(1 + ", "1", " + 1)", more / 2),
        around("[1, 2][1:", "2", "]", more / 2),
        around("(0 or 1 and ", "1", ")", more / 3),
        around("(1 < 2 < 3 == ", "3", ")", more / 2),
    ]
}

#[test]
fn an_expression_may_be_64_levels_deep() {
    for expression in nested(64) {
        assert_eq!(check(&expression, &[]), [], "{expression}");
    }
    for expression in nested(64 * 3 + 1) {
        let problems = check(&expression, &[]);
        assert!(problems[0].message.contains("64 levels"), "{expression}: {problems:?}");
        assert!(evaluate(&expression, &nothing()).unwrap_err().message.contains("64 levels"), "{expression}");
    }
}

/// All operators on the left of one another in each of as many parentheses as are allowed: the tallest trees there are.
fn tallest() -> Vec<String> {
    let wrap = |inner: &str| format!("({inner}**1*1+0<2 and 1 or 0 if 1 else 0)");
    let mut tall = vec!["1".to_owned()];
    while let Some(last) = tall.last()
        && last.len() < 4000
    {
        let next = wrap(last);
        tall.push(next);
    }
    tall
}

#[test]
fn a_tall_tree_counts_as_deep_however_few_parentheses_it_has() {
    let tall = tallest();
    let accepted = tall.iter().take_while(|expression| check(expression, &[]).is_empty()).count();
    assert!((6..=11).contains(&accepted), "{accepted}");
    assert!(tall[accepted..].iter().all(|expression| check(expression, &[])[0].message.contains("64 levels")));
}

#[test]
fn sixty_four_levels_fit_into_the_stack_of_a_guest() {
    let deep_json = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let run = move || {
        for expression in nested(64).iter().chain(&tallest()) {
            let _ = evaluate(expression, &nothing());
            let _ = check(expression, &["a"]);
        }
        let broken = rows::fields([("a", FieldKind::MultiSelect, &deep_json)]);
        assert!(evaluate("{a} == 1", &broken).is_err());
        // As many directives as a format can have: strptime recurses once for each.
        let strptime = "datetime.datetime.strptime('1 ' * 16, '%a %A %b %B %d %f %H %I %j %m %M %p %S %w %y %Y') == 1";
        assert!(evaluate(strptime, &nothing()).is_err());
    };
    std::thread::Builder::new().stack_size(MACHINE_STACK).spawn(run).unwrap().join().unwrap();
}

#[test]
fn long_chains_are_not_deep() {
    let chains = [
        format!("1{}", " + 1".repeat(1000)),
        format!("1{}", " and 1".repeat(500)),
        format!("0{} or 1", " or 0".repeat(500)),
        format!("0{}", " <= 1".repeat(500)).replacen('0', "1", 1),
        format!("'a'{} == 'a'", ".strip()".repeat(400)),
        format!("[[0]]{} == [[0]]", "[:]".repeat(500)),
        format!("{} == 3", "'a'".repeat(1000)).replace("== 3", "!= ''"),
        format!("len([{}]) == 1000", "1, ".repeat(1000)),
        format!("max({}) == 1", "1, ".repeat(1000)),
    ];
    for expression in chains {
        assert_eq!(evaluate(&expression, &nothing()), Ok(true), "{expression}");
    }
}

#[test]
fn an_evaluation_may_take_10000_steps() {
    let (answer, steps) = evaluate_counting("len([0] * 9000) == 9000", &nothing());
    assert_eq!(answer, Ok(true));
    assert!((9000..=STEPS_MAX).contains(&steps), "{steps}");
    let (answer, steps) = evaluate_counting("len([0] * 10000) == 10000", &nothing());
    assert!(answer.unwrap_err().message.contains("10000 steps"));
    assert_eq!(steps, STEPS_MAX);
}

#[test]
fn a_text_may_have_64_kib() {
    let most = TEXT_MAX / 16;
    assert_eq!(evaluate(&format!("len('0123456789abcdef' * {most}) == {TEXT_MAX}"), &nothing()), Ok(true));
    let more = most + 1;
    let error = evaluate(&format!("len('0123456789abcdef' * {more}) > 0"), &nothing()).unwrap_err();
    assert!(error.message.contains("65536 bytes"), "{error}");
    let field =
        |len: usize| rows::fields([("a", FieldKind::Text, &serde_json::to_string(&"é".repeat(len / 2)).unwrap())]);
    assert_eq!(evaluate("len({a}) == 32768", &field(TEXT_MAX)), Ok(true));
    let error = evaluate("len({a}) > 0", &field(TEXT_MAX + 2)).unwrap_err();
    assert!(error.message.contains("`a`") && error.message.contains("65536 bytes"), "{error}");
}

/// Everything that could grow or run without end; each must stop at a cap, at once.
#[test]
fn work_that_multiplies_stops_at_the_caps() {
    let long = "('x' * 60000)";
    let expressions = [
        format!("{long}.replace('x', {long}) == ''"),
        format!("{long}.replace('', {long}) == ''"),
        format!("{long}.split('x') == []"),
        format!("sorted({long}) == []"),
        format!("[{}] == 1", format!("{long}, ").repeat(200)),
        "[[[[[1] * 90] * 90] * 90] * 90] == [[[[[1] * 90] * 90] * 90] * 90]".to_owned(),
        "str([[[[[[1] * 99] * 99] * 99] * 99] * 99]) == ''".to_owned(),
        "[[[[1] * 99] * 99] * 99] < [[[[1] * 99] * 99] * 99]".to_owned(),
        "sum([[1] * 99] * 99, []) == []".to_owned(),
        "[0] * 9223372036854775807 == []".to_owned(),
        "[[]] * 9999999999 == []".to_owned(),
        "'ab' * 9223372036854775807 == ''".to_owned(),
        "(((('x' * 256) * 256) * 256) * 256) == ''".to_owned(),
        format!("{long}.strip({long}) + {long}.strip('y' * 60000) + {long}.strip('y' * 60000) == ''"),
        format!("{}1", format!("{long} in {long} and ").repeat(180)),
        format!("max([{long}] * 300) == ''"),
        "datetime.datetime.now().strftime('%c' * 30000) == ''".to_owned(),
        format!("datetime.datetime.strptime({long}, {long}) == '' and {}", "True"),
    ];
    for expression in expressions {
        let started = Instant::now();
        let (answer, steps) = evaluate_counting(&expression, &nothing());
        assert!(steps <= STEPS_MAX, "{expression}");
        assert!(answer.is_err() || steps > 400, "{expression}: {answer:?} in {steps}");
        assert!(started.elapsed() < Duration::from_secs(2), "{expression}: {:?}", started.elapsed());
    }
}

#[test]
fn corpus_44_attacks_are_refused_when_saved() {
    let attacks = [
        "__import__('os').system('id')",
        "().__class__.__bases__[0].__subclasses__()",
        "''.__class__.__mro__[1]",
        "{days}.__class__",
        "{days.__class__}",
        "{days.__init__.__globals__[secret]}",
        "'{days.__class__}' == ''",
        "getattr({days}, 'real')",
        "eval('1')",
        "exec('1')",
        "open('/etc/passwd')",
        "globals()",
        "lambda: 1",
        "[x for x in [1]]",
        "(x := 1)",
        "f'{days}' == ''",
        "datetime.sys",
        "datetime.datetime.__class__",
        "time.sleep(100)",
        "datetime.datetime.now().__reduce__()",
        "str.format('{days}', 1)",
        "'{0.__class__}'.format(1)",
        "abs.__self__",
        "print({days})",
        "type({days})",
        "breakpoint()",
        "1;__import__('os')",
        "1\n__import__('os')",
        "# comment",
    ];
    for attack in attacks {
        assert_eq!(check(attack, &["days"]).len(), 1, "{attack}");
        assert!(evaluate(attack, &rows::fields([("days", FieldKind::Int, "5")])).is_err(), "{attack}");
    }
}

#[test]
fn corpus_44_endless_parentheses_are_refused_when_saved() {
    for open in ["(", "[", "-", "not ", "abs(", "{", "'", "(1,", "1 if 1 else ", "2 **", "[0][", "{a}.strip("] {
        for count in [65, 1000, 5000, 100_000] {
            let expression = open.repeat(count);
            assert_eq!(check(&expression, &["a"]).len(), 1, "{open} {count}");
        }
    }
}

#[test]
fn corpus_44_towers_of_powers_are_errors() {
    for tower in [
        "9**9**9",
        "9**9**9**9",
        "9.0**9**9",
        "2**1025",
        "10**400",
        "-9**9**9",
        "(9**9)**9",
        "2.0**99999",
        "9**9**9 < 1",
    ] {
        let started = Instant::now();
        assert!(evaluate(tower, &nothing()).is_err(), "{tower}");
        assert!(started.elapsed() < Duration::from_secs(1), "{tower}");
    }
}

#[test]
fn corpus_44_huge_texts_are_refused() {
    assert_eq!(check(&format!("'{}' == ''", "x".repeat(5000)), &[]).len(), 1);
    assert_eq!(check(&"x".repeat(10_000_000), &[]).len(), 1);
    for expression in ["'x' * 65537 == ''", "('x' * 40000) + ('x' * 40000) == ''", "str([1] * 9999) == ''"] {
        assert!(evaluate(expression, &nothing()).is_err(), "{expression}");
    }
    let huge = serde_json::to_string(&"x".repeat(10_000_000)).unwrap();
    assert!(evaluate("{a} == ''", &rows::fields([("a", FieldKind::Text, &huge)])).is_err());
}
