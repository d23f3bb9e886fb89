//! Reproducible randomness.

/// A SplitMix64 generator that says its seed, so that a failed run can be repeated with `DAYBOOK_TEST_SEED`.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Seeded by `DAYBOOK_TEST_SEED`, else anew on each run. Prints the seed; the test runner shows it on failure.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        clippy::print_stdout,
        reason = "a switch of the tests, for whoever runs them"
    )]
    pub fn announced() -> Self {
        let seed = match std::env::var("DAYBOOK_TEST_SEED") {
            Ok(text) => text.parse().expect("DAYBOOK_TEST_SEED is a number"),
            Err(_) => uuid::Uuid::new_v4().as_u64_pair().0,
        };
        println!("DAYBOOK_TEST_SEED={seed}");
        Self::seeded(seed)
    }

    /// The generator with this seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`, near enough to uniform for tests.
    ///
    /// # Panics
    ///
    /// Where `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below zero");
        self.bits() % bound
    }

    /// A place in a slice of this length.
    ///
    /// # Panics
    ///
    /// Where `length` is zero.
    pub fn place(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).expect("a length is a u64");
        usize::try_from(self.below(bound)).expect("a place is a usize")
    }

    /// One of `choices`.
    ///
    /// # Panics
    ///
    /// Where there is no choice.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.place(choices.len())]
    }
}
