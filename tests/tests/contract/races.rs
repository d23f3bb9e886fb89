//! Many clients on the same rows.

use serde_json::json;
use tests::accounting::{assert_never_below_zero, assert_zero_sum};
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, Random, at_once, on_both};

on_both!(
    sixty_four_clients_on_three_accounts_never_overdraw_one,
    the_last_money_is_spent_once,
    one_reference_is_given_once,
    a_user_is_made_once,
    a_transaction_is_voided_once,
    edits_without_a_condition_all_count,
    one_key_from_thirty_two_clients_makes_one_transaction,
    one_key_and_two_requests_at_once_make_one_transaction,
);

const CLIENTS: usize = 64;
const TRANSFERS_EACH: usize = 10;

/// How many succeeded; all others must be this problem.
fn successes(answers: Vec<Answer>, success: u16, code: &str, status: u16) -> usize {
    let count = answers.iter().filter(|answer| answer.status == success).count();
    for answer in answers.into_iter().filter(|answer| answer.status != success) {
        let _ = answer.problem(code, status);
    }
    count
}

async fn sixty_four_clients_on_three_accounts_never_overdraw_one(book: &Book) {
    let mut accounts = Vec::new();
    for user in ["ada", "bob", "eve"] {
        let account = book
            .create(&credit(user, "10.00"))
            .await
            .text("destination_account_id")
            .to_owned();
        let _ = book
            .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
            .await
            .expect(200);
        accounts.push(account);
    }
    let seed = Random::announced().bits();
    let client = book.client();
    let answers = at_once(CLIENTS, |number| {
        let (client, accounts) = (client.clone(), accounts.clone());
        let mut random = Random::seeded(seed.wrapping_add(u64::try_from(number).expect("a small number")));
        async move {
            let mut answers = Vec::new();
            for _ in 0..TRANSFERS_EACH {
                let source = random.place(3);
                let destination = (source + 1 + random.place(2)) % 3;
                let amount = format!("{}.{:02}", random.below(9), 1 + random.below(99));
                let body = transfer(&accounts[source], &accounts[destination], &amount);
                answers.push(client.post("/transactions", &body).await);
            }
            answers
        }
    })
    .await
    .concat();
    let moved = successes(answers, 201, "insufficient_funds", 422);
    assert!(
        moved > 0 && moved < CLIENTS * TRANSFERS_EACH,
        "{moved} of {} moved: no race",
        CLIENTS * TRANSFERS_EACH
    );
    assert_eq!(book.walk("/transactions?type=transfer", 200).await.len(), moved);

    let mut entries = 0;
    for account in &accounts {
        entries += assert_never_below_zero(book, account).await;
    }
    assert_eq!(entries, 3 + 2 * moved);
    let world = book.get("/accounts?kind=system").await.expect(200);
    assert_eq!(world.rows()[0]["balance"], "-30.00", "money came in or went out");
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn the_last_money_is_spent_once(book: &Book) {
    let account = book
        .create(&credit("ada", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let client = book.client();
    let answers = at_once(CLIENTS, |_| {
        let client = client.clone();
        async move { client.post("/transactions", &debit("ada", "20.00")).await }
    })
    .await;
    assert_eq!(successes(answers, 201, "insufficient_funds", 422), 1);
    assert_eq!(book.balance_of("ada").await, "0.00");
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn one_reference_is_given_once(book: &Book) {
    let client = book.client();
    let answers = at_once(CLIENTS, |number| {
        let client = client.clone();
        let body = with(credit(&format!("user-{number}"), "1.00"), json!({"reference": "r-1"}));
        async move { client.post("/transactions", &body).await }
    })
    .await;
    assert_eq!(successes(answers, 201, "reference_taken", 409), 1);
    assert_eq!(book.walk("/transactions", 200).await.len(), 1);
    assert_eq!(
        book.walk("/users", 200).await.len(),
        1,
        "a refused posting makes no user"
    );
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn a_user_is_made_once(book: &Book) {
    let client = book.client();
    let answers = at_once(CLIENTS, |_| {
        let client = client.clone();
        async move { client.post("/transactions", &credit("ada", "1.00")).await.expect(201) }
    })
    .await;
    for answer in &answers {
        assert_eq!(
            answer.body["destination_account_id"],
            answers[0].body["destination_account_id"]
        );
        assert_eq!(answer.body["source_account_id"], answers[0].body["source_account_id"]);
    }
    assert_eq!(book.walk("/users", 200).await.len(), 1);
    assert_eq!(book.walk("/accounts", 200).await.len(), 2);
    assert_eq!(book.balance_of("ada").await, "64.00");

    let answers = at_once(CLIENTS, |number| {
        let client = client.clone();
        let body = json!({"full_name": format!("Bob {number}")});
        async move { client.put("/users/bob", &body).header("If-None-Match", "*").await }
    })
    .await;
    assert_eq!(successes(answers, 201, "version_mismatch", 412), 1);
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn a_transaction_is_voided_once(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let client = book.client();
    let answers = at_once(CLIENTS, |_| {
        let (client, path) = (client.clone(), path.clone());
        async move { client.delete(&path).await }
    })
    .await;
    assert_eq!(successes(answers, 200, "transaction_not_editable", 409), 1);
    assert_eq!(book.balance_of("ada").await, "0.00");
    assert_eq!(book.get(&format!("{path}/revisions")).await.expect(200).rows().len(), 2);
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn edits_without_a_condition_all_count(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "1000.00")).await.id());
    let client = book.client();
    let answers = at_once(CLIENTS, |number| {
        let (client, path) = (client.clone(), path.clone());
        async move {
            client
                .patch(&path, &json!({"amount": format!("{number}.50")}))
                .await
                .expect(200)
        }
    })
    .await;
    let mut versions: Vec<u64> = answers.iter().map(Answer::version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=65).collect::<Vec<u64>>());
    let last = book.get(&path).await.expect(200);
    assert_eq!(last.version(), 65);
    assert_eq!(book.balance_of("ada").await, last.text("amount"));
    assert_eq!(book.walk(&format!("{path}/revisions"), 50).await.len(), 65);
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn one_key_from_thirty_two_clients_makes_one_transaction(book: &Book) {
    let client = book.client();
    let answers = at_once(32, |_| {
        let client = client.clone();
        async move {
            client
                .post("/transactions", &credit("ada", "20.00"))
                .key("k")
                .await
                .expect(201)
        }
    })
    .await;
    let originals = answers.iter().filter(|answer| !answer.is_replay()).count();
    assert_eq!(originals, 1, "one acts, the others get its replay");
    for answer in &answers {
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.position(), answers[0].position());
    }
    assert_eq!(book.get("/transactions").await.expect(200).rows().len(), 1);
    assert_eq!(book.balance_of("ada").await, "20.00");
    assert_zero_sum(book).await;
    book.database().verify().await;
}

async fn one_key_and_two_requests_at_once_make_one_transaction(book: &Book) {
    let client = book.client();
    let answers = at_once(16, |number| {
        let client = client.clone();
        let amount = if number % 2 == 0 { "20.00" } else { "30.00" };
        async move { client.post("/transactions", &credit("ada", amount)).key("k").await }
    })
    .await;
    let successes: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(successes.len(), 8);
    for success in &successes {
        assert_eq!(success.body, successes[0].body);
    }
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let _ = answer.problem("idempotency_key_reused", 422);
    }
    assert_eq!(book.get("/transactions").await.expect(200).rows().len(), 1);
    assert_zero_sum(book).await;
    book.database().verify().await;
}
