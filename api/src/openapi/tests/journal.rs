//! The examples of the journal are what the service answers, and they hold.

use serde_json::Value;

use service::journal::{Proof, needed_role};
use service::record::{BlockRecord, EventRecord, EventsRecord, HeadRecord, Record, TokenRecord, TransactionRecord};

use super::examples::check_record;
use crate::audit::{Checked, Verification};
use crate::config::Metrics;
use crate::openapi::examples;
use crate::routes;

fn from(schema: &str) -> Value {
    examples::of_schema(schema).unwrap()
}

fn record<T: serde::de::DeserializeOwned>(schema: &str, make: impl Fn(T) -> Record) -> Record {
    make(serde_json::from_value(from(schema)).unwrap())
}

fn block() -> BlockRecord {
    serde_json::from_value(from("Block")).unwrap()
}

fn proof() -> Proof {
    serde_json::from_value(from("Proof")).unwrap()
}

fn event() -> EventRecord {
    let (example, proof) = (from("Event"), proof());
    let transaction: TransactionRecord = serde_json::from_value(examples::transaction()).unwrap();
    let text = |name: &str| Some(example[name].as_str().unwrap().to_owned());
    EventRecord {
        position: 3,
        kind: "transaction.created".to_owned(),
        subject: text("subject"),
        subject_version: Some(1),
        actor: text("actor"),
        request_id: text("request_id"),
        schema_version: 1,
        data: Some(Record::Transaction(transaction)),
        lasting: Some(serde_json::value::to_raw_value(&proof.event["data"]).unwrap()),
        reason: None,
        commitment: service::journal::parse_hash(example["commitment"].as_str().unwrap()).unwrap(),
        leaf_hash: proof.leaf_hash,
        recorded_at: block().recorded_at,
        erased: false,
        withheld: false,
    }
}

#[test]
fn the_example_of_a_proof_proves_what_the_example_of_an_event_says() {
    let proof = proof();
    assert_eq!(proof.check(), Ok(block().hash));
    check_record("Proof", &proof);
    check_record("Block", block());
    check_record("Event", event());
    let events = EventsRecord {
        data: vec![event()],
        next_cursor: None,
        resume_after: 3,
        head: 3,
    };
    check_record("Events", events);
}

#[test]
fn the_examples_of_the_head_and_of_a_check_are_true_as_well() {
    check_record(
        "Head",
        HeadRecord {
            ledger: proof().ledger_id().unwrap(),
            height: 2,
            position: 3,
            hash: block().hash,
            recorded_at: Some(block().recorded_at),
        },
    );
    let checked = Checked {
        height: 2,
        position: 3,
        blocks: 2,
        events: 3,
        users: 1,
        accounts: 2,
        transactions: 1,
        entries: 2,
        days: 4,
        api_keys: 1,
        ..Checked::default()
    };
    check_record(
        "Verification",
        Verification {
            ok: true,
            checked,
            failures: Vec::new(),
            failure_count: 0,
            first_bad_height: None,
        },
    );
}

#[test]
fn an_event_is_shown_to_the_roles_that_the_routes_show_its_resource_to() {
    let token = Record::Token(TokenRecord {
        id: uuid::Uuid::nil(),
        user_id: "42".to_owned(),
        scope: service::record::TokenScope::Read,
        expires_at: block().recorded_at,
        created_at: block().recorded_at,
    });
    let routes = routes::table(Metrics::On);
    for (record, method, path) in [
        (
            record("Transaction", Record::Transaction),
            "GET",
            "/api/v1/transactions/{id}",
        ),
        (record("User", Record::User), "GET", "/api/v1/users/{id}"),
        (record("Account", Record::Account), "GET", "/api/v1/accounts/{id}"),
        (record("Currency", Record::Currency), "GET", "/api/v1/currencies"),
        (record("Closing", Record::Closing), "GET", "/api/v1/closing"),
        (record("Ledger", Record::Ledger), "GET", "/api/v1/ledgers/{id}"),
        (record("Limit", Record::Limit), "GET", "/api/v1/limits/{id}"),
        (record("Key", Record::Key), "GET", "/api/v1/keys"),
        (token, "POST", "/api/v1/users/{id}/tokens"),
    ] {
        let route = routes
            .iter()
            .find(|route| route.path == path && route.demand.method.as_str() == method);
        let role = route.unwrap().demand.role;
        assert_eq!(Some(needed_role(&record)), role, "{path}");
    }
}
