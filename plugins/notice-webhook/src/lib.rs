//! Delivers a notice as JSON to any HTTP endpoint, signed, so that the endpoint can tell who sent it and when.

use gavia_plugin_sdk::{Context, Delivery, Error, Explain as _, Host, Message, notice};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

gavia_plugin_sdk::manifest!();

#[notice]
fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let secret = host.secret("WEBHOOK_SECRET")?;
    let body = serde_json::to_vec(&letter(context, message))?;
    let at = (context.now_ms() / 1_000).to_string();
    let signature = signature(secret.expose().as_bytes(), &at, &body)?;
    host.http()
        .post(host.needed_setting("url")?)
        .header("content-type", "application/json")
        .header("idempotency-key", context.invocation_id())
        .header("x-gavia-timestamp", &at)
        .header("x-gavia-signature", format!("sha256={signature}"))
        .body(body)
        .send()?
        .ok()?;
    Ok(message.delivered_to_all(""))
}

fn letter(context: &Context, message: &Message) -> Value {
    let ticket = context.ticket();
    let recipients: Vec<Value> = message
        .recipients
        .iter()
        .map(|user| json!({ "username": user.username, "alias": user.alias, "email": user.email, "phone": user.phone }))
        .collect();
    json!({
        "title": message.title,
        "body": message.body,
        "recipients": recipients,
        "ticket": {
            "id": ticket.id,
            "sn": ticket.sn,
            "title": ticket.title,
            "creator": ticket.creator,
            "workflow": ticket.workflow_name,
            "state": ticket.state_name,
        },
    })
}

/// Hexadecimal HMAC-SHA256 of the time, a dot and the body.
fn signature(secret: &[u8], at: &str, body: &[u8]) -> Result<String, Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).or_permanent("the secret")?;
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context, message, user};

    use super::*;

    fn ran_against(receiver: &Receiver) -> Ran<Vec<Delivery>> {
        let url = format!("{}/inbox", receiver.origin());
        let host = MockHost::granted(MANIFEST).setting("url", url).secret("WEBHOOK_SECRET", "s3cret");
        let to = [user(1, "alice"), user(2, "bob")];
        host.reach(&receiver.origin(), receiver).notice(&context(&[]), &message("Leave", "5 days", &to), send)
    }

    #[test]
    fn the_message_arrives_whole_and_signed() {
        let receiver = Receiver::answering(204, "");
        let ran = ran_against(&receiver);
        assert_eq!(ran.answer(), &[Delivery::done("alice", ""), Delivery::done("bob", "")]);
        let [request] = &receiver.requests()[..] else { panic!("one request") };
        let body: Value = request.json().expect("JSON");
        assert_eq!((&body["title"], &body["body"]), (&json!("Leave"), &json!("5 days")));
        assert_eq!(body["recipients"][1]["email"], "bob@example.com");
        assert_eq!(body["ticket"]["sn"], "gavia_202601010001");
        // What a receiver does, with the time that the request names.
        assert_eq!(request.header("x-gavia-timestamp"), Some("1767225600"));
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").expect("any key");
        mac.update(&[b"1767225600.", request.body.as_slice()].concat());
        let wanted = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(request.header("x-gavia-signature"), Some(wanted.as_str()));
    }

    #[test]
    fn the_signature_is_the_one_that_others_compute() {
        // printf '1767225600.{}' | openssl dgst -sha256 -hmac s3cret
        let known = "29ee05578fef21788e25d00ee3270df92a9e454a1fb82bc2c22d2269c729892b";
        assert_eq!(signature(b"s3cret", "1767225600", b"{}").expect("any key"), known);
    }

    #[test]
    fn an_endpoint_that_refuses_or_is_away_has_got_nothing() {
        assert!(!ran_against(&Receiver::answering(401, "")).error().is_retryable());
        assert!(ran_against(&Receiver::answering(500, "")).error().is_retryable());
    }
}
