//! The documents of ledgers, and what makes and changes one.

use utoipa::openapi::{RefOr, Schema};

use super::values::{boolean, date_time, iso_currency, ledger_name, plain_text, server_id, signed_amount};
use super::{Named, Shape, integer, nullable};
use crate::openapi::examples;

pub(super) fn all() -> Vec<Named> {
    vec![
        ("Ledger", ledger()),
        ("CreateLedger", create_ledger()),
        ("UpdateLedger", update_ledger()),
    ]
}

const CURRENCY: &str = "The currency of requests that name none: one of ISO 4217.";
const MINIMUM: &str = "The minimum balance of users' accounts that are given none, at most zero; null: no limit. An \
                       account in a currency with fewer decimals than it has is refused.";
const KEY: &str = "Whether every write must have an `Idempotency-Key`, but an import.";
const MATCH: &str = "Whether a write to something that has a version must have `If-Match`, or `If-None-Match: *`.";
const EDIT: &str =
    "Whether a user's own token may record credits, and change and delete the user's credits and debits.";

fn ledger() -> RefOr<Schema> {
    Shape::new("A ledger, and how it is set up.")
        .must(
            "id",
            "UUIDv7, made by the server; it enters the hash of each block.",
            server_id(),
        )
        .must("name", "What callers pick it by, for good.", ledger_name())
        .must("default_currency", CURRENCY, iso_currency())
        .must("default_minimum_balance", MINIMUM, nullable(signed_amount()))
        .must("require_idempotency_key", KEY, boolean())
        .must("require_if_match", MATCH, boolean())
        .must("users_may_edit", EDIT, boolean())
        .must("version", "1 when made, one more with each change.", integer(1))
        .must("created_at", "When it was made.", date_time())
        .must("updated_at", "When the newest version was recorded.", date_time())
        .example(examples::ledger())
        .build()
}

fn create_ledger() -> RefOr<Schema> {
    Shape::new("A ledger to make.")
        .must("name", "What callers shall pick it by.", ledger_name())
        .may(
            "default_currency",
            "The same; USD where absent.",
            nullable(iso_currency()),
        )
        .may("default_minimum_balance", MINIMUM, nullable(signed_amount()))
        .may("require_idempotency_key", KEY, nullable(boolean()))
        .may("require_if_match", MATCH, nullable(boolean()))
        .may("users_may_edit", EDIT, nullable(boolean()))
        .closed()
        .build()
}

fn update_ledger() -> RefOr<Schema> {
    Shape::new("Changes to a ledger's settings, as a merge patch.")
        .may("default_currency", CURRENCY, iso_currency())
        .may("default_minimum_balance", MINIMUM, nullable(signed_amount()))
        .may("require_idempotency_key", KEY, boolean())
        .may("require_if_match", MATCH, boolean())
        .may("users_may_edit", EDIT, boolean())
        .may("reason", "Why; kept with the event.", nullable(plain_text()))
        .closed()
        .build()
}
