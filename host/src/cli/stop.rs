//! Why a command ends without having done its work: one sentence for the person at the terminal, and an exit code.

use std::{io, process::ExitCode};

use crate::{config, database, demo, keys, serve, store};

#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Said by clap: help and version too, which are no failures.
    #[error(transparent)]
    Line(#[from] clap::Error),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error(transparent)]
    Serve(#[from] serve::Error),
    #[error(transparent)]
    Demo(#[from] demo::Error),
    #[error(transparent)]
    Key(#[from] keys::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The command's own reason.
    #[error("{0}")]
    Refused(String),
    #[error("{0}: {1}")]
    Io(&'static str, io::Error),
}

impl Stop {
    pub(super) fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }

    pub(super) fn runtime(error: io::Error) -> Self {
        Self::Io("the system gives no threads", error)
    }

    /// Says why on stderr. 2 is a line that is not understood, 1 everything else; help that was asked for is 0.
    pub fn report(&self) -> ExitCode {
        if let Self::Line(error) = self {
            // a closed terminal is nobody to tell
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
        eprintln!("gavia: {self}");
        ExitCode::FAILURE
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
