//! The search for tickets over HTTP: every filter, custom fields of each kind, pages by cursor, bad questions.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Method;
use serde_json::{Value, json};

use crate::http::testing::{As, Flow, Server, done, server};

const NOTHING: Value = Value::Null;

/// Tickets of one workflow with fields of several kinds, all writable at the start.
async fn searchable(server: &Server) -> (Flow, String) {
    let (flow, token) = server.flow().await;
    let path = format!("/workflows/{}", flow.id);
    let mut form = json!({ "title": 3, "days": 3 });
    for (key, kind) in
        [("price", 15), ("urgent", 20), ("day", 25), ("at", 30), ("city", 45), ("cities", 50), ("原因", 5)]
    {
        let field = json!({ "field_key": key, "field_name": key, "field_type_id": kind });
        server.admin(Method::POST, &format!("{path}/custom_fields"), field).await;
        form[key] = json!(3);
    }
    server.admin(Method::PATCH, &format!("{path}/states/{}", flow.new), json!({ "state_field_str": form })).await;
    (flow, token)
}

async fn create(server: &Server, (flow, token): (Flow, &str), who: &str, values: Value) -> i64 {
    let mut body = json!({ "workflow_id": flow.id, "transition_id": flow.submit, "title": "t" });
    for (key, value) in values.as_object().unwrap() {
        body[key] = value.clone();
    }
    let made = done(server.call(&As::App("oa", token, who), Method::POST, "/tickets", &body).await);
    made["ticket_id"].as_i64().unwrap()
}

