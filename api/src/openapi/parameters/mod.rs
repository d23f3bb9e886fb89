//! The parameters of requests and the headers of answers.

mod audit;
mod transactions;

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Object;
use utoipa::openapi::{Header, HeaderBuilder, Required};

use service::query::{PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX};
use service::record::{AccountKind, AccountStatus, LimitStatus};

use crate::import::OnError;

use super::schemas::{
    any_text, currency, date, date_time, entity_tags, enumeration, integer, ledger_name, names, plain_text, server_id,
    text, user_id,
};
use crate::limits;
pub(super) use audit::{blocks, events, proved_version, version};
pub(super) use transactions::{export, transactions, transactions_of_user};

fn parameter(kind: ParameterIn, name: &str, schema: Object, description: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(kind)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
}

fn query(name: &str, schema: Object, description: &str) -> Parameter {
    parameter(ParameterIn::Query, name, schema, description).build()
}

fn flag(name: &str, description: &str) -> Parameter {
    let mut flag = enumeration(&["true", "false"]);
    flag.default = Some("false".into());
    query(name, flag, description)
}

fn header(name: &str, schema: Object, description: &str) -> Parameter {
    parameter(ParameterIn::Header, name, schema, description).build()
}

fn path(schema: Object, description: &str) -> Parameter {
    parameter(ParameterIn::Path, "id", schema, description)
        .required(Required::True)
        .build()
}

/// The id in `path`, if it has one.
pub(super) fn of_path(of: &str) -> Option<Parameter> {
    if of.contains("/users/{id}") {
        Some(path(
            user_id(),
            "The user: 1–64 of A-Z a-z 0-9 . _ : @ -, but not `me`, `.` or `..`.",
        ))
    } else if of.contains("/ledgers/{id}") {
        Some(path(ledger_name(), "The ledger's name."))
    } else if of.contains("{id}") {
        Some(path(server_id(), "The resource's id."))
    } else {
        None
    }
}

/// Which page of a list.
pub(super) fn page() -> Vec<Parameter> {
    let mut limit = integer(1);
    limit.maximum = Some(utoipa::Number::UInt(PAGE_LIMIT_MAX.try_into().unwrap_or(usize::MAX)));
    limit.default = Some(PAGE_LIMIT_DEFAULT.into());
    let mut cursor = any_text();
    cursor.min_length = Some(1);
    vec![
        query("limit", limit, "Most rows of the page; may change between pages."),
        query(
            "cursor",
            cursor,
            "The `next_cursor` of the page before, with the same filters and sort.",
        ),
    ]
}

/// A list of users.
pub(super) fn users() -> Vec<Parameter> {
    let search = "Text that id, full name or e-mail contain, letter case aside.";
    let mut parameters = vec![query("q", plain_text(), search)];
    parameters.extend(page());
    parameters
}

/// A list of accounts.
pub(super) fn accounts() -> Vec<Parameter> {
    let mut parameters = vec![
        query("user_id", user_id(), "Of this user."),
        query("currency", currency(), "In this currency."),
        query(
            "kind",
            names(AccountKind::ALL, AccountKind::as_str),
            "Of users, or of the ledger itself.",
        ),
        query(
            "status",
            names(AccountStatus::ALL, AccountStatus::as_str),
            "In this state.",
        ),
    ];
    parameters.extend(page());
    parameters
}

/// A list of spending limits.
pub(super) fn limits() -> Vec<Parameter> {
    let mut parameters = vec![
        query("user_id", user_id(), "For this user alone."),
        query("account_id", server_id(), "For this account."),
        query("currency", currency(), "In this currency."),
        query("status", names(limits::STATUSES, LimitStatus::as_str), "In this state."),
    ];
    parameters.extend(page());
    parameters
}

/// The balance of an account.
pub(super) fn balance() -> Vec<Parameter> {
    let effective_at = "By the dates of current transactions until then; not together with `as_of`.";
    vec![
        query("as_of", date_time(), "As it was recorded until then."),
        query("effective_at", date_time(), effective_at),
    ]
}

/// The statement of an account.
pub(super) fn statement() -> Vec<Parameter> {
    let mut parameters = days().to_vec();
    parameters.extend(page());
    parameters
}

fn days() -> [Parameter; 2] {
    [
        query("from", date(), "First day, inclusive."),
        query("to", date(), "Last day, inclusive."),
    ]
}

/// Why a transaction is deleted.
pub(super) fn reason() -> Vec<Parameter> {
    vec![query("reason", plain_text(), "Why; kept with the revision.")]
}

/// What of a user is erased.
pub(super) fn erasure() -> Vec<Parameter> {
    let description = "Erase description, metadata and reasons of the user's transactions as well.";
    vec![flag("texts", description)]
}

/// A file of transactions.
pub(super) fn import() -> Vec<Parameter> {
    let mut on_error = names(OnError::ALL, OnError::as_str);
    on_error.default = Some(OnError::default().as_str().into());
    let description = "After a row that is rejected: `skip` it and go on, or `stop` there.";
    vec![query("on_error", on_error, description)]
}

/// Statistics.
pub(super) fn statistics() -> Vec<Parameter> {
    let interval = enumeration(&["day", "week", "month"]);
    let mut parameters = vec![query("currency", currency(), "In this currency alone.")];
    parameters.extend(days());
    parameters.push(query("interval", interval, "Adds a series of these periods."));
    parameters
}

/// Whether to keep a write.
pub(super) fn dry_run() -> Parameter {
    flag("dry_run", "Check and answer everything, but keep nothing.")
}

/// The ledger of an operator's request.
pub(super) fn ledger() -> Parameter {
    let mut name = text(1, 63);
    name.pattern = Some("^[a-z0-9-]+$".to_owned());
    let description = "The ledger that an operator's request is about; `main` where absent. Other keys have their own.";
    header("Daybook-Ledger", name, description)
}

/// What makes a write safe to send again.
pub(super) fn idempotency_key() -> Parameter {
    let mut key = text(1, 255);
    key.pattern = Some("^[ -~]+$".to_owned());
    let description = "Makes the request safe to send again: the same request with the same key is done once, and its \
                       answer repeated.";
    header("Idempotency-Key", key, description)
}

/// The version that a write expects.
pub(super) fn if_match() -> Parameter {
    header(
        "If-Match",
        entity_tags(),
        "Do it only if the resource has one of these versions, such as `\"3\"`.",
    )
}

/// That a write expects nothing to be there.
pub(super) fn if_absent() -> Parameter {
    header(
        "If-None-Match",
        enumeration(&["*"]),
        "Make the resource, but replace none.",
    )
}

/// The version that a reader has.
pub(super) fn if_none_match() -> Parameter {
    header(
        "If-None-Match",
        entity_tags(),
        "Answer 304 if the resource still has one of these versions.",
    )
}

/// A header of an answer.
pub(super) fn answered(schema: Object, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}
