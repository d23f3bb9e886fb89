//! What a user's token shows: the user's own, and nothing else.

use serde_json::{Value, json};
use tests::body::{debit, transfer, with};
use tests::{Answer, Book, Client, on_both};

use super::{acting_as, writes};

on_both!(
    a_token_shows_what_is_the_users_own,
    what_is_anothers_is_answered_like_what_is_not_there,
    everything_else_is_forbidden,
    a_token_stays_in_its_ledger,
    a_filter_does_not_widen_a_users_list,
);

/// Ada with an account and a debit, eve with the same, and a transfer between them.
struct People {
    ada: Client,
    accounts: [String; 2],
    world: String,
    debits: [String; 2],
    shared: String,
}

async fn people(book: &Book) -> People {
    let writes::People { accounts, world, .. } = writes::people(book).await;
    let debits = [
        book.create(&debit("ada", "1.00")).await.id(),
        book.create(&debit("eve", "1.00")).await.id(),
    ];
    let shared = book.create(&transfer(&accounts[0], &accounts[1], "2.00")).await.id();
    People {
        ada: acting_as(book, "ada", "read").await,
        accounts,
        world,
        debits,
        shared,
    }
}

async fn a_token_shows_what_is_the_users_own(book: &Book) {
    let People {
        ada,
        accounts: [own, _],
        debits: [debit, _],
        shared,
        ..
    } = people(book).await;
    for tail in ["", "/balances", "/transactions", "/stats", "/limits"] {
        let expected = book.get(&format!("/users/ada{tail}")).await.expect(200);
        for id in ["me", "ada"] {
            let shown = ada.get(&format!("/users/{id}{tail}")).await.expect(200);
            assert_eq!(shown.body, expected.body, "{id}{tail}");
        }
    }
    for path in [
        format!("/accounts/{own}"),
        format!("/accounts/{own}/balance"),
        format!("/accounts/{own}/statement"),
        format!("/accounts/{own}/entries"),
        format!("/transactions/{debit}"),
        format!("/transactions/{debit}?version=1"),
        format!("/transactions/{shared}"),
        "/transactions/{debit}?as_of=2999-01-01T00:00:00Z".replace("{debit}", &debit),
    ] {
        let (shown, expected) = (ada.get(&path).await.expect(200), book.get(&path).await.expect(200));
        assert_eq!(shown.body, expected.body, "{path}");
    }
    let csv = ada
        .get(&format!("/accounts/{own}/statement"))
        .header("Accept", "text/csv")
        .await;
    assert!(csv.expect(200).text.contains("-1.00"));
}

/// The body but for the id of the request.
fn told(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    body
}

async fn what_is_anothers_is_answered_like_what_is_not_there(book: &Book) {
    let People {
        ada,
        accounts: [_, theirs],
        world,
        debits: [_, debit],
        ..
    } = people(book).await;
    let nothing = "0198c5a0-0000-7000-8000-000000000000";
    let mut pairs = Vec::new();
    for tail in ["", "/balances", "/transactions", "/stats", "/limits"] {
        pairs.push((
            format!("/users/eve{tail}"),
            format!("/users/nobody{tail}"),
            "user_not_found",
        ));
    }
    for other in [&theirs, &world] {
        for tail in [
            "",
            "/balance",
            "/balance?as_of=2999-01-01T00:00:00Z",
            "/statement",
            "/entries",
        ] {
            let unknown = format!("/accounts/{nothing}{tail}");
            pairs.push((format!("/accounts/{other}{tail}"), unknown, "account_not_found"));
        }
    }
    for tail in ["", "?version=1", "?version=9", "?as_of=2999-01-01T00:00:00Z"] {
        let unknown = format!("/transactions/{nothing}{tail}");
        pairs.push((format!("/transactions/{debit}{tail}"), unknown, "transaction_not_found"));
    }
    for (theirs, unknown, code) in pairs {
        let theirs_answer = ada.get(&theirs).await.problem(code, 404);
        let unknown_answer = ada.get(&unknown).await.problem(code, 404);
        assert_eq!(told(&theirs_answer), told(&unknown_answer), "{theirs}");
    }
    let csv = ada
        .get(&format!("/accounts/{theirs}/statement"))
        .header("Accept", "text/csv")
        .await;
    let _ = csv.problem("account_not_found", 404);
    // What is wrong with the request comes first, as for everybody.
    let _ = ada.get("/users/me/transactions?colour=red").await.malformed("colour");
}

