//! Example plugin: reads a newcomer's name and team, works out an account name, writes it to the ticket and says hello.
//!
//! Shows the whole of an action plugin: typed reading, refusing, writing under a grant, reporting. See `README.md`.

use gavia_plugin_sdk::{Context, Error, Explain as _, Host, Outcome, action};

gavia_plugin_sdk::manifest!();

/// The longest account name that old systems take.
const MAX_LENGTH: usize = 16;

#[action]
fn run(context: &Context, host: &Host) -> Result<Outcome, Error> {
    let name = context.text("full_name")?;
    let team: Option<String> = context.optional("team")?;
    let account = account(&name).or_invalid(format!("no account name can be made of {name:?}"))?;

    host.info(format!("ticket {}: account {account}", context.ticket().sn));
    host.set_field("account", &account)?;

    let team = team.map_or(String::new(), |team| format!(" of {team}"));
    Ok(Outcome::message(format!("Welcome, {name}{team}: your account is {account}.")))
}

/// `Ada Lovelace` becomes `alovelace`: the first letter, then the last word. `None` without letters that an account may have.
fn account(name: &str) -> Option<String> {
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let (last, first) = (words.last()?, words.first()?);
    let account = if words.len() == 1 { last.clone() } else { format!("{}{last}", &first[..1]) };
    Some(account.chars().take(MAX_LENGTH).collect())
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, context};

    use super::*;

    #[test]
    fn the_account_is_written_and_reported() {
        let context =
            context(&[("full_name", "Ada Lovelace".into()), ("team", "Engines".into()), ("account", "".into())]);
        let ran = MockHost::granted(MANIFEST).action(&context, run);
        assert_eq!(ran.answer().text(), "Welcome, Ada Lovelace of Engines: your account is alovelace.");
        assert_eq!(ran.fields, [("account".to_owned(), "alovelace".into())]);
    }

    #[test]
    fn without_a_name_nothing_is_written() {
        let context = context(&[("full_name", serde_json::Value::Null)]);
        let ran = MockHost::granted(MANIFEST).action(&context, run);
        assert_eq!(ran.error().message(), "field full_name has no value");
        assert!(ran.fields.is_empty());
    }

    #[test]
    fn names_become_accounts() {
        assert_eq!(account("Ada Lovelace").as_deref(), Some("alovelace"));
        assert_eq!(account("Plato").as_deref(), Some("plato"));
        assert_eq!(account("Wolfeschlegelsteinhausenbergerdorff").as_deref(), Some("wolfeschlegelste"));
        assert_eq!(account("李雷"), None);
    }
}
