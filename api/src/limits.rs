//! Spending limits.

use uuid::Uuid;

use service::ledger::{Command, CreateLimit, LimitFor, UpdateLimit};
use service::money::AmountText;
use service::query::{Currencies, LimitFilter, PageRequest};
use service::record::{Direction, LimitRecord, LimitStatus, LimitUsageRecord, LimitWindow};
use service::value::{Category, Name, UserId, ValueError};

use crate::answer::{Found, Listed, Written};
use crate::body::{Fields, one_of, server_id, text, whole_number};
use crate::call::{Call, Query};
use crate::problem::Problem;

/// Most transactions that a limit can be told to allow: whole numbers up to here are the same in every JSON reader.
pub(crate) const MAX_COUNT_MAX: i64 = (1 << 53) - 1;
/// The states that a caller can ask for.
pub(crate) const STATUSES: &[LimitStatus] = &[LimitStatus::Active, LimitStatus::Disabled];

/// `GET /limits`
pub(crate) async fn list(call: Call) -> Result<Listed<LimitRecord>, Problem> {
    let (filter, page) = call.query_in_currencies(read_list).await?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_limits(&ledger, &filter, &page).await?))
}

/// `POST /limits`
pub(crate) async fn create(call: Call) -> Result<Written<LimitRecord>, Problem> {
    let mut write = call.write()?;
    let command = write.body_in_currencies(read_create).await?;
    write.submit(Command::CreateLimit(command)).await
}

/// `GET /limits/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<LimitRecord>, Problem> {
    let id = call.id()?;
    call.no_query()?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_limit(&ledger, id).await?))
}

/// `PATCH /limits/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<LimitRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| read_update(fields, id))?;
    write.submit(Command::UpdateLimit(command)).await
}

/// `DELETE /limits/{id}`
pub(crate) async fn delete(call: Call) -> Result<Written<()>, Problem> {
    let id = call.id()?;
    call.write()?.submit(Command::DeleteLimit { id }).await
}

/// `GET /users/{id}/limits`
pub(crate) async fn list_of_user(call: Call) -> Result<Listed<LimitUsageRecord>, Problem> {
    let id = call.user_id()?;
    let page = call.query(Query::page)?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_limits_of_user(&ledger, &id, &page).await?))
}

pub(crate) fn read_list(query: &mut Query, currencies: &Currencies) -> Result<(LimitFilter, PageRequest), Problem> {
    let filter = LimitFilter {
        user_id: query.optional("user_id", UserId::parse)?,
        account_id: query.optional("account_id", server_id)?,
        currency: query.optional("currency", |code| currencies.parse(code))?,
        status: query.one_of("status", STATUSES, LimitStatus::as_str)?,
    };
    Ok((filter, query.page()?))
}

pub(crate) fn read_create(fields: &mut Fields, currencies: &Currencies) -> Option<CreateLimit> {
    let name = fields.required("name", text(Name::parse));
    let scope = fields.nested("scope", read_scope);
    let currency = fields.optional("currency", text(|code| currencies.parse(code)));
    let direction = fields.required("direction", one_of(Direction::ALL, Direction::as_str));
    let window = fields.required("window", one_of(LimitWindow::ALL, LimitWindow::as_str));
    let max_amount = fields.optional("max_amount", text(read_max_amount));
    let max_count = fields.optional("max_count", whole_number(0..=MAX_COUNT_MAX));
    let category = fields.optional("category", text(Category::parse));
    let status = fields.optional("status", one_of(STATUSES, LimitStatus::as_str));
    if let (Some(max), Some(currency)) = (&max_amount, currency) {
        fields.check("max_amount", max.minor_units(currency));
    }
    // Of a maximum that cannot be read it is not told as well that it is missing.
    if let Some(window) = window
        && !["max_amount", "max_count"].iter().any(|name| fields.has_refused(name))
        && let Err((name, error)) = window.check_maxima(max_amount.is_some(), max_count.is_some())
    {
        fields.check::<()>(name, Err(error));
    }
    Some(CreateLimit {
        name: name?,
        scope: scope?,
        currency,
        direction: direction?,
        window: window?,
        max_amount,
        max_count,
        category,
        status: status.unwrap_or(LimitStatus::Active),
    })
}

/// Whom a limit is for: where it has neither member, every user by itself.
fn read_scope(fields: &mut Fields) -> Option<LimitFor> {
    let user_id = fields.optional("user_id", text(UserId::parse));
    if user_id.is_some() {
        fields.excluded("account_id", "A limit is for a user or for an account.");
        return user_id.map(LimitFor::User);
    }
    let account_id = fields.optional("account_id", text(server_id));
    Some(account_id.map_or(LimitFor::AllUsers, LimitFor::Account))
}

pub(crate) fn read_update(fields: &mut Fields, id: Uuid) -> Option<UpdateLimit> {
    Some(UpdateLimit {
        id,
        name: fields.changed("name", text(Name::parse)),
        max_amount: fields.clearable("max_amount", text(read_max_amount)),
        max_count: fields.clearable("max_count", whole_number(0..=MAX_COUNT_MAX)),
        status: fields.changed("status", one_of(STATUSES, LimitStatus::as_str)),
    })
}

/// A maximum in some currency's range; zero allows nothing.
fn read_max_amount(text: &str) -> Result<AmountText, ValueError> {
    let max = AmountText::parse(text)?;
    max.check_range().map(|()| max)
}
