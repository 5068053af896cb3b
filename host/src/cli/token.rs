//! `gavia token`: what apps sign their calls with, and what people's programs carry. A token is shown once, when it is made.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Subcommand};
use sha2::{Digest as _, Sha256};
use sqlx::Connection as _;

use super::{
    desk::{Desk, say},
    stop::Stop,
};
use crate::{
    access::{AccessRules, RATE_MOST, UserPattern},
    ambient,
    app::app_tokens::fresh,
    config::{Config, Network},
    signature::Version,
    store::{
        access_tokens,
        app_tokens::{self, AppTokenDraft, Sealed},
        passwords,
    },
};

/// Tokens that `list` shows.
const LISTED_MAX: i64 = 1000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a token and print it: an app's, to sign calls to /api/v1.0/ with, or a person's, for programs on /api/v2/
    Create(Create),
    /// List apps and people's tokens, without the tokens themselves
    List,
    /// Take a token back: a person's by its id, an app's by the app's name
    Revoke {
        #[arg(required_unless_present = "app", conflicts_with = "app")]
        id: Option<i64>,
        #[arg(long, value_name = "NAME")]
        app: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(super) struct Create {
    /// For a new app of this name
    #[arg(long, value_name = "NAME", required_unless_present = "user", conflicts_with = "user")]
    app: Option<String>,
    #[command(flatten)]
    rights: Rights,
    /// For this person, with that person's rights
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// When a person's token ends: a time from now such as 12h or 90d, or the first day on which it no longer works
    #[arg(long, value_name = "WHEN", conflicts_with = "app", value_parser = expiry)]
    expires: Option<Expiry>,
}

/// What an app may do.
#[derive(Args, Debug)]
struct Rights {
    /// Workflows that the app may use, by id
    #[arg(long, value_name = "IDS", value_delimiter = ',', requires = "app")]
    workflows: Vec<i64>,
    /// What the numbers of the app's tickets begin with
    #[arg(long, value_name = "PREFIX", default_value = "loonflow")]
    prefix: String,
    /// An administrator may act through the app
    #[arg(long, requires = "app")]
    may_admin: bool,
    /// The app may change workflows and accounts, whoever its user is
    #[arg(long, requires = "app")]
    may_configure: bool,
    /// The app may force states and close tickets for anybody, as every app could in loonflow
    #[arg(long, requires = "app")]
    trusted: bool,
    #[command(flatten)]
    limits: Limits,
}

/// What an app is held to (docs/signature.md).
#[derive(Args, Debug)]
struct Limits {
    /// Networks that the app may call from, such as 10.0.0.0/8; anywhere without it
    #[arg(long, value_name = "NETWORKS", value_delimiter = ',', conflicts_with = "user")]
    allow_cidrs: Vec<Network>,
    /// Users that the app may speak for, `*` standing for any text; anybody without it
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "user")]
    allow_users: Vec<UserPattern>,
    /// Signatures that the app may use: 1 takes both, 2 only the one that covers the whole call
    #[arg(long, value_name = "VERSION", default_value = "1", conflicts_with = "user", value_parser = version)]
    min_signature_version: Version,
    /// Refuse a changing call with a signature of version 1 the second time
    #[arg(long, conflicts_with = "user")]
    replay_check: bool,
    /// Calls that the app may make in a minute; 0 is no limit
    #[arg(long, value_name = "N", default_value = "0", conflicts_with = "user", value_parser = clap::value_parser!(u32).range(0..=i64::from(RATE_MOST)))]
    rate_per_minute: u32,
}

