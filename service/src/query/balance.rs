//! The balance of an account in time: as it was recorded, and by the dates of its transactions.

use entity::account;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use super::statement::Movements;
use super::{BalanceTime, Reader};
use crate::LedgerError;
use crate::record::AccountBalanceRecord;
use crate::value::Timestamp;

/// The balance after the newest of the first `$4` entries that was recorded by a time. Entries are recorded in the order
/// of their numbers, so it is found by halving: from `found` on a `step` is taken where the entry there was in time, and
/// each step is half of the one before. As many look-ups by key as the number of entries has bits; each is a subquery of
/// its own, since a planner that knows nothing of the table would join it by reading every entry of the account.
/// Parameters: ledger, account, time, entries, first step.
const AS_RECORDED: &str = "
WITH RECURSIVE search (found, step) AS (
    SELECT CAST(0 AS BIGINT), CAST($5 AS BIGINT)
    UNION ALL
    SELECT CASE WHEN s.found + s.step <= $4 AND (
            SELECT e.recorded_at FROM entries e
            WHERE e.ledger_id = $1 AND e.account_id = $2 AND e.seq = s.found + s.step) <= $3
        THEN s.found + s.step ELSE s.found END, s.step / 2
    FROM search s WHERE s.step > 0)
SELECT (SELECT e.balance FROM entries e WHERE e.ledger_id = $1 AND e.account_id = $2 AND e.seq = s.found) AS balance
FROM search s WHERE s.step = 0";

#[derive(FromQueryResult)]
struct Row {
    /// Absent before the first entry.
    balance: Option<i64>,
}

impl Reader<'_> {
    /// The balance of an account at a time.
    pub(crate) async fn find_balance(&self, id: Uuid, time: BalanceTime) -> Result<AccountBalanceRecord, LedgerError> {
        let account = self.find_account_row(id).await?;
        let currencies = self.currencies([account.currency.as_str()]).await?;
        let currency = currencies.find(&account.currency)?;
        let (balance, as_of, effective_at) = match time {
            BalanceTime::Now => (account.balance.into(), None, None),
            BalanceTime::AsOf(time) => (self.recorded_balance(&account, time).await?.into(), Some(time), None),
            BalanceTime::EffectiveAt(time) => {
                let movements = Movements {
                    db: self.db,
                    ledger_id: self.ledger.id,
                    account_id: id,
                    owner: &account.owner,
                };
                (movements.balance_at(time).await?, None, Some(time))
            }
        };
        Ok(AccountBalanceRecord {
            account_id: id,
            currency: currency.code,
            balance: currency.format(balance),
            as_of,
            effective_at,
        })
    }

    async fn recorded_balance(&self, account: &account::Model, time: Timestamp) -> Result<i64, LedgerError> {
        let bits = account.seq.checked_ilog2();
        let first_step = bits.map_or(0, |bits| 2_i64.saturating_pow(bits));
        let values = [
            self.ledger.id.into(),
            account.id.into(),
            time.micros().into(),
            account.seq.into(),
            first_step.into(),
        ];
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, AS_RECORDED, values);
        let row = Row::find_by_statement(statement).one(self.db).await?;
        Ok(row.and_then(|row| row.balance).unwrap_or_default())
    }
}
