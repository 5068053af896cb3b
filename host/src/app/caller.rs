//! Where the request that is being carried out came from, for whatever notes it. Set once around a request and read where an act is noted:
//! handed through every use case it would say nothing to any of them. The command line has none.

use std::net::IpAddr;

tokio::task_local! {
    static ADDRESS: Option<IpAddr>;
}

/// Carries out a request that came from there.
pub async fn at<T>(address: Option<IpAddr>, request: impl Future<Output = T>) -> T {
    ADDRESS.scope(address, request).await
}

/// The present request's; None outside of any, and where it cannot be told.
pub(super) fn address() -> Option<IpAddr> {
    ADDRESS.try_with(|address| *address).ok().flatten()
}
