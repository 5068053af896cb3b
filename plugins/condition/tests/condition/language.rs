//! The parts of the language that Python has no answer for: placeholders, declared types, what checking says.

use gavia_condition::{FieldKind, Problem, TICKET_KEYS, check, evaluate, fields};

use crate::rows;

fn holds(expression: &str, kind: FieldKind, json: &str) -> Result<bool, String> {
    evaluate(expression, &rows::fields([("a", kind, json)])).map_err(|error| error.message)
}

#[test]
fn a_field_has_the_type_it_is_declared_with_however_it_is_stored() {
    use FieldKind::{
        Boolean, Checkbox, Date, Datetime, File, Float, Int, MultiSelect, MultiUsername, Radio, Select, Str, Text,
        Username,
    };
    let cases = [
        ("{a} == 5", Int, "5"),
        ("{a} == 5", Int, "\"5\""),
        ("{a} == 5", Int, "\" 5 \""),
        ("str({a}) == '5'", Int, "5.0"),
        ("{a} == 9223372036854775807", Int, "9223372036854775807"),
        ("{a} is None", Int, "\"\""),
        ("{a} is None", Int, "null"),
        ("str({a}) == '5.0'", Float, "5"),
        ("{a} == 0.1", Float, "0.1"),
        ("{a} == 1.7976931348623157e308", Float, "1.7976931348623157e308"),
        ("{a} == 1.5", Float, "\"1.5\""),
        ("{a} is None", Float, "\"\""),
        ("{a} is True", Boolean, "true"),
        ("{a} is True", Boolean, "1"),
        ("{a} is True", Boolean, "\"True\""),
        ("{a} is True", Boolean, "\"t\""),
        ("{a} is False", Boolean, "\"false\""),
        ("{a} is False", Boolean, "0"),
        ("{a} is None", Boolean, "\"\""),
        ("{a} == '2024-01-02'", Date, "\"2024-01-02\""),
        ("{a} is None", Date, "\"\""),
        ("{a} == '2024-01-02 03:04:05'", Datetime, "\"2024-01-02 03:04:05\""),
        ("{a} is None", Datetime, "null"),
        ("{a} == ''", Str, "\"\""),
        ("{a} is None", Str, "null"),
        ("{a} == '5'", Str, "5"),
        ("{a} == '1.50'", Text, "1.50"),
        ("{a} == 'True'", Text, "true"),
        ("{a} == '1'", Radio, "\"1\""),
        ("{a} == '1'", Select, "1"),
        ("{a} == 'x'", Username, "\"x\""),
        ("{a} == '/a,/b'", File, "\"/a,/b\""),
    ];
    for (expression, kind, json) in cases {
        assert_eq!(holds(expression, kind, json), Ok(true), "{expression} with {kind:?} {json}");
    }
    for kind in [Checkbox, MultiSelect, MultiUsername] {
        assert_eq!(holds("{a} == 'x,y,3'", kind, "[\"x\",\"y\",3]"), Ok(true), "{kind:?}");
        assert_eq!(holds("{a} == ''", kind, "[]"), Ok(true), "{kind:?}");
    }
}

#[test]
fn a_value_that_is_not_of_the_declared_type_is_an_error_that_names_the_field() {
    use FieldKind::{Boolean, Date, Datetime, Float, Int, MultiSelect, Str};
    let cases = [
        (Int, "\"five\""),
        (Int, "5.5"),
        (Int, "1e300"),
        (Int, "9223372036854775808"),
        (Int, "true"),
        (Int, "[1, 2]"),
        (Float, "\"nan\""),
        (Float, "\"inf\""),
        (Float, "1e999"),
        (Float, "true"),
        (Boolean, "\"yes\""),
        (Boolean, "2"),
        (Date, "20240102"),
        (Datetime, "false"),
        (Str, "{\"a\": 1}"),
        (MultiSelect, "[[1]]"),
        (Str, "'not json'"),
        (Str, ""),
        (Int, "5 6"),
    ];
    for (kind, json) in cases {
        let message = holds("{a} == 1", kind, json).unwrap_err();
        assert!(message.contains("`a`"), "{kind:?} {json}: {message}");
    }
}

#[test]
fn a_broken_value_harms_only_expressions_that_look_at_it() {
    assert_eq!(holds("True or {a} == 1", FieldKind::Int, "broken"), Ok(true));
    assert!(holds("False or {a} == 1", FieldKind::Int, "broken").is_err());
}

