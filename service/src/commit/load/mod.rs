//! Loading a snapshot: one statement, whatever the batch names; a shorter one where all that it names is new, as it mostly
//! is once the accounts are known.
//!
//! Rows of every kind come back in the slots of one row type ([`super::slots`]), so that one round trip suffices and
//! both databases are read by one piece of code.

mod days;
mod erasable;
mod ledgers;
mod listed;
mod lists;
mod stored;
mod usages;

use std::sync::LazyLock;

use super::Corrupt;
use super::failure::Failure;
use super::rows::{Dialect, Kind, select_one, select_rows};
use super::slots::{Column, Row, Slots, select_slots};
use crate::ledger::{Names, Snapshot};
use lists::{all_sources, new_sources};
use stored::{
    AccountRow, AnswerRow, CurrencyRow, EventRow, HolderRow, KeyLedgerRow, KeyRow, KnownLedgerRow, LimitRow,
    TransactionRow, UserRow,
};

pub(super) use days::{bind_days, day_totals_sql, read_day_totals};
pub(super) use erasable::{EVENTS_MAX, accounts_sql, bind_subjects, events_of_sql, read_erasable};
pub(super) use ledgers::{bind_ledgers, ledgers_sql};
pub(super) use listed::{bind_listed, events_sql, read_listed};
pub(super) use lists::bind_lists;
pub(super) use stored::{AccountOverlay, status_number};
pub(super) use usages::{bind_usages, read_usages, usages_sql};

/// The tag of rows that others are read with.
const CURRENCY: &str = "currency";

/// The statement that loads what is named. Its first parameter is the ledger, then come the lists of [`bind_lists`].
pub(super) fn sql(dialect: Dialect, names: &Names) -> &'static str {
    static POSTGRES: LazyLock<[String; 2]> = LazyLock::new(|| both(Dialect::Postgres));
    static SQLITE: LazyLock<[String; 2]> = LazyLock::new(|| both(Dialect::Sqlite));
    fn both(dialect: Dialect) -> [String; 2] {
        [load_sql(dialect), load_new_sql(dialect)]
    }
    let [all, new] = match dialect {
        Dialect::Postgres => &*POSTGRES,
        Dialect::Sqlite => &*SQLITE,
    };
    if names.are_new() { new } else { all }
}

/// The transactions that have the references.
fn holders(dialect: Dialect) -> String {
    format!(
        "SELECT {} FROM named_references n {}",
        select_slots(dialect, "holder", &[HolderRow::COLUMNS]),
        look_up(dialect, "transactions", "t", &[LEDGER, ("reference", "n.reference")])
    )
}

/// The answers that were given under the keys.
fn answers(dialect: Dialect) -> String {
    format!(
        "SELECT {} FROM named_answers n {} {}",
        select_slots(dialect, "answer", &[AnswerRow::COLUMNS, EventRow::COLUMNS]),
        look_up(dialect, "idempotency_keys", "i", &[LEDGER, ("key", "n.key")]),
        look_up(dialect, "events", "e", &[LEDGER, ("position", "i.answer_position")])
    )
}

fn load_new_sql(dialect: Dialect) -> String {
    format!(
        "WITH {} {} UNION ALL {}",
        new_sources(dialect),
        holders(dialect),
        answers(dialect)
    )
}

