//! The examples of the journal: a credit that is the second event of the second block.

use serde_json::{Value, json};

use super::{DATE, KEY, RECORDED_AT, TRANSACTION, USER_ACCOUNT, WORLD, transaction};

const COMMITMENT: &str = "5268dc344e14ba0a269e934e967aa9ce71442655c973eabb16479a659a722e80";
const LEAF: &str = "8403835116c73f8601f1377c31689c094f38c61602d3c81c327ac8ff608a1ee4";
const BLOCK: &str = "436bcbaba34339dfdaf7ba2a248591ff43fc8fd1bb296fc5455288cbd9037a5b";
const LEDGER: &str = "019c12c6-0000-7000-8000-000000000001";
const REQUEST: &str = "019c12c6-3a4f-7d1e-8c55-0b8a4e6f2a10";

pub(super) fn head() -> Value {
    json!({"ledger": LEDGER, "height": 2, "position": 3, "hash": BLOCK, "recorded_at": RECORDED_AT})
}

pub(super) fn block() -> Value {
    json!({
        "height": 2, "first_position": 2, "last_position": 3, "recorded_at": RECORDED_AT,
        "root": "66abbfee8be42293dcb960984214c0f387fa6805918b44a2680a12c398f777fc",
        "previous_hash": "6da0633528deaa0144e7b058315f0b753ec0b945163a72bf96a0d18180f9de0d",
        "hash": BLOCK,
    })
}

/// The part of the transaction that is hashed.
fn lasting() -> Value {
    json!({
        "amount": "2000.00", "category": "salary", "created_at": RECORDED_AT, "currency": "GHS",
        "destination_account_id": USER_ACCOUNT, "destination_user_id": "42", "id": TRANSACTION, "parent_id": null,
        "reference": "payroll-2026-01", "source_account_id": WORLD, "source_user_id": null, "status": "posted",
        "transaction_date": DATE, "type": "credit", "updated_at": RECORDED_AT, "user_id": "42", "version": 1,
    })
}

pub(super) fn event() -> Value {
    json!({
        "position": 3, "kind": "transaction.created", "subject": format!("transactions/{TRANSACTION}"),
        "subject_version": 1, "actor": format!("key:{KEY}"), "request_id": REQUEST, "schema_version": 1,
        "data": transaction(), "lasting": lasting(), "reason": null, "commitment": COMMITMENT, "leaf_hash": LEAF,
        "recorded_at": RECORDED_AT, "erased": false, "withheld": false,
    })
}

pub(super) fn events() -> Value {
    json!({"data": [event()], "next_cursor": null, "resume_after": 3})
}

pub(super) fn proof() -> Value {
    json!({
        "format": "daybook-proof/1", "ledger": LEDGER,
        "event": {
            "actor": format!("key:{KEY}"), "commitment": COMMITMENT, "data": lasting(), "kind": "transaction.created",
            "position": 3, "recorded_at": RECORDED_AT, "request_id": REQUEST, "schema_version": 1,
            "subject": format!("transactions/{TRANSACTION}"), "subject_version": 1,
        },
        "personal": "{}", "salt": "8f0c1d2e3b4a59687786a5b4c3d2e1f0", "leaf_hash": LEAF, "leaf_index": 1, "tree_size": 2,
        "path": ["86ba009f6c649d7d7de09c36b962d95a49e3e64ddd5b7a7bfc681fab7b19e5f5"], "block": block(),
    })
}

pub(super) fn verification() -> Value {
    json!({
        "ok": true,
        "checked": {
            "height": 2, "position": 3, "blocks": 2, "events": 3, "users": 1, "accounts": 2, "transactions": 1,
            "entries": 2, "days": 4, "idempotency_keys": 0, "api_keys": 1, "currencies": 0, "limits": 0,
        },
        "failures": [], "failure_count": 0, "first_bad_height": null,
    })
}
