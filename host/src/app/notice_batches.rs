//! A notice for many people: one call of its plugin tells no more of them than a plugin may report on, and the job goes on to the next. Whom
//! the delivery log has under the job's key was told, whatever became of it, and is not told again.

use std::collections::HashSet;

use gavia_sandbox::Delivery as Told;
use sqlx::PgConnection;

use crate::{
    store::{
        self,
        custom_notices::{Delivery, Outcome, Recipient, RecipientRow},
        jobs::Job,
        plugins::people::PersonRow,
    },
    workflow::{NoticeId, cut},
};

/// What the log says of somebody whom the plugin was given and did not mention.
const NOT_REPORTED: &str = "the plugin did not report";

/// Whom one call tells.
#[derive(Debug)]
pub(crate) struct Batch {
    pub people: Vec<PersonRow>,
    /// How many are told after them.
    pub left: usize,
    /// How many were told before.
    told: usize,
    /// The last attempt of the job that told people; 0 before the first.
    last: i32,
    /// All whom the notice is for.
    everybody: Vec<String>,
}

impl Batch {
    /// None when everybody was told. A notice that concerns nobody is one call all the same: its plugin may tell a whole channel.
    pub(crate) fn next(mut people: Vec<PersonRow>, earlier: &[RecipientRow], most: usize) -> Option<Self> {
        let everybody = people.iter().map(|person| person.username.clone()).collect();
        let told: HashSet<&str> = earlier.iter().map(|row| row.username.as_str()).collect();
        people.retain(|person| !told.contains(person.username.as_str()));
        if people.is_empty() && !told.is_empty() {
            return None;
        }
        let left = people.len().saturating_sub(most.max(1));
        people.truncate(people.len() - left);
        let last = earlier.iter().map(|row| row.attempt).max().unwrap_or(0);
        Some(Self { people, left, told: told.len(), last, everybody })
    }

    /// The same on every attempt at these people, and another one than for those before them.
    pub(super) fn invocation(&self, job: &Job) -> String {
        if self.told == 0 { job.key.to_string() } else { format!("{}-{}", job.key, self.told) }
    }

    /// 1 on the first one.
    pub(super) fn attempt(&self, job: &Job) -> u32 {
        (job.attempt - self.last).unsigned_abs()
    }

    /// How often the job waited for its plugin since it told people; whatever was tried before that is forgiven.
    pub(super) fn waits(&self, job: &Job) -> i32 {
        job.waits() - self.last
    }
}

/// What one call came to, as the delivery log keeps it.
#[derive(Debug)]
pub(crate) struct Report {
    notice: NoticeId,
    /// How many the plugin was given.
    given: usize,
    /// How many of them it did not reach by any way.
    missed: usize,
    recipients: Vec<Recipient>,
    /// How many are still to be told, and all whom the notice is for.
    left: usize,
    everybody: Vec<String>,
    /// Why what the plugin staged is not written.
    discarded: Option<String>,
}

impl Report {
    /// Everybody who was given is in it: the plugin's words first, in its order.
    pub(crate) fn new(notice: NoticeId, batch: &Batch, told: Vec<Told>) -> Self {
        let mut unreached: HashSet<&str> = batch.people.iter().map(|person| person.username.as_str()).collect();
        let mut silent = unreached.clone();
        for one in &told {
            silent.remove(one.username.as_str());
            if one.ok {
                unreached.remove(one.username.as_str());
            }
        }
        let missed = unreached.len();
        let unreported = batch.people.iter().filter(|person| silent.contains(person.username.as_str()));
        let unreported = unreported.map(|person| Recipient {
            username: person.username.clone(),
            is_reached: false,
            detail: NOT_REPORTED.to_owned(),
        });
        let reported = told.into_iter().map(|one| Recipient {
            username: one.username,
            is_reached: one.ok,
            detail: cut(&one.detail),
        });
        let recipients = reported.chain(unreported).collect();
        let (given, left, everybody) = (batch.people.len(), batch.left, batch.everybody.clone());
        Self { notice, given, missed, recipients, left, everybody, discarded: None }
    }

    #[must_use]
    pub(super) fn without_writes(self, reason: String) -> Self {
        Self { discarded: Some(reason), ..self }
    }

    fn detail(&self) -> String {
        let missed = (self.missed > 0).then(|| format!("{} of {} were not reached", self.missed, self.given));
        let discarded = self.discarded.as_ref().map(|reason| format!("what the plugin wrote was discarded: {reason}"));
        missed.into_iter().chain(discarded).collect::<Vec<_>>().join("; ")
    }

