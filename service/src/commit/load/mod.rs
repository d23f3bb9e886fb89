//! Loading a snapshot: one statement, whatever the batch names.
//!
//! Rows of every kind come back as a tag and a JSON array, so that one round trip suffices and both databases are
//! read by one piece of code.

mod stored;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use uuid::Uuid;

use super::Corrupt;
use super::rows::{Cell, Dialect, Kind, Rows, select_rows};
use crate::ledger::{DayTotal, LargeMovements, LedgerState, Names, Snapshot, TotalKey};
use crate::money::{Currency, CurrencyCode};
use crate::value::Day;
use stored::{AccountRow, AnswerRow, KeyRow, NamedKeyRow, TransactionRow, UserRow, parse};

pub(super) use stored::{AccountOverlay, status_number};

/// The lists that a load is bound to, in the order of their parameters.
const LISTS: [(&str, &[&str], &[Kind]); 7] = [
    ("named_users", &["id"], &[Kind::Text]),
    ("named_accounts", &["id"], &[Kind::Uuid]),
    (
        "account_names",
        &["owner", "name", "currency"],
        &[Kind::Text, Kind::Text, Kind::Text],
    ),
    ("named_transactions", &["id"], &[Kind::Uuid]),
    ("named_references", &["reference"], &[Kind::Text]),
    ("named_answers", &["scope", "key"], &[Kind::Text, Kind::Text]),
    ("named_keys", &["id"], &[Kind::Uuid]),
];

static POSTGRES: LazyLock<String> = LazyLock::new(|| load_sql(Dialect::Postgres));
static SQLITE: LazyLock<String> = LazyLock::new(|| load_sql(Dialect::Sqlite));

/// The statement. Its first parameter is the ledger, then come the lists of [`bind_lists`].
pub(super) fn sql(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

/// The lists of names, in the order of the statement's parameters.
pub(super) fn bind_lists(names: &Names) -> Vec<Rows> {
    let list = |index: usize, cells: Vec<Vec<Cell>>| {
        let mut rows = Rows::new(LISTS.get(index).map_or(&[][..], |(_, _, kinds)| kinds));
        cells.into_iter().for_each(|row| rows.push(row));
        rows
    };
    let texts = |names: &BTreeSet<String>| names.iter().map(|name| vec![name.as_str().into()]).collect();
    let ids = |names: &BTreeSet<Uuid>| names.iter().map(|id| vec![Cell::from(*id)]).collect();
    vec![
        list(0, texts(&names.users)),
        list(1, ids(&names.accounts)),
        list(
            2,
            names
                .account_names
                .iter()
                .map(|(owner, name, currency)| {
                    vec![owner.as_str().into(), name.as_str().into(), currency.as_str().into()]
                })
                .collect(),
        ),
        list(3, ids(&names.transactions)),
        list(4, texts(&names.references)),
        list(
            5,
            names
                .answers
                .iter()
                .map(|(scope, key)| vec![scope.as_str().into(), key.as_str().into()])
                .collect(),
        ),
        list(6, ids(&names.keys)),
    ]
}

fn load_sql(dialect: Dialect) -> String {
    let mut first = 2;
    let mut sources = Vec::new();
    for (name, columns, kinds) in LISTS {
        sources.push(format!("{name} AS ({})", select_rows(dialect, columns, kinds, first)));
        first = first.saturating_add(Rows::new(kinds).parameters(dialect));
    }
    let array = |columns: &[&str]| json_array(dialect, columns);
    let look_up = |table: &str, alias: &str, matches: &str| look_up(dialect, table, alias, matches);
    format!(
        "WITH {sources},
        found_transactions AS (SELECT t.* FROM named_transactions n {transactions_by_id}),
        account_ids AS (
            SELECT id FROM named_accounts
            UNION SELECT source_account_id FROM found_transactions
            UNION SELECT destination_account_id FROM found_transactions),
        found_accounts AS (
            SELECT a.* FROM account_ids n {accounts_by_id}
            UNION ALL SELECT a.* FROM account_names n {accounts_by_name}),
        user_ids AS (SELECT id FROM named_users UNION SELECT owner FROM found_accounts WHERE owner <> '')
        SELECT 'currency', {currency} FROM currencies c WHERE c.ledger_id = $1
        UNION ALL SELECT 'user', {user} FROM user_ids n {users_by_id}
        UNION ALL SELECT 'account', {account} FROM found_accounts a
        UNION ALL SELECT 'transaction', {transaction} FROM found_transactions t
        UNION ALL SELECT 'reference', {reference} FROM named_references n {transactions_by_reference}
        UNION ALL SELECT 'answer', {answer} FROM named_answers n {answers_by_key} {events_by_answer}
        UNION ALL SELECT 'key', {key} FROM named_keys n {keys_by_id} JOIN ledgers l ON l.id = k.ledger_id",
        transactions_by_id = look_up("transactions", "t", "t.ledger_id = $1 AND t.id = n.id"),
        accounts_by_id = look_up("accounts", "a", "a.ledger_id = $1 AND a.id = n.id"),
        accounts_by_name = look_up(
            "accounts",
            "a",
            "a.ledger_id = $1 AND a.owner = n.owner AND a.name = n.name AND a.currency = n.currency"
        ),
        users_by_id = look_up("users", "u", "u.ledger_id = $1 AND u.id = n.id"),
        transactions_by_reference = look_up(
            "transactions",
            "t",
            "t.ledger_id = $1 AND t.reference = n.reference AND t.reference IS NOT NULL"
        ),
        answers_by_key = look_up(
            "idempotency_keys",
            "i",
            "i.ledger_id = $1 AND i.scope = n.scope AND i.key = n.key"
        ),
        events_by_answer = look_up("events", "e", "e.ledger_id = $1 AND e.position = i.answer_position"),
        keys_by_id = look_up("api_keys", "k", "k.ledger_id = $1 AND k.id = n.id"),
        sources = sources.join(", "),
        currency = array(&["c.code", "c.exponent"]),
        user = array(UserRow::COLUMNS),
        account = array(AccountRow::COLUMNS),
        transaction = array(TransactionRow::COLUMNS),
        reference = array(&["t.reference", "~t.id"]),
        answer = array(AnswerRow::COLUMNS),
        key = named_key(dialect),
    )
}

/// The statement that finds the ledger's oldest API key; its only parameter is the ledger. Keys are made so rarely that
/// it is no part of every load.
pub(super) fn oldest_key_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    fn build(dialect: Dialect) -> String {
        format!(
            "SELECT 'key', {} FROM api_keys k JOIN ledgers l ON l.id = k.ledger_id
            WHERE k.ledger_id = $1 ORDER BY k.id LIMIT 1",
            named_key(dialect)
        )
    }
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

const DAY_RANGES: [Kind; 4] = [Kind::Text, Kind::Text, Kind::Int, Kind::Int];
static POSTGRES_DAYS: LazyLock<String> = LazyLock::new(|| days_sql(Dialect::Postgres));
static SQLITE_DAYS: LazyLock<String> = LazyLock::new(|| days_sql(Dialect::Sqlite));

/// The statement that finds the totals of days; its list is that of [`bind_days`].
pub(super) fn day_totals_sql(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => &POSTGRES_DAYS,
        Dialect::Sqlite => &SQLITE_DAYS,
    }
}

