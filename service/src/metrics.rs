//! What the service measures of itself, for a registry that the API shows.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry};

/// Batch sizes of the histogram's buckets.
const BATCH_BUCKETS: &[u32] = &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// The service's meters; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    batch_commands: Histogram,
    commit_seconds: Histogram,
    queue_commands: IntGauge,
    rejections: IntCounterVec,
}

impl Metrics {
    /// Meters that are shown by `registry`.
    ///
    /// # Errors
    /// Where the registry has meters of these names already.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let buckets = BATCH_BUCKETS.iter().map(|size| (*size).into()).collect();
        let metrics = Self {
            batch_commands: Histogram::with_opts(
                HistogramOpts::new("daybook_batch_commands", "Commands committed together.").buckets(buckets),
            )?,
            commit_seconds: Histogram::with_opts(HistogramOpts::new(
                "daybook_commit_seconds",
                "Time from taking a batch out of the queue to its commit.",
            ))?,
            queue_commands: IntGauge::new("daybook_queue_commands", "Commands that wait for a commit.")?,
            rejections: IntCounterVec::new(
                Opts::new("daybook_rejections_total", "Commands that were refused, by code."),
                &["code"],
            )?,
        };
        registry.register(Box::new(metrics.batch_commands.clone()))?;
        registry.register(Box::new(metrics.commit_seconds.clone()))?;
        registry.register(Box::new(metrics.queue_commands.clone()))?;
        registry.register(Box::new(metrics.rejections.clone()))?;
        Ok(metrics)
    }

    pub(crate) fn observe_batch(&self, commands: usize, elapsed: Duration) {
        self.batch_commands
            .observe(u32::try_from(commands).unwrap_or(u32::MAX).into());
        self.commit_seconds.observe(elapsed.as_secs_f64());
    }

    /// Notes that `change` commands came into the queues, or left them where it is negative.
    pub(crate) fn queued(&self, change: i64) {
        self.queue_commands.add(change);
    }

    pub(crate) fn count_rejection(&self, code: &str) {
        self.rejections.with_label_values(&[code]).inc();
    }
}
