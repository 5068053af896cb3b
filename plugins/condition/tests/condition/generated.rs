//! Generated and mutated expressions: whatever comes, the outcome is a value or an error, within the step cap, twice the
//! same, and checking never disagrees with evaluating. `GAVIA_CONDITION_CASES` says how many (100,000).

use gavia_condition::{Env, Field, FieldKind, STEPS_MAX, check, evaluate_counting, fields};
use proptest::prelude::*;

use crate::rows;

/// What must hold of every text that somebody may save as an expression.
fn survives(expression: &str, env: &Env, known: &[&str]) -> Result<(), TestCaseError> {
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

/// Words and signs to insert, and some that no expression can hold.
const TOKENS: [&str; 64] = [
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    ":",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "=",
    " and ",
    " or ",
    " not ",
    " in ",
    " is ",
    " if ",
    " else ",
    "None",
    "True",
    "False",
    "0",
    "1",
    "-1",
    "9223372036854775807",
    "1e308",
    "0.1",
    "''",
    "'a'",
    "\"",
    "'",
    "'''",
    "\\",
    "{",
    "}",
    "{days}",
    "{title}",
    "{none_int}",
    "{{",
    "datetime.datetime.now()",
    "datetime.timedelta(days=1)",
    "datetime.date(2024, 2, 29)",
    "str(",
    "len(",
    "int(",
    "sorted(",
    "sum(",
    ".split(",
    ".replace(",
    "[::-1]",
    "'%Y-%m-%d'",
    "\u{202e}",
    "\0",
    "é",
];

#[derive(Clone, Debug)]
enum Edit {
    Insert(u16, u8),
    Delete(u16, u8),
    Double(u16, u8),
    /// A piece of another row.
    Splice(u16, u16, u8),
    Letter(u16, char),
    Wrap(u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (any::<u16>(), any::<u8>()).prop_map(|(at, token)| Edit::Insert(at, token)),
        2 => (any::<u16>(), any::<u8>()).prop_map(|(at, len)| Edit::Delete(at, len)),
        1 => (any::<u16>(), any::<u8>()).prop_map(|(at, len)| Edit::Double(at, len)),
        2 => (any::<u16>(), any::<u16>(), any::<u8>()).prop_map(|(at, row, len)| Edit::Splice(at, row, len)),
        1 => (any::<u16>(), any::<char>()).prop_map(|(at, letter)| Edit::Letter(at, letter)),
        1 => any::<u8>().prop_map(Edit::Wrap),
    ]
}

fn boundary(text: &str, at: u16) -> usize {
    text.floor_char_boundary(usize::from(at) % (text.len() + 1))
}

fn edited(mut text: String, edit: &Edit, rows: &[String]) -> String {
    let range = |text: &str, at: u16, len: u8| {
        let start = boundary(text, at);
        start..text.floor_char_boundary((start + usize::from(len % 16)).min(text.len()))
    };
    match edit {
        Edit::Insert(at, token) => text.insert_str(boundary(&text, *at), TOKENS[usize::from(*token) % TOKENS.len()]),
        Edit::Delete(at, len) => text.replace_range(range(&text, *at, *len), ""),
        Edit::Double(at, len) => {
            let piece = text[range(&text, *at, *len)].repeat(usize::from(*len / 16) + 1);
            text.insert_str(boundary(&text, *at), &piece);
        }
        Edit::Splice(at, row, len) => {
            let other = &rows[usize::from(*row) % rows.len()];
            let piece = &other[range(other, *at, len.saturating_mul(2))];
            text.insert_str(boundary(&text, *at), piece);
        }
        Edit::Letter(at, letter) => text.insert(boundary(&text, *at), *letter),
        Edit::Wrap(how) => {
            let (open, close) =
                [("(", ")"), ("[", "] * 9"), ("str(", ")"), ("not (", ")"), ("len(str(", "))"), ("-(", ")")]
                    [usize::from(*how) % 6];
            text = format!("{open}{text}{close}");
        }
    }
    text
}

#[test]
fn no_mutated_expression_escapes() {
    let table = rows::table();
    let env = rows::env_of_all(&table);
    let known: Vec<&str> = env.fields.keys().map(String::as_str).collect();
    let seeds: Vec<String> = rows::lines(&table, "rows")
        .iter()
        .chain(rows::lines(&table, "differences"))
        .map(|line| line["expression"].as_str().unwrap().to_owned())
        .collect();
    rows::runner(2)
        .run(&(any::<u16>(), proptest::collection::vec(edit(), 1..6)), |(seed, edits)| {
            let seed = seeds[usize::from(seed) % seeds.len()].clone();
            let expression = edits.iter().fold(seed, |text, edit| edited(text, edit, &seeds));
            survives(&expression, &env, &known)
        })
        .unwrap();
}

/// Bytes as decisions: fewer and smaller ones make smaller expressions, which is how a failure shrinks.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte)) % limit
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

const ATOMS: [&str; 44] = [
    "1",
    "0",
    "-1",
    "2",
    "7",
    "63",
    "0.5",
    "-2.5",
    "1e308",
    "1e16",
    "9223372036854775807",
    "4611686018427387904",
    "True",
    "False",
    "None",
    "''",
    "'a'",
    "'12'",
    "' b c '",
    "'a,b,c'",
    "'2024-02-29'",
    "'%Y-%m-%d'",
    "'é请😀'",
    "'{a}'",
    "{a}",
    "{b}",
    "{c}",
    "{d}",
    "[]",
    "()",
    "[1, 2, 3]",
    "('x', 'y')",
    "'abc' * 9999",
    "[0] * 2000",
    "datetime.datetime.now()",
    "datetime.date.today()",
    "time.time()",
    "datetime.timedelta(hours=36)",
    "datetime.date(2024, 2, 29)",
    "datetime.datetime(1, 1, 1)",
    "datetime.datetime(9999, 12, 31)",
    "time.strptime('2024', '%Y')",
    "float('nan')",
    "float('-inf')",
];
const BINARY: [&str; 20] = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
    "and",
    "or",
    "is None and",
    "is not None or",
    "+",
];
const CALLS: [&str; 22] = [
    "abs",
    "int",
    "float",
    "str",
    "bool",
    "len",
    "min",
    "max",
    "sum",
    "round",
    "any",
    "all",
    "sorted",
    "datetime.datetime",
    "datetime.datetime.strptime",
    "datetime.datetime.strftime",
    "datetime.date",
    "datetime.timedelta",
    "time.strptime",
    "time.strftime",
    "time.mktime",
    "str",
];
const METHODS: [&str; 14] = [
    "lower",
    "upper",
    "strip",
    "startswith",
    "endswith",
    "split",
    "replace",
    "isdigit",
    "weekday",
    "strftime",
    "date",
    "timestamp",
    "total_seconds",
    "split",
];
const ATTRIBUTES: [&str; 10] =
    ["year", "month", "day", "hour", "minute", "second", "days", "seconds", "microsecond", "microseconds"];
