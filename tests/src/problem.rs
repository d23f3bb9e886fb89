//! The one shape of every error: `application/problem+json` of RFC 9457, with the contract's members.

use crate::Answer;
use crate::answer::text;

/// The codes that a field's error may carry.
const FIELD_CODES: [&str; 12] = [
    "required",
    "unknown_field",
    "invalid_type",
    "invalid_format",
    "too_short",
    "too_long",
    "too_many",
    "out_of_range",
    "too_many_decimals",
    "unknown_currency",
    "unknown_time_zone",
    "not_allowed",
];

/// The members that a problem of this code has beside the six of every problem.
fn problem_members(code: &str) -> &'static [&'static str] {
    match code {
        "validation_failed" => &["errors"],
        "insufficient_funds" => &["account_id", "available", "minimum_balance"],
        "limit_exceeded" => &["limit_id", "window", "max", "used"],
        "reference_taken" | "account_exists" | "ledger_exists" | "idempotency_key_reused" => &["resource_id"],
        "transaction_not_editable" => &["current_status"],
        "amount_exceeds_remaining" => &["remaining_amount"],
        "period_closed" => &["closed_through"],
        "version_mismatch" => &["current_version"],
        _ => &[],
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn assert_problem_shape(&self) {
        let context = || format!("{} was answered {}: {}", self.request, self.status, self.text);
        let media_type = self.header("Content-Type").split(';').next().unwrap_or_default();
        assert_eq!(media_type, "application/problem+json", "{}", context());
        let members = self.body.as_object().unwrap_or_else(|| panic!("{}", context()));
        let code = text(&self.body, "code");
        assert_eq!(
            self.body["type"],
            format!("urn:daybook:problem:{code}"),
            "{}",
            context()
        );
        assert_eq!(self.body["status"], self.status, "{}", context());
        assert!(
            !text(&self.body, "title").is_empty() && !text(&self.body, "detail").is_empty(),
            "{}",
            context()
        );
        assert_eq!(self.body["request_id"], self.header("X-Request-Id"), "{}", context());

        let own = problem_members(code);
        // A user is told nothing of others, and then not a part of it.
        let may_be_of_others = self.is_of_user && ["reference_taken", "limit_exceeded"].contains(&code);
        let is_told = !may_be_of_others || own.iter().any(|member| members.contains_key(*member));
        for member in own.iter().filter(|_| is_told) {
            assert!(members.contains_key(*member), "no {member}: {}", context());
        }
        let common = ["type", "title", "status", "code", "detail", "request_id"];
        for member in members.keys() {
            let known = common.contains(&member.as_str())
                || own.contains(&member.as_str())
                || (code == "malformed_request" && member == "parameter")
                // Which item of a list it is about.
                || (member == "index" && self.request.contains("/transactions/batch"));
            assert!(known, "{member} is no member of {code}: {}", context());
        }
        if code == "validation_failed" {
            assert!(!self.errors().is_empty(), "{}", context());
            for error in self.errors() {
                assert_eq!(error.as_object().map(serde_json::Map::len), Some(3), "{}", context());
                assert!(
                    error["field"].is_string() && error["detail"].is_string(),
                    "{}",
                    context()
                );
                assert!(FIELD_CODES.contains(&text(error, "code")), "{}", context());
            }
        }
        if self.status == 503 || self.status == 429 {
            self.header("Retry-After")
                .parse::<u64>()
                .expect("Retry-After is in seconds");
        }
        if self.status == 401 {
            assert!(self.header("WWW-Authenticate").starts_with("Bearer"), "{}", context());
        }
    }
}
