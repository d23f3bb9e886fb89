//! Lists of transactions that one request records, and what is answered to them.

use utoipa::openapi::schema::{Array, ArrayBuilder, Discriminator, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};

use super::requests::{transfer, user_transaction};
use super::values::{boolean, integer, text};
use super::{Named, Shape, list_of, nullable, reference};
use crate::transactions::batch::BATCH_ITEMS_MAX;

const KEY: &str = "Its own Idempotency-Key, 1 to 255 printable ASCII characters: as if it were sent by itself.";

pub(super) fn all() -> Vec<Named> {
    let with_key = |shape: Shape| {
        shape
            .may("idempotency_key", KEY, nullable(text(1, 255)))
            .closed()
            .build()
    };
    vec![
        ("CreateBatch", create_batch()),
        ("BatchUserTransaction", with_key(user_transaction())),
        ("BatchTransfer", with_key(transfer())),
        ("Batch", batch()),
        ("BatchResults", batch_results()),
        ("BatchResult", batch_result()),
    ]
}

fn create_batch() -> RefOr<Schema> {
    let path = |name: &str| format!("#/components/schemas/{name}");
    let (of_user, transfer) = ("BatchUserTransaction", "BatchTransfer");
    let kinds = [
        ("credit", path(of_user)),
        ("debit", path(of_user)),
        ("transfer", path(transfer)),
    ];
    let item = OneOfBuilder::new()
        .item(reference(of_user))
        .item(reference(transfer))
        .discriminator(Some(Discriminator::with_mapping("type", kinds)));
    let items: Array = ArrayBuilder::new().items(item).max_items(Some(BATCH_ITEMS_MAX)).build();
    Shape::new("Transactions to record with one request; each sees the effects of those before it.")
        .must("atomic", "All or nothing; else each for itself.", boolean())
        .must("transactions", "1 to 1000 of them.", items)
        .closed()
        .build()
}

fn batch() -> RefOr<Schema> {
    Shape::new("Transactions that were recorded together.")
        .must(
            "data",
            "The transactions, in the order of the request.",
            list_of("Transaction"),
        )
        .build()
}

fn batch_results() -> RefOr<Schema> {
    let of_a_rehearsal = OneOfBuilder::new()
        .item(reference("BatchResult"))
        .item(reference("Transaction"));
    Shape::new("What became of each transaction; of a dry run that is atomic, the transactions themselves.")
        .must(
            "data",
            "In the order of the request.",
            ArrayBuilder::new().items(of_a_rehearsal).build(),
        )
        .build()
}

fn batch_result() -> RefOr<Schema> {
    Shape::new("What became of one transaction of a batch.")
        .must("index", "Its number in the request, from 0.", integer(0))
        .must(
            "status",
            "The status that it would be answered by itself.",
            integer(200),
        )
        .may(
            "transaction",
            "The transaction, where it was made.",
            Ref::from_schema_name("Transaction"),
        )
        .may("problem", "Why it was refused.", Ref::from_schema_name("Problem"))
        .build()
}