async fn found(server: &Server, query: &str) -> Vec<i64> {
    let answer = server.v2(Method::GET, &format!("/tickets?{query}"), None, &NOTHING).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.body["items"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

async fn refused(server: &Server, query: &str) -> String {
    let answer = server.v2(Method::GET, &format!("/tickets?{query}"), None, &NOTHING).await;
    assert_eq!((answer.status, &answer.body["status"]), (400, &json!(400)), "{query}: {answer:?}");
    answer.body["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn tickets_are_found_by_what_their_custom_fields_hold_typed_as_they_are_stored() {
    let server = server().await;
    let (flow, token) = searchable(&server).await;
    let values = json!({ "days": "3", "price": 2, "urgent": 1, "day": "2024-2-29", "at": "2024-02-29T08:00", "city": "北京",
                         "cities": ["a", "b"], "原因": "it's \"100%\" {} \\" });
    let one = create(&server, (flow, &token), "lisi", values).await;
    let other = create(&server, (flow, &token), "lisi", json!({ "days": 4, "urgent": false, "city": "3" })).await;
    for query in [
        "field.days=3",
        "field.days=%203",
        "field.price=2.0",
        "field.urgent=true",
        "field.urgent=1",
        "field.day=2024-02-29",
        "field.at=2024-02-29%2008:00:00",
        "field.city=%E5%8C%97%E4%BA%AC",
        "field.cities=a,b",
        "field.%E5%8E%9F%E5%9B%A0=it's%20%22100%25%22%20%7B%7D%20%5C",
        "field.days=3&field.urgent=1",
    ] {
        assert_eq!(found(&server, query).await, [one], "{query}");
    }
    assert_eq!(found(&server, "field.urgent=0").await, [other]);
    for nothing in ["field.city=%25", "field.days=5", "field.days=3&field.urgent=0", "field.city=%E5%8C%97"] {
        assert_eq!(found(&server, nothing).await, [0; 0], "{nothing}");
    }
    for (query, detail) in [
        ("field.days=many", "field.days must be an integer"),
        ("field.days=", "field.days must be a value, not an empty text"),
        ("field.city=", "field.city must be a value, not an empty text"),
        ("field.day=yesterday", "field.day must be a date YYYY-MM-DD"),
        ("field.nix=1", "none of these workflows has a field \"nix\""),
        ("workflow_ids=999&field.days=1", "none of these workflows has a field \"days\""),
        ("field.=1", "none of these workflows has a field \"\""),
    ] {
        assert_eq!(refused(&server, query).await, detail, "{query}");
    }
    let many: Vec<String> = (0..9).map(|n| format!("field.f{n}=1")).collect();
    assert_eq!(refused(&server, &many.join("&")).await, "a search names at most 8 custom fields");
}

#[tokio::test]
async fn fields_of_one_key_and_several_kinds_are_all_searched() {
    let server = server().await;
    let (flow, token) = searchable(&server).await;
    let number = create(&server, (flow, &token), "lisi", json!({ "days": 3 })).await;
    // the second workflow's field of that key is a text
    let copy =
        server.v2(Method::POST, &format!("/workflows/{}/clone", flow.id), None, &json!({ "name": "copy" })).await;
    let id = copy.body["workflow_id"].as_i64().unwrap();
    let fields = server.admin(Method::GET, &format!("/workflows/{id}/custom_fields?per_page=100"), NOTHING).await;
    let days =
        fields["value"].as_array().unwrap().iter().find(|field| field["field_key"] == "days").unwrap()["id"].clone();
    let kind = json!({ "field_type_id": 5 });
    server.admin(Method::PATCH, &format!("/workflows/{id}/custom_fields/{days}"), kind).await;
    let states = server.admin(Method::GET, &format!("/workflows/{id}/init_state"), NOTHING).await;
    let body = json!({ "workflow_id": id, "transition_id": states["transition"][0]["transition_id"], "days": "3" });
    let text = server.admin(Method::POST, "/tickets", body).await["ticket_id"].as_i64().unwrap();
    assert_eq!(found(&server, "field.days=3").await, [text, number]);
    assert_eq!(found(&server, &format!("field.days=3&workflow_ids={id}")).await, [text]);
    assert_eq!(found(&server, "field.days=x").await, [0; 0], "a text may be anything");
}

#[tokio::test]
async fn tickets_are_found_by_people_states_and_whatever_the_old_list_finds_them_by() {
    let server = server().await;
    let (flow, token) = searchable(&server).await;
    let open = create(&server, (flow, &token), "lisi", json!({ "title": "100% leave" })).await;
    let over = create(&server, (flow, &token), "wangwu", json!({ "title": "vpn" })).await;
    let end = json!({ "transition_id": flow.done });
    done(server.call(&As::App("oa", &token, "zhangsan"), Method::PATCH, &format!("/tickets/{over}"), &end).await);
    for (query, wanted) in [
        ("", vec![over, open]),
        ("order=oldest", vec![open, over]),
        ("creator=lisi", vec![open]),
        ("creator=li", vec![]),
        ("participant=zhangsan", vec![open]),
        ("participant=lisi", vec![]),
        ("related=zhangsan", vec![over, open]),
        ("related=zhangsan&creator=wangwu", vec![over]),
        (&format!("state_ids={},{}", flow.work, flow.new), vec![open]),
        (&format!("state_ids={}", flow.end), vec![over]),
        ("workflow_ids=999", vec![]),
        (&format!("ticket_ids={open}"), vec![open]),
        ("is_end=1", vec![over]),
        ("is_end=false", vec![open]),
        ("is_rejected=true", vec![]),
        ("title=100%25", vec![open]),
        ("title=%25", vec![open]),
        ("sn=loonflow_", vec![over, open]),
        ("sn=nix", vec![]),
        ("create_start=2020-01-01", vec![over, open]),
        ("create_end=2020-01-01T00:00:00Z", vec![]),
        ("create_start=9999-01-01%2000:00:00", vec![]),
    ] {
        assert_eq!(found(&server, query).await, wanted, "{query}");
    }
    let answer = server.v2(Method::GET, &format!("/tickets?ticket_ids={open}"), None, &NOTHING).await;
    let row = &answer.body["items"][0];
    assert_eq!(row["participants"], json!({ "kind": "person", "users": ["zhangsan"] }));
    assert_eq!(row["state"], json!({ "id": flow.work, "name": "work" }));
    assert_eq!((&row["status"], &row["run_failed"], row.get("fields")), (&json!("ongoing"), &json!(false), None));
    for (query, detail) in [
        ("category=all", "this list has no parameter \"category\""),
        ("is_end=x", "is_end is true or false"),
        ("order=1", "order is newest or oldest"),
        ("state_ids=1,,2", "state_ids is a list of up to 1000 ids between commas"),
        ("limit=1000", "limit is a number from 1 to 500"),
        (
            "create_start=0000-01-01",
            "create_start is a date, a local date and time, or a time with a zone as RFC 3339 has it",
        ),
    ] {
        assert_eq!(refused(&server, query).await, detail, "{query}");
    }
}

#[tokio::test]
async fn pages_by_cursor_show_every_ticket_once_whatever_comes_meanwhile() {
    let server = server().await;
    let (flow, token) = searchable(&server).await;
    let mut wanted = Vec::new();
    for n in 0..7 {
        wanted.push(create(&server, (flow, &token), "lisi", json!({ "days": n % 2 })).await);
    }
    // two of the same moment: their ids decide
    let at = crate::ambient::now();
    for id in &wanted[2..4] {
        crate::store::testing::set_created(&server.app.db, crate::workflow::TicketId(*id), at).await;
    }
    wanted = found(&server, "order=oldest").await;
    for order in ["oldest", "newest"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/tickets?order={order}&limit=2&create_end=2100-01-01{cursor}");
            let page = server.v2(Method::GET, &path, None, &NOTHING).await;
            assert_eq!(page.status, 200, "{page:?}");
            seen.extend(page.body["items"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
            let foreign = format!("order={order}&limit=2{cursor}");
            assert_eq!(refused(&server, &foreign).await, "the cursor is not one of this list with these filters");
            if order == "newest" {
                create(&server, (flow, &token), "lisi", json!({})).await;
            }
        }
        if order == "newest" {
            seen.reverse();
        }
        assert_eq!(seen, wanted, "{order}");
    }
}
