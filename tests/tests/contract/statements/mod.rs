//! GET `/accounts/{id}/statement` and `/accounts/{id}/balance`; section 13 of the contract.

mod balances;
mod days;
mod history;
mod model;
mod pages;
mod whole;

use serde_json::{Value, json};
use tests::accounting::cents;
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, Client, on_both};

on_both!(
    a_statement_has_one_line_for_each_transaction_as_it_stands,
    the_opening_balance_is_of_everything_dated_before,
    a_system_account_has_a_statement_too,
    an_account_without_transactions_has_an_empty_statement,
    accounts_of_one_user_have_statements_of_their_own,
    what_cannot_be_asked_for_is_refused,
    a_balance_beyond_64_bits_between_two_dates_is_shown,
);

/// A transaction on this date.
pub(crate) async fn on(client: &Client, body: Value, date: &str) -> Answer {
    client.create(&with(body, json!({"transaction_date": date}))).await
}

/// The id of a user's `main` account in USD.
pub(crate) async fn main_account(client: &Client, user_id: &str) -> String {
    let account = client.account_of(user_id, "main", "USD").await;
    account["id"].as_str().expect("an id is text").to_owned()
}

/// The path of a statement.
pub(crate) fn statement_of(account_id: &str) -> String {
    format!("/accounts/{account_id}/statement")
}

/// The lines of an answer.
pub(crate) fn lines_of(answer: &Answer) -> Vec<Value> {
    answer.body["lines"].as_array().expect("a statement has lines").clone()
}

/// Every line of a statement, page by page; opening and closing balance must be the same on each.
pub(crate) async fn walk(client: &Client, path: &str, limit: usize) -> (Vec<Value>, Value) {
    let separator = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{separator}limit={limit}");
    let first = client.get(&path).await.expect(200);
    let (mut lines, mut cursor) = (lines_of(&first), first.next_cursor());
    while let Some(next) = cursor {
        let page = client.get(&format!("{path}&cursor={next}")).await.expect(200);
        assert!((1..=limit).contains(&lines_of(&page).len()), "{}", page.text);
        for member in ["opening_balance", "closing_balance", "time_zone", "from", "to"] {
            assert_eq!(page.body[member], first.body[member], "{member} of {}", page.request);
        }
        lines.extend(lines_of(&page));
        cursor = page.next_cursor();
    }
    (lines, first.body)
}

/// Proves that the lines lead from the opening to the closing balance.
pub(crate) fn assert_adds_up(statement: &Value, lines: &[Value]) {
    let mut balance = cents(&statement["opening_balance"]);
    for line in lines {
        balance += cents(&line["amount"]);
        assert_eq!(cents(&line["balance"]), balance, "{line} of {statement}");
    }
    assert_eq!(cents(&statement["closing_balance"]), balance, "{statement}");
}

async fn a_statement_has_one_line_for_each_transaction_as_it_stands(book: &Book) {
    let salary = on(book, credit("ada", "100.00"), "2026-01-10T08:00:00Z").await;
    let rent = on(
        book,
        with(debit("ada", "30.00"), json!({"description": "rent"})),
        "2026-01-20T08:00:00Z",
    )
    .await;
    let gone = on(book, debit("ada", "5.00"), "2026-01-15T08:00:00Z").await;
    let flipped = on(book, debit("ada", "7.00"), "2026-01-25T08:00:00Z").await;
    let path = |answer: &Answer| format!("/transactions/{}", answer.id());
    let _ = book.patch(&path(&rent), &json!({"amount": "40.00"})).await.expect(200);
    let _ = book.delete(&path(&gone)).await.expect(200);
    let moved = json!({"type": "credit", "transaction_date": "2026-01-05T08:00:00Z"});
    let _ = book.patch(&path(&flipped), &moved).await.expect(200);
    let refund = book
        .post(&format!("{}/refund", path(&rent)), &json!({"amount": "10.00"}))
        .await
        .expect(201);

    let account = main_account(book, "ada").await;
    let world = salary.body["source_account_id"].clone();
    let line = |made: &Answer, date: &str, description: Value, amount: &str, balance: &str| {
        json!({
            "transaction_date": date, "transaction_id": made.id(), "description": description,
            "counterparty_account_id": world, "amount": amount, "balance": balance,
        })
    };
    let expected = json!({
        "account_id": account, "currency": "USD", "time_zone": "UTC", "from": null, "to": null,
        "opening_balance": "0.00", "closing_balance": "77.00", "next_cursor": null,
        "lines": [
            line(&flipped, "2026-01-05T08:00:00.000000Z", Value::Null, "7.00", "7.00"),
            line(&salary, "2026-01-10T08:00:00.000000Z", Value::Null, "100.00", "107.00"),
            line(&rent, "2026-01-20T08:00:00.000000Z", json!("rent"), "-40.00", "67.00"),
            line(&refund, refund.text("transaction_date"), Value::Null, "10.00", "77.00"),
        ],
    });
    let path_of = statement_of(&account);
    assert_eq!(book.get(&path_of).await.expect(200).body, expected);

    let _ = book
        .post(&format!("{}/restore", path(&gone)), &json!({}))
        .await
        .expect(200);
    let restored = book.get(&path_of).await.expect(200);
    assert_eq!(lines_of(&restored).len(), 5);
    assert_eq!(lines_of(&restored)[2]["transaction_id"], gone.id());
    assert_eq!(restored.text("closing_balance"), "72.00");
    assert_adds_up(&restored.body, &lines_of(&restored));
}