const NAMED: [&str; 8] = ["days=", "hours=", "reverse=", "start=", "ndigits=", "maxsplit=", "default=", "year="];

fn expression(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    if depth == 0 || out.len() > 2000 {
        out.push_str(choices.pick(&ATOMS));
        return;
    }
    match choices.below(12) {
        0 | 1 => out.push_str(choices.pick(&ATOMS)),
        2..=4 => {
            out.push('(');
            expression(choices, depth - 1, out);
            out.push(' ');
            out.push_str(choices.pick(&BINARY));
            out.push(' ');
            expression(choices, depth - 1, out);
            out.push(')');
        }
        5 => {
            out.push_str(choices.pick(&["-", "not ", "+"]));
            expression(choices, depth - 1, out);
        }
        6 | 7 => {
            out.push_str(choices.pick(&CALLS));
            arguments(choices, depth - 1, out);
        }
        8 => {
            expression(choices, depth - 1, out);
            out.push('.');
            out.push_str(choices.pick(&METHODS));
            arguments(choices, depth - 1, out);
        }
        9 => {
            expression(choices, depth - 1, out);
            out.push('.');
            out.push_str(choices.pick(&ATTRIBUTES));
        }
        10 => {
            expression(choices, depth - 1, out);
            out.push('[');
            for part in 0..=choices.below(3) {
                if part > 0 {
                    out.push(':');
                }
                if choices.below(3) > 0 {
                    expression(choices, depth - 1, out);
                }
            }
            out.push(']');
        }
        _ => {
            out.push_str(choices.pick(&["[", "(", "(1 if "]));
            let close = if out.ends_with('[') {
                "]"
            } else if out.ends_with("if ") {
                " else 2)"
            } else {
                ",)"
            };
            expression(choices, depth - 1, out);
            out.push_str(close);
        }
    }
}

