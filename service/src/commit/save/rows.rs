//! The rows of the tables, cell by cell in the order of each table's columns; those of the statistics are in `totals`.

use crate::commit::Corrupt;
use crate::commit::load::{AccountOverlay, status_number};
use crate::commit::rows::Cell;
use crate::commit::seal::{SealedBlock, SealedEvent};
use crate::journal::SCHEMA_VERSION;
use crate::ledger::{Account, Entry, Event, Key, LedgerCurrency, Limit, Side, StoredAnswer, Transaction, User, search};
use crate::record::{Record, TransactionRelation};
use crate::value::{Day, Timestamp};

pub(super) fn micros(at: Timestamp) -> Cell {
    at.micros().into()
}

pub(super) fn day(day: Option<Day>) -> Cell {
    day.map(|day| i64::from(day.days())).into()
}

pub(super) fn json(value: &impl serde::Serialize) -> Cell {
    // Metadata is a map of text to text, which always has a JSON form.
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned()).into()
}

pub(super) fn currency_row(ledger_id: i64, known: &LedgerCurrency) -> Vec<Cell> {
    let own = known.own.as_ref();
    vec![
        ledger_id.into(),
        known.currency.code.as_str().into(),
        i64::from(known.currency.exponent).into(),
        own.map(|own| own.name.as_str()).into(),
        micros(known.created_at),
        own.map(|own| own.position).into(),
    ]
}

pub(super) fn limit_row(ledger_id: i64, limit: &Limit) -> Vec<Cell> {
    vec![
        ledger_id.into(),
        limit.id.into(),
        limit.name.as_str().into(),
        limit.scope.owner().into(),
        limit.scope.account_id().into(),
        limit.currency.code.as_str().into(),
        limit.direction.as_str().into(),
        limit.window.as_str().into(),
        limit.max_amount.into(),
        limit.max_count.into(),
        limit.category.as_deref().into(),
        limit.status.as_str().into(),
        limit.version.into(),
        micros(limit.created_at),
        micros(limit.updated_at),
        limit.position.into(),
    ]
}

pub(super) fn user_row(ledger_id: i64, user: &User) -> Vec<Cell> {
    let search = search::text_of_user(&user.id, user.full_name.as_deref(), user.email.as_deref());
    let coming = user.regrouping.as_ref();
    vec![
        ledger_id.into(),
        user.id.as_str().into(),
        user.full_name.as_deref().into(),
        user.email.as_deref().into(),
        user.time_zone.name().into(),
        json(&user.metadata),
        search.into(),
        user.version.into(),
        micros(user.created_at),
        micros(user.updated_at),
        user.position.into(),
        user.grouping.zone.name().into(),
        user.grouping.generation.into(),
        coming.map(|regrouping| regrouping.grouping.zone.name()).into(),
        coming.map(|regrouping| regrouping.grouping.generation).into(),
        coming.and_then(|regrouping| regrouping.after).into(),
        coming.map(|regrouping| regrouping.until).into(),
        user.erasure.map(|erasure| erasure.at.micros()).into(),
        user.erasure.map(|erasure| i64::from(erasure.texts)).into(),
        user.erasing.map(|erasing| erasing.stage.as_str()).into(),
        user.erasing.and_then(|erasing| erasing.after).into(),
    ]
}

pub(super) fn account_row(ledger_id: i64, account: &Account) -> Vec<Cell> {
    vec![
        ledger_id.into(),
        account.id.into(),
        account.owner.as_str().into(),
        account.name.as_str().into(),
        account.currency.code.as_str().into(),
        account.balance.into(),
        account.held_out.into(),
        account.held_in.into(),
        account.minimum_balance.into(),
        account.status.as_str().into(),
        account.seq.into(),
        json(&account.metadata),
        account.version.into(),
        micros(account.created_at),
        micros(account.updated_at),
        account.position.into(),
    ]
}

pub(super) fn account_state_row(ledger_id: i64, account: &Account) -> Vec<Cell> {
    vec![
        ledger_id.into(),
        account.id.into(),
        account.balance.into(),
        account.held_out.into(),
        account.held_in.into(),
        account.minimum_balance.into(),
        account.status.as_str().into(),
        account.seq.into(),
        json(&account.metadata),
        account.version.into(),
        micros(account.updated_at),
        account.position.into(),
    ]
}

