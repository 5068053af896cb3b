//! gavia: a workflow and ticket engine that speaks the HTTP API of loonflow 0.3 and runs user code as WebAssembly.
//!
//! One request, one way: `http` turns a call into plain values and back, `app` ties one use case together and owns its
//! transaction, `workflow` holds the rules and nothing else, `store` holds the SQL, `worker` carries out what a
//! transition left to do after its commit, through `app` again, with `outbound` where that means calling somebody. wasmtime is behind the crate `gavia-sandbox`.

pub mod access;
pub mod ambient;
pub mod app;
pub mod cli;
pub mod config;
pub mod database;
pub mod demo;
pub mod directory;
pub mod embedded;
pub mod http;
pub mod keys;
pub mod outbound;
pub mod password;
pub mod plugins;
pub mod seal;
pub mod serve;
pub mod signature;
pub mod store;
pub mod telemetry;
pub mod username;
pub mod worker;
pub mod workflow;

/// The schema. One static, so that it is embedded once and every caller migrates to the same version.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
