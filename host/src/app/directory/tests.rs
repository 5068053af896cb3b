//! Imports on a database: all or nothing, beside others who change accounts, and fast enough.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgPool;

use super::*;
use crate::{
    embedded::testing::database,
    store::{
        departments,
        directory::tests::waits_for_a_lock,
        roles,
        users::{self, UserDraft},
    },
};

fn request(value: &Value, mode: Mode) -> Import {
    let document = Document::from_json(value.to_string().as_bytes()).unwrap();
    Import { document: Arc::new(document), mode, creator: "importer".into() }
}

async fn run(pool: &PgPool, value: &Value, mode: Mode) -> Result<Report, ImportError> {
    let mut db = store::directory::connect(pool).await.unwrap();
    import(&mut db, &request(value, mode)).await
}

/// People, departments and roles.
async fn rows(pool: &PgPool) -> [i64; 3] {
    let users = users::count(pool, "", None).await.unwrap();
    [users, departments::count(pool, "").await.unwrap(), roles::count(pool, "", None).await.unwrap()]
}

#[tokio::test]
async fn a_dry_run_tells_what_a_run_does_and_leaves_no_row() {
    let database = database().await;
    let value = json!({
        "departments": [{ "key": "1", "name": "a" }], "roles": [{ "name": "r" }],
        "users": [{ "username": "lisi", "departments": ["1"], "roles": ["r"] }],
    });
    let dry = run(&database.pool, &value, Mode::DryRun).await.unwrap();
    assert_eq!(rows(&database.pool).await, [0; 3]);
    let real = run(&database.pool, &value, Mode::Write).await.unwrap();
    assert_eq!((dry.dry_run, real.dry_run), (true, false));
    assert_eq!(Report { dry_run: false, ..dry }, real);
    assert_eq!(rows(&database.pool).await, [1; 3]);
}

#[tokio::test]
async fn one_problem_anywhere_leaves_everything_as_it_was() {
    let database = database().await;
    let unknown = json!({ "departments": [{ "key": "1", "name": "a" }], "users": [{ "username": "lisi", "departments": ["2"] }] });
    let unfit = json!({ "users": [{ "username": "lisi" }, { "username": "loonrobot" }] });
    for value in [unknown, unfit] {
        let refused = run(&database.pool, &value, Mode::Write).await.unwrap_err();
        assert!(matches!(&refused, ImportError::Problems(problems) if problems.total == 1), "{refused:?}");
    }
    assert_eq!(rows(&database.pool).await, [0; 3]);
}

#[tokio::test]
async fn imports_of_the_same_people_at_once_make_each_once() {
    let database = database().await;
    let value = |source: &str| json!({ "source": source, "departments": [{ "key": "1", "name": "a" }], "users": [{ "username": "lisi", "departments": ["1"] }] });
    let (hr, ad) = (value("hr"), value("ad"));
    let (one, two, three) = tokio::join!(
        run(&database.pool, &hr, Mode::Write),
        run(&database.pool, &ad, Mode::Write),
        run(&database.pool, &hr, Mode::Write)
    );
    let made = [one, two, three].map(|report| report.unwrap().users.created.count);
    assert_eq!(made.iter().sum::<usize>(), 1, "{made:?}");
    assert_eq!(rows(&database.pool).await, [1, 2, 0]);
}

#[tokio::test]
async fn who_is_made_by_hand_meanwhile_is_found_on_the_next_try() {
    let database = database().await;
    let mut by_hand = database.pool.begin().await.unwrap();
    let draft = UserDraft { username: "lisi".into(), is_active: true, ..UserDraft::default() };
    users::insert(&mut by_hand, &draft, "").await.unwrap();
    // the import cannot see the row and waits for it at its unique name
    let value = json!({ "users": [{ "username": "lisi", "alias": "李四" }] });
    let waiting = async {
        while !waits_for_a_lock(&database.pool).await {
            tokio::task::yield_now().await;
        }
        by_hand.commit().await.unwrap();
    };
    let bounded = tokio::time::timeout(Duration::from_secs(20), async {
        tokio::join!(run(&database.pool, &value, Mode::Write), waiting).0
    });
    let report = bounded.await.unwrap().unwrap();
    assert_eq!((report.users.updated.names, report.users.created.count), (vec!["lisi".to_owned()], 0));
}

#[tokio::test]
async fn ten_thousand_people_take_less_than_five_seconds_and_can_all_change_and_leave() {
    let database = database().await;
    let departments: Vec<Value> = (0..500)
        .map(|n| json!({ "key": format!("d{n}"), "name": format!("部门{n}"), "parent": (n > 0).then(|| format!("d{}", (n - 1) / 4)) }))
        .collect();
    let roles: Vec<Value> = (0..50).map(|n| json!({ "name": format!("r{n}") })).collect();
    let person = |n: usize| {
        json!({
            "username": format!("user{n}"), "alias": format!("员工{n}"), "email": format!("user{n}@example.com"), "phone": "13800000000",
            "departments": [format!("d{}", n % 500), format!("d{}", (n + 7) % 500)], "roles": [format!("r{}", n % 50)],
        })
    };
    let mut value =
        json!({ "departments": departments, "roles": roles, "users": (0..10_000).map(person).collect::<Vec<_>>() });
    let import = async |value: &Value| run(&database.pool, value, Mode::Write).await.unwrap();
    let begun = Instant::now();
    let first = import(&value).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!((first.users.created.count, first.memberships.added.count), (10_000, 30_000));
    assert!(import(&value).await.is_empty());
    for user in value["users"].as_array_mut().unwrap() {
        user["phone"] = "".into();
        user["departments"].as_array_mut().unwrap().reverse();
    }
    let changed = import(&value).await;
    assert_eq!((changed.users.updated.count, changed.memberships.reordered.count), (10_000, 10_000));
    value["users"].as_array_mut().unwrap().truncate(1);
    assert_eq!(import(&value).await.users.deactivated.count, 9_999);
}