impl Limits {
    fn rules(&self) -> AccessRules {
        AccessRules {
            networks: self.allow_cidrs.clone(),
            users: self.allow_users.clone(),
            min_version: self.min_signature_version,
            replay_check: self.replay_check,
            rate_per_minute: self.rate_per_minute,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    After(TimeDelta),
    On(NaiveDate),
}

impl Expiry {
    /// A day begins in the configured zone.
    fn at(self, config: &Config) -> Option<DateTime<Utc>> {
        match self {
            Self::After(span) => ambient::now().checked_add_signed(span),
            Self::On(day) => {
                day.and_hms_opt(0, 0, 0)?.and_local_timezone(config.zone()).earliest().map(|at| at.to_utc())
            }
        }
    }
}

fn version(text: &str) -> Result<Version, String> {
    text.parse().ok().and_then(Version::from_number).ok_or_else(|| "expected 1 or 2".to_owned())
}

fn expiry(text: &str) -> Result<Expiry, String> {
    let span = || {
        let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let count: u32 = count.parse().ok()?;
        match unit {
            "h" => Some(TimeDelta::hours(count.into())),
            "d" => Some(TimeDelta::days(count.into())),
            _ => None,
        }
    };
    let day = || text.parse().ok().map(Expiry::On);
    span()
        .map(Expiry::After)
        .or_else(day)
        .ok_or_else(|| "expected a time such as 12h or 90d, or a day such as 2027-01-31".to_owned())
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Stop> {
    match command {
        Command::Create(Create { app: Some(name), rights, .. }) => for_app(config, name, rights).await,
        Command::Create(Create { user: Some(name), expires, .. }) => for_person(config, name, expires).await,
        Command::Create(Create { app: None, user: None, .. }) => Err(Stop::refused("--app or --user is needed")),
        Command::List => list(config).await,
        Command::Revoke { app: Some(name), .. } => revoke_app(config, name).await,
        Command::Revoke { id: Some(id), .. } => revoke(config, id).await,
        Command::Revoke { id: None, app: None } => Err(Stop::refused("an id or --app is needed")),
    }
}

async fn for_app(config: Config, name: String, rights: Rights) -> Result<(), Stop> {
    let (mut desk, key) = Desk::open_with_key(&config, "token create").await?;
    let rules = rights.limits.rules();
    let (secret, token) = fresh(&key, rules.min_version);
    let app = AppTokenDraft {
        app_name: name,
        ticket_sn_prefix: rights.prefix,
        workflows: rights.workflows,
        trusted: rights.trusted,
        may_configure: rights.may_configure,
        may_admin: rights.may_admin,
        rules,
    };
    let let_in = let_in(&mut desk, &app, &Sealed { secret: &secret, key_id: key.id() }).await;
    desk.close(let_in).await?;
    say(&token)
}

async fn let_in(desk: &mut Desk, app: &AppTokenDraft, sealed: &Sealed<'_>) -> Result<(), Stop> {
    let name = &app.app_name;
    if name == "loonflow" || !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Stop::refused("an app's name has 1 to 100 characters and is not loonflow"));
    }
    let mut tx = desk.db.begin().await?;
    match app_tokens::insert(&mut tx, app, sealed, "").await {
        Ok(_) => Ok(tx.commit().await?),
        Err(error) => Err(match error.constraint() {
            Some("app_tokens_app_name_key") => {
                Stop::refused(format!("there is an app {name} already: `gavia token revoke --app {name}` shuts it out"))
            }
            Some("app_workflows_workflow_fkey") => Stop::refused("--workflows names a workflow that there is not"),
            _ => error.into(),
        }),
    }
}

async fn for_person(config: Config, name: String, expires: Option<Expiry>) -> Result<(), Stop> {
    let expires_at = match expires.map(|expires| expires.at(&config)) {
        Some(None) => return Err(Stop::refused("--expires is too far away")),
        Some(Some(at)) if at <= ambient::now() => return Err(Stop::refused("--expires is in the past")),
        at => at.flatten(),
    };
    let token = format!("gavia_{}", hex::encode(ambient::random::<32>()));
    let mut desk = Desk::open(&config, "token create").await?;
    let made = async {
        let user = passwords::active_user(&mut desk.db, &name).await?;
        let user = user.ok_or_else(|| Stop::refused(format!("there is no active user {name}")))?;
        Ok(access_tokens::insert(&mut desk.db, user, &Sha256::digest(&token), expires_at).await?)
    };
    let made = made.await;
    desk.close(made).await?;
    say(&token)
}

async fn list(config: Config) -> Result<(), Stop> {
    let mut desk = Desk::open(&config, "token list").await?;
    let listed = async {
        let apps = app_tokens::list(&mut desk.db, "", None, (LISTED_MAX, 0)).await?;
        Ok((apps, access_tokens::list(&mut desk.db, LISTED_MAX).await?))
    };
    let listed = listed.await;
    let (apps, tokens) = desk.close(listed).await?;
    let zone = config.zone();
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    for app in apps {
        let workflows = app.workflow_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let (name, prefix) = (app.app_name, app.ticket_sn_prefix);
        say(&format!("app {name}\tmade {}\tworkflows {workflows}\tprefix {prefix}", day(app.created_at)))?;
    }
    for token in tokens {
        let end = token.expires_at.map_or_else(|| "never".to_owned(), day);
        say(&format!("{}\tuser {}\tmade {}\tends {end}", token.id, token.username, day(token.created_at)))?;
    }
    Ok(())
}

async fn revoke_app(config: Config, name: String) -> Result<(), Stop> {
    let mut desk = Desk::open(&config, "token revoke").await?;
    let revoked = async {
        let named = app_tokens::list(&mut desk.db, &name, None, (LISTED_MAX, 0)).await?;
        match named.iter().find(|app| app.app_name == name) {
            Some(app) => Ok(app_tokens::retire(&mut desk.db, app.id).await?),
            None => Ok(false),
        }
    };
    let revoked = revoked.await;
    if desk.close(revoked).await? {
        say(&format!("the app {name} is shut out"))
    } else {
        Err(Stop::refused(format!("there is no app {name}: `gavia token list` shows them")))
    }
}

async fn revoke(config: Config, id: i64) -> Result<(), Stop> {
    let mut desk = Desk::open(&config, "token revoke").await?;
    let revoked = access_tokens::revoke(&mut desk.db, id).await;
    if desk.close(revoked.map_err(Stop::from)).await? {
        say(&format!("token {id} is revoked"))
    } else {
        Err(Stop::refused(format!("there is no live token {id}: `gavia token list` shows them")))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    fn created(flags: &str) -> Result<Create, clap::Error> {
        let command = Create::augment_args(clap::Command::new("create").no_binary_name(true));
        command.try_get_matches_from(flags.split(' ')).and_then(|matches| Create::from_arg_matches(&matches))
    }

    #[test]
    fn an_app_is_held_to_what_its_flags_say_and_to_nothing_else() {
        let free = created("--app oa").unwrap().rights.limits.rules();
        assert_eq!(free, AccessRules::default());
        let flags = "--app oa --allow-cidrs 10.0.0.0/8,::1 --allow-users lisi,ops-* --min-signature-version 2 --replay-check --rate-per-minute 60";
        let held = created(flags).unwrap().rights.limits.rules();
        let wanted = AccessRules {
            networks: vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()],
            users: vec!["lisi".parse().unwrap(), "ops-*".parse().unwrap()],
            min_version: Version::V2,
            replay_check: true,
            rate_per_minute: 60,
        };
        assert_eq!(held, wanted);
        for bad in ["--allow-cidrs here", "--min-signature-version 3", "--rate-per-minute -1"] {
            assert!(created(&format!("--app oa {bad}")).is_err(), "{bad}");
        }
        for flag in ["--replay-check", "--allow-users lisi", "--min-signature-version 2", "--rate-per-minute 1"] {
            assert!(
                created(&format!("--user lisi {flag}")).is_err(),
                "a person's token is not held to anything: {flag}"
            );
        }
    }

    #[test]
    fn an_expiry_is_a_span_or_a_day() {
        assert_eq!(expiry("12h"), Ok(Expiry::After(TimeDelta::hours(12))));
        assert_eq!(expiry("90d"), Ok(Expiry::After(TimeDelta::days(90))));
        assert!(matches!(expiry("2027-01-31"), Ok(Expiry::On(_))));
        for bad in ["", "d", "-1d", "1w", "2027-13-01", "九d", "soon"] {
            assert!(expiry(bad).is_err(), "{bad}");
        }
    }
}
