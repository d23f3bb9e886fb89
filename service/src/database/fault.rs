//! What an error of the database means for the work that met it, for reads and for commits alike.
//!
//! Told apart by SQLSTATE (PostgreSQL) and result code (SQLite), never by text.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use crate::{LedgerError, OpenError};

/// What an error is about, and so what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is lost, or could not be had in time.
    Connection,
    /// Another session was in the way: the same work may succeed if it is done again.
    Conflict,
    /// A lock was not had in time, or a statement took too long.
    Timeout,
    /// There is no room left, or the database refuses its work for another reason that passes.
    Refused,
    /// A number would pass what its column holds.
    Overflow,
    /// The data or the statement is at fault, and so are we.
    Data,
}

impl Fault {
    /// What `error` is about.
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(answer) => answer.code().map_or(Self::Data, |code| Self::of_code(&code)),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Connection,
            _ => Self::Data,
        }
    }

    /// SQLSTATEs have five characters, result codes of SQLite are shorter numbers.
    fn of_code(code: &str) -> Self {
        match code.parse::<u32>() {
            Ok(result) if code.len() < 5 => Self::of_result(result),
            _ => Self::of_state(code),
        }
    }

    fn of_state(state: &str) -> Self {
        match state {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => Self::Conflict,
            // lock_not_available, query_canceled (statement_timeout)
            "55P03" | "57014" => Self::Timeout,
            // idle_in_transaction_session_timeout, transaction_timeout: the session is ended
            "25P03" | "25P04" => Self::Connection,
            // read_only_sql_transaction: the server has become a standby
            "25006" => Self::Refused,
            // numeric_value_out_of_range
            "22003" => Self::Overflow,
            _ => match state.get(..2) {
                // connection exception; operator intervention (shutdown, crash, starting up)
                Some("08" | "57") => Self::Connection,
                // insufficient resources (disk full, out of memory, too many connections); error of the system below
                Some("53" | "58") => Self::Refused,
                _ => Self::Data,
            },
        }
    }

    /// The primary code, which is the low byte, decides; of one extended code the rest matters.
    fn of_result(result: u32) -> Self {
        /// `SQLITE_CONSTRAINT_DATATYPE`: an integer that overflowed into a float.
        const CONSTRAINT_DATATYPE: u32 = 3091;
        /// The part of an extended code that is the primary one.
        const PRIMARY: u32 = 0xff;
        if result == CONSTRAINT_DATATYPE {
            return Self::Overflow;
        }
        match result & PRIMARY {
            // BUSY, LOCKED, PROTOCOL: another process holds the lock
            5 | 6 | 15 => Self::Timeout,
            // NOMEM, READONLY, IOERR, FULL, CANTOPEN
            7 | 8 | 10 | 13 | 14 => Self::Refused,
            _ => Self::Data,
        }
    }

    /// Whether the fault goes away by itself or by whoever runs the database: the caller may come again.
    pub(crate) fn passes(self) -> bool {
        match self {
            Self::Connection | Self::Conflict | Self::Timeout | Self::Refused => true,
            Self::Overflow | Self::Data => false,
        }
    }
}

/// What a failed read means to whoever asked: a pool that is exhausted is `Overloaded`, what passes `Unavailable`, all
/// else a fault of ours.
impl From<DbErr> for LedgerError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Overloaded,
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Self::Unavailable(error.to_string()),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => of_read(cause),
            _ => Self::Internal(error.to_string()),
        }
    }
}

fn of_read(error: &sqlx::Error) -> LedgerError {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        LedgerError::Overloaded
    } else if Fault::of(error).passes() {
        LedgerError::Unavailable(error.to_string())
    } else {
        LedgerError::Internal(error.to_string())
    }
}

impl From<DbErr> for OpenError {
    fn from(error: DbErr) -> Self {
        Self(one_line(&error.to_string()))
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self(one_line(&error.to_string()))
    }
}

impl From<migration::SchemaError> for OpenError {
    fn from(error: migration::SchemaError) -> Self {
        Self(error.to_string())
    }
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_the_error_is_about() {
        let table: [(Fault, &[&str]); 6] = [
            (
                Fault::Connection,
                &["08000", "08006", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04"],
            ),
            (Fault::Conflict, &["40001", "40P01"]),
            (
                Fault::Timeout,
                &["55P03", "57014", "5", "261", "517", "773", "6", "262", "15"],
            ),
            (
                Fault::Refused,
                &[
                    "53100", "53200", "53300", "58000", "58030", "58P01", "25006", "7", "3082", "8", "776", "10",
                    "778", "1034", "4874", "13", "14", "270", "1038",
                ],
            ),
            (Fault::Overflow, &["22003", "3091"]),
            (
                Fault::Data,
                &[
                    "23505", "23514", "22P02", "42601", "42P01", "25P02", "54000", "XX000", "XX001", "1", "11", "19",
                    "275", "1555", "2067", "26",
                ],
            ),
        ];
        for (fault, codes) in table {
            for code in codes {
                assert_eq!(Fault::of_code(code), fault, "{code}");
            }
        }
    }

    #[test]
    fn what_passes_is_unavailable_to_a_read_and_all_else_a_fault_of_ours() {
        let read = |error| LedgerError::from(DbErr::Query(RuntimeErr::SqlxError(std::sync::Arc::new(error))));
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(matches!(read(sqlx::Error::Io(reset)), LedgerError::Unavailable(_)));
        assert_eq!(read(sqlx::Error::PoolTimedOut), LedgerError::Overloaded);
        assert!(matches!(read(sqlx::Error::RowNotFound), LedgerError::Internal(_)));
    }
}
