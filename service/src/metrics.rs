//! What the service measures of itself, for a registry that the API shows.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntGauge, IntGaugeVec, Opts, Registry};

use crate::database::PoolUse;

/// Batch sizes of the histogram's buckets.
const BATCH_BUCKETS: &[u32] = &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// The service's meters; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    batch_commands: Histogram,
    commit_durations: Histogram,
    queue_commands: IntGauge,
    pool_connections: IntGaugeVec,
    pool_connections_max: IntGaugeVec,
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
            commit_durations: Histogram::with_opts(HistogramOpts::new(
                "daybook_commit_duration_seconds",
                "Time from taking a batch out of the queue to its commit.",
            ))?,
            queue_commands: IntGauge::new("daybook_queue_commands", "Commands that wait for a commit.")?,
            pool_connections: IntGaugeVec::new(
                Opts::new(
                    "daybook_pool_connections",
                    "Open connections to the database, by pool and by whether they are in use.",
                ),
                &["pool", "state"],
            )?,
            pool_connections_max: IntGaugeVec::new(
                Opts::new("daybook_pool_connections_max", "Most connections that a pool may open."),
                &["pool"],
            )?,
        };
        registry.register(Box::new(metrics.batch_commands.clone()))?;
        registry.register(Box::new(metrics.commit_durations.clone()))?;
        registry.register(Box::new(metrics.queue_commands.clone()))?;
        registry.register(Box::new(metrics.pool_connections.clone()))?;
        registry.register(Box::new(metrics.pool_connections_max.clone()))?;
        Ok(metrics)
    }

    pub(crate) fn observe_batch(&self, commands: usize, elapsed: Duration) {
        self.batch_commands
            .observe(u32::try_from(commands).unwrap_or(u32::MAX).into());
        self.commit_durations.observe(elapsed.as_secs_f64());
    }

    /// Notes that `change` commands came into the queues, or left them where it is negative.
    pub(crate) fn queued(&self, change: i64) {
        self.queue_commands.add(change);
    }

    /// Notes how the pools are used at the moment.
    pub(crate) fn observe_pools(&self, pools: &[PoolUse]) {
        for pool in pools {
            let name = pool.pool;
            let connections = |state| self.pool_connections.with_label_values(&[name, state]);
            connections("in_use").set(pool.in_use.into());
            connections("idle").set(pool.idle.into());
            self.pool_connections_max
                .with_label_values(&[name])
                .set(pool.max.into());
        }
    }
}
