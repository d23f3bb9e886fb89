//! What is to be said about transactions.

use actix_web::http::Method;

use super::TRANSACTIONS;
use crate::openapi::describe::Description;
use crate::openapi::parameters;
use crate::problem::Code;

/// What a change of a posted transaction can meet.
const CHANGE: &[Code] = &[
    Code::TransactionNotEditable,
    Code::AccountClosed,
    Code::AccountFrozen,
    Code::AmountOverflow,
    Code::InsufficientFunds,
];

/// What a restored transaction or a refund can meet.
const RESTORE: &[Code] = &[
    Code::TransactionNotEditable,
    Code::AccountClosed,
    Code::AccountFrozen,
    Code::AmountExceedsRemaining,
    Code::AmountOverflow,
    Code::InsufficientFunds,
];

/// What an import takes and does.
const IMPORT: &str = include_str!("../import.md");

/// Everything there is to say of them.
pub(super) fn all() -> Vec<Description> {
    let mut all = own();
    all.push(import());
    all.extend(changes());
    all
}

fn own() -> Vec<Description> {
    let new = |method, path, id| Description::new(TRANSACTIONS, method, path, id);
    vec![
        new(Method::GET, "/api/v1/transactions", "list_transactions")
            .says(
                "List transactions",
                "Newest first unless sorted otherwise. A transfer between two accounts of one user appears once. Where a \
                 filter is not served by an index a page may be short or empty while `next_cursor` is set.",
            )
            .query(parameters::transactions())
            .lists("Transaction"),
        new(Method::POST, "/api/v1/transactions", "create_transaction")
            .says(
                "Record a transaction",
                "A credit or a debit of a user, or a transfer between two accounts. A user never seen is made, and so is \
                 the user's account `main`, per currency.",
            )
            .body("CreateTransaction")
            .creates("Transaction")
            .rehearses("Transaction")
            .problems(&[
                Code::AccountNotFound,
                Code::AccountClosed,
                Code::AccountFrozen,
                Code::ReferenceTaken,
                Code::SameAccount,
                Code::CurrencyMismatch,
                Code::AmountOverflow,
                Code::InsufficientFunds,
            ]),
        new(Method::GET, "/api/v1/transactions/{id}", "find_transaction")
            .says("Read a transaction", "The newest version, or a past one.")
            .query(parameters::version())
            .finds("Transaction"),
        new(Method::GET, "/api/v1/transactions/{id}/revisions", "list_revisions")
            .says("List the versions of a transaction", "Oldest first: who changed what, when and why.")
            .query(parameters::page())
            .lists("Revision"),
    ]
}

fn import() -> Description {
    Description::new(
        TRANSACTIONS,
        Method::POST,
        "/api/v1/transactions/import",
        "import_transactions",
    )
    .says("Import transactions", IMPORT)
    .query(parameters::import())
    .reports("ImportReport")
}

fn changes() -> Vec<Description> {
    let new = |method, path, id| Description::new(TRANSACTIONS, method, path, id);
    vec![
        new(Method::PATCH, "/api/v1/transactions/{id}", "update_transaction")
            .says(
                "Change a transaction",
                "A merge patch. The journal keeps every version; balances and statistics follow. No difference: nothing \
                 is recorded, and the version stays.",
            )
            .body("UpdateTransaction")
            .changes("Transaction", "The new version.")
            .problems(&[
                Code::TransactionNotEditable,
                Code::AccountClosed,
                Code::AccountFrozen,
                Code::ReferenceTaken,
                Code::AmountExceedsRemaining,
                Code::AmountOverflow,
                Code::InsufficientFunds,
            ]),
        new(Method::DELETE, "/api/v1/transactions/{id}", "void_transaction")
            .says("Delete a transaction", "Its money moves back and its status is `voided`; it keeps its reference.")
            .query(parameters::reason())
            .changes("Transaction", "The voided transaction.")
            .problems(CHANGE),
        new(Method::POST, "/api/v1/transactions/{id}/restore", "restore_transaction")
            .says("Restore a deleted transaction", "It is checked for everything that a new posting is checked for.")
            .body("RestoreTransaction")
            .changes("Transaction", "The transaction, posted again.")
            .problems(RESTORE),
        new(Method::POST, "/api/v1/transactions/{id}/refund", "refund_transaction")
            .says(
                "Refund a transaction",
                "Makes a transaction the other way round, in whole or in part; all refunds together never pass the \
                 amount. A refund can be edited, but for its type, and deleted: the original follows.",
            )
            .body("RefundTransaction")
            .creates("Transaction")
            .rehearses("Transaction")
            .problems(RESTORE),
    ]
}
