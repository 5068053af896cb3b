//! One component of two kinds that uses every import of gavia:plugin@0.1.0 but the directory, which is for `every_reader`: the third kind may
//! not import what writes.
//! Built once for each released contract and kept as a fixture of the sandbox's tests, which run it for ever.

use gavia_plugin_sdk::{Action, Context, Delivery, Error, Host, Message, Outcome, action, notice};

gavia_plugin_sdk::manifest!();

struct EveryKind;

#[action]
impl Action for EveryKind {
    fn run(context: &Context, host: &Host) -> Result<Outcome, Error> {
        let ticket = host.ticket(context.ticket().id)?;
        let history = host.history(ticket.id, 10)?.len();
        let word = host.secret("WORD")?;
        let runs = host.kv().get_json::<u32>("runs")?.unwrap_or(0) + 1;
        host.kv().set_json("runs", &runs)?;
        let page = host.http().get(host.needed_setting("url")?).query("q", "a b").send()?.ok()?.text();
        host.log_with(gavia_plugin_sdk::Level::Info, "all of it", &[("settings", &host.settings().len().to_string())]);
        host.set_field("seen", runs)?;
        host.comment(&page)?;
        Ok(Outcome::message(format!("{}, {history} entries, {} letters, {page}", ticket.title, word.expose().len())))
    }
}

#[notice]
fn send(_context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    host.info(format!("{}: {}", message.title, message.body));
    Ok(message.recipients.iter().map(|user| Delivery::done(&user.username, &user.email)).collect())
}
