//! A second ledger beside `main`, and what each holds.

use serde_json::json;
use tests::body::{credit, with};
use tests::program::{Folder, run};
use tests::{Answer, Book, Client};

/// A key for a ledger, made on the command line, and the client that uses it.
pub(crate) fn key_for(book: &Book, ledger: &str, role: &str) -> Client {
    let url = book.database().url();
    let arguments = [
        "key",
        "create",
        "--ledger",
        ledger,
        "--role",
        role,
        "--name",
        "test",
        "--database-url",
        url,
    ];
    let output = run(Folder::empty().path(), &arguments);
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success() && said.starts_with("dbk_"), "{output:?}");
    book.with_key(&said)
}

/// The administrators of `main` and of a second ledger.
pub(crate) async fn two_ledgers(book: &Book) -> [Client; 2] {
    let euros = json!({"name": "shop", "default_currency": "EUR"});
    let _ = book.post("/ledgers", &euros).await.expect(201);
    [key_for(book, "main", "admin"), key_for(book, "shop", "admin")]
}

/// What a ledger holds, by the paths that lead to it.
pub(crate) struct Filled {
    pub(crate) transaction: Answer,
    pub(crate) savings: String,
    pub(crate) key_id: String,
}

impl Filled {
    pub(crate) fn transaction_path(&self) -> String {
        format!("/transactions/{}", self.transaction.id())
    }

    pub(crate) fn savings_path(&self) -> String {
        format!("/accounts/{}", self.savings)
    }
}

pub(crate) async fn fill(client: &Client) -> Filled {
    let _ = client.put_user("ada", &json!({"full_name": "Ada"})).await;
    let body = with(credit("ada", "20.00"), json!({"reference": "r1", "category": "food"}));
    let transaction = client.create(&body).await;
    let path = format!("/transactions/{}", transaction.id());
    let _ = client.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
    let savings = json!({"user_id": "ada", "name": "savings", "currency": transaction.body["currency"]});
    let savings = client.open_account(&savings).await;
    let made = client.post("/keys", &json!({"name": "till", "role": "reader"})).await;
    Filled {
        transaction,
        savings,
        key_id: made.expect(201).id(),
    }
}