#[test]
fn checking_says_where_an_expression_is_wrong() {
    let cases = [
        ("{days} > ", 9, "the expression ends where a value is expected"),
        ("{days} >> 3", 8, "a value is expected here, not `>`"),
        ("{days} && 3", 7, "the character `&` has no meaning here"),
        ("{days.real} > 3", 5, "`{days}` stands for the whole value: no attribute or index inside the braces"),
        ("{days[0]} > 3", 5, "`{days}` stands for the whole value: no attribute or index inside the braces"),
        ("{days:>3} > 3", 5, "`{days}` stands for the value itself: no format inside the braces"),
        ("{days!r} > 3", 5, "`{days}` stands for the value itself: no format inside the braces"),
        ("'{days!r}' == '3'", 6, "`{days}` stands for the value itself: no format inside the braces"),
        ("{1} > 3", 0, "braces must hold the key of a field, like `{days}`"),
        ("{{days}} > 3", 0, "braces outside a quoted text: a dict or a set is not supported"),
        ("{days} = 3", 7, "`=` is not expected here"),
        ("days > 3", 0, "`days` is not known here; a field is written `{name}`"),
        ("{days}.__class__", 7, "there is no attribute `__class__` here"),
        ("__import__('os')", 0, "`__import__` is not known here; a field is written `{name}`"),
        ("'请假' == 请假", 12, "`请假` is not known here; a field is written `{name}`"),
        ("{days} == 'a", 10, "this quoted text is never closed"),
        ("", 0, "the expression is empty"),
        ("{days} > 3 and not", 18, "the expression ends where a value is expected"),
        ("(1 == 1", 7, "the expression ends where `)` is expected"),
    ];
    for (expression, offset, message) in cases {
        let expected = [Problem { offset, message: message.to_owned() }];
        assert_eq!(check(expression, &["days"]), expected, "{expression}");
    }
}

#[test]
fn checking_lists_every_unknown_field_with_its_place() {
    let found = check("{days} > {dayz} and 'x{no}y' == {days} or [{a-b}][{i}:]", &["days"]);
    let found: Vec<(usize, &str)> = found.iter().map(|problem| (problem.offset, problem.message.as_str())).collect();
    let expected = [
        (9, "there is no field `dayz`"),
        (22, "there is no field `no`"),
        (43, "there is no field `a-b`"),
        (50, "there is no field `i`"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_tickets_own_keys_are_always_known() {
    for key in TICKET_KEYS {
        assert_eq!(check(&format!("{{{key}}} == 1"), &[]), [], "{key}");
    }
}

#[test]
fn fields_are_listed_once_and_in_order() {
    let found = fields("{b} if {a} > {b} else '{c}{a}' + str(max([{d}], default={e}))[{f}].strip({g})");
    assert_eq!(found.unwrap(), ["b", "a", "c", "d", "e", "f", "g"]);
    assert_eq!(fields("1 == 1").unwrap(), Vec::<String>::new());
    assert!(fields("{a").is_err());
}

#[test]
fn now_follows_the_clock_and_the_offset_that_the_host_gives() {
    let mut env = rows::fields([]);
    env.now_ms = 0;
    for (offset, text) in [(0, "1970-01-01 00:00"), (480, "1970-01-01 08:00"), (-210, "1969-12-31 20:30")] {
        env.tz_offset_min = offset;
        let expression = format!("datetime.datetime.now().strftime('%Y-%m-%d %H:%M') == '{text}' and time.time() == 0");
        assert_eq!(evaluate(&expression, &env), Ok(true), "{text}");
        let round_trip = "time.mktime(time.strptime(str(datetime.datetime.now()), '%Y-%m-%d %H:%M:%S')) == time.time()";
        assert_eq!(evaluate(round_trip, &env), Ok(true), "{text}");
    }
    for now_ms in [i64::MIN, i64::MAX, -62_135_596_800_001, 253_402_300_800_000] {
        env.now_ms = now_ms;
        env.tz_offset_min = 0;
        assert!(evaluate("datetime.datetime.now().year > 0", &env).is_err(), "{now_ms}");
    }
}

#[test]
fn the_calendar_agrees_with_itself_over_ten_thousand_years() {
    let mut env = rows::fields([]);
    env.tz_offset_min = 0;
    // Every 97th day: all months, all kinds of years.
    let expression = "(datetime.datetime.now() - datetime.datetime(1970, 1, 1)).days == {day} \
        and datetime.datetime.strptime(str(datetime.date.today()), '%Y-%m-%d').date() == datetime.date.today() \
        and datetime.date.today().weekday() == ({day} + 3) % 7";
    for day in (-719_162..=2_932_896).step_by(97) {
        env.now_ms = day * 86_400_000;
        env.fields.insert("day".to_owned(), gavia_condition::Field { kind: FieldKind::Int, json: day.to_string() });
        assert_eq!(evaluate(expression, &env), Ok(true), "{day}");
    }
}
