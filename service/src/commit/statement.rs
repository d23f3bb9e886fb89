//! Writes in the form that goes to the database: encoding them takes none of the time of a connection.

use sqlx::postgres::PgArguments;

use super::Corrupt;
use super::busiest::RAISED_DAYS;
use super::failure::Failure;
use super::rows::Dialect;
use super::tables::{Mode, Write};

/// Writes, encoded.
pub(super) enum Statement {
    /// One statement, so that a batch costs one round trip for all of them.
    Postgres { sql: String, arguments: PgArguments },
    /// A statement a write, each with its parameters.
    Sqlite(Vec<(String, Vec<String>)>),
}

impl Statement {
    /// What does all of `writes`; `None` where there are none.
    ///
    /// # Errors
    /// `Corrupt`, where rows cannot be encoded.
    pub(super) fn of(dialect: Dialect, writes: &[Write]) -> Result<Option<Self>, Failure> {
        if writes.is_empty() {
            return Ok(None);
        }
        Ok(Some(match dialect {
            Dialect::Postgres => {
                let mut arguments = PgArguments::default();
                for write in writes {
                    write.rows.add_to(&mut arguments)?;
                }
                Self::Postgres {
                    sql: combined_sql(writes),
                    arguments,
                }
            }
            Dialect::Sqlite => Self::Sqlite(separate_sql(writes)?),
        }))
    }
}

/// All writes as the parts of one statement. Its text depends on which tables are written, not on how many rows.
fn combined_sql(writes: &[Write]) -> String {
    let mut first = 1;
    let mut parts = Vec::with_capacity(writes.len());
    for (number, write) in writes.iter().enumerate() {
        let part = match write.mode {
            Mode::RaiseDays => RAISED_DAYS.to_owned(),
            _ => format!("write_{number}"),
        };
        parts.push(format!(
            "{part} AS ({})",
            write.table.sql(Dialect::Postgres, write.mode, first)
        ));
        first = first.saturating_add(write.rows.parameters(Dialect::Postgres));
    }
    format!("WITH {} SELECT", parts.join(", "))
}

/// Each write as a statement. That of the totals comes after that of the days, and takes their rows as well.
fn separate_sql(writes: &[Write]) -> Result<Vec<(String, Vec<String>)>, Corrupt> {
    let mut raised_days = None;
    let mut statements = Vec::with_capacity(writes.len());
    for write in writes {
        let mut parameters = vec![write.rows.to_json()?];
        match write.mode {
            Mode::RaiseDays => raised_days = parameters.first().cloned(),
            Mode::RaiseTotals => parameters.extend(raised_days.take()),
            _ => {}
        }
        statements.push((write.table.sql(Dialect::Sqlite, write.mode, 1), parameters));
    }
    Ok(statements)
}
