//! Rows read into the state that the core knows, which makes their documents.

use std::fmt::Display;

use entity::{account, ledger, limit, transaction, user};

use super::currencies::Currencies;
use crate::LedgerError;
use crate::ledger::{Account, Hold, LedgerSettings, LedgerSetup, Limit, Scope, Side, Transaction};
use crate::money::{AmountText, Currency};
use crate::record::{
    AccountStatus, Direction, LimitStatus, LimitWindow, TransactionKind, TransactionRelation, TransactionStatus,
    UserRecord,
};
use crate::value::{Day, Metadata, Timestamp};

/// The state of the transaction that `row` holds.
pub(crate) fn transaction(row: transaction::Model, currencies: &Currencies) -> Result<Transaction, LedgerError> {
    let days = |even: Option<i64>, odd: Option<i64>| [even, odd].map(|day| day.map(day_of));
    Ok(Transaction {
        id: row.id,
        kind: named(&row.kind, TransactionKind::from_name)?,
        status: named(&row.status, TransactionStatus::from_name)?,
        source: Side {
            account_id: row.source_account_id,
            owner: row.source_owner,
            days: days(row.source_day_0, row.source_day_1),
        },
        destination: Side {
            account_id: row.destination_account_id,
            owner: row.destination_owner,
            days: days(row.destination_day_0, row.destination_day_1),
        },
        amount: row.amount,
        currency: currencies.find(&row.currency)?,
        transaction_date: Timestamp::from_micros(row.transaction_date),
        description: row.description,
        category: row.category,
        reference: row.reference,
        metadata: metadata(&row.metadata)?,
        parent_id: row.parent_id,
        relation: row
            .relation
            .map(|name| named(&name, TransactionRelation::from_name))
            .transpose()?,
        refunded: row.refunded,
        hold: Hold::stored(row.captured, row.expires_at),
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        first_position: row.first_position,
        position: row.position,
    })
}

/// The state of the account that `row` holds.
pub(crate) fn account(row: account::Model, currencies: &Currencies) -> Result<Account, LedgerError> {
    Ok(Account {
        id: row.id,
        owner: row.owner,
        name: row.name,
        currency: currencies.find(&row.currency)?,
        balance: row.balance,
        held_out: row.held_out,
        held_in: row.held_in,
        minimum_balance: row.minimum_balance,
        status: named(&row.status, AccountStatus::from_name)?,
        seq: row.seq,
        metadata: metadata(&row.metadata)?,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        position: row.position,
    })
}

/// The state of the limit that `row` holds.
pub(crate) fn limit(row: limit::Model, currencies: &Currencies) -> Result<Limit, LedgerError> {
    Ok(Limit {
        id: row.id,
        name: row.name,
        scope: Scope::stored(row.owner, row.account_id),
        currency: currencies.find(&row.currency)?,
        direction: named(&row.direction, Direction::from_name)?,
        window: named(&row.period, LimitWindow::from_name)?,
        max_amount: row.max_amount,
        max_count: row.max_count,
        category: row.category,
        status: named(&row.status, LimitStatus::from_name)?,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        position: row.position,
    })
}

/// How the ledger is set up that `row` holds.
pub(crate) fn ledger_setup(row: ledger::Model) -> Result<LedgerSetup, LedgerError> {
    let minimum = row.default_minimum_balance.as_deref();
    Ok(LedgerSetup {
        uuid: row.uuid,
        settings: ledger_settings(&row.default_currency, minimum, &row.settings)?,
        name: row.name,
        version: row.settings_version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.settings_updated_at.unwrap_or(row.created_at)),
        position: row.settings_position,
    })
}

/// The settings of a ledger as they are stored: a currency, a minimum in major units, and the rules as JSON.
pub(crate) fn ledger_settings(
    currency: &str,
    minimum: Option<&str>,
    rules: &str,
) -> Result<LedgerSettings, LedgerError> {
    let unreadable = |what: &dyn Display| LedgerError::Internal(format!("a ledger's settings cannot be read: {what}"));
    let minimum = minimum.map(AmountText::parse_signed).transpose();
    Ok(LedgerSettings {
        default_currency: Currency::parse(currency).map_err(|error| unreadable(&error))?,
        default_minimum_balance: minimum.map_err(|error| unreadable(&error))?,
        rules: serde_json::from_str(rules).map_err(|error| unreadable(&error))?,
    })
}

/// The document of the user that `row` holds.
pub(crate) fn user_record(row: user::Model) -> Result<UserRecord, LedgerError> {
    Ok(UserRecord {
        id: row.id,
        full_name: row.full_name,
        email: row.email,
        time_zone: row.time_zone,
        metadata: UserRecord::shown_metadata(metadata(&row.metadata)?, row.erased_at.is_some()),
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        erased_at: row.erased_at.map(Timestamp::from_micros),
        erased_texts: row.erased_texts.map(|texts| texts == 1),
    })
}

/// A day as it is stored; every one that is fits.
pub(crate) fn day_of(days: i64) -> Day {
    Day::from_days(i32::try_from(days).unwrap_or_default())
}

/// A value of an enum as it is stored.
pub(crate) fn named<T>(text: &str, from_name: impl Fn(&str) -> Option<T>) -> Result<T, LedgerError> {
    from_name(text).ok_or_else(|| LedgerError::Internal(format!("the database holds an unknown name: {text:?}")))
}

/// Metadata as it is stored.
pub(super) fn metadata(text: &str) -> Result<Metadata, LedgerError> {
    serde_json::from_str(text)
        .map_err(|error| LedgerError::Internal(format!("stored metadata cannot be read: {error}")))
}
