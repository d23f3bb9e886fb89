//! The table of problem codes: each with its status and its title.

use actix_web::http::StatusCode;

/// Writes the table once: variant, code, status, title.
macro_rules! codes {
    ($($variant:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// What kind of problem an answer is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Code {
            $($variant),+
        }

        impl Code {
            /// Every code, in the order of the contract.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as the contract spells it.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The status that it is answered with.
            pub(crate) fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// The same few words for every problem of this kind.
            pub(crate) fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    MalformedRequest = "malformed_request", BAD_REQUEST, "Malformed request";
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "Request timeout";
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "Invalid cursor";
    IdempotencyKeyRequired = "idempotency_key_required", BAD_REQUEST, "Idempotency-Key required";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Unauthenticated";
    Forbidden = "forbidden", FORBIDDEN, "Forbidden";
    NotFound = "not_found", NOT_FOUND, "No such path";
    UserNotFound = "user_not_found", NOT_FOUND, "No such user";
    AccountNotFound = "account_not_found", NOT_FOUND, "No such account";
    TransactionNotFound = "transaction_not_found", NOT_FOUND, "No such transaction";
    LedgerNotFound = "ledger_not_found", NOT_FOUND, "No such ledger";
    LimitNotFound = "limit_not_found", NOT_FOUND, "No such limit";
    KeyNotFound = "key_not_found", NOT_FOUND, "No such key";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed";
    ReferenceTaken = "reference_taken", CONFLICT, "Reference taken";
    TransactionNotEditable = "transaction_not_editable", CONFLICT, "Transaction not editable";
    AccountFrozen = "account_frozen", CONFLICT, "Account frozen";
    AccountClosed = "account_closed", CONFLICT, "Account closed";
    PeriodClosed = "period_closed", CONFLICT, "Period closed";
    AccountNotEmpty = "account_not_empty", CONFLICT, "Account not empty";
    AccountExists = "account_exists", CONFLICT, "Account exists";
    LedgerExists = "ledger_exists", CONFLICT, "Ledger exists";
    VersionMismatch = "version_mismatch", PRECONDITION_FAILED, "Version mismatch";
    IfMatchRequired = "if_match_required", PRECONDITION_REQUIRED, "If-Match required";
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "Payload too large";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type";
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, "Validation failed";
    LimitExceeded = "limit_exceeded", UNPROCESSABLE_ENTITY, "Spending limit exceeded";
    InsufficientFunds = "insufficient_funds", UNPROCESSABLE_ENTITY, "Insufficient funds";
    CurrencyMismatch = "currency_mismatch", UNPROCESSABLE_ENTITY, "Currency mismatch";
    SameAccount = "same_account", UNPROCESSABLE_ENTITY, "Same account";
    AmountExceedsRemaining = "amount_exceeds_remaining", UNPROCESSABLE_ENTITY, "Amount exceeds what remains";
    AmountOverflow = "amount_overflow", UNPROCESSABLE_ENTITY, "Amount overflow";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "Idempotency key reused";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal error";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Unavailable";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "Overloaded";
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE, "Outcome unknown";
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_told_apart_by_name() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.status().as_u16() >= 400));
    }
}
