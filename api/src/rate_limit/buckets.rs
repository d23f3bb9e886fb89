//! The buckets of many callers, in bounded memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Caller;
use super::bucket::{Level, NANOS_PER_S, Shape};

/// Most callers that have a bucket of their own.
const CALLERS_MAX: usize = 100_000;
/// How often full buckets are dropped, in nanoseconds. It also bounds how often a crowd has them looked through.
const SWEEP_INTERVAL: u64 = NANOS_PER_S;

/// The buckets of many callers, all of one shape.
#[derive(Debug)]
pub(super) struct Buckets {
    shape: Shape,
    callers_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// When the bucket of each is full again; whoever is not in it has a full one.
    full_at: HashMap<Caller, u64>,
    /// The one bucket of those that came when there were too many.
    of_the_crowd: u64,
    /// When full buckets were last dropped.
    swept_at: u64,
}

impl Buckets {
    pub(super) fn new(shape: Shape) -> Self {
        Self::bounded(shape, CALLERS_MAX)
    }

    fn bounded(shape: Shape, callers_max: usize) -> Self {
        Self {
            shape,
            callers_max,
            inner: Mutex::default(),
        }
    }

    /// Takes a token of `caller` at `now`, and says whether there was one and what is left.
    pub(super) fn take(&self, caller: Caller, now: u64) -> (bool, Level) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.sweep(now);
        let bucket = inner.bucket(caller, self.callers_max);
        let taken = self.shape.take(*bucket, now);
        if let Some(full_at) = taken {
            *bucket = full_at;
        }
        (taken.is_some(), self.shape.level(*bucket, now))
    }
}

impl Inner {
    fn bucket(&mut self, caller: Caller, callers_max: usize) -> &mut u64 {
        if self.full_at.len() < callers_max || self.full_at.contains_key(&caller) {
            self.full_at.entry(caller).or_default()
        } else {
            &mut self.of_the_crowd
        }
    }

    fn sweep(&mut self, now: u64) {
        if now.saturating_sub(self.swept_at) >= SWEEP_INTERVAL {
            self.swept_at = now;
            self.full_at.retain(|_, full_at| *full_at > now);
            self.full_at.shrink_to(self.full_at.len().saturating_mul(2));
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn caller(number: u128) -> Caller {
        Caller::Key(Uuid::from_u128(number))
    }

    #[test]
    fn each_caller_has_a_bucket_of_its_own() {
        let buckets = Buckets::new(Shape::new(1, 1));
        assert!(buckets.take(caller(1), 0).0);
        assert!(!buckets.take(caller(1), 0).0);
        assert!(buckets.take(caller(2), 0).0);
    }

    #[test]
    fn memory_is_bounded_and_full_buckets_are_dropped() {
        let buckets = Buckets::bounded(Shape::new(1, 2), 10);
        for number in 0..10 {
            assert!(buckets.take(caller(number), 0).0);
        }
        // Whoever comes now shares one bucket.
        assert!(buckets.take(caller(10), 0).0);
        assert!(buckets.take(caller(11), 0).0);
        assert!(!buckets.take(caller(12), 0).0);
        assert!(buckets.take(caller(9), 0).0, "an old caller keeps its own");
        let held = |buckets: &Buckets| buckets.inner.lock().unwrap().full_at.len();
        assert_eq!(held(&buckets), 10);
        // A second later all but the one that took two are full.
        assert!(buckets.take(caller(12), SWEEP_INTERVAL).0);
        assert_eq!(held(&buckets), 2);
    }
}
