//! What Prometheus reads: counts and times of requests by route pattern, and what the service adds to the registry.

use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::problem::Code;

/// The label of requests for paths that no route has, whatever they ask for.
pub(crate) const UNMATCHED: &str = "unmatched";

/// The registry of one server, and what HTTP itself writes into it.
#[derive(Clone, Debug)]
pub(crate) struct HttpMetrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    rejections: IntCounterVec,
}

impl HttpMetrics {
    /// Registers the metrics of HTTP.
    ///
    /// # Errors
    /// Those of a registry that has them already.
    pub(crate) fn register(registry: Registry) -> Result<Self, prometheus::Error> {
        let requests = IntCounterVec::new(
            Opts::new(
                "daybook_http_requests_total",
                "Requests by route pattern, method and status.",
            ),
            &["method", "route", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "daybook_http_request_duration_seconds",
                "Time from a request's headers to its answer, by route pattern and method.",
            )
            .buckets(vec![
                0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            ]),
            &["method", "route"],
        )?;
        let in_flight = IntGauge::new("daybook_http_requests_in_flight", "Requests that have no answer yet.")?;
        let build = IntGaugeVec::new(
            Opts::new("daybook_build_info", "The version that runs; its value is 1."),
            &["version"],
        )?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let rejections = IntCounterVec::new(
            Opts::new(
                "daybook_rejections_total",
                "Requests that were answered with a problem, by its code.",
            ),
            &["code"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(rejections.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(build))?;
        Ok(Self {
            registry,
            requests,
            durations,
            in_flight,
            rejections,
        })
    }

    /// Counts a request until the guard is dropped, also when its client has gone.
    pub(crate) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts an answer.
    pub(crate) fn observe(&self, method: &str, route: &str, status: &str, duration: Duration) {
        self.requests.with_label_values(&[method, route, status]).inc();
        self.durations
            .with_label_values(&[method, route])
            .observe(duration.as_secs_f64());
    }

    /// Counts an answer that is a problem.
    pub(crate) fn count_rejection(&self, code: Code) {
        self.rejections.with_label_values(&[code.as_str()]).inc();
    }

    /// Everything in the registry in the text format of Prometheus.
    ///
    /// # Errors
    /// Those of the encoder.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// A request that has no answer yet.
#[derive(Debug)]
pub(crate) struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
