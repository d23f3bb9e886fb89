//! The examples of the document: each written once, used wherever its schema is answered.
//!
//! Tests read those of records back into the records themselves, so that they stay what the service answers.

mod audit;
mod bodies;

use serde_json::{Value, json};

use crate::format::Format;
use crate::problem::Code;

pub(super) use bodies::of_body;

const USER_ACCOUNT: &str = "019c12c6-3a50-7c41-9d2e-6f1b8a7c5d31";
const WORLD: &str = "019c12c6-3a50-7c41-9d2e-6f1b8a7c5d32";
const TRANSACTION: &str = "019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30";
const KEY: &str = "019c12c6-3a50-7c41-9d2e-6f1b8a7c5d33";
const TOKEN: &str = "019c12c6-3a4f-7b22-8e31-6d8c2f1a5b77";
const LIMIT: &str = "019c12c6-3a50-7c41-9d2e-6f1b8a7c5d35";
const RECORDED_AT: &str = "2026-01-31T09:30:02.118204Z";
const DATE: &str = "2026-01-31T09:30:00.000000Z";

pub(super) fn transaction() -> Value {
    json!({
        "id": TRANSACTION, "type": "credit", "status": "posted", "user_id": "42", "source_account_id": WORLD,
        "source_user_id": null, "destination_account_id": USER_ACCOUNT, "destination_user_id": "42",
        "amount": "2000.00", "currency": "GHS", "transaction_date": DATE, "description": null, "category": "salary",
        "reference": "payroll-2026-01", "metadata": {}, "parent_id": null, "version": 1, "created_at": RECORDED_AT,
        "updated_at": RECORDED_AT,
    })
}

pub(super) fn revision() -> Value {
    json!({
        "version": 1, "transaction": transaction(), "changes": {}, "actor": format!("key:{KEY}"), "reason": null,
        "request_id": "019c12c6-3a4f-7d1e-8c55-0b8a4e6f2a10", "recorded_at": RECORDED_AT, "position": 3,
    })
}

pub(super) fn user() -> Value {
    json!({
        "id": "42", "full_name": "Ama Mensah", "email": "ama@example.com", "time_zone": "Africa/Accra",
        "metadata": {"plan": "gold"}, "version": 1, "created_at": RECORDED_AT, "updated_at": RECORDED_AT,
    })
}

pub(super) fn account() -> Value {
    json!({
        "id": USER_ACCOUNT, "user_id": "42", "name": "main", "currency": "GHS", "kind": "user", "balance": "2000.00",
        "held_out": "0.00", "held_in": "0.00", "available": "2000.00", "minimum_balance": "0.00", "status": "open",
        "metadata": {}, "version": 1, "created_at": RECORDED_AT, "updated_at": RECORDED_AT,
    })
}

pub(super) fn entry() -> Value {
    json!({
        "seq": 1, "transaction_id": TRANSACTION, "transaction_version": 1, "amount": "2000.00", "balance": "2000.00",
        "transaction_date": DATE, "recorded_at": RECORDED_AT,
    })
}

pub(super) fn balance() -> Value {
    json!({
        "currency": "GHS", "balance": "2000.00", "held_out": "0.00", "held_in": "0.00", "available": "2000.00",
        "accounts": [account()],
    })
}

pub(super) fn account_balance() -> Value {
    json!({
        "account_id": USER_ACCOUNT, "currency": "GHS", "balance": "2000.00", "as_of": "2026-01-31T12:00:00.000000Z",
        "effective_at": null,
    })
}

pub(super) fn statement() -> Value {
    json!({
        "account_id": USER_ACCOUNT, "currency": "GHS", "time_zone": "Africa/Accra", "from": "2026-01-01",
        "to": "2026-01-31", "opening_balance": "0.00", "closing_balance": "2000.00",
        "lines": [{
            "transaction_date": DATE, "transaction_id": TRANSACTION, "description": null,
            "counterparty_account_id": WORLD, "amount": "2000.00", "balance": "2000.00",
        }],
        "next_cursor": null,
    })
}

/// A transaction as the only row of a file.
pub(super) const EXPORT_CSV: &str = "\
id,type,status,user_id,source_account_id,source_user_id,destination_account_id,destination_user_id,amount,currency,\
transaction_date,description,category,reference,metadata,parent_id,relation,refunded_amount,\
captured_amount,remaining_amount,expires_at,version,created_at,updated_at
019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30,credit,posted,42,019c12c6-3a50-7c41-9d2e-6f1b8a7c5d32,,\
019c12c6-3a50-7c41-9d2e-6f1b8a7c5d31,42,2000.00,GHS,2026-01-31T09:30:00.000000Z,,salary,payroll-2026-01,{},,,,,,,1,\
2026-01-31T09:30:02.118204Z,2026-01-31T09:30:02.118204Z
";