fn arguments(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    out.push('(');
    for index in 0..choices.below(4) {
        if index > 0 {
            out.push_str(", ");
        }
        if choices.below(6) == 5 {
            out.push_str(choices.pick(&NAMED));
        }
        expression(choices, depth, out);
    }
    out.push(')');
}

/// Values of fields, right and wrong for any type.
const VALUES: [&str; 20] = [
    "null",
    "5",
    "-1",
    "2.5",
    "1e400",
    "true",
    "\"\"",
    "\"5\"",
    "\"abc\"",
    "\"2024-02-29 10:00:00\"",
    "[\"a\", \"b\"]",
    "[]",
    "{}",
    "9223372036854775807",
    "\"\\u0000{a}'''\"",
    "broken",
    "",
    "\"nan\"",
    "[[1]]",
    "\"请假\"",
];
const KINDS: [FieldKind; 8] = [
    FieldKind::Int,
    FieldKind::Str,
    FieldKind::Float,
    FieldKind::Boolean,
    FieldKind::Datetime,
    FieldKind::Date,
    FieldKind::MultiSelect,
    FieldKind::Radio,
];

#[test]
fn no_generated_expression_escapes() {
    rows::runner(2)
        .run(
            &(proptest::collection::vec(any::<u8>(), 0..80), any::<[u8; 10]>(), any::<i64>()),
            |(bytes, values, clock)| {
                let mut text = String::new();
                expression(&mut Choices(bytes.iter()), 5, &mut text);
                let mut env = Env {
                    now_ms: clock >> (values[8] % 64),
                    tz_offset_min: i16::from(values[9]) * 7 - 900,
                    ..Env::default()
                };
                // `d` is missing now and then.
                for (key, pair) in
                    ["a", "b", "c", "d"].iter().zip(values.chunks_exact(2)).take(3 + usize::from(values[9] % 2))
                {
                    let kind = KINDS[usize::from(pair[0]) % KINDS.len()];
                    let json = VALUES[usize::from(pair[1]) % VALUES.len()].to_owned();
                    env.fields.insert((*key).to_owned(), Field { kind, json });
                }
                survives(&text, &env, &["a", "b", "c", "d"])
            },
        )
        .unwrap();
}

#[test]
fn most_generated_expressions_are_well_formed_and_many_have_a_value() {
    // Otherwise the property above would say little.
    let (mut well_formed, mut valued, mut all) = (0, 0, 0);
    for seed in 0..4000_u32 {
        let bytes: Vec<u8> = (0..60_u32)
            .map(|index| (seed.wrapping_mul(2_654_435_761).rotate_left(index * 5) >> 7).to_le_bytes()[0])
            .collect();
        let mut text = String::new();
        expression(&mut Choices(bytes.iter()), 4, &mut text);
        all += 1;
        well_formed += usize::from(check(&text, &["a", "b", "c", "d"]).is_empty());
        let env = rows::fields([
            ("a", FieldKind::Int, "5"),
            ("b", FieldKind::Str, "\"abc\""),
            ("c", FieldKind::Float, "null"),
            ("d", FieldKind::Boolean, "true"),
        ]);
        valued += usize::from(evaluate_counting(&text, &env).0.is_ok());
    }
    assert!(well_formed * 10 > all * 6, "{well_formed} of {all}");
    assert!(valued * 10 > all, "{valued} of {all}");
}
