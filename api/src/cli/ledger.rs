//! `daybook ledger`

use std::time::Duration;

use prometheus::Registry;
use service::ledger::{Command, CreateLedger, LedgerRules, LedgerSettings, UpdateLedger};
use service::money::{AmountText, Currency};
use service::query::{PAGE_LIMIT_MAX, PageRequest};
use service::record::{LedgerRecord, Record};
use service::value::{LedgerName, Text, ValueError};
use service::{Answer, Daybook, Purpose, access};

use super::commit::commit;
use super::{Failure, output};
use crate::accounts::read_minimum;
use crate::call::LEDGER_DEFAULT;
use crate::config::{LedgerSettingsArguments, Settings};
use crate::server::options;

/// The longest that connections may take to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);
/// What stands for no minimum.
const NONE: &str = "none";

/// Makes a ledger.
pub(super) async fn create(settings: &Settings, name: &str, given: &LedgerSettingsArguments) -> Result<(), Failure> {
    let name = LedgerName::parse(name).map_err(|error| bad("NAME", &error))?;
    let currency = read(given.default_currency.as_deref(), "--default-currency", Currency::parse)?;
    let minimum = read(
        given.default_minimum_balance.as_deref(),
        "--default-minimum-balance",
        read_default,
    )?;
    let command = CreateLedger {
        name,
        settings: LedgerSettings {
            default_currency: currency.unwrap_or(Currency::USD),
            default_minimum_balance: minimum.flatten(),
            rules: LedgerRules {
                require_idempotency_key: given.require_idempotency_key.unwrap_or_default(),
                require_if_match: given.require_if_match.unwrap_or_default(),
                users_may_edit: given.users_may_edit.unwrap_or_default(),
            },
        },
        secret: access::make_ledger_secret().map_err(Failure::failed)?,
    };
    let answer = commit(settings, LEDGER_DEFAULT, Command::CreateLedger(command)).await?;
    show_answer(&answer);
    Ok(())
}

/// Changes some of a ledger's settings.
pub(super) async fn update(
    settings: &Settings,
    name: &str,
    given: &LedgerSettingsArguments,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let command = UpdateLedger {
        default_currency: read(given.default_currency.as_deref(), "--default-currency", Currency::parse)?,
        default_minimum_balance: read(
            given.default_minimum_balance.as_deref(),
            "--default-minimum-balance",
            read_default,
        )?,
        require_idempotency_key: given.require_idempotency_key,
        require_if_match: given.require_if_match,
        users_may_edit: given.users_may_edit,
        reason: read(reason, "--reason", Text::parse)?,
    };
    let answer = commit(settings, name, Command::UpdateLedger(command)).await?;
    show_answer(&answer);
    Ok(())
}

/// Lists the ledgers.
pub(super) async fn list(settings: &Settings) -> Result<(), Failure> {
    let options = options(settings, &Registry::new(), Purpose::Read).map_err(Failure::failed)?;
    let daybook = Daybook::open(options).await.map_err(Failure::failed)?;
    let outcome = show_all(&daybook).await;
    daybook.shutdown(CLOSE_TIME_MAX).await;
    outcome
}

async fn show_all(daybook: &Daybook) -> Result<(), Failure> {
    let mut request = PageRequest {
        limit: PAGE_LIMIT_MAX,
        cursor: None,
    };
    loop {
        let page = daybook.list_ledgers(&request).await.map_err(Failure::failed)?;
        page.data.iter().for_each(show);
        request.cursor = page.next_cursor;
        if request.cursor.is_none() {
            return Ok(());
        }
    }
}

fn show_answer(answer: &Answer) {
    if let Record::Ledger(record) = &answer.record {
        show(record);
    }
}

fn show(ledger: &LedgerRecord) {
    output::line(&output::bold(&ledger.name));
    let minimum = ledger.default_minimum_balance.as_deref().unwrap_or(NONE);
    let flag = |is_on: bool| if is_on { "yes" } else { "no" };
    for (setting, value) in [
        ("id", ledger.id.to_string().as_str()),
        ("default currency", ledger.default_currency.as_str()),
        ("default minimum balance", minimum),
        ("idempotency key required", flag(ledger.require_idempotency_key)),
        ("If-Match required", flag(ledger.require_if_match)),
        ("users may edit", flag(ledger.users_may_edit)),
    ] {
        output::line(&format!("  {setting:<24}  {value}"));
    }
}

fn read<T>(
    given: Option<&str>,
    flag: &str,
    parse: impl FnOnce(&str) -> Result<T, ValueError>,
) -> Result<Option<T>, Failure> {
    given.map(parse).transpose().map_err(|error| bad(flag, &error))
}

fn read_default(text: &str) -> Result<Option<AmountText>, ValueError> {
    if text == NONE {
        return Ok(None);
    }
    read_minimum(text).map(Some)
}

fn bad(flag: &str, error: &ValueError) -> Failure {
    Failure::usage(format!("{flag}: {error}"))
}
