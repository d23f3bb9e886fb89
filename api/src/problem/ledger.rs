//! What the ledger refuses, as a problem: the one place that knows both.

use serde_json::Value;
use uuid::Uuid;

use service::record::{LimitWindow, TransactionStatus};
use service::{Exceeded, LedgerError, Resource};

use super::{Code, Problem};

/// What a user's token is told that does not do.
pub(crate) const FORBIDDEN_TO_USERS: &str = "A user's token does not allow this.";

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Invalid(errors) => Self::invalid(errors),
            LedgerError::InvalidCursor => Self::new(
                Code::InvalidCursor,
                "The cursor was not made by this list with this filter and sort.",
            ),
            LedgerError::Forbidden => Self::forbidden(FORBIDDEN_TO_USERS),
            LedgerError::NotFound(resource) => Self::not_found(resource),
            LedgerError::VersionMismatch { current_version } => Self::new(
                Code::VersionMismatch,
                "The resource is not in the state that the request expects.",
            )
            .with("current_version", current_version),
            LedgerError::TransactionNotEditable { current_status } => not_editable(current_status),
            LedgerError::AccountClosed { .. } => Self::new(Code::AccountClosed, "The account is closed for good."),
            LedgerError::AccountFrozen { .. } => Self::new(Code::AccountFrozen, "The account is frozen."),
            LedgerError::AccountNotEmpty { .. } => {
                Self::new(Code::AccountNotEmpty, "The account still has a balance or holds.")
            }
            LedgerError::ReferenceTaken { resource_id } => reference_taken(resource_id),
            LedgerError::AccountExists { resource_id } => {
                let detail = "The owner has an account of this name and currency.";
                taken(Code::AccountExists, detail, resource_id)
            }
            LedgerError::LedgerExists { resource_id } => {
                taken(Code::LedgerExists, "There is a ledger of this name.", Some(resource_id))
            }
            LedgerError::SameAccount => Self::new(Code::SameAccount, "Source and destination are one account."),
            LedgerError::CurrencyMismatch => Self::new(
                Code::CurrencyMismatch,
                "The accounts and the amount do not share one currency.",
            ),
            LedgerError::AmountExceedsRemaining { remaining_amount } => exceeds_remaining(remaining_amount),
            LedgerError::AmountOverflow => Self::new(
                Code::AmountOverflow,
                "A balance, a held amount or a day's total would pass the largest amount there is.",
            ),
            LedgerError::LimitExceeded {
                limit_id,
                window,
                exceeded,
            } => limit_exceeded(limit_id, window, exceeded),
            LedgerError::LimitOfAnotherExceeded => Self::new(
                Code::LimitExceeded,
                "The amount would pass a spending limit of the other user.",
            ),
            LedgerError::InsufficientFunds {
                account_id,
                available,
                minimum_balance,
            } => insufficient_funds(account_id, available, minimum_balance),
            LedgerError::PeriodClosed { closed_through } => Self::new(
                Code::PeriodClosed,
                format!("The ledger is closed through {closed_through}: what is dated until then stays as it is."),
            )
            .with("closed_through", closed_through.to_string()),
            LedgerError::Item { index, error } => Self::from(*error).with("index", index),
            LedgerError::IdempotencyKeyReused { resource_id } => Self::new(
                Code::IdempotencyKeyReused,
                "The Idempotency-Key was used for another request.",
            )
            .with("resource_id", resource_id),
            LedgerError::Overloaded => Self::new(Code::Overloaded, "Too many requests are waiting; nothing was kept."),
            LedgerError::Unavailable(cause) => Self::unavailable(cause),
            LedgerError::OutcomeUnknown(cause) => Self::outcome_unknown(cause),
            LedgerError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl Problem {
    fn not_found(resource: Resource) -> Self {
        let code = match resource {
            Resource::User => Code::UserNotFound,
            Resource::Account => Code::AccountNotFound,
            Resource::Transaction => Code::TransactionNotFound,
            Resource::Ledger => Code::LedgerNotFound,
            Resource::Key => Code::KeyNotFound,
            Resource::Limit => Code::LimitNotFound,
        };
        Self::new(code, format!("There is no such {}.", resource.as_str()))
    }
}

/// Something else has what was asked for: what, where it can be told.
fn taken(code: Code, detail: &'static str, holder: Option<Uuid>) -> Problem {
    Problem::new(code, detail).with("resource_id", holder.map(|id| id.to_string()))
}

/// Whoever may not know of the holder is not told.
fn reference_taken(holder: Option<Uuid>) -> Problem {
    let detail = "Another transaction of the ledger has this reference.";
    match holder {
        Some(_) => taken(Code::ReferenceTaken, detail, holder),
        None => Problem::new(Code::ReferenceTaken, detail),
    }
}

fn exceeds_remaining(remaining_amount: String) -> Problem {
    let detail = "That is more than remains of the transaction.";
    Problem::new(Code::AmountExceedsRemaining, detail).with("remaining_amount", remaining_amount)
}

fn insufficient_funds(account_id: Uuid, available: String, minimum_balance: String) -> Problem {
    let detail = "The available balance would fall below the account's minimum.";
    Problem::new(Code::InsufficientFunds, detail)
        .with("account_id", account_id.to_string())
        .with("available", available)
        .with("minimum_balance", minimum_balance)
}

fn limit_exceeded(limit_id: Uuid, window: LimitWindow, exceeded: Exceeded) -> Problem {
    let (detail, max, used): (_, Value, Value) = match exceeded {
        Exceeded::Amount { max, used } => (
            "The amount would pass what a spending limit allows.",
            max.into(),
            used.into(),
        ),
        Exceeded::Count { max, used } => (
            "A spending limit allows no further transaction.",
            max.into(),
            used.into(),
        ),
    };
    Problem::new(Code::LimitExceeded, detail)
        .with("limit_id", limit_id.to_string())
        .with("window", window.as_str())
        .with("max", max)
        .with("used", used)
}

fn not_editable(current_status: TransactionStatus) -> Problem {
    let detail = match current_status {
        TransactionStatus::Posted => {
            "The transaction is posted: it is no hold and cannot be restored, nor deleted or lowered below its refunds."
        }
        TransactionStatus::Voided => "It is voided: a transaction can only be restored, a hold not even that.",
        TransactionStatus::Pending => "The hold is pending: it moves no money that could be refunded or restored.",
        TransactionStatus::Captured => "The hold is captured: nothing is kept any more.",
        TransactionStatus::Expired => "The hold has expired: nothing is kept any more.",
    };
    Problem::new(Code::TransactionNotEditable, detail).with("current_status", current_status.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_problem_carries_what_the_contract_names() {
        let error = LedgerError::InsufficientFunds {
            account_id: Uuid::nil(),
            available: "1.00".to_owned(),
            minimum_balance: "0.00".to_owned(),
        };
        let response = Problem::from(error).respond("r-1");
        assert_eq!(response.status().as_u16(), 422);
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "type": "urn:daybook:problem:insufficient_funds", "title": "Insufficient funds", "status": 422,
                "code": "insufficient_funds", "detail": "The available balance would fall below the account's minimum.",
                "request_id": "r-1", "account_id": Uuid::nil(), "available": "1.00", "minimum_balance": "0.00",
            })
        );
    }

    #[actix_web::test]
    async fn a_fault_is_told_to_the_log_alone() {
        let problem = Problem::from(LedgerError::Unavailable("password=secret".to_owned()));
        assert_eq!(problem.cause(), Some("password=secret"));
        let response = problem.respond("r-2");
        assert_eq!(response.headers().get("retry-after").unwrap(), "1");
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
