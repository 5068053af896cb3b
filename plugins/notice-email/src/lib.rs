//! Delivers a notice through an HTTP gateway for e-mail: what the old notice scripts did with a form and a `code` in the answer.
//! A token that the gateway wants is added by the engine.

use gavia_plugin_sdk::{Context, Delivery, Error, Host, Message, User, notice};
use serde::Deserialize;

gavia_plugin_sdk::manifest!();

/// What such gateways answer: `{"code": 0, "msg": ""}`.
#[derive(Deserialize)]
struct Answer {
    code: i64,
    #[serde(default)]
    msg: String,
}

#[notice]
fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let (reachable, unreachable): (Vec<&User>, Vec<&User>) =
        message.recipients.iter().partition(|user| user.email.contains('@'));
    let mut deliveries: Vec<Delivery> =
        unreachable.iter().map(|user| Delivery::failed(&user.username, "has no e-mail address")).collect();
    if reachable.is_empty() {
        return Ok(deliveries);
    }
    let addresses = reachable.iter().map(|user| ("email", user.email.as_str()));
    let answer: Answer = host
        .http()
        .post(host.needed_setting("url")?)
        .header("idempotency-key", context.invocation_id())
        .form(addresses.chain([("title", message.title.as_str()), ("context", message.body.as_str())]))
        .send()?
        .ok()?
        .json()?;
    if answer.code != 0 {
        return Err(Error::permanent(format!("the gateway refused: {}", answer.msg)));
    }
    deliveries.extend(reachable.iter().map(|user| Delivery::done(&user.username, &user.email)));
    Ok(deliveries)
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context, message, user};

    use super::*;

    fn ran_against(receiver: &Receiver, to: &[User]) -> Ran<Vec<Delivery>> {
        let host = MockHost::granted(MANIFEST).setting("url", format!("{}/mail", receiver.origin()));
        host.reach(&receiver.origin(), receiver).notice(&context(&[]), &message("请假", "5 days & more", to), send)
    }

    #[test]
    fn one_form_goes_out_for_all_who_have_an_address() {
        let receiver = Receiver::answering(200, r#"{"code":0,"msg":""}"#);
        let mut mute = user(3, "mute");
        mute.email.clear();
        let ran = ran_against(&receiver, &[user(1, "alice"), mute, user(2, "bob")]);
        let wanted = [
            Delivery::failed("mute", "has no e-mail address"),
            Delivery::done("alice", "alice@example.com"),
            Delivery::done("bob", "bob@example.com"),
        ];
        assert_eq!(ran.answer(), &wanted);
        let [request] = &receiver.requests()[..] else { panic!("one request") };
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        let body =
            "email=alice%40example.com&email=bob%40example.com&title=%E8%AF%B7%E5%81%87&context=5%20days%20%26%20more";
        assert_eq!(String::from_utf8_lossy(&request.body), body);
    }

    #[test]
    fn nobody_with_an_address_is_no_request() {
        let receiver = Receiver::answering(200, "");
        let mut mute = user(3, "mute");
        mute.email.clear();
        assert!(!ran_against(&receiver, &[mute]).answer()[0].is_done());
        assert!(receiver.requests().is_empty());
    }

    #[test]
    fn a_gateway_that_refuses_or_is_away_has_sent_nothing() {
        let refused = ran_against(&Receiver::answering(200, r#"{"code":7,"msg":"quota"}"#), &[user(1, "alice")]);
        assert_eq!(refused.error().message(), "the gateway refused: quota");
        assert!(ran_against(&Receiver::answering(502, ""), &[user(1, "alice")]).error().is_retryable());
    }
}
