//! `gavia:plugin/tickets`: reading, as far as the grant goes. What exists and is not shown looks like what does not exist, unless every
//! ticket is shown.

use super::{Answer, MAX_ENTRIES, told};
use crate::{
    bindings::tickets,
    grants::TicketsRead,
    services::ServiceError,
    state::State,
    types::{FlowEntry, Ticket},
};

impl State {
    /// The ticket, if the grant covers it.
    async fn readable(&mut self, call: &'static str, id: i64) -> Answer<Ticket> {
        let scope = self.grants.tickets_read;
        if scope == TicketsRead::None {
            return self.refuse(call, "tickets-read");
        }
        self.charge(call)?;
        let host = self.host.clone();
        let ticket = host.ticket(id).await;
        let own = self.own;
        let covered = |ticket: &Ticket| match scope {
            TicketsRead::None => false,
            TicketsRead::Own => ticket.id == own.id || ticket.parent_ticket_id == Some(own.id),
            TicketsRead::Workflow => ticket.workflow_id == own.workflow_id,
            TicketsRead::All => true,
        };
        match ticket {
            Ok(ticket) if covered(&ticket) => Ok(Ok(ticket)),
            Err(problem) if scope == TicketsRead::All || problem != ServiceError::NotFound => {
                Ok(Err(told(call, "ticket", problem)))
            }
            _ => Ok(Err(self.denial(format!("{call}: the grant tickets-read does not cover ticket {id}")))),
        }
    }
}

impl tickets::Host for State {
    async fn get(&mut self, id: i64) -> Answer<Ticket> {
        self.readable("tickets.get", id).await
    }

    async fn history(&mut self, id: i64, limit: u32) -> Answer<Vec<FlowEntry>> {
        const CALL: &str = "tickets.history";
        if let Err(refusal) = self.readable(CALL, id).await? {
            return Ok(Err(refusal));
        }
        let (host, limit) = (self.host.clone(), limit.clamp(1, MAX_ENTRIES));
        let entries = host.history(id, limit).await;
        Ok(entries.map_err(|problem| told(CALL, "ticket", problem)).map(|mut entries| {
            entries.truncate(limit as usize);
            entries
        }))
    }
}
