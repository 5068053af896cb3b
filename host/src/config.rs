//! Every setting of gavia, in one struct: flags over environment over a TOML file. The only reader of the environment.
//! A name is the flag's name everywhere: `--listen` is `GAVIA_LISTEN` and the file's key `listen`. What a setting does is
//! decided by whoever reads the field; this file only parses.

mod file;
mod values;

use std::{net::SocketAddr, path::PathBuf};

use chrono_tz::Tz;
use clap::{Arg, ArgAction, Args, Command, FromArgMatches, builder::FalseyValueParser};

pub use file::{Error, password, unknown_variables, with_file};
pub use gavia_sandbox::Network;
pub use values::{Compiler, LogFormat, Secret};

use crate::embedded;

/// The settings of one process. Lists are given comma-separated, or as a list in the file.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// TOML file with any of these settings; flags and environment win over it
    #[arg(long, env = "GAVIA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address and port of the HTTP API; port 0 takes any free one
    #[arg(long, env = "GAVIA_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8060", value_parser = values::address)]
    pub listen: SocketAddr,

    /// Where the embedded database, its key and the compiled plugins live [default: /var/lib/gavia as root,
    /// else ~/.local/share/gavia]
    #[arg(long, env = "GAVIA_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// PostgreSQL to use instead of the embedded one: postgres://user:password@host/database
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Secret>,

    /// Connections of one node to the database, at most
    #[arg(long, env = "GAVIA_DATABASE_CONNECTIONS", value_name = "N", default_value = "20",
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,

    /// Start although the database may lose acknowledged writes (fsync or full_page_writes off)
    #[arg(long, env = "GAVIA_FORCE_UNSAFE_DATABASE", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub force_unsafe_database: bool,

    /// Folder with PostgreSQL's programs (initdb, postgres) for the embedded database [default: searched for]
    #[arg(long, env = "GAVIA_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<PathBuf>,

    /// Account that runs the embedded database when gavia runs as root [default: postgres, else nobody]
    #[arg(long, env = "GAVIA_PG_USER", value_name = "NAME")]
    pub pg_user: Option<String>,

    /// File with the key that seals secrets in the database: 32 bytes in base64, made by `gavia key generate`
    /// [default with the embedded database: DATA_DIR/secret.key, made on the first start]
    #[arg(long, env = "GAVIA_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// The key itself instead of a file; meant for the environment, since other accounts can read arguments
    #[arg(long, env = "GAVIA_KEY", value_name = "BASE64", hide_env_values = true)]
    pub key: Option<Secret>,

    /// Zone of the times in the API, such as Asia/Shanghai [default: the system's]
    #[arg(long, env = "GAVIA_TIMEZONE", value_name = "ZONE")]
    pub timezone: Option<Tz>,

    /// How log lines are written to stderr
    #[arg(long, env = "GAVIA_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value = "human")]
    pub log_format: LogFormat,

    /// What is logged: a level, or a filter such as `info,sqlx=debug`
    #[arg(long, env = "GAVIA_LOG_LEVEL", value_name = "FILTER", default_value = "info", value_parser = values::log_filter)]
    pub log_level: String,

    /// HTTP connections held at once; more wait in the system's queue
    #[arg(long, env = "GAVIA_CONNECTIONS", value_name = "N", default_value = "4096",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,

    /// Largest request body in bytes; uploads of plugins have their own limit of 64 MiB
    #[arg(long, env = "GAVIA_BODY_BYTES_MAX", value_name = "BYTES", default_value = "2097152",
          value_parser = clap::value_parser!(u32).range(1024..=67_108_864))]
    pub body_bytes_max: u32,

    /// Private networks that hooks and notices may call, such as 10.0.0.0/8
    #[arg(long, env = "GAVIA_HOOK_ALLOW_CIDRS", value_name = "NETWORKS", value_delimiter = ',')]
    pub hook_allow_cidrs: Vec<Network>,

    /// Hosts in private networks that hooks and notices may call
    #[arg(long, env = "GAVIA_HOOK_ALLOW_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub hook_allow_hosts: Vec<String>,

    /// Address of its own for /metrics; without it the HTTP API's listener has them
    #[arg(long, env = "GAVIA_METRICS_LISTEN", value_name = "ADDRESS:PORT", value_parser = values::address)]
    pub metrics_listen: Option<SocketAddr>,

    /// Reverse proxies whose X-Forwarded-For (a client's address) and X-Forwarded-Proto (https makes the session's cookie
    /// Secure) are believed; without any, the address is the connection's
    #[arg(long, env = "GAVIA_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    /// Calls that one client address may make in a minute on one node, a failed signature counting as ten; 0 is no limit
    #[arg(long, env = "GAVIA_ADDRESS_RATE_PER_MINUTE", value_name = "N", default_value = "0",
          value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub address_rate_per_minute: u32,

    /// How safely the embedded database writes. No setting: only tests trade it for speed.
    #[arg(skip)]
    pub durability: embedded::Durability,

    /// Where plugins are compiled. No setting: the server's command knows its own program, tests have another one.
    #[arg(skip)]
    pub compiler: Compiler,
}

impl Config {
    /// A configuration from flags alone, whatever the environment says; for tests and tools.
    ///
    /// # Panics
    /// If a flag is not one or its value does not parse.
    pub fn from_flags(flags: &[&str]) -> Self {
        let command = Self::augment_args(Command::new("gavia").no_binary_name(true));
        let command = command.mut_args(|arg| arg.env(None));
        let matches = command.try_get_matches_from(flags);
        Self::from_arg_matches(&matches.expect("the flags parse")).expect("the matches are Config's own")
    }

    /// The data directory in use.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(embedded::default_data_dir)
    }

    /// The zone of times on the wire (design.md §11); None of the system's when it cannot be told, then UTC.
    pub fn zone(&self) -> Tz {
        let system = || iana_time_zone::get_timezone().ok()?.parse().ok();
        self.timezone.or_else(system).unwrap_or(Tz::UTC)
    }
}

/// The settings as the command line knows them: `clap`'s arguments that have a long name.
fn settings(command: &Command) -> impl Iterator<Item = (&str, &Arg)> {
    command.get_arguments().filter_map(|arg| Some((arg.get_long()?, arg)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn without_any_setting_it_listens_on_the_loopback_address() {
        let config = Config::from_flags(&[]);
        assert_eq!(config.listen, "127.0.0.1:8060".parse().unwrap());
        assert!(config.hook_allow_cidrs.is_empty() && !config.force_unsafe_database);
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = Config::from_flags(&["--key", "hush-hush", "--database-url", "postgres://a:hush-hush@h/d"]);
        assert!(!format!("{config:?}").contains("hush-hush"));
        assert_eq!(config.key.unwrap().text(), "hush-hush");
    }
}
