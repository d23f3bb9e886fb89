//! Rows as they come back from the load statement, read into the state of the core.

mod answer;
mod ledgers;
mod limits;
mod users;

use uuid::Uuid;

use crate::commit::Corrupt;
use crate::commit::failure::Failure;
use crate::commit::slots::{Column, SlotValue, Slots};
use crate::journal;
use crate::ledger::{Account, DayTotal, Hold, Key, LedgerCurrency, OwnCurrency, Side, Snapshot, TotalKey, Transaction};
use crate::money::{Currency, CurrencyCode};
use crate::record::{
    AccountStatus, KeyRecord, Record, Role, TransactionKind, TransactionRecord, TransactionRelation, TransactionStatus,
};
use crate::value::{Day, Metadata, TimeZone, Timestamp};

pub(in crate::commit) use answer::{AccountOverlay, status_number};

/// A row, and the columns that it is read from.
macro_rules! stored_rows {
    ($($(#[$doc:meta])* $row:ident from $alias:literal { $($field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            pub(super) struct $row { $($field: $type),+ }

            impl $row {
                pub(super) const COLUMNS: &[Column] =
                    &[$((concat!($alias, ".", stringify!($field)), <$type as SlotValue>::KIND)),+];

                /// Takes the values of the columns.
                pub(super) fn take(slots: &mut Slots<'_>) -> Result<Self, Failure> {
                    Ok(Self { $($field: slots.take()?),+ })
                }
            }
        )+
    };
}

stored_rows! {
    CurrencyRow from "c" {
        code: String, exponent: i64, name: Option<String>, created_at: i64, position: Option<i64>,
    }
    UserRow from "u" {
        id: String, full_name: Option<String>, email: Option<String>, time_zone: String, metadata: String,
        version: i64, created_at: i64, updated_at: i64, position: i64, stats_zone: String, stats_generation: i64,
        regroup_zone: Option<String>, regroup_generation: Option<i64>, regroup_after: Option<Uuid>,
        regroup_until: Option<Uuid>, erased_at: Option<i64>, erased_texts: Option<i64>, erasing: Option<String>,
        erasing_after: Option<Uuid>,
    }
    AccountRow from "a" {
        id: Uuid, owner: String, name: String, currency: String, balance: i64, held_out: i64, held_in: i64,
        minimum_balance: Option<i64>, status: String, seq: i64, metadata: String, version: i64, created_at: i64,
        updated_at: i64, position: i64,
    }
    TransactionRow from "t" {
        id: Uuid, kind: String, status: String, source_account_id: Uuid, source_owner: String,
        source_day_0: Option<i64>, source_day_1: Option<i64>, destination_account_id: Uuid,
        destination_owner: String, destination_day_0: Option<i64>, destination_day_1: Option<i64>, amount: i64,
        currency: String, transaction_date: i64, description: Option<String>, category: Option<String>,
        reference: Option<String>, metadata: String, parent_id: Option<Uuid>, relation: Option<String>,
        refunded: Option<i64>, captured: Option<i64>, expires_at: Option<i64>, version: i64, created_at: i64,
        updated_at: i64, first_position: i64, position: i64,
    }
    LimitRow from "m" {
        id: Uuid, name: String, owner: String, account_id: Option<Uuid>, currency: String, direction: String,
        period: String, max_amount: Option<i64>, max_count: Option<i64>, category: Option<String>, status: String,
        version: i64, created_at: i64, updated_at: i64, position: i64,
    }
    /// Who has a reference.
    HolderRow from "t" { reference: String, id: Uuid }
    AnswerRow from "i" {
        key: Uuid, fingerprint: Vec<u8>, status: i64, answer_position: i64, head_position: i64,
        overlay: Option<String>,
    }
    /// The event that an answer is read from.
    EventRow from "e" { kind: String, data: String, personal: Option<String> }
    KeyRow from "k" {
        id: Uuid, name: String, role: String, hash: Vec<u8>, prefix: String, created_at: i64, expires_at: Option<i64>,
        revoked_at: Option<i64>, position: i64,
    }
    /// The ledger of a key.
    KeyLedgerRow from "l" { name: String }
    /// Another ledger.
    KnownLedgerRow from "l" { id: i64, uuid: Uuid, name: String }
    /// A window of limits, by its number.
    UsageRow from "u" { number: i64, transactions: i64, high: i64, low: i64 }
    DayRow from "d" {
        owner: String, currency: String, generation: i64, day: i64, category: String, credit_total: i64,
        debit_total: i64,
    }
}

impl CurrencyRow {
    pub(super) fn read(self) -> Result<LedgerCurrency, Corrupt> {
        let code = CurrencyCode::from_stored(&self.code);
        let own = self.name.zip(self.position);
        Ok(LedgerCurrency {
            currency: Currency {
                code: code.ok_or_else(|| Corrupt::new(format_args!("{} is no currency", self.code)))?,
                exponent: u8::try_from(self.exponent).map_err(Corrupt::new)?,
            },
            created_at: Timestamp::from_micros(self.created_at),
            own: own.map(|(name, position)| OwnCurrency { name, position }),
        })
    }
}

impl EventRow {
    /// The transaction that the event recorded.
    pub(super) fn read_transaction(self) -> Result<TransactionRecord, Corrupt> {
        match journal::join(&self.kind, &self.data, self.personal.as_deref()) {
            Ok((Record::Transaction(record), _)) => Ok(record),
            Ok(_) => Err(Corrupt::new("an answer lists what is no transaction")),
            Err(error) => Err(Corrupt::new(error)),
        }
    }
}

impl HolderRow {
    pub(super) fn read(self) -> (String, Uuid) {
        (self.reference, self.id)
    }
}

impl DayRow {
    pub(super) fn read(self) -> Result<(TotalKey, DayTotal), Corrupt> {
        let currency = CurrencyCode::from_stored(&self.currency);
        let key = TotalKey {
            owner: self.owner,
            currency: currency.ok_or_else(|| Corrupt::new(format_args!("{} is no currency", self.currency)))?,
            generation: self.generation,
            day: read_day(self.day)?,
            category: self.category,
        };
        let total = DayTotal {
            credit_total: self.credit_total,
            debit_total: self.debit_total,
        };
        Ok((key, total))
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
        let days = |even: Option<i64>, odd: Option<i64>| -> Result<[Option<Day>; 2], Corrupt> {
            Ok([even.map(read_day).transpose()?, odd.map(read_day).transpose()?])
        };
        Ok(Transaction {
            id: self.id,
            kind: read_name(TransactionKind::from_name(&self.kind), &self.kind)?,
            status: read_name(TransactionStatus::from_name(&self.status), &self.status)?,
            source: Side {
                account_id: self.source_account_id,
                owner: self.source_owner,
                days: days(self.source_day_0, self.source_day_1)?,
            },
            destination: Side {
                account_id: self.destination_account_id,
                owner: self.destination_owner,
                days: days(self.destination_day_0, self.destination_day_1)?,
            },
            amount: self.amount,
            currency: read_currency(snapshot, &self.currency)?,
            transaction_date: Timestamp::from_micros(self.transaction_date),
            description: self.description,
            category: self.category,
            reference: self.reference,
            metadata: read_metadata(&self.metadata)?,
            parent_id: self.parent_id,
            relation: self
                .relation
                .map(|name| read_name(TransactionRelation::from_name(&name), &name))
                .transpose()?,
            refunded: self.refunded,
            hold: Hold::stored(self.captured, self.expires_at),
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            first_position: self.first_position,
            position: self.position,
        })
    }
}

impl KeyRow {
    pub(super) fn read(self, ledger: KeyLedgerRow) -> Result<Key, Corrupt> {
        let record = KeyRecord {
            id: self.id,
            name: self.name,
            role: read_name(Role::from_name(&self.role), &self.role)?,
            ledger: ledger.name,
            prefix: self.prefix,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        };
        Ok(Key {
            record,
            hash: read_hash(self.hash)?,
            position: self.position,
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
        serde_json::from_str(text).map_err(Corrupt::new)
    }
}

fn read_currency(snapshot: &Snapshot, code: &str) -> Result<Currency, Corrupt> {
    let known = CurrencyCode::from_stored(code).and_then(|code| snapshot.currencies.get(&code));
    known
        .map(|known| known.currency)
        .ok_or_else(|| Corrupt::new(format_args!("{code} is no currency of the ledger")))
}

fn read_name<T>(value: Option<T>, text: &str) -> Result<T, Corrupt> {
    value.ok_or_else(|| Corrupt::new(format_args!("{text} is no known name")))
}

fn read_hash(bytes: Vec<u8>) -> Result<[u8; 32], Corrupt> {
    bytes.try_into().map_err(|_| Corrupt::new("a hash has 32 bytes"))
}

fn read_day(days: i64) -> Result<Day, Corrupt> {
    i32::try_from(days).map(Day::from_days).map_err(Corrupt::new)
}
