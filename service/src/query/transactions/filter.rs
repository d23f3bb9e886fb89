//! The filters of a list of transactions, applied to its rows.

use uuid::Uuid;

use super::range::{Range, Scope, SortKey};
use super::row::TransactionRow;
use super::{Amounts, TransactionFilter};
use crate::money::CurrencyCode;
use crate::record::{TransactionKind, TransactionStatus};
use crate::value::{Timestamp, fold};

/// Every filter, those that the range serves included: it cannot serve all of them at once.
pub(super) struct RowFilter {
    user_id: Option<String>,
    account_id: Option<Uuid>,
    kind: Option<TransactionKind>,
    /// Empty: all but voided.
    statuses: Vec<TransactionStatus>,
    currency: Option<CurrencyCode>,
    category: Option<String>,
    reference: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    amounts: Amounts,
    words: Vec<String>,
}

impl RowFilter {
    pub(super) fn new(filter: &TransactionFilter, amounts: Amounts) -> Self {
        Self {
            user_id: filter.user_id.as_ref().map(|id| id.as_str().to_owned()),
            account_id: filter.account_id,
            kind: filter.kind,
            statuses: filter.statuses.clone(),
            currency: filter.currency.map(|currency| currency.code),
            category: filter.category.clone(),
            reference: filter.reference.clone(),
            from: filter.from,
            to: filter.to,
            amounts,
            words: filter.words.iter().map(|word| fold(word)).collect(),
        }
    }

    /// Whether the list has the row.
    pub(super) fn shows(&self, row: &TransactionRow) -> bool {
        let is = |wanted: &Option<String>, stored: &Option<String>| wanted.is_none() || wanted == stored;
        let document = &row.document;
        let (source, destination) = (&document.source_user_id, &document.destination_user_id);
        let accounts = [document.source_account_id, document.destination_account_id];
        let date = document.transaction_date;
        self.shows_status(document.status)
            && self.kind.is_none_or(|kind| kind == document.kind)
            && (is(&self.user_id, source) || is(&self.user_id, destination))
            && self.account_id.is_none_or(|id| accounts.contains(&id))
            && self.currency.is_none_or(|code| code == document.currency)
            && is(&self.category, &document.category)
            && is(&self.reference, &document.reference)
            && self.from.is_none_or(|from| from <= date)
            && self.to.is_none_or(|to| date < to)
            && self.amounts.min.is_none_or(|min| min <= row.amount)
            && self.amounts.max.is_none_or(|max| row.amount <= max)
            && self.has_words(row.search_text.as_deref().unwrap_or_default())
    }

    fn shows_status(&self, status: TransactionStatus) -> bool {
        if self.statuses.is_empty() {
            status != TransactionStatus::Voided
        } else {
            self.statuses.contains(&status)
        }
    }

    fn has_words(&self, search_text: &str) -> bool {
        self.words.iter().all(|word| search_text.contains(word.as_str()))
    }

    /// Whether more is filtered than `range` serves; that voided transactions are left out is not counted, since few
    /// are.
    pub(super) fn is_selective(&self, range: &Range) -> bool {
        let by_account = self.account_id.is_some() && !matches!(range.scope, Scope::SystemAccount(_));
        let by_date = (self.from.is_some() || self.to.is_some()) && range.key != SortKey::Date;
        let by_amount = (self.amounts.min.is_some() || self.amounts.max.is_some()) && range.key != SortKey::Amount;
        let by_currency = self.currency.is_some() && range.key != SortKey::Amount;
        let by_text = self.category.is_some() || !self.words.is_empty();
        by_account || by_date || by_amount || by_currency || by_text || self.kind.is_some() || !self.statuses.is_empty()
    }
}
