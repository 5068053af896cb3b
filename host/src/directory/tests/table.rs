//! Tables as spreadsheets write them.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::{
    super::{List, Place, Stored, Table, check, plan},
    world::document,
};

#[test]
fn a_table_is_the_document_with_paths_as_keys() {
    let text = "\u{feff}username,alias,email,phone,departments,roles,is_active\r\n\
                lilei,李磊,l@x,1,总部/技术部/运维部; 总部/财务部,\"hr;a \"\"b\"\"\",\r\n\
                hanmei,\"Han, Mei\",,,总部,,0\r\n";
    let table = Table::read(text.as_bytes(), "hr", true).unwrap();
    let wanted = json!({
        "source": "hr",
        "departments": [
            { "key": "总部", "name": "总部" },
            { "key": "总部/技术部", "name": "技术部", "parent": "总部" },
            { "key": "总部/技术部/运维部", "name": "运维部", "parent": "总部/技术部" },
            { "key": "总部/财务部", "name": "财务部", "parent": "总部" },
        ],
        "roles": [{ "name": "hr" }, { "name": "a \"b\"" }],
        "users": [
            { "username": "lilei", "alias": "李磊", "email": "l@x", "phone": "1",
              "departments": ["总部/技术部/运维部", "总部/财务部"], "roles": ["hr", "a \"b\""] },
            { "username": "hanmei", "alias": "Han, Mei", "email": "", "phone": "", "departments": ["总部"], "roles": [], "is_active": false },
        ],
    });
    assert_eq!(table.document, document(&wanted));
    let (_, report) = plan(&table.document, &Stored::default()).unwrap();
    assert_eq!((report.departments.created.count, report.memberships.added.count), (4, 5));
}

#[test]
fn a_column_that_is_missing_says_nothing() {
    let table = Table::read(b"email,username\nl@x,lilei\n", "hr", false).unwrap();
    let wanted = json!({ "source": "hr", "complete": false, "users": [{ "username": "lilei", "email": "l@x" }] });
    assert_eq!(table.document, document(&wanted));
}

#[test]
fn a_table_that_cannot_be_read_is_told_with_its_line() {
    for (text, reason) in [
        ("", "the column username is missing"),
        ("alias\nx\n", "the column username is missing"),
        ("username,age\n", "there is no column \"age\""),
        ("username,username\n", "the column username stands twice"),
        ("username,alias\nlilei,x\nhanmei\n", "line 3: 1 cells, where the header has 2"),
        ("username,alias\r\nlilei,x\r\n\r\n\r\nhanmei\r\n", "line 5: 1 cells"),
        ("username,is_active\nlilei,yes\n", "line 2: is_active: \"yes\""),
        ("username,departments\nlilei,总部//运维部\n", "line 2: departments: \"总部//运维部\" is no path"),
        ("username,departments\nlilei,/总部\n", "line 2: departments: \"/总部\" is no path"),
        ("username,departments\nlilei,a / b\n", "line 2: departments: \"a / b\" is no path"),
    ] {
        let told = Table::read(text.as_bytes(), "hr", true).unwrap_err().to_string();
        assert!(told.starts_with(reason), "{told}");
    }
    let latin = Table::read(b"username,alias\nlilei,M\xfcller\n", "hr", true).unwrap_err().to_string();
    assert_eq!(latin, "line 2: not UTF-8: save the table as UTF-8");
    let cell = vec!["r"; 101].join(";");
    let told = Table::read(format!("username,roles\nlilei,{cell}\n").as_bytes(), "hr", true).unwrap_err().to_string();
    assert_eq!(told, "line 2: more than 100 entries in a cell");
}

#[test]
fn problems_are_placed_in_the_table() {
    let table = Table::read(b"username,departments\nlilei,A\n\n\"a,b\",A/B\n", "hr", true).unwrap();
    let told = check(&table.document).unwrap_err();
    assert_eq!(table.place(&told.shown[0].place), "line 4, username");
    let department = Place::Entry { list: List::Departments, index: 1, field: "key" };
    assert_eq!(table.place(&department), "line 4, departments");
    assert_eq!(table.place(&Place::Document("source")), "/source");
    let empty = Table::read(b"username\n", "hr", true).unwrap();
    assert_eq!(check(&empty.document).unwrap_err().total, 1, "an empty table is a broken export");
}
