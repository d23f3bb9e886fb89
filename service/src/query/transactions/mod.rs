//! Transactions: one by its id, and lists of them.

mod filter;
mod range;
mod row;

use entity::account;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use uuid::Uuid;

use super::list::{List, padded, read_page};
use super::page::Binding;
use super::width::Width;
use super::{Page, PageRequest, Reader, TransactionFilter, TransactionSort, TransactionVersion};
use crate::ledger::LEDGER_OWNER;
use crate::money::{AmountText, Currency};
use crate::record::TransactionRecord;
use crate::value::FieldError;
use crate::{LedgerError, Resource};
use filter::RowFilter;
use range::{Position, Range, Scope, SortKey, find_statement};
pub(super) use row::TransactionRow;

impl Reader<'_> {
    /// The transaction as it stands, or as it was.
    pub(crate) async fn find_transaction(
        &self,
        id: Uuid,
        version: TransactionVersion,
    ) -> Result<TransactionRecord, LedgerError> {
        let row = self.find_transaction_row(id).await?;
        match version {
            TransactionVersion::Number(version) if version != row.document.version => {
                return self.find_transaction_version(&row, version).await;
            }
            TransactionVersion::AsOf(time) if time < row.document.updated_at => {
                return self.find_transaction_as_of(&row, time).await;
            }
            TransactionVersion::Newest | TransactionVersion::Number(_) | TransactionVersion::AsOf(_) => {}
        }
        let code = row.document.currency;
        let currencies = self.currencies([code.as_str()]).await?;
        Ok(row.into_record(currencies.find(code.as_str())?))
    }

    pub(super) async fn find_transaction_row(&self, id: Uuid) -> Result<TransactionRow, LedgerError> {
        let statement = find_statement(self.db.get_database_backend(), self.ledger.id, [id]);
        let row = self.db.query_one_raw(statement).await?;
        let row = row.as_ref().map(TransactionRow::decode).transpose()?;
        let shown = row.filter(|row| row.parties().into_iter().any(|owner| self.ledger.shows(owner)));
        shown.ok_or(LedgerError::NotFound(Resource::Transaction))
    }

    /// A page of the transactions that `filter` shows.
    pub(crate) async fn list_transactions(
        &self,
        filter: &TransactionFilter,
        request: &PageRequest,
    ) -> Result<Page<TransactionRecord>, LedgerError> {
        match &filter.user_id {
            Some(id) => self.check_user(id)?,
            None => self.check_whole()?,
        }
        let amounts = self.amounts(filter).await?;
        let list = TransactionList {
            reader: *self,
            description: self.description(filter),
            rows: RowFilter::new(filter, amounts),
            key: filter.sort.into(),
            range: self.range(filter, amounts).await?,
        };
        let page = read_page(&list, request).await?;
        let codes = page.data.iter().map(|row| row.document.currency.as_str());
        let currencies = self.currencies(codes).await?;
        page.try_map(|row| {
            let currency = currencies.find(row.document.currency.as_str())?;
            Ok(row.into_record(currency))
        })
    }

    /// How many transactions, but for those that are voided, were recorded after the transaction `after`, or ever.
    pub(crate) async fn count_transactions(&self, after: Option<Uuid>) -> Result<u64, LedgerError> {
        const COUNT: &str = "SELECT COUNT(*) AS count FROM transactions
            WHERE ledger_id = $1 AND id > $2 AND status <> 'voided'";
        let values = [self.ledger.id.into(), after.unwrap_or(Uuid::nil()).into()];
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), COUNT, values);
        let row = self.db.query_one_raw(statement).await?;
        let count: Option<i64> = row.map(|row| row.try_get("", "count")).transpose()?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }

    /// The cursor of the page after the transaction `id`, in a list by recording: whether or not it is shown there.
    ///
    /// # Errors
    /// `Internal`.
    pub(crate) fn cursor_after(&self, filter: &TransactionFilter, id: Uuid) -> Result<String, LedgerError> {
        let position: Position = (range::RECORDING_KEY, id);
        Binding::new(&self.description(filter)).cursor(&position)
    }

    fn description(&self, filter: &TransactionFilter) -> String {
        format!("{} transactions {filter:?}", self.ledger.id)
    }

    async fn amounts(&self, filter: &TransactionFilter) -> Result<Amounts, LedgerError> {
        let Some(currency) = &filter.currency else {
            return Ok(Amounts::default());
        };
        let code = currency.code.as_str();
        let currency = self.currencies([code]).await?.find(code)?;
        Ok(Amounts {
            min: minor_units("min_amount", filter.min_amount.as_ref(), currency)?,
            max: minor_units("max_amount", filter.max_amount.as_ref(), currency)?,
        })
    }

    /// The part of the list that an index serves; `None` where the list is empty.
    async fn range(&self, filter: &TransactionFilter, amounts: Amounts) -> Result<Option<Range>, LedgerError> {
        let scope = if let Some(reference) = &filter.reference {
            Scope::Reference(reference.clone())
        } else if let Some(user_id) = &filter.user_id {
            Scope::Owner(user_id.as_str().to_owned())
        } else if let Some(account_id) = filter.account_id {
            let account = account::Entity::find_by_id((self.ledger.id, account_id))
                .one(self.db)
                .await?;
            let currency = filter.currency.map(|currency| currency.code);
            match account {
                Some(account) if currency.is_none_or(|code| code.as_str() == account.currency) => {
                    Scope::of_account(account, filter.sort.into())
                }
                _ => return Ok(None),
            }
        } else {
            Scope::Ledger
        };
        Range::new(self.ledger.id, scope, filter, amounts).map(Some)
    }
}

