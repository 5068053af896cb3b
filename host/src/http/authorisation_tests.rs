//! `authorisation.txt` is who may call what; here every line of it is sent to the real routes, and every real route must have one.
#![expect(clippy::unwrap_used, reason = "tests")]

mod table;
mod world;

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode, header};
use serde_json::Value;

use self::{
    table::{Answer, CALLERS, Row, Table},
    world::World,
};

const TABLE: &str = include_str!("authorisation.txt");

/// Method and path of every route, asked of the routes themselves: a method that nobody serves is answered with those that are.
async fn real_routes(world: &World) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for path in world.paths() {
        let mut concrete = path.clone();
        while let Some((before, rest)) = concrete.split_once('{') {
            concrete = format!("{before}1{}", rest.split_once('}').unwrap().1);
        }
        let request = world.call("session", &Method::from_bytes(b"WALK").unwrap(), &concrete, "").await;
        let response = world.server.response(request).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = response.headers()[header::ALLOW].to_str().unwrap().to_owned();
        for method in allowed.split(',').filter(|method| *method != "HEAD") {
            found.insert((method.to_owned(), path.clone()));
        }
    }
    found
}

fn is_as_said(answer: &Answer, status: StatusCode, body: &Value) -> bool {
    let envelope = body["code"].as_i64();
    let text = ["msg", "detail"].iter().find_map(|key| body[key].as_str()).unwrap_or_default();
    let rows = ["value", "result_list"].iter().find_map(|key| body["data"][key].as_array());
    let rows = rows.or_else(|| body["data"].as_array()).map(Vec::len);
    status == answer.status
        && answer.code.is_none_or(|code| envelope == Some(code))
        && text.contains(&answer.text)
        && answer.rows.is_none_or(|wanted| rows == Some(wanted))
}

async fn check(world: &mut World, row: &Row, table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    for caller in CALLERS {
        let answer = &table.answers[&row.answers[caller]];
        let thing = world.make(row.thing.as_deref(), caller).await;
        let (path, body) = (thing.fill(&row.target), thing.fill(&row.body));
        let before = world.trace(&thing).await;
        let request = world.call(caller, &row.method, &path, &body).await;
        let (status, body) = world.server.send(request).await;
        if answer.code == Some(-1) && world.trace(&thing).await != before {
            wrong.push(format!("{} {} as {caller}: refused, and yet the ticket changed", row.method, row.target));
        }
        if !is_as_said(answer, status, &body) {
            let said = &row.answers[caller];
            wrong.push(format!("{} {} as {caller}: {said} was said, but {status} {body}", row.method, row.target));
        }
    }
    wrong
}

#[tokio::test]
async fn i17_every_route_answers_every_caller_as_the_table_says() {
    let table = Table::read(TABLE).unwrap();
    let mut world = World::open().await;
    let mut wrong = Vec::new();
    for row in &table.rows {
        wrong.extend(check(&mut world, row, &table).await);
    }
    assert!(wrong.is_empty(), "{} of the answers are not as said:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn every_route_has_a_row_and_every_row_is_of_a_route() {
    let table = Table::read(TABLE).unwrap();
    let said: BTreeSet<(String, String)> =
        table.rows.iter().map(|row| (row.method.to_string(), row.path.clone())).collect();
    let real = real_routes(&World::open().await).await;
    assert!(real.len() > 80, "only {} routes were found", real.len());
    let (unsaid, unreal): (Vec<_>, Vec<_>) = (real.difference(&said).collect(), said.difference(&real).collect());
    assert!(unsaid.is_empty(), "routes without a row in authorisation.txt: {unsaid:?}");
    assert!(unreal.is_empty(), "rows in authorisation.txt of no route: {unreal:?}");
}
