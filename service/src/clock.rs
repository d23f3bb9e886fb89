//! The one place where the machine's clock is read.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::value::Timestamp;

/// The time in UTC; a clock before 1970 reads as the epoch.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
