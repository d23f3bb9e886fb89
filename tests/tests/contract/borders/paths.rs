//! Paths and query parameters at their borders.

use serde_json::json;
use tests::body::credit;
use tests::{Book, on_both};

on_both!(
    a_user_id_in_a_path_must_be_one,
    encoded_ids_are_the_same_ids,
    unknown_and_repeated_parameters_are_refused_everywhere,
    a_query_must_be_utf_8,
);

async fn a_user_id_in_a_path_must_be_one(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    let long = "a".repeat(65);
    for id in ["a%20b", "%C3%A4", "%00", "%0A", "%FF", "a+b", "a,b", "me", &long] {
        let _ = book.get(&format!("/users/{id}")).await.malformed("id");
        let _ = book.get(&format!("/users/{id}/balances")).await.malformed("id");
        let put = book.put(&format!("/users/{id}"), &json!({"full_name": "A"}));
        let _ = book.refuses(put, "malformed_request", 400).await.malformed("id");
    }
}

async fn encoded_ids_are_the_same_ids(book: &Book) {
    let made = book
        .put("/users/a%40b%3Ac", &json!({"full_name": "A"}))
        .await
        .expect(201);
    assert_eq!(made.id(), "a@b:c");
    assert_eq!(book.get("/users/a@b:c").await.expect(200).body, made.body);
    assert_eq!(
        book.get("/transactions?user_id=a%40b%3Ac")
            .await
            .expect(200)
            .rows()
            .len(),
        0
    );
}

async fn unknown_and_repeated_parameters_are_refused_everywhere(book: &Book) {
    let made = book.create(&credit("ada", "1.00")).await;
    let path = format!("/transactions/{}", made.id());
    let account = format!("/accounts/{}", made.text("destination_account_id"));
    for path in [
        "/users",
        "/users/ada",
        "/users/ada/balances",
        "/users/ada/transactions",
        "/users/ada/stats",
        "/accounts",
        &account,
        &format!("{account}/entries"),
        &format!("{account}/balance"),
        &format!("{account}/statement"),
        "/transactions",
        "/transactions/export",
        &path,
        &format!("{path}/revisions"),
        "/stats",
        "/keys",
    ] {
        let _ = book.get(&format!("{path}?colour=blue")).await.malformed("colour");
    }
    for request in [
        book.post("/transactions?colour=blue", &credit("ada", "1.00")),
        book.patch(&format!("{path}?colour=blue"), &json!({"amount": "2.00"})),
        book.delete(&format!("{path}?colour=blue")),
        book.put("/users/ada?colour=blue", &json!({"full_name": "A"})),
    ] {
        let _ = book
            .refuses(request, "malformed_request", 400)
            .await
            .malformed("colour");
    }
    for path in [
        "/users",
        "/accounts",
        "/transactions",
        "/keys",
        &format!("{account}/entries"),
    ] {
        let _ = book.get(&format!("{path}?limit=1&limit=1")).await.malformed("limit");
        for limit in ["0", "201", "x", "1.5", "+1", "%201"] {
            let _ = book.get(&format!("{path}?limit={limit}")).await.malformed("limit");
        }
    }
    let twice = book.delete(&format!("{path}?reason=a&reason=b"));
    let _ = book.refuses(twice, "malformed_request", 400).await.malformed("reason");
}

async fn a_query_must_be_utf_8(book: &Book) {
    for query in ["q=%FF", "q=%C3", "q=%ED%A0%80"] {
        let _ = book.get(&format!("/users?{query}")).await.malformed("q");
        let _ = book.get(&format!("/transactions?{query}")).await.malformed("q");
    }
}
