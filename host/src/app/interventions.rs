//! What an administrator does to a ticket from the console, each act with a reason that its flow log and the audit keep. They take the one
//! write path like everybody's; which of them somebody may do is for the rules.

use serde_json::{Map, Value};

use super::{App, Error, acts::Act, tickets::Identity, write::By};
use crate::workflow::{Authority, Reassignment, StateId, TicketId};

#[derive(Clone, Copy, Debug)]
pub enum Intervention<'a> {
    ForceState(StateId),
    /// To the first; in the place of the second where everybody must handle.
    Deliver(&'a str, Option<&'a str>),
    Close,
    Retry,
    SetFields(&'a Map<String, Value>),
    Comment,
}

impl App {
    pub async fn intervene(
        &self,
        administrator: &str,
        id: TicketId,
        (what, reason): (Intervention<'_>, &str),
    ) -> Result<(), Error> {
        let authority = Authority::Administrators;
        let who = Identity { app_token: None, sn_prefix: "", username: administrator, authority };
        let (name, act) = match what {
            Intervention::ForceState(target) => {
                ("force_state", Act::ForceState { target, suggestion: reason, authority })
            }
            Intervention::Deliver(target, from) => {
                ("deliver", Act::Reassign(Reassignment { target, from, reason, authority }))
            }
            Intervention::Close => ("close", Act::Close { suggestion: reason, authority }),
            Intervention::Retry => ("retry", Act::Retry { reason }),
            Intervention::SetFields(body) => ("set_fields", Act::SetFields { body, reason }),
            Intervention::Comment => ("comment", Act::Comment { suggestion: reason }),
        };
        self.write(id, By { noted: Some((name, reason)), ..By::caller(&who) }, act).await
    }
}
