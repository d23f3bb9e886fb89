//! What can go wrong between the service and its database, told apart by what is to be done about it.

use super::Corrupt;
use crate::LedgerError;

/// Why a batch, or a part of it, failed. The text is the database's, for the log alone.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The connection is lost, or could not be had in time.
    #[error("no connection: {0}")]
    Connection(String),
    /// Another session was in the way: the same work may succeed if it is done again.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A lock was not had in time, or a statement took too long.
    #[error("timeout: {0}")]
    Timeout(String),
    /// There is no room left, or the database refuses writes for another reason that passes.
    #[error("refused: {0}")]
    Refused(String),
    /// A number would pass what its column holds.
    #[error("overflow: {0}")]
    Overflow(String),
    /// The data itself is at fault, or we are.
    #[error("data: {0}")]
    Data(String),
}

impl Failure {
    /// A connection that was given back already.
    pub(super) fn closed() -> Self {
        Self::Connection("the connection is closed".to_owned())
    }

    /// Whether the work may succeed if it is done again at once.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::Conflict(_))
    }

    /// Whether one command of the batch may be to blame.
    pub(super) fn is_of_the_data(&self) -> bool {
        matches!(self, Self::Overflow(_) | Self::Data(_))
    }

    /// The answer to a command that failed so by itself.
    pub(super) fn to_error(&self) -> LedgerError {
        match self {
            Self::Overflow(_) => LedgerError::AmountOverflow,
            Self::Data(detail) => LedgerError::Internal(detail.clone()),
            Self::Connection(detail) | Self::Conflict(detail) | Self::Timeout(detail) | Self::Refused(detail) => {
                LedgerError::Unavailable(detail.clone())
            }
        }
    }
}

impl From<Corrupt> for Failure {
    fn from(corrupt: Corrupt) -> Self {
        Self::Data(corrupt.to_string())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        match &error {
            sqlx::Error::Database(database) => match database.code() {
                Some(code) => by_code(&code, detail),
                None => Self::Data(detail),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Connection(detail),
            _ => Self::Data(detail),
        }
    }
}

/// Tells failures apart by SQLSTATE (PostgreSQL, five characters) or by extended result code (SQLite, a number).
fn by_code(code: &str, detail: String) -> Failure {
    match code {
        // serialization_failure, deadlock_detected
        "40001" | "40P01" => Failure::Conflict(detail),
        // lock_not_available, query_canceled (statement_timeout)
        "55P03" | "57014" => Failure::Timeout(detail),
        // numeric_value_out_of_range; SQLITE_CONSTRAINT_DATATYPE: an integer that overflowed into a float
        "22003" | "3091" => Failure::Overflow(detail),
        // read_only_sql_transaction; SQLITE_FULL, SQLITE_IOERR_WRITE and _FSYNC, SQLITE_READONLY
        "25006" | "13" | "778" | "1034" | "8" => Failure::Refused(detail),
        // SQLITE_BUSY, _RECOVERY, _SNAPSHOT, SQLITE_LOCKED
        "5" | "261" | "517" | "6" => Failure::Timeout(detail),
        _ => match code.get(..2) {
            // connection exception, operator intervention (shutdown, crash, starting up)
            Some("08" | "57") if code.len() == 5 => Failure::Connection(detail),
            // insufficient resources: disk full, out of memory, too many connections
            Some("53") if code.len() == 5 => Failure::Refused(detail),
            _ => Failure::Data(detail),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_to_what_is_to_be_done() {
        let of = |code: &str| by_code(code, String::new());
        assert!(of("40001").is_passing() && of("57P01").is_passing() && of("08006").is_passing());
        assert!(!of("55P03").is_passing() && !of("53100").is_passing());
        assert!(of("22003").is_of_the_data() && of("3091").is_of_the_data() && of("23505").is_of_the_data());
        assert!(matches!(of("53100"), Failure::Refused(_)));
        assert!(matches!(of("13"), Failure::Refused(_)));
        assert_eq!(of("22003").to_error(), LedgerError::AmountOverflow);
    }
}
