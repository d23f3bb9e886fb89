//! What counts towards a limit, and what it refuses.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, on_both};

use super::{change, dollars, make, refused, spending, used};

on_both!(
    what_is_spent_counts_until_it_is_taken_back,
    only_what_adds_to_a_window_is_refused,
    transactions_are_counted_where_a_limit_counts_them,
    each_transaction_is_a_window_by_itself,
    a_limit_of_a_category_counts_that_alone,
    money_that_comes_in_has_limits_of_its_own,
    a_hold_counts_when_it_is_captured,
    a_rehearsal_is_held_to_limits_as_well,
    zero_allows_nothing,
    the_limit_that_is_told_is_that_of_the_source_and_the_oldest,
);

fn path(transaction: &Answer) -> String {
    format!("/transactions/{}", transaction.id())
}

async fn what_is_spent_counts_until_it_is_taken_back(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "100"}))).await;
    let _ = book.create(&credit("ada", "500.00")).await;
    let first = book.create(&debit("ada", "60.00")).await;
    let answer = refused(book, &debit("ada", "40.01"), &limit).await;
    assert_eq!(
        (answer.text("window"), answer.text("max"), answer.text("used")),
        ("day", "100.00", "60.00")
    );
    let second = book.create(&debit("ada", "40.00")).await;
    assert_eq!(used(book, "ada", &limit).await, dollars("100.00", "0.00", 2));
    let _ = refused(book, &debit("ada", "0.01"), &limit).await;
    // Others have limits of their own, and other currencies too.
    let _ = book.create(&debit("bo", "100.00")).await;
    let _ = book
        .create(&with(debit("ada", "500.00"), json!({"currency": "EUR"})))
        .await;
    let _ = book.delete(&path(&first)).await.expect(200);
    assert_eq!(used(book, "ada", &limit).await, dollars("40.00", "60.00", 1));
    let _ = book.create(&debit("ada", "10.00")).await;
    let restore = book.post(&format!("{}/restore", path(&first)), &json!({}));
    let _ = book.refuses(restore, "limit_exceeded", 422).await;
    // What comes back is money in: it makes no room.
    let _ = book
        .post(&format!("{}/refund", path(&second)), &json!({}))
        .await
        .expect(201);
    assert_eq!(used(book, "ada", &limit).await, dollars("50.00", "50.00", 2));
    book.database().verify().await;
}

async fn only_what_adds_to_a_window_is_refused(book: &Book) {
    let spent = book.create(&debit("ada", "60.00")).await;
    let other = book.create(&debit("ada", "30.00")).await;
    let limit = make(book, &spending("day", json!({"max_amount": "80"}))).await;
    assert_eq!(used(book, "ada", &limit).await, dollars("90.00", "0.00", 2));
    let raise = book.patch(&path(&spent), &json!({"amount": "60.01"}));
    let answer = book.refuses(raise, "limit_exceeded", 422).await;
    assert_eq!(answer.text("used"), "90.00");
    // It is more than the limit allows still, and less than before.
    let _ = book.patch(&path(&spent), &json!({"amount": "55"})).await.expect(200);
    let _ = book
        .patch(&path(&spent), &json!({"category": "rent"}))
        .await
        .expect(200);
    let _ = book.patch(&path(&other), &json!({"type": "credit"})).await.expect(200);
    assert_eq!(used(book, "ada", &limit).await, dollars("55.00", "25.00", 1));
    let back = book.patch(&path(&other), &json!({"type": "debit"}));
    let _ = book.refuses(back, "limit_exceeded", 422).await;
    let _ = book.create(&debit("ada", "25.00")).await;
    let _ = change(book, &limit, &json!({"status": "disabled"})).await;
    let more = book.create(&debit("ada", "1000.00")).await;
    let _ = change(book, &limit, &json!({"status": "active"})).await;
    let _ = refused(book, &debit("ada", "0.01"), &limit).await;
    let _ = book.delete(&path(&more)).await.expect(200);
    let _ = change(book, &limit, &json!({"max_amount": "81"})).await;
    let _ = book.create(&debit("ada", "1.00")).await;
    let _ = refused(book, &debit("ada", "0.01"), &limit).await;
    let _ = book.delete(&format!("/limits/{limit}")).await.expect(204);
    let _ = book.create(&debit("ada", "1000.00")).await;
    book.database().verify().await;
}

