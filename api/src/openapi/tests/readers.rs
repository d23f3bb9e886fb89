//! Bodies and queries are documented as they are read.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use service::ledger::LedgerSecret;
use service::query::Currencies;
use service::value::UserId;

use super::{document, operations_of};
use crate::body::{Asked, Fields, Tree};
use crate::call::Query;
use crate::{
    accounts, audit, closing, currencies, keys, ledgers, limits, statements, statistics, tokens, transactions, users,
};

fn asked_by(body: &str, reader: impl FnOnce(&mut Fields)) -> Vec<Asked> {
    let Tree::Object(members) = Tree::parse(body.as_bytes()).unwrap() else {
        panic!("{body}")
    };
    let mut fields = Fields::new(members);
    reader(&mut fields);
    fields.asked().to_vec()
}

fn documented_members(schema: &str) -> Vec<(String, bool)> {
    let document = document();
    let schema = &document["components"]["schemas"][schema];
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let members = schema["properties"].as_object().unwrap();
    assert_eq!(schema["additionalProperties"], false);
    members
        .keys()
        .map(|name| (name.clone(), required.contains(&json!(name))))
        .collect()
}

/// The schema of a body, what its reader asks for, and what it asks for to refuse it alone.
type ReadBody = (&'static str, Vec<Asked>, &'static [&'static str]);

fn read(reader: &dyn Fn(&mut Fields)) -> Vec<Asked> {
    asked_by("{}", reader)
}

fn read_bodies() -> Vec<ReadBody> {
    let mut all = bodies_of_transactions();
    all.extend(other_bodies());
    all
}

fn bodies_of_transactions() -> Vec<ReadBody> {
    let id = Uuid::nil();
    let of_user = &["source_account_id", "destination_account_id"][..];
    let of_transfer = &["user_id", "full_name", "account"][..];
    let create = |kind: &str| {
        let body = json!({"type": kind}).to_string();
        asked_by(&body, |fields| {
            drop(transactions::bodies::read_create(fields, &Currencies::default()));
        })
    };
    vec![
        ("CreateUserTransaction", create("credit"), of_user),
        ("CreateUserTransaction", create("debit"), of_user),
        ("CreateTransfer", create("transfer"), of_transfer),
        (
            "CreateBatch",
            read(&|fields| drop(transactions::batch::read_batch(fields))),
            &[],
        ),
        (
            "UpdateTransaction",
            read(&|fields| drop(transactions::bodies::read_update(fields, id))),
            &[],
        ),
        (
            "RestoreTransaction",
            read(&|fields| drop(transactions::bodies::read_reason(fields))),
            &[],
        ),
        (
            "CaptureHold",
            read(&|fields| {
                transactions::bodies::read_capture(fields, id);
            }),
            &[],
        ),
        (
            "VoidHold",
            read(&|fields| drop(transactions::bodies::read_reason(fields))),
            &[],
        ),
        (
            "ExtendHold",
            read(&|fields| {
                transactions::bodies::read_extend(fields);
            }),
            &[],
        ),
        (
            "RefundTransaction",
            read(&|fields| drop(transactions::bodies::read_refund(fields, id))),
            &[],
        ),
    ]
}

fn other_bodies() -> Vec<ReadBody> {
    let id = Uuid::nil();
    let user_id = || UserId::parse("42").unwrap();
    let secret = SecretString::from("secret");
    vec![
        ("PutUser", read(&|fields| drop(users::read_put(fields, user_id()))), &[]),
        (
            "UpdateUser",
            read(&|fields| drop(users::read_update(fields, user_id()))),
            &[],
        ),
        (
            "CreateAccount",
            read(&|fields| drop(accounts::read_create(fields, &Currencies::default()))),
            &[],
        ),
        (
            "UpdateAccount",
            read(&|fields| drop(accounts::read_update(fields, id))),
            &[],
        ),
        (
            "CreateCurrency",
            read(&|fields| drop(currencies::read_create(fields))),
            &[],
        ),
        ("PutClosing", read(&|fields| drop(closing::read_put(fields))), &[]),
        (
            "CreateLedger",
            read(&|fields| drop(ledgers::read_create(fields, LedgerSecret([0; 32])))),
            &[],
        ),
        ("UpdateLedger", read(&|fields| drop(ledgers::read_update(fields))), &[]),
        (
            "CreateLimit",
            read(&|fields| drop(limits::read_create(fields, &Currencies::default()))),
            &[],
        ),
        (
            "UpdateLimit",
            read(&|fields| drop(limits::read_update(fields, id))),
            &[],
        ),
        (
            "CreateToken",
            read(&|fields| drop(tokens::read_create(fields, UserId::parse("42").unwrap()))),
            &[],
        ),
        (
            "CreateKey",
            read(&|fields| drop(keys::read_create(fields, &secret))),
            &[],
        ),
    ]
}

#[test]
fn a_body_is_documented_as_it_is_read() {
    for (schema, asked, excluded) in read_bodies() {
        let mut asked: Vec<(String, bool)> = asked
            .iter()
            .filter(|asked| !excluded.contains(&asked.name))
            .map(|asked| (asked.name.to_owned(), asked.required))
            .collect();
        let mut documented = documented_members(schema);
        asked.sort();
        documented.sort();
        assert_eq!(asked, documented, "{schema}");
    }
}

type Reader = Box<dyn Fn(&mut Query)>;

/// Every reader of a query, by the operation that it is of.
fn query_readers() -> BTreeMap<&'static str, Reader> {
    let user_id = || UserId::parse("42").unwrap();
    let mut readers: BTreeMap<&str, Reader> = BTreeMap::new();
    let mut read = |id: &'static str, reader: Reader| {
        assert!(readers.insert(id, reader).is_none());
    };
    read(
        "list_transactions",
        Box::new(|query| drop(transactions::filter::read_list(query, &Currencies::default()))),
    );
    read(
        "export_transactions",
        Box::new(|query| drop(transactions::filter::read_export(query, &Currencies::default()))),
    );
    read(
        "find_transaction",
        Box::new(|query| drop(transactions::filter::read_version(query))),
    );
    read(
        "void_transaction",
        Box::new(|query| drop(transactions::filter::read_reason(query))),
    );
    read(
        "import_transactions",
        Box::new(|query| drop(transactions::import::read_query(query))),
    );
    read("list_revisions", Box::new(|query| drop(query.page())));
    read("list_blocks", Box::new(|query| drop(audit::read_blocks(query))));
    read("list_events", Box::new(|query| drop(audit::read_events(query))));
    read("prove_transaction", Box::new(|query| drop(audit::read_version(query))));
    read("list_users", Box::new(|query| drop(users::read_list(query))));
    read("erase_user", Box::new(|query| drop(users::read_erase(query))));
    read(
        "list_accounts",
        Box::new(|query| drop(accounts::read_list(query, &Currencies::default()))),
    );
    read("list_entries", Box::new(|query| drop(query.page())));
    read("find_balance", Box::new(|query| drop(statements::read_time(query))));
    read(
        "find_statement",
        Box::new(|query| drop(statements::read_page(query, Uuid::nil()))),
    );
    read("list_currencies", Box::new(|query| drop(query.page())));
    read(
        "list_limits",
        Box::new(|query| drop(limits::read_list(query, &Currencies::default()))),
    );
    read("list_limits_of_user", Box::new(|query| drop(query.page())));
    read("list_ledgers", Box::new(|query| drop(query.page())));
    read("list_keys", Box::new(|query| drop(query.page())));
    read(
        "find_statistics",
        Box::new(|query| drop(statistics::read(query, &Currencies::default(), None))),
    );
    read(
        "find_statistics_of_user",
        Box::new(move |query| drop(statistics::read(query, &Currencies::default(), Some(user_id())))),
    );
    read(
        "list_transactions_of_user",
        Box::new(move |query| {
            drop(transactions::filter::read_list_of_user(
                query,
                &Currencies::default(),
                user_id(),
            ))
        }),
    );
    readers
}

#[test]
fn a_query_is_documented_as_it_is_read() {
    let readers = query_readers();
    for (method, path, operation) in operations_of(&document()) {
        let mut documented: Vec<String> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query" && parameter["name"] != "dry_run")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        let mut query = Query::of(Vec::new());
        if let Some(reader) = readers.get(operation["operationId"].as_str().unwrap()) {
            reader(&mut query);
        }
        let mut asked: Vec<String> = query.asked().iter().map(|name| (*name).to_owned()).collect();
        documented.sort();
        asked.sort();
        assert_eq!(asked, documented, "{method} {path}");
    }
}
