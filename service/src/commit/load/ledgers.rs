//! The other ledgers, where one is to be made: those that have its name, and the one with the greatest number.

use std::sync::LazyLock;

use super::stored::KnownLedgerRow;
use crate::commit::rows::{Dialect, Kind, Rows, select_rows};
use crate::commit::slots::select_slots;
use crate::ledger::Names;

const NAMES: [Kind; 1] = [Kind::Text];

/// The statement that finds them; its list has one row a name. Ledgers are made so rarely that it is no part of every
/// load.
pub(in crate::commit) fn ledgers_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    fn build(dialect: Dialect) -> String {
        format!(
            "SELECT {} FROM ledgers l WHERE $1 > 0 AND (l.id = (SELECT MAX(id) FROM ledgers) OR l.name IN ({}))",
            select_slots(dialect, "ledger", &[KnownLedgerRow::COLUMNS]),
            select_rows(dialect, &["name"], &NAMES, 2),
        )
    }
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

/// The names that are asked for.
pub(in crate::commit) fn bind_ledgers(names: &Names) -> Vec<Rows> {
    let mut rows = Rows::new(&NAMES);
    names
        .ledgers
        .iter()
        .for_each(|name| rows.push(vec![name.as_str().into()]));
    vec![rows]
}
