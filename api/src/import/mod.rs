//! Importing a file of transactions, whoever sends it: a client over HTTP, or somebody at the command line.
//!
//! Bytes are cut into rows ([`cut`]), a row is taken apart ([`csv`]) and read like the body of a request for itself
//! alone ([`row`]), gets what it will be known by when it comes again ([`identity`]) and is asked of the ledger like
//! any other write, many at once and in the order of the file ([`queue`]). Nothing is kept of a row once it is
//! answered, and no more is read while too many wait: a file of any size needs the same memory.

mod csv;
mod cut;
mod identity;
mod queue;
mod report;
mod row;
mod run;

#[cfg(test)]
pub(crate) use report::RowError;
pub(crate) use report::{ERRORS_MAX, Report};
pub(crate) use run::{Import, Unfinished};

use crate::format::Format;

/// What becomes of the rows after one that is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnError {
    /// They are imported like those before it.
    #[default]
    Skip,
    /// None of them is looked at. To be sure of that each row waits for the answer to the one before.
    Stop,
}

impl OnError {
    /// Both, in the order of the contract.
    pub(crate) const ALL: &'static [Self] = &[Self::Skip, Self::Stop];

    /// The value as the contract spells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Stop => "stop",
        }
    }
}

/// How a file is imported.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) format: Format,
    pub(crate) on_error: OnError,
    /// Check everything and keep nothing. Each row is checked against the ledger as it stands: it does not see what the
    /// rows before it would change, but for their references.
    pub(crate) dry_run: bool,
    /// Who imports, as the journal names it.
    pub(crate) actor: String,
    /// What the import is called in the journal.
    pub(crate) request_id: String,
}
