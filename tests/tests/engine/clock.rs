//! The time, as a sequence of phases sees it: one hour a phase, and holds that are over from a phase on.

use service::value::Timestamp;

/// When the first phase is recorded: 2100-01-01. It is later than any machine's clock, which a ledger never goes back to.
const BEGIN_US: i64 = 4_102_444_800_000_000;
/// From one phase to the next.
const PHASE_US: i64 = 3_600_000_000;

/// When the first batch of a phase is recorded; whatever else is recorded in it comes a few microseconds later.
pub(crate) fn time_of(phase: usize) -> Timestamp {
    let phase = i64::try_from(phase).expect("a sequence has a few phases");
    Timestamp::from_micros(BEGIN_US + phase * PHASE_US)
}