async fn transactions_are_counted_where_a_limit_counts_them(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_count": 2}))).await;
    let first = book.create(&debit("ada", "1.00")).await;
    let _ = book.create(&debit("ada", "2.00")).await;
    let answer = refused(book, &debit("ada", "1.00"), &limit).await;
    assert_eq!((&answer.body["max"], &answer.body["used"]), (&json!(2), &json!(2)));
    assert_eq!(used(book, "ada", &limit).await, (json!("3.00"), Value::Null, json!(2)));
    // As many, whatever they are worth.
    let _ = book.patch(&path(&first), &json!({"amount": "500"})).await.expect(200);
    let both = json!({"max_amount": "502.00", "max_count": 3});
    let _ = change(book, &limit, &both).await;
    let answer = refused(book, &debit("ada", "0.01"), &limit).await;
    assert_eq!((answer.text("max"), answer.text("used")), ("502.00", "502.00"));
    let _ = book.delete(&path(&first)).await.expect(200);
    let _ = book.create(&debit("ada", "1.00")).await;
    book.database().verify().await;
}

async fn each_transaction_is_a_window_by_itself(book: &Book) {
    let old = book.create(&debit("ada", "200.00")).await;
    let limit = make(book, &spending("transaction", json!({"max_amount": "100"}))).await;
    let answer = refused(book, &debit("ada", "100.01"), &limit).await;
    assert_eq!(
        (answer.text("window"), answer.text("max"), answer.text("used")),
        ("transaction", "100.00", "0.00")
    );
    let fits = book.create(&debit("ada", "100.00")).await;
    let _ = book.create(&debit("ada", "100.00")).await;
    let raise = book.patch(&path(&fits), &json!({"amount": "100.01"}));
    let answer = book.refuses(raise, "limit_exceeded", 422).await;
    assert_eq!(answer.text("used"), "100.00");
    let _ = book.patch(&path(&old), &json!({"amount": "150"})).await.expect(200);
    let _ = book
        .patch(&path(&old), &json!({"transaction_date": "2026-01-31T12:00:00Z"}))
        .await
        .expect(200);
    let _ = book.delete(&path(&old)).await.expect(200);
    let restore = book.post(&format!("{}/restore", path(&old)), &json!({}));
    let _ = book.refuses(restore, "limit_exceeded", 422).await;
    let shown = book.get("/users/ada/limits").await.expect(200);
    let shown = &shown.rows()[0];
    assert_eq!(
        [
            &shown["window_start"],
            &shown["window_end"],
            &shown["used"],
            &shown["remaining"]
        ],
        [&Value::Null, &Value::Null, &json!("0.00"), &json!("100.00")]
    );
}

async fn a_limit_of_a_category_counts_that_alone(book: &Book) {
    let sweets = |amount: &str| with(debit("ada", amount), json!({"category": "sweets"}));
    let limit = make(
        book,
        &spending("month", json!({"max_amount": "10", "category": "sweets"})),
    )
    .await;
    let plain = book.create(&debit("ada", "8.00")).await;
    let first = book.create(&sweets("8.00")).await;
    let _ = refused(book, &sweets("2.01"), &limit).await;
    let into = book.patch(&path(&plain), &json!({"category": "sweets"}));
    let answer = book.refuses(into, "limit_exceeded", 422).await;
    assert_eq!(answer.text("used"), "8.00");
    let _ = book.patch(&path(&first), &json!({"category": null})).await.expect(200);
    assert_eq!(used(book, "ada", &limit).await, dollars("0.00", "10.00", 0));
    let _ = book
        .patch(&path(&plain), &json!({"category": "sweets"}))
        .await
        .expect(200);
    assert_eq!(used(book, "ada", &limit).await, dollars("8.00", "2.00", 1));
    book.database().verify().await;
}