    /// The line of the delivery log and its people, with the end of the job, or its way to the next people. False when another attempt has
    /// the job: nothing is kept then.
    pub(super) async fn keep(&self, tx: &mut PgConnection, job: &Job) -> Result<bool, store::Error> {
        let is_ours = match self.left {
            0 => store::jobs::finish(tx, job).await?,
            left => {
                let why = format!("{left} people are still to be told");
                store::jobs::go_on(tx, job, &self.everybody, &why).await?
            }
        };
        if !is_ours {
            return Ok(false);
        }
        let outcome = if self.missed == 0 { Outcome::Delivered } else { Outcome::Failed };
        let (key, attempt, detail) = (job.key, job.attempt, self.detail());
        let delivery = Delivery { notice: self.notice, ticket: job.ticket, key, attempt, outcome, detail: &detail };
        store::custom_notices::log(tx, &delivery).await?;
        store::custom_notices::log_recipients(tx, &delivery, &self.recipients).await?;
        Ok(true)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::{store::jobs::JobKind, workflow::TicketId};

    fn person(username: &str) -> PersonRow {
        let empty = String::new;
        let (username, alias, email, phone) = (username.to_owned(), empty(), empty(), empty());
        PersonRow { id: 1, username, alias, email, phone, is_active: true, departments: vec![], roles: vec![] }
    }

    fn batch(people: &[&str], earlier: &[(i32, &str)], most: usize) -> Option<Batch> {
        let row = |(attempt, username): &(i32, &str)| RecipientRow {
            key: Uuid::nil(),
            attempt: *attempt,
            username: (*username).to_owned(),
            is_reached: false,
            detail: String::new(),
        };
        let earlier: Vec<RecipientRow> = earlier.iter().map(row).collect();
        Batch::next(people.iter().map(|name| person(name)).collect(), &earlier, most)
    }

    fn names(batch: &Batch) -> Vec<&str> {
        batch.people.iter().map(|person| person.username.as_str()).collect()
    }

    fn job(attempt: i32, tries: i32) -> Job {
        let (key, ticket, payload) = (Uuid::nil(), TicketId(1), Value::Null);
        Job { id: 1, kind: JobKind::Notice, key, ticket, visit: 1, payload, attempt, tries }
    }

    fn told(username: &str, ok: bool) -> Told {
        Told { username: username.to_owned(), ok, detail: "by mail".to_owned() }
    }

    #[test]
    fn a_call_is_for_as_many_as_a_plugin_may_report_on_and_nobody_is_told_twice() {
        let first = batch(&["a", "b", "c"], &[], 2).unwrap();
        assert_eq!((names(&first), first.left), (vec!["a", "b"], 1));
        let second = batch(&["a", "b", "c"], &[(1, "a"), (1, "b")], 2).unwrap();
        assert_eq!((names(&second), second.left), (vec!["c"], 0));
        assert!(batch(&["a", "b"], &[(1, "b"), (2, "a"), (2, "a")], 2).is_none());
        let exact = batch(&["a", "b"], &[], 2).unwrap();
        assert_eq!((names(&exact), exact.left), (vec!["a", "b"], 0));
        assert_eq!(batch(&["a", "b"], &[], 0).unwrap().people.len(), 1, "it comes to an end whatever the limit");
        let nobody = batch(&[], &[], 2).unwrap();
        assert_eq!((nobody.people.len(), nobody.left), (0, 0), "a channel may be told all the same");
    }

    #[test]
    fn the_next_people_are_an_invocation_of_their_own_with_attempts_of_their_own() {
        let (first, second) = (batch(&["a", "b"], &[], 1).unwrap(), batch(&["a", "b"], &[(3, "a")], 1).unwrap());
        let key = Uuid::nil().to_string();
        assert_eq!((first.invocation(&job(1, 1)), first.attempt(&job(1, 1))), (key.clone(), 1));
        assert_eq!(
            (first.invocation(&job(3, 3)), first.attempt(&job(3, 3))),
            (key.clone(), 3),
            "the same on every attempt"
        );
        // the third attempt told people, and all tries until then are forgiven
        assert_eq!((second.invocation(&job(4, 1)), second.attempt(&job(4, 1))), (format!("{key}-1"), 1));
        assert_eq!((second.invocation(&job(6, 2)), second.attempt(&job(6, 2))), (format!("{key}-1"), 3));
        assert_eq!((first.waits(&job(3, 2)), second.waits(&job(4, 1)), second.waits(&job(6, 2))), (1, 0, 1));
    }

    #[test]
    fn whom_the_plugin_does_not_mention_is_not_reached() {
        let given = batch(&["a", "b", "c"], &[], 9).unwrap();
        let report = Report::new(NoticeId(1), &given, vec![told("c", false), told("a", false), told("a", true)]);
        let kept: Vec<(&str, bool, &str)> =
            report.recipients.iter().map(|one| (one.username.as_str(), one.is_reached, one.detail.as_str())).collect();
        let silent = ("b", false, "the plugin did not report");
        assert_eq!(kept, [("c", false, "by mail"), ("a", false, "by mail"), ("a", true, "by mail"), silent]);
        assert_eq!(report.detail(), "2 of 3 were not reached", "one of two ways is enough");
        let report = report.without_writes("the ticket moved on".to_owned());
        assert_eq!(
            report.detail(),
            "2 of 3 were not reached; what the plugin wrote was discarded: the ticket moved on"
        );
        let none = Report::new(NoticeId(1), &given, vec![]);
        assert_eq!((none.missed, none.recipients.len()), (3, 3));
        let all = Report::new(NoticeId(1), &given, ["a", "b", "c"].map(|name| told(name, true)).into());
        assert_eq!((all.missed, all.detail()), (0, String::new()));
    }
}
