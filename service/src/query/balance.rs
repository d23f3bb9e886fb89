//! The balance of an account in time: as it was recorded, and by the dates of its transactions.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use super::statement::Movements;
use super::{BalanceTime, Reader};
use crate::record::AccountBalanceRecord;
use crate::value::Timestamp;
use crate::{LedgerError, Resource};

/// The balance after the newest entry that was recorded by a time; entries are recorded in the order of their numbers, so
/// it is found by halving: as many look-ups by key as the number of entries has bits. Parameters: ledger, account, time.
///
/// Of the entries `low` and `high`, the first was recorded in time, or is none; whatever is beyond the second was not.
const AS_RECORDED: &str = "
WITH RECURSIVE search (low, high) AS (
    SELECT CAST(0 AS BIGINT), seq FROM accounts WHERE ledger_id = $1 AND id = $2
    UNION ALL
    SELECT CASE WHEN e.recorded_at <= $3 THEN e.seq ELSE s.low END,
        CASE WHEN e.recorded_at <= $3 THEN s.high ELSE e.seq - 1 END
    FROM search s JOIN entries e ON e.ledger_id = $1 AND e.account_id = $2 AND e.seq = (s.low + s.high + 1) / 2
    WHERE s.low < s.high)
SELECT CAST(COALESCE(e.balance, 0) AS BIGINT) AS balance
FROM search s LEFT JOIN entries e ON e.ledger_id = $1 AND e.account_id = $2 AND e.seq = s.low
WHERE s.low = s.high";

#[derive(FromQueryResult)]
struct Row {
    balance: i64,
}

impl Reader<'_> {
    /// The balance of an account at a time.
    pub(crate) async fn find_balance(&self, id: Uuid, time: BalanceTime) -> Result<AccountBalanceRecord, LedgerError> {
        let account = self.find_account_row(id).await?;
        let currencies = self.currencies([account.currency.as_str()]).await?;
        let currency = currencies.find(&account.currency)?;
        let (balance, as_of, effective_at) = match time {
            BalanceTime::Now => (account.balance.into(), None, None),
            BalanceTime::AsOf(time) => (self.recorded_balance(id, time).await?.into(), Some(time), None),
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

    async fn recorded_balance(&self, id: Uuid, time: Timestamp) -> Result<i64, LedgerError> {
        let values = [self.ledger.id.into(), id.into(), time.micros().into()];
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, AS_RECORDED, values);
        let row = Row::find_by_statement(statement).one(self.db).await?;
        row.map(|row| row.balance)
            .ok_or(LedgerError::NotFound(Resource::Account))
    }
}
