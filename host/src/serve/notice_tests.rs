//! What is kept of a notice that its plugin told, without the plugin: what it reported of people and what it wrote on the ticket. Here, since a
//! ticket is made through the routes.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use axum::http::Method;
use gavia_sandbox::{
    Delivery as Told, Digest, Effect,
    types::{FieldKind, FieldValue},
};
use serde_json::{Value, json};

use crate::{
    ambient,
    app::{
        CONDITION,
        notice_batches::{Batch, Report},
    },
    http::testing::{As, Flow, Server, done, server},
    plugins::PluginId,
    store::{
        self, components,
        custom_notices::{self, DeliveryRow, NoticeDraft, NoticeKind, Recipient},
        flow_logs::{self, Direction},
        job_lists,
        jobs::{self, Job},
        plugins::{self, people},
        testing,
    },
    workflow::{Intervention, NoticeId, TicketId},
};

/// A ticket that waits for zhangsan, and a notice of it that is being told.
struct Stage {
    server: Server,
    flow: Flow,
    token: String,
    ticket: TicketId,
    notice: NoticeId,
    plugin: PluginId,
}

async fn stage() -> Stage {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let ticket = TicketId(server.ticket(flow, &token).await);
    let db = &server.app.db;
    let digest = Digest::of(CONDITION).0; // of another kind, but it is not called here
    components::insert(db, &digest, CONDITION).await.unwrap();
    let plugin = plugins::insert(db, ("tell", ""), &["notice".to_owned()], "").await.unwrap();
    testing::insert_notice_version(db, plugin, &digest, ("tickets-write", &json!({ "fields": ["days"] }))).await;
    let draft = NoticeDraft {
        name: "n".into(),
        description: String::new(),
        kind: NoticeKind::Plugin,
        title_template: String::new(),
        content_template: String::new(),
        hook_url: String::new(),
        sealed_token: None,
    };
    let notice = custom_notices::insert(db, &draft, None, "admin").await.unwrap();
    testing::one_notice_job(db, ticket, notice).await;
    Stage { server, flow, token, ticket, notice, plugin }
}

fn days(value: &str) -> Effect {
    Effect::SetField(FieldValue { key: "days".into(), kind: FieldKind::Int, value: value.into() })
}

fn comment(text: &str) -> Effect {
    Effect::Comment(text.to_owned())
}

impl Stage {
    async fn take(&self) -> Job {
        testing::make_jobs_due(&self.server.app.db).await;
        jobs::take(&self.server.app.db, ambient::uuid(), 1, &[]).await.unwrap().remove(0)
    }

    /// The next of these people, at most so many at once.
    async fn batch(&self, job: &Job, names: &[&str], most: usize) -> Option<Batch> {
        let db = &self.server.app.db;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let earlier = custom_notices::recipients(db, self.notice, &[job.key]).await.unwrap();
        Batch::next(people::by_names(db, &names).await.unwrap(), &earlier, most)
    }

    /// The plugin reached everybody of the batch.
    fn report(&self, batch: &Batch) -> Report {
        let told = |person: &people::PersonRow| Told {
            username: person.username.clone(),
            ok: true,
            detail: "re\0ceipt".to_owned(),
        };
        Report::new(self.notice, batch, batch.people.iter().map(told).collect())
    }

    async fn told(&self, job: &Job, effects: Vec<Effect>) {
        let batch = self.batch(job, &["zhangsan"], 9).await.unwrap();
        self.server.app.told(job, self.plugin, self.report(&batch), effects).await.unwrap();
    }

    async fn deliveries(&self) -> Vec<DeliveryRow> {
        custom_notices::deliveries(&self.server.app.db, self.notice, None, 10).await.unwrap()
    }

    async fn value(&self) -> Value {
        let found = store::tickets::get(&self.server.app.db, self.ticket, None).await.unwrap().unwrap();
        found.ticket.values["days"].clone()
    }

    /// What was said since the ticket came to zhangsan.
    async fn said(&self) -> Vec<(Intervention, String)> {
        let logs = flow_logs::list(&self.server.app.db, self.ticket, Direction::OldestFirst, (10, 1)).await.unwrap();
        logs.into_iter().map(|log| (log.intervention, log.suggestion)).collect()
    }

    async fn jobs(&self) -> usize {
        job_lists::list(&self.server.app.db, job_lists::Filter::default(), None, 10).await.unwrap().len()
    }
}

#[tokio::test]
async fn what_a_notices_plugin_wrote_is_written_with_what_it_reported() {
    let stage = stage().await;
    let job = stage.take().await;
    let late = Job { attempt: 99, ..job.clone() };
    stage.told(&late, vec![days("8")]).await;
    assert_eq!((stage.deliveries().await.len(), stage.value().await), (0, json!(2)), "I8");

    stage.told(&job, vec![comment(&format!("a\0{}", "b".repeat(1_000))), days("7"), comment("told")]).await;
    assert_eq!(stage.value().await, 7);
    let cut = format!("a{}...(超过字段定义长度,自动截断)", "b".repeat(959));
    assert_eq!(
        stage.said().await,
        [
            (Intervention::None, "修改工单字段:days;tell".to_owned()),
            (Intervention::Comment, cut),
            (Intervention::Comment, "told".to_owned())
        ],
        "§1.13"
    );
    let made = stage.deliveries().await;
    assert_eq!((made.len(), made[0].outcome.as_str(), made[0].detail.as_str()), (1, "delivered", ""));
    let told = custom_notices::recipients(&stage.server.app.db, stage.notice, &[job.key]).await.unwrap();
    assert_eq!((told[0].username.as_str(), told[0].detail.as_str()), ("zhangsan", "receipt"));
    assert_eq!(stage.jobs().await, 0, "and its job is done");
}

