//! Ids in the order of recording.

use uuid::Uuid;

use crate::value::Timestamp;

/// Bits of the counter that keeps the ids of one batch apart and in order.
const COUNTER_BITS: u32 = 22;
/// Bits of a UUIDv7's last field that are random here.
const RANDOM_BITS: u32 = 42;

/// Mints UUIDv7 ids (RFC 9562) for one batch: they rise, and every id of a later batch is greater.
///
/// The 12 bits after the milliseconds hold the microseconds and the top of a counter, the next 20 bits its rest. Time
/// and randomness are handed in.
#[derive(Clone, Debug)]
pub struct Ids {
    recorded_at: Timestamp,
    counter: u64,
    random: u64,
}

impl Ids {
    /// Ids of the batch that is recorded at `recorded_at`.
    #[must_use]
    pub fn new(recorded_at: Timestamp, random: u64) -> Self {
        Self {
            recorded_at,
            counter: 0,
            random,
        }
    }

    /// The next id.
    pub fn mint(&mut self) -> Uuid {
        let micros = u64::try_from(self.recorded_at.micros()).unwrap_or_default();
        let (millis, submillis) = (micros.div_euclid(1000), micros.rem_euclid(1000));
        let counter = self.counter & ((1 << COUNTER_BITS) - 1);
        self.counter = self.counter.wrapping_add(1);
        // One step of SplitMix64 an id: the tail only has to be hard to collide with, not to guess.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut noise = self.random;
        noise = (noise ^ (noise >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        noise = (noise ^ (noise >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        noise ^= noise >> 31;
        let high = (millis << 16) | (7 << 12) | (submillis << 2) | (counter >> 20);
        let low = (0b10 << 62) | ((counter & 0xF_FFFF) << RANDOM_BITS) | (noise & ((1 << RANDOM_BITS) - 1));
        Uuid::from_u64_pair(high, low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_rise_within_and_across_batches() {
        let mut minted = Vec::new();
        for micros in [
            1_769_852_999_999_998,
            1_769_852_999_999_999,
            1_769_853_000_000_000,
            1_769_853_000_000_001,
        ] {
            let mut ids = Ids::new(Timestamp::from_micros(micros), 7);
            // Across the place where the counter goes over from one field into the other.
            ids.counter = (1 << 20) - 2500;
            minted.extend((0..5000).map(|_| ids.mint()));
        }
        assert!(minted.is_sorted_by(|left, right| left < right));
        assert!(minted.iter().all(|id| id.get_version_num() == 7));
        let (seconds, _) = minted[0].get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, 1_769_852_999);
    }
}
