//! The filters of a list of transactions, applied to its rows.

use entity::transaction;
use uuid::Uuid;

use super::range::{Range, Scope, SortKey};
use super::{Amounts, TransactionFilter};
use crate::record::TransactionStatus;
use crate::value::fold;

/// Every filter, those that the range serves included: it cannot serve all of them at once.
pub(super) struct RowFilter {
    user_id: Option<String>,
    account_id: Option<Uuid>,
    kind: Option<&'static str>,
    /// Empty: all but voided.
    statuses: Vec<&'static str>,
    currency: Option<String>,
    category: Option<String>,
    reference: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
    amounts: Amounts,
    words: Vec<String>,
}

impl RowFilter {
    pub(super) fn new(filter: &TransactionFilter, amounts: Amounts) -> Self {
        Self {
            user_id: filter.user_id.as_ref().map(|id| id.as_str().to_owned()),
            account_id: filter.account_id,
            kind: filter.kind.map(|kind| kind.as_str()),
            statuses: filter.statuses.iter().map(|status| status.as_str()).collect(),
            currency: filter.currency.map(|currency| currency.code.as_str().to_owned()),
            category: filter.category.clone(),
            reference: filter.reference.clone(),
            from: filter.from.map(|from| from.micros()),
            to: filter.to.map(|to| to.micros()),
            amounts,
            words: filter.words.iter().map(|word| fold(word)).collect(),
        }
    }

    /// Whether the list has the row.
    pub(super) fn shows(&self, row: &transaction::Model) -> bool {
        let is = |wanted: &Option<String>, stored: Option<&str>| wanted.is_none() || wanted.as_deref() == stored;
        self.shows_status(&row.status)
            && self.kind.is_none_or(|kind| kind == row.kind)
            && self.touches_user(row)
            && self.touches_account(row)
            && is(&self.currency, Some(&row.currency))
            && is(&self.category, row.category.as_deref())
            && is(&self.reference, row.reference.as_deref())
            && self.from.is_none_or(|from| from <= row.transaction_date)
            && self.to.is_none_or(|to| row.transaction_date < to)
            && self.amounts.min.is_none_or(|min| min <= row.amount)
            && self.amounts.max.is_none_or(|max| row.amount <= max)
            && self.has_words(row.search_text.as_deref().unwrap_or_default())
    }

    fn shows_status(&self, status: &str) -> bool {
        if self.statuses.is_empty() {
            status != TransactionStatus::Voided.as_str()
        } else {
            self.statuses.contains(&status)
        }
    }

    fn touches_user(&self, row: &transaction::Model) -> bool {
        self.user_id
            .as_ref()
            .is_none_or(|id| row.source_owner == *id || row.destination_owner == *id)
    }

    fn touches_account(&self, row: &transaction::Model) -> bool {
        self.account_id
            .is_none_or(|id| row.source_account_id == id || row.destination_account_id == id)
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
