//! How a command joins the database of a `gavia serve` that runs beside it (design.md §8). It starts nothing.

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, sleep, timeout};

use super::error::Error;
use super::lock::{self, Holder, Look, PATIENCE, PAUSE};
use super::{DATABASE, account, socket};

const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

/// The database of the `gavia serve` that uses this data directory; None when nobody does, then the command starts a
/// server for itself. A server that is starting, and another command, are waited for, 10 s at most.
///
/// # Errors
/// When the folder stays taken: who holds it. When the server does not let this account in.
pub async fn attach(data_dir: &Path) -> Result<Option<PgConnectOptions>, Error> {
    let begun = Instant::now();
    loop {
        let Look::Held(holder) = lock::look(data_dir)? else { return Ok(None) };
        let refused = match holder {
            Some(Holder { pid, socket_dir, ref command }) if command == "serve" => {
                let Some(why) = join(data_dir, pid, socket_dir.as_deref()).await? else {
                    return Ok(socket_dir.map(|dir| socket::options(&dir, DATABASE)));
                };
                Error::NotAnswering { data_dir: data_dir.to_path_buf(), pid, why }
            }
            other => lock::in_use(data_dir, other),
        };
        if begun.elapsed() > PATIENCE {
            return Err(refused);
        }
        sleep(PAUSE).await;
    }
}

/// Why the server does not answer yet; None when it does.
async fn join(data_dir: &Path, pid: u32, socket_dir: Option<&Path>) -> Result<Option<String>, Error> {
    let Some(socket_dir) = socket_dir else { return Ok(Some("it is starting".into())) };
    let why = match timeout(ANSWER_PATIENCE, socket::options(socket_dir, DATABASE).connect()).await {
        Ok(Ok(connection)) => {
            connection.close().await?;
            return Ok(None);
        }
        Ok(Err(why)) if is_refusal(&why) => {
            let account = account::our_name();
            return Err(Error::NotAllowed { data_dir: data_dir.to_path_buf(), pid, account });
        }
        Ok(Err(why)) => why.to_string(),
        Err(_) => "no answer in time".into(),
    };
    Ok(Some(why))
}

/// The socket's folder or the server's list of accounts says no; waiting does not help.
fn is_refusal(why: &sqlx::Error) -> bool {
    match why {
        sqlx::Error::Io(why) => why.kind() == io::ErrorKind::PermissionDenied,
        sqlx::Error::Database(why) => why.code().is_some_and(|code| code == "28000"),
        _ => false,
    }
}
