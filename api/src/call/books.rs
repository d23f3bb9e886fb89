//! The ledger that a call is about.

use std::sync::Arc;

use actix_web::http::Method;

use service::ledger::LedgerRules;
use service::money::CurrencyCode;
use service::query::Currencies;
use service::{Ledger, LedgerError};

use super::{Call, Demand, Incoming};
use crate::endpoint::within;
use crate::problem::Problem;

impl Call {
    /// The ledger that the request is about; looked up late, since its absence is a 404.
    ///
    /// # Errors
    /// `ledger_not_found`; 503.
    pub(crate) async fn ledger(&self) -> Result<Arc<Ledger>, Problem> {
        Ok(within(self.incoming.deadline(), self.daybook().ledger(&self.ledger_name)).await??)
    }

    /// The same call, about the ledger called `name`: whose header named another is not asked about that.
    ///
    /// # Errors
    /// 503.
    pub(crate) async fn in_ledger(mut self, name: &str) -> Result<Self, Problem> {
        self.ledger_name = name.to_owned();
        self.rules = rules_of(&self.incoming, name, &self.demand).await?;
        Ok(self)
    }

    /// Those of `codes` that are currencies of the ledger's own. Most requests name none, and do not ask the ledger.
    ///
    /// # Errors
    /// 503.
    pub(super) async fn currencies<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Result<Currencies, Problem> {
        let is_own = |code: &&str| CurrencyCode::parse_own(code).is_ok();
        let own: Vec<&str> = codes.into_iter().filter(is_own).collect();
        if own.is_empty() {
            return Ok(Currencies::default());
        }
        let found = async {
            let ledger = self.daybook().ledger(&self.ledger_name).await?;
            self.daybook().currencies(&ledger, own).await
        };
        match within(self.incoming.deadline(), found).await? {
            // That it is not there is told in its turn.
            Err(LedgerError::NotFound(_)) => Ok(Currencies::default()),
            found => Ok(found?),
        }
    }
}

/// What a write to the ledger called `name` must have. That there is no such ledger is told in its turn.
pub(super) async fn rules_of(incoming: &Incoming, name: &str, demand: &Demand) -> Result<LedgerRules, Problem> {
    if demand.method == Method::GET {
        return Ok(LedgerRules::default());
    }
    match within(incoming.deadline(), incoming.state.daybook.ledger(name)).await? {
        Ok(ledger) => Ok(ledger.rules),
        Err(LedgerError::NotFound(_)) => Ok(LedgerRules::default()),
        Err(error) => Err(error.into()),
    }
}
