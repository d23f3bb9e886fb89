//! What a failed read means to whoever asked.
//!
//! Told apart by SQLSTATE and result code, never by text: what passes by itself is `Unavailable`, a pool that is
//! exhausted `Overloaded`, all else a fault of ours.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use crate::{LedgerError, OpenError};

/// Classes of SQLSTATE for conditions that pass: connection, resources, operator, and the system below.
const PASSING_CLASSES: [&str; 4] = ["08", "53", "57", "58"];
/// Single SQLSTATEs that pass: serialisation failure, deadlock, lock timeout, time out of an idle transaction.
const PASSING_STATES: [&str; 4] = ["40001", "40P01", "55P03", "25P03"];
/// Primary result codes of SQLite that pass: BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN.
const PASSING_RESULTS: [u32; 6] = [5, 6, 7, 10, 13, 14];
/// The part of an extended result code that is the primary one.
const PRIMARY_RESULT: u32 = 0xff;

impl From<DbErr> for LedgerError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Overloaded,
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Self::Unavailable(error.to_string()),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => classify(cause),
            _ => Self::Internal(error.to_string()),
        }
    }
}

fn classify(error: &sqlx::Error) -> LedgerError {
    let passes = match error {
        sqlx::Error::PoolTimedOut => return LedgerError::Overloaded,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(answer) => answer.code().is_some_and(|code| is_passing(&code)),
        _ => false,
    };
    if passes {
        LedgerError::Unavailable(error.to_string())
    } else {
        LedgerError::Internal(error.to_string())
    }
}

/// SQLSTATEs have five characters, result codes of SQLite are shorter numbers.
fn is_passing(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => PASSING_RESULTS.contains(&(number & PRIMARY_RESULT)),
        _ => PASSING_STATES.contains(&code) || PASSING_CLASSES.iter().any(|class| code.starts_with(class)),
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
    fn a_code_says_whether_it_passes() {
        for code in [
            "57014", "57P01", "53100", "08006", "40001", "55P03", "5", "261", "517", "13", "778",
        ] {
            assert!(is_passing(code), "{code}");
        }
        for code in ["42601", "23505", "22003", "19", "2067", "1"] {
            assert!(!is_passing(code), "{code}");
        }
    }
}
