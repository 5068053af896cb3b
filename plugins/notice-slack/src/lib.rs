//! Delivers a notice to a Slack channel through an incoming webhook, whose address is all the proof that Slack asks for.

use gavia_plugin_sdk::{Context, Delivery, Error, Host, Message, notice};
use serde_json::json;

gavia_plugin_sdk::manifest!();

#[notice]
fn send(_context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let names: Vec<String> = message.recipients.iter().map(|user| escape(&user.alias)).collect();
    let text = format!("*{}*\n{}\n_{}_", escape(&message.title), escape(&message.body), names.join(", "));
    let answer = host.http().post(host.secret("SLACK_URL")?.expose()).json(&json!({ "text": text })).send()?;
    match answer.status() {
        // Its answer to a message that it does not take is one word, such as invalid_payload or no_service.
        400..=407 | 409..=428 => Err(Error::permanent(format!("Slack refused: {}", answer.text().trim()))),
        _ => answer.ok().map(|_| message.delivered_to_all("posted to the channel")),
    }
}

/// The three characters that mean something to Slack; so nobody can mention a whole channel by a ticket's title.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context, message, user};
    use serde_json::Value;

    use super::*;

    fn ran_against(receiver: &Receiver, title: &str) -> Ran<Vec<Delivery>> {
        let url = "https://hooks.slack.com/services/T000/B000/XXXX";
        let host = MockHost::granted(MANIFEST).secret("SLACK_URL", url).reach("https://hooks.slack.com", receiver);
        host.notice(&context(&[]), &message(title, "5 days", &[user(1, "alice"), user(2, "bob")]), send)
    }

    #[test]
    fn the_channel_gets_the_message() {
        let receiver = Receiver::answering(200, "ok");
        let ran = ran_against(&receiver, "Leave <!channel> & more");
        assert!(ran.answer().iter().all(Delivery::is_done) && ran.answer().len() == 2);
        let [request] = &receiver.requests()[..] else { panic!("one request") };
        assert_eq!(request.url, "http://hooks.slack.com/services/T000/B000/XXXX");
        let wanted = json!({ "text": "*Leave &lt;!channel&gt; &amp; more*\n5 days\n_alice, bob_" });
        assert_eq!(request.json::<Value>().expect("JSON"), wanted);
    }

    #[test]
    fn what_slack_says_decides_whether_to_try_again() {
        let error = |status, body: &str| ran_against(&Receiver::answering(status, body), "Leave").error().clone();
        let wrong = error(404, "no_service");
        assert_eq!((wrong.message(), wrong.is_retryable()), ("Slack refused: no_service", false));
        assert!(error(429, "").is_retryable() && error(500, "").is_retryable());
    }
}
