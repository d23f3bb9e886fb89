//! Accounts, and the lines of their journals.

use uuid::Uuid;

use service::ledger::{Command, CreateAccount, UpdateAccount};
use service::money::AmountText;
use service::query::{AccountFilter, Currencies, PageRequest};
use service::record::{AccountKind, AccountRecord, AccountStatus, EntryRecord};
use service::value::{Name, UserId, ValueCode, ValueError};

use crate::answer::{Found, Listed, Written};
use crate::body::{Fields, one_of, text};
use crate::call::{Call, Query};
use crate::problem::Problem;

/// `GET /accounts`
pub(crate) async fn list(call: Call) -> Result<Listed<AccountRecord>, Problem> {
    let (filter, page) = call.query_in_currencies(read_list).await?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_accounts(&ledger, &filter, &page).await?))
}

/// `POST /accounts`
pub(crate) async fn create(call: Call) -> Result<Written<AccountRecord>, Problem> {
    let mut write = call.write()?;
    let command = write.body_in_currencies(read_create).await?;
    write.submit(Command::CreateAccount(command)).await
}

/// `GET /accounts/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<AccountRecord>, Problem> {
    let id = call.id()?;
    call.no_query()?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_account(&ledger, id).await?))
}

/// `PATCH /accounts/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<AccountRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| read_update(fields, id))?;
    write.submit(Command::UpdateAccount(command)).await
}

/// `GET /accounts/{id}/entries`
pub(crate) async fn list_entries(call: Call) -> Result<Listed<EntryRecord>, Problem> {
    let id = call.id()?;
    let page = call.query(Query::page)?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_entries(&ledger, id, &page).await?))
}

pub(crate) fn read_list(query: &mut Query, currencies: &Currencies) -> Result<(AccountFilter, PageRequest), Problem> {
    let filter = AccountFilter {
        user_id: query.optional("user_id", UserId::parse)?,
        currency: query.optional("currency", |code| currencies.parse(code))?,
        kind: query.one_of("kind", AccountKind::ALL, AccountKind::as_str)?,
        status: query.one_of("status", AccountStatus::ALL, AccountStatus::as_str)?,
    };
    Ok((filter, query.page()?))
}

pub(crate) fn read_create(fields: &mut Fields, currencies: &Currencies) -> Option<CreateAccount> {
    let user_id = fields.optional("user_id", text(UserId::parse));
    let name = fields.required("name", text(Name::parse));
    let currency = fields.required("currency", text(|code| currencies.parse(code)));
    let minimum_balance = fields.optional("minimum_balance", text(read_first_minimum));
    let metadata = fields.metadata("metadata");
    if let (Some(minimum), Some(currency)) = (&minimum_balance, currency) {
        fields.check("minimum_balance", minimum.minor_units(currency));
    }
    Some(CreateAccount {
        user_id,
        name: name?,
        currency: currency?,
        minimum_balance,
        metadata: metadata?,
    })
}

pub(crate) fn read_update(fields: &mut Fields, id: Uuid) -> Option<UpdateAccount> {
    Some(UpdateAccount {
        id,
        minimum_balance: fields.clearable("minimum_balance", text(read_minimum)),
        status: fields.changed("status", one_of(AccountStatus::ALL, AccountStatus::as_str)),
        metadata: fields.metadata_patch("metadata"),
    })
}

/// A minimum in some currency's range.
pub(crate) fn read_minimum(text: &str) -> Result<AmountText, ValueError> {
    let minimum = AmountText::parse_signed(text)?;
    minimum.check_range().map(|()| minimum)
}

/// A new account is empty: a minimum above zero would be broken from the start.
pub(crate) fn read_first_minimum(text: &str) -> Result<AmountText, ValueError> {
    let minimum = read_minimum(text)?;
    if minimum.is_positive() {
        return Err(ValueError::new(
            ValueCode::OutOfRange,
            "Must not be above zero when an account is made.",
        ));
    }
    Ok(minimum)
}
