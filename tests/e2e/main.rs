//! Journeys over a real socket, against a real process, a real database and real guests. They prove the wiring; rules are tested
//! where they are. One module a journey.

mod access;
mod acts;
mod clients;
mod configuration;
mod database;
mod dead_letters;
mod engine;
mod grants;
mod hostile;
mod leave;
mod nodes;
mod platform;
mod plugins;
mod races;
mod script;
mod statements;

use gavia_tests::{
    server::{Cluster, Node},
    world::Stage,
};

async fn stage() -> Stage {
    Stage::open(env!("CARGO_BIN_EXE_gavia-node")).await.expect("a node on a database")
}

/// A node on a fresh database.
async fn node() -> (Cluster, Node) {
    gavia_tests::guests::built().await;
    let cluster = Cluster::new(env!("CARGO_BIN_EXE_gavia-node")).await.expect("a database");
    let node = cluster.node().await.expect("a node");
    (cluster, node)
}
