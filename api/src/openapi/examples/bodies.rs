//! Examples of what requests send.

use serde_json::{Value, json};

use super::USER_ACCOUNT;

/// Examples of the body called `name`, each with a title.
pub(in crate::openapi) fn of_body(name: &str) -> Vec<(&'static str, Value)> {
    match name {
        "PutUser" => vec![(
            "user",
            json!({"full_name": "Ama Mensah", "email": "ama@example.com", "time_zone": "Africa/Accra"}),
        )],
        "UpdateUser" => vec![("name", json!({"full_name": "Ama Mensah-Boateng", "email": null}))],
        "CreateAccount" => vec![
            (
                "user",
                json!({"user_id": "42", "name": "savings", "currency": "GHS", "minimum_balance": "0"}),
            ),
            ("system", json!({"name": "fees", "currency": "GHS"})),
        ],
        "UpdateAccount" => vec![
            ("freeze", json!({"status": "frozen"})),
            ("limit", json!({"minimum_balance": "-100.00"})),
        ],
        "CreateCurrency" => vec![(
            "points",
            json!({"code": "GOLD_PT", "exponent": 2, "name": "Gold points"}),
        )],
        "PutClosing" => vec![
            ("close", json!({"closed_through": "2026-01-31"})),
            (
                "reopen",
                json!({"closed_through": "2025-12-31", "reason": "a late invoice"}),
            ),
        ],
        "CreateLimit" => vec![
            (
                "user",
                json!({
                    "name": "Groceries", "scope": {"user_id": "42"}, "currency": "GHS", "direction": "debit",
                    "window": "month", "max_amount": "500", "category": "groceries",
                }),
            ),
            (
                "everybody",
                json!({"name": "Ten a day", "currency": "GHS", "direction": "debit", "window": "day", "max_count": 10}),
            ),
        ],
        "UpdateLimit" => vec![
            ("amount", json!({"max_amount": "600"})),
            ("disable", json!({"status": "disabled"})),
        ],
        "CreateLedger" => vec![
            ("plain", json!({"name": "accra-1"})),
            (
                "strict",
                json!({
                    "name": "accra-2", "default_currency": "GHS", "default_minimum_balance": "0",
                    "require_idempotency_key": true,
                }),
            ),
        ],
        "UpdateLedger" => vec![(
            "minimum",
            json!({"default_minimum_balance": "-50.00", "reason": "an overdraft for everybody"}),
        )],
        "CreateToken" => vec![("an hour", json!({"expires_in": 3600, "scope": "write"}))],
        "CreateKey" => vec![("key", json!({"name": "checkout", "role": "writer"}))],
        name => of_transaction_body(name),
    }
}

/// The same, of what is done to transactions.
fn of_transaction_body(name: &str) -> Vec<(&'static str, Value)> {
    match name {
        "CreateTransaction" => vec![
            (
                "credit",
                json!({
                    "type": "credit", "user_id": "42", "full_name": "Ama Mensah", "amount": "2000", "currency": "GHS",
                    "transaction_date": "2026-01-31T09:30:00Z", "category": "salary",
                }),
            ),
            (
                "debit",
                json!({"type": "debit", "user_id": "42", "amount": "45.50", "currency": "GHS", "category": "rent", "reference": "invoice-17"}),
            ),
            (
                "hold",
                json!({
                    "type": "debit", "status": "pending", "user_id": "42", "amount": "120", "currency": "GHS",
                    "expires_at": "2099-12-31T12:00:00Z", "category": "hotel",
                }),
            ),
            (
                "transfer",
                json!({
                    "type": "transfer", "source_account_id": USER_ACCOUNT,
                    "destination_account_id": "019c12c6-3a50-7c41-9d2e-6f1b8a7c5d34", "amount": "10",
                }),
            ),
        ],
        "CreateBatch" => vec![
            (
                "atomic",
                json!({"atomic": true, "transactions": [
                    {"type": "credit", "user_id": "42", "amount": "2000", "currency": "GHS", "category": "salary"},
                    {"type": "debit", "user_id": "42", "amount": "45.50", "currency": "GHS", "category": "rent"},
                ]}),
            ),
            (
                "apart",
                json!({"atomic": false, "transactions": [
                    {"type": "debit", "user_id": "42", "amount": "5", "currency": "GHS", "idempotency_key": "order-17"},
                ]}),
            ),
        ],
        "CaptureHold" => vec![("part", json!({"amount": "5.00", "final": false})), ("all", json!({}))],
        "VoidHold" => vec![("reason", json!({"reason": "the order was cancelled"}))],
        "ExtendHold" => vec![("time", json!({"expires_at": "2099-12-31T12:00:00Z"}))],
        "UpdateTransaction" => vec![
            ("amount", json!({"amount": "1950.00", "reason": "typing error"})),
            (
                "clear",
                json!({"description": null, "metadata": {"colour": "green", "size": null}}),
            ),
        ],
        "RefundTransaction" => vec![
            ("part", json!({"amount": "5.00", "reason": "returned"})),
            ("all", json!({})),
        ],
        "RestoreTransaction" => vec![("reason", json!({"reason": "deleted by mistake"}))],
        _ => Vec::new(),
    }
}
