//! What is to be said about transactions.

use actix_web::http::Method;

use super::TRANSACTIONS;
use crate::openapi::describe::Description;
use crate::openapi::{examples, parameters};
use crate::problem::Code;

/// What a transaction can meet whose money moves back.
const CHANGE: &[Code] = &[
    Code::TransactionNotEditable,
    Code::AccountClosed,
    Code::AccountFrozen,
    Code::PeriodClosed,
    Code::AmountOverflow,
    Code::InsufficientFunds,
];

/// What the end of a hold, or another one, can meet.
const END: &[Code] = &[Code::TransactionNotEditable, Code::AccountClosed, Code::AccountFrozen];

/// What a restored transaction or a refund can meet.
const RESTORE: &[Code] = &[
    Code::TransactionNotEditable,
    Code::AccountClosed,
    Code::AccountFrozen,
    Code::PeriodClosed,
    Code::AmountExceedsRemaining,
    Code::AmountOverflow,
    Code::LimitExceeded,
    Code::InsufficientFunds,
];

/// What an import takes and does.
const IMPORT: &str = include_str!("../import.md");

/// Everything there is to say of them.
pub(super) fn all() -> Vec<Description> {
    let mut all = own();
    all.push(batch());
    all.push(import());
    all.extend(changes());
    all.extend(holds());
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
        new(Method::GET, "/api/v1/transactions/export", "export_transactions")
            .says(
                "Export transactions",
                "A file of every transaction that the filters show, oldest first, of any size: it is written as it is \
                 read. One that is there throughout is in it once. NDJSON has a transaction's document in each line; CSV \
                 has its members as columns, metadata as the text of a JSON object, and an apostrophe before a text that a \
                 spreadsheet would take for a formula. Where something fails on the way, the connection is broken off. \
                 Without `format` the header `Accept` decides, and CSV is sent where it does not.",
            )
            .query(parameters::export())
            .streams(&[
                ("text/csv", examples::EXPORT_CSV),
                ("application/x-ndjson", examples::EXPORT_NDJSON),
            ]),
        new(Method::POST, "/api/v1/transactions", "create_transaction")
            .says(
                "Record a transaction",
                "A credit or a debit of a user, or a transfer between two accounts. A user never seen is made, and so is \
                 the user's account `main`, per currency; one that was erased is not found. With the status `pending` it is a hold: no balance changes, \
                 the amount is reserved on the source (`held_out`) and announced on the destination (`held_in`).",
            )
            .body("CreateTransaction")
            .creates("Transaction")
            .rehearses("Transaction")
            .problems(&[
                Code::UserNotFound,
                Code::AccountNotFound,
                Code::AccountClosed,
                Code::AccountFrozen,
                Code::PeriodClosed,
                Code::ReferenceTaken,
                Code::SameAccount,
                Code::CurrencyMismatch,
                Code::AmountOverflow,
                Code::LimitExceeded,
                Code::InsufficientFunds,
            ]),
        new(Method::GET, "/api/v1/transactions/{id}", "find_transaction")
            .says("Read a transaction", "The newest version, or a past one: by its number, or what was current at a time.")
            .query(parameters::version())
            .finds("Transaction"),
        new(Method::GET, "/api/v1/transactions/{id}/revisions", "list_revisions")
            .says("List the versions of a transaction", "Oldest first: who changed what, when and why.")
            .query(parameters::page())
            .lists("Revision"),
    ]
}

fn holds() -> Vec<Description> {
    let new = |method, path, id| Description::new(TRANSACTIONS, method, path, id);
    vec![
        new(Method::POST, "/api/v1/transactions/{id}/capture", "capture_hold")
            .says(
                "Capture a hold",
                "Makes the posted transaction that the hold announced, in whole or in part. Unless `final` is false the \
                 rest is given up; several captures together never pass the hold's amount. Funds are not tested again.",
            )
            .body("CaptureHold")
            .creates("Transaction")
            .rehearses("Transaction")
            .problems(&[
                Code::TransactionNotEditable,
                Code::AccountClosed,
                Code::AccountFrozen,
                Code::PeriodClosed,
                Code::AmountExceedsRemaining,
                Code::AmountOverflow,
                Code::LimitExceeded,
            ]),
        new(Method::POST, "/api/v1/transactions/{id}/void", "void_hold")
            .says(
                "Give up a hold",
                "What it still keeps is released: `voided` if nothing was captured, else `captured`.",
            )
            .body("VoidHold")
            .changes("Transaction", "The hold, which keeps nothing any more.")
            .problems(END),
        new(Method::POST, "/api/v1/transactions/{id}/extend", "extend_hold")
            .says("Extend a hold", "Lets a hold that is pending expire at another time, which is to come.")
            .body("ExtendHold")
            .changes("Transaction", "The hold.")
            .problems(END),
    ]
}

fn batch() -> Description {
    let new = |method, path, id| Description::new(TRANSACTIONS, method, path, id);
    new(Method::POST, "/api/v1/transactions/batch", "create_transactions")
        .says(
            "Record many transactions",
            "Up to 1,000 in one commit, each over what those before it left. An atomic batch is recorded whole or \
             answers the problem of the first that is refused, with its `index`. Else each is answered for itself; an \
             Idempotency-Key K stands for `K#index` of those without one, so that what was made is replayed and what \
             was refused is tried again.",
        )
        .body("CreateBatch")
        .creates("Batch")
        .changes("BatchResults", "What became of each, or a dry run.")
        .problems(&[
            Code::UserNotFound,
            Code::AccountNotFound,
            Code::AccountClosed,
            Code::AccountFrozen,
            Code::PeriodClosed,
            Code::ReferenceTaken,
            Code::SameAccount,
            Code::CurrencyMismatch,
            Code::AmountOverflow,
            Code::LimitExceeded,
            Code::InsufficientFunds,
        ])
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
                Code::PeriodClosed,
                Code::ReferenceTaken,
                Code::AmountExceedsRemaining,
                Code::AmountOverflow,
                Code::LimitExceeded,
                Code::InsufficientFunds,
            ]),
        new(Method::DELETE, "/api/v1/transactions/{id}", "void_transaction")
            .says(
                "Delete a transaction",
                "Its money moves back and its status is `voided`; it keeps its reference. Of a hold, what it still keeps \
                 is released.",
            )
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