fn load_sql(dialect: Dialect) -> String {
    let slots = |tag: &str, columns: &[&[Column]]| select_slots(dialect, tag, columns);
    let look_up = |table: &str, alias: &str, key: &[(&str, &str)]| look_up(dialect, table, alias, key);
    format!(
        "WITH {sources},
        found_transactions AS (SELECT t.* FROM named_transactions n {transactions_by_id}),
        parents AS (SELECT t.* FROM found_transactions n {transactions_by_parent}),
        account_ids AS (
            SELECT id FROM named_accounts
            UNION SELECT source_account_id FROM found_transactions
            UNION SELECT destination_account_id FROM found_transactions),
        found_accounts AS (
            SELECT a.* FROM account_ids n {accounts_by_id}
            UNION ALL SELECT a.* FROM account_names n {accounts_by_name}),
        user_ids AS (SELECT id FROM named_users UNION SELECT owner FROM found_accounts WHERE owner <> '')
        SELECT {currency} FROM currencies c WHERE c.ledger_id = $1
        UNION ALL SELECT {limit} FROM named_limits n {limits_by_id}
        UNION ALL SELECT {limit} FROM (SELECT id FROM user_ids UNION ALL SELECT '') n {limits_by_owner}
        UNION ALL SELECT {user} FROM user_ids n {users_by_id}
        UNION ALL SELECT {account} FROM found_accounts a
        UNION ALL SELECT {transaction} FROM found_transactions t
        UNION ALL SELECT {transaction} FROM parents t
        UNION ALL {holders}
        UNION ALL {answers}
        UNION ALL SELECT {key} FROM named_keys n {keys_by_id} JOIN ledgers l ON l.id = k.ledger_id",
        transactions_by_parent = look_up("transactions", "t", &[LEDGER, ("id", "n.parent_id")]),
        transactions_by_id = look_up("transactions", "t", &[LEDGER, ("id", "n.id")]),
        accounts_by_id = look_up("accounts", "a", &[LEDGER, ("id", "n.id")]),
        accounts_by_name = look_up(
            "accounts",
            "a",
            &[
                LEDGER,
                ("owner", "n.owner"),
                ("name", "n.name"),
                ("currency", "n.currency")
            ]
        ),
        users_by_id = look_up("users", "u", &[LEDGER, ("id", "n.id")]),
        keys_by_id = look_up("api_keys", "k", &[LEDGER, ("id", "n.id")]),
        limits_by_id = look_up("limits", "m", &[LEDGER, ("id", "n.id")]),
        limits_by_owner = limits_by_owner(dialect),
        sources = all_sources(dialect),
        holders = holders(dialect),
        answers = answers(dialect),
        currency = slots(CURRENCY, &[CurrencyRow::COLUMNS]),
        limit = slots("limit", &[LimitRow::COLUMNS]),
        user = slots("user", &[UserRow::COLUMNS]),
        account = slots("account", &[AccountRow::COLUMNS]),
        transaction = slots("transaction", &[TransactionRow::COLUMNS]),
        key = slots("key", &[KeyRow::COLUMNS, KeyLedgerRow::COLUMNS]),
    )
}

/// The statement that finds the ledger's oldest API key; its only parameter is the ledger. Keys are made so rarely that
/// it is no part of every load.
pub(super) fn oldest_key_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    fn build(dialect: Dialect) -> String {
        format!(
            "SELECT {} FROM api_keys k JOIN ledgers l ON l.id = k.ledger_id
            WHERE k.ledger_id = $1 ORDER BY k.id LIMIT 1",
            select_slots(dialect, "key", &[KeyRow::COLUMNS, KeyLedgerRow::COLUMNS])
        )
    }
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

/// The column that every key begins with, and what it equals.
const LEDGER: (&str, &str) = ("ledger_id", "$1");

/// The join that looks each named row up by `key`: the columns of a unique index, each with what it equals.
fn look_up(dialect: Dialect, table: &str, alias: &str, key: &[(&str, &str)]) -> String {
    match dialect {
        Dialect::Postgres => format!("CROSS JOIN LATERAL ({}) {alias}", select_one(table, "*", key)),
        Dialect::Sqlite => format!(
            "CROSS JOIN {table} {alias} ON {}",
            key.iter()
                .map(|(column, value)| format!("{alias}.{column} = {value}"))
                .collect::<Vec<_>>()
                .join(" AND ")
        ),
    }
}

