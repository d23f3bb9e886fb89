//! Statistics, from the counts and sums that every commit keeps: a transaction is never read.
//!
//! Of all time they are a look-up per currency and category, however many transactions there are; of a range of days
//! they cost its days.

mod figures;
mod sql;
mod sums;

use std::collections::BTreeMap;

use super::currencies::Currencies;
use super::{Interval, Reader, StatisticsQuery};
use crate::ledger::LEDGER_OWNER;
use crate::money::CurrencyCode;
use crate::record::{CurrencyStatistics, StatisticsRecord};
use crate::value::Day;
use crate::{LedgerError, Resource};
use figures::Gathered;
use sql::{Part, Row};

impl Reader<'_> {
    /// Statistics of a user or of the whole ledger.
    pub(crate) async fn find_statistics(&self, query: &StatisticsQuery) -> Result<StatisticsRecord, LedgerError> {
        match &query.user_id {
            Some(id) => self.check_user(id)?,
            None => self.check_whole()?,
        }
        let owner = query.user_id.as_ref().map_or(LEDGER_OWNER, |id| id.as_str());
        let shape = Shape {
            of_user: query.user_id.is_some(),
            currency: query.currency.map(|currency| currency.code),
            from: query.from,
            to: query.to,
            interval: query.interval,
        };
        let rows = sql::read(self.db, self.ledger.id, owner, shape).await?;
        let Some(zone) = rows.iter().find(|row| Part::of(row) == Some(Part::Zone)) else {
            return Err(LedgerError::NotFound(Resource::User));
        };
        let codes = rows.iter().filter(|row| Part::of(row) != Some(Part::Zone));
        let currencies = self.currencies(codes.map(|row| row.name.as_str())).await?;
        Ok(StatisticsRecord {
            user_id: query.user_id.as_ref().map(|id| id.as_str().to_owned()),
            time_zone: zone.name.clone(),
            from: query.from,
            to: query.to,
            currencies: assemble(&rows, shape, &currencies)?,
        })
    }
}

/// What is asked for, but whose.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    of_user: bool,
    currency: Option<CurrencyCode>,
    from: Option<Day>,
    to: Option<Day>,
    interval: Option<Interval>,
}

impl Shape {
    fn has_range(self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether single days are to be read: for a series, and for the busiest day of a range.
    fn needs_days(self) -> bool {
        self.has_range() || self.interval.is_some()
    }
}

/// Statistics by currency, in alphabetical order; a currency without a transaction is left out.
fn assemble(rows: &[Row], shape: Shape, currencies: &Currencies) -> Result<Vec<CurrencyStatistics>, LedgerError> {
    let mut gathered: BTreeMap<&str, Gathered> = BTreeMap::new();
    for row in rows {
        match Part::of(row) {
            Some(Part::Zone) | None => {}
            Some(part) => gathered.entry(&row.name).or_default().add(part, row),
        }
    }
    gathered
        .into_iter()
        .filter(|(_, gathered)| !gathered.is_empty())
        .map(|(code, gathered)| Ok(gathered.record(currencies.find(code)?, shape.interval)))
        .collect()
}
