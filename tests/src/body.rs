//! The request bodies that most tests begin with.

use serde_json::{Value, json};

/// Money into the user's `main` account, in the ledger's default currency.
#[must_use]
pub fn credit(user_id: &str, amount: &str) -> Value {
    json!({"type": "credit", "user_id": user_id, "amount": amount})
}

/// Money out of the user's `main` account, in the ledger's default currency.
#[must_use]
pub fn debit(user_id: &str, amount: &str) -> Value {
    json!({"type": "debit", "user_id": user_id, "amount": amount})
}

/// Money from account to account, in the source's currency.
#[must_use]
pub fn transfer(source_account_id: &str, destination_account_id: &str, amount: &str) -> Value {
    json!({
        "type": "transfer",
        "source_account_id": source_account_id,
        "destination_account_id": destination_account_id,
        "amount": amount,
    })
}

/// `body` with the members of `more` set on top.
///
/// # Panics
///
/// Where one of the two is not an object.
#[must_use]
pub fn with(mut body: Value, more: Value) -> Value {
    let (Value::Object(members), Value::Object(more)) = (&mut body, more) else {
        panic!("both bodies are JSON objects");
    };
    members.extend(more);
    body
}
