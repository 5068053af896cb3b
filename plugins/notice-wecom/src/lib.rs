//! Delivers a notice to a WeCom group through the group's robot, and mentions the recipients. The key in the address is all the proof
//! that WeCom asks for.

use gavia_plugin_sdk::{Context, Delivery, Error, Host, Message, notice};
use serde::Deserialize;
use serde_json::json;

gavia_plugin_sdk::manifest!();

/// What a text may have; longer ones are refused whole.
const TEXT_BYTES_MAX: usize = 2_048;

/// Too many messages, or the service is busy.
const LATER: [i64; 2] = [-1, 45_009];

#[derive(Deserialize)]
struct Answer {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

#[notice]
fn send(_context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let phones: Vec<&str> =
        message.recipients.iter().map(|user| user.phone.as_str()).filter(|phone| !phone.is_empty()).collect();
    let text = cut(format!("{}\n{}", message.title, message.body));
    let answer: Answer = host
        .http()
        .post(host.secret("WECOM_URL")?.expose())
        .json(&json!({ "msgtype": "text", "text": { "content": text, "mentioned_mobile_list": phones } }))
        .send()?
        .ok()?
        .json()?;
    match answer.errcode {
        0 => Ok(message.delivered_to_all("posted to the group")),
        code if LATER.contains(&code) => Err(Error::retryable(format!("WeCom: {}", answer.errmsg))),
        code => Err(Error::permanent(format!("WeCom refused ({code}): {}", answer.errmsg))),
    }
}

fn cut(mut text: String) -> String {
    const MARK: &str = "…";
    if text.len() > TEXT_BYTES_MAX {
        let end = (0..=TEXT_BYTES_MAX - MARK.len()).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push_str(MARK);
    }
    text
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context, message, user};
    use serde_json::Value;

    use super::*;

    fn ran_against(receiver: &Receiver, body: &str) -> Ran<Vec<Delivery>> {
        let url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k3y";
        let host = MockHost::granted(MANIFEST).secret("WECOM_URL", url).reach("https://qyapi.weixin.qq.com", receiver);
        let mut bob = user(2, "bob");
        bob.phone = "13800001111".to_owned();
        host.notice(&context(&[]), &message("请假", body, &[user(1, "alice"), bob]), send)
    }

    #[test]
    fn the_group_gets_a_message_that_mentions_people() {
        let receiver = Receiver::answering(200, r#"{"errcode":0,"errmsg":"ok"}"#);
        let ran = ran_against(&receiver, "5 天");
        assert!(ran.answer().iter().all(Delivery::is_done) && ran.answer().len() == 2);
        let [request] = &receiver.requests()[..] else { panic!("one request") };
        assert_eq!(request.url, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k3y");
        let wanted = json!({
            "msgtype": "text",
            "text": { "content": "请假\n5 天", "mentioned_mobile_list": ["13800001111"] },
        });
        assert_eq!(request.json::<Value>().expect("JSON"), wanted);
    }

    #[test]
    fn a_long_text_is_cut_where_wecom_would_refuse_it() {
        let receiver = Receiver::answering(200, r#"{"errcode":0,"errmsg":"ok"}"#);
        ran_against(&receiver, &"长".repeat(1_000)).answer();
        let body: Value = receiver.requests()[0].json().expect("JSON");
        let text = body["text"]["content"].as_str().expect("a text");
        assert!(
            text.len() <= TEXT_BYTES_MAX && text.len() > TEXT_BYTES_MAX - 6 && text.ends_with("长…"),
            "{}",
            text.len()
        );
    }

    #[test]
    fn what_wecom_says_decides_whether_to_try_again() {
        let error = |body: &str| ran_against(&Receiver::answering(200, body), "").error().clone();
        let wrong = error(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#);
        assert_eq!(wrong.message(), "WeCom refused (93000): invalid webhook url");
        assert!(!wrong.is_retryable());
        assert!(error(r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#).is_retryable());
    }
}
