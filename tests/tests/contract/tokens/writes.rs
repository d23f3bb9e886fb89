//! What a user's token records.

use serde_json::json;
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Client, on_both};

use super::acting_as;

on_both!(
    a_user_moves_money_out_of_its_own_accounts_alone,
    a_reading_token_writes_nothing,
    limits_and_minima_hold_for_users,
    a_refusal_tells_nothing_of_others,
    a_users_idempotency_keys_are_its_own,
    an_unknown_user_is_not_made,
    the_journal_names_the_user,
);

/// Ada with a writing token, and eve, each with 20.00.
pub(super) struct People {
    pub(super) ada: Client,
    pub(super) accounts: [String; 2],
    pub(super) world: String,
}

pub(super) async fn people(book: &Book) -> People {
    let mut accounts = Vec::new();
    for id in ["ada", "eve"] {
        let _ = book.create(&credit(id, "20.00")).await;
        accounts.push(
            book.account_of(id, "main", "USD").await["id"]
                .as_str()
                .expect("an id")
                .to_owned(),
        );
    }
    let listed = book.get("/accounts?kind=system").await.expect(200);
    People {
        ada: acting_as(book, "ada", "write").await,
        accounts: accounts.try_into().expect("two"),
        world: listed.rows()[0]["id"].as_str().expect("an id").to_owned(),
    }
}

pub(super) async fn allow_edits(book: &Book, allowed: bool) {
    let _ = book
        .patch("/ledgers/main", &json!({"users_may_edit": allowed}))
        .await
        .expect(200);
}

async fn a_user_moves_money_out_of_its_own_accounts_alone(book: &Book) {
    let People {
        ada,
        accounts: [own, theirs],
        world,
    } = people(book).await;
    let spent = ada.create(&debit("ada", "1.00")).await;
    assert_eq!(spent.text("user_id"), "ada");
    let _ = ada.create(&transfer(&own, &theirs, "2.00")).await;
    let held = with(debit("ada", "3.00"), json!({"status": "pending"}));
    assert_eq!(ada.create(&held).await.text("status"), "pending");
    let rehearsed = ada
        .post("/transactions?dry_run=true", &debit("ada", "1.00"))
        .await
        .expect(200);
    assert_eq!(rehearsed.text("amount"), "1.00");
    for (body, code) in [
        (debit("eve", "1.00"), "user_not_found"),
        (debit("nobody", "1.00"), "user_not_found"),
        (with(debit("eve", "1.00"), json!({"account": "none"})), "user_not_found"),
        (
            with(debit("ada", "1.00"), json!({"account": "none"})),
            "account_not_found",
        ),
        (transfer(&theirs, &own, "1.00"), "account_not_found"),
        (transfer(&world, &own, "1.00"), "account_not_found"),
        (
            transfer("0198c5a0-0000-7000-8000-000000000000", &own, "1.00"),
            "account_not_found",
        ),
        (
            with(transfer(&theirs, &own, "1.00"), json!({"status": "pending"})),
            "account_not_found",
        ),
    ] {
        let _ = book.refuses(ada.post("/transactions", &body), code, 404).await;
    }
    assert_eq!(book.balance_of("eve").await, "22.00");
    book.database().verify().await;
}

async fn a_reading_token_writes_nothing(book: &Book) {
    let People {
        accounts: [own, theirs],
        ..
    } = people(book).await;
    allow_edits(book, true).await;
    let ada = acting_as(book, "ada", "read").await;
    let own_debit = book.create(&debit("ada", "1.00")).await.id();
    for request in [
        ada.post("/transactions", &debit("ada", "1.00")),
        ada.post("/transactions", &credit("ada", "1.00")),
        ada.post("/transactions", &transfer(&own, &theirs, "1.00")),
        ada.patch(&format!("/transactions/{own_debit}"), &json!({"amount": "2"})),
        ada.delete(&format!("/transactions/{own_debit}")),
    ] {
        let _ = book.refuses(request, "forbidden", 403).await;
    }
}

async fn limits_and_minima_hold_for_users(book: &Book) {
    let People {
        ada,
        accounts: [own, _],
        ..
    } = people(book).await;
    let floor = json!({"minimum_balance": "0.00"});
    let _ = book.patch(&format!("/accounts/{own}"), &floor).await.expect(200);
    let refused = book
        .refuses(
            ada.post("/transactions", &debit("ada", "20.01")),
            "insufficient_funds",
            422,
        )
        .await;
    assert_eq!(refused.text("account_id"), own);
    let limit = json!({
        "name": "few", "currency": "USD", "direction": "debit", "window": "day", "max_amount": "5",
    });
    let limit = book.post("/limits", &limit).await.expect(201);
    let refused = book
        .refuses(ada.post("/transactions", &debit("ada", "5.01")), "limit_exceeded", 422)
        .await;
    assert_eq!(refused.text("limit_id"), limit.id());
    let _ = book
        .patch(&format!("/accounts/{own}"), &json!({"status": "frozen"}))
        .await
        .expect(200);
    let _ = book
        .refuses(ada.post("/transactions", &debit("ada", "1.00")), "account_frozen", 409)
        .await;
}

