//! `gavia token`: what apps sign their calls with, and what people's programs carry. A token is shown once, when it is made.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Subcommand};
use sha2::{Digest as _, Sha256};

use super::{
    desk::{Desk, say},
    stop::Stop,
};
use crate::{
    ambient,
    config::Config,
    store::{access_tokens, passwords},
};

/// Tokens that `list` shows.
const LISTED_MAX: i64 = 1000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a token and print it, for an app that signs calls to /api/v1.0/, or for a person's programs on /api/v2/
    Create(Create),
    /// List the tokens, without the tokens themselves
    List,
    /// Take a person's token back, by its id
    Revoke { id: i64 },
}

#[derive(Args, Debug)]
#[group(id = "whose", required = true, multiple = false, args = ["user"])]
pub(super) struct Create {
    /// For this person, with that person's rights
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// When a person's token ends: a time from now such as 12h or 90d, or the first day on which it no longer works
    #[arg(long, value_name = "WHEN", requires = "user", value_parser = expiry)]
    expires: Option<Expiry>,
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
        Command::Create(create) => for_person(config, create).await,
        Command::List => list(config).await,
        Command::Revoke { id } => revoke(config, id).await,
    }
}

async fn for_person(config: Config, create: Create) -> Result<(), Stop> {
    let name = create.user.expect("the group demands it");
    let expires_at = match create.expires.map(|expires| expires.at(&config)) {
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
    let listed = access_tokens::list(&mut desk.db, LISTED_MAX).await;
    let zone = config.zone();
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    for token in desk.close(listed.map_err(Stop::from)).await? {
        let end = token.expires_at.map_or_else(|| "never".to_owned(), day);
        say(&format!("{}\tuser {}\tmade {}\tends {end}", token.id, token.username, day(token.created_at)))?;
    }
    Ok(())
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
mod tests {
    use super::*;

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
