//! What was checked, and what was found wrong.

use std::fmt;

/// Most failures that a report lists; the rest is counted.
pub const FAILURES_MAX: usize = 1000;

/// What must hold of every ledger at every time; the numbers are those of the architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// 1: per currency, the balances of all accounts sum to zero.
    ZeroSum,
    /// 2: a balance is that of the newest entry and the sum of all; entries are numbered without gaps, and are those
    /// that the events of the transactions tell.
    Balances,
    /// 3: statistics equal a recount of the posted transactions.
    Statistics,
    /// 4: positions and heights have no gaps, and every hash follows from what it covers.
    Chain,
    /// 5: a resource equals the document of its newest event, and its versions are 1 … n.
    Documents,
    /// 6: held amounts equal the open holds, refunded ones the posted refunds, and no command broke a minimum balance or
    /// moved money of an account that was not open.
    Limits,
    /// 7: what is remembered of an idempotent request leads to its events.
    Answers,
}

impl Invariant {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ZeroSum,
        Self::Balances,
        Self::Statistics,
        Self::Chain,
        Self::Documents,
        Self::Limits,
        Self::Answers,
    ];

    /// A few words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZeroSum => "zero sum",
            Self::Balances => "balances",
            Self::Statistics => "statistics",
            Self::Chain => "chain",
            Self::Documents => "documents",
            Self::Limits => "limits",
            Self::Answers => "answers",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the ledger.
    pub ledger: String,
    /// What does not hold.
    pub invariant: Invariant,
    /// One sentence that names the row: a position, a height, an id.
    pub detail: String,
}

/// One line for a person: the ledger, what does not hold, and where.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ledger,
            invariant,
            detail,
        } = self;
        write!(formatter, "{ledger}: {}: {detail}", invariant.as_str())
    }
}

/// How many rows of each kind were checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks of the chain.
    pub blocks: u64,
    /// Events of the journal.
    pub events: u64,
    /// Users.
    pub users: u64,
    /// Accounts.
    pub accounts: u64,
    /// Transactions.
    pub transactions: u64,
    /// Lines of the accounts' journals.
    pub entries: u64,
    /// Rows of the daily statistics.
    pub days: u64,
    /// Idempotency keys.
    pub idempotency_keys: u64,
    /// API keys.
    pub api_keys: u64,
    /// Currencies of the ledger's own.
    pub currencies: u64,
    /// Spending limits, those that were deleted as well.
    pub limits: u64,
    /// 1 where the ledger was ever closed.
    pub closings: u64,
    /// Ledgers that it made: none but `main` does.
    pub ledgers: u64,
}

/// One ledger that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedLedger {
    /// Its name.
    pub name: String,
    /// Position of its newest event.
    pub head: i64,
    /// Height of its newest block.
    pub height: i64,
    /// Hash of its newest block: whoever keeps it can tell later that nothing before it was changed.
    pub hash: Vec<u8>,
    /// What was looked at.
    pub counts: Counts,
    /// The lowest block that something wrong leads to; `None` where nothing is wrong, or nothing that leads to a block.
    pub first_bad_height: Option<i64>,
}

/// The outcome of [`crate::Daybook::verify`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// The ledgers, in the order of their numbers.
    pub ledgers: Vec<VerifiedLedger>,
    /// What is wrong, at most [`FAILURES_MAX`] of it, in the order in which it was found.
    pub failures: Vec<Failure>,
    /// How much is wrong, beyond the bound too.
    pub failure_count: u64,
}

impl VerifyReport {
    /// Whether every invariant holds.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failure_count == 0
    }

    pub(super) fn add(&mut self, failure: Failure) {
        self.failure_count = self.failure_count.saturating_add(1);
        if self.failures.len() < FAILURES_MAX {
            self.failures.push(failure);
        }
    }
}
