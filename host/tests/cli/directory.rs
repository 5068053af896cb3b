//! `gavia directory import` as a person meets it; what becomes of people is tested with the library.

use gavia::embedded::testing::database;

use crate::binary::Gavia;

const TABLE: &str = "username,alias,email,phone,departments,roles,is_active\n\
                     lilei,李磊,l@x,,总部/技术部,hr,\n\
                     hanmei,韩梅,h@x,,总部,,\n";

#[tokio::test]
async fn a_file_is_imported_as_json_and_as_csv_and_a_dry_run_writes_nothing() {
    let database = database().await;
    let mut gavia = Gavia::new();
    gavia.set("DATABASE_URL", &database.url);
    gavia.set("GAVIA_FORCE_UNSAFE_DATABASE", "1");
    let people = async || {
        let names = "SELECT coalesce(string_agg(username || ' ' || is_active, ',' ORDER BY username), '') FROM users";
        sqlx::query_scalar::<_, String>(names).fetch_one(&database.pool).await.unwrap()
    };
    let table = gavia.file("people.csv", TABLE);
    let dry = gavia.run(&["directory", "import", &table, "--dry-run"]);
    assert_eq!((dry.code, people().await.as_str()), (0, ""), "{dry:?}");
    let told = "users: 2 created (lilei, hanmei)\n\
                departments: 2 created (总部, 总部/技术部)\n\
                roles: 1 created (hr)\n\
                memberships: 3 added (lilei: department 总部/技术部, lilei: role hr, hanmei: department 总部)\n";
    assert_eq!(dry.stdout, format!("source default: dry run, nothing is written\n{told}"));

    let first = gavia.run(&["directory", "import", &table]);
    assert_eq!((first.code, first.stdout), (0, format!("source default: changed\n{told}")));
    assert_eq!(people().await, "hanmei true,lilei true");
    let again = gavia.run(&["directory", "import", &table]).stdout;
    assert!(again.starts_with("source default: nothing to change\nusers: 2 unchanged\n"), "{again}");

    let less = gavia.file("less.csv", "username\nlilei\n");
    assert_eq!(gavia.run(&["directory", "import", &less, "--partial"]).code, 0);
    assert_eq!(gavia.run(&["directory", "import", &less, "--source", "other"]).code, 0);
    assert_eq!(people().await, "hanmei true,lilei true");
    let document = gavia.file("people.json", r#"{"users":[{"username":"poly"}]}"#);
    let left = gavia.run(&["directory", "import", &document]);
    assert!(left.code == 0 && left.stdout.contains("1 created (poly), 1 deactivated (hanmei)"), "{left:?}");
    assert_eq!(people().await, "hanmei false,lilei true,poly true", "lilei is of the other source now");
}

#[tokio::test]
async fn a_file_that_is_not_fit_is_refused_with_its_places() {
    let database = database().await;
    let mut gavia = Gavia::new();
    gavia.set("DATABASE_URL", &database.url);
    gavia.set("GAVIA_FORCE_UNSAFE_DATABASE", "1");
    let table = gavia.file("bad.csv", "username,email\nlilei,l@x\n\"a,b\",h@x\n");
    let refused = gavia.run(&["directory", "import", &table]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    let told =
        "gavia: the document has 1 problem; nothing was changed\n  line 3, username: \"a,b\" cannot be a user name";
    assert!(refused.stderr.contains(told), "{refused:?}");
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&database.pool).await.unwrap();
    assert_eq!(people, 0);

    let document = gavia.file("bad.json", r#"{"users":[{"username":"lilei","roles":["r"]}]}"#);
    let refused = gavia.run(&["directory", "import", &document]);
    assert!(refused.code == 1 && refused.stderr.contains("\n  /users/0/roles: \"r\" is not known"), "{refused:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_told_before_any_database_is_looked_for() {
    let gavia = Gavia::new();
    let json = gavia.file("a.json", "{\"users\":[],}");
    let xlsx = gavia.file("a.xlsx", "");
    let csv = gavia.file("a.csv", "name\n");
    for (line, part) in [
        (vec!["/nowhere/a.json"], "/nowhere/a.json cannot be read"),
        (vec![&json], "line 1 column 13"),
        (vec![&json, "--partial"], "says `source` and `complete` itself"),
        (vec![&xlsx], "neither a .json nor a .csv"),
        (vec![&csv], "there is no column \"name\""),
    ] {
        let line: Vec<&str> =
            ["directory", "import", "--database-url", "postgres://127.0.0.1:1/x"].into_iter().chain(line).collect();
        let refused = gavia.run(&line);
        assert!(refused.code == 1 && refused.stderr.contains(part), "{part}: {refused:?}");
    }
}
