//! The documents of users, accounts, currencies and keys.

use utoipa::openapi::{RefOr, Schema};

use service::record::{AccountKind, AccountStatus, CurrencyKind, Role};

use super::values::{
    any_text, currency, date, date_time, integer, metadata, names, server_id, signed_amount, time_zone,
    unsigned_amount, user_id,
};
use super::{Named, Shape, list_of, nullable};
use crate::openapi::examples;

pub(super) const CREATED_AT: &str = "When it was recorded.";
pub(super) const UPDATED_AT: &str = "When its newest version was recorded.";
pub(super) const METADATA: &str = "The caller's own members.";

pub(super) fn all() -> Vec<Named> {
    vec![
        ("User", user()),
        ("Balance", balance()),
        ("Account", account()),
        ("Entry", entry()),
        ("Currency", currency_record()),
        ("Closing", closing()),
        ("Key", key().build()),
        ("NewKey", new_key()),
    ]
}

fn currency_record() -> RefOr<Schema> {
    let kind = names(CurrencyKind::ALL, CurrencyKind::as_str);
    Shape::new("What amounts are of.")
        .must("code", "Its code.", currency())
        .must("kind", "Of ISO 4217, or the ledger's own.", kind)
        .must("exponent", "Decimals of the major unit, for good.", integer(0))
        .must("name", "What people call it.", any_text())
        .must(
            "created_at",
            "When it was made; null for one of ISO 4217.",
            nullable(date_time()),
        )
        .build()
}

fn user() -> RefOr<Schema> {
    Shape::new("The person on whose behalf transactions are made.")
        .must("id", "The caller's id.", user_id())
        .must("full_name", "The user's name.", nullable(any_text()))
        .must("email", "The user's e-mail address.", nullable(any_text()))
        .must(
            "time_zone",
            "IANA name of the zone whose days the user's statistics are grouped by.",
            time_zone(),
        )
        .must(
            "metadata",
            "The caller's own members; null once the user was erased.",
            nullable(metadata()),
        )
        .must("version", "1 when created, one more with each change.", integer(1))
        .must("created_at", CREATED_AT, date_time())
        .must("updated_at", UPDATED_AT, date_time())
        .may(
            "erased_at",
            "When the user was erased; absent where that was not. Name, e-mail and metadata are gone then.",
            date_time(),
        )
        .example(examples::user())
        .build()
}

fn account() -> RefOr<Schema> {
    let minimum = "The least that `available` may be lowered to; null for no limit.";
    Shape::new("Money of one currency, of a user or of the ledger itself.")
        .must("id", "UUIDv7, made by the server.", server_id())
        .must("user_id", "The owner; null for a system account.", nullable(user_id()))
        .must("name", "Unique with the owner and the currency.", any_text())
        .must("currency", "The one currency that the account holds.", currency())
        .must(
            "kind",
            "Whom it belongs to.",
            names(AccountKind::ALL, AccountKind::as_str),
        )
        .must("balance", "Sum of its entries.", signed_amount())
        .must("held_out", "Reserved by holds on money going out.", unsigned_amount())
        .must("held_in", "Announced by holds on money coming in.", unsigned_amount())
        .must("available", "`balance` − `held_out`.", signed_amount())
        .must("minimum_balance", minimum, nullable(signed_amount()))
        .must(
            "status",
            "What may happen to it.",
            names(AccountStatus::ALL, AccountStatus::as_str),
        )
        .must("metadata", METADATA, metadata())
        .must(
            "version",
            "1 when created, one more with every command that changes the account.",
            integer(1),
        )
        .must("created_at", CREATED_AT, date_time())
        .must("updated_at", UPDATED_AT, date_time())
        .example(examples::account())
        .build()
}

fn entry() -> RefOr<Schema> {
    Shape::new("One line of an account's journal; never changed.")
        .must("seq", "Counts from 1 without gaps.", integer(1))
        .must("transaction_id", "The transaction that moved the money.", server_id())
        .must(
            "transaction_version",
            "The version of it that wrote the line.",
            integer(1),
        )
        .must("amount", "Positive = credit, negative = debit.", signed_amount())
        .must("balance", "The account's balance after the line.", signed_amount())
        .must(
            "transaction_date",
            "When the transaction happened, as the caller said.",
            date_time(),
        )
        .must("recorded_at", "When the line was written.", date_time())
        .example(examples::entry())
        .build()
}

fn balance() -> RefOr<Schema> {
    Shape::new("What a user owns in one currency, over all accounts.")
        .must("currency", "The currency of every amount here.", currency())
        .must("balance", "Sum of the accounts' balances.", signed_amount())
        .must("held_out", "Sum of what is reserved.", unsigned_amount())
        .must("held_in", "Sum of what is announced.", unsigned_amount())
        .must("available", "`balance` − `held_out`.", signed_amount())
        .must(
            "accounts",
            "The accounts, in the order of their names.",
            list_of("Account"),
        )
        .example(examples::balance())
        .build()
}

fn closing() -> RefOr<Schema> {
    Shape::new("How far a ledger is closed.")
        .must(
            "closed_through",
            "The last day, in UTC, whose transactions stand as they are; null: no day is closed.",
            nullable(date()),
        )
        .must("version", "One more with each change; 0 before the first.", integer(0))
        .must(
            "updated_at",
            "When the newest version was recorded; null before the first.",
            nullable(date_time()),
        )
        .example(examples::closing())
        .build()
}

fn key() -> Shape {
    Shape::new("An API key, without its secret.")
        .must("id", "UUIDv7, made by the server.", server_id())
        .must("name", "What people call it.", any_text())
        .must("role", "What its bearer may do.", names(Role::ALL, Role::as_str))
        .must(
            "ledger",
            "The ledger it was made in; an operator's key reaches all.",
            any_text(),
        )
        .must(
            "prefix",
            "The first characters of the secret, to tell keys apart by.",
            any_text(),
        )
        .must("created_at", "When it was made.", date_time())
        .must("expires_at", "When it stops working by itself.", nullable(date_time()))
        .must("revoked_at", "When it was revoked.", nullable(date_time()))
        .example(examples::key())
}

fn new_key() -> RefOr<Schema> {
    key()
        .must(
            "secret",
            "The key itself, shown this once; null in a replay.",
            nullable(any_text()),
        )
        .example(examples::new_key())
        .build()
}
