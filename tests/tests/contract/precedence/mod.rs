//! The order of errors: section 2 of the contract. Each row breaks one more rule than the row before it, and the code of
//! the newly broken rule must win over all that were broken already.

mod holds;
mod resources;

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Client, Request, on_both};

on_both!(
    an_edits_errors_come_in_the_order_of_the_contract,
    a_postings_errors_come_in_the_order_of_the_contract,
    rules_about_two_accounts_come_in_the_order_of_the_contract,
    an_accounts_errors_come_in_the_order_of_the_contract,
    the_account_that_lacks_the_money_is_named,
);

/// A request that breaks more and more rules.
struct Sinner {
    client: Client,
    method: Method,
    path: String,
    /// The body; null for none.
    members: Value,
    /// What is sent instead of `members`.
    raw_body: Option<Vec<u8>>,
    media_type: &'static str,
    headers: Vec<(&'static str, String)>,
}

impl Sinner {
    fn new(book: &Book, method: Method, path: &str, members: Value) -> Self {
        Self {
            client: book.client(),
            method,
            path: format!("/api/v1{path}"),
            members,
            raw_body: None,
            media_type: "application/json",
            headers: Vec::new(),
        }
    }

    fn request(&self) -> Request {
        let mut request = self.client.request(self.method.clone(), &self.path);
        if let Some(body) = &self.raw_body {
            request = request.body(body.clone(), self.media_type);
        } else if !self.members.is_null() {
            request = request.body(self.members.to_string(), self.media_type);
        }
        self.headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value))
    }

    fn set(&mut self, members: Value) {
        self.members = with(self.members.take(), members);
    }

    async fn expect(&self, book: &Book, code: &str, status: u16) {
        let _ = book.refuses(self.request(), code, status).await;
    }
}

async fn set_status(book: &Book, account_id: &str, status: &str) {
    let _ = book
        .patch(&format!("/accounts/{account_id}"), &json!({"status": status}))
        .await
        .expect(200);
}

/// The codes from `validation_failed` up, which need nothing of the database; `bad` is one bad member.
async fn break_the_rest(book: &Book, sinner: &mut Sinner, bad: Value, weaker: Client) {
    let member = bad.to_string();
    sinner.set(bad);
    sinner.expect(book, "validation_failed", 422).await;
    let mut twice = sinner.members.to_string();
    twice.insert_str(1, &format!("{},", member.trim_matches(['{', '}'])));
    sinner.raw_body = Some(twice.into_bytes());
    sinner.expect(book, "malformed_request", 400).await;
    sinner.media_type = "text/plain";
    sinner.expect(book, "unsupported_media_type", 415).await;
    sinner.raw_body = Some(vec![b'{'; 1024 * 1024 + 1]);
    sinner.expect(book, "payload_too_large", 413).await;
    break_access(book, sinner, weaker).await;
}

/// The codes that need not even a body; `weaker` is a key whose role does not suffice.
async fn break_access(book: &Book, sinner: &mut Sinner, weaker: Client) {
    sinner.client = weaker;
    sinner.expect(book, "forbidden", 403).await;
    sinner.client = book.anonymous();
    sinner.expect(book, "unauthenticated", 401).await;
    sinner.method = Method::TRACE;
    sinner.expect(book, "method_not_allowed", 405).await;
    sinner.path = "/api/v1/nowhere".to_owned();
    sinner.expect(book, "not_found", 404).await;
}

