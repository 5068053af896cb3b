//! Values are never syntax: whatever characters a field holds, an expression means the same.

use gavia_condition::{Env, FieldKind, TEXT_MAX, evaluate};
use proptest::prelude::*;

use crate::rows;

/// Pieces that would matter if a value were pasted into an expression, or shown, or cut in the middle.
const PIECES: [&str; 30] = [
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "\\",
    "\\'",
    "\\\\",
    "{",
    "}",
    "{{",
    "}}",
    "{a}",
    "{b.__class__}",
    "__import__('os')",
    "' or '1'=='1",
    "''' + open('/etc/passwd').read() + '''",
    "\0",
    "\n",
    "\r\n",
    "\u{202e}",
    "\u{200f}",
    "\u{feff}",
    "é",
    "请",
    "😀",
    "e\u{301}",
    "\u{2028}",
    "%s",
    "${a}",
    " ",
];

fn value() -> impl Strategy<Value = String> {
    let pieces =
        proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12).prop_map(|pieces| pieces.concat());
    prop_oneof![
        4 => pieces,
        3 => any::<String>(),
        1 => proptest::collection::vec(any::<char>(), 0..300).prop_map(String::from_iter),
        1 => (proptest::sample::select(&PIECES[..]), 1..=TEXT_MAX).prop_map(|(piece, len)| piece.repeat(len / piece.len())),
    ]
}

fn env(a: &str, b: &str) -> Env {
    let json = |text: &str| serde_json::to_string(text).unwrap();
    rows_env([("a", json(a)), ("b", json(b))])
}

fn rows_env(values: [(&str, String); 2]) -> Env {
    let mut env = Env::default();
    for (key, json) in values {
        env.fields.insert(key.to_owned(), gavia_condition::Field { kind: FieldKind::Text, json });
    }
    env
}

/// The text as a quoted literal of the language.
fn quoted(text: &str, quote: &str) -> String {
    let mut out = quote.to_owned();
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\x00"),
            _ => out.push(c),
        }
    }
    out + quote
}

#[test]
fn two_fields_are_equal_exactly_when_their_values_are() {
    let pair = prop_oneof![(value(), value()), value().prop_map(|value| (value.clone(), value))];
    rows::runner(20)
        .run(&pair, |(a, b)| {
            let env = env(&a, &b);
            prop_assert_eq!(evaluate("{a} == {b}", &env), Ok(a == b));
            prop_assert_eq!(evaluate("{a} != {b}", &env), Ok(a != b));
            prop_assert_eq!(evaluate("{a} < {b}", &env), Ok(a < b));
            prop_assert_eq!(evaluate("{a} >= {b}", &env), Ok(a >= b));
            prop_assert_eq!(evaluate("{a} in {b}", &env), Ok(b.contains(&a)));
            prop_assert_eq!(evaluate("{a} in [{b}, 1, None]", &env), Ok(a == b));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_field_equals_a_literal_exactly_when_it_holds_that_text() {
    let short = (value(), value(), proptest::sample::select(&["'", "\"", "'''", "\"\"\""][..]));
    rows::runner(20)
        .run(&short, |(a, b, quote)| {
            let a: String = a.chars().take(300).collect();
            let env = env(&a, &b);
            let literal = quoted(&a, quote);
            prop_assert_eq!(evaluate(&format!("{{a}} == {literal}"), &env), Ok(true));
            prop_assert_eq!(evaluate(&format!("{{b}} == {literal}"), &env), Ok(a == b));
            prop_assert_eq!(evaluate(&format!("{{b}} in ({literal},)"), &env), Ok(a == b));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_quoted_placeholder_is_the_text_of_the_value() {
    rows::runner(20)
        .run(&(value(), value()), |(a, b)| {
            let (a, b) = (cut(&a, TEXT_MAX / 2 - 16), cut(&b, TEXT_MAX / 2 - 16));
            let env = env(a, b);
            for expression in [
                "'{a}' == {a}",
                "\"{a}\" == {a}",
                "'''{a}''' == {a}",
                "\"\"\"{a}\"\"\" == {a}",
                "'{a}{b}' == {a} + {b}",
                "'x{{{a}}}y' == 'x{{' + {a} + '}}y'",
                "'{a}' '{b}' == {a} + {b}",
                "str({a}) == {a}",
                "{a}.replace('', '') == {a}",
                "({a} + {b})[len({a}):] == {b}",
                "({a} + {b}).startswith({a}) and ({a} + {b}).endswith({b})",
            ] {
                prop_assert_eq!(evaluate(expression, &env), Ok(true), "{}", expression);
            }
            Ok(())
        })
        .unwrap();
}

fn cut(text: &str, len: usize) -> &str {
    &text[..text.floor_char_boundary(len)]
}

#[test]
fn no_value_makes_an_expression_fail_by_its_characters() {
    const EXPRESSIONS: [&str; 12] = [
        "{a} == 'x'",
        "'x' != {a}",
        "{a} in ('x', 'y')",
        "{a} > 'm' or {a} <= 'm'",
        "{a}.lower() == 'x' or {a}.upper() == 'X'",
        "{a}.strip() == ''",
        "{a}.startswith('x') or {a}.endswith(('x', 'y'))",
        "{a}.isdigit()",
        "len({a}) > 3",
        "not {a} or bool({a})",
        "{a}[:3] == 'abc' or {a}[-3:] == 'abc' or {a}[::-1] == 'abc'",
        "'x' in {a} and {a} is not None and {a} != 5",
    ];
    rows::runner(20)
        .run(&value(), |a| {
            // Room for letters whose other case is longer.
            let env = env(cut(&a, TEXT_MAX / 3), "");
            for expression in EXPRESSIONS {
                prop_assert!(evaluate(expression, &env).is_ok(), "{}", expression);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_value_of_the_wrong_type_is_an_error_that_does_not_repeat_it() {
    const KINDS: [FieldKind; 5] =
        [FieldKind::Int, FieldKind::Float, FieldKind::Boolean, FieldKind::Date, FieldKind::Datetime];
    let json = prop_oneof![value().prop_map(|text| serde_json::to_string(&text).unwrap()), value()];
    rows::runner(20)
        .run(&(json, proptest::sample::select(&KINDS[..])), |(json, kind)| {
            let mut env = Env::default();
            env.fields.insert("a".to_owned(), gavia_condition::Field { kind, json: json.clone() });
            for expression in
                ["{a} > 1", "int({a}) == 1", "datetime.datetime.strptime({a}, '%Y-%m-%d') == {a}", "-{a} == 1"]
            {
                if let Err(error) = evaluate(expression, &env) {
                    prop_assert!(error.message.contains("`a`"), "{}: {}", expression, error);
                    let inner = json.trim_matches('"');
                    prop_assert!(inner.len() < 8 || !error.message.contains(inner), "{}: {}", expression, error);
                }
            }
            Ok(())
        })
        .unwrap();
}
