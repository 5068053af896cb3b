//! What each field kind takes and gives back, and which fields a request may and must write.

use serde_json::{Value, json};

use super::super::{testing::*, *};
use FieldKind as Kind;

const CLEARABLE: [FieldKind; 5] = [Kind::Int, Kind::Float, Kind::Bool, Kind::Date, Kind::Datetime];
const TEXTUAL: [FieldKind; 9] = [
    Kind::String,
    Kind::Radio,
    Kind::Checkbox,
    Kind::Select,
    Kind::MultiSelect,
    Kind::Text,
    Kind::User,
    Kind::Users,
    Kind::File,
];

fn written(kind: FieldKind, value: &Value) -> Result<Option<Value>, Expected> {
    match fields::write(kind, "f", value, ZONE) {
        Ok(value) => Ok(value),
        Err(Refusal::FieldInvalid { key, expected }) => {
            assert_eq!(key, "f");
            Err(expected)
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn values_that_fit_are_stored_in_one_form() {
    let table = [
        (Kind::String, json!("a"), json!("a")),
        (Kind::String, json!(""), json!("")),
        (Kind::String, json!(5), json!("5")),
        (Kind::String, json!(1.5), json!("1.5")),
        (Kind::String, json!(true), json!("True")),
        (Kind::String, json!({"a": [1]}), json!("{\"a\":[1]}")),
        (Kind::Text, json!("  kept \u{202e}<script>\r\n"), json!("  kept \u{202e}<script>\r\n")),
        (Kind::File, json!(["a.png", "b.png"]), json!("a.png,b.png")),
        (Kind::Int, json!(5), json!(5)),
        (Kind::Int, json!(" 5 "), json!(5)),
        (Kind::Int, json!(-5.0), json!(-5)),
        (Kind::Int, json!(i64::MAX), json!(i64::MAX)),
        (Kind::Float, json!(3), json!(3.0)),
        (Kind::Float, json!("0.5"), json!(0.5)),
        (Kind::Radio, json!(1), json!("1")),
        (Kind::Select, json!("x"), json!("x")),
        (Kind::User, json!("lisi"), json!("lisi")),
        (Kind::Users, json!(["lisi", "jack"]), json!("lisi,jack")),
        (Kind::Users, json!("lisi,jack"), json!("lisi,jack")),
    ];
    for (kind, value, stored) in table {
        assert_eq!(written(kind, &value), Ok(Some(stored)), "{kind:?} {value}");
    }
}

#[test]
fn d13_an_array_of_choices_becomes_a_comma_list() {
    for kind in [Kind::Checkbox, Kind::MultiSelect] {
        assert_eq!(written(kind, &json!(["a", 2, "b"])), Ok(Some(json!("a,2,b"))));
        assert_eq!(written(kind, &json!([])), Ok(Some(json!(""))));
        assert_eq!(written(kind, &json!([["a"]])), Err(Expected::TextOrList));
        assert_eq!(written(kind, &json!({"a": 1})), Err(Expected::TextOrList));
    }
}

#[test]
fn flags_come_in_every_spelling_of_the_old_engine() {
    let yes = [json!(true), json!(1), json!("1"), json!("true"), json!("True"), json!("t")];
    let no = [json!(false), json!(0), json!("0"), json!("false"), json!("False"), json!("f")];
    for (values, flag) in [(yes, true), (no, false)] {
        for value in values {
            assert_eq!(written(Kind::Bool, &value), Ok(Some(json!(flag))), "{value}");
        }
    }
    for value in [json!(2), json!(0.5), json!("yes"), json!([true])] {
        assert_eq!(written(Kind::Bool, &value), Err(Expected::Bool), "{value}");
    }
}

#[test]
fn t21_dates_and_times_are_read_in_many_forms_and_kept_in_one() {
    let times = [
        ("2020-03-01", "2020-03-01 00:00:00"),
        ("2020-3-1 9:05", "2020-03-01 09:05:00"),
        ("2020-03-01T09:00:00", "2020-03-01 09:00:00"),
        (" 2020-03-01 09:00:00.000 ", "2020-03-01 09:00:00"),
        ("2020-03-01 09:00:00.25", "2020-03-01 09:00:00.250000"),
        ("2020-03-01T01:00:00Z", "2020-03-01 09:00:00"),
        ("2020-03-01T01:00:00.5+00:00", "2020-03-01 09:00:00.500000"),
        ("2020-03-01 01:00+0000", "2020-03-01 09:00:00"),
        ("2020-02-29 20:00:00-05:00", "2020-03-01 09:00:00"),
    ];
    for (sent, kept) in times {
        assert_eq!(written(Kind::Datetime, &json!(sent)), Ok(Some(json!(kept))), "{sent}");
        assert_eq!(written(Kind::Date, &json!(sent)), Ok(Some(json!("2020-03-01"))), "{sent}");
    }
    let wrong = [
        json!("soon"),
        json!("2020-02-30"),
        json!("2020-03-01 25:00:00"),
        json!("2020-03-01 23:59:60"),
        json!("0000-01-01"),
        json!("+12020-01-01"),
        json!("-2020-01-01"),
        json!("2020-03-01 09:00:00 tomorrow"),
        json!(20_200_301),
        json!(["2020-03-01"]),
    ];
    for value in wrong {
        assert_eq!(written(Kind::Datetime, &value), Err(Expected::Datetime), "{value}");
        assert_eq!(written(Kind::Date, &value), Err(Expected::Date), "{value}");
    }
}

#[test]
fn null_clears_every_kind_and_blank_text_clears_what_is_no_text() {
    for kind in CLEARABLE.into_iter().chain(TEXTUAL) {
        assert_eq!(written(kind, &Value::Null), Ok(None), "{kind:?}");
    }
    for kind in CLEARABLE {
        assert_eq!(written(kind, &json!("")), Ok(None), "{kind:?}");
        assert_eq!(written(kind, &json!("  ")), Ok(None), "{kind:?}");
    }
    for kind in TEXTUAL {
        assert_eq!(written(kind, &json!("")), Ok(Some(json!(""))), "{kind:?}");
    }
}

#[test]
fn d14_a_value_of_the_wrong_type_is_refused_by_name() {
    let table = [
        (Kind::Int, json!("5.0"), Expected::Int),
        (Kind::Int, json!(5.5), Expected::Int),
        (Kind::Int, json!(1e300), Expected::Int),
        (Kind::Int, json!(true), Expected::Int),
        (Kind::Int, json!("99999999999999999999"), Expected::Int),
        (Kind::Float, json!("nan"), Expected::Float),
        (Kind::Float, json!("inf"), Expected::Float),
        (Kind::Float, json!("1,5"), Expected::Float),
        (Kind::Float, json!([1]), Expected::Float),
        (Kind::Radio, json!(["1"]), Expected::Text),
        (Kind::Select, json!({}), Expected::Text),
        (Kind::User, json!(["a", "b"]), Expected::Text),
        (Kind::User, json!("a".repeat(1001)), Expected::AtMost(1000)),
        (Kind::Users, json!([null]), Expected::TextOrList),
    ];
    for (kind, value, expected) in table {
        assert_eq!(written(kind, &value), Err(expected), "{kind:?} {value}");
    }
    for kind in TEXTUAL {
        assert_eq!(written(kind, &json!("a\0b")), Err(Expected::NoNul), "{kind:?}");
    }
}

#[test]
fn stored_values_read_back_as_their_field_declares() {
    let table = [
        (Kind::Float, json!(3), json!(3.0)),
        (Kind::Int, json!(3), json!(3)),
        (Kind::Bool, json!(true), json!(true)),
        (Kind::String, json!("a"), json!("a")),
        // the kind of the field was changed after the value was written
        (Kind::String, json!(3), json!("3")),
        (Kind::Int, json!("3"), json!(3)),
        (Kind::Int, json!("three"), Value::Null),
        (Kind::Float, json!("x"), Value::Null),
    ];
    for (kind, stored, read) in table {
        assert_eq!(fields::read(kind, Some(&stored)), read, "{kind:?} {stored}");
    }
    assert_eq!(fields::read(Kind::Text, None), Value::Null);
}

/// Start 1 with this form, a state 2 for guiji with that one, end 3.
fn desk(first: &str, second: &str) -> Desk {
    let mut definition = three_states(ParticipantKind::Person, "guiji", Distribution::Direct);
    definition.states[0].field_access = access(first);
    definition.states[1].field_access = access(second);
    definition.fields = vec![field(1, "days", Kind::Int, 25), field(2, "note", Kind::Text, 15)];
    Desk::of(definition)
}

#[test]
fn t09_required_means_that_the_key_is_there() {
    let desk = desk("title!,days!,note!,sn", "");
    for empty in [Value::Null, json!("")] {
        let sent = json!({ "title": empty.clone(), "days": empty.clone(), "note": empty });
        let ticket = desk.ticket("lilei", 1, sent);
        assert_eq!((ticket.title.as_str(), ticket.values.get("days")), ("", None));
    }
    let missing = Refusal::MissingFields(names(&["note", "title", "days"]));
    assert_eq!(desk.create("lilei", 1, &body(json!({ "title": "x", "days": 1 }))).unwrap_err(), missing);
}

#[test]
fn what_is_no_field_does_not_count_as_one_even_where_a_state_requires_it() {
    let desk = desk("suggestion!", "");
    let refused = desk.create("lilei", 1, &body(json!({ "suggestion": "x" }))).unwrap_err();
    assert_eq!(refused, Refusal::MissingFields(names(&["suggestion"])));
}

#[test]
fn a_transition_without_the_check_asks_for_no_field() {
    let mut desk = desk("title!,days!", "");
    desk.definition.transitions[0].field_check = FieldCheck::Skipped;
    assert!(desk.create("lilei", 1, &body(json!({}))).is_ok());
}

#[test]
fn t10_only_what_the_state_lists_is_written_and_engine_columns_never_are() {
    let desk = desk("days", "days?,title,sn?,state_id!,creator?,participant?");
    let sent = json!({
        "days": 3, "note": "unlisted", "sn": "forged", "state_id": 3, "creator": "jack", "participant": "jack",
        "workflow_id": 9, "未知": [1], "is_end": true,
    });
    let ticket = desk.ticket("lilei", 1, sent.clone());
    assert!(ticket.values.is_empty(), "read-only and unlisted fields are ignored");
    let step = desk.advance(&ticket, "guiji", 2, sent).unwrap();
    assert_eq!(step.ticket.values, [("days".to_owned(), json!(3))].into());
    assert_eq!((step.ticket.sn.as_str(), step.ticket.creator.as_str()), (ticket.sn.as_str(), "lilei"));
    assert_eq!(step.ticket.state, StateId(3));
}

#[test]
fn d18_a_title_is_kept_at_creation_unless_the_start_lists_it_read_only() {
    for (form, kept) in [("title", ""), ("", "x"), ("title?", "x"), ("title!", "x")] {
        assert_eq!(desk(form, "").ticket("lilei", 1, json!({ "title": "x" })).title, kept, "{form}");
    }
    for (form, kept) in [("title", "x"), ("", "x"), ("title?", "new"), ("title!", "new")] {
        let desk = desk("", form);
        let ticket = desk.ticket("lilei", 1, json!({ "title": "x" }));
        let step = desk.advance(&ticket, "guiji", 2, json!({ "title": "new" })).unwrap();
        assert_eq!(step.ticket.title, kept, "{form}");
    }
    let long = json!({ "title": "长".repeat(501) });
    let refused = desk("", "").create("lilei", 1, &body(long)).unwrap_err();
    assert_eq!(refused, Refusal::FieldInvalid { key: "title".to_owned(), expected: Expected::AtMost(500) });
}
