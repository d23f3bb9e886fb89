//! The statements that a batch saves with: one per table and way of writing, each for any number of rows.

use super::busiest;
use super::rows::{Cell, Dialect, Kind, Rows, select_one, select_rows};

use Kind::{Bytes, Int, Ledger, Text, Uuid};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// New rows.
    Insert,
    /// Rows that exist: every column after the key is set.
    Update,
    /// Rows of sums that exist: every column after the key is added to.
    Add,
    /// Rows of `daily_totals` that may exist: every column after the key is added to.
    RaiseDays,
    /// The same for rows of `totals`, after their days: with the busiest of those that were raised.
    RaiseTotals,
    /// Rows of `totals` that exist, of which the key alone is used: the busiest of all their days is looked for.
    FindBusiest,
}

/// A table as a batch writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// What it is called here: several ways to write one table have different columns.
    pub(super) alias: &'static str,
    name: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) kinds: &'static [Kind],
    /// How many columns, from the first, are the primary key.
    key: usize,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $name:literal key $key:literal { $($column:ident: $kind:ident),+ $(,)? })+) => {
        $($(#[$doc])* pub(super) const $table: Table = Table {
            alias: stringify!($table),
            name: $name,
            columns: &[$(stringify!($column)),+],
            kinds: &[$($kind),+],
            key: $key,
        };)+

        #[cfg(test)]
        const ALL: &[Table] = &[$($table),+];
    };
}