async fn money_that_comes_in_has_limits_of_its_own(book: &Book) {
    let body = with(
        spending("day", json!({"max_amount": "100"})),
        json!({"direction": "credit"}),
    );
    let limit = make(book, &body).await;
    let _ = book.create(&debit("ada", "500.00")).await;
    let _ = book.create(&credit("ada", "100.00")).await;
    let _ = refused(book, &credit("ada", "0.01"), &limit).await;
    let main = book.account_of("ada", "main", "USD").await["id"].clone();
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let main = main.as_str().expect("an id");
    let _ = book.create(&transfer(main, &fees, "5.00")).await;
    let _ = refused(book, &transfer(&fees, main, "5.00"), &limit).await;
    let hers = json!({"user_id": "ada", "name": "savings", "currency": "USD"});
    let hers = book.open_account(&hers).await;
    // Between two accounts of one user money goes out and comes in.
    let _ = refused(book, &transfer(main, &hers, "5.00"), &limit).await;
}

async fn a_hold_counts_when_it_is_captured(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let pending = |amount: &str| with(debit("ada", amount), json!({"status": "pending"}));
    let hold = book.create(&pending("50.00")).await;
    assert_eq!(used(book, "ada", &limit).await, dollars("0.00", "10.00", 0));
    let capture = format!("{}/capture", path(&hold));
    let too_much = book.post(&capture, &json!({"amount": "10.01", "final": false}));
    let _ = book.refuses(too_much, "limit_exceeded", 422).await;
    let part = json!({"amount": "9.00", "final": false});
    let captured = book.post(&capture, &part).await.expect(201);
    assert_eq!(used(book, "ada", &limit).await, dollars("9.00", "1.00", 1));
    let raise = book.patch(&path(&captured), &json!({"amount": "10.01"}));
    let _ = book.refuses(raise, "limit_exceeded", 422).await;
    let _ = book.patch(&path(&captured), &json!({"amount": "10"})).await.expect(200);
    book.database().verify().await;
}

async fn a_rehearsal_is_held_to_limits_as_well(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let rehearsal = |amount: &str| book.post("/transactions?dry_run=true", &debit("ada", amount));
    let _ = book
        .leaves_no_trace(async || rehearsal("10.00").await.expect(200))
        .await;
    let _ = book.refuses(rehearsal("10.01"), "limit_exceeded", 422).await;
    let _ = book.create(&debit("ada", "10.00")).await;
    let _ = book.refuses(rehearsal("0.01"), "limit_exceeded", 422).await;
    assert_eq!(used(book, "ada", &limit).await, dollars("10.00", "0.00", 1));
}

async fn zero_allows_nothing(book: &Book) {
    let gambling = json!({"max_amount": "0", "category": "gambling"});
    let limit = make(book, &spending("transaction", gambling)).await;
    let none = make(book, &spending("month", json!({"max_count": 0, "currency": "EUR"}))).await;
    let _ = refused(
        book,
        &with(debit("ada", "0.01"), json!({"category": "gambling"})),
        &limit,
    )
    .await;
    let _ = refused(book, &with(debit("ada", "0.01"), json!({"currency": "EUR"})), &none).await;
    let _ = book.create(&debit("ada", "0.01")).await;
}

async fn the_limit_that_is_told_is_that_of_the_source_and_the_oldest(book: &Book) {
    let incoming = with(
        spending("transaction", json!({"max_amount": "5"})),
        json!({"direction": "credit"}),
    );
    let incoming = make(book, &incoming).await;
    let older = make(book, &spending("day", json!({"max_amount": "5"}))).await;
    let newer = make(book, &spending("transaction", json!({"max_amount": "5"}))).await;
    let ada = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let bo = book
        .create(&credit("bo", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let moved = transfer(&ada, &bo, "6.00");
    let _ = refused(book, &moved, &older).await;
    let _ = book.delete(&format!("/limits/{older}")).await.expect(204);
    let _ = refused(book, &moved, &newer).await;
    let _ = book.delete(&format!("/limits/{newer}")).await.expect(204);
    let _ = refused(book, &moved, &incoming).await;
}