pub(super) fn transaction_row(ledger_id: i64, transaction: &Transaction) -> Vec<Cell> {
    let (description, category) = (transaction.description.as_deref(), transaction.category.as_deref());
    let reference = transaction.reference.as_deref();
    let [source, destination] = [&transaction.source, &transaction.destination].map(side_cells);
    let mut row = vec![
        ledger_id.into(),
        transaction.id.into(),
        transaction.kind.as_str().into(),
        transaction.status.as_str().into(),
    ];
    row.extend(source);
    row.extend(destination);
    row.extend([
        transaction.amount.into(),
        transaction.currency.code.as_str().into(),
        micros(transaction.transaction_date),
        description.into(),
        category.into(),
        reference.into(),
        json(&transaction.metadata),
        search::text_of_transaction(description, reference, category).into(),
        transaction.parent_id.into(),
        transaction.relation.map(TransactionRelation::as_str).into(),
        transaction.refunded.into(),
        transaction.hold.map(|hold| hold.captured).into(),
        transaction
            .hold
            .and_then(|hold| hold.expires_at)
            .map(Timestamp::micros)
            .into(),
        transaction.version.into(),
        micros(transaction.created_at),
        micros(transaction.updated_at),
        transaction.first_position.into(),
        transaction.position.into(),
    ]);
    row
}

fn side_cells(side: &Side) -> [Cell; 4] {
    let [even, odd] = side.days;
    [side.account_id.into(), side.owner.as_str().into(), day(even), day(odd)]
}

pub(super) fn key_row(ledger_id: i64, key: &Key) -> Vec<Cell> {
    let record = &key.record;
    vec![
        record.id.into(),
        ledger_id.into(),
        record.name.as_str().into(),
        record.role.as_str().into(),
        key.hash.into(),
        record.prefix.as_str().into(),
        micros(record.created_at),
        record.expires_at.map(Timestamp::micros).into(),
        record.revoked_at.map(Timestamp::micros).into(),
        key.position.into(),
    ]
}

pub(super) fn answer_row(ledger_id: i64, stored: &StoredAnswer, recorded_at: Timestamp) -> Result<Vec<Cell>, Corrupt> {
    let overlay = match &stored.answer.record {
        Record::Account(record) => Some(serde_json::to_string(&AccountOverlay::of(record)).map_err(Corrupt::new)?),
        Record::Batch(_) => Some(serde_json::to_string(&stored.positions).map_err(Corrupt::new)?),
        _ => None,
    };
    Ok(vec![
        ledger_id.into(),
        stored.key.into(),
        stored.fingerprint.into(),
        status_number(stored.answer.status).into(),
        stored.answer_position.into(),
        stored.answer.position.unwrap_or(stored.answer_position).into(),
        overlay.into(),
        micros(recorded_at),
    ])
}

pub(super) fn entry_row(ledger_id: i64, entry: &Entry, recorded_at: Timestamp) -> Vec<Cell> {
    vec![
        ledger_id.into(),
        entry.account_id.into(),
        entry.seq.into(),
        entry.transaction_id.into(),
        entry.transaction_version.into(),
        entry.amount.into(),
        entry.balance.into(),
        micros(entry.transaction_date),
        micros(recorded_at),
        entry.position.into(),
    ]
}

pub(super) fn event_row(ledger_id: i64, event: &Event, sealed: &SealedEvent, recorded_at: Timestamp) -> Vec<Cell> {
    vec![
        ledger_id.into(),
        event.position.into(),
        event.kind.into(),
        event.subject.as_str().into(),
        event.subject_version.into(),
        event.actor.as_str().into(),
        event.request_id.as_str().into(),
        SCHEMA_VERSION.into(),
        sealed.data.as_str().into(),
        sealed.personal.as_str().into(),
        sealed.salt.clone().into(),
        sealed.commitment.into(),
        micros(recorded_at),
    ]
}

pub(super) fn block_row(ledger_id: i64, block: &SealedBlock) -> Vec<Cell> {
    let header = &block.header;
    vec![
        ledger_id.into(),
        header.height.into(),
        header.first_position.into(),
        header.last_position.into(),
        micros(header.recorded_at),
        header.root.into(),
        block.hash.into(),
        header.previous_hash.into(),
    ]
}
