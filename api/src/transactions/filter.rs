//! Which transactions a list shows, read from the query.

use service::money::{AmountText, Currency};
use service::query::{Currencies, PageRequest, TransactionFilter, TransactionSort, TransactionVersion};
use service::record::{TransactionKind, TransactionStatus};
use service::value::{Category, Reference, Text, Timestamp, UserId, ValueError};

use crate::body::server_id;
use crate::call::Query;
use crate::call::query::whole_number;
use crate::format::Format;
use crate::names::{self, Unnamed};
use crate::problem::Problem;

/// Most words of a search.
const WORDS_MAX: usize = 8;

/// Every order there is, with its name.
const SORTS: &[(TransactionSort, &str)] = &[
    (TransactionSort::DateDescending, "-transaction_date"),
    (TransactionSort::DateAscending, "transaction_date"),
    (TransactionSort::CreatedDescending, "-created_at"),
    (TransactionSort::CreatedAscending, "created_at"),
    (TransactionSort::AmountDescending, "-amount"),
    (TransactionSort::AmountAscending, "amount"),
];

/// Reads the query of a list.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_list(
    query: &mut Query,
    currencies: &Currencies,
) -> Result<(TransactionFilter, PageRequest), Problem> {
    let user_id = query.optional("user_id", UserId::parse)?;
    Ok((read(query, currencies, user_id)?, query.page()?))
}

/// Reads the query of a list whose user the path names.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_list_of_user(
    query: &mut Query,
    currencies: &Currencies,
    id: UserId,
) -> Result<(TransactionFilter, PageRequest), Problem> {
    Ok((read(query, currencies, Some(id))?, query.page()?))
}

/// Reads the query of an export: a list's filters, and the format if it is named.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_export(
    query: &mut Query,
    currencies: &Currencies,
) -> Result<(TransactionFilter, Option<Format>), Problem> {
    let user_id = query.optional("user_id", UserId::parse)?;
    let filter = read_filter(query, currencies, user_id)?;
    Ok((filter, query.one_of("format", Format::ALL, Format::as_str)?))
}

/// Reads which version of a transaction is asked for.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_version(query: &mut Query) -> Result<TransactionVersion, Problem> {
    let number = query.optional("version", |text| {
        whole_number(text)
            .filter(|version| *version > 0)
            .ok_or("Must be a version: 1 or more.")
    })?;
    let as_of = query.optional("as_of", Timestamp::parse)?;
    match (number, as_of) {
        (None, None) => Ok(TransactionVersion::Newest),
        (Some(number), None) => Ok(TransactionVersion::Number(number)),
        (None, Some(time)) => Ok(TransactionVersion::AsOf(time)),
        (Some(_), Some(_)) => Err(Problem::parameter("as_of", "Cannot be given together with version.")),
    }
}

/// Reads why a transaction is deleted.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_reason(query: &mut Query) -> Result<Option<Text>, Problem> {
    query.optional("reason", Text::parse)
}

fn read(query: &mut Query, currencies: &Currencies, user_id: Option<UserId>) -> Result<TransactionFilter, Problem> {
    let filter = TransactionFilter {
        sort: query
            .one_of("sort", SORTS, |(_, name)| name)?
            .map_or_else(TransactionSort::default, |(sort, _)| sort),
        ..read_filter(query, currencies, user_id)?
    };
    check_sort(&filter)?;
    Ok(filter)
}

