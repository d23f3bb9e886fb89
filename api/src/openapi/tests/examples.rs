//! Examples are what the service answers.

use service::record::{
    AccountBalanceRecord, AccountRecord, BalanceRecord, CategoryStatistics, ClosingRecord, CurrencyRecord,
    CurrencyStatistics, DirectionStatistics, EntryRecord, KeyRecord, LedgerRecord, LimitRecord, LimitUsageRecord,
    RevisionRecord, StatementLineRecord, StatementRecord, StatisticsRecord, TokenRecord, TransactionRecord, UserRecord,
};
use service::value::{Day, Timestamp};

use super::document;
use crate::format::Format;
use crate::import::{Report, RowError};
use crate::openapi::examples;
use crate::statements::whole;

/// What the service writes is the example, member for member, and the schema has the same members.
pub(super) fn check_record(schema: &str, record: impl serde::Serialize) {
    let written = serde_json::to_value(record).unwrap();
    assert_eq!(written, examples::of_schema(schema).unwrap(), "{schema}");
    let document = document();
    let schema_members = &document["components"]["schemas"][schema];
    let mut required: Vec<&str> = schema_members["required"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let mut members: Vec<&str> = written.as_object().unwrap().keys().map(String::as_str).collect();
    // Absent in the statistics of a whole ledger.
    members.retain(|name| schema != "Statistics" || *name != "user_id");
    required.sort_unstable();
    members.sort_unstable();
    assert_eq!(required, members, "{schema}");
}

#[test]
fn examples_are_what_the_service_answers() {
    let from = |schema: &str| examples::of_schema(schema).unwrap();
    check_record(
        "Transaction",
        serde_json::from_value::<TransactionRecord>(from("Transaction")).unwrap(),
    );
    check_record("User", serde_json::from_value::<UserRecord>(from("User")).unwrap());
    check_record(
        "Account",
        serde_json::from_value::<AccountRecord>(from("Account")).unwrap(),
    );
    check_record(
        "Currency",
        serde_json::from_value::<CurrencyRecord>(from("Currency")).unwrap(),
    );
    check_record(
        "Closing",
        serde_json::from_value::<ClosingRecord>(from("Closing")).unwrap(),
    );
    check_record(
        "Ledger",
        serde_json::from_value::<LedgerRecord>(from("Ledger")).unwrap(),
    );
    check_record("Limit", serde_json::from_value::<LimitRecord>(from("Limit")).unwrap());
    let mut token = from("NewToken");
    assert!(token.as_object_mut().unwrap().remove("token").is_some());
    let read: TokenRecord = serde_json::from_value(token.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), token);
    check_record("Key", serde_json::from_value::<KeyRecord>(from("Key")).unwrap());
}

#[test]
fn examples_of_what_is_only_answered_are_true_as_well() {
    let transaction: TransactionRecord = serde_json::from_value(examples::transaction()).unwrap();
    let account: AccountRecord = serde_json::from_value(examples::account()).unwrap();
    check_record(
        "Entry",
        EntryRecord {
            seq: 1,
            transaction_id: transaction.id,
            transaction_version: 1,
            amount: "2000.00".to_owned(),
            balance: "2000.00".to_owned(),
            transaction_date: transaction.transaction_date,
            recorded_at: transaction.created_at,
        },
    );
    check_record(
        "Balance",
        BalanceRecord {
            currency: account.currency,
            balance: account.balance.clone(),
            held_out: account.held_out.clone(),
            held_in: account.held_in.clone(),
            available: account.available.clone(),
            accounts: vec![account],
        },
    );
    let revision = examples::revision();
    check_record(
        "Revision",
        RevisionRecord {
            version: 1,
            recorded_at: Timestamp::parse(revision["recorded_at"].as_str().unwrap()).unwrap(),
            actor: revision["actor"].as_str().unwrap().to_owned(),
            request_id: revision["request_id"].as_str().unwrap().to_owned(),
            transaction,
            changes: serde_json::Map::new(),
            reason: None,
            position: 3,
        },
    );
}

