//! Making currencies of the ledger's own.

use super::Outcome;
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::CreateCurrency;
use crate::ledger::draft::Draft;
use crate::ledger::state::{LedgerCurrency, OwnCurrency};
use crate::money::Currency;
use crate::record::{CurrencyKind, CurrencyRecord, Record};
use crate::value::{FieldError, Timestamp, ValueCode, ValueError};

/// Most currencies of a ledger's own: a batch knows them all.
const OWN_CURRENCIES_MAX: usize = 1000;

/// Makes a currency; one that is there just as asked for is answered. An exponent never changes: every amount that was
/// recorded would change its meaning.
pub(super) fn create_currency(draft: &mut Draft<'_>, command: &CreateCurrency) -> Result<Outcome, LedgerError> {
    let CreateCurrency { currency, name } = command;
    if let Some(known) = draft.known_currency(currency.code) {
        return match &known.own {
            Some(own) if known.currency == *currency && own.name == name.as_str() => Ok(Outcome {
                status: AnswerStatus::Ok,
                record: record(*currency, &own.name, known.created_at),
                answer_position: own.position,
            }),
            _ => Err(refused(
                ValueCode::NotAllowed,
                "The ledger has this currency with another exponent or name, for good.",
            )),
        };
    }
    if draft.count_own_currencies() >= OWN_CURRENCIES_MAX {
        let detail = format!("A ledger has at most {OWN_CURRENCIES_MAX} currencies of its own.");
        return Err(refused(ValueCode::TooMany, &detail));
    }
    let (position, created_at) = (draft.next_position(), draft.now());
    let record = record(*currency, name.as_str(), created_at);
    let subject = format!("currencies/{}", currency.code);
    draft.record_event("currency.created", subject, record.clone(), None);
    draft.put_currency(LedgerCurrency {
        currency: *currency,
        created_at,
        own: Some(OwnCurrency {
            name: name.as_str().to_owned(),
            position,
        }),
    });
    Ok(Outcome {
        status: AnswerStatus::Created,
        record,
        answer_position: position,
    })
}

fn record(currency: Currency, name: &str, created_at: Timestamp) -> Record {
    Record::Currency(CurrencyRecord {
        code: currency.code,
        kind: CurrencyKind::Own,
        exponent: currency.exponent,
        name: name.to_owned(),
        created_at: Some(created_at),
    })
}

fn refused(code: ValueCode, detail: &str) -> LedgerError {
    LedgerError::Invalid(vec![FieldError {
        field: "code".to_owned(),
        error: ValueError::new(code, detail),
    }])
}