async fn the_opening_balance_is_of_everything_dated_before(book: &Book) {
    for (amount, date) in [
        ("1.00", "2026-01-01"),
        ("2.00", "2026-01-02"),
        ("4.00", "2026-01-03"),
        ("8.00", "2026-01-04"),
    ] {
        let _ = on(book, credit("ada", amount), &format!("{date}T12:00:00Z")).await;
    }
    let path = statement_of(&main_account(book, "ada").await);
    for (query, opening, amounts, closing) in [
        ("from=2026-01-02&to=2026-01-03", "1.00", vec!["2.00", "4.00"], "7.00"),
        ("from=2026-01-03", "3.00", vec!["4.00", "8.00"], "15.00"),
        ("to=2026-01-01", "0.00", vec!["1.00"], "1.00"),
        ("from=2026-01-02&to=2026-01-02", "1.00", vec!["2.00"], "3.00"),
        ("from=2025-01-01&to=2025-12-31", "0.00", vec![], "0.00"),
        ("from=2027-01-01", "15.00", vec![], "15.00"),
        (
            "from=0000-01-01&to=9999-12-31",
            "0.00",
            vec!["1.00", "2.00", "4.00", "8.00"],
            "15.00",
        ),
    ] {
        let found = book.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!(found.text("opening_balance"), opening, "{query}");
        assert_eq!(found.text("closing_balance"), closing, "{query}");
        let shown: Vec<Value> = lines_of(&found).iter().map(|line| line["amount"].clone()).collect();
        assert_eq!(shown, amounts, "{query}");
        assert_adds_up(&found.body, &lines_of(&found));
    }
    let found = book
        .get(&format!("{path}?from=2026-01-02&to=2026-01-03"))
        .await
        .expect(200);
    assert_eq!((found.text("from"), found.text("to")), ("2026-01-02", "2026-01-03"));
}

async fn a_system_account_has_a_statement_too(book: &Book) {
    let made = on(book, credit("ada", "5.00"), "2026-01-01T12:00:00Z").await;
    let _ = on(book, debit("bob", "3.00"), "2026-01-02T12:00:00Z").await;
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let account = main_account(book, "ada").await;
    let _ = on(book, transfer(&account, &fees, "1.00"), "2026-01-03T12:00:00Z").await;
    let world = book
        .get(&statement_of(made.text("source_account_id")))
        .await
        .expect(200);
    assert_eq!(world.text("time_zone"), "UTC");
    assert_eq!(world.text("closing_balance"), "-2.00");
    let amounts: Vec<Value> = lines_of(&world).iter().map(|line| line["amount"].clone()).collect();
    assert_eq!(amounts, ["-5.00", "3.00"]);
    let fees = book.get(&statement_of(&fees)).await.expect(200);
    assert_eq!(lines_of(&fees)[0]["counterparty_account_id"], account);
    assert_eq!(fees.text("closing_balance"), "1.00");
}

