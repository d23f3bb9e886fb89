//! What a user leaves in a book: everything that can be recorded of one, with something personal wherever there is room.

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, Request};

/// Stands in everything personal of the user and of the user's accounts.
pub(super) const PERSONAL: &str = "quimby";
/// Stands in every text of the user's transactions.
pub(super) const TEXT: &str = "wortle";

/// A request that can be sent again, and what it was answered.
struct Sent {
    method: Method,
    path: String,
    body: Option<Value>,
    key: String,
    answer: Value,
    status: u16,
}

/// The story of the user `zq`, who has dealings with `bob`.
pub(super) struct Story<'a> {
    book: &'a Book,
    sent: Vec<Sent>,
    /// The user's account `main`, and `savings`.
    pub(super) accounts: [String; 2],
    /// The account `main` of `bob`.
    pub(super) account_of_bob: String,
    /// What the user's transactions are, in the order of their making.
    pub(super) transactions: Vec<String>,
}

impl<'a> Story<'a> {
    /// Lets it happen.
    pub(super) async fn told(book: &'a Book) -> Self {
        let mut story = Self {
            book,
            sent: Vec::new(),
            accounts: Default::default(),
            account_of_bob: String::new(),
            transactions: Vec::new(),
        };
        story.make_users().await;
        story.make_transactions().await;
        story.make_holds().await;
        story.make_many().await;
        for word in [PERSONAL, TEXT] {
            let found = book.database().snapshot().await.rows_with(word);
            assert!(found.len() > 6, "{word} is in {} rows alone", found.len());
        }
        story
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let key = format!("story-{}", self.sent.len());
        let answer = request(self.book, &method, path, body.as_ref(), &key).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        self.sent.push(Sent {
            method,
            path: path.to_owned(),
            body,
            key,
            answer: answer.body.clone(),
            status: answer.status,
        });
        answer
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn create(&mut self, body: Value) -> String {
        let id = self.post("/transactions", body).await.id();
        self.transactions.push(id.clone());
        id
    }

    async fn make_users(&mut self) {
        let first =
            json!({"full_name": "Zora Quimby", "email": "old@quimby.example", "metadata": {"town": "Quimby Bay"}});
        let _ = self.send(Method::PUT, "/users/zq", Some(first)).await;
        let second =
            json!({"full_name": "Zoë \"Z\" Quimby", "email": "zq@quimby.example", "time_zone": "Africa/Accra"});
        let _ = self.send(Method::PUT, "/users/zq", Some(second)).await;
        let metadata = json!({"metadata": {"Quimby": "QUIMBY\\1"}});
        let _ = self.send(Method::PATCH, "/users/zq", Some(metadata)).await;
        let bob = json!({"full_name": "Bob", "email": "bob@example.org", "metadata": {"tier": "gold"}});
        let _ = self.send(Method::PUT, "/users/bob", Some(bob)).await;
        let savings =
            json!({"user_id": "zq", "name": "savings", "currency": "USD", "metadata": {"for": "quimby house"}});
        let savings = self.post("/accounts", savings).await.id();
        let path = format!("/accounts/{savings}");
        let boat = json!({"metadata": {"for": "a quimby boat"}});
        let _ = self.send(Method::PATCH, &path, Some(boat)).await;
        let made = self.post("/transactions", credit("bob", "50.00")).await;
        made.text("destination_account_id").clone_into(&mut self.account_of_bob);
        self.accounts[1] = savings;
    }

    async fn make_transactions(&mut self) {
        let salary = with(
            credit("zq", "100.00"),
            json!({"description": "Wortle salary", "category": "salary", "reference": "r-1", "metadata": {"wortle": "1"}}),
        );
        let salary = self.create(salary).await;
        let path = format!("/transactions/{salary}");
        let shown = self.book.get(&path).await.expect(200);
        shown.text("destination_account_id").clone_into(&mut self.accounts[0]);
        let change = json!({"amount": "90.00", "description": "a \"wortle\" bonus", "reason": "wortle asked"});
        let _ = self.send(Method::PATCH, &path, Some(change)).await;
        let _ = self
            .send(Method::DELETE, &format!("{path}?reason=no+wortle"), None)
            .await;
        let _ = self
            .post(&format!("{path}/restore"), json!({"reason": "wortle again"}))
            .await;
        let [main, savings] = self.accounts.clone();
        for (from, to) in [(&main, &self.account_of_bob.clone()), (&main, &savings)] {
            let body = with(
                transfer(from, to, "10.00"),
                json!({"description": "WORTLE é to a friend", "metadata": {"why": "wortle"}}),
            );
            let _ = self.create(body).await;
        }
        let refund = json!({"amount": "5.00", "reason": "wortle is sorry", "metadata": {"for": "wortle"}});
        let refund = self.post(&format!("{path}/refund"), refund).await;
        self.transactions.push(refund.id());
    }

    async fn make_holds(&mut self) {
        let hold = with(
            debit("zq", "20.00"),
            json!({"status": "pending", "description": "wortle deposit"}),
        );
        let hold = self.create(hold).await;
        let path = format!("/transactions/{hold}");
        let change = json!({"description": "a larger wortle", "amount": "30.00", "reason": "wortle grew"});
        let _ = self.send(Method::PATCH, &path, Some(change)).await;
        let part = self
            .post(&format!("{path}/capture"), json!({"amount": "7.00", "final": false}))
            .await;
        self.transactions.push(part.id());
        let text = json!({"description": "captured wortle"});
        let _ = self
            .send(Method::PATCH, &format!("/transactions/{}", part.id()), Some(text))
            .await;
        let _ = self
            .post(&format!("{path}/void"), json!({"reason": "enough wortle"}))
            .await;
    }

    async fn make_many(&mut self) {
        for is_atomic in [true, false] {
            let item = |n: u8| with(credit("zq", "1.00"), json!({"description": format!("wortle {n}")}));
            let body = json!({"atomic": is_atomic, "transactions": [item(1), item(2)]});
            let made = self.post("/transactions/batch", body).await;
            for row in made.rows() {
                let row = row.get("transaction").unwrap_or(row);
                self.transactions.push(row["id"].as_str().expect("an id").to_owned());
            }
        }
        let row = with(
            credit("zq", "2.00"),
            json!({"description": "imported wortle", "reference": "r-2"}),
        );
        let import = self
            .book
            .request(Method::POST, "/api/v1/transactions/import")
            .body(format!("{row}\n"), "application/x-ndjson");
        let report = import.await.expect(200);
        assert_eq!(report.body["accepted"], 1, "{}", report.text);
        let limit = json!({
            "name": "Pocket money", "scope": {"user_id": "zq"}, "currency": "USD", "direction": "debit",
            "window": "day", "max_amount": "1000.00",
        });
        let _ = self.post("/limits", limit).await;
    }

    /// Sends every request again: each must be answered as it was, without what an erasure took.
    pub(super) async fn assert_replayed(&self, texts: bool) {
        for sent in &self.sent {
            let again = request(self.book, &sent.method, &sent.path, sent.body.as_ref(), &sent.key).await;
            let mut expected = sent.answer.clone();
            blank(&mut expected, texts);
            assert_eq!(again.status, sent.status, "{} {}", sent.method, sent.path);
            assert_eq!(again.body, expected, "{} {}", sent.method, sent.path);
        }
    }
}

async fn request(book: &Book, method: &Method, path: &str, body: Option<&Value>, key: &str) -> Answer {
    let request: Request = book.request(method.clone(), &format!("/api/v1{path}")).key(key);
    match body {
        Some(body) => request.json(body).await,
        None => request.await,
    }
}

/// Takes out of an answer what the erasure of `zq` takes.
pub(super) fn blank(answer: &mut Value, texts: bool) {
    match answer {
        Value::Array(rows) => rows.iter_mut().for_each(|row| blank(row, texts)),
        Value::Object(members) => {
            let is_user = members.contains_key("time_zone") && members.get("id").is_some_and(|id| id == "zq");
            let is_account =
                members.contains_key("minimum_balance") && members.get("user_id").is_some_and(|id| id == "zq");
            let is_own = |owner: &str| members.get(owner).is_some_and(|owner| owner == "zq");
            let is_transaction = texts && (is_own("source_user_id") || is_own("destination_user_id"));
            if is_user || is_account || is_transaction {
                for name in ["full_name", "email", "description"] {
                    if let Some(member) = members.get_mut(name) {
                        *member = Value::Null;
                    }
                }
                let metadata = if is_user { Value::Null } else { json!({}) };
                members.insert("metadata".to_owned(), metadata);
            }
            members.values_mut().for_each(|member| blank(member, texts));
        }
        _ => {}
    }
}
