//! What a notice plugin gets to deliver, and what it reports.

use crate::{User, bindings::notice::exports::gavia::plugin::notice as wit};

/// A message for people, rendered.
#[derive(Clone, Debug)]
pub struct Message {
    /// One line.
    pub title: String,
    /// The text.
    pub body: String,
    /// Whom it is for; e-mail addresses and telephone numbers as far as they are known.
    pub recipients: Vec<User>,
}

/// What became of the message for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    username: String,
    delivered: bool,
    detail: String,
}

impl Delivery {
    /// It was handed over; `detail` may hold the other side's receipt.
    pub fn done(username: impl Into<String>, detail: impl Into<String>) -> Delivery {
        Delivery { username: username.into(), delivered: true, detail: detail.into() }
    }

    /// It was not, and `detail` says why.
    pub fn failed(username: impl Into<String>, detail: impl Into<String>) -> Delivery {
        Delivery { username: username.into(), delivered: false, detail: detail.into() }
    }

    /// Whom it is about.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Whether it was handed over.
    pub fn is_done(&self) -> bool {
        self.delivered
    }

    /// Receipt or reason.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl Message {
    /// The same delivery for every recipient: for channels that take one message for all of them.
    pub fn delivered_to_all(&self, detail: &str) -> Vec<Delivery> {
        self.recipients.iter().map(|user| Delivery::done(&user.username, detail)).collect()
    }
}

impl From<wit::Message> for Message {
    fn from(message: wit::Message) -> Message {
        Message { title: message.title, body: message.body, recipients: message.recipients }
    }
}

impl From<Delivery> for wit::Delivery {
    fn from(delivery: Delivery) -> wit::Delivery {
        wit::Delivery { username: delivery.username, ok: delivery.delivered, detail: delivery.detail }
    }
}