async fn a_refusal_tells_nothing_of_others(book: &Book) {
    let People {
        ada,
        accounts: [own, theirs],
        ..
    } = people(book).await;
    let named = |user: &str, reference: &str| with(debit(user, "1.00"), json!({"reference": reference}));
    let own_debit = book.create(&named("ada", "mine")).await;
    let _ = book.create(&named("eve", "theirs")).await;
    let taken = book
        .refuses(ada.post("/transactions", &named("ada", "mine")), "reference_taken", 409)
        .await;
    assert_eq!(taken.text("resource_id"), own_debit.id());
    let taken = book
        .refuses(
            ada.post("/transactions", &named("ada", "theirs")),
            "reference_taken",
            409,
        )
        .await;
    assert!(taken.body.get("resource_id").is_none(), "{}", taken.text);
    let limit = json!({
        "name": "few", "scope": {"user_id": "eve"}, "currency": "USD", "direction": "credit", "window": "day",
        "max_amount": "25",
    });
    let _ = book.post("/limits", &limit).await.expect(201);
    let sent = ada.post("/transactions", &transfer(&own, &theirs, "6.00"));
    let refused = book.refuses(sent, "limit_exceeded", 422).await;
    for member in ["limit_id", "window", "max", "used"] {
        assert!(refused.body.get(member).is_none(), "{}", refused.text);
    }
    let by_key = book.post("/transactions", &transfer(&own, &theirs, "6.00"));
    let refused = book.refuses(by_key, "limit_exceeded", 422).await;
    assert_eq!(refused.text("max"), "25.00");
}

async fn a_users_idempotency_keys_are_its_own(book: &Book) {
    let People { ada, .. } = people(book).await;
    let eve = acting_as(book, "eve", "write").await;
    let by_ada = ada
        .post("/transactions", &debit("ada", "1.00"))
        .key("k")
        .await
        .expect(201);
    let by_eve = eve
        .post("/transactions", &debit("eve", "2.00"))
        .key("k")
        .await
        .expect(201);
    let by_key = book
        .post("/transactions", &debit("ada", "3.00"))
        .key("k")
        .await
        .expect(201);
    assert!(![&by_ada, &by_eve, &by_key].iter().any(|answer| answer.is_replay()));
    let again = acting_as(book, "ada", "write").await;
    let again = again
        .post("/transactions", &debit("ada", "1.00"))
        .key("k")
        .await
        .expect(201);
    assert!(again.is_replay(), "another token of the same user is the same caller");
    assert_eq!(again.body, by_ada.body);
    let other = ada.post("/transactions", &debit("ada", "9.00")).key("k");
    let reused = book.refuses(other, "idempotency_key_reused", 422).await;
    assert_eq!(reused.text("resource_id"), by_ada.id());
    book.database().verify().await;
}

async fn an_unknown_user_is_not_made(book: &Book) {
    let folder = tests::program::Folder::empty();
    let book = &super::forge::with_provider(book, &folder).await;
    allow_edits(book, true).await;
    let nobody = book.with_key(&super::forge::token(&super::forge::claims("nobody", "write")));
    for path in [
        "/users/me",
        "/users/nobody",
        "/users/me/balances",
        "/users/me/transactions",
        "/users/me/stats",
        "/users/me/limits",
    ] {
        let _ = nobody.get(path).await.problem("user_not_found", 404);
    }
    for body in [
        debit("nobody", "1.00"),
        with(credit("nobody", "1.00"), json!({"full_name": "Nobody"})),
    ] {
        let _ = book
            .refuses(nobody.post("/transactions", &body), "user_not_found", 404)
            .await;
    }
    let _ = book.create(&credit("ada", "1.00")).await;
    let ada = book.with_key(&super::forge::token(&super::forge::claims("ada", "write")));
    let _ = ada
        .create(&with(credit("ada", "1.00"), json!({"full_name": "Another"})))
        .await;
    assert_eq!(book.get("/users/ada").await.expect(200).text("full_name"), "ada");
}

async fn the_journal_names_the_user(book: &Book) {
    let People { ada, .. } = people(book).await;
    let made = ada.create(&debit("ada", "1.00")).await.id();
    let revisions = book.get(&format!("/transactions/{made}/revisions")).await.expect(200);
    assert_eq!(revisions.rows()[0]["actor"], "user:ada");
}
