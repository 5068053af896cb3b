//! What the tests with the guest `prober` share: its steps, a host with data, a local receiver, names that stand for it.

use std::sync::Arc;

pub(crate) use gavia_hostile::{Receiver, Reply, host, names, ok, private, public, serve, steps};
use gavia_sandbox::{ActionAnswer, Gateway, Outcome, Plugin, Sandbox};
use tokio::sync::OnceCell;

use crate::bench::{Ask, built, sandbox_with};

static PROBER: OnceCell<(Sandbox, Plugin)> = OnceCell::const_new();

/// A sandbox whose names are those of [`names`], and the guest in it.
pub(crate) async fn prober() -> (&'static Sandbox, &'static Plugin) {
    let (sandbox, plugin) = PROBER
        .get_or_init(|| async {
            let roots = vec![include_bytes!("tls/authority.der").to_vec()];
            let sandbox = sandbox_with(16, Gateway::new(Arc::new(names()), roots));
            let plugin = sandbox.prepare(built("prober")).await.unwrap().plugin;
            (sandbox, plugin)
        })
        .await;
    (sandbox, plugin)
}

/// What the guest `prober` is asked.
pub(crate) trait Probe {
    async fn probe(&self) -> Outcome<ActionAnswer>;
    async fn lines(&self) -> Vec<String>;
}

impl Probe for Ask {
    async fn probe(&self) -> Outcome<ActionAnswer> {
        let (sandbox, plugin) = prober().await;
        self.run(sandbox, plugin).await
    }

    /// The steps' lines.
    async fn lines(&self) -> Vec<String> {
        self.probe().await.result.unwrap().message.lines().map(str::to_owned).collect()
    }
}
