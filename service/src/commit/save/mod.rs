//! What a decided batch leaves in the database: one write per table, empty ones left out.

mod ledgers;
mod rows;
mod totals;

use super::Corrupt;
use super::seal::{SealedBlock, SealedEvent};
use super::tables::{self, Mode, Write};
use crate::ledger::{Key, Limit, Snapshot, Transaction, User};
use crate::value::Timestamp;
use ledgers::{ledger_row, new_ledger_row, setup_cells};
use rows::{
    account_row, account_state_row, answer_row, block_row, currency_row, entry_row, event_row, key_row, limit_row,
    transaction_row, user_row,
};
use totals::busiest_writes;

pub(super) use totals::total_writes;

/// What must be written before all else: a reference that one transaction gave up, another may have taken, and neither
/// the parts of a statement nor the rows of a part are written in an order that anybody promises.
pub(super) fn releases(snapshot: &Snapshot) -> Vec<Write> {
    let id = snapshot.ledger.id;
    let released = snapshot
        .released
        .iter()
        .map(|holder| vec![id.into(), (*holder).into(), None::<&str>.into()]);
    non_empty(vec![Write::new(tables::TRANSACTION_REFERENCES, Mode::Update, released)])
}

/// What the batch's records are now, with the entries that led there, and the answers that were given.
pub(super) fn records(snapshot: &Snapshot, recorded_at: Timestamp) -> Result<Vec<Write>, Corrupt> {
    let id = snapshot.ledger.id;
    let users = |user: &User| user_row(id, user);
    let transactions = |transaction: &Transaction| transaction_row(id, transaction);
    let keys = |key: &Key| key_row(id, key);
    let limits = |limit: &Limit| limit_row(id, limit);
    let answers = snapshot
        .answers
        .inserted()
        .map(|answer| answer_row(id, answer, recorded_at));
    let answers = answers.collect::<Result<Vec<_>, _>>()?;
    Ok(non_empty(vec![
        Write::new(tables::USERS, Mode::Update, snapshot.users.updated().map(users)),
        Write::new(
            tables::ACCOUNT_STATES,
            Mode::Update,
            snapshot.accounts.updated().map(|a| account_state_row(id, a)),
        ),
        Write::new(
            tables::TRANSACTIONS,
            Mode::Update,
            snapshot.transactions.updated().map(transactions),
        ),
        Write::new(tables::API_KEYS, Mode::Update, snapshot.keys.updated().map(keys)),
        Write::new(tables::LIMITS, Mode::Update, snapshot.limits.updated().map(limits)),
        Write::new(
            tables::CURRENCIES,
            Mode::Insert,
            snapshot.currencies.inserted().map(|known| currency_row(id, known)),
        ),
        Write::new(tables::USERS, Mode::Insert, snapshot.users.inserted().map(users)),
        Write::new(
            tables::ACCOUNTS,
            Mode::Insert,
            snapshot.accounts.inserted().map(|a| account_row(id, a)),
        ),
        Write::new(
            tables::TRANSACTIONS,
            Mode::Insert,
            snapshot.transactions.inserted().map(transactions),
        ),
        Write::new(
            tables::NEW_LEDGERS,
            Mode::Insert,
            snapshot.new_ledgers.iter().map(new_ledger_row),
        ),
        Write::new(tables::API_KEYS, Mode::Insert, snapshot.keys.inserted().map(keys)),
        Write::new(tables::LIMITS, Mode::Insert, snapshot.limits.inserted().map(limits)),
        Write::new(tables::IDEMPOTENCY_KEYS, Mode::Insert, answers),
        Write::new(
            tables::ENTRIES,
            Mode::Insert,
            snapshot.entries.iter().map(|e| entry_row(id, e, recorded_at)),
        ),
    ]))
}

/// What the batch recorded: its events in their block, the ledger's row, and the statistics.
pub(super) fn journal(
    snapshot: &Snapshot,
    events: &[SealedEvent],
    block: Option<&SealedBlock>,
    recorded_at: Timestamp,
) -> Result<Vec<Write>, Corrupt> {
    let id = snapshot.ledger.id;
    let mut writes = vec![Write::new(
        tables::EVENTS,
        Mode::Insert,
        snapshot
            .events
            .iter()
            .zip(events)
            .map(|(event, sealed)| event_row(id, event, sealed, recorded_at)),
    )];
    writes.extend(total_writes(id, &snapshot.totals)?);
    if let Some(block) = block {
        writes.push(Write::new(tables::BLOCKS, Mode::Insert, [block_row(id, block)]));
        let mut row = ledger_row(id, block, &snapshot.ledger.closing);
        let mut table = tables::LEDGERS;
        if snapshot.is_set_up_anew() {
            row.extend(setup_cells(&snapshot.ledger.setup));
            table = tables::LEDGER_SETTINGS;
        }
        writes.push(Write::new(table, Mode::Update, [row]));
    }
    Ok(non_empty(writes))
}

/// Those that write anything.
fn non_empty(mut writes: Vec<Write>) -> Vec<Write> {
    writes.retain(|write| !write.rows.is_empty());
    writes
}

/// What is written once all else is: it looks at what was written.
pub(super) fn busiest_days(snapshot: &Snapshot) -> Result<Vec<Write>, Corrupt> {
    Ok(non_empty(busiest_writes(snapshot.ledger.id, &snapshot.totals)?))
}
