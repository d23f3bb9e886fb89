//! GET `/transactions`: order, pages and cursors.

use serde_json::json;
use tests::body::{credit, transfer, with};
use tests::{Book, on_both};

on_both!(
    an_empty_ledger_has_an_empty_list,
    a_page_is_twenty_unless_asked_otherwise,
    each_sort_orders_by_its_member,
    equal_sort_values_keep_one_order_across_pages,
    the_link_leads_to_the_next_page,
    the_limit_may_change_between_pages,
    a_cursor_is_bound_to_its_filters_and_sort,
    what_is_no_cursor_is_refused,
    a_sort_by_amount_needs_a_currency_and_an_owner,
    a_users_list_is_the_list_of_that_user,
);

async fn an_empty_ledger_has_an_empty_list(book: &Book) {
    assert_eq!(
        book.get("/transactions").await.expect(200).body,
        json!({"data": [], "next_cursor": null})
    );
}

async fn a_page_is_twenty_unless_asked_otherwise(book: &Book) {
    for _ in 0..21 {
        let _ = book.create(&credit("ada", "1.00")).await;
    }
    let page = book.get("/transactions").await.expect(200);
    assert_eq!(page.rows().len(), 20);
    assert!(page.next_cursor().is_some());
    let page = book.get("/transactions?limit=21").await.expect(200);
    assert_eq!(page.rows().len(), 21);
    assert!(page.next_cursor().is_none());
    assert_eq!(book.get("/transactions?limit=1").await.expect(200).rows().len(), 1);
    assert_eq!(book.get("/transactions?limit=200").await.expect(200).rows().len(), 21);
}

async fn each_sort_orders_by_its_member(book: &Book) {
    // Dates, amounts and creation each in another order.
    let given = [
        ("2026-01-03T00:00:00Z", "10.00"),
        ("2026-01-01T00:00:00Z", "9.00"),
        ("2026-01-02T00:00:00Z", "100.00"),
    ];
    let mut ids = Vec::new();
    for (date, amount) in given {
        ids.push(
            book.create(&with(credit("ada", amount), json!({"transaction_date": date})))
                .await
                .id(),
        );
    }
    let cases = [
        ("", [0, 2, 1]),
        ("&sort=-transaction_date", [0, 2, 1]),
        ("&sort=transaction_date", [1, 2, 0]),
        ("&sort=-created_at", [2, 1, 0]),
        ("&sort=created_at", [0, 1, 2]),
        ("&sort=-amount", [2, 0, 1]),
        ("&sort=amount", [1, 0, 2]),
    ];
    for (sort, order) in cases {
        let expected = order.map(|place: usize| ids[place].as_str());
        let listed = book
            .get(&format!("/transactions?user_id=ada&currency=USD{sort}"))
            .await
            .expect(200);
        assert_eq!(listed.column("id"), expected, "{sort}");
    }
}

async fn equal_sort_values_keep_one_order_across_pages(book: &Book) {
    let same = json!({"transaction_date": "2026-01-01T00:00:00Z"});
    for _ in 0..7 {
        let _ = book.create(&with(credit("ada", "1.00"), same.clone())).await;
    }
    for sort in ["transaction_date", "-transaction_date", "amount", "-amount"] {
        let query = format!("/transactions?user_id=ada&currency=USD&sort={sort}");
        let all = book.get(&query).await.expect(200);
        let walked = book.walk(&query, 2).await;
        assert_eq!(walked, all.rows(), "{sort}");
        assert_eq!(walked.len(), 7, "{sort}");
    }
}

async fn the_link_leads_to_the_next_page(book: &Book) {
    for _ in 0..3 {
        let _ = book
            .create(&with(credit("ada", "1.00"), json!({"category": "a b&c"})))
            .await;
    }
    let first = book.get("/transactions?category=a%20b%26c&limit=2").await.expect(200);
    let link = first.header("Link").trim_start_matches('<');
    let (path, _) = link.split_once('>').expect("a link stands in angle brackets");
    let second = book.get_root(path).await.expect(200);
    assert_eq!(second.rows().len(), 1);
    assert!(second.next_cursor().is_none());
    assert!(!first.rows().contains(&second.rows()[0]));
}

async fn the_limit_may_change_between_pages(book: &Book) {
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(book.create(&credit("ada", "1.00")).await.id());
    }
    let first = book.get("/transactions?sort=created_at&limit=1").await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    let rest = book
        .get(&format!("/transactions?sort=created_at&limit=200&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest.column("id"), ids[1..]);
}

async fn a_cursor_is_bound_to_its_filters_and_sort(book: &Book) {
    for _ in 0..3 {
        let _ = book.create(&credit("ada", "1.00")).await;
    }
    let first = book.get("/transactions?user_id=ada&limit=1").await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    for query in [
        "limit=1",
        "user_id=bob",
        "user_id=ada&type=credit",
        "user_id=ada&sort=transaction_date",
        "user_id=ada&sort=-created_at",
        "user_id=ada&status=posted,voided",
    ] {
        let _ = book
            .get(&format!("/transactions?{query}&cursor={cursor}"))
            .await
            .problem("invalid_cursor", 400);
    }
    let _ = book
        .get(&format!("/users?cursor={cursor}"))
        .await
        .problem("invalid_cursor", 400);
    let _ = book
        .get(&format!("/transactions?user_id=ada&cursor={cursor}"))
        .await
        .expect(200);
}

async fn what_is_no_cursor_is_refused(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    let account = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let entries = format!("/accounts/{account}/entries");
    let long = "A".repeat(4000);
    for path in ["/transactions", "/users", "/accounts", &entries, "/keys"] {
        for cursor in [
            "x",
            "AAAA",
            "null",
            "0",
            "!!!",
            "%F0%9F%92%B6",
            "e30",
            "eyJhIjoxfQ==",
            &long,
        ] {
            let _ = book
                .get(&format!("{path}?cursor={cursor}"))
                .await
                .problem("invalid_cursor", 400);
        }
    }
}

async fn a_sort_by_amount_needs_a_currency_and_an_owner(book: &Book) {
    let account = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    for query in ["", "&currency=USD", "&user_id=ada"] {
        for sort in ["amount", "-amount"] {
            let refused = book
                .get(&format!("/transactions?sort={sort}{query}"))
                .await
                .problem("malformed_request", 400);
            assert!(refused.body["parameter"].is_string(), "{}", refused.text);
        }
    }
    let by_account = format!("/transactions?sort=amount&currency=USD&account_id={account}");
    assert_eq!(book.get(&by_account).await.expect(200).rows().len(), 1);
}

async fn a_users_list_is_the_list_of_that_user(book: &Book) {
    let ada = book
        .create(&credit("ada", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let bob = book
        .create(&credit("bob", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = book.create(&transfer(&ada, &bob, "5.00")).await;
    for query in [
        "limit=20",
        "sort=created_at",
        "limit=1",
        "type=transfer",
        "currency=USD&min_amount=6",
    ] {
        let own = book.get(&format!("/users/ada/transactions?{query}")).await.expect(200);
        let all = book
            .get(&format!("/transactions?user_id=ada&{query}"))
            .await
            .expect(200);
        assert_eq!(own.body["data"], all.body["data"], "{query}");
    }
    let first = book.get("/users/ada/transactions?limit=1").await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    let second = book
        .get(&format!("/users/ada/transactions?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_ne!(second.rows(), first.rows());
}
