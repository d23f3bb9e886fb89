//! The functional core: what a command does to a ledger, decided over a snapshot of its state.
//!
//! A batch is decided so: [`Names`] gathers what its requests name; the shell loads that into a [`Snapshot`];
//! [`decide`] answers each request in order, and [`Snapshot::apply`] takes over what it changed, so that the next
//! request sees it; the shell saves what the snapshot then holds.
//!
//! Absences: no I/O, no async, no clock, no randomness. Times and ids are handed in.

mod answer;
mod changes;
mod command;
mod content;
mod decide;
mod draft;
mod grouping;
mod holding;
mod id;
mod known_limits;
mod large;
mod limits;
mod names;
mod posting;
mod request;
pub(crate) mod search;
mod size;
mod snapshot;
mod state;
mod table;
mod totals;
mod usage;

pub use answer::{Answer, AnswerStatus};
pub use changes::{Changes, Entry, Event, StoredAnswer};
pub use command::{
    CaptureHold, CloseThrough, Command, CreateAccount, CreateCurrency, CreateKey, CreateLedger, CreateLimit,
    CreateToken, CreateTransaction, CreateTransactions, EraseUser, LimitFor, ListedTransaction, Movement, NewHold,
    PutUser, RefundTransaction, UpdateAccount, UpdateLedger, UpdateLimit, UpdateTransaction, UpdateUser, UserSide,
};
pub use decide::{Decision, decide};
pub use grouping::{Grouping, Regrouping};
pub use id::Ids;
pub use known_limits::KnownLimits;
pub use large::{DayRange, LARGE_AMOUNT, LargeMovements};
pub use names::Names;
pub use request::{Idempotency, Precondition, Request};
pub use snapshot::{AccountName, KnownLedgers, LedgerState, Snapshot};
pub(crate) use state::owner_id;
pub use state::{
    Account, Closing, Erasing, Erasure, ErasureStage, Hold, Key, LEDGER_OWNER, LedgerCurrency, LedgerRules,
    LedgerSecret, LedgerSettings, LedgerSetup, Limit, MAIN, NewLedger, OwnCurrency, Scope, Side, Transaction, User,
    WORLD,
};
pub use table::Table;
pub use totals::{
    ALL_CATEGORIES, BUSIEST_DAY_BITS, BUSIEST_DAY_ZERO, Count, DayTotal, LEDGER_GENERATION, TotalDelta, TotalDeltas,
    TotalKey, count_day, join_total, split_busiest, split_total,
};
pub use usage::{Usage, UsageKey};