/// Which transactions, in no order of the caller's.
fn read_filter(
    query: &mut Query,
    currencies: &Currencies,
    user_id: Option<UserId>,
) -> Result<TransactionFilter, Problem> {
    let currency = query.optional("currency", |code| currencies.parse(code))?;
    Ok(TransactionFilter {
        user_id,
        account_id: query.optional("account_id", server_id)?,
        kind: query.one_of("type", TransactionKind::ALL, TransactionKind::as_str)?,
        statuses: query.optional("status", read_statuses)?.unwrap_or_default(),
        currency,
        category: query.optional("category", Category::parse)?.map(Category::into_string),
        reference: query
            .optional("reference", Reference::parse)?
            .map(Reference::into_string),
        from: query.optional("from", Timestamp::parse)?,
        to: query.optional("to", Timestamp::parse)?,
        min_amount: read_amount(query, "min_amount", currency)?,
        max_amount: read_amount(query, "max_amount", currency)?,
        words: query.optional("q", read_words)?.unwrap_or_default(),
        sort: TransactionSort::default(),
    })
}

fn read_statuses(text: &str) -> Result<Vec<TransactionStatus>, Unnamed> {
    let named = |name: &str| names::find(name, TransactionStatus::ALL, TransactionStatus::as_str);
    text.split(',').map(named).collect()
}

fn read_words(text: &str) -> Result<Vec<String>, String> {
    let words: Result<Vec<String>, ValueError> = text
        .split_whitespace()
        .map(|word| Text::parse(word).map(Text::into_string))
        .collect();
    let words = words.map_err(|error| error.detail)?;
    if words.len() > WORDS_MAX {
        return Err(format!("Must have at most {WORDS_MAX} words."));
    }
    Ok(words)
}

/// An amount is of a currency: without one it cannot be compared.
fn read_amount(
    query: &mut Query,
    name: &'static str,
    currency: Option<Currency>,
) -> Result<Option<AmountText>, Problem> {
    query.optional(name, |text| {
        let currency = currency.ok_or_else(|| "Needs currency as well.".to_owned())?;
        let amount = AmountText::parse(text).map_err(|error| error.detail)?;
        amount.minor_units(currency).map_err(|error| error.detail)?;
        Ok::<_, String>(amount)
    })
}

/// Amounts are sorted by an index of one user or account and one currency.
fn check_sort(filter: &TransactionFilter) -> Result<(), Problem> {
    let by_amount = matches!(
        filter.sort,
        TransactionSort::AmountAscending | TransactionSort::AmountDescending
    );
    let narrow = filter.currency.is_some() && (filter.user_id.is_some() || filter.account_id.is_some());
    if by_amount && !narrow {
        return Err(Problem::parameter(
            "sort",
            "By amount needs currency, and user_id or account_id, as well.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Result<TransactionFilter, Problem> {
        Query::read(text, |query| read_list(query, &Currencies::default())).map(|(filter, _)| filter)
    }

    #[test]
    fn a_whole_filter_is_read() {
        let read = filter(
            "type=debit&status=posted,voided&currency=USD&category=rent&reference=r-1&from=2026-01-01T00:00:00Z\
             &to=2026-02-01T00:00:00%2B01:00&min_amount=1&max_amount=2.50&q=%09two%20%20words&sort=-created_at",
        )
        .unwrap();
        assert_eq!(read.kind, Some(TransactionKind::Debit));
        assert_eq!(read.statuses.len(), 2);
        assert_eq!(read.words, ["two", "words"]);
        assert_eq!(read.sort, TransactionSort::CreatedDescending);
    }

    #[test]
    fn what_cannot_be_read_or_combined_is_refused() {
        for text in [
            "type=gift",
            "status=",
            "status=posted,",
            "status=open",
            "currency=usd",
            "category=",
            "from=2026-01-01",
            "to=2026-01-01T00:00:00+01:00",
            "account_id=42",
            "min_amount=1",
            "max_amount=1",
            "currency=USD&min_amount=1.005",
            "currency=USD&min_amount=-1",
            "q=a+b+c+d+e+f+g+h+i",
            "q=%00",
            "sort=id",
            "sort=amount",
            "sort=amount&currency=USD",
        ] {
            assert!(filter(text).is_err(), "{text}");
        }
        let account = "01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8e9f";
        assert!(filter(&format!("sort=amount&currency=USD&account_id={account}")).is_ok());
    }
}
