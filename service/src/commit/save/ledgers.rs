//! The rows of ledgers: the one that a batch moves on, and those that it makes.

use super::rows::{day, json, micros};
use crate::commit::rows::Cell;
use crate::commit::seal::SealedBlock;
use crate::journal::GENESIS_HASH;
use crate::ledger::{Closing, LedgerSettings, LedgerSetup, NewLedger};
use crate::money::AmountText;
use crate::value::Timestamp;

pub(super) fn ledger_row(ledger_id: i64, block: &SealedBlock, closing: &Closing) -> Vec<Cell> {
    let header = &block.header;
    vec![
        ledger_id.into(),
        header.last_position.into(),
        header.height.into(),
        block.hash.into(),
        micros(header.recorded_at),
        day(closing.through),
        closing.version.into(),
        closing.updated_at.map(Timestamp::micros).into(),
        closing.position.into(),
    ]
}

/// What follows in the row of a ledger that is set up anew.
pub(super) fn setup_cells(setup: &LedgerSetup) -> Vec<Cell> {
    let [currency, minimum, rules] = settings_cells(&setup.settings);
    vec![
        currency,
        minimum,
        rules,
        setup.version.into(),
        micros(setup.updated_at),
        setup.position.into(),
    ]
}

pub(super) fn new_ledger_row(ledger: &NewLedger) -> Vec<Cell> {
    let setup = &ledger.setup;
    let [currency, minimum, rules] = settings_cells(&setup.settings);
    vec![
        ledger.id.into(),
        setup.uuid.into(),
        setup.name.as_str().into(),
        GENESIS_HASH.into(),
        currency,
        minimum,
        rules,
        ledger.secret.0.into(),
        micros(setup.created_at),
        ledger.created_position.into(),
    ]
}

fn settings_cells(settings: &LedgerSettings) -> [Cell; 3] {
    let minimum = settings.default_minimum_balance.as_ref().and_then(AmountText::shortest);
    [
        settings.default_currency.code.as_str().into(),
        minimum.into(),
        json(&settings.rules),
    ]
}
