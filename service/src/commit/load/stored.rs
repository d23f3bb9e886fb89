//! Rows as they come back from the load statement, read into the state of the core.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commit::Corrupt;
use crate::journal;
use crate::ledger::{
    Account, Answer, AnswerStatus, Grouping, Key, Regrouping, Side, Snapshot, StoredAnswer, Transaction, User,
};
use crate::money::{Currency, CurrencyCode};
use crate::record::{AccountRecord, AccountStatus, KeyRecord, Record, Role, TransactionKind, TransactionStatus};
use crate::value::{Day, Metadata, TimeZone, Timestamp};

/// A row as a JSON array, and the columns that the array is made of; see [`super::json_array`] for the marks.
macro_rules! stored_rows {
    ($($row:ident from $alias:literal { $($(($mark:literal))? $field:ident: $type:ty),+ $(,)? })+) => {
        $(
            #[derive(Deserialize)]
            pub(in crate::commit) struct $row { $($field: $type),+ }

            impl $row {
                pub(super) const COLUMNS: &[&str] = &[$(concat!($($mark,)? $alias, ".", stringify!($field))),+];
            }
        )+
    };
}

stored_rows! {
    UserRow from "u" {
        id: String, full_name: Option<String>, email: Option<String>, time_zone: String, metadata: String,
        version: i64, created_at: i64, updated_at: i64, position: i64, stats_zone: String, stats_generation: i64,
        regroup_zone: Option<String>, regroup_generation: Option<i64>, ("~") regroup_after: Option<Uuid>,
        ("~") regroup_until: Option<Uuid>,
    }
    AccountRow from "a" {
        ("~") id: Uuid, owner: String, name: String, currency: String, balance: i64, held_out: i64, held_in: i64,
        minimum_balance: Option<i64>, status: String, seq: i64, metadata: String, version: i64, created_at: i64,
        updated_at: i64, position: i64,
    }
    TransactionRow from "t" {
        ("~") id: Uuid, kind: String, status: String, ("~") source_account_id: Uuid, source_owner: String,
        source_day_0: Option<i32>, source_day_1: Option<i32>, ("~") destination_account_id: Uuid,
        destination_owner: String, destination_day_0: Option<i32>, destination_day_1: Option<i32>, amount: i64,
        currency: String, transaction_date: i64, description: Option<String>, category: Option<String>,
        reference: Option<String>, metadata: String, ("~") parent_id: Option<Uuid>, version: i64, created_at: i64,
        updated_at: i64, first_position: i64, position: i64,
    }
    KeyRow from "k" {
        ("~") id: Uuid, name: String, role: String, ("#") hash: String, prefix: String, created_at: i64,
        expires_at: Option<i64>, revoked_at: Option<i64>, position: i64,
    }
}

/// A key's row, and the name of its ledger.
#[derive(Deserialize)]
pub(in crate::commit) struct NamedKeyRow(pub(super) String, pub(super) KeyRow);

/// The row of an idempotency key, and the event that it leads to.
#[derive(Deserialize)]
pub(in crate::commit) struct AnswerRow {
    scope: String,
    key: String,
    fingerprint: String,
    status: i64,
    answer_position: i64,
    head_position: i64,
    overlay: Option<String>,
    kind: String,
    data: String,
    personal: Option<String>,
}

impl AnswerRow {
    pub(super) const COLUMNS: &[&str] = &[
        "i.scope",
        "i.key",
        "#i.fingerprint",
        "i.status",
        "i.answer_position",
        "i.head_position",
        "i.overlay",
        "e.kind",
        "e.data",
        "e.personal",
    ];
}

pub(super) fn parse<'a, T: Deserialize<'a>>(row: &'a str) -> Result<T, Corrupt> {
    serde_json::from_str(row).map_err(Corrupt::new)
}

impl UserRow {
    pub(super) fn read(self) -> Result<User, Corrupt> {
        let regrouping = match (self.regroup_zone, self.regroup_generation, self.regroup_until) {
            (Some(zone), Some(generation), Some(until)) => {
                let grouping = Grouping {
                    zone: read_zone(&zone)?,
                    generation,
                };
                Some(Regrouping {
                    grouping,
                    after: self.regroup_after,
                    until,
                })
            }
            _ => None,
        };
        Ok(User {
            id: self.id,
            full_name: self.full_name,
            email: self.email,
            time_zone: read_zone(&self.time_zone)?,
            metadata: read_metadata(&self.metadata)?,
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            position: self.position,
            grouping: Grouping {
                zone: read_zone(&self.stats_zone)?,
                generation: self.stats_generation,
            },
            regrouping,
        })
    }
}

impl AccountRow {
    pub(super) fn read(self, snapshot: &Snapshot) -> Result<Account, Corrupt> {
        Ok(Account {
            id: self.id,
            owner: self.owner,
            name: self.name,
            currency: read_currency(snapshot, &self.currency)?,
            balance: self.balance,
            held_out: self.held_out,
            held_in: self.held_in,
            minimum_balance: self.minimum_balance,
            status: read_name(AccountStatus::from_name(&self.status), &self.status)?,
            seq: self.seq,
            metadata: read_metadata(&self.metadata)?,
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            position: self.position,
        })
    }
}

