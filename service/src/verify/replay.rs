//! One account, followed from its making through its entries and events to its row.

use entity::{account, entry, event};

use super::erasures::Fate;
use super::holdings::Held;
use super::movements::{Line, Lines, Movements};
use super::{Audit, Invariant};
use crate::money::{AmountText, Currency};
use crate::query::{Currencies, rows};
use crate::record::{AccountRecord, AccountStatus};
use crate::value::Metadata;

/// An event of the account: its document, in minor units where sums are made with it.
pub(super) struct Point {
    record: AccountRecord,
    position: i64,
    recorded_at: i64,
    balance: i64,
    minimum: Option<i64>,
}

impl Point {
    /// What the event tells; `None` where its amounts cannot be read.
    pub(super) fn new(record: AccountRecord, event: &event::Model, currencies: &Currencies) -> Option<Self> {
        let currency = currencies.find(record.currency.as_str()).ok()?;
        Some(Self {
            balance: minor_units(&record.balance, currency)?,
            minimum: match &record.minimum_balance {
                Some(text) => Some(minor_units(text, currency)?),
                None => None,
            },
            record,
            position: event.position,
            recorded_at: event.recorded_at,
        })
    }
}

fn minor_units(text: &str, currency: Currency) -> Option<i64> {
    AmountText::parse_signed(text).ok()?.minor_units(currency).ok()
}

/// The lines of one command.
struct Command {
    position: i64,
    balance_before: i128,
}

/// The account as far as it was followed.
pub(super) struct Replay<'a> {
    row: &'a account::Model,
    newest: Option<Point>,
    command: Option<Command>,
    lines: Lines,
    seq: i64,
    sum: i128,
    /// Commands that changed the account after it was made, its making apart.
    changes: i64,
    recorded_at: i64,
    /// Of the newest entry.
    position: i64,
}

impl<'a> Replay<'a> {
    pub(super) fn new(row: &'a account::Model) -> Self {
        Self {
            row,
            newest: None,
            command: None,
            lines: Lines::default(),
            seq: 0,
            sum: 0,
            changes: 0,
            recorded_at: 0,
            position: 0,
        }
    }

    /// Goes on to the making of the account.
    pub(super) fn turn(&mut self, audit: &mut Audit<'_>, point: Point) {
        let (id, position) = (self.row.id, point.position);
        let follows = self
            .newest
            .as_ref()
            .is_none_or(|newest| newest.position < position && newest.record.version < point.record.version);
        audit.require(follows, Invariant::Documents, || {
            format!("event {position} is of an older version of account {id} than the event before it")
        });
        let told = i128::from(point.balance);
        let sum = self.sum;
        audit.require(told == sum, Invariant::Balances, || {
            format!("event {position} tells a balance of {told} of account {id}, whose entries then sum to {sum}")
        });
        self.recorded_at = point.recorded_at;
        self.newest = Some(point);
    }

    /// Goes on to a change of the account, if its event can be read.
    pub(super) fn turn_to(&mut self, audit: &mut Audit<'_>, point: Option<Point>) {
        self.end_command(audit);
        self.changes = self.changes.saturating_add(1);
        if let Some(point) = point {
            self.turn(audit, point);
        }
    }

    /// Goes on to the next entry.
    pub(super) fn post(&mut self, audit: &mut Audit<'_>, entry: &entry::Model, told: &mut Movements) {
        let (id, seq) = (self.row.id, entry.seq);
        let expected = self.seq.saturating_add(1);
        let position = entry.position;
        audit.require_at(position, position >= self.position, Invariant::Balances, || {
            format!("entry {seq} of account {id} belongs to event {position}, the entry before it to a later one")
        });
        let is_second = position == self.position;
        self.position = position;
        audit.require_at(position, seq == expected, Invariant::Balances, || {
            format!("entry {seq} of account {id} comes where entry {expected} should")
        });
        if self
            .command
            .as_ref()
            .is_none_or(|command| command.position != entry.position)
        {
            self.begin_command(audit, entry);
        }
        self.seq = seq;
        self.sum = self.sum.saturating_add(entry.amount.into());
        let sum = self.sum;
        audit.require_at(position, i128::from(entry.balance) == sum, Invariant::Balances, || {
            format!(
                "entry {seq} of account {id} tells a balance of {}, the entries up to it sum to {sum}",
                entry.balance
            )
        });
        self.recorded_at = entry.recorded_at;
        told.find(&Line::of(entry, is_second), &mut self.lines);
    }

