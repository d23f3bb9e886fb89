//! One token bucket as one number: the moment at which it is full again, in nanoseconds of the server's own clock. A
//! bucket that is full is as good as none.

/// How fast buckets fill, and how much they hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Nanoseconds in which a token comes.
    interval: u64,
    /// Nanoseconds in which an empty bucket is full.
    depth: u64,
}

/// What was left in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// Whole tokens that are left.
    pub(super) tokens: u64,
    /// Nanoseconds until there is one more; 0 in a full bucket.
    pub(super) next_in: u64,
}

impl Shape {
    /// Buckets of `burst` tokens into which `per_second` come; both are at least 1.
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let interval = NANOS_PER_S.checked_div(u64::from(per_second)).unwrap_or(NANOS_PER_S);
        Self {
            interval,
            depth: interval.saturating_mul(u64::from(burst)),
        }
    }

    /// Takes a token at `now` out of a bucket that is full at `full_at`; says when it is full after that, or `None` where
    /// there was no token.
    pub(super) fn take(self, full_at: u64, now: u64) -> Option<u64> {
        let full_at = full_at.max(now).saturating_add(self.interval);
        (full_at.saturating_sub(now) <= self.depth).then_some(full_at)
    }

    /// What is left at `now` in a bucket that is full at `full_at`.
    pub(super) fn level(self, full_at: u64, now: u64) -> Level {
        let full_in = full_at.saturating_sub(now);
        let tokens = self.depth.saturating_sub(full_in).checked_div(self.interval);
        let tokens = tokens.unwrap_or(0);
        // The depth is a number of whole intervals, so that a bucket is full as its last token comes.
        let missing = self.depth.saturating_sub(tokens.saturating_mul(self.interval));
        let later = missing.saturating_sub(self.interval);
        Level {
            tokens,
            next_in: full_in.saturating_sub(later),
        }
    }

    /// Nanoseconds in which an empty bucket is full.
    pub(super) fn depth(self) -> u64 {
        self.depth
    }
}

/// Nanoseconds of a second.
pub(super) const NANOS_PER_S: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_at_once_and_then_one_token_an_interval() {
        let shape = Shape::new(10, 3);
        let mut full_at = 0;
        for left in [2, 1, 0] {
            full_at = shape.take(full_at, 5 * NANOS_PER_S).unwrap();
            assert_eq!(shape.level(full_at, 5 * NANOS_PER_S).tokens, left);
        }
        assert_eq!(shape.take(full_at, 5 * NANOS_PER_S), None);
        let level = shape.level(full_at, 5 * NANOS_PER_S);
        assert_eq!(level.next_in, 100_000_000);
        let half = shape.level(full_at, 5 * NANOS_PER_S + 50_000_000);
        assert_eq!((half.tokens, half.next_in), (0, 50_000_000));
        let one = shape.level(full_at, 5 * NANOS_PER_S + 150_000_000);
        assert_eq!((one.tokens, one.next_in), (1, 50_000_000));
        let full = shape.level(full_at, 5 * NANOS_PER_S + 300_000_000);
        assert_eq!((full.tokens, full.next_in), (3, 0));
        let later = 5 * NANOS_PER_S + level.next_in;
        assert_eq!(shape.take(full_at, later - 1), None, "not a moment earlier");
        full_at = shape.take(full_at, later).unwrap();
        assert_eq!(shape.take(full_at, later), None);
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let shape = Shape::new(1_000, 2);
        let year = 31_536_000 * NANOS_PER_S;
        assert_eq!(shape.level(0, year).tokens, 2);
        let full_at = shape.take(shape.take(0, year).unwrap(), year).unwrap();
        assert_eq!(shape.take(full_at, year), None);
    }
}
