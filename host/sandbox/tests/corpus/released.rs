//! Plugins that were built when a version of the contract was released, kept as they were built, and run by every later engine
//! (plugin-runtime §11). The sources are `tests/guests/every_kind` and, since those kinds may not import what writes, `every_reader` for
//! participants and `judge` for conditions, a core module as every Rust condition; the files are never built again, a new version adds
//! new ones.

use std::{fs, path::Path, sync::Arc};

use gavia_sandbox::{
    Call, Department, DirectoryRead, Effect, FieldScope, FlowEntry, Grants, InMemory, Kind, Limits, Message, Plugin,
    Sandbox, Secret, Storage, Ticket, TicketsRead, User, custom_section,
};
use tokio::sync::OnceCell;

use crate::{
    bench::{ask, sandbox},
    probe::{Receiver, ok, private},
};

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin-sdk/fixtures");
    fs::read(folder.join(name)).unwrap()
}

const WRITER: &str = "gavia-plugin-0.1.0.wasm";
const READER: &str = "gavia-plugin-0.1.0-participants.wasm";
const JUDGE: &str = "gavia-plugin-0.1.0-condition.wasm";

struct Released {
    sandbox: Sandbox,
    /// Of two kinds, action and notice.
    writer: Plugin,
    reader: Plugin,
    judge: Plugin,
}

async fn released() -> &'static Released {
    static LOADED: OnceCell<Released> = OnceCell::const_new();
    let load = async || {
        let sandbox = sandbox(4);
        let writer = sandbox.prepare(file(WRITER)).await.unwrap().plugin;
        let reader = sandbox.prepare(file(READER)).await.unwrap().plugin;
        let judge = sandbox.prepare(file(JUDGE)).await.unwrap().plugin;
        Released { sandbox, writer, reader, judge }
    };
    LOADED.get_or_init(load).await
}

fn user(id: i64, name: &str, dept: i64, role: i64) -> User {
    User {
        id,
        username: name.to_owned(),
        email: format!("{name}@example.com"),
        is_active: true,
        dept_ids: vec![dept],
        role_ids: vec![role],
        ..User::default()
    }
}

fn world(url: &str) -> InMemory {
    InMemory {
        settings: vec![("url".to_owned(), url.to_owned())],
        secrets: [("WORD".to_owned(), Secret::new("hush!"))].into(),
        tickets: vec![Ticket { id: 1, workflow_id: 1, title: "leave".to_owned(), ..Ticket::default() }],
        histories: [(1, vec![FlowEntry::default(), FlowEntry::default()])].into(),
        users: vec![user(1, "zhangsan", 1, 0), user(2, "lisi", 1, 0), user(3, "wangwu", 2, 5)],
        departments: vec![
            Department { id: 1, parent: None, leader: Some("lisi".to_owned()) },
            Department { id: 2, parent: None, leader: None },
        ],
        ..InMemory::default()
    }
}

fn call<'a>(context: &'a gavia_sandbox::Context, kind: Kind, world: InMemory, origin: &str) -> Call<'a> {
    let grants = Grants {
        tickets_read: TicketsRead::Own,
        tickets_write: FieldScope::Listed(vec!["seen".to_owned()]),
        directory: DirectoryRead::Contact,
        kv: Storage::Own,
        secrets: vec!["WORD".to_owned()],
        http: vec![private(origin)],
        http_is_told_only: false,
    };
    Call { context, grants: Arc::new(grants), limits: Limits::for_kind(kind), host: Arc::new(world) }
}

#[tokio::test]
async fn a_plugin_of_contract_0_1_0_is_still_of_its_kinds_and_says_who_it_is() {
    let Released { writer, reader, judge, .. } = released().await;
    assert_eq!(writer.kinds(), [Kind::Action, Kind::Notice]);
    assert_eq!((reader.kinds(), judge.kinds()), (&[Kind::Participants][..], &[Kind::Condition][..]));
    for (name, id) in [(WRITER, "every-kind"), (READER, "every-reader"), (JUDGE, "judge")] {
        let bytes = file(name);
        let manifest = custom_section(&bytes, "gavia:manifest").unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
        assert_eq!((&manifest["id"], &manifest["sdk"]), (&id.into(), &"gavia-plugin-sdk 0.1.0".into()));
    }
}

#[tokio::test]
async fn an_action_of_contract_0_1_0_still_reaches_all_that_it_is_granted() {
    let Released { sandbox, writer, .. } = released().await;
    let receiver = Receiver::start(ok("page"));
    let origin = format!("http://127.0.0.1:{}", receiver.port);
    let context = ask("").context;
    let outcome = sandbox.run_action(writer, call(&context, Kind::Action, world(&origin), &origin)).await;
    assert_eq!(outcome.result.unwrap().message, "leave, 2 entries, 5 letters, page");
    let effects: Vec<String> = outcome
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::SetField(field) => format!("{}={}", field.key, field.value),
            Effect::Comment(text) => text.clone(),
        })
        .collect();
    assert_eq!(effects, ["seen=1", "page"]);
    let lines: Vec<&str> = outcome.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!((lines, outcome.usage.http_requests), (vec!["read the secret WORD", "all of it"], 1));
}

#[tokio::test]
async fn participants_of_contract_0_1_0_are_still_found() {
    let Released { sandbox, reader, .. } = released().await;
    let context = ask("").context;
    let call = call(&context, Kind::Participants, world(""), "http://127.0.0.1");
    let people = sandbox.resolve_participants(reader, call).await.result.unwrap();
    assert_eq!(people, ["zhangsan", "lisi", "wangwu"]);
}

#[tokio::test]
async fn a_notice_of_contract_0_1_0_is_still_delivered() {
    let Released { sandbox, writer, .. } = released().await;
    let context = ask("").context;
    let message = Message { title: "t".to_owned(), body: "b".to_owned(), recipients: vec![user(2, "lisi", 1, 0)] };
    let call = call(&context, Kind::Notice, world(""), "http://127.0.0.1");
    let outcome = sandbox.send_notice(writer, &message, call).await;
    let deliveries = outcome.result.unwrap();
    assert_eq!((deliveries[0].username.as_str(), deliveries[0].detail.as_str()), ("lisi", "lisi@example.com"));
    assert_eq!(outcome.logs[0].message, "t: b");
}

#[tokio::test]
async fn a_condition_of_contract_0_1_0_still_judges() {
    let Released { sandbox, judge, .. } = released().await;
    let mut context = ask("").context;
    context.args = "{}".to_owned();
    context.actor = Some(user(2, "lisi", 1, 0));
    let expressions = [r#"{"run_by":"lisi_retry"}"#, r#"{"run_by":"loonrobot","actor":"lisi"}"#].map(str::to_owned);
    let call = |context| call(context, Kind::Condition, InMemory::default(), "http://127.0.0.1");
    assert_eq!(sandbox.first_match(judge, &expressions, call(&context)).await.result, Ok(Some(1)));
    assert_eq!(sandbox.first_match(judge, &expressions[..1], call(&context)).await.result, Ok(None));
    assert_eq!(sandbox.check_conditions(judge, &expressions, &[]).await.result, Ok(Vec::new()));
}
