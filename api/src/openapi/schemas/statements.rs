//! The documents of an account's statement, and of its balance in time.

use utoipa::openapi::{RefOr, Schema};

use super::values::{any_text, currency, date, date_time, server_id, signed_amount, time_zone};
use super::{NEXT_CURSOR, Named, Shape, list_of, nullable};
use crate::openapi::examples;

pub(super) fn all() -> Vec<Named> {
    vec![
        ("AccountBalance", account_balance()),
        ("Statement", statement()),
        ("StatementLine", line()),
    ]
}

fn account_balance() -> RefOr<Schema> {
    Shape::new("The balance of an account at a time.")
        .must("account_id", "The account.", server_id())
        .must("currency", "The currency of the balance.", currency())
        .must(
            "balance",
            "The balance then; now where no time was asked for.",
            signed_amount(),
        )
        .must(
            "as_of",
            "As it was recorded until then, where that was asked for.",
            nullable(date_time()),
        )
        .must(
            "effective_at",
            "Of current transactions dated until then, where that was asked for.",
            nullable(date_time()),
        )
        .example(examples::account_balance())
        .build()
}

fn statement() -> RefOr<Schema> {
    Shape::new("A page of an account's statement.")
        .must("account_id", "The account.", server_id())
        .must("currency", "The currency of every amount here.", currency())
        .must("time_zone", "The zone whose days the period is made of.", time_zone())
        .must("from", "First day asked for.", nullable(date()))
        .must("to", "Last day asked for.", nullable(date()))
        .must(
            "opening_balance",
            "Before the first line of the whole period.",
            signed_amount(),
        )
        .must(
            "closing_balance",
            "After the last line of the whole period.",
            signed_amount(),
        )
        .must(
            "lines",
            "Oldest first, those of one time by id.",
            list_of("StatementLine"),
        )
        .must("next_cursor", NEXT_CURSOR, nullable(any_text()))
        .example(examples::statement())
        .build()
}

fn line() -> RefOr<Schema> {
    Shape::new("One transaction, as one of its accounts sees it.")
        .must("transaction_date", "When it happened, as the caller says.", date_time())
        .must("transaction_id", "The transaction.", server_id())
        .must("description", "What it was for.", nullable(any_text()))
        .must("counterparty_account_id", "The account on its other side.", server_id())
        .must(
            "amount",
            "Positive = money came in, negative = it went out.",
            signed_amount(),
        )
        .must("balance", "The account's balance after the line.", signed_amount())
        .build()
}
