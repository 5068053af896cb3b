//! Posts one notice as JSON to the address in its setting `arg`. The notice program that the conformance scenarios use.
//!
//! The scenarios' receiver listens on loopback, which the grant `http` opens for a host that an administrator marked as `private`.

use gavia_plugin_sdk::{Context, Delivery, Error, Host, Message, notice};
use serde_json::json;

gavia_plugin_sdk::manifest!();

#[notice]
fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let ticket = context.ticket();
    let mut to: Vec<&str> = message.recipients.iter().map(|user| user.username.as_str()).collect();
    to.sort_unstable();
    let body = json!({
        "title": message.title,
        "content": message.body,
        "participant": ticket.participant,
        "participant_type_id": ticket.participant_type_id,
        "to": to,
        "last_suggestion": context.last_flow().map(|entry| &entry.suggestion),
    });
    host.http().post(host.needed_setting("arg")?).json(&body).send()?.ok()?;
    Ok(message.delivered_to_all(""))
}