async fn an_edits_errors_come_in_the_order_of_the_contract(book: &Book) {
    let reader = book.key("reader").await;
    let funded = book.create(&credit("ada", "20.00")).await;
    let account = funded.text("destination_account_id").to_owned();
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let spent = book.create(&debit("ada", "5.00")).await.id();
    // With this the day's total overflows, where no balance would.
    let _ = book.create(&debit("ada", "5.00")).await;
    let _ = book
        .create(&with(credit("bob", "1.00"), json!({"reference": "taken"})))
        .await;
    let _ = book
        .post("/transactions", &credit("bob", "1.00"))
        .key("used")
        .await
        .expect(201);
    let path = format!("/transactions/{spent}");
    let mut sinner = Sinner::new(book, Method::PATCH, &path, json!({"amount": "20.01"}));
    sinner.expect(book, "insufficient_funds", 422).await;
    let limit = json!({"name": "l", "direction": "debit", "window": "transaction", "max_amount": "20"});
    let _ = book.post("/limits", &limit).await.expect(201);
    sinner.expect(book, "limit_exceeded", 422).await;
    sinner.set(json!({"amount": "92233720368547758.07"}));
    sinner.expect(book, "amount_overflow", 422).await;
    sinner.set(json!({"reference": "taken"}));
    sinner.expect(book, "reference_taken", 409).await;
    set_status(book, &account, "frozen").await;
    sinner.expect(book, "account_frozen", 409).await;
    set_status(book, &account, "open").await;
    let _ = book.delete(&format!("/transactions/{spent}")).await.expect(200);
    set_status(book, &account, "frozen").await;
    sinner.expect(book, "transaction_not_editable", 409).await;
    sinner.headers.push(("If-Match", "\"9\"".to_owned()));
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.set(json!({"amount": "20.005"}));
    sinner.expect(book, "validation_failed", 422).await;
    sinner.path = "/api/v1/transactions/01980000-0000-7000-8000-000000000000".to_owned();
    sinner.expect(book, "transaction_not_found", 404).await;
    sinner.headers.push(("Idempotency-Key", "used".to_owned()));
    sinner.expect(book, "idempotency_key_reused", 422).await;
    break_the_rest(book, &mut sinner, json!({"category": ""}), reader).await;
}

async fn a_postings_errors_come_in_the_order_of_the_contract(book: &Book) {
    let reader = book.key("reader").await;
    let bob = book
        .create(&with(credit("bob", "1.00"), json!({"reference": "taken"})))
        .await;
    let bob = bob.text("destination_account_id").to_owned();
    let _ = book
        .post("/transactions", &credit("bob", "1.00"))
        .key("used")
        .await
        .expect(201);
    let fees = book
        .open_account(&json!({"name": "fees", "currency": "USD", "minimum_balance": "0"}))
        .await;
    let yen = book.open_account(&json!({"name": "yen", "currency": "JPY"})).await;
    let mut sinner = Sinner::new(book, Method::POST, "/transactions", transfer(&fees, &bob, "1.00"));
    sinner.expect(book, "insufficient_funds", 422).await;
    sinner.set(json!({"amount": "92233720368547758.07"}));
    sinner.expect(book, "amount_overflow", 422).await;
    sinner.set(json!({"destination_account_id": yen}));
    sinner.expect(book, "currency_mismatch", 422).await;
    sinner.set(json!({"destination_account_id": fees, "currency": "EUR"}));
    sinner.expect(book, "same_account", 422).await;
    sinner.set(json!({"reference": "taken"}));
    sinner.expect(book, "reference_taken", 409).await;
    set_status(book, &fees, "frozen").await;
    sinner.expect(book, "account_frozen", 409).await;
    set_status(book, &fees, "closed").await;
    sinner.expect(book, "account_closed", 409).await;
    sinner.set(json!({"amount": "1.005", "currency": null}));
    sinner.expect(book, "validation_failed", 422).await;
    sinner.set(json!({"destination_account_id": "01980000-0000-7000-8000-000000000000"}));
    sinner.expect(book, "account_not_found", 404).await;
    sinner.headers.push(("Idempotency-Key", "used".to_owned()));
    sinner.expect(book, "idempotency_key_reused", 422).await;
    break_the_rest(book, &mut sinner, json!({"category": ""}), reader).await;
}

