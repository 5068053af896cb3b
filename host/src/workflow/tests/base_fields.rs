//! The columns of a ticket and the base fields of a form.

use serde_json::json;

use super::super::{testing::*, *};

#[test]
fn t01_t13_columns_come_under_their_wire_keys_in_the_order_of_a_list_row() {
    let desk = Desk::of(leave());
    let ticket = desk.ticket("zhangsan", 1, leave_body().into());
    let row = columns(&ticket, ZONE);
    let keys: Vec<&str> = COLUMNS.iter().map(|column| column.0).chain(["multi_all_person"]).collect();
    assert_eq!(row.keys().collect::<Vec<_>>(), keys);
    assert_eq!(
        serde_json::Value::from(row),
        json!({
            "id": 1, "creator": "zhangsan", "gmt_created": "2020-03-01 09:00:00", "gmt_modified": "2020-03-01 09:00:00",
            "is_deleted": false, "title": "请假", "workflow_id": 1, "sn": "loonflow_202003010001", "state_id": 3,
            "parent_ticket_id": 0, "parent_ticket_state_id": 0, "participant_type_id": 2,
            "participant": "zhangsan,lisi", "relation": "zhangsan,lisi", "in_add_node": false, "add_node_man": "",
            "script_run_last_result": true, "is_end": false, "is_rejected": false, "multi_all_person": "{}",
        })
    );
    let other = Ticket {
        parent: Some(Parent { ticket: TicketId(7), state: StateId(8) }),
        add_nodes: asked_by("guiji"),
        status: TicketStatus::Closed,
        everybody: body(json!({ "guiji": {}, "wangwu": { "transition_id": 2, "transition_name": "同意" } })),
        ..ticket
    };
    let row = columns(&other, ZONE);
    assert_eq!((&row["parent_ticket_id"], &row["parent_ticket_state_id"]), (&json!(7), &json!(8)));
    assert_eq!(
        (&row["in_add_node"], &row["add_node_man"], &row["is_end"]),
        (&json!(true), &json!("guiji"), &json!(true))
    );
    let everybody = r#"{"guiji": {}, "wangwu": {"transition_id": 2, "transition_name": "同意"}}"#;
    assert_eq!(row["multi_all_person"], everybody);
}

#[test]
fn t01_participants_have_the_wires_number_and_text() {
    let table = [
        (Participants::Nobody, 0, ""),
        (Participants::Person("guiji".to_owned()), 1, "guiji"),
        (Participants::Several(names(&["guiji", "wangwu"])), 2, "guiji,wangwu"),
        (Participants::Departments(vec![DepartmentId(3), DepartmentId(5)]), 3, "3,5"),
        (Participants::Role(RoleId(1)), 4, "1"),
        (Participants::Script(ScriptId(7)), 6, "7"),
        (Participants::Hook, 10, "***"),
    ];
    for (participants, id, text) in table {
        assert_eq!((participant_type_id(&participants), participant_text(&participants).as_str()), (id, text));
    }
}

#[test]
fn keys_that_mean_something_else_are_reserved() {
    let reserved = "title workflow_id sn state_id parent_ticket_id parent_ticket_state_id participant_type_id participant \
                    relation in_add_node add_node_man transition_id suggestion username usernane creator gmt_created \
                    gmt_modified is_deleted id is_end is_rejected multi_all_person script_run_last_result ticket_id";
    for key in reserved.split_whitespace() {
        assert!(is_reserved(key), "{key}");
    }
    assert!(!is_reserved("leave_days") && !is_reserved("Title"));
}
