//! What all lists have in common: the size of a page, and cursors that belong to one list; section 1 of the contract.

use serde_json::json;
use tests::body::credit;
use tests::{Book, on_both};

on_both!(
    a_page_has_twenty_rows_unless_told_otherwise,
    a_cursor_belongs_to_one_list,
    a_cursor_is_judged_before_what_it_pages_through,
);

const ROWS_DEFAULT: usize = 20;

/// Every list of the contract, in a ledger where each has more rows than a page.
async fn long_lists(book: &Book) -> Vec<String> {
    let mut made = Vec::new();
    for number in 0..=ROWS_DEFAULT {
        made.push(book.create(&credit(&format!("user-{number:02}"), "1.00")).await);
        let _ = book.create(&credit("ada", "1.00")).await;
        let key = json!({"name": format!("key {number}"), "role": "reader"});
        let _ = book.post("/keys", &key).await.expect(201);
    }
    let transaction = format!("/transactions/{}", made[0].id());
    for number in 0..=ROWS_DEFAULT {
        let patch = json!({"description": format!("version {number}")});
        let _ = book.patch(&transaction, &patch).await.expect(200);
    }
    vec![
        "/transactions".to_owned(),
        "/users/ada/transactions".to_owned(),
        format!("{transaction}/revisions"),
        "/users".to_owned(),
        "/accounts".to_owned(),
        format!("/accounts/{}/entries", made[0].text("source_account_id")),
        "/keys".to_owned(),
    ]
}

async fn a_page_has_twenty_rows_unless_told_otherwise(book: &Book) {
    for path in long_lists(book).await {
        let page = book.get(&path).await.expect(200);
        assert_eq!(page.rows().len(), ROWS_DEFAULT, "{path}");
        let cursor = page.next_cursor().expect("there is more");
        let rest = book.get(&format!("{path}?cursor={cursor}&limit=200")).await.expect(200);
        assert!(!rest.rows().is_empty(), "{path}");
        assert!(rest.next_cursor().is_none(), "{path}");
        let all = book.get(&format!("{path}?limit=200")).await.expect(200);
        assert_eq!([page.rows(), rest.rows()].concat(), all.rows(), "{path}");
    }
}

async fn a_cursor_belongs_to_one_list(book: &Book) {
    let mut lists = long_lists(book).await;
    let ada = book.account_of("ada", "main", "USD").await;
    let ada = ada["id"].as_str().expect("an id is text");
    let second = book.get("/transactions?limit=1").await.expect(200).column("id")[0].to_owned();
    // The same paths with other filters, sorts and resources.
    lists.extend(
        [
            "/transactions?sort=created_at",
            "/transactions?sort=-created_at",
            "/transactions?sort=transaction_date",
            "/transactions?user_id=user-00",
            "/transactions?currency=USD",
            "/transactions?status=posted",
            "/users?q=user",
            "/users?q=u",
            "/accounts?currency=USD",
            "/accounts?kind=user",
            "/accounts?status=open",
        ]
        .map(str::to_owned),
    );
    lists.extend([
        format!("/accounts/{ada}/entries"),
        format!("/transactions/{second}/revisions"),
    ]);
    let glue = |path: &str| if path.contains('?') { '&' } else { '?' };
    let mut cursors = Vec::new();
    for path in &lists {
        let page = book.get(&format!("{path}{}limit=1", glue(path))).await.expect(200);
        cursors.extend(page.next_cursor().map(|cursor| (path, cursor)));
    }
    assert!(cursors.len() >= lists.len() - 2, "most lists have a second page");
    for (owner, cursor) in &cursors {
        for path in &lists {
            let answer = book.get(&format!("{path}{}cursor={cursor}", glue(path))).await;
            if path == *owner {
                let _ = answer.expect(200);
            } else {
                let _ = answer.problem("invalid_cursor", 400);
            }
        }
    }
    let admin = book.key("admin").await;
    let of_operator = book.get("/keys?limit=1").await.expect(200).next_cursor();
    let cursor = of_operator.expect("there are more keys");
    let _ = admin
        .get(&format!("/keys?cursor={cursor}"))
        .await
        .problem("invalid_cursor", 400);
}

async fn a_cursor_is_judged_before_what_it_pages_through(book: &Book) {
    let absent = uuid::Uuid::now_v7();
    for (path, code) in [
        ("/users/nobody/transactions".to_owned(), "user_not_found"),
        (format!("/transactions/{absent}/revisions"), "transaction_not_found"),
        (format!("/accounts/{absent}/entries"), "account_not_found"),
    ] {
        let bad = book.get(&format!("{path}?cursor=x"));
        let _ = book.refuses(bad, "invalid_cursor", 400).await;
        let _ = book.refuses(book.get(&path), code, 404).await;
    }
}