    fn begin_command(&mut self, audit: &mut Audit<'_>, entry: &entry::Model) {
        self.end_command(audit);
        let (id, position) = (self.row.id, entry.position);
        self.changes = self.changes.saturating_add(1);
        self.command = Some(Command {
            position,
            balance_before: self.sum,
        });
        let status = self.newest.as_ref().map(|newest| newest.record.status);
        let is_open = status.is_none_or(|status| status == AccountStatus::Open);
        audit.require(is_open, Invariant::Limits, || {
            let status = status.map_or("closed", AccountStatus::as_str);
            format!("event {position} moved money of account {id} while it was {status}")
        });
    }

    /// Only a command that lowers what is available is held to the minimum, and only for the whole of it.
    fn end_command(&mut self, audit: &mut Audit<'_>) {
        let Some(command) = self.command.take() else { return };
        let (id, sum) = (self.row.id, self.sum);
        let minimum = self.newest.as_ref().and_then(|newest| newest.minimum);
        if let Some(minimum) = minimum {
            let is_kept = sum >= command.balance_before || sum >= i128::from(minimum);
            audit.require(is_kept, Invariant::Limits, || {
                let position = command.position;
                format!("event {position} lowered account {id} to {sum}, below its minimum of {minimum}")
            });
        }
    }

    /// Holds the account's row against what was followed, and against what the transactions tell: lines, and what is kept.
    pub(super) fn finish(mut self, audit: &mut Audit<'_>, told: Lines, held: Held) {
        self.end_command(audit);
        self.changes = self.changes.saturating_add(held.commands);
        self.recorded_at = self.recorded_at.max(held.recorded_at);
        let (row, id) = (self.row, self.row.id);
        audit.require(row.seq == self.seq, Invariant::Balances, || {
            format!("account {id} counts {} entries, its newest is {}", row.seq, self.seq)
        });
        audit.require(i128::from(row.balance) == self.sum, Invariant::Balances, || {
            format!(
                "account {id} has a balance of {}, its entries sum to {}",
                row.balance, self.sum
            )
        });
        audit.require(told == self.lines, Invariant::Balances, || {
            let (found, told) = (self.lines.count, told.count);
            format!("the {found} entries of account {id} are not the {told} that the events of its transactions tell")
        });
        self.check_held(audit, held);
        // The posting that an account was made for is a part of its making.
        let by_changes = i64::saturating_add(self.changes, 1);
        let is_counted = row.version == by_changes || (row.version == self.changes && row.version >= 1);
        audit.require(is_counted, Invariant::Documents, || {
            format!(
                "account {id} is at version {}, {} commands changed it",
                row.version, self.changes
            )
        });
        self.check_row(audit);
    }

    /// What is kept is what the open holds keep, and was there to be kept.
    fn check_held(&self, audit: &mut Audit<'_>, held: Held) {
        let (row, id) = (self.row, self.row.id);
        let kept = (i128::from(row.held_out), i128::from(row.held_in));
        audit.require(kept == (held.held_out, held.held_in), Invariant::Limits, || {
            let (out, coming) = kept;
            format!(
                "account {id} keeps {out} going out and {coming} coming in, its holds {} and {}",
                held.held_out, held.held_in
            )
        });
        if let Some(minimum) = row.minimum_balance {
            let available = i128::from(row.balance).saturating_sub(row.held_out.into());
            audit.require(available >= i128::from(minimum), Invariant::Limits, || {
                format!("account {id} has {available} available, below its minimum of {minimum}")
            });
        }
    }

    /// What postings and holds change of an account no event of it records: the rest must be as the newest one does.
    fn check_row(&self, audit: &mut Audit<'_>) {
        let (row, id) = (self.row, self.row.id);
        let Some(newest) = &self.newest else { return };
        let detail = match rows::account(row.clone(), &audit.currencies) {
            Ok(account) => {
                let record = account.record();
                let mut recorded = AccountRecord {
                    balance: record.balance.clone(),
                    held_out: record.held_out.clone(),
                    held_in: record.held_in.clone(),
                    available: record.available.clone(),
                    version: record.version,
                    updated_at: record.updated_at,
                    ..newest.record.clone()
                };
                // The row is cleared in the same commit as the event, so that nothing but this can be there beside it.
                if record != recorded && audit.erasures.fate_of_account(&recorded, newest.position) == Fate::Clearing {
                    recorded.metadata = Metadata::default();
                }
                let is_dated = row.updated_at == self.recorded_at && row.version >= newest.record.version;
                if record == recorded && is_dated && row.position == newest.position {
                    return;
                }
                format!(
                    "account {id} is not as its newest event {} recorded it",
                    newest.position
                )
            }
            Err(error) => format!("account {id} cannot be read: {error}"),
        };
        audit.fail(Invariant::Documents, detail);
    }
}
