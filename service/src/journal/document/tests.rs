//! Documents as they are stored and as they come back.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::money::CurrencyCode;
use crate::record::{
    AccountKind, AccountRecord, AccountStatus, CurrencyKind, CurrencyRecord, Direction, KeyRecord, LimitRecord,
    LimitScope, LimitStatus, LimitWindow, Role, TransactionKind, TransactionRecord, TransactionRelation,
    TransactionStatus, UserRecord,
};
use crate::value::Timestamp;

fn transaction() -> TransactionRecord {
    let metadata = BTreeMap::from([("colour".to_owned(), "gr\"ün \u{1F600}".to_owned())]);
    TransactionRecord {
        id: Uuid::from_u128(1),
        kind: TransactionKind::Credit,
        status: TransactionStatus::Posted,
        user_id: Some("42".to_owned()),
        source_account_id: Uuid::from_u128(2),
        source_user_id: None,
        destination_account_id: Uuid::from_u128(3),
        destination_user_id: Some("42".to_owned()),
        amount: "20.00".to_owned(),
        currency: CurrencyCode::USD,
        transaction_date: Timestamp::from_micros(1),
        description: Some("rent\\ \"March\"".to_owned()),
        category: Some("\u{e000}😀".to_owned()),
        reference: None,
        metadata: Metadata::parse("metadata", metadata).unwrap(),
        parent_id: Some(Uuid::from_u128(4)),
        relation: Some(TransactionRelation::Refund),
        refunded_amount: Some("1.00".to_owned()),
        captured_amount: Some("5.00".to_owned()),
        remaining_amount: Some("15.00".to_owned()),
        expires_at: Some(Some(Timestamp::from_micros(4))),
        version: 1,
        created_at: Timestamp::from_micros(2),
        updated_at: Timestamp::from_micros(3),
    }
}

fn erased_user() -> UserRecord {
    UserRecord {
        id: "42".to_owned(),
        full_name: Some("A. User".to_owned()),
        email: None,
        time_zone: "UTC".to_owned(),
        metadata: None,
        version: 3,
        created_at: Timestamp::from_micros(2),
        updated_at: Timestamp::from_micros(3),
        erased_at: Some(Timestamp::from_micros(3)),
        erased_texts: Some(true),
    }
}

fn records() -> [(&'static str, Record); 6] {
    let currency = CurrencyRecord {
        code: CurrencyCode::parse_own("GOLD_PT").unwrap(),
        kind: CurrencyKind::Own,
        exponent: 4,
        name: "Gold".to_owned(),
        created_at: Some(Timestamp::from_micros(2)),
    };
    let account = AccountRecord {
        id: Uuid::from_u128(3),
        user_id: None,
        name: "fees".to_owned(),
        currency: CurrencyCode::USD,
        kind: AccountKind::System,
        balance: "-1.00".to_owned(),
        held_out: "0.00".to_owned(),
        held_in: "0.00".to_owned(),
        available: "-1.00".to_owned(),
        minimum_balance: Some("-5.00".to_owned()),
        status: AccountStatus::Frozen,
        metadata: Metadata::default(),
        version: 9,
        created_at: Timestamp::from_micros(2),
        updated_at: Timestamp::from_micros(3),
    };
    let key = KeyRecord {
        id: Uuid::from_u128(4),
        name: "ci".to_owned(),
        role: Role::Writer,
        ledger: "main".to_owned(),
        prefix: "dbk_abcd".to_owned(),
        created_at: Timestamp::from_micros(2),
        expires_at: None,
        revoked_at: Some(Timestamp::from_micros(3)),
    };
    let limit = LimitRecord {
        id: Uuid::from_u128(5),
        name: "Pocket money".to_owned(),
        scope: LimitScope {
            user_id: Some("42".to_owned()),
            account_id: None,
        },
        currency: CurrencyCode::USD,
        direction: Direction::Debit,
        window: LimitWindow::Week,
        max_amount: Some("20.00".to_owned()),
        max_count: None,
        category: Some("sweets".to_owned()),
        status: LimitStatus::Disabled,
        version: 2,
        created_at: Timestamp::from_micros(2),
        updated_at: Timestamp::from_micros(3),
    };
    [
        ("transaction.updated", Record::Transaction(transaction())),
        ("user.created", Record::User(erased_user())),
        ("account.updated", Record::Account(account)),
        ("key.revoked", Record::Key(key)),
        ("currency.created", Record::Currency(currency)),
        ("limit.updated", Record::Limit(limit)),
    ]
}

#[test]
fn a_document_comes_back_as_it_was_stored() {
    for (kind, record) in records() {
        let document = split(&record, Some("because")).unwrap();
        let (joined, reason) = join(kind, &document.data, Some(&document.personal)).unwrap();
        assert_eq!(joined, record);
        assert_eq!(reason.as_deref(), Some("because"));
    }
}

#[test]
fn the_lasting_part_is_canonical_json() {
    for (_, record) in records() {
        let data = split(&record, None).unwrap().data;
        let value: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(data, serde_json_canonicalizer::to_string(&value).unwrap());
    }
}

#[test]
fn the_metadata_of_a_user_is_null_once_it_is_erased_and_empty_where_there_was_none() {
    let user = |metadata, erased_at| UserRecord {
        metadata,
        erased_at,
        ..erased_user()
    };
    let (at, none) = (Some(Timestamp::from_micros(3)), Some(Metadata::default()));
    let document = split(&Record::User(user(none.clone(), None)), None).unwrap();
    let kept = join("user.created", &document.data, Some(&document.personal)).unwrap();
    assert_eq!(kept.0, Record::User(user(none, None)));
    let erased = join("user.created", &document.data, None).unwrap();
    let expected = UserRecord {
        full_name: None,
        ..user(None, None)
    };
    assert_eq!(erased.0, Record::User(expected));
    let erasure = split(&Record::User(user(None, at)), None).unwrap();
    let told = join("user.erased", &erasure.data, Some(&erasure.personal)).unwrap();
    assert_eq!(told.0, Record::User(user(None, at)));
}

#[test]
fn an_erased_part_reads_as_null() {
    let document = split(&Record::Transaction(transaction()), Some("because")).unwrap();
    let (joined, reason) = join("transaction.created", &document.data, None).unwrap();
    let expected = TransactionRecord {
        description: None,
        metadata: Metadata::default(),
        ..transaction()
    };
    assert_eq!(joined, Record::Transaction(expected));
    assert_eq!(reason, None);
}
