//! The documents of the journal.

use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Object, Ref, RefOr, Schema};

use service::verify::{FAILURES_MAX, Invariant};

use super::values::{any_text, boolean, date_time, enumeration, integer, names, server_id};
use super::{NEXT_CURSOR, Named, Shape, list_of, nullable};
use crate::openapi::examples;

pub(super) fn all() -> Vec<Named> {
    vec![
        ("Head", head()),
        ("Block", block()),
        ("Event", event()),
        ("Events", events()),
        ("Proof", proof()),
        ("Verification", verification()),
        ("VerifyFailure", failure()),
    ]
}

/// A SHA-256.
fn hash() -> Object {
    let mut hash = any_text();
    hash.pattern = Some("^[0-9a-f]{64}$".to_owned());
    hash
}

/// A document of whatever kind.
fn document() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .build()
}

fn head() -> RefOr<Schema> {
    Shape::new("The newest block of a ledger.")
        .must(
            "ledger",
            "The ledger, as it enters the hash of each block.",
            server_id(),
        )
        .must("height", "Its height; 0 before the first.", integer(0))
        .must(
            "position",
            "Position of the newest event; 0 before the first.",
            integer(0),
        )
        .must("hash", "Its hash; 64 zeros before the first.", hash())
        .must(
            "recorded_at",
            "When it was recorded; null before the first.",
            nullable(date_time()),
        )
        .example(example("Head"))
        .build()
}

fn block() -> RefOr<Schema> {
    Shape::new("The events of one commit, chained to those of the commit before.")
        .must("height", "Counts from 1 without gaps.", integer(1))
        .must("first_position", "Position of its first event.", integer(1))
        .must("last_position", "Position of its last event.", integer(1))
        .must("recorded_at", "The time of its events.", date_time())
        .must("root", "Root of the Merkle tree over its events.", hash())
        .must(
            "previous_hash",
            "Hash of the block before; 64 zeros for the first.",
            hash(),
        )
        .must("hash", "SHA-256 over the ledger and all the above.", hash())
        .example(example("Block"))
        .build()
}

fn event() -> RefOr<Schema> {
    let withheld = "Whether the credential may not know of what it is about: what may be null then is null.";
    Shape::new("One event of the journal.")
        .must("position", "Counts from 1 without gaps.", integer(1))
        .must("kind", "What happened, such as `transaction.created`.", any_text())
        .must(
            "subject",
            "What it happened to, such as `transactions/ID`.",
            nullable(any_text()),
        )
        .must(
            "subject_version",
            "The version of the subject that it made.",
            nullable(integer(0)),
        )
        .must("actor", "The credential that asked for it.", nullable(any_text()))
        .must("request_id", "The request that asked for it.", nullable(any_text()))
        .must("schema_version", "The format of the document.", integer(1))
        .must(
            "data",
            "The document right after the change, as its resource is shown.",
            nullable(document()),
        )
        .must(
            "lasting",
            "The part of the document that is hashed.",
            nullable(document()),
        )
        .must("reason", "Why, where the caller said so.", nullable(any_text()))
        .must(
            "commitment",
            "What stands in the hash for the rest of the document and the reason.",
            hash(),
        )
        .must("leaf_hash", "The hash of the event.", hash())
        .must("recorded_at", "When it was recorded.", date_time())
        .must("erased", "Whether its personal part was erased.", boolean())
        .must("withheld", withheld, boolean())
        .example(example("Event"))
        .build()
}

fn events() -> RefOr<Schema> {
    Shape::new("A page of the journal.")
        .must("data", "The events, in order.", list_of("Event"))
        .must("next_cursor", NEXT_CURSOR, nullable(any_text()))
        .must(
            "resume_after",
            "Position to go on after, now or whenever there is more.",
            integer(0),
        )
        .example(example("Events"))
        .build()
}

fn proof() -> RefOr<Schema> {
    let path = ArrayBuilder::new().items(hash()).build();
    let mut salt = any_text();
    salt.pattern = Some("^([0-9a-f]{2})+$".to_owned());
    Shape::new("All that it takes to check offline that an event is in a block.")
        .must(
            "format",
            "The format of the proof.",
            enumeration(&[service::journal::PROOF_FORMAT]),
        )
        .must(
            "ledger",
            "The ledger, as it enters the hash of each block.",
            server_id(),
        )
        .must(
            "event",
            "The leaf: its canonical JSON (RFC 8785) is what is hashed.",
            document(),
        )
        .must(
            "personal",
            "The erasable part, as the text that was committed to.",
            nullable(any_text()),
        )
        .must("salt", "What it was salted with.", nullable(salt))
        .must("leaf_hash", "SHA-256 of a zero byte and the leaf.", hash())
        .must("leaf_index", "Place of the leaf in the tree, from 0.", integer(0))
        .must("tree_size", "Leaves of the tree.", integer(1))
        .must(
            "path",
            "The hashes beside the way to the root, the nearest first (RFC 6962).",
            path,
        )
        .must("block", "The block.", Ref::from_schema_name("Block"))
        .example(example("Proof"))
        .build()
}

fn verification() -> RefOr<Schema> {
    let counts = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::from(ObjectBuilder::from(integer(0)))))
        .build();
    let failures = format!("What is wrong, at most {FAILURES_MAX} of it.");
    Shape::new("What a check of a ledger came to.")
        .must("ok", "Whether every invariant holds.", boolean())
        .must("checked", "Newest height and position, and rows by kind.", counts)
        .must("failures", &failures, list_of("VerifyFailure"))
        .must("failure_count", "How much is wrong, the rest included.", integer(0))
        .must(
            "first_bad_height",
            "Lowest block that something wrong leads to; null where none does.",
            nullable(integer(1)),
        )
        .example(example("Verification"))
        .build()
}

fn failure() -> RefOr<Schema> {
    Shape::new("One thing that is wrong.")
        .must(
            "invariant",
            "What does not hold.",
            names(Invariant::ALL, Invariant::as_str),
        )
        .must("detail", "One sentence that says where.", any_text())
        .build()
}

fn example(schema: &str) -> serde_json::Value {
    examples::of_schema(schema).unwrap_or_default()
}
