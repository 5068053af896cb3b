//! Phone numbers and mail addresses of the people around a ticket. A workflow may let everybody look into its tickets; that is no
//! reason to hand out addresses, so they are for holders, related people and administrators (threat-model §4).

use crate::{
    store::{cards::Cards, flow_logs::FlowLog},
    workflow::{self, Directory, Ticket},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contacts {
    Shown,
    Hidden,
}

impl Contacts {
    /// For somebody who may look into the ticket, and who handles it or not.
    pub(super) fn of((ticket, handles): (&Ticket, bool), viewer: &str, directory: &Directory) -> Self {
        if handles || workflow::is_concerned(ticket, viewer, directory) { Self::Shown } else { Self::Hidden }
    }

    /// The address, or the empty text that stands for none.
    pub(super) fn shown(self, address: &str) -> &str {
        if self == Self::Shown { address } else { "" }
    }

    pub(super) fn in_logs(self, mut logs: Vec<FlowLog>) -> Vec<FlowLog> {
        if self == Self::Hidden {
            for (_, email, phone) in logs.iter_mut().filter_map(|log| log.person.as_mut()) {
                email.clear();
                phone.clear();
            }
        }
        logs
    }

    pub(super) fn in_cards(self, mut cards: Cards) -> Cards {
        if self == Self::Hidden {
            for card in cards.creators.values_mut() {
                card.email.clear();
                card.phone.clear();
            }
        }
        cards
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::http::testing::{As, done, server};

    #[tokio::test]
    async fn where_everybody_may_look_only_those_concerned_get_phone_numbers_and_mail_addresses() {
        let server = server().await;
        let (flow, token) = server.flow().await;
        let users = server.admin(Method::GET, "/accounts/users?per_page=100", Value::Null).await;
        for user in users["value"].as_array().unwrap() {
            let address = json!({ "phone": "13800000000", "email": "somebody@example.com" });
            server.admin(Method::PATCH, &format!("/accounts/users/{}", user["id"]), address).await;
        }
        server.admin(Method::POST, "/accounts/users", json!({ "username": "luren" })).await;
        let open = json!({ "view_permission_check": 0 });
        server.admin(Method::PATCH, &format!("/workflows/{}", flow.id), open).await;
        let id = server.ticket(flow, &token).await;
        for path in ["", "/participant_info", "/flowlogs", "/flowsteps"] {
            let path = format!("/tickets/{id}{path}");
            // the creator, the holder, an administrator; somebody else, somebody unknown
            for (who, gets) in [("lisi", true), ("zhangsan", true), ("admin", true), ("luren", false), ("ghost", false)]
            {
                let answer =
                    done(server.call(&As::App("oa", &token, who), Method::GET, &path, &Value::Null).await).to_string();
                assert_eq!(answer.contains("13800000000"), gets, "{path} as {who}: {answer}");
                assert_eq!(answer.contains("somebody@example.com"), gets, "{path} as {who}: {answer}");
            }
        }
    }
}
