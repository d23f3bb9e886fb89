//! E-mail addresses at their borders.

use serde_json::{Value, json};
use tests::{Book, on_both};

on_both!(what_is_no_address_is_refused, what_is_an_address_is_kept);

async fn what_is_no_address_is_refused(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let long = format!("{}@example.org", "a".repeat(320));
    for email in [
        "",
        " ",
        "ada",
        "ada@",
        "@example.org",
        "ada@@example.org",
        "ada@example.org@example.org",
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "ada@example..org",
        " ada@example.org",
        "ada@example.org ",
        "ada@example.org\n",
        "ada\u{0}@example.org",
        "Ada <ada@example.org>",
        long.as_str(),
    ] {
        let put = book.put("/users/bob", &json!({"full_name": "Bob", "email": email}));
        let refused = book.refuses(put, "validation_failed", 422).await;
        let _ = refused.invalid(&[("email", "invalid_format")]);
        let patch = book.patch("/users/ada", &json!({"email": email}));
        let refused = book.refuses(patch, "validation_failed", 422).await;
        let _ = refused.invalid(&[("email", "invalid_format")]);
    }
    for email in [json!(7), json!(true), json!(["ada@example.org"])] {
        let put = book.put("/users/bob", &json!({"full_name": "Bob", "email": email}));
        let refused = book.refuses(put, "validation_failed", 422).await;
        let _ = refused.invalid(&[("email", "invalid_type")]);
    }
}

async fn what_is_an_address_is_kept(book: &Book) {
    for email in [
        "ada@example.org",
        "Ada.Lovelace+books@sub.example.org",
        "o'neil@example.org",
        "a@b.co",
    ] {
        let put = book.put_user("ada", &json!({"full_name": "Ada", "email": email})).await;
        assert_eq!(put.text("email"), email);
    }
    let cleared = book.patch("/users/ada", &json!({"email": null})).await.expect(200);
    assert_eq!(cleared.body.get("email"), Some(&Value::Null));
}