tables! {
    /// The part of a ledger's row that a batch moves on.
    LEDGERS = "ledgers" key 1 {
        id: Int, head: Int, height: Int, hash: Bytes, last_recorded_at: Int, closed_through: Int, closing_version: Int,
        closing_updated_at: Int, closing_position: Int,
    }
    /// The same of a ledger that is set up anew.
    LEDGER_SETTINGS = "ledgers" key 1 {
        id: Int, head: Int, height: Int, hash: Bytes, last_recorded_at: Int, closed_through: Int, closing_version: Int,
        closing_updated_at: Int, closing_position: Int, default_currency: Text, default_minimum_balance: Text,
        settings: Text, settings_version: Int, settings_updated_at: Int, settings_position: Int,
    }
    /// A ledger that is made.
    NEW_LEDGERS = "ledgers" key 1 {
        id: Int, uuid: Uuid, name: Text, hash: Bytes, default_currency: Text, default_minimum_balance: Text,
        settings: Text, secret: Bytes, created_at: Int, created_position: Int,
    }
    CURRENCIES = "currencies" key 2 {
        ledger_id: Ledger, code: Text, exponent: Int, name: Text, created_at: Int, position: Int,
    }
    LIMITS = "limits" key 2 {
        ledger_id: Ledger, id: Uuid, name: Text, owner: Text, account_id: Uuid, currency: Text, direction: Text,
        period: Text, max_amount: Int, max_count: Int, category: Text, status: Text, version: Int, created_at: Int,
        updated_at: Int, position: Int,
    }
    USERS = "users" key 2 {
        ledger_id: Ledger, id: Text, full_name: Text, email: Text, time_zone: Text, metadata: Text, search_text: Text,
        version: Int, created_at: Int, updated_at: Int, position: Int, stats_zone: Text, stats_generation: Int,
        regroup_zone: Text, regroup_generation: Int, regroup_after: Uuid, regroup_until: Uuid, erased_at: Int,
        erased_texts: Int, erasing: Text, erasing_after: Uuid,
    }
    ACCOUNTS = "accounts" key 2 {
        ledger_id: Ledger, id: Uuid, owner: Text, name: Text, currency: Text, balance: Int, held_out: Int, held_in: Int,
        minimum_balance: Int, status: Text, seq: Int, metadata: Text, version: Int, created_at: Int, updated_at: Int,
        position: Int,
    }
    /// What a command may change of an account; its names stay.
    ACCOUNT_STATES = "accounts" key 2 {
        ledger_id: Ledger, id: Uuid, balance: Int, held_out: Int, held_in: Int, minimum_balance: Int, status: Text,
        seq: Int, metadata: Text, version: Int, updated_at: Int, position: Int,
    }
    TRANSACTIONS = "transactions" key 2 {
        ledger_id: Ledger, id: Uuid, kind: Text, status: Text, source_account_id: Uuid, source_owner: Text,
        source_day_0: Int, source_day_1: Int, destination_account_id: Uuid, destination_owner: Text,
        destination_day_0: Int, destination_day_1: Int, amount: Int, currency: Text, transaction_date: Int,
        description: Text, category: Text, reference: Text, metadata: Text, search_text: Text, parent_id: Uuid,
        relation: Text, refunded: Int, captured: Int, expires_at: Int, version: Int, created_at: Int, updated_at: Int,
        first_position: Int, position: Int,
    }
    ENTRIES = "entries" key 3 {
        ledger_id: Ledger, account_id: Uuid, seq: Int, transaction_id: Uuid, transaction_version: Int, amount: Int,
        balance: Int, transaction_date: Int, recorded_at: Int, position: Int,
    }
    DAILY_TOTALS = "daily_totals" key 6 {
        ledger_id: Ledger, owner: Text, currency: Text, generation: Int, day: Int, category: Text, credit_count: Int,
        credit_total: Int, debit_count: Int, debit_total: Int,
    }
    TOTALS = "totals" key 5 {
        ledger_id: Ledger, owner: Text, currency: Text, generation: Int, category: Text, credit_count: Int,
        credit_total_high: Int, credit_total_low: Int, debit_count: Int, debit_total_high: Int, debit_total_low: Int,
    }
    EVENTS = "events" key 2 {
        ledger_id: Ledger, position: Int, kind: Text, subject: Text, subject_version: Int, actor: Text, request_id: Text,
        schema_version: Int, data: Text, personal: Text, salt: Bytes, commitment: Bytes, recorded_at: Int,
    }
    BLOCKS = "blocks" key 2 {
        ledger_id: Ledger, height: Int, first_position: Int, last_position: Int, recorded_at: Int, root: Bytes,
        hash: Bytes, previous_hash: Bytes,
    }
    IDEMPOTENCY_KEYS = "idempotency_keys" key 2 {
        ledger_id: Ledger, key: Uuid, fingerprint: Bytes, status: Int, answer_position: Int,
        head_position: Int, overlay: Text, created_at: Int,
    }
    API_KEYS = "api_keys" key 1 {
        id: Uuid, ledger_id: Ledger, name: Text, role: Text, hash: Bytes, prefix: Text, created_at: Int, expires_at: Int,
        revoked_at: Int, position: Int,
    }
    /// The reference of a transaction that gives it up.
    TRANSACTION_REFERENCES = "transactions" key 2 { ledger_id: Ledger, id: Uuid, reference: Text }
    /// The days of a transaction, which a change of its owners' time zones moves.
    TRANSACTION_DAYS = "transactions" key 2 {
        ledger_id: Ledger, id: Uuid, source_day_0: Int, source_day_1: Int, destination_day_0: Int, destination_day_1: Int,
    }
    /// How far a user's new grouping is.
    USER_GROUPINGS = "users" key 2 {
        ledger_id: Ledger, id: Text, stats_zone: Text, stats_generation: Int, regroup_zone: Text,
        regroup_generation: Int, regroup_after: Uuid, regroup_until: Uuid,
    }
    /// How far a user's erasure is.
    USER_ERASURES = "users" key 2 { ledger_id: Ledger, id: Text, erasing: Text, erasing_after: Uuid }
    /// What an erasure clears of an account.
    ACCOUNT_TEXTS = "accounts" key 2 { ledger_id: Ledger, id: Uuid, metadata: Text }
    /// What an erasure clears of a transaction.
    TRANSACTION_TEXTS = "transactions" key 2 {
        ledger_id: Ledger, id: Uuid, description: Text, metadata: Text, search_text: Text,
    }
    /// What an erasure clears of an event.
    EVENT_TEXTS = "events" key 2 { ledger_id: Ledger, position: Int, personal: Text, salt: Bytes }
}

impl Table {
    /// No rows yet.
    pub(super) fn rows(&self) -> Rows {
        Rows::new(self.kinds)
    }

