//! What can go wrong between the service and its database, told apart by what is to be done about it.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use super::Corrupt;
use crate::LedgerError;
use crate::database::Fault;

/// Why a batch, or a part of it, failed. The text is the database's, for the log alone.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The database said no, or nothing; nothing was kept.
    #[error("{0:?}: {1}")]
    Fault(Fault, String),
    /// `COMMIT` was sent, and what became of it could not be learnt.
    #[error("the outcome of a commit is not known: {0}")]
    Unsettled(String),
}

impl Failure {
    /// What no state of the database explains: it is not tried again.
    pub(super) fn internal(detail: impl fmt::Display) -> Self {
        Self::Fault(Fault::Data, detail.to_string())
    }

    /// Work that was given up after `limit`.
    pub(super) fn late(limit: Duration) -> Self {
        Self::Fault(Fault::Timeout, format!("no answer in {} ms", limit.as_millis()))
    }

    /// Work that panicked: one command of the batch may be to blame.
    pub(super) fn panicked(cause: &(dyn Any + Send)) -> Self {
        let text = cause
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| cause.downcast_ref::<String>().map(String::as_str));
        Self::internal(format_args!("a panic: {}", text.unwrap_or("without words")))
    }

    /// Whether the work may succeed if it is done again at once.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Fault(Fault::Connection | Fault::Conflict, _))
    }

    /// Whether a sum passed its bound.
    pub(super) fn is_overflow(&self) -> bool {
        matches!(self, Self::Fault(Fault::Overflow, _))
    }

    /// Whether one command of the batch may be to blame.
    pub(super) fn is_of_the_data(&self) -> bool {
        matches!(self, Self::Fault(fault, _) if !fault.passes())
    }

    /// The answer to a command that failed so by itself.
    pub(super) fn to_error(&self) -> LedgerError {
        match self {
            Self::Fault(Fault::Overflow, _) => LedgerError::AmountOverflow,
            Self::Fault(Fault::Data, detail) => LedgerError::Internal(detail.clone()),
            Self::Fault(Fault::Connection | Fault::Conflict | Fault::Timeout | Fault::Refused, detail) => {
                LedgerError::Unavailable(detail.clone())
            }
            Self::Unsettled(detail) => LedgerError::OutcomeUnknown(detail.clone()),
        }
    }
}

impl From<Corrupt> for Failure {
    fn from(corrupt: Corrupt) -> Self {
        Self::internal(corrupt)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(Fault::of(&error), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_leads_to_what_is_to_be_done() {
        // Whether it is tried again at once, whether the batch is run one by one, and what is answered in the end.
        for (fault, again, one_by_one, code) in [
            (Fault::Connection, true, false, "unavailable"),
            (Fault::Conflict, true, false, "unavailable"),
            (Fault::Timeout, false, false, "unavailable"),
            (Fault::Refused, false, false, "unavailable"),
            (Fault::Overflow, false, true, "amount_overflow"),
            (Fault::Data, false, true, "internal"),
        ] {
            let failure = Failure::Fault(fault, String::new());
            assert_eq!(
                (
                    failure.is_passing(),
                    failure.is_of_the_data(),
                    failure.to_error().code()
                ),
                (again, one_by_one, code),
                "{fault:?}"
            );
        }
        let unsettled = Failure::Unsettled(String::new());
        assert!(!unsettled.is_passing() && !unsettled.is_of_the_data());
        assert_eq!(unsettled.to_error().code(), "outcome_unknown");
    }
}
