//! Sums that must come out whatever has happened to a book.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Client;

/// An amount of two decimals in its minor units.
///
/// # Panics
///
/// Where it is no such amount.
#[must_use]
pub fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().expect("an amount is text");
    text.replace('.', "")
        .parse()
        .expect("an amount is digits, a point and perhaps a sign")
}

/// Proves that the balances of all accounts, those of the ledger among them, sum to zero in each currency.
///
/// # Panics
///
/// Where they do not, or there is no account.
pub async fn assert_zero_sum(client: &Client) {
    let accounts = client.walk("/accounts", 200).await;
    assert!(accounts.iter().any(|account| account["name"] == "world"), "no world");
    let mut sums = BTreeMap::new();
    for account in &accounts {
        *sums.entry(account["currency"].to_string()).or_insert(0) += cents(&account["balance"]);
    }
    assert!(
        sums.values().all(|sum: &i64| *sum == 0),
        "money was made or lost: {accounts:#?}"
    );
}

/// Proves that an account was never below zero, and that its journal has no gap, each balance being the one before it
/// plus the entry's amount, up to the account's own. Says how many entries there are.
///
/// # Panics
///
/// Where that is not so.
pub async fn assert_never_below_zero(client: &Client, account_id: &str) -> usize {
    let account = client.get(&format!("/accounts/{account_id}")).await.expect(200);
    let entries = client.walk(&format!("/accounts/{account_id}/entries"), 200).await;
    assert_eq!(entries[0]["balance"], account.body["balance"]);
    let mut before = 0;
    for (place, entry) in entries.iter().rev().enumerate() {
        assert_eq!(entry["seq"], place + 1);
        assert_eq!(cents(&entry["balance"]), before + cents(&entry["amount"]), "{entry}");
        before = cents(&entry["balance"]);
        assert!(before >= 0, "below the minimum: {entry}");
    }
    entries.len()
}
