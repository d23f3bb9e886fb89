//! What every request of one server shares.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::watch;

use service::Daybook;

use crate::config::{Metrics, Settings};
use crate::cors::Cors;
use crate::forwarded::Network;
use crate::metrics::HttpMetrics;
use crate::rate_limit::Limiter;

/// What every request of one server shares.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) daybook: Daybook,
    pub(crate) metrics: HttpMetrics,
    pub(crate) metrics_access: Metrics,
    pub(crate) cors: Cors,
    /// The longest that a request may take.
    pub(crate) request_timeout: Duration,
    /// The OpenAPI document as JSON.
    pub(crate) openapi: Bytes,
    pub(crate) behind_proxy: bool,
    /// Whether the server ends TLS itself.
    pub(crate) has_tls: bool,
    /// Proxies that are believed whom they ask for.
    pub(crate) trusted_proxies: Arc<[Network]>,
    /// Where callers are limited, their buckets.
    pub(crate) limiter: Option<Arc<Limiter>>,
    stopping: Arc<watch::Sender<bool>>,
}

impl State {
    pub(crate) fn new(daybook: Daybook, metrics: HttpMetrics, settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            daybook,
            metrics,
            metrics_access: settings.metrics,
            cors: Cors::new(&settings.cors_origins),
            request_timeout: settings.request_timeout,
            openapi: crate::openapi::document(settings.metrics),
            behind_proxy: settings.behind_proxy,
            has_tls: settings.tls.is_some(),
            trusted_proxies: settings.trusted_proxies.clone().into(),
            limiter: settings.rate_limit.map(|limit| Arc::new(Limiter::new(limit))),
            stopping: Arc::default(),
        })
    }

    /// The same for one of the threads that serve, with `readers` connections of its own.
    pub(crate) fn for_thread(&self, readers: u32) -> Arc<Self> {
        Arc::new(Self {
            daybook: self.daybook.with_readers(readers),
            ..self.clone()
        })
    }

    /// From now on `/readyz` says that the server takes no more work.
    pub(crate) fn begin_stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until the server begins to stop.
    pub(crate) async fn stopping(&self) {
        // The sender lives as long as the state does.
        let _ = self.stopping.subscribe().wait_for(|is_stopping| *is_stopping).await;
    }
}
