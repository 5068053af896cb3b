//! Asks another system for an account or a machine, with what the ticket says, and notes what it got: the job of the old "create a VM"
//! run script. The token, if there is one, is added by the engine, so this code never sees it.

use gavia_plugin_sdk::{Context, Error, Host, Outcome, action};
use serde::Deserialize;
use serde_json::json;

gavia_plugin_sdk::manifest!();

/// What such systems answer: `{"code": 0, "msg": "", "data": {"host_ip": "10.0.0.1"}}`.
#[derive(Deserialize)]
struct Answer {
    code: i64,
    #[serde(default)]
    msg: String,
    data: Option<Made>,
}

#[derive(Deserialize)]
struct Made {
    host_ip: String,
}

#[action]
fn run(context: &Context, host: &Host) -> Result<Outcome, Error> {
    let name = context.text("host_name")?;
    let wanted = json!({ "creator": context.ticket().creator, "host_name": name });
    let answer: Answer = host
        .http()
        .post(host.needed_setting("url")?)
        // The other side can tell a repetition from a second wish.
        .header("idempotency-key", context.invocation_id())
        .json(&wanted)
        .send()?
        .ok()?
        .json()?;
    match answer {
        Answer { code: 0, data: Some(made), .. } => {
            host.set_field("host_ip", &made.host_ip)?;
            Ok(Outcome::message(format!("host_ip is {}", made.host_ip)))
        }
        Answer { code: 0, .. } => Err(Error::permanent("nothing was made, and no reason given")),
        Answer { msg, .. } => Err(Error::permanent(msg)),
    }
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context};
    use serde_json::{Value, json};

    use super::*;

    fn ran_against(receiver: &Receiver, fields: &[(&str, Value)]) -> Ran<Outcome> {
        let url = format!("{}/create", receiver.origin());
        let host = MockHost::granted(MANIFEST).setting("url", url).reach(&receiver.origin(), receiver);
        host.action(&context(fields), run)
    }

    #[test]
    fn what_was_made_is_noted_and_reported() {
        let receiver = Receiver::answering(200, r#"{"code":0,"msg":"","data":{"host_ip":"10.0.0.1"}}"#);
        let ran = ran_against(&receiver, &[("host_name", "web-1".into())]);
        assert_eq!(ran.answer().text(), "host_ip is 10.0.0.1");
        assert_eq!(ran.field("host_ip"), Some(&"10.0.0.1".into()));
        let [request] = &receiver.requests()[..] else { panic!("one request") };
        assert_eq!(request.url, format!("{}/create", receiver.origin()));
        assert_eq!(request.header("idempotency-key"), Some("test"));
        assert_eq!(request.json::<Value>().expect("JSON"), json!({ "creator": "alice", "host_name": "web-1" }));
    }

    #[test]
    fn a_refusal_is_the_step_s_failure_in_the_other_side_s_words() {
        let receiver = Receiver::answering(200, r#"{"code":-1,"msg":"no more addresses","data":null}"#);
        let ran = ran_against(&receiver, &[("host_name", "web-1".into())]);
        assert_eq!(ran.error().message(), "no more addresses");
        assert!(!ran.error().is_retryable() && ran.fields.is_empty());
    }

    #[test]
    fn a_server_in_trouble_is_asked_again_later() {
        let ran = ran_against(&Receiver::answering(503, ""), &[("host_name", "web-1".into())]);
        assert!(ran.error().is_retryable());
    }

    #[test]
    fn without_a_name_nothing_is_asked_for() {
        let receiver = Receiver::answering(200, "");
        let ran = ran_against(&receiver, &[]);
        assert_eq!(ran.error().message(), "field host_name has no value");
        assert!(receiver.requests().is_empty());
    }
}