    /// The statement that writes rows bound from parameter `first` on.
    pub(super) fn sql(&self, dialect: Dialect, mode: Mode, first: usize) -> String {
        let source = select_rows(dialect, self.columns, self.kinds, first);
        let (name, columns) = (self.name, self.columns.join(", "));
        let (keys, values) = self.columns.split_at(self.key);
        match mode {
            Mode::Insert => format!("INSERT INTO {name} ({columns}) {source}"),
            Mode::Update | Mode::Add => {
                let set: Vec<String> = values
                    .iter()
                    .map(|column| match mode {
                        Mode::Add => format!("{column} = {name}.{column} + given.{column}"),
                        _ => format!("{column} = given.{column}"),
                    })
                    .collect();
                format!(
                    "UPDATE {name} SET {} FROM ({source}) AS given {}",
                    set.join(", "),
                    match_given(dialect, name, keys)
                )
            }
            Mode::RaiseDays => {
                // Without WHERE, SQLite takes ON CONFLICT for the condition of a join.
                let insert = format!(
                    "INSERT INTO {name} ({columns}) {source} WHERE true {}",
                    merge(name, keys, values)
                );
                match dialect {
                    Dialect::Postgres => format!("{insert} {}", busiest::returning()),
                    Dialect::Sqlite => insert,
                }
            }
            Mode::RaiseTotals => {
                let days = first.saturating_add(Rows::new(self.kinds).parameters(dialect));
                format!(
                    "INSERT INTO {name} ({columns}, busiest) {} {}, {}",
                    busiest::with_raised_days(dialect, keys, values, &source, days),
                    merge(name, keys, values),
                    busiest::KEEP_BUSIER
                )
            }
            Mode::FindBusiest => format!(
                "UPDATE {name} SET {} FROM ({source}) AS given {}",
                busiest::find_busiest(),
                match_given(dialect, name, keys)
            ),
        }
    }
}

/// What adds a given row to the stored one of the same key.
fn merge(name: &str, keys: &[&str], values: &[&str]) -> String {
    let set: Vec<String> = values
        .iter()
        .map(|column| format!("{column} = {name}.{column} + excluded.{column}"))
        .collect();
    format!("ON CONFLICT ({}) DO UPDATE SET {}", keys.join(", "), set.join(", "))
}

/// What leads an update from each given row to the stored one.
fn match_given(dialect: Dialect, name: &str, keys: &[&str]) -> String {
    let given: Vec<String> = keys.iter().map(|key| format!("given.{key}")).collect();
    match dialect {
        Dialect::Postgres => {
            let key: Vec<(&str, &str)> = keys.iter().copied().zip(given.iter().map(String::as_str)).collect();
            let stored = select_one(name, "one.ctid AS place", &key);
            format!("CROSS JOIN LATERAL ({stored}) AS stored WHERE {name}.ctid = stored.place")
        }
        Dialect::Sqlite => {
            let same = keys
                .iter()
                .zip(given)
                .map(|(key, given)| format!("{name}.{key} = {given}"));
            format!("WHERE {}", same.collect::<Vec<_>>().join(" AND "))
        }
    }
}

/// Rows for one table, to be written in one way.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) table: Table,
    pub(super) mode: Mode,
    pub(super) rows: Rows,
}

impl Write {
    /// Whether nothing but new transactions is written.
    pub(super) fn is_of_new_transactions(&self) -> bool {
        (self.table.alias, self.mode) == (TRANSACTIONS.alias, Mode::Insert)
    }

    pub(super) fn new(table: Table, mode: Mode, cells: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        let mut rows = table.rows();
        cells.into_iter().for_each(|row| rows.push(row));
        // Neighbours in the table are written one after another, whatever order the batch made them in.
        rows.sort();
        Self { table, mode, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_kind_and_every_key_is_a_part_of_the_columns() {
        for table in ALL {
            assert_eq!(table.columns.len(), table.kinds.len(), "{}", table.name);
            assert!(table.key < table.columns.len(), "{}", table.name);
        }
    }

    #[test]
    fn a_statement_is_written_for_either_database() {
        let sql = |dialect, mode| TRANSACTION_REFERENCES.sql(dialect, mode, 1);
        assert_eq!(
            sql(Dialect::Postgres, Mode::Insert),
            "INSERT INTO transactions (ledger_id, id, reference) \
             SELECT $1::int8 AS ledger_id, unnest($2::uuid[]) AS id, unnest($3::text[]) AS reference"
        );
        assert_eq!(
            sql(Dialect::Sqlite, Mode::Update),
            "UPDATE transactions SET reference = given.reference FROM (SELECT value ->> 0 AS ledger_id, \
             unhex(value ->> 1) AS id, value ->> 2 AS reference FROM jsonb_each($1)) AS given \
             WHERE transactions.ledger_id = given.ledger_id AND transactions.id = given.id"
        );
        assert!(sql(Dialect::Sqlite, Mode::RaiseDays).ends_with(
            "WHERE true ON CONFLICT (ledger_id, id) DO UPDATE SET reference = transactions.reference + excluded.reference"
        ));
    }
}
