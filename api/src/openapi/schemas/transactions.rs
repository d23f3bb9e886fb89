//! The documents of transactions, and of their history.

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

use service::record::{TransactionKind, TransactionRelation, TransactionStatus};

use super::records::{CREATED_AT, METADATA, UPDATED_AT};
use super::values::{any_text, currency, date_time, integer, metadata, names, server_id, unsigned_amount, user_id};
use super::{Named, Shape, nullable};
use crate::openapi::examples;

pub(super) fn all() -> Vec<Named> {
    vec![("Transaction", transaction()), ("Revision", revision())]
}

fn transaction() -> RefOr<Schema> {
    let kind = names(TransactionKind::ALL, TransactionKind::as_str);
    let status = names(TransactionStatus::ALL, TransactionStatus::as_str);
    let user = || nullable(user_id());
    let shape = Shape::new("One amount of one currency, moved from one account to another.")
        .must("id", "UUIDv7, made by the server.", server_id())
        .must(
            "type",
            "credit = world → user, debit = user → world, transfer = any → any.",
            kind,
        )
        .must(
            "status",
            "`voided` once deleted; of a hold `pending`, then `captured`, `voided` or `expired`.",
            status,
        )
        .must(
            "user_id",
            "Owner of the user account of a credit or debit; null for a transfer.",
            user(),
        )
        .must("source_account_id", "Where the money comes from.", server_id())
        .must(
            "source_user_id",
            "Owner of the source account; null for a system account.",
            user(),
        )
        .must("destination_account_id", "Where the money goes.", server_id())
        .must(
            "destination_user_id",
            "Owner of the destination account; null for a system account.",
            user(),
        )
        .must(
            "amount",
            "Major units, with exactly the currency's decimals.",
            unsigned_amount(),
        )
        .must("currency", "Currency of the amount and of both accounts.", currency())
        .must("transaction_date", "When it happened, as the caller says.", date_time())
        .must("description", "What it was for.", nullable(any_text()))
        .must("category", "What it is counted under.", nullable(any_text()))
        .must(
            "reference",
            "The caller's own name for it, unique in the ledger.",
            nullable(any_text()),
        )
        .must("metadata", METADATA, metadata());
    with_family(shape)
        .must("version", "1 when created, one more with each change.", integer(1))
        .must("created_at", CREATED_AT, date_time())
        .must("updated_at", UPDATED_AT, date_time())
        .example(examples::transaction())
        .build()
}

/// What a transaction tells of others, and of itself as a hold.
fn with_family(shape: Shape) -> Shape {
    let relation = names(TransactionRelation::ALL, TransactionRelation::as_str);
    shape
        .must(
            "parent_id",
            "The transaction that this one belongs to.",
            nullable(server_id()),
        )
        .may(
            "relation",
            "What this one is to its parent; absent where it has none.",
            relation,
        )
        .may(
            "refunded_amount",
            "What its posted refunds give back; absent where it was never refunded.",
            unsigned_amount(),
        )
        .may(
            "captured_amount",
            "What the posted captures of a hold took; absent where it is no hold.",
            unsigned_amount(),
        )
        .may(
            "remaining_amount",
            "What a hold still keeps; absent where it is no hold.",
            unsigned_amount(),
        )
        .may(
            "expires_at",
            "From when on a hold can no longer be captured, null where that is not set; absent where it is no hold.",
            nullable(date_time()),
        )
}

fn revision() -> RefOr<Schema> {
    let any = || ObjectBuilder::new().schema_type(SchemaType::AnyValue).build();
    let change = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("from", any())
        .property("to", any())
        .required("from")
        .required("to");
    let changes = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::from(change)))
        .build();
    Shape::new("One version of a transaction, and who changed what, when and why.")
        .must("version", "The version that the change made.", integer(1))
        .must(
            "transaction",
            "The document right after the change.",
            Ref::from_schema_name("Transaction"),
        )
        .must(
            "changes",
            "What differs from the version before, by field; empty for the first.",
            changes,
        )
        .must("actor", "The credential that asked for the change.", any_text())
        .must("reason", "Why, where the caller said so.", nullable(any_text()))
        .must("request_id", "The request that made the change.", any_text())
        .must("recorded_at", "When the change was recorded.", date_time())
        .must("position", "Position of the event in the ledger.", integer(1))
        .example(examples::revision())
        .build()
}
