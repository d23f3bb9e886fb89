//! Every document has exactly the members of the contract, in every state: sections 3 to 8.

use serde_json::{Value, json};
use tests::body::{credit, transfer, with};
use tests::{Book, on_both};

on_both!(
    records_have_exactly_the_members_of_the_contract,
    statistics_have_exactly_the_members_of_the_contract,
    the_server_itself_has_exactly_the_members_of_the_contract,
);

const TRANSACTION: &str = "amount category created_at currency description destination_account_id destination_user_id id \
                           metadata parent_id reference source_account_id source_user_id status transaction_date type \
                           updated_at user_id version";
const USER: &str = "created_at email full_name id metadata time_zone updated_at version";
const ACCOUNT: &str = "available balance created_at currency held_in held_out id kind metadata minimum_balance name status \
                       updated_at user_id version";
const ENTRY: &str = "amount balance recorded_at seq transaction_date transaction_id transaction_version";
const REVISION: &str = "actor changes position reason recorded_at request_id transaction version";
const BALANCE: &str = "accounts available balance currency held_in held_out";
const KEY: &str = "created_at expires_at id ledger name prefix revoked_at role";
const ACCOUNT_BALANCE: &str = "account_id as_of balance currency effective_at";
const STATEMENT: &str = "account_id closing_balance currency from lines next_cursor opening_balance time_zone to";
const LINE: &str = "amount balance counterparty_account_id description transaction_date transaction_id";
const STATISTICS: &str = "average_transaction_value busiest_day_count by_category count credits currency \
                          day_with_highest_transactions debits net total";

/// Whether the members of a document are these, in any order.
#[track_caller]
fn assert_members(document: &Value, expected: &str) {
    let object = document
        .as_object()
        .unwrap_or_else(|| panic!("no object but {document}"));
    let mut found: Vec<&str> = object.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = expected.split_whitespace().collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{document}");
}

/// Every row of a list that has some.
async fn assert_rows(book: &Book, path: &str, envelope: &str, expected: &str) {
    let listed = book.get(path).await.expect(200);
    assert_members(&listed.body, envelope);
    assert!(!listed.rows().is_empty(), "{path}");
    for row in listed.rows() {
        assert_members(row, expected);
    }
}

async fn records_have_exactly_the_members_of_the_contract(book: &Book) {
    let texts = json!({"description": "d", "category": "c", "reference": "r", "metadata": {"a": "1"}});
    let made = book.create(&with(credit("ada", "20.00"), texts)).await;
    let path = format!("/transactions/{}", made.id());
    let account = format!("/accounts/{}", made.text("destination_account_id"));
    let bob = book.create(&credit("bob", "1.00")).await;
    let moved = transfer(
        made.text("destination_account_id"),
        bob.text("destination_account_id"),
        "1.00",
    );
    let user = json!({"full_name": "Cy", "email": "cy@example.org", "metadata": {"a": "1"}});
    let fees = json!({"name": "fees", "currency": "USD"});
    let shop = json!({"name": "shop", "role": "reader"});
    for (request, members) in [
        (book.post("/transactions", &moved), TRANSACTION),
        (book.post("/transactions?dry_run=true", &moved), TRANSACTION),
        (book.patch(&path, &json!({"amount": "21.00"})), TRANSACTION),
        (book.delete(&path), TRANSACTION),
        (book.post(&format!("{path}/restore"), &json!({})), TRANSACTION),
        (book.get(&path), TRANSACTION),
        (book.get(&format!("{path}?version=1")), TRANSACTION),
        (book.put("/users/cy", &user), USER),
        (book.patch("/users/cy", &json!({"email": null})), USER),
        (book.get("/users/ada"), USER),
        (book.post("/accounts", &fees), ACCOUNT),
        (book.patch(&account, &json!({"minimum_balance": "0"})), ACCOUNT),
        (book.get(&account), ACCOUNT),
        (book.get(&format!("{account}/balance")), ACCOUNT_BALANCE),
        (book.get(&format!("{account}/statement")), STATEMENT),
        (
            book.post("/keys", &shop),
            "secret created_at expires_at id ledger name prefix revoked_at role",
        ),
    ] {
        let answer = request.await;
        assert!(answer.status < 300, "{} was answered {}", answer.request, answer.text);
        assert_members(&answer.body, members);
    }
    let page = "data next_cursor";
    assert_rows(book, "/transactions?status=posted,voided", page, TRANSACTION).await;
    assert_rows(book, "/users/ada/transactions", page, TRANSACTION).await;
    assert_rows(book, &format!("{path}/revisions"), page, REVISION).await;
    assert_rows(book, "/users", page, USER).await;
    assert_rows(book, "/accounts", page, ACCOUNT).await;
    assert_rows(book, &format!("{account}/entries"), page, ENTRY).await;
    assert_rows(book, "/users/ada/balances", "data", BALANCE).await;
    assert_rows(book, "/keys", page, KEY).await;
    let statement = book.get(&format!("{account}/statement")).await.expect(200);
    assert_members(&statement.body["lines"][0], LINE);
    let balances = book.get("/users/ada/balances").await.expect(200);
    assert_members(&balances.rows()[0]["accounts"][0], ACCOUNT);
    let revisions = book.get(&format!("{path}/revisions")).await.expect(200);
    for revision in revisions.rows() {
        assert_members(&revision["transaction"], TRANSACTION);
    }
    assert_members(&revisions.rows()[1]["changes"]["amount"], "from to");
}

async fn statistics_have_exactly_the_members_of_the_contract(book: &Book) {
    let _ = book
        .create(&with(credit("ada", "20.00"), json!({"category": "c"})))
        .await;
    for (path, has_user) in [("/users/ada/stats", true), ("/stats", false)] {
        for (query, has_series) in [("", false), ("?interval=day", true), ("?from=2020-01-01", false)] {
            let found = book.get(&format!("{path}{query}")).await.expect(200).body;
            let user = if has_user { "user_id" } else { "" };
            assert_members(&found, &format!("{user} currencies from time_zone to"));
            let currency = &found["currencies"][0];
            let series = if has_series { "series" } else { "" };
            assert_members(currency, &format!("{STATISTICS} {series}"));
            assert_members(&currency["credits"], "average count total");
            assert_members(&currency["debits"], "average count total");
            assert_members(&currency["by_category"][0], "category count total");
            if has_series {
                let period = &currency["series"][0];
                assert_members(period, "credits debits period");
                assert_members(&period["credits"], "average count total");
            }
        }
    }
}

async fn the_server_itself_has_exactly_the_members_of_the_contract(book: &Book) {
    let root = book.anonymous().get_root("/").header("Accept", "application/json");
    assert_members(&root.await.expect(200).body, "docs message name version");
    for path in ["/livez", "/readyz"] {
        assert_members(&book.anonymous().get_root(path).await.expect(200).body, "status");
    }
}
