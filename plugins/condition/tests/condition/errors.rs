//! What an error tells: the operation and the field, in words, and never the field's content.

use gavia_condition::{FieldKind, evaluate};

use crate::rows;

fn message(expression: &str) -> String {
    let env = rows::fields([
        ("days", FieldKind::Int, "null"),
        ("title", FieldKind::Str, "\"secret\""),
        ("count", FieldKind::Int, "5"),
        ("limit", FieldKind::Int, "\"secret\""),
    ]);
    let error = evaluate(expression, &env).unwrap_err();
    assert!(!error.message.contains("secret"), "{expression}: {}", error.message);
    assert!(error.offset <= expression.len(), "{expression}");
    format!("{} @{}", error.message, error.offset)
}

#[test]
fn d17_a_null_in_an_ordering_is_refused_and_names_the_field() {
    let expected = "`>` cannot compare the empty field `days` (None) with an int @7";
    assert_eq!(message("{days} > 3"), expected);
    let expected = "`<` cannot compare an int with the empty field `days` (None) @2";
    assert_eq!(message("3 < {days}"), expected);
    let expected = "`<=` cannot compare the field `count` (an int) with the empty field `days` (None) @12";
    assert_eq!(message("1 < {count} <= {days}"), expected);
    for sign in ["<", "<=", ">", ">="] {
        for expression in [format!("{{days}} {sign} {{count}}"), format!("{{count}} {sign} {{days}}")] {
            assert!(message(&expression).contains("the empty field `days` (None)"), "{expression}");
        }
    }
}

#[test]
fn d17_a_null_may_be_asked_for_equality() {
    let env = rows::fields([("days", FieldKind::Int, "null")]);
    let cases = [("{days} == None", true), ("{days} is None", true), ("{days} == 0", false), ("{days} != 3", true)];
    for (expression, holds) in cases {
        assert_eq!(evaluate(expression, &env), Ok(holds), "{expression}");
    }
}

#[test]
fn an_error_names_the_operation_and_its_operands() {
    let cases = [
        ("{title} > 3", "`>` cannot compare the field `title` (a text) with an int @8"),
        ("{title} + 1 == 3", "`+` does not work between the field `title` (a text) and an int @8"),
        ("{count} * 2 / 0", "division by zero (`/` between an int and an int) @12"),
        ("{count} // 0", "division by zero (`//` between the field `count` (an int) and an int) @8"),
        ("-{title} == 1", "`-` does not work on the field `title` (a text) @0"),
        ("len({days}) > 1", "len() does not work with the empty field `days` (None) @0"),
        ("int({title}) > 1", "this text is not a whole number (int() with the field `title` (a text)) @0"),
        ("{count} in {count}", "`in` cannot look for the field `count` (an int) in the field `count` (an int) @8"),
        ("{count}.strip() == ''", "strip() of the field `count` (an int) does not work with nothing @7"),
        ("{title}.year == 1", "there is no `year` of the field `title` (a text) @7"),
        ("{count}[0] == 1", "the field `count` (an int) has no items @7"),
        ("{title}[100] == 'a'", "there is no item at this index @7"),
        (
            "{title}.strip(1, 2) == ''",
            "it takes at most 1 arguments (strip() of the field `title` (a text) with an int and an int) @7",
        ),
        ("round(ndigits={count}) == 1", "it needs 1 arguments at least (round() with the field `count` (an int)) @0"),
        ("{nothing} == 1", "there is no field `nothing` @0"),
        ("'x{nothing}' == 1", "there is no field `nothing` @2"),
        ("{limit} > 1", "field `limit`: it is declared as an int but its value is none @0"),
        ("1 == 1 == ", "the expression ends where a value is expected @10"),
    ];
    for (expression, expected) in cases {
        assert_eq!(message(expression), expected, "{expression}");
    }
}

#[test]
fn a_text_that_no_format_matches_is_not_quoted_in_the_error() {
    assert!(message("datetime.datetime.strptime({title}, '%Y') == 1").contains("does not match the format"));
    assert!(message("float({title}) == 1").contains("not a number"));
    assert!(message("{title}.split('') == 1").contains("separator"));
    assert!(message("[{title}] < [1]").contains("a list"));
}
