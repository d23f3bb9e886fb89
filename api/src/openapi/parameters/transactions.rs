//! The parameters of lists and exports of transactions.

use service::record::{TransactionKind, TransactionStatus};
use utoipa::openapi::path::Parameter;

use super::{page, query};
use crate::format::Format;
use crate::openapi::schemas::{
    any_text, category, currency, date_time, enumeration, names, plain_text, reference_text, server_id,
    unsigned_amount, user_id,
};

/// A list of transactions.
pub(in crate::openapi) fn transactions() -> Vec<Parameter> {
    let mut parameters = vec![query("user_id", user_id(), "That touch an account of this user.")];
    parameters.extend(transactions_of_user());
    parameters
}

/// An export.
pub(in crate::openapi) fn export() -> Vec<Parameter> {
    let mut parameters = vec![
        query(
            "format",
            names(Format::ALL, Format::as_str),
            "What the file is written in.",
        ),
        query("user_id", user_id(), "That touch an account of this user."),
    ];
    parameters.extend(filters());
    parameters
}

/// A list of transactions whose user the path names.
pub(in crate::openapi) fn transactions_of_user() -> Vec<Parameter> {
    const SORTS: &[&str] = &[
        "-transaction_date",
        "transaction_date",
        "-created_at",
        "created_at",
        "-amount",
        "amount",
    ];
    let mut sort = enumeration(SORTS);
    sort.default = Some("-transaction_date".into());
    let by_amount = "By amount needs `currency`, and `user_id` or `account_id`.";
    let mut parameters = filters();
    parameters.push(query("sort", sort, by_amount));
    parameters.extend(page());
    parameters
}

/// Which transactions, whoever's.
fn filters() -> Vec<Parameter> {
    let mut statuses = any_text();
    let all: Vec<&str> = TransactionStatus::ALL.iter().map(|status| status.as_str()).collect();
    let one = all.join("|");
    statuses.pattern = Some(format!("^({one})(,({one}))*$"));
    let search = "At most 8 words, each a substring, letter case aside, of description, reference or category.";
    vec![
        query("currency", currency(), "In this currency."),
        query("account_id", server_id(), "That touch this account."),
        query(
            "type",
            names(TransactionKind::ALL, TransactionKind::as_str),
            "Of this kind.",
        ),
        query(
            "status",
            statuses,
            "In one of these states, separated by commas; all but voided where absent.",
        ),
        query("category", category(), "Counted under exactly this."),
        query("reference", reference_text(), "With exactly this reference."),
        query("from", date_time(), "Dated then or later."),
        query("to", date_time(), "Dated before."),
        query(
            "min_amount",
            unsigned_amount(),
            "Of this amount or more; needs `currency`.",
        ),
        query(
            "max_amount",
            unsigned_amount(),
            "Of this amount or less; needs `currency`.",
        ),
        query("q", plain_text(), search),
    ]
}