async fn rules_about_two_accounts_come_in_the_order_of_the_contract(book: &Book) {
    let _ = book
        .create(&with(credit("bob", "1.00"), json!({"reference": "taken"})))
        .await;
    let open = |name: &str, currency: &str| {
        book.post(
            "/accounts",
            &json!({"name": name, "currency": currency, "minimum_balance": "0"}),
        )
    };
    let frozen = open("frozen", "USD").await.expect(201).id();
    let closed = open("closed", "USD").await.expect(201).id();
    let plain = open("plain", "USD").await.expect(201).id();
    let yen = open("yen", "JPY").await.expect(201).id();
    set_status(book, &frozen, "frozen").await;
    set_status(book, &closed, "closed").await;
    let reference = json!({"reference": "taken"});
    let rows = [
        (transfer(&frozen, &closed, "1.00"), "account_closed", 409),
        (transfer(&closed, &frozen, "1.00"), "account_closed", 409),
        (
            with(transfer(&plain, &frozen, "1.00"), reference.clone()),
            "account_frozen",
            409,
        ),
        (
            with(transfer(&plain, &closed, "1.00"), reference.clone()),
            "account_closed",
            409,
        ),
        (
            with(transfer(&plain, &plain, "1.00"), reference.clone()),
            "reference_taken",
            409,
        ),
        (with(transfer(&plain, &yen, "1.00"), reference), "reference_taken", 409),
        (transfer(&frozen, &frozen, "1.00"), "account_frozen", 409),
        (transfer(&closed, &yen, "1.00"), "account_closed", 409),
        (transfer(&plain, &plain, "1.00"), "same_account", 422),
        (transfer(&plain, &yen, "1.00"), "currency_mismatch", 422),
        (
            transfer(&plain, "01980000-0000-7000-8000-000000000000", "1.005"),
            "account_not_found",
            404,
        ),
        (transfer(&frozen, &closed, "1.005"), "validation_failed", 422),
    ];
    for (body, code, status) in rows {
        let _ = book.refuses(book.post("/transactions", &body), code, status).await;
    }
}

async fn an_accounts_errors_come_in_the_order_of_the_contract(book: &Book) {
    let open = |name: &str| json!({"name": name, "currency": "USD"});
    let source = book.open_account(&open("source")).await;
    let plain = book.open_account(&open("plain")).await;
    let closed = book.open_account(&open("closed")).await;
    set_status(book, &closed, "closed").await;
    let path = format!("/accounts/{closed}");
    let patch = json!({"status": "open", "minimum_balance": "5"});
    let _ = book
        .refuses(book.patch(&path, &patch).if_match(9), "version_mismatch", 412)
        .await;
    let _ = book.refuses(book.patch(&path, &patch), "account_closed", 409).await;
    let _ = book.create(&transfer(&source, &plain, "1.00")).await;
    let both = json!({"status": "closed", "minimum_balance": "5"});
    let _ = book
        .refuses(
            book.patch(&format!("/accounts/{plain}"), &both),
            "account_not_empty",
            409,
        )
        .await;
}

async fn the_account_that_lacks_the_money_is_named(book: &Book) {
    let source = json!({"name": "source", "currency": "USD", "minimum_balance": "0"});
    let source = book.open_account(&source).await;
    let destination = json!({"name": "destination", "currency": "USD", "minimum_balance": "0"});
    let destination = book.open_account(&destination).await;
    let world_side = book.open_account(&json!({"name": "other", "currency": "USD"})).await;
    let moved = book.create(&transfer(&world_side, &source, "10.00")).await.id();
    let _ = book.create(&transfer(&source, &destination, "10.00")).await;
    let refused = book
        .refuses(
            book.delete(&format!("/transactions/{moved}")),
            "insufficient_funds",
            422,
        )
        .await;
    assert_eq!(refused.text("account_id"), source);
    let refused = book.refuses(
        book.post("/transactions", &transfer(&source, &destination, "1.00")),
        "insufficient_funds",
        422,
    );
    assert_eq!(refused.await.text("account_id"), source);
}
