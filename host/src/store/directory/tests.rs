//! Plans as rows: what is written is what is read back, and nothing else moves.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use super::{connect, lock, save};
use crate::{
    directory::{Document, Report, plan},
    embedded::testing::database,
    store::{
        auth,
        users::{self, UserDraft},
    },
};

fn document(value: &Value) -> Document {
    Document::from_json(value.to_string().as_bytes()).unwrap()
}

/// Reads, plans and writes in one transaction.
async fn import(db: &mut PgConnection, value: &Value) -> Report {
    let document = document(value);
    let mut tx = sqlx::Connection::begin(db).await.unwrap();
    let stored = lock(&mut tx, &document).await.unwrap();
    let (plan, report) = plan(&document, &stored).unwrap();
    save(&mut tx, &plan, "importer").await.unwrap();
    tx.commit().await.unwrap();
    report
}

/// Whether somebody in the pool's database waits for another transaction.
pub(crate) async fn waits_for_a_lock(pool: &PgPool) -> bool {
    let sql =
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// The tables as JSON, with names for ids and without times.
async fn all(db: &mut PgConnection) -> Value {
    let sql = "SELECT jsonb_build_object(
        'departments', (SELECT jsonb_agg(jsonb_build_array(d.source, d.external_key, d.name, p.name, d.leader, d.approvers, d.label, d.creator) ORDER BY d.id)
                          FROM departments d LEFT JOIN departments p ON p.id = d.parent_id),
        'roles', (SELECT jsonb_agg(jsonb_build_array(source, external_key, name, description, creator) ORDER BY id) FROM roles),
        'users', (SELECT jsonb_agg(jsonb_build_array(source, username, alias, email, phone, is_active, is_admin, creator) ORDER BY id) FROM users),
        'departments_of', (SELECT jsonb_object_agg(username, list) FROM (
             SELECT u.username, jsonb_agg(d.name ORDER BY ud.position) AS list
               FROM user_departments ud JOIN users u ON u.id = ud.user_id JOIN departments d ON d.id = ud.department_id GROUP BY 1) AS l),
        'roles_of', (SELECT jsonb_object_agg(username, list) FROM (
             SELECT u.username, jsonb_agg(r.name ORDER BY r.id) AS list
               FROM role_members m JOIN users u ON u.id = m.user_id JOIN roles r ON r.id = m.role_id GROUP BY 1) AS l))";
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

#[tokio::test]
async fn a_plan_is_written_as_it_says_and_read_back_as_it_was_written() {
    let database = database().await;
    let mut db = connect(&database.pool).await.unwrap();
    let by_hand = UserDraft { username: "boss".into(), is_active: true, is_admin: true, ..UserDraft::default() };
    users::insert(&mut db, &by_hand, "").await.unwrap();
    sqlx::query("INSERT INTO departments (name, label) VALUES ('choir', ''), ('HQ', '{\"source_dept_id\": \"1\"}')")
        .execute(&mut db)
        .await
        .unwrap();
    sqlx::query("INSERT INTO user_departments VALUES (1, 1, 1)").execute(&mut db).await.unwrap();
    sqlx::query("INSERT INTO roles (name) VALUES ('singers')").execute(&mut db).await.unwrap();
    sqlx::query("INSERT INTO role_members VALUES (1, 1)").execute(&mut db).await.unwrap();

    let mut wanted = json!({
        "source": "hr",
        "departments": [
            { "key": "11", "name": "技术部", "parent": "1", "leader": "lilei", "approvers": ["lilei", "boss"], "label": "l" },
            { "key": "1", "name": "总部" },
        ],
        "roles": [{ "key": "r1", "name": "hr", "description": "people" }, { "name": "empty" }],
        "users": [
            { "username": "lilei", "alias": "李磊", "email": "l@x", "phone": "1", "departments": ["11", "1"], "roles": ["r1"] },
            { "username": "boss", "departments": ["1"], "roles": ["r1"] },
            { "username": "left", "is_active": false, "departments": [] },
        ],
    });
    import(&mut db, &wanted).await;
    let first = all(&mut db).await;
    assert_eq!(
        first,
        json!({
            "departments": [
                [null, null, "choir", null, "", [], "", ""],
                ["hr", "1", "总部", null, "", [], "{\"source_dept_id\": \"1\"}", ""],
                ["hr", "11", "技术部", "总部", "lilei", ["lilei", "boss"], "l", "importer"],
            ],
            "roles": [[null, null, "singers", "", ""], ["hr", "r1", "hr", "people", "importer"], ["hr", "empty", "empty", "", "importer"]],
            "users": [
                ["hr", "boss", "", "", "", true, true, ""],
                ["hr", "lilei", "李磊", "l@x", "1", true, false, "importer"],
                ["hr", "left", "left", "", "", false, false, "importer"],
            ],
            "departments_of": { "lilei": ["技术部", "总部"], "boss": ["总部", "choir"] },
            "roles_of": { "lilei": ["hr"], "boss": ["singers", "hr"] },
        })
    );
    let stamps = "SELECT array_agg(s ORDER BY s) FROM (SELECT xmin::text AS s FROM users UNION ALL SELECT xmin::text FROM departments) AS x";
    let before: Vec<String> = sqlx::query_scalar(stamps).fetch_one(&mut db).await.unwrap();
    assert!(import(&mut db, &wanted).await.is_empty());
    assert_eq!(all(&mut db).await, first);
    let after: Vec<String> = sqlx::query_scalar(stamps).fetch_one(&mut db).await.unwrap();
    assert_eq!(before, after, "rows that do not change are not written");

    wanted["departments"] = json!([{ "key": "11", "name": "研发部", "leader": "", "approvers": [] }]);
    wanted["roles"] = json!([{ "key": "r1", "name": "HR", "description": "" }]);
    wanted["users"] = json!([
        { "username": "left", "phone": "2", "departments": ["11"], "roles": ["r1"] }, { "username": "boss", "departments": [], "roles": [] },
    ]);
    import(&mut db, &wanted).await;
    assert_eq!(
        all(&mut db).await,
        json!({
            "departments": [
                [null, null, "choir", null, "", [], "", ""],
                ["hr", "1", "总部", null, "", [], "{\"source_dept_id\": \"1\"}", ""],
                ["hr", "11", "研发部", null, "", [], "l", "importer"],
            ],
            "roles": [[null, null, "singers", "", ""], ["hr", "r1", "HR", "", "importer"], ["hr", "empty", "empty", "", "importer"]],
            "users": [
                ["hr", "boss", "", "", "", true, true, ""],
                ["hr", "lilei", "李磊", "l@x", "1", false, false, "importer"],
                ["hr", "left", "left", "", "2", true, false, "importer"],
            ],
            "departments_of": { "lilei": ["技术部", "总部"], "boss": ["choir"], "left": ["研发部"] },
            "roles_of": { "lilei": ["HR"], "boss": ["singers"], "left": ["HR"] },
        })
        .to_string()
        .replace("技术部", "研发部")
        .parse::<Value>()
        .unwrap()
    );
}

#[tokio::test]
async fn who_becomes_inactive_has_no_session_any_more() {
    let database = database().await;
    let mut db = connect(&database.pool).await.unwrap();
    let two = json!({ "users": [{ "username": "a" }, { "username": "b" }, { "username": "c" }] });
    import(&mut db, &two).await;
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM users ORDER BY id").fetch_all(&mut db).await.unwrap();
    for (id, cookie) in ids.iter().zip(["a", "b", "c"]) {
        auth::insert_session(&mut db, &auth::hash(cookie), crate::workflow::UserId(*id)).await.unwrap();
    }
    import(&mut db, &json!({ "users": [{ "username": "b" }, { "username": "c", "is_active": false }] })).await;
    let left: Vec<i64> = sqlx::query_scalar("SELECT user_id FROM sessions").fetch_all(&mut db).await.unwrap();
    assert_eq!(left, [ids[1]]);
}

#[tokio::test]
async fn somebody_deleted_is_made_anew_and_what_was_deleted_is_not_found_by_its_key() {
    let database = database().await;
    let mut db = connect(&database.pool).await.unwrap();
    let value = json!({ "departments": [{ "key": "1", "name": "a" }], "roles": [{ "name": "r" }], "users": [{ "username": "lisi" }] });
    import(&mut db, &value).await;
    for table in ["departments", "roles", "users"] {
        let sql = format!("UPDATE {table} SET deleted_at = now()");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut db).await.unwrap();
    }
    let report = import(&mut db, &value).await;
    let made = [&report.departments.created, &report.roles.created, &report.users.created].map(|tally| tally.count);
    assert_eq!(made, [1, 1, 1]);
    assert!(import(&mut db, &value).await.is_empty());
}

#[tokio::test]
async fn a_connection_for_imports_has_limits_of_its_own() {
    let database = database().await;
    let pool = crate::store::request_pool(database.options.clone(), 1).await.unwrap();
    let show = "SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')";
    let request: String = sqlx::query_scalar(show).fetch_one(&pool).await.unwrap();
    let import: String = sqlx::query_scalar(show).fetch_one(&mut connect(&pool).await.unwrap()).await.unwrap();
    assert_eq!((request.as_str(), import.as_str()), ("1500ms 1s", "1min 1min"));
}