impl Scope {
    /// No index has the transactions of a system account in the order of recording: the ledger's are filtered.
    fn of_account(account: account::Model, key: SortKey) -> Self {
        if account.owner != LEDGER_OWNER {
            Self::Owner(account.owner)
        } else if key == SortKey::Created {
            Self::Ledger
        } else {
            Self::SystemAccount(account.id)
        }
    }
}

/// The bounds of an amount in minor units, both inclusive.
#[derive(Clone, Copy, Debug, Default)]
struct Amounts {
    min: Option<i64>,
    max: Option<i64>,
}

fn minor_units(field: &str, amount: Option<&AmountText>, currency: Currency) -> Result<Option<i64>, LedgerError> {
    let minor = amount.map(|amount| amount.minor_units(currency)).transpose();
    minor.map_err(|error| {
        LedgerError::Invalid(vec![FieldError {
            field: field.to_owned(),
            error,
        }])
    })
}

struct TransactionList<'a> {
    reader: Reader<'a>,
    description: String,
    rows: RowFilter,
    key: SortKey,
    range: Option<Range>,
}

impl List for TransactionList<'_> {
    type Row = TransactionRow;
    type Position = Position;

    fn description(&self) -> String {
        self.description.clone()
    }

    async fn chunk(&self, after: Option<&Position>, limit: u64, width: Width) -> Result<Vec<Self::Row>, LedgerError> {
        let Some(range) = &self.range else {
            return Ok(Vec::new());
        };
        let backend = self.reader.db.get_database_backend();
        let statement = range.statement(backend, after, limit, width);
        let found = self.reader.db.query_all_raw(statement).await?;
        found.iter().map(TransactionRow::decode).collect()
    }

    async fn complete(&self, rows: Vec<Self::Row>) -> Result<Vec<Self::Row>, LedgerError> {
        let Reader { db, ledger, .. } = self.reader;
        let ids = padded(rows.iter().map(TransactionRow::id));
        let found = db
            .query_all_raw(find_statement(db.get_database_backend(), ledger.id, ids))
            .await?;
        found.iter().map(TransactionRow::decode).collect()
    }

    fn position(&self, row: &TransactionRow) -> Position {
        self.key.position(row)
    }

    fn is_filtered(&self) -> bool {
        self.range.as_ref().is_some_and(|range| self.rows.is_selective(range))
    }

    fn shows(&self, row: &TransactionRow) -> bool {
        self.rows.shows(row)
    }
}

impl From<TransactionSort> for SortKey {
    fn from(sort: TransactionSort) -> Self {
        match sort {
            TransactionSort::DateDescending | TransactionSort::DateAscending => Self::Date,
            TransactionSort::CreatedDescending | TransactionSort::CreatedAscending => Self::Created,
            TransactionSort::AmountDescending | TransactionSort::AmountAscending => Self::Amount,
        }
    }
}
