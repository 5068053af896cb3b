//! Limit expressions (behaviour §4.3, D-19, F-36): each key, and texts that cannot be read.

use serde_json::json;

use super::super::{testing::*, *};

fn create_with(limit: &str, creator: &str, existing: Option<i64>) -> Result<(), Refusal> {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.limit_expression = limit.to_owned();
    let sent = body(json!({ "title": "x" }));
    let new = NewTicket { existing, ..new_ticket(creator, 1, &sent) };
    create(&desk.definition, &new, &desk.facts(Actor::Person(creator))).map(drop)
}

#[test]
fn nothing_written_limits_nothing() {
    for text in ["", "{}", " ", r#"{"allow_persons": "", "period": null, "count": ""}"#] {
        assert_eq!(create_with(text, "ghost", Some(1_000_000)), Ok(()), "{text:?}");
    }
}

#[test]
fn d19_f36_a_quota_refuses_when_it_is_reached_and_names_its_number() {
    let day = r#"{"period": 24, "count": 2}"#;
    assert_eq!(Limit::parse(day).unwrap().quota, Some(Quota { hours: 24.0, count: 2, scope: QuotaScope::PerCreator }));
    assert_eq!(create_with(day, "lilei", Some(1)), Ok(()));
    let reached = create_with(day, "lilei", Some(2)).unwrap_err();
    assert_eq!(reached, Refusal::LimitReached { count: 2, hours: 24.0, workflow: 1 });
    assert!(create_with(r#"{"period": 24, "count": 0}"#, "lilei", Some(0)).is_err());
    let all = Limit::parse(r#"{"period": "0.5", "level": "2", "count": "1"}"#).unwrap().quota.unwrap();
    assert_eq!((all.hours, all.scope), (0.5, QuotaScope::Everybody));
}

#[test]
fn a_limit_that_cannot_be_read_lets_nobody_pass() {
    assert_eq!(create_with(r#"{"period": 1, "level": 3, "count": 1}"#, "lilei", None), Err(Refusal::LimitLevelInvalid));
    assert_eq!(create_with(r#"{"period": 1, "level": 1}"#, "lilei", None), Err(Refusal::LimitCountMissing));
    for text in ["no", "[]", r#"{"period": "day", "count": 1}"#, r#"{"allow_depts": "ops"}"#, r#"{"allow_roles": {}}"#]
    {
        assert!(matches!(create_with(text, "lilei", None), Err(Refusal::LimitBroken(_))), "{text}");
    }
}

#[test]
fn who_may_create_is_told_by_names_departments_and_roles_all_of_which_must_pass() {
    let by_name = r#"{"allow_persons": "lilei, lisi"}"#;
    assert_eq!(create_with(by_name, "lisi", None), Ok(()));
    let refused = Refusal::LimitPerson { creator: "jack".to_owned(), workflow: 1 };
    assert_eq!(create_with(by_name, "jack", None), Err(refused));
    // 技术部 with the departments below it
    assert_eq!(create_with(r#"{"allow_depts": "2"}"#, "wangwu", None), Ok(()));
    assert_eq!(create_with(r#"{"allow_depts": [2]}"#, "jack", None), Err(Refusal::LimitDepartment));
    assert_eq!(create_with(r#"{"allow_roles": "1"}"#, "guiji", None), Ok(()));
    assert_eq!(create_with(r#"{"allow_roles": "1"}"#, "lilei", None), Err(Refusal::LimitRole));
    assert_eq!(create_with(r#"{"allow_depts": "2", "allow_roles": "1"}"#, "wangwu", None), Err(Refusal::LimitRole));
    assert_eq!(create_with(r#"{"allow_roles": "1"}"#, "ghost", None), Err(Refusal::LimitUserUnknown));
}

#[test]
fn what_a_limit_asks_for_is_fetched_with_the_rest() {
    let mut desk = Desk::of(three_states(ParticipantKind::Person, "guiji", Distribution::Direct));
    desk.definition.limit_expression = r#"{"allow_depts": "2,3", "allow_roles": 1}"#.to_owned();
    let sent = body(json!({}));
    let needs = create_needs(&desk.definition, &new_ticket("lilei", 1, &sent));
    assert_eq!(needs.departments, set([DepartmentId(2), DepartmentId(3)]));
    assert_eq!(needs.roles, set([RoleId(1)]));
}
