//! Delivers a notice to a DingTalk group through the group's robot, signed with the robot's secret, and mentions the recipients.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gavia_plugin_sdk::{Context, Delivery, Error, Explain as _, Host, Message, notice};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

gavia_plugin_sdk::manifest!();

/// Too many messages in a minute, or the service is busy.
const LATER: [i64; 3] = [-1, 130_101, 410_100];

#[derive(Deserialize)]
struct Answer {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

#[notice]
fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let (url, secret) = (host.secret("DINGTALK_URL")?, host.secret("DINGTALK_SECRET")?);
    let phones: Vec<&str> =
        message.recipients.iter().map(|user| user.phone.as_str()).filter(|phone| !phone.is_empty()).collect();
    let mentions: String = phones.iter().map(|phone| format!(" @{phone}")).collect();
    let text = format!("{}\n{}{}{mentions}", message.title, message.body, if phones.is_empty() { "" } else { "\n" });
    let at = context.now_ms();
    let answer: Answer = host
        .http()
        .post(url.expose())
        .query("timestamp", at)
        .query("sign", sign(secret.expose(), at)?)
        .json(&json!({
            "msgtype": "text",
            "text": { "content": text },
            "at": { "atMobiles": phones, "isAtAll": false },
        }))
        .send()?
        .ok()?
        .json()?;
    match answer.errcode {
        0 => Ok(message.delivered_to_all("posted to the group")),
        code if LATER.contains(&code) => Err(Error::retryable(format!("DingTalk: {}", answer.errmsg))),
        code => Err(Error::permanent(format!("DingTalk refused ({code}): {}", answer.errmsg))),
    }
}

/// Base64 of HMAC-SHA256 under the secret, of the time in milliseconds, a line end and the secret.
fn sign(secret: &str, at_ms: i64) -> Result<String, Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).or_permanent("the secret")?;
    mac.update(format!("{at_ms}\n{secret}").as_bytes());
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context, message, user};
    use serde_json::Value;

    use super::*;

    const ROBOT: &str = "https://oapi.dingtalk.com/robot/send?access_token=t0ken";

    fn ran_against(receiver: &Receiver) -> Ran<Vec<Delivery>> {
        let host = MockHost::granted(MANIFEST).secret("DINGTALK_URL", ROBOT).secret("DINGTALK_SECRET", "SECabc");
        let mut bob = user(2, "bob");
        bob.phone = "13800001111".to_owned();
        let host = host.reach("https://oapi.dingtalk.com", receiver);
        host.notice(&context(&[]), &message("请假", "5 天", &[user(1, "alice"), bob]), send)
    }

    #[test]
    fn the_group_gets_a_signed_message_that_mentions_people() {
        let receiver = Receiver::answering(200, r#"{"errcode":0,"errmsg":"ok"}"#);
        let ran = ran_against(&receiver);
        assert!(ran.answer().iter().all(Delivery::is_done) && ran.answer().len() == 2);
        let [request] = &receiver.requests()[..] else { panic!("one request") };
        // python: quote_plus(b64encode(hmac.new(b"SECabc", b"1767225600000\nSECabc", sha256).digest()))
        let sign = "Tns%2Bq9xy3ZrHUPnf0YouCf2mHINUhrfNLY8ohhAIgfw%3D";
        let url = format!("http://oapi.dingtalk.com/robot/send?access_token=t0ken&timestamp=1767225600000&sign={sign}");
        assert_eq!(request.url, url);
        let body: Value = request.json().expect("JSON");
        let wanted = json!({
            "msgtype": "text",
            "text": { "content": "请假\n5 天\n @13800001111" },
            "at": { "atMobiles": ["13800001111"], "isAtAll": false },
        });
        assert_eq!(body, wanted);
    }

    #[test]
    fn what_dingtalk_says_decides_whether_to_try_again() {
        let error = |body: &str| ran_against(&Receiver::answering(200, body)).error().clone();
        let wrong = error(r#"{"errcode":310000,"errmsg":"sign not match"}"#);
        assert_eq!(wrong.message(), "DingTalk refused (310000): sign not match");
        assert!(!wrong.is_retryable());
        assert!(error(r#"{"errcode":130101,"errmsg":"send too fast"}"#).is_retryable());
    }
}
