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
        let ledger = match &self.ledger {
            Some(ledger) => Arc::clone(ledger),
            None => within(self.incoming.deadline(), self.daybook().ledger(&self.ledger_name)).await??,
        };
        Ok(match self.credential.user() {
            Some(user) => Arc::new(ledger.seen_by(user)),
            None => ledger,
        })
    }

    /// What a write to the ledger must have; nothing for a read, or where there is no such ledger.
    pub(super) fn rules(&self) -> LedgerRules {
        self.ledger.as_ref().map(|ledger| ledger.rules).unwrap_or_default()
    }

    /// The same call, about the ledger called `name`: whose header named another is not asked about that.
    ///
    /// # Errors
    /// 503.
    pub(crate) async fn in_ledger(mut self, name: &str) -> Result<Self, Problem> {
        self.ledger_name = name.to_owned();
        self.ledger = written(&self.incoming, name, &self.demand).await?;
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

/// The ledger called `name`, where the request is a write. That there is no such ledger is told in its turn.
///
/// # Errors
/// 503.
pub(super) async fn written(incoming: &Incoming, name: &str, demand: &Demand) -> Result<Option<Arc<Ledger>>, Problem> {
    if demand.method == Method::GET {
        return Ok(None);
    }
    match within(incoming.deadline(), incoming.state.daybook.ledger(name)).await? {
        Ok(ledger) => Ok(Some(ledger)),
        Err(LedgerError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