/// The join that finds the limits of each owner, in the order of the one index that has it, for the reason of
/// [`select_one`].
fn limits_by_owner(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "CROSS JOIN LATERAL (SELECT * FROM limits AS one WHERE one.ledger_id = $1
                AND one.owner BETWEEN n.id AND n.id AND one.status <> 'deleted' ORDER BY one.owner, one.id OFFSET 0) m"
        }
        Dialect::Sqlite => "CROSS JOIN limits m ON m.ledger_id = $1 AND m.owner = n.id AND m.status <> 'deleted'",
    }
}

/// The statement that finds a user's transactions within bounds of their ids, in the order of the ids; its list has one
/// row, `owner`, `after_id` (exclusive) and `until_id` (inclusive). Each side of the user yields at most `limit` rows.
pub(super) fn transactions_sql(dialect: Dialect, names: &[&str], kinds: &[Kind], limit: usize) -> String {
    let source = select_rows(dialect, names, kinds, 2);
    let row = select_slots(dialect, "transaction", &[TransactionRow::COLUMNS]);
    // In the order of the one index that has it, for the reason of `select_one`.
    let side = |side: &str| {
        format!(
            "SELECT * FROM (SELECT {row} FROM transactions t
            WHERE t.ledger_id = $1 AND t.{side}_owner <> ''
                AND (t.{side}_owner, t.id) > ((SELECT owner FROM bounds), (SELECT after_id FROM bounds))
                AND (t.{side}_owner, t.id) <= ((SELECT owner FROM bounds), (SELECT until_id FROM bounds))
            ORDER BY t.{side}_owner, t.id LIMIT {limit}) AS {side}s"
        )
    };
    format!(
        "WITH bounds AS ({source}) {} UNION ALL {}",
        side("source"),
        side("destination")
    )
}

/// Puts what was loaded into a snapshot.
pub(super) fn read_rows(snapshot: &mut Snapshot, rows: &[Row]) -> Result<(), Failure> {
    let mut rows = rows.iter().map(Slots::of).collect::<Result<Vec<_>, _>>()?;
    // Currencies come first: accounts and transactions are read with their exponents.
    for (_, slots) in rows.iter_mut().filter(|(tag, _)| tag == CURRENCY) {
        let known = CurrencyRow::take(slots)?.read()?;
        snapshot.currencies.load(known.currency.code, known);
    }
    let mut erased = Vec::new();
    for (tag, slots) in &mut rows {
        match tag.as_str() {
            CURRENCY => {}
            "user" => {
                let user = UserRow::take(slots)?.read()?;
                if user.erasing.is_some() {
                    erased.push(user.clone());
                }
                snapshot.users.load(user.id.clone(), user);
            }
            "account" => {
                let account = AccountRow::take(slots)?.read(snapshot)?;
                snapshot.load_account(account);
            }
            "transaction" => {
                let transaction = TransactionRow::take(slots)?.read(snapshot)?;
                snapshot.transactions.load(transaction.id, transaction);
            }
            "limit" => {
                let limit = LimitRow::take(slots)?.read(snapshot)?;
                snapshot.limits.load(limit);
            }
            "holder" => {
                let (reference, id) = HolderRow::take(slots)?.read();
                snapshot.references.load(reference, Some(id));
            }
            "answer" => {
                let answer = AnswerRow::take(slots)?.read(&EventRow::take(slots)?)?;
                snapshot.answers.load(answer.key, answer);
            }
            "ledger" => KnownLedgerRow::take(slots)?.read(snapshot),
            "key" => {
                let key = KeyRow::take(slots)?.read(KeyLedgerRow::take(slots)?)?;
                snapshot.keys.load(key.record.id, key);
            }
            _ => return Err(Corrupt::new(format_args!("rows of kind {tag} are not loaded")).into()),
        }
    }
    // What an erasure will clear and has not yet must not be carried on into a new version.
    erased.iter().for_each(|user| snapshot.forget(user));
    Ok(())
}
