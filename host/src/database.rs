//! Which PostgreSQL this process works with, and making it fit for use: the named one, the running server of another gavia, or an
//! embedded one started for as long as this process needs it. Checks come before the first write; queries live in `store`.

use std::{net::SocketAddr, time::Duration};

use sqlx::{
    Connection as _, PgConnection,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPool},
};

use crate::{
    MIGRATOR,
    config::Config,
    embedded, keys,
    seal::SealingKey,
    store::{self, encryption_key, health},
};

/// How long a migration, or the wait for another process's migration, may take.
const MIGRATION: Duration = Duration::from_mins(1);

/// A database that can be connected to, and the server behind it if this process started one.
#[derive(Debug)]
pub struct Database {
    options: PgConnectOptions,
    pub server: Option<embedded::Server>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("DATABASE_URL is no address of a PostgreSQL database, such as postgres://user:password@host/database: {0}")]
    BadUrl(String),
    #[error("the database at {place} cannot be used: {reason}. Check DATABASE_URL and whether PostgreSQL runs there")]
    Unreachable { place: String, reason: String },
    #[error(
        "the database's schema has version {found}, this gavia knows versions up to {known}: start the newer gavia, or restore a backup from before its migration"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error(
        "the database runs with {0} switched off and may lose what gavia acknowledged: switch it on, or start with --force-unsafe-database"
    )]
    Unsafe(String),
    #[error("the database could not be migrated: {0}")]
    Migration(MigrateError),
    #[error(transparent)]
    Embedded(#[from] embedded::Error),
    #[error(transparent)]
    Key(#[from] keys::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Database {
    /// For `serve`: the named database, or an embedded server of its own.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        match named(config)? {
            Some(options) => Ok(Self { options, server: None }),
            None => Self::start(config, "serve").await,
        }
    }

    /// For the other commands: as `open`, but a running server's embedded database is shared. `command` names this one to
    /// whoever finds the data directory in use.
    pub async fn open_beside(config: &Config, command: &'static str) -> Result<Self, Error> {
        if let Some(options) = named(config)? {
            return Ok(Self { options, server: None });
        }
        match embedded::attach(&config.data_dir()).await? {
            Some(options) => Ok(Self { options, server: None }),
            None => Self::start(config, command).await,
        }
    }

    async fn start(config: &Config, command: &'static str) -> Result<Self, Error> {
        let settings = embedded::Settings {
            data_dir: config.data_dir(),
            pg_bin: config.pg_bin.clone(),
            pg_user: config.pg_user.clone(),
            durability: config.durability,
            command,
        };
        let server = embedded::Server::start(&settings).await?;
        Ok(Self { options: server.connect_options(embedded::DATABASE), server: Some(server) })
    }

    /// The database named `name` in the server's sessions, with the limits of the request path.
    pub async fn pool(&self, name: &str, connections: u32) -> Result<PgPool, Error> {
        Ok(store::request_pool(self.options.clone().application_name(name), connections).await?)
    }

    /// Where the database is on the network: none for a socket in the file system. A name is looked up once, at the start.
    pub async fn addresses(&self) -> Vec<SocketAddr> {
        if self.options.get_socket().is_some() {
            return Vec::new();
        }
        let host = self.options.get_host().trim_matches(['[', ']']);
        match tokio::net::lookup_host((host, self.options.get_port())).await {
            Ok(found) => found.collect(),
            Err(error) => {
                tracing::warn!(%error, "the database's name cannot be looked up, so its address is not closed to plugins");
                Vec::new()
            }
        }
    }

    /// One connection for long work (migrations, sealing anew): minutes instead of the request path's seconds.
    pub async fn connect(&self) -> Result<PgConnection, Error> {
        let limit = MIGRATION.as_millis().to_string();
        let options = self.options.clone().application_name("gavia command");
        let options = options.options([("statement_timeout", limit.clone()), ("lock_timeout", limit)]);
        let connected = tokio::time::timeout(Duration::from_secs(10), PgConnection::connect_with(&options)).await;
        let reason = match connected {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => reason(&error),
            Err(_) => "no answer in 10 s".to_owned(),
        };
        Err(Error::Unreachable { place: place(&self.options), reason })
    }

    /// Checks the database, brings its schema up to date and settles which key it uses; nothing is written when a check fails.
    pub async fn prepare(&self, config: &Config, key: keys::Source) -> Result<SealingKey, Error> {
        let mut db = self.connect().await?;
        self.check(&mut db, config).await?;
        let key = keys::load(key, encryption_key::key_id(&mut db).await?.as_deref())?;
        migrate(&mut db).await?;
        // two first starts at once: the other one's key may have come first
        let stored = encryption_key::claim(&mut db, key.id()).await?;
        let key = keys::load(keys::Source::Given(key), Some(&stored))?;
        db.close().await?;
        Ok(key)
    }

    /// As `prepare`, for work that needs no key.
    pub async fn prepare_schema(&self, config: &Config) -> Result<(), Error> {
        let mut db = self.connect().await?;
        self.check(&mut db, config).await?;
        migrate(&mut db).await?;
        Ok(db.close().await?)
    }

    async fn check(&self, db: &mut PgConnection, config: &Config) -> Result<(), Error> {
        let known = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0);
        if let Some(found) = health::schema_version(db).await?.filter(|found| *found > known) {
            return Err(Error::NewerSchema { found, known });
        }
        let ours = self.server.is_some() && config.durability == embedded::Durability::Throwaway;
        let lossy = health::unsafe_settings(&mut *db).await?;
        if lossy.is_empty() || ours {
            return Ok(());
        }
        let lossy = lossy.join(" and ");
        if !config.force_unsafe_database {
            return Err(Error::Unsafe(lossy));
        }
        tracing::warn!("the database runs with {lossy} switched off and may lose what gavia acknowledged");
        Ok(())
    }

    /// Stops the server that this process started, if it did.
    pub async fn close(self) -> Result<(), Error> {
        match self.server {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }

    /// As `close`, after a failure that matters more than how the server ends.
    pub async fn give_up(self) {
        if let Err(error) = self.close().await {
            tracing::warn!("{error}");
        }
    }
}

/// Under an advisory lock, so that of several nodes one migrates and the others wait.
async fn migrate(db: &mut PgConnection) -> Result<(), Error> {
    MIGRATOR.run(db).await.map_err(Error::Migration)
}

fn named(config: &Config) -> Result<Option<PgConnectOptions>, Error> {
    let Some(url) = &config.database_url else { return Ok(None) };
    let ours = url.text().starts_with("postgres://") || url.text().starts_with("postgresql://");
    let options = if ours {
        url.text().parse().map_err(|error: sqlx::Error| error.to_string())
    } else {
        Err("another scheme".into())
    };
    options.map(Some).map_err(Error::BadUrl)
}

/// What the driver found, without its frame.
fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    }
}

/// Where it is, without user and password.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(folder) => format!("{}, database {database}", folder.display()),
        None => format!("{}:{}, database {database}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    async fn addresses(url: &str) -> Vec<String> {
        let database = Database { options: url.parse().unwrap(), server: None };
        database.addresses().await.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn the_databases_addresses_are_known_and_a_socket_has_none() {
        assert_eq!(addresses("postgres://u:p@127.0.0.9:5433/d").await, ["127.0.0.9:5433"]);
        assert_eq!(addresses("postgres://u@[::1]/d").await, ["[::1]:5432"]);
        assert!(addresses("postgres://u@localhost:7/d").await.contains(&"127.0.0.1:7".to_owned()));
        assert_eq!(addresses("postgres:///d?host=/run/pg&user=u").await, Vec::<String>::new());
    }
}