/// The same as a line.
pub(super) const EXPORT_NDJSON: &str = "{\"id\":\"019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30\",\"type\":\"credit\",\
\"status\":\"posted\",\"user_id\":\"42\",\"source_account_id\":\"019c12c6-3a50-7c41-9d2e-6f1b8a7c5d32\",\
\"source_user_id\":null,\"destination_account_id\":\"019c12c6-3a50-7c41-9d2e-6f1b8a7c5d31\",\
\"destination_user_id\":\"42\",\"amount\":\"2000.00\",\"currency\":\"GHS\",\
\"transaction_date\":\"2026-01-31T09:30:00.000000Z\",\"description\":null,\"category\":\"salary\",\
\"reference\":\"payroll-2026-01\",\"metadata\":{},\"parent_id\":null,\"version\":1,\
\"created_at\":\"2026-01-31T09:30:02.118204Z\",\"updated_at\":\"2026-01-31T09:30:02.118204Z\"}
";

/// The same lines as a file.
pub(super) const STATEMENT_CSV: &str = "\
transaction_date,transaction_id,description,counterparty_account_id,amount,balance
2026-01-31T09:30:00.000000Z,019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30,,019c12c6-3a50-7c41-9d2e-6f1b8a7c5d32,2000.00,2000.00
";

pub(super) fn currency() -> Value {
    json!({"code": "GOLD_PT", "kind": "own", "exponent": 2, "name": "Gold points", "created_at": RECORDED_AT})
}

pub(super) fn closing() -> Value {
    json!({"closed_through": "2026-01-31", "version": 3, "updated_at": RECORDED_AT})
}

pub(super) fn ledger() -> Value {
    json!({
        "id": "019c12c6-3a4f-7a10-9d2e-5b7c1f0e4a66", "name": "accra-2", "default_currency": "GHS",
        "default_minimum_balance": "0.00", "require_idempotency_key": true, "require_if_match": false,
        "users_may_edit": false, "version": 1, "created_at": RECORDED_AT, "updated_at": RECORDED_AT,
    })
}

pub(super) fn limit() -> Value {
    json!({
        "id": LIMIT, "name": "Groceries", "scope": {"user_id": "42"}, "currency": "GHS", "direction": "debit",
        "window": "month", "max_amount": "500.00", "max_count": null, "category": "groceries", "status": "active",
        "version": 1, "created_at": RECORDED_AT, "updated_at": RECORDED_AT,
    })
}

pub(super) fn limit_usage() -> Value {
    let mut usage = limit();
    if let (Some(members), Value::Object(used)) = (
        usage.as_object_mut(),
        json!({
            "window_start": "2026-01-01", "window_end": "2026-01-31", "used": "120.50", "remaining": "379.50",
            "used_count": 4, "remaining_count": null,
        }),
    ) {
        members.extend(used);
    }
    usage
}

pub(super) fn key() -> Value {
    json!({
        "id": KEY, "name": "checkout", "role": "writer", "ledger": "main", "prefix": "dbk_Yq3vTz",
        "created_at": RECORDED_AT, "expires_at": null, "revoked_at": null,
    })
}

pub(super) fn new_key() -> Value {
    let mut key = key();
    if let Some(members) = key.as_object_mut() {
        members.insert("secret".to_owned(), "dbk_Yq3vTzexampleexampleexampleexampl".into());
    }
    key
}

pub(super) fn token() -> Value {
    json!({
        "id": TOKEN, "user_id": "42", "scope": "write", "expires_at": "2026-01-31T10:30:00.000000Z",
        "created_at": RECORDED_AT,
    })
}

pub(super) fn new_token() -> Value {
    let mut token = token();
    if let Some(members) = token.as_object_mut() {
        members.insert(
            "token".to_owned(),
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSIsImtpZCI6Imci…".into(),
        );
    }
    token
}

pub(super) fn statistics() -> Value {
    json!({
        "user_id": "42", "time_zone": "Africa/Accra", "from": null, "to": null,
        "currencies": [{
            "currency": "GHS", "count": 3, "total": "3500.00", "average_transaction_value": "1166.67", "net": "2500.00",
            "credits": {"count": 2, "total": "3000.00", "average": "1500.00"},
            "debits": {"count": 1, "total": "500.00", "average": "500.00"},
            "day_with_highest_transactions": "2026-01-31", "busiest_day_count": 2,
            "by_category": [
                {"category": "salary", "count": 1, "total": "2000.00"},
                {"category": null, "count": 2, "total": "1500.00"},
            ],
        }],
    })
}

