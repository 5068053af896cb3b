//! One component of three kinds that uses every import of gavia:plugin@0.1.0, in the three ways that the SDK's attributes allow.
//! Built once for each released contract and kept as a fixture of the sandbox's tests, which run it for ever.

use gavia_plugin_sdk::{
    Action, Context, Delivery, Depth, Error, Host, Message, Outcome, Participants, ReadHost, action, notice,
    participants,
};

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

#[participants]
impl Participants for EveryKind {
    fn resolve(context: &Context, host: &ReadHost) -> Result<Vec<String>, Error> {
        let directory = host.directory();
        let user = directory.user(&context.ticket().creator)?;
        let mut people = vec![user.username];
        for dept in user.dept_ids {
            people.extend(directory.leader_of(dept)?.map(|leader| leader.username));
            people
                .extend(directory.users_in_dept(dept, Depth::WithAllBelow, 10)?.into_iter().map(|user| user.username));
        }
        people.extend(directory.users_in_role(5, 10)?.into_iter().map(|user| user.username));
        Ok(people)
    }
}

#[notice]
fn send(_context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error> {
    host.info(format!("{}: {}", message.title, message.body));
    Ok(message.recipients.iter().map(|user| Delivery::done(&user.username, &user.email)).collect())
}