async fn everything_else_is_forbidden(book: &Book) {
    let People {
        debits: [debit, _],
        accounts: [own, _],
        ..
    } = people(book).await;
    let user = acting_as(book, "ada", "write").await;
    let requests = [
        user.get("/transactions"),
        user.get("/transactions/export"),
        user.get(&format!("/transactions/{debit}/revisions")),
        user.get("/users"),
        user.get("/accounts"),
        user.get("/stats"),
        user.get("/currencies"),
        user.get("/closing"),
        user.get("/limits"),
        user.get("/keys"),
        user.get("/ledgers"),
        user.get_root("/metrics"),
        user.put("/users/ada", &json!({"full_name": "Ada"})),
        user.patch("/users/me", &json!({"full_name": "Ada"})),
        user.post(
            "/accounts",
            &json!({"user_id": "ada", "name": "second", "currency": "USD"}),
        ),
        user.patch(&format!("/accounts/{own}"), &json!({"minimum_balance": null})),
        user.post("/transactions/batch", &json!({"atomic": true, "transactions": [debit]})),
        user.post("/transactions/import", &json!({})),
        user.post(&format!("/transactions/{debit}/restore"), &json!({})),
        user.post(&format!("/transactions/{debit}/refund"), &json!({})),
        user.post(&format!("/transactions/{debit}/capture"), &json!({})),
        user.post(&format!("/transactions/{debit}/void"), &json!({})),
        user.post(&format!("/transactions/{debit}/extend"), &json!({})),
        user.post("/keys", &json!({"name": "k", "role": "reader"})),
        user.put("/closing", &json!({"closed_through": "2020-01-01"})),
    ];
    for request in requests {
        let _ = book.refuses(request, "forbidden", 403).await;
    }
    // Before what is wrong with the body or its kind, and before the body is read.
    let bad = user
        .patch(&format!("/transactions/{debit}"), &json!({}))
        .body("no JSON", "text/plain");
    let _ = book.refuses(bad, "forbidden", 403).await;
    let reader = acting_as(book, "ada", "read").await;
    let bad = reader.post("/transactions", &json!({})).body("no JSON", "text/plain");
    let _ = book.refuses(bad, "forbidden", 403).await;
}

async fn a_token_stays_in_its_ledger(book: &Book) {
    let People { ada, .. } = people(book).await;
    let _ = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
    let _ = ada.get("/users/me").header("Daybook-Ledger", "main").await.expect(200);
    for name in ["shop", "nothing", ""] {
        let other = ada.get("/users/me").header("Daybook-Ledger", name).await;
        let _ = other.problem("forbidden", 403);
    }
}

async fn a_filter_does_not_widen_a_users_list(book: &Book) {
    let People {
        ada,
        accounts: [own, theirs],
        shared,
        ..
    } = people(book).await;
    let listed = async |query: &str| {
        let listed = ada.get(&format!("/users/me/transactions{query}")).await.expect(200);
        listed.column("id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await.len(), 3);
    assert_eq!(listed(&format!("?account_id={own}")).await.len(), 3);
    assert_eq!(listed(&format!("?account_id={theirs}")).await, [shared]);
    // Found by an index that knows nothing of users.
    for (user, found) in [("ada", 1), ("eve", 0)] {
        let named = json!({"reference": format!("order-{user}"), "description": format!("Gift of {user}")});
        let _ = book.create(&with(debit(user, "1.00"), named)).await;
        assert_eq!(listed(&format!("?reference=order-{user}")).await.len(), found, "{user}");
        assert_eq!(listed(&format!("?q=gift%20of%20{user}")).await.len(), found, "{user}");
    }
    let _ = ada.get("/users/me/transactions?user_id=eve").await.malformed("user_id");
    let page = ada.get("/users/me/transactions?limit=1").await.expect(200);
    let cursor = page.next_cursor().expect("there is more");
    let next = ada
        .get(&format!("/users/me/transactions?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(next.rows().len(), 1);
    let other = acting_as(book, "eve", "read").await;
    let stolen = other
        .get(&format!("/users/me/transactions?limit=1&cursor={cursor}"))
        .await;
    let _ = stolen.problem("invalid_cursor", 400);
}