pub(super) fn import_report() -> Value {
    json!({
        "accepted": 998, "duplicates": 1, "rejected": 1,
        "errors": [{"line": 17, "code": "validation_failed", "detail": "amount: USD has at most 2 decimals."}],
    })
}

/// A file of two rows.
pub(super) fn of_rows(format: Format) -> &'static str {
    match format {
        Format::Csv => {
            "type,user_id,amount,currency,transaction_date,category,reference\n\
             credit,42,2000,GHS,2026-01-31T09:30:00Z,salary,payroll-2026-01\n\
             debit,42,45.50,GHS,2026-01-31T17:30:00Z,rent,invoice-17\n"
        }
        Format::Ndjson => concat!(
            r#"{"type": "credit", "user_id": "42", "amount": "2000", "currency": "GHS", "reference": "payroll-2026-01"}"#,
            "\n",
            r#"{"type": "debit", "user_id": "42", "amount": "45.50", "currency": "GHS", "reference": "invoice-17"}"#,
            "\n",
        ),
    }
}

/// The example of the schema called `name`, if it has one.
pub(super) fn of_schema(name: &str) -> Option<Value> {
    Some(match name {
        "Transaction" => transaction(),
        "Batch" => json!({"data": [transaction()]}),
        "BatchResults" => json!({"data": [{"index": 0, "status": 201, "transaction": transaction()}]}),
        "Revision" => revision(),
        "User" => user(),
        "Balance" => balance(),
        "Account" => account(),
        "Entry" => entry(),
        "AccountBalance" => account_balance(),
        "Statement" => statement(),
        "Currency" => currency(),
        "Closing" => closing(),
        "Ledger" => ledger(),
        "Limit" => limit(),
        "LimitUsage" => limit_usage(),
        "Key" => key(),
        "NewKey" => new_key(),
        "NewToken" => new_token(),
        "Statistics" => statistics(),
        "ImportReport" => import_report(),
        "Head" => audit::head(),
        "Block" => audit::block(),
        "Event" => audit::event(),
        "Events" => audit::events(),
        "Proof" => audit::proof(),
        "Verification" => audit::verification(),
        "Health" => json!({"status": "ok"}),
        "About" => json!({
            "name": "daybook", "version": env!("CARGO_PKG_VERSION"), "message": "Server connected successfully",
            "docs": "/docs",
        }),
        "OpenApi" => json!({
            "openapi": "3.1.0", "info": {"title": "Daybook", "version": env!("CARGO_PKG_VERSION")}, "paths": {},
        }),
        _ => return None,
    })
}

/// What a problem of `code` looks like, with the members that the contract names for it.
pub(super) fn problem(code: Code) -> Value {
    let mut problem = json!({
        "type": format!("urn:daybook:problem:{}", code.as_str()), "title": code.title(),
        "status": code.status().as_u16(), "code": code.as_str(), "detail": "One sentence for a person.",
        "request_id": "019c12c6-3a4f-7d1e-8c55-0b8a4e6f2a10",
    });
    let members = match code {
        Code::MalformedRequest => json!({"parameter": "limit"}),
        Code::ValidationFailed => json!({
            "errors": [{"field": "amount", "code": "too_many_decimals", "detail": "USD has at most 2 decimals."}],
        }),
        Code::VersionMismatch => json!({"current_version": 4}),
        Code::TransactionNotEditable => json!({"current_status": "voided"}),
        Code::ReferenceTaken | Code::IdempotencyKeyReused => json!({"resource_id": TRANSACTION}),
        Code::PeriodClosed => json!({"closed_through": "2026-01-31"}),
        Code::AmountExceedsRemaining => json!({"remaining_amount": "1500.00"}),
        Code::LedgerExists => json!({"resource_id": "019c12c6-3a4f-7a10-9d2e-5b7c1f0e4a66"}),
        Code::AccountExists => json!({"resource_id": USER_ACCOUNT}),
        Code::LimitExceeded => json!({"limit_id": LIMIT, "window": "month", "max": "500.00", "used": "480.00"}),
        Code::InsufficientFunds => {
            json!({"account_id": USER_ACCOUNT, "available": "12.50", "minimum_balance": "0.00"})
        }
        _ => json!({}),
    };
    if let (Some(problem), Value::Object(members)) = (problem.as_object_mut(), members) {
        problem.extend(members);
    }
    problem
}
