//! The ledgers of a database: made, listed and set up by operators.

use service::access;
use service::ledger::{Command, CreateLedger, LedgerRules, LedgerSecret, LedgerSettings, UpdateLedger};
use service::money::Currency;
use service::record::LedgerRecord;
use service::value::{LedgerName, Text};

use crate::accounts::{read_first_minimum, read_minimum};
use crate::answer::{Found, Listed, Written};
use crate::body::{Fields, flag, text};
use crate::call::{Call, LEDGER_DEFAULT, Query};
use crate::problem::Problem;

/// `GET /ledgers`
pub(crate) async fn list(call: Call) -> Result<Listed<LedgerRecord>, Problem> {
    let page = call.query(Query::page)?;
    Ok(Listed(call.daybook().list_ledgers(&page).await?))
}

/// `POST /ledgers`
pub(crate) async fn create(call: Call) -> Result<Written<LedgerRecord>, Problem> {
    // The journal of `main` tells which ledgers were made.
    let mut write = call.in_ledger(LEDGER_DEFAULT).await?.write()?;
    let secret = access::make_ledger_secret()?;
    let command = write.body(|fields| read_create(fields, secret))?;
    write.submit(Command::CreateLedger(command)).await
}

/// `GET /ledgers/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<LedgerRecord>, Problem> {
    let name = call.path_parameter(LedgerName::parse)?;
    call.no_query()?;
    let call = call.in_ledger(name.as_str()).await?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_ledger(&ledger).await?))
}

/// `PATCH /ledgers/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<LedgerRecord>, Problem> {
    let name = call.path_parameter(LedgerName::parse)?;
    let mut write = call.in_ledger(name.as_str()).await?.write()?;
    let command = write.body(read_update)?;
    write.submit(Command::UpdateLedger(command)).await
}

/// Reads a new ledger.
pub(crate) fn read_create(fields: &mut Fields, secret: LedgerSecret) -> Option<CreateLedger> {
    let name = fields.required("name", text(LedgerName::parse));
    let currency = fields.optional("default_currency", text(Currency::parse));
    let minimum = fields.optional("default_minimum_balance", text(read_first_minimum));
    let rules = LedgerRules {
        require_idempotency_key: fields.optional("require_idempotency_key", flag).unwrap_or_default(),
        require_if_match: fields.optional("require_if_match", flag).unwrap_or_default(),
        users_may_edit: fields.optional("users_may_edit", flag).unwrap_or_default(),
    };
    let default_currency = currency.unwrap_or(Currency::USD);
    if let Some(minimum) = &minimum {
        fields.check("default_minimum_balance", minimum.minor_units(default_currency));
    }
    let settings = LedgerSettings {
        default_currency,
        default_minimum_balance: minimum,
        rules,
    };
    Some(CreateLedger {
        name: name?,
        settings,
        secret,
    })
}

/// Reads changes to a ledger's settings.
pub(crate) fn read_update(fields: &mut Fields) -> Option<UpdateLedger> {
    Some(UpdateLedger {
        default_currency: fields.changed("default_currency", text(Currency::parse)),
        default_minimum_balance: fields.clearable("default_minimum_balance", text(read_minimum)),
        require_idempotency_key: fields.changed("require_idempotency_key", flag),
        require_if_match: fields.changed("require_if_match", flag),
        users_may_edit: fields.changed("users_may_edit", flag),
        reason: fields.optional("reason", text(Text::parse)),
    })
}