impl TransactionRow {
    pub(super) fn read(self, snapshot: &Snapshot) -> Result<Transaction, Corrupt> {
        let days = |even: Option<i32>, odd: Option<i32>| [even.map(Day::from_days), odd.map(Day::from_days)];
        Ok(Transaction {
            id: self.id,
            kind: read_name(TransactionKind::from_name(&self.kind), &self.kind)?,
            status: read_name(TransactionStatus::from_name(&self.status), &self.status)?,
            source: Side {
                account_id: self.source_account_id,
                owner: self.source_owner,
                days: days(self.source_day_0, self.source_day_1),
            },
            destination: Side {
                account_id: self.destination_account_id,
                owner: self.destination_owner,
                days: days(self.destination_day_0, self.destination_day_1),
            },
            amount: self.amount,
            currency: read_currency(snapshot, &self.currency)?,
            transaction_date: Timestamp::from_micros(self.transaction_date),
            description: self.description,
            category: self.category,
            reference: self.reference,
            metadata: read_metadata(&self.metadata)?,
            parent_id: self.parent_id,
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            first_position: self.first_position,
            position: self.position,
        })
    }
}

impl NamedKeyRow {
    pub(super) fn read(self) -> Result<Key, Corrupt> {
        let Self(ledger, row) = self;
        let record = KeyRecord {
            id: row.id,
            name: row.name,
            role: read_name(Role::from_name(&row.role), &row.role)?,
            ledger,
            prefix: row.prefix,
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
        };
        Ok(Key {
            record,
            hash: read_hash(&row.hash)?,
            position: row.position,
        })
    }
}

impl AnswerRow {
    pub(super) fn read(self) -> Result<StoredAnswer, Corrupt> {
        let (mut record, _) = journal::join(&self.kind, &self.data, self.personal.as_deref()).map_err(Corrupt::new)?;
        if let (Some(overlay), Record::Account(account)) = (self.overlay, &mut record) {
            parse::<AccountOverlay>(&overlay)?.lay_over(account);
        }
        let status = match self.status {
            CREATED => AnswerStatus::Created,
            NO_CONTENT => AnswerStatus::NoContent,
            _ => AnswerStatus::Ok,
        };
        Ok(StoredAnswer {
            key: (self.scope, self.key),
            fingerprint: read_hash(&self.fingerprint)?,
            resource_id: record.resource_id(),
            answer: Answer {
                status,
                record,
                position: Some(self.head_position),
                replayed: true,
                dry_run: false,
            },
            answer_position: self.answer_position,
        })
    }
}

fn read_zone(name: &str) -> Result<TimeZone, Corrupt> {
    TimeZone::parse(name).map_err(|_| Corrupt::new(format_args!("{name} is no time zone")))
}

fn read_metadata(text: &str) -> Result<Metadata, Corrupt> {
    if text == "{}" {
        Ok(Metadata::default())
    } else {
        parse(text)
    }
}

fn read_currency(snapshot: &Snapshot, code: &str) -> Result<Currency, Corrupt> {
    let known = CurrencyCode::from_stored(code).and_then(|code| snapshot.currencies.get(&code));
    known
        .copied()
        .ok_or_else(|| Corrupt::new(format_args!("{code} is no currency of the ledger")))
}

fn read_name<T>(value: Option<T>, text: &str) -> Result<T, Corrupt> {
    value.ok_or_else(|| Corrupt::new(format_args!("{text} is no known name")))
}

fn read_hash(hexadecimal: &str) -> Result<[u8; 32], Corrupt> {
    let mut bytes = [0; 32];
    if hexadecimal.len() != 64 {
        return Err(Corrupt::new("a hash has 32 bytes"));
    }
    for (byte, pair) in bytes.iter_mut().zip(hexadecimal.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(pair).map_err(Corrupt::new)?;
        *byte = u8::from_str_radix(digits, 16).map_err(Corrupt::new)?;
    }
    Ok(bytes)
}

// How the status of an answer is stored.
const OK: i64 = 200;
const CREATED: i64 = 201;
const NO_CONTENT: i64 = 204;

/// The number that stands for an answer's status.
pub(in crate::commit) fn status_number(status: AnswerStatus) -> i64 {
    match status {
        AnswerStatus::Created => CREATED,
        AnswerStatus::Ok => OK,
        AnswerStatus::NoContent => NO_CONTENT,
    }
}

/// What postings change of an account's document without an event of the account.
#[derive(Serialize, Deserialize)]
pub(in crate::commit) struct AccountOverlay {
    balance: String,
    held_out: String,
    held_in: String,
    available: String,
    version: i64,
    updated_at: Timestamp,
}

impl AccountOverlay {
    /// What the account's newest event may lack of `record`.
    pub(in crate::commit) fn of(record: &AccountRecord) -> Self {
        Self {
            balance: record.balance.clone(),
            held_out: record.held_out.clone(),
            held_in: record.held_in.clone(),
            available: record.available.clone(),
            version: record.version,
            updated_at: record.updated_at,
        }
    }

    fn lay_over(self, record: &mut AccountRecord) {
        record.balance = self.balance;
        record.held_out = self.held_out;
        record.held_in = self.held_in;
        record.available = self.available;
        record.version = self.version;
        record.updated_at = self.updated_at;
    }
}
