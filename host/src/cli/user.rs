//! `gavia user`: people who sign in. On an empty folder it makes the first administrator, database and all.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::{Args, Subcommand};
use sqlx::Connection as _;

use super::{
    desk::{Desk, say},
    stop::Stop,
};
use crate::{
    config::{self, Config},
    password,
    store::{
        passwords,
        users::{self, UserDraft},
    },
    username,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a user who signs in with a password
    Create {
        /// What the user is called everywhere: 1 to 100 characters, no comma
        name: String,
        /// May do everything in the console
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        password: Password,
    },
    /// Give a user another password; open sessions of that user end
    Passwd {
        name: String,
        #[command(flatten)]
        password: Password,
    },
}

/// Where the password comes from: GAVIA_PASSWORD, stdin, or a prompt. Never an argument, which other accounts could read.
#[derive(Args, Debug)]
pub(super) struct Password {
    /// Read the password from the first line of stdin instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Stop> {
    match command {
        Command::Create { name, admin, password } => create(config, name, admin, password).await,
        Command::Passwd { name, password } => passwd(config, name, password).await,
    }
}

async fn create(config: Config, name: String, admin: bool, password: Password) -> Result<(), Stop> {
    if !username::is_fit(&name) {
        return Err(Stop::refused(format!(
            "{name:?} cannot be a user name: it has 1 to 100 characters, no comma and no control character, and is none that gavia acts under"
        )));
    }
    let hash = hashed(password, &name).await?;
    let mut desk = Desk::open(&config, "user create").await?;
    let user = UserDraft {
        alias: name.clone(),
        username: name.clone(),
        is_active: true,
        is_admin: admin,
        password_hash: Some(hash),
        ..UserDraft::default()
    };
    let made = make(&mut desk, &user).await;
    desk.close(made).await?;
    say(&if admin { format!("{name} may sign in as an administrator") } else { format!("{name} was made") })
}

async fn make(desk: &mut Desk, user: &UserDraft) -> Result<(), Stop> {
    let mut tx = desk.db.begin().await?;
    match users::insert(&mut tx, user, "").await {
        Ok(_) => Ok(tx.commit().await?),
        Err(error) if error.constraint() == Some("users_username_key") => Err(Stop::refused(format!(
            "there is a user {0} already: `gavia user passwd {0}` sets another password",
            user.username
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn passwd(config: Config, name: String, password: Password) -> Result<(), Stop> {
    let hash = hashed(password, &name).await?;
    let mut desk = Desk::open(&config, "user passwd").await?;
    let set = passwords::set(&mut desk.db, &name, &hash).await;
    if desk.close(set.map_err(Stop::from)).await? {
        say(&format!("{name} has a new password"))
    } else {
        Err(Stop::refused(format!("there is no user {name}: `gavia user create {name}` makes one")))
    }
}

/// Before any database is started: a short password should not take that long to hear of.
async fn hashed(password: Password, name: &str) -> Result<String, Stop> {
    password::hash(password.read(name)?).await.map_err(|error| Stop::refused(error.to_string()))
}

impl Password {
    fn read(self, name: &str) -> Result<String, Stop> {
        let unreadable = |error| Stop::Io("the password cannot be read", error);
        if self.password_stdin {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
            return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
        }
        if let Some(given) = config::password() {
            return Ok(given.text().to_owned());
        }
        if !io::stdin().is_terminal() {
            return Err(Stop::refused("no password is given: use --password-stdin or GAVIA_PASSWORD, or a terminal"));
        }
        let first = rpassword::prompt_password(format!("Password for {name}: ")).map_err(unreadable)?;
        let second = rpassword::prompt_password("Again: ").map_err(unreadable)?;
        if first == second { Ok(first) } else { Err(Stop::refused("the two passwords differ")) }
    }
}
