//! Delivers a notice to a Feishu or Lark group through the group's bot, signed with the bot's secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gavia_plugin_sdk::{Context, Delivery, Error, Explain as _, Host, Message, notice};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

gavia_plugin_sdk::manifest!();

/// Too many messages.
const LATER: [i64; 2] = [9_499, 11_232];

#[derive(Deserialize)]
struct Answer {
    code: i64,
    #[serde(default)]
    msg: String,
}

#[notice]
fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let (url, secret) = (host.secret("FEISHU_URL")?, host.secret("FEISHU_SECRET")?);
    let names: Vec<&str> = message.recipients.iter().map(|user| user.alias.as_str()).collect();
    let at = context.now_ms() / 1_000;
    let answer: Answer = host
        .http()
        .post(url.expose())
        .json(&json!({
            "timestamp": at.to_string(),
            "sign": sign(secret.expose(), at)?,
            "msg_type": "text",
            "content": { "text": format!("{}\n{}\n{}", message.title, message.body, names.join(", ")) },
        }))
        .send()?
        .ok()?
        .json()?;
    match answer.code {
        0 => Ok(message.delivered_to_all("posted to the group")),
        code if LATER.contains(&code) => Err(Error::retryable(format!("Feishu: {}", answer.msg))),
        code => Err(Error::permanent(format!("Feishu refused ({code}): {}", answer.msg))),
    }
}

/// Base64 of HMAC-SHA256 of nothing: the key is the time in seconds, a line end and the secret.
fn sign(secret: &str, at: i64) -> Result<String, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(format!("{at}\n{secret}").as_bytes()).or_permanent("the secret")?;
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, Ran, Receiver, context, message, user};
    use serde_json::Value;

    use super::*;

    fn ran_against(receiver: &Receiver, origin: &str) -> Ran<Vec<Delivery>> {
        let host = MockHost::granted(MANIFEST).secret("FEISHU_SECRET", "s3cret");
        let host = host.secret("FEISHU_URL", &format!("{origin}/open-apis/bot/v2/hook/h00k")).reach(origin, receiver);
        host.notice(&context(&[]), &message("请假", "5 天", &[user(1, "alice"), user(2, "bob")]), send)
    }

    #[test]
    fn the_group_gets_a_signed_message() {
        for origin in ["https://open.feishu.cn", "https://open.larksuite.com"] {
            let receiver = Receiver::answering(200, r#"{"code":0,"msg":"success","data":{}}"#);
            let ran = ran_against(&receiver, origin);
            assert!(ran.answer().iter().all(Delivery::is_done) && ran.answer().len() == 2);
            let [request] = &receiver.requests()[..] else { panic!("one request") };
            assert!(request.url.ends_with("/open-apis/bot/v2/hook/h00k"), "{}", request.url);
            let wanted = json!({
                "timestamp": "1767225600",
                // python: b64encode(hmac.new(b"1767225600\ns3cret", b"", sha256).digest())
                "sign": "vbf9+G/gNwrYXCunelAMRWzPjMXB3EDWy6ozHkfI8Q0=",
                "msg_type": "text",
                "content": { "text": "请假\n5 天\nalice, bob" },
            });
            assert_eq!(request.json::<Value>().expect("JSON"), wanted);
        }
    }

    #[test]
    fn what_feishu_says_decides_whether_to_try_again() {
        let error = |body: &str| ran_against(&Receiver::answering(200, body), "https://open.feishu.cn").error().clone();
        let wrong = error(r#"{"code":19021,"msg":"sign match fail"}"#);
        assert_eq!(wrong.message(), "Feishu refused (19021): sign match fail");
        assert!(!wrong.is_retryable());
        assert!(error(r#"{"code":11232,"msg":"frequency limited"}"#).is_retryable());
    }
}
