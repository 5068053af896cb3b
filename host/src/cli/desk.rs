//! What commands that work on the database share: open it (beside a running server, or with a server of their own), bring its
//! schema up to date, do the work, close it again. And how results are printed.

use std::io::{self, Write as _};

use sqlx::PgConnection;

use super::stop::Stop;
use crate::{
    config::Config,
    database::{self, Database},
    keys,
    seal::SealingKey,
};

/// An open database with its schema up to date.
pub(super) struct Desk {
    database: Database,
    pub(super) db: PgConnection,
}

impl Desk {
    /// `command` is what a waiting gavia is told is using the data directory.
    pub(super) async fn open(config: &Config, command: &'static str) -> Result<Self, Stop> {
        let schema = async |database: &Database| database.prepare_schema(config).await;
        Ok(Self::opened(config, command, schema).await?.0)
    }

    /// As `open`, with the key that seals the database's secrets.
    pub(super) async fn open_with_key(config: &Config, command: &'static str) -> Result<(Self, SealingKey), Stop> {
        let key = keys::source(config)?;
        Self::opened(config, command, async |database: &Database| database.prepare(config, key).await).await
    }

    async fn opened<T>(
        config: &Config,
        command: &'static str,
        prepare: impl AsyncFnOnce(&Database) -> Result<T, database::Error>,
    ) -> Result<(Self, T), Stop> {
        let database = Database::open_beside(config, command).await?;
        let ready = async {
            let prepared = prepare(&database).await?;
            Ok((database.connect().await?, prepared))
        };
        match ready.await {
            Ok((db, prepared)) => Ok((Self { database, db }, prepared)),
            Err(error) => {
                database.give_up().await;
                Err(Stop::Database(error))
            }
        }
    }

    /// Ends what `open` began, whatever became of the work. What went wrong in the work is what is told.
    pub(super) async fn close<T>(self, outcome: Result<T, Stop>) -> Result<T, Stop> {
        // The server ends below in any case, and with it the connection.
        drop(sqlx::Connection::close(self.db).await);
        if outcome.is_err() {
            self.database.give_up().await;
        } else {
            self.database.close().await?;
        }
        outcome
    }
}

pub(super) async fn migrate(config: Config) -> Result<(), Stop> {
    let desk = Desk::open(&config, "migrate").await?;
    desk.close(Ok(())).await?;
    say("the schema is up to date")
}

/// A command's result, for people and scripts. A reader that has gone away is a failure like another.
pub(super) fn say(text: &str) -> Result<(), Stop> {
    writeln!(io::stdout(), "{text}").map_err(|error| Stop::Io("the result cannot be written", error))
}

/// What a person may want to know beside the result; a script's pipe does not get it.
pub(super) fn remark(text: &str) -> Result<(), Stop> {
    writeln!(io::stderr(), "{text}").map_err(|error| Stop::Io("the remark cannot be written", error))
}
