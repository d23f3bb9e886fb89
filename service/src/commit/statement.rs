//! Writes in the form that goes to the database: encoding them takes none of the time of a connection.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sqlx::postgres::PgArguments;

use super::Corrupt;
use super::busiest::RAISED_DAYS;
use super::rows::Dialect;
use super::tables::{Mode, Write};

/// Writes, encoded.
pub(super) enum Statement {
    /// One statement, so that a batch costs one round trip for all of them.
    Postgres { sql: Arc<str>, arguments: PgArguments },
    /// A statement a write.
    Sqlite(Vec<Part>),
}

/// One of the statements for SQLite.
pub(super) struct Part {
    pub(super) sql: Arc<str>,
    pub(super) parameters: Vec<String>,
}

impl Statement {
    /// What does all of `writes`; `None` where there are none.
    ///
    /// # Errors
    /// `Corrupt`, where rows cannot be encoded.
    pub(super) fn of(dialect: Dialect, writes: &[Write]) -> Result<Option<Self>, Corrupt> {
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
                    sql: text_of(dialect, writes, combined_sql),
                    arguments,
                }
            }
            Dialect::Sqlite => Self::Sqlite(separate(writes)?),
        }))
    }
}

/// What a text depends on: which tables are written and how, not how many rows. So there are few texts, and each is made
/// once.
type Key = (Dialect, Vec<(&'static str, Mode)>);

fn text_of(dialect: Dialect, writes: &[Write], make: fn(&[Write]) -> String) -> Arc<str> {
    static TEXTS: LazyLock<Mutex<HashMap<Key, Arc<str>>>> = LazyLock::new(Mutex::default);
    let key = writes.iter().map(|write| (write.table.alias, write.mode)).collect();
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(texts.entry((dialect, key)).or_insert_with(|| make(writes).into()))
}

/// All writes as the parts of one statement.
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
fn separate(writes: &[Write]) -> Result<Vec<Part>, Corrupt> {
    let mut raised_days = None;
    let mut statements = Vec::with_capacity(writes.len());
    for write in writes {
        let mut parameters = vec![write.rows.to_json()?];
        match write.mode {
            Mode::RaiseDays => raised_days = parameters.first().cloned(),
            Mode::RaiseTotals => parameters.extend(raised_days.take()),
            _ => {}
        }
        let sql = text_of(Dialect::Sqlite, std::slice::from_ref(write), |writes| {
            let texts = writes
                .iter()
                .map(|write| write.table.sql(Dialect::Sqlite, write.mode, 1));
            texts.collect()
        });
        statements.push(Part { sql, parameters });
    }
    Ok(statements)
}
