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
    a_debit_is_before_a_freeze_or_refused,
    a_debit_and_a_higher_minimum_never_stand_together,
);

const CLIENTS: usize = 64;
const TRANSFERS_EACH: usize = 10;
/// How often a debit meets a change of its account.
const ROUNDS: usize = 100;

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

async fn a_debit_is_before_a_freeze_or_refused(book: &Book) {
    let funded = book.create(&credit("ada", "1000.00")).await;
    let account = format!("/accounts/{}", funded.text("destination_account_id"));
    let (body, freeze, thaw) = (
        debit("ada", "1.00"),
        json!({"status": "frozen"}),
        json!({"status": "open"}),
    );
    let mut paid = 0;
    for round in 0..ROUNDS {
        let (one, other) = (book.client(), book.client());
        let (debited, frozen) = if round % 2 == 0 {
            tokio::join!(one.post("/transactions", &body), other.patch(&account, &freeze))
        } else {
            let (frozen, debited) = tokio::join!(other.patch(&account, &freeze), one.post("/transactions", &body));
            (debited, frozen)
        };
        let frozen = frozen.expect(200);
        if debited.status == 201 {
            assert!(debited.position() < frozen.position(), "round {round}");
            paid += 1;
        } else {
            let _ = debited.problem("account_frozen", 409);
        }
        // The freeze shows what was paid before it, and nothing comes after.
        let balance = format!("{}.00", 1000 - paid);
        assert_eq!(frozen.text("balance"), balance, "round {round}");
        assert_eq!(book.balance_of("ada").await, balance, "round {round}");
        let _ = book.patch(&account, &thaw).await.expect(200);
    }
    assert!((1..ROUNDS).contains(&paid), "{paid} of {ROUNDS} were first: no race");
    let debits = book.walk("/transactions?type=debit&status=posted,voided", 200).await;
    assert_eq!(debits.len(), paid);
    let entries = book.walk(&format!("{account}/entries"), 200).await;
    assert_eq!(entries.len(), paid + 1, "a refused debit leaves no entry");
    book.database().verify().await;
}

async fn a_debit_and_a_higher_minimum_never_stand_together(book: &Book) {
    let funded = book.create(&credit("ada", "10.00")).await;
    let account = format!("/accounts/{}", funded.text("destination_account_id"));
    let (body, raise, lift) = (
        debit("ada", "8.00"),
        json!({"minimum_balance": "5"}),
        json!({"minimum_balance": null}),
    );
    for round in 0..ROUNDS {
        let (one, other) = (book.client(), book.client());
        let (debited, raised) = if round % 2 == 0 {
            tokio::join!(one.post("/transactions", &body), other.patch(&account, &raise))
        } else {
            let (raised, debited) = tokio::join!(other.patch(&account, &raise), one.post("/transactions", &body));
            (debited, raised)
        };
        // Whichever was second is told that the money is not there.
        if debited.status == 201 {
            let refused = raised.problem("insufficient_funds", 422);
            assert_eq!(refused.text("available"), "2.00", "round {round}");
            let _ = book
                .delete(&format!("/transactions/{}", debited.id()))
                .await
                .expect(200);
        } else {
            let _ = raised.expect(200);
            let refused = debited.problem("insufficient_funds", 422);
            assert_eq!(refused.text("minimum_balance"), "5.00", "round {round}");
            let _ = book.patch(&account, &lift).await.expect(200);
        }
    }
    assert_eq!(book.balance_of("ada").await, "10.00");
    book.database().verify().await;
}
