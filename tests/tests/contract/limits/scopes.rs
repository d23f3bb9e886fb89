//! Whom a limit is for.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Engine, on_both};

use super::{make, refused, spending, used};

on_both!(
    without_a_scope_every_user_has_the_limit_by_itself,
    a_user_s_limit_counts_all_accounts_together,
    an_account_s_limit_counts_that_account_alone,
    a_user_made_by_a_posting_has_limits_at_once,
    a_limit_made_elsewhere_holds_at_once,
    two_debits_at_once_never_pass_a_limit_together,
    two_debits_at_once_never_pass_an_account_s_limit_together,
);

/// How often two meet.
const ROUNDS: usize = 100;

async fn without_a_scope_every_user_has_the_limit_by_itself(book: &Book) {
    for scope in [json!(null), json!({}), json!({"user_id": null, "account_id": null})] {
        let limit = make(book, &spending("day", json!({"max_amount": "10", "scope": scope}))).await;
        assert_eq!(
            book.get(&format!("/limits/{limit}")).await.expect(200).body["scope"],
            json!({})
        );
        for user in ["ada", "bo"] {
            let spent = book.create(&debit(user, "10.00")).await;
            let _ = refused(book, &debit(user, "0.01"), &limit).await;
            let _ = book.delete(&format!("/transactions/{}", spent.id())).await.expect(200);
        }
        let _ = book.delete(&format!("/limits/{limit}")).await.expect(204);
    }
}

async fn open(book: &Book, user: &str, name: &str) -> String {
    let account = json!({"user_id": user, "name": name, "currency": "USD"});
    book.open_account(&account).await
}

async fn a_user_s_limit_counts_all_accounts_together(book: &Book) {
    let main = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = book.create(&credit("bo", "1.00")).await;
    let savings = open(book, "ada", "savings").await;
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let body = spending("day", json!({"max_amount": "10", "scope": {"user_id": "ada"}}));
    let limit = make(book, &body).await;
    let _ = book.create(&debit("ada", "4.00")).await;
    let _ = book.create(&transfer(&savings, &fees, "4.00")).await;
    let _ = refused(book, &with(debit("ada", "2.01"), json!({"account": "savings"})), &limit).await;
    let _ = refused(book, &transfer(&main, &savings, "2.01"), &limit).await;
    let _ = book.create(&transfer(&main, &savings, "2.00")).await;
    let _ = book.create(&debit("bo", "100.00")).await;
    // The ledger's own accounts have none.
    let _ = book.create(&transfer(&fees, &main, "100.00")).await;
    assert!(book.get("/users/bo/limits").await.expect(200).rows().is_empty());
    assert_eq!(
        used(book, "ada", &limit).await,
        (json!("10.00"), json!("0.00"), json!(3))
    );
    book.database().verify().await;
}

async fn an_account_s_limit_counts_that_account_alone(book: &Book) {
    let main = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let savings = open(book, "ada", "savings").await;
    let from_savings = |amount: &str| with(debit("ada", amount), json!({"account": "savings"}));
    let before = book.create(&from_savings("3.00")).await;
    let scope = json!({"account_id": savings});
    let limit = make(book, &spending("week", json!({"max_amount": "10", "scope": scope}))).await;
    let of_category = json!({"max_amount": "2", "scope": scope, "category": "rent"});
    let of_category = make(book, &spending("week", of_category)).await;
    let incoming = with(
        spending("week", json!({"max_count": 1, "scope": scope})),
        json!({"direction": "credit"}),
    );
    let incoming = make(book, &incoming).await;
    let _ = book.create(&debit("ada", "100.00")).await;
    let _ = refused(book, &from_savings("7.01"), &limit).await;
    let rent = with(from_savings("1.50"), json!({"category": "rent"}));
    let _ = book.create(&rent).await;
    let _ = refused(book, &rent, &of_category).await;
    let _ = book.create(&transfer(&main, &savings, "1.00")).await;
    let _ = refused(book, &transfer(&main, &savings, "1.00"), &incoming).await;
    let _ = book
        .patch(&format!("/transactions/{}", before.id()), &json!({"amount": "8.50"}))
        .await
        .expect(200);
    let _ = refused(book, &from_savings("0.01"), &limit).await;
    assert_eq!(
        used(book, "ada", &limit).await,
        (json!("10.00"), json!("0.00"), json!(2))
    );
    assert_eq!(
        used(book, "ada", &of_category).await,
        (json!("1.50"), json!("0.50"), json!(1))
    );
    assert_eq!(
        used(book, "ada", &incoming).await,
        (json!("1.00"), Value::Null, json!(1))
    );
    book.database().verify().await;
}