#[tokio::test]
async fn what_may_not_be_written_is_discarded_and_the_people_count_as_told() {
    for (effects, revoked, why) in [
        (vec![days("\"many\"")], false, "days"),
        (vec![days("no JSON")], false, "no JSON was written to the field days"),
        (vec![comment("said"), days("7")], true, "the grant tickets-write does not cover field days"),
        (vec![comment("said")], true, "a comment needs the grant tickets-write"),
    ] {
        let stage = stage().await;
        if revoked {
            testing::revoke_grants(&stage.server.app.db, stage.plugin).await;
        }
        stage.told(&stage.take().await, effects).await;
        assert_eq!((stage.value().await, stage.said().await), (json!(2), vec![]), "{why}");
        let made = stage.deliveries().await;
        assert_eq!((made.len(), made[0].outcome.as_str()), (1, "delivered"), "{why}");
        let discarded = made[0].detail.strip_prefix("what the plugin wrote was discarded: ");
        assert!(discarded.is_some_and(|reason| reason.contains(why)), "{why}: {}", made[0].detail);
        assert_eq!(stage.jobs().await, 0, "{why}: it is not told again");
    }
}

#[tokio::test]
async fn a_ticket_that_moved_on_is_not_written_by_an_older_notice() {
    let stage = stage().await;
    let job = stage.take().await;
    let (path, body) = (format!("/tickets/{}", stage.ticket), json!({ "transition_id": stage.flow.done }));
    let by = As::App("oa", &stage.token, "zhangsan");
    done(stage.server.call(&by, Method::PATCH, &path, &body).await);
    let before = stage.said().await;
    stage.told(&job, vec![days("7"), comment("late")]).await;
    assert_eq!((stage.value().await, stage.said().await), (json!(2), before));
    let made = stage.deliveries().await;
    let wanted = "what the plugin wrote was discarded: the ticket moved on";
    assert_eq!((made[0].outcome.as_str(), made[0].detail.as_str()), ("delivered", wanted));
    assert_eq!(stage.jobs().await, 0);
}

#[tokio::test]
async fn a_notice_for_many_goes_on_to_the_next_people_with_all_their_tries() {
    let stage = stage().await;
    let everybody = ["lisi", "ghost", "zhangsan", "admin"];
    let mut told = Vec::new();
    for round in 1..=2 {
        let trapped = stage.take().await;
        assert_eq!((trapped.attempt, trapped.tries), (2 * round - 1, 1), "with all their tries before them");
        let mut connection = stage.server.app.db.acquire().await.unwrap();
        jobs::postpone(&mut connection, &trapped, Duration::ZERO, "a trap").await.unwrap();
        drop(connection);
        let job = stage.take().await;
        assert_eq!((job.attempt, job.tries), (2 * round, 2));
        if round == 2 {
            let people = json!(["lisi", "zhangsan", "admin"]);
            assert_eq!(job.payload["people"], people, "whoever holds the ticket by now, without whom nobody knows");
        }
        let batch = stage.batch(&job, &everybody, 2).await.unwrap();
        stage.server.app.told(&job, stage.plugin, stage.report(&batch), vec![days(&round.to_string())]).await.unwrap();
        told.push(batch.people.into_iter().map(|person| person.username).collect::<Vec<_>>());
        assert_eq!(stage.value().await, round, "each call's writes are its own");
        assert_eq!(stage.jobs().await, usize::from(round == 1));
        let kept = custom_notices::recipients(&stage.server.app.db, stage.notice, &[job.key]).await.unwrap();
        let of_round = kept.into_iter().filter(|row| row.attempt == job.attempt).map(|row| row.username);
        assert_eq!(of_round.collect::<Vec<_>>(), told[told.len() - 1], "under the line of their own call");
        assert_eq!(stage.deliveries().await.len(), told.len());
        assert_eq!(stage.batch(&job, &everybody, 2).await.is_none(), round == 2);
    }
    assert_eq!(told, [vec!["lisi", "zhangsan"], vec!["admin"]]);
}

#[tokio::test]
async fn what_is_said_of_a_delivery_may_hold_nul() {
    let stage = stage().await;
    let job = stage.take().await;
    let delivery = custom_notices::Delivery {
        notice: stage.notice,
        ticket: stage.ticket,
        key: job.key,
        attempt: 1,
        outcome: custom_notices::Outcome::Failed,
        detail: "no\0",
    };
    let mut connection = stage.server.app.db.acquire().await.unwrap();
    custom_notices::log(&mut connection, &delivery).await.unwrap();
    let recipient = Recipient { username: "lisi".into(), is_reached: false, detail: "\0gone".into() };
    custom_notices::log_recipients(&mut connection, &delivery, &[recipient]).await.unwrap();
    let told = custom_notices::recipients(&stage.server.app.db, stage.notice, &[job.key]).await.unwrap();
    assert_eq!((stage.deliveries().await[0].detail.as_str(), told[0].detail.as_str()), ("no", "gone"));
}
