//! The settings file and the names around it. The file's values become clap's defaults, so that each setting has one parser and
//! one order of precedence. Names that nobody knows stop the start when a file has them, and are reported when the environment has.

use std::{collections::BTreeSet, ffi::OsString, path::Path};

use clap::{Arg, Command};
use toml::{Table, Value};

use super::{Secret, settings};

/// Read by commands, without being a setting.
const PASSWORD: &str = "GAVIA_PASSWORD";
/// Read by `gavia plugin push` alone.
const TOKEN: &str = "GAVIA_TOKEN";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the configuration file {path} cannot be read: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("the configuration file {path} is not TOML: {fault}")]
    NotToml { path: String, fault: String },
    #[error("the configuration file {path} has an unknown key `{key}`{nearest}")]
    UnknownKey { path: String, key: String, nearest: String },
    #[error("the configuration file {path} has a bad value for `{key}`: {fault}")]
    BadValue { path: String, key: String, fault: String },
}

/// The command line with the file's values as its defaults. Each value is tried here, so that a fault names the file.
pub fn with_file(mut command: Command, path: &Path) -> Result<Command, Error> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable { path: name.clone(), source })?;
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| Error::NotToml { path: name.clone(), fault: error.message().to_owned() })?;
    for (key, value) in table {
        let Some(arg) =
            settings(&command).find(|(long, _)| *long == key && key != "config").map(|(_, arg)| arg.clone())
        else {
            let nearest = nearest(&key, &command);
            return Err(Error::UnknownKey { path: name, key, nearest });
        };
        let values = texts(&value).ok_or("expected a text, a number, true, false, or a list of them".to_owned());
        let values = values.and_then(|values| try_value(&arg, &values).map(|()| values));
        let values = values.map_err(|fault| Error::BadValue { path: name.clone(), key, fault })?;
        command = command.mut_arg(arg.get_id().as_str(), |arg| arg.default_values(values));
    }
    Ok(command)
}

/// `GAVIA_*` variables that no setting and no command reads, in order.
pub fn unknown_variables(command: &Command) -> Vec<String> {
    let known: BTreeSet<String> =
        command.get_arguments().filter_map(Arg::get_env).map(|name| name.to_string_lossy().into_owned()).collect();
    let given: BTreeSet<String> = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    given
        .into_iter()
        .filter(|name| name.starts_with("GAVIA_") && !known.contains(name) && name != PASSWORD && name != TOKEN)
        .collect()
}

/// The password that `gavia user` is given by the environment.
pub fn password() -> Option<Secret> {
    std::env::var(PASSWORD).ok().map(Secret::from)
}

/// A value of the file as the texts that a flag would have. None for what no flag can be.
fn texts(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        single => one(single).map(|text| vec![text]),
    }
}

/// Whether the setting takes these values, by its own parser.
fn try_value(arg: &Arg, values: &[String]) -> Result<(), String> {
    let flag = arg.get_long().expect("a setting has a long name").to_owned();
    let takes_values = arg.get_action().takes_values();
    if !takes_values {
        let fine = matches!(values, [one] if one == "true" || one == "false");
        return if fine { Ok(()) } else { Err("expected true or false".to_owned()) };
    }
    let given = values.iter().map(|value| OsString::from(format!("--{flag}={value}")));
    let probe = Command::new("gavia").no_binary_name(true).arg(arg.clone().env(None));
    probe.try_get_matches_from(given).map(drop).map_err(|error| one_line(&error))
}

/// What clap found wrong, without its frame.
fn one_line(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.as_str(),
        _ => "",
    };
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let reason = std::error::Error::source(error).map_or_else(|| first.to_owned(), ToString::to_string);
    format!("{value:?}: {reason}")
}

fn nearest(key: &str, command: &Command) -> String {
    let plain = key.to_lowercase().replace(['_', '.'], "-");
    let near = settings(command)
        .map(|(name, _)| (strsim::jaro_winkler(&plain, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    near.filter(|(likeness, _)| *likeness > 0.7).map_or_else(
        || "; `gavia serve --help` lists the settings".to_owned(),
        |(_, name)| format!("; did you mean `{name}`?"),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;
    use crate::config::Config;

    fn command() -> Command {
        Config::augment_args(Command::new("gavia").no_binary_name(true)).mut_args(|arg| arg.env(None))
    }

    fn read(text: &str, flags: &[&str]) -> Result<Config, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let matches = with_file(command(), file.path())?.try_get_matches_from(flags).unwrap();
        Ok(Config::from_arg_matches(&matches).unwrap())
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let text = "listen = '127.0.0.1:1'\nbody-bytes-max = 4096\nhook-allow-cidrs = ['10.0.0.0/8', '::1']\nforce-unsafe-database = true";
        let config = read(text, &["--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(
            (config.body_bytes_max, config.hook_allow_cidrs.len(), config.force_unsafe_database),
            (4096, 2, true)
        );
        assert_eq!(read(text, &[]).unwrap().listen.port(), 1);
    }

    #[test]
    fn an_unknown_key_names_itself_and_the_nearest_known_one() {
        for (text, near) in
            [("lisen = 'x'", "`listen`"), ("hook_allow_cidrs = []", "`hook-allow-cidrs`"), ("zzz = 1", "--help")]
        {
            let message = read(text, &[]).unwrap_err().to_string();
            assert!(message.contains(text.split(' ').next().unwrap()) && message.contains(near), "{message}");
        }
    }

    #[test]
    fn a_bad_value_names_the_file_and_the_key() {
        for text in [
            "listen = 'here'",
            "body-bytes-max = 1",
            "timezone = 'Mars/Olympus'",
            "listen = {a = 1}",
            "force-unsafe-database = 3",
            "log-format = 'xml'",
        ] {
            let message = read(text, &[]).unwrap_err().to_string();
            assert!(
                message.contains("bad value for") && message.contains(text.split(' ').next().unwrap()),
                "{message}"
            );
        }
    }
}