#[test]
fn the_example_of_a_limit_s_usage_is_true_as_well() {
    check_record(
        "LimitUsage",
        LimitUsageRecord {
            limit: serde_json::from_value(examples::limit()).unwrap(),
            window_start: Day::parse("2026-01-01").ok(),
            window_end: Day::parse("2026-01-31").ok(),
            used: "120.50".to_owned(),
            remaining: Some("379.50".to_owned()),
            used_count: 4,
            remaining_count: None,
        },
    );
}

#[test]
fn the_examples_of_statements_are_true_as_well() {
    let transaction: TransactionRecord = serde_json::from_value(examples::transaction()).unwrap();
    let account: AccountRecord = serde_json::from_value(examples::account()).unwrap();
    check_record(
        "AccountBalance",
        AccountBalanceRecord {
            account_id: account.id,
            currency: account.currency,
            balance: account.balance.clone(),
            as_of: Timestamp::parse("2026-01-31T12:00:00Z").ok(),
            effective_at: None,
        },
    );
    let line = StatementLineRecord {
        transaction_date: transaction.transaction_date,
        transaction_id: transaction.id,
        description: None,
        counterparty_account_id: transaction.source_account_id,
        amount: transaction.amount,
        balance: account.balance.clone(),
    };
    check_record(
        "Statement",
        StatementRecord {
            account_id: account.id,
            currency: account.currency,
            time_zone: "Africa/Accra".to_owned(),
            from: Day::parse("2026-01-01").ok(),
            to: Day::parse("2026-01-31").ok(),
            opening_balance: "0.00".to_owned(),
            closing_balance: account.balance,
            lines: vec![line.clone()],
            next_cursor: None,
        },
    );
    let file = whole::write(&[line], true).unwrap();
    assert_eq!(String::from_utf8(file).unwrap(), examples::STATEMENT_CSV);
}

#[test]
fn the_examples_of_an_export_are_true_as_well() {
    for (format, example) in [
        (Format::Csv, examples::EXPORT_CSV),
        (Format::Ndjson, examples::EXPORT_NDJSON),
    ] {
        let transaction: TransactionRecord = serde_json::from_value(examples::transaction()).unwrap();
        let file = format.write(&[transaction], true).unwrap();
        assert_eq!(String::from_utf8(file).unwrap(), example);
    }
}

#[test]
fn the_example_of_a_report_is_true_as_well() {
    let error = RowError {
        line: 17,
        code: "validation_failed",
        detail: "amount: USD has at most 2 decimals.".to_owned(),
    };
    check_record(
        "ImportReport",
        Report {
            accepted: 998,
            duplicates: 1,
            rejected: 1,
            errors: vec![error],
            position: Some(7),
        },
    );
}

#[test]
fn the_example_of_statistics_is_true_as_well() {
    let direction = |count, total: &str, average: &str| DirectionStatistics {
        count,
        total: total.to_owned(),
        average: Some(average.to_owned()),
    };
    let category = |name: Option<&str>, count, total: &str| CategoryStatistics {
        category: name.map(str::to_owned),
        count,
        total: total.to_owned(),
    };
    let account: AccountRecord = serde_json::from_value(examples::account()).unwrap();
    let currency = CurrencyStatistics {
        currency: account.currency,
        count: 3,
        total: "3500.00".to_owned(),
        average_transaction_value: Some("1166.67".to_owned()),
        net: "2500.00".to_owned(),
        credits: direction(2, "3000.00", "1500.00"),
        debits: direction(1, "500.00", "500.00"),
        day_with_highest_transactions: Day::parse("2026-01-31").ok(),
        busiest_day_count: 2,
        by_category: vec![category(Some("salary"), 1, "2000.00"), category(None, 2, "1500.00")],
        series: None,
    };
    check_record(
        "Statistics",
        StatisticsRecord {
            user_id: Some("42".to_owned()),
            time_zone: "Africa/Accra".to_owned(),
            from: None,
            to: None,
            currencies: vec![currency],
        },
    );
}
