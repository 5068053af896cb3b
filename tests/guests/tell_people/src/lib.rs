//! Counts its messages, and says that it reached everybody but the one whom a setting names; may be told to fail, and to write the count on the
//! ticket. Needs a secret that is at least there.

use gavia_plugin_sdk::{Context, Delivery, Error, Host, Message, notice};

gavia_plugin_sdk::manifest!();

#[notice]
fn send(_context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    let secret = host.secret("GATE")?;
    host.info(format!("the gate opens with {}", secret.expose()));
    let is_for = |setting: &str| {
        let named = host.setting(setting).unwrap_or_default();
        message.recipients.iter().any(|user| user.username == named)
    };
    if is_for("lost_with") {
        return Err(Error::permanent("lost on the way"));
    }
    let count: u64 = host.kv().get_json("count")?.unwrap_or(0) + 1;
    host.kv().set_json("count", &count)?;
    if host.setting("writes").is_some() {
        host.set_field("told", count)?;
        host.comment(format!("told {} people", message.recipients.len()))?;
    }
    let unreachable = host.setting("unreachable").unwrap_or_default();
    let silent = host.setting("silent").unwrap_or_default();
    let told = message.recipients.iter().filter(|user| user.username != silent).map(|user| {
        if user.username == unreachable {
            Delivery::failed(&user.username, "gone fishing")
        } else {
            Delivery::done(&user.username, format!("{} no. {count} to <{}>", message.title, user.email))
        }
    });
    Ok(told.collect())
}
