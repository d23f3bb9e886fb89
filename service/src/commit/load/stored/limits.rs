//! Limits, and what was used of them.

use super::{LimitRow, UsageRow, read_currency, read_name};
use crate::commit::Corrupt;
use crate::ledger::{Limit, Scope, Snapshot, Usage, join_total};
use crate::record::{Direction, LimitStatus, LimitWindow};
use crate::value::Timestamp;

impl LimitRow {
    pub(in crate::commit::load) fn read(self, snapshot: &Snapshot) -> Result<Limit, Corrupt> {
        Ok(Limit {
            id: self.id,
            name: self.name,
            scope: Scope::stored(self.owner, self.account_id),
            currency: read_currency(snapshot, &self.currency)?,
            direction: read_name(Direction::from_name(&self.direction), &self.direction)?,
            window: read_name(LimitWindow::from_name(&self.period), &self.period)?,
            max_amount: self.max_amount,
            max_count: self.max_count,
            category: self.category,
            status: read_name(LimitStatus::from_name(&self.status), &self.status)?,
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            position: self.position,
        })
    }
}

impl UsageRow {
    pub(in crate::commit::load) fn read(&self) -> (i64, Usage) {
        let usage = Usage {
            count: self.transactions,
            amount: join_total(self.high, self.low),
        };
        (self.number, usage)
    }
}