/// The days in question, as a list of rows.
pub(super) fn bind_days(days: &LargeMovements) -> Rows {
    let mut rows = Rows::new(&DAY_RANGES);
    for range in &days.0 {
        let (first, last) = (i64::from(range.first.days()), i64::from(range.last.days()));
        rows.push(vec![
            range.owner.as_str().into(),
            range.currency.as_str().into(),
            first.into(),
            last.into(),
        ]);
    }
    rows
}

fn days_sql(dialect: Dialect) -> String {
    let source = select_rows(dialect, &["owner", "currency", "first_day", "last_day"], &DAY_RANGES, 2);
    let columns = [
        "d.owner",
        "d.currency",
        "d.generation",
        "d.day",
        "d.category",
        "d.credit_total",
        "d.debit_total",
    ];
    let look_up = look_up(
        dialect,
        "daily_totals",
        "d",
        "d.ledger_id = $1 AND d.owner = n.owner AND d.currency = n.currency AND d.day BETWEEN n.first_day AND n.last_day",
    );
    format!(
        "WITH ranges AS ({source}) SELECT 'day', {} FROM ranges n {look_up}",
        json_array(dialect, &columns)
    )
}

/// Puts the totals of days into a snapshot.
pub(super) fn read_day_totals(snapshot: &mut Snapshot, rows: &[(String, String)]) -> Result<(), Corrupt> {
    for (_, row) in rows {
        let (owner, currency, generation, day, category, credit_total, debit_total) = parse(row)?;
        let key = TotalKey {
            owner,
            currency,
            generation,
            day: Day::from_days(day),
            category,
        };
        snapshot.day_totals.insert(
            key,
            DayTotal {
                credit_total,
                debit_total,
            },
        );
    }
    Ok(())
}

