//! The document of statistics.

use utoipa::openapi::schema::{ArrayBuilder, Object};
use utoipa::openapi::{Ref, RefOr, Schema};

use super::values::{any_text, currency, date, integer, signed_amount, time_zone, unsigned_amount, user_id};
use super::{Named, Shape, list_of, nullable};
use crate::openapi::examples;

const AVERAGE: &str = "`total` by `count`, rounded half to even to the currency's decimals; null where there are none.";

pub(super) fn all() -> Vec<Named> {
    vec![
        ("Statistics", statistics()),
        ("CurrencyStatistics", currency_statistics()),
        ("DirectionStatistics", direction()),
        ("CategoryStatistics", category()),
        ("PeriodStatistics", period()),
    ]
}

fn statistics() -> RefOr<Schema> {
    Shape::new("Statistics of posted transactions.")
        .may("user_id", "The user; absent for a whole ledger.", user_id())
        .must("time_zone", "The zone whose days are grouped by.", time_zone())
        .must("from", "First day asked for.", nullable(date()))
        .must("to", "Last day asked for.", nullable(date()))
        .must(
            "currencies",
            "By currency, in alphabetical order.",
            list_of("CurrencyStatistics"),
        )
        .example(examples::statistics())
        .build()
}

fn currency_statistics() -> RefOr<Schema> {
    let direction = || Ref::from_schema_name("DirectionStatistics");
    let categories = ArrayBuilder::new()
        .items(Ref::from_schema_name("CategoryStatistics"))
        .max_items(Some(100))
        .build();
    Shape::new("Statistics in one currency. Amounts are in major units.")
        .must("currency", "The currency.", currency())
        .must("count", "Credits and debits.", count())
        .must("total", "Credits plus debits.", unsigned_amount())
        .must("average_transaction_value", AVERAGE, nullable(unsigned_amount()))
        .must("net", "Credits minus debits.", signed_amount())
        .must("credits", "Money that came in.", direction())
        .must("debits", "Money that went out.", direction())
        .must(
            "day_with_highest_transactions",
            "The day with the most transactions, on a tie the latest.",
            nullable(date()),
        )
        .must("busiest_day_count", "How many that day had.", count())
        .must(
            "by_category",
            "Both directions, the 100 largest totals, then by name.",
            categories,
        )
        .may(
            "series",
            "Periods that have transactions, oldest first; only with `interval`.",
            list_of("PeriodStatistics"),
        )
        .build()
}

fn direction() -> RefOr<Schema> {
    Shape::new("One direction of money.")
        .must("count", "How many.", count())
        .must("total", "How much.", unsigned_amount())
        .must("average", AVERAGE, nullable(unsigned_amount()))
        .build()
}

fn category() -> RefOr<Schema> {
    Shape::new("One category, both directions.")
        .must(
            "category",
            "The category; null for transactions without one.",
            nullable(any_text()),
        )
        .must("count", "How many.", count())
        .must("total", "How much.", unsigned_amount())
        .build()
}

fn period() -> RefOr<Schema> {
    let direction = || Ref::from_schema_name("DirectionStatistics");
    Shape::new("One period of a series.")
        .must("period", "The period's first day; weeks begin on Monday.", date())
        .must("credits", "Money that came in.", direction())
        .must("debits", "Money that went out.", direction())
        .build()
}

fn count() -> Object {
    integer(0)
}
