//! A router that remembers its paths, so that what is said of every route can be checked against every route there is. It can only
//! be merged with others of its kind, so no path gets in by another way.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use tower::{Layer, Service};

use crate::app::App;

type State = Arc<App>;

#[derive(Debug, Default)]
pub struct Routes {
    router: Router<State>,
    paths: Vec<String>,
}

impl Routes {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every path, as axum spells it. Which methods one has is told by the `Allow` of an answer to any other.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    #[must_use]
    pub fn route(mut self, path: &str, methods: MethodRouter<State>) -> Self {
        // axum lets one path be given twice, with different methods
        if !self.paths.iter().any(|known| known == path) {
            self.paths.push(path.to_owned());
        }
        Self { router: self.router.route(path, methods), ..self }
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        Self { router: self.router.merge(other.router), ..self }
    }

    #[must_use]
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        self.paths.extend(other.paths.iter().map(|path| format!("{prefix}{path}")));
        Self { router: self.router.nest(prefix, other.router), ..self }
    }

    #[must_use]
    pub fn fallback<H: Handler<T, State>, T: 'static>(self, handler: H) -> Self {
        Self { router: self.router.fallback(handler), ..self }
    }

    #[must_use]
    pub fn method_not_allowed_fallback<H: Handler<T, State>, T: 'static>(self, handler: H) -> Self {
        Self { router: self.router.method_not_allowed_fallback(handler), ..self }
    }

    #[must_use]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { router: self.router.layer(layer), ..self }
    }

    pub fn with_state(self, state: State) -> Router {
        self.router.with_state(state)
    }
}
