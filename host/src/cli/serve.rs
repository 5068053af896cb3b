//! `gavia serve`: the server until a signal ends it, with the demo's data if asked for.

use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{COMPILE_WORKER, desk::say, own_program, stop::Stop};
use crate::{
    config::{Compiler, Config},
    demo, serve,
};

/// The whole stop's bound: past it something hangs, and waiting longer would only be killed from outside.
const STOP_MAX: Duration = Duration::from_secs(10);

#[derive(Args, Debug)]
pub(super) struct Options {
    /// Load the demo once: people, an app and two workflows to try; refused when there are other workflows
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(mut config: Config, options: Options) -> Result<(), Stop> {
    config.compiler = Compiler::Child { program: own_program()?, argument: COMPILE_WORKER };
    let told = told_to_stop();
    tokio::pin!(told);
    let mut running = tokio::select! {
        begun = begin(config, options) => begun?,
        stop = &mut told => return stop,
    };
    tokio::select! {
        ended = running.ended() => return Ok(ended?),
        stop = &mut told => stop?,
    }
    tracing::info!("stopping");
    match tokio::time::timeout(STOP_MAX, running.stop()).await {
        Ok(stopped) => Ok(stopped?),
        Err(_) => Err(Stop::refused(format!("the stop did not end in {} s; giving up", STOP_MAX.as_secs()))),
    }
}

async fn begin(config: Config, options: Options) -> Result<serve::Running, Stop> {
    let prepared = serve::prepare(config).await?;
    if !options.demo {
        return Ok(prepared.serve());
    }
    let addr = prepared.addr();
    let told = match demo::load(&prepared.app).await {
        Ok(Some(secrets)) => say(&demo::first(&secrets, addr)),
        Ok(None) => say(&demo::again(addr)),
        Err(error) => Err(error.into()),
    };
    match told {
        Ok(()) => Ok(prepared.serve()),
        Err(stop) => {
            prepared.give_up().await;
            Err(stop)
        }
    }
}

/// SIGTERM, or Ctrl-C at a terminal.
async fn told_to_stop() -> Result<(), Stop> {
    let listen = |kind| signal(kind).map_err(|error| Stop::Io("signals cannot be received", error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