/// The join that looks each named row up by its key. Left to themselves, planners with old statistics would rather walk
/// the whole ledger once for all names.
fn look_up(dialect: Dialect, table: &str, alias: &str, matches: &str) -> String {
    match dialect {
        Dialect::Postgres => {
            format!("CROSS JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {matches} OFFSET 0) {alias}")
        }
        Dialect::Sqlite => format!("CROSS JOIN {table} {alias} ON {matches}"),
    }
}

/// The statement that finds a user's transactions within bounds of their ids, in the order of the ids; its list has one
/// row, `owner`, `after_id` (exclusive) and `until_id` (inclusive). Each side of the user yields at most `limit` rows.
pub(super) fn transactions_sql(dialect: Dialect, names: &[&str], kinds: &[Kind], limit: usize) -> String {
    let source = select_rows(dialect, names, kinds, 2);
    let row = json_array(dialect, TransactionRow::COLUMNS);
    let side = |side: &str| {
        format!(
            "SELECT * FROM (SELECT 'transaction' AS tag, {row} AS body FROM bounds b JOIN transactions t
                ON t.ledger_id = $1 AND t.{side}_owner = b.owner AND t.{side}_owner <> ''
                AND t.id > b.after_id AND t.id <= b.until_id
            ORDER BY t.id LIMIT {limit}) AS {side}s"
        )
    };
    format!(
        "WITH bounds AS ({source}) {} UNION ALL {}",
        side("source"),
        side("destination")
    )
}

/// A key's row behind the name of its ledger.
fn named_key(dialect: Dialect) -> String {
    let row = json_array(dialect, KeyRow::COLUMNS);
    match dialect {
        Dialect::Postgres => format!("json_build_array(l.name, ({row})::json)::text"),
        Dialect::Sqlite => format!("json_array(l.name, {row})"),
    }
}

/// A JSON array of the columns. One that holds an id is marked with `~`, one that holds bytes with `#`: neither is JSON
/// by itself on SQLite.
fn json_array(dialect: Dialect, columns: &[&str]) -> String {
    let member = |column: &&str| match (dialect, column.strip_prefix('~'), column.strip_prefix('#')) {
        (Dialect::Postgres, Some(id), _) => id.to_owned(),
        (Dialect::Postgres, _, Some(bytes)) => format!("encode({bytes}, 'hex')"),
        // hex(NULL) is the empty text, which would not read as NULL.
        (Dialect::Sqlite, Some(id), _) => format!("iif({id} IS NULL, NULL, hex({id}))"),
        (Dialect::Sqlite, _, Some(bytes)) => format!("hex({bytes})"),
        (_, None, None) => (*column).to_owned(),
    };
    let members = columns.iter().map(member).collect::<Vec<_>>().join(", ");
    match dialect {
        Dialect::Postgres => format!("json_build_array({members})::text"),
        Dialect::Sqlite => format!("json_array({members})"),
    }
}

/// Puts what was loaded into a snapshot of `ledger`.
pub(super) fn read_snapshot(ledger: LedgerState, rows: &[(String, String)]) -> Result<Snapshot, Corrupt> {
    let mut snapshot = Snapshot::new(ledger);
    // Currencies come first: accounts and transactions are read with their exponents.
    for (_, row) in rows.iter().filter(|(tag, _)| tag == "currency") {
        let (code, exponent): (CurrencyCode, u8) = parse(row)?;
        snapshot.currencies.load(code, Currency { code, exponent });
    }
    for (tag, row) in rows {
        match tag.as_str() {
            "user" => {
                let user = parse::<UserRow>(row)?.read()?;
                snapshot.users.load(user.id.clone(), user);
            }
            "account" => {
                let account = parse::<AccountRow>(row)?.read(&snapshot)?;
                snapshot.load_account(account);
            }
            "transaction" => {
                let transaction = parse::<TransactionRow>(row)?.read(&snapshot)?;
                snapshot.transactions.load(transaction.id, transaction);
            }
            "reference" => {
                let (reference, id): (String, Uuid) = parse(row)?;
                snapshot.references.load(reference, Some(id));
            }
            "answer" => {
                let answer = parse::<AnswerRow>(row)?.read()?;
                snapshot.answers.load(answer.key.clone(), answer);
            }
            "key" => {
                let key = parse::<NamedKeyRow>(row)?.read()?;
                snapshot.keys.load(key.record.id, key);
            }
            _ => {}
        }
    }
    Ok(snapshot)
}
