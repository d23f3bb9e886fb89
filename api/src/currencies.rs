//! The currencies that transactions can be in.

use service::ledger::{Command, CreateCurrency};
use service::money::{Currency, CurrencyCode};
use service::record::CurrencyRecord;
use service::value::Name;

use crate::answer::{Listed, Written};
use crate::body::{Fields, text, whole_number};
use crate::call::{Call, Query};
use crate::problem::Problem;

/// Most decimals of a major unit: more would leave too few digits before the point.
pub(crate) const EXPONENT_MAX: u8 = 9;

/// `GET /currencies`
pub(crate) async fn list(call: Call) -> Result<Listed<CurrencyRecord>, Problem> {
    let page = call.query(Query::page)?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_currencies(&ledger, &page).await?))
}

/// `POST /currencies`
pub(crate) async fn create(call: Call) -> Result<Written<CurrencyRecord>, Problem> {
    let mut write = call.write()?;
    let command = write.body(read_create)?;
    write.submit(Command::CreateCurrency(command)).await
}

/// Reads a new currency.
pub(crate) fn read_create(fields: &mut Fields) -> Option<CreateCurrency> {
    let code = fields.required("code", text(CurrencyCode::parse_own));
    let exponent = fields.required("exponent", whole_number(0..=EXPONENT_MAX));
    let name = fields.required("name", text(Name::parse));
    Some(CreateCurrency {
        currency: Currency {
            code: code?,
            exponent: exponent?,
        },
        name: name?,
    })
}