async fn a_user_made_by_a_posting_has_limits_at_once(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let _ = refused(book, &debit("ada", "10.01"), &limit).await;
    let _ = book.get("/users/ada").await.problem("user_not_found", 404);
    let _ = book.create(&debit("ada", "10.00")).await;
}

async fn a_limit_made_elsewhere_holds_at_once(book: &Book) {
    let Ok(other) = book.second_server().await else {
        assert_eq!(book.engine(), Engine::Sqlite);
        return;
    };
    // Each knows the accounts, and what was used, from its own last commit.
    for round in 1..=5 {
        let _ = other.create(&debit("ada", "1.00")).await;
        let most = json!({"max_amount": format!("{round}.50"), "scope": {"user_id": "ada"}});
        let limit = make(book, &spending("month", most)).await;
        let _ = refused(&other, &debit("ada", "1.00"), &limit).await;
        let _ = refused(book, &debit("ada", "1.00"), &limit).await;
        let _ = other.delete(&format!("/limits/{limit}")).await.expect(204);
        if round < 5 {
            let _ = book.create(&debit("bo", "1.00")).await;
        }
    }
    book.database().verify().await;
}

async fn two_debits_at_once_never_pass_a_limit_together(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let other = book.second_server().await.ok();
    for round in 0..ROUNDS {
        let user = format!("user-{round}");
        // Where one instance is alone, both come to it.
        let clients = [
            book.client(),
            other.as_ref().map_or_else(|| book.client(), |other| other.client()),
        ];
        let body = debit(&user, "6.00");
        let [one, two] = &clients;
        let (one, two) = tokio::join!(one.post("/transactions", &body), two.post("/transactions", &body));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "round {round}");
        assert_eq!(book.balance_of(&user).await, "-6.00", "round {round}");
        assert_eq!(used(book, &user, &limit).await.0, "6.00", "round {round}");
    }
    book.database().verify().await;
}

async fn two_debits_at_once_never_pass_an_account_s_limit_together(book: &Book) {
    let account = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let scope = json!({"account_id": account});
    let limit = make(book, &spending("month", json!({"max_count": 1, "scope": scope}))).await;
    let other = book.second_server().await.ok();
    for round in 0..ROUNDS {
        let clients = [
            book.client(),
            other.as_ref().map_or_else(|| book.client(), |other| other.client()),
        ];
        let body = debit("ada", "6.00");
        let [one, two] = &clients;
        let (one, two) = tokio::join!(one.post("/transactions", &body), two.post("/transactions", &body));
        let made = if one.status == 201 { &one } else { &two };
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "round {round}");
        let most = json!({"max_count": round + 2});
        // Every other round the one that won is taken back instead.
        if round % 2 == 0 {
            let _ = book.patch(&format!("/limits/{limit}"), &most).await.expect(200);
            let spent = book.create(&body).await;
            let _ = book.delete(&format!("/transactions/{}", spent.id())).await.expect(200);
            let _ = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
            let _ = book
                .patch(&format!("/limits/{limit}"), &json!({"max_count": 1}))
                .await
                .expect(200);
        } else {
            let _ = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
        }
    }
    assert_eq!(book.balance_of("ada").await, "1.00");
    book.database().verify().await;
}