async fn an_account_without_transactions_has_an_empty_statement(book: &Book) {
    let account = book.open_account(&json!({"name": "fees", "currency": "JPY"})).await;
    for query in ["", "?from=2026-01-01", "?to=2026-01-01"] {
        let found = book
            .get(&format!("{}{query}", statement_of(&account)))
            .await
            .expect(200);
        assert_eq!(found.body["lines"], json!([]));
        assert_eq!(
            (found.text("opening_balance"), found.text("closing_balance")),
            ("0", "0")
        );
        assert_eq!(found.next_cursor(), None);
    }
}

async fn accounts_of_one_user_have_statements_of_their_own(book: &Book) {
    let _ = on(book, credit("ada", "50.00"), "2026-01-01T12:00:00Z").await;
    let savings = book
        .open_account(&json!({"user_id": "ada", "name": "savings", "currency": "USD"}))
        .await;
    let main = main_account(book, "ada").await;
    let _ = on(book, transfer(&main, &savings, "20.00"), "2026-01-02T12:00:00Z").await;
    let _ = on(
        book,
        with(credit("ada", "5.00"), json!({"account": "savings"})),
        "2026-01-03T12:00:00Z",
    )
    .await;
    for (account, amounts, opening, closing) in [
        (&main, ["50.00", "-20.00"], "50.00", "30.00"),
        (&savings, ["20.00", "5.00"], "0.00", "25.00"),
    ] {
        let found = book.get(&statement_of(account)).await.expect(200);
        let shown: Vec<Value> = lines_of(&found).iter().map(|line| line["amount"].clone()).collect();
        assert_eq!(shown, amounts);
        let later = book
            .get(&format!("{}?from=2026-01-02", statement_of(account)))
            .await
            .expect(200);
        assert_eq!(
            (later.text("opening_balance"), later.text("closing_balance")),
            (opening, closing)
        );
    }
}

async fn what_cannot_be_asked_for_is_refused(book: &Book) {
    let made = book.create(&credit("ada", "1.00")).await;
    let account = made.text("destination_account_id");
    let unknown = uuid::Uuid::now_v7();
    for tail in ["statement", "balance"] {
        let _ = book
            .get(&format!("/accounts/{unknown}/{tail}"))
            .await
            .problem("account_not_found", 404);
        let _ = book.get(&format!("/accounts/7/{tail}")).await.malformed("id");
        let _ = book
            .anonymous()
            .get(&format!("/accounts/{unknown}/{tail}"))
            .await
            .problem("unauthenticated", 401);
    }
    let path = statement_of(account);
    for (query, parameter) in [
        ("from=2026-1-1", "from"),
        ("to=2026-01-01T00:00:00Z", "to"),
        ("from=2026-02-30", "from"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2026-01-02&from=2026-01-02", "from"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("as_of=2026-01-01T00:00:00Z", "as_of"),
    ] {
        let _ = book.get(&format!("{path}?{query}")).await.malformed(parameter);
    }
    // The cursor is judged before what it pages through.
    for path in [path, statement_of(&unknown.to_string())] {
        let _ = book
            .get(&format!("{path}?cursor=x"))
            .await
            .problem("invalid_cursor", 400);
    }
}

/// Balances are bounded in the order of recording; by their dates, the same transactions may lead beyond.
async fn a_balance_beyond_64_bits_between_two_dates_is_shown(book: &Book) {
    let largest = "92233720368547758.07";
    for year in [2031, 2032, 2033] {
        let _ = on(book, credit("ada", largest), &format!("{year}-01-01T12:00:00Z")).await;
        let _ = on(book, debit("ada", largest), &format!("{}-01-01T12:00:00Z", year - 10)).await;
    }
    let account = main_account(book, "ada").await;
    let found = book
        .get(&format!("{}?from=2025-01-01&to=2031-12-31", statement_of(&account)))
        .await
        .expect(200);
    assert_eq!(found.text("opening_balance"), "-276701161105643274.21");
    assert_eq!(found.text("closing_balance"), "-184467440737095516.14");
    let (lines, all) = walk(book, &statement_of(&account), 1).await;
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[2]["balance"], "-276701161105643274.21");
    assert_eq!(all["closing_balance"], "0.00");
    let effective = format!("/accounts/{account}/balance?effective_at=2025-01-01T00:00:00Z");
    assert_eq!(
        book.get(&effective).await.expect(200).text("balance"),
        "-276701161105643274.21"
    );
}
