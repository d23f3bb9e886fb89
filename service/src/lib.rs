//! The ledger: knows SQL, not HTTP.
//!
//! [`Daybook`] is the handle that everything goes through. A change is a [`ledger::Command`] handed to
//! [`Daybook::submit`]; what arrives together is committed together (see `commit`), and each caller gets its own
//! answer once its commit is on disk. Reads go straight to the database (see [`query`]).
//!
//! Absences that hold everywhere: [`ledger`] and [`money`] do no I/O, read no clock and draw no randomness; nothing
//! here knows of HTTP; no float exists; nothing outside `commit` writes to the database, but
//! for the row of the first ledger and the keys that sign tokens.

pub mod access;
mod clock;
mod commit;
mod database;
mod daybook;
mod erasing;
mod error;
mod expiry;
pub mod journal;
pub mod ledger;
mod metrics;
pub mod money;
pub mod query;
pub mod record;
mod regrouping;
mod unfinished;
pub mod value;
pub mod verify;

pub use commit::Queued;
pub use daybook::{Bearer, Credential, Daybook, Ledger, OpenError, Options, Purpose, StatementWalk, TransactionWalk};
pub use erasing::ErasureBounds;
pub use error::{Exceeded, LedgerError, Resource};
pub use ledger::{Answer, AnswerStatus};
pub use metrics::Metrics;
pub use regrouping::RegroupingBounds;
pub use verify::VerifyReport;
