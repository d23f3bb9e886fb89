//! Writes to a user at the moment of the erasure.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Answer, Book, Client, Engine, at_once, on_both};

use super::assert_gone;
use super::story::{PERSONAL, TEXT};

on_both!(nothing_that_is_written_beside_an_erasure_survives_it,);

const ROUNDS: usize = 100;
/// Kinds of writes that are sent at once.
const WRITES: usize = 9;

/// A user who is being erased.
#[derive(Clone)]
struct Target {
    user: String,
    /// A transaction of the user.
    made: String,
    account: String,
}

impl Target {
    /// One write of each kind; the first is the erasure.
    async fn write(&self, client: &Client, text: &Value, number: usize) -> Answer {
        let (user, of_user) = (&self.user, format!("/users/{}", self.user));
        let transaction = format!("/transactions/{}", self.made);
        match number {
            0 => client.delete(&format!("{of_user}?texts=true")).await,
            1 => client.patch(&of_user, &json!({"full_name": "Zora Quimby"})).await,
            2 => {
                let body = json!({"full_name": "Z", "metadata": {"a": "quimby"}});
                client.put(&of_user, &body).await
            }
            3 => client.post("/transactions", text).key(user).await,
            4 => client.patch(&transaction, &json!({"amount": "40.00"})).await,
            5 => {
                let minimum = json!({"minimum_balance": "-100.00"});
                client.patch(&format!("/accounts/{}", self.account), &minimum).await
            }
            6 => {
                let body = json!({"user_id": user, "name": "s", "currency": "USD", "metadata": {"a": "quimby"}});
                client.post("/accounts", &body).await
            }
            7 => {
                let body = json!({"amount": "1.00"});
                client.post(&format!("{transaction}/refund"), &body).await
            }
            _ => {
                let body = with(debit(user, "1.00"), json!({"description": "wortle"}));
                client.post("/transactions", &body).await
            }
        }
    }
}

async fn nothing_that_is_written_beside_an_erasure_survives_it(book: &Book) {
    let other = match book.engine() {
        Engine::Sqlite => None,
        Engine::Postgres => Some(book.second_server().await.expect("a second server starts")),
    };
    let mut outcomes = [[0_usize; 2]; WRITES];
    for round in 0..ROUNDS {
        let user = format!("user-{round}");
        let text = with(
            credit(&user, "50.00"),
            json!({"full_name": "Quimby", "description": "a wortle", "metadata": {"a": "wortle"}}),
        );
        let made = book.create(&text).await;
        let (made, account) = (made.id(), made.text("destination_account_id").to_owned());
        let path = format!("/accounts/{account}");
        let _ = book
            .patch(&path, &json!({"metadata": {"for": "quimby"}}))
            .await
            .expect(200);
        let clients = [book.client(), other.as_ref().unwrap_or(book).client()];
        let target = Target { user, made, account };
        let answers = at_once(WRITES, |number| {
            let client = clients[(number + round) % 2].clone();
            let (target, text) = (target.clone(), text.clone());
            async move { target.write(&client, &text, number).await }
        })
        .await;
        for (number, answer) in answers.into_iter().enumerate() {
            outcomes[number][usize::from(answer.status >= 400)] += 1;
            if answer.status >= 400 {
                let _ = answer.problem("user_not_found", 404);
            }
        }
    }
    assert_eq!(outcomes[0], [ROUNDS, 0], "every erasure succeeds");
    for number in [4, 5, 7] {
        assert_eq!(outcomes[number], [ROUNDS, 0], "what names no user succeeds: {number}");
    }
    let early: usize = outcomes.iter().map(|[successes, _]| successes).sum();
    assert!(
        early > 4 * ROUNDS,
        "nothing came before an erasure: no race, {outcomes:?}"
    );
    let refused: usize = outcomes.iter().map(|[_, refusals]| refusals).sum();
    assert!(refused > 0, "nothing came after an erasure: no race, {outcomes:?}");
    assert_gone(book, &[PERSONAL, TEXT]).await;
    book.database().verify().await;
}
