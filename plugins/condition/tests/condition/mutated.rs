//! The table's expressions, changed at random: pieces inserted, cut, doubled, taken from other rows.
//! `GAVIA_CONDITION_CASES` says how many (100,000 together with the generated ones).

use proptest::prelude::*;

use crate::rows;
use crate::survives::survives;

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
