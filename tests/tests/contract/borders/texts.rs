//! Texts, ids and metadata at their borders.

use serde_json::{Map, Value, json};
use tests::body::{credit, with};
use tests::{Book, on_both};

on_both!(
    texts_are_bounded_in_characters,
    no_text_holds_control_characters_or_overrides,
    metadata_is_bounded,
    user_ids_are_bounded,
    text_of_every_script_comes_back_as_it_was,
    time_zones_are_iana_names,
    users_are_checked_like_transactions,
);

async fn assert_invalid(book: &Book, members: Value, expected: &[(&str, &str)]) {
    let body = with(credit("ada", "1.00"), members);
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(expected);
}

async fn texts_are_bounded_in_characters(book: &Book) {
    // One letter of two bytes, one of four.
    for letter in ["a", "é", "💶"] {
        for (member, longest) in [
            ("description", 500),
            ("category", 64),
            ("reference", 128),
            ("full_name", 200),
        ] {
            let too_long = letter.repeat(longest + 1);
            assert_invalid(book, json!({member: too_long}), &[(member, "too_long")]).await;
        }
    }
    for member in ["category", "reference", "full_name"] {
        assert_invalid(book, json!({member: ""}), &[(member, "too_short")]).await;
    }
    for (number, letter) in ["a", "é", "💶"].into_iter().enumerate() {
        let longest = json!({
            "user_id": format!("user-{number}"), "description": letter.repeat(500), "category": letter.repeat(64),
            "reference": letter.repeat(128), "full_name": letter.repeat(200),
        });
        let made = book.create(&with(credit("ada", "1.00"), longest.clone())).await;
        for member in ["description", "category", "reference"] {
            assert_eq!(made.body[member], longest[member]);
        }
        let user = book.get(&format!("/users/user-{number}")).await.expect(200);
        assert_eq!(user.body["full_name"], longest["full_name"]);
    }
    for member in [
        "description",
        "category",
        "reference",
        "full_name",
        "user_id",
        "account",
        "type",
    ] {
        for value in [json!(7), json!(true), json!([]), json!({"a": "b"})] {
            assert_invalid(book, json!({member: value}), &[(member, "invalid_type")]).await;
        }
    }
}

async fn no_text_holds_control_characters_or_overrides(book: &Book) {
    for bad in [
        '\u{0}', '\u{1}', '\n', '\r', '\t', '\u{1f}', '\u{7f}', '\u{85}', '\u{9f}', '\u{202d}', '\u{202e}',
    ] {
        for member in ["description", "category", "reference", "full_name"] {
            let value = format!("a{bad}b");
            assert_invalid(book, json!({member: value}), &[(member, "invalid_format")]).await;
        }
    }
    let made = book.create(&credit("ada", "1.00")).await;
    let path = format!("/transactions/{}", made.id());
    for patch in [
        json!({"description": "\u{0}"}),
        json!({"amount": "2.00", "reason": "a\u{0}"}),
        json!({"reason": "a".repeat(501), "amount": "2.00"}),
    ] {
        let _ = book.refuses(book.patch(&path, &patch), "validation_failed", 422).await;
    }
}

async fn metadata_is_bounded(book: &Book) {
    let keys = |count: usize| -> Value {
        (0..count)
            .map(|number| (format!("key-{number}"), json!("v")))
            .collect::<Map<_, _>>()
            .into()
    };
    assert_invalid(book, json!({"metadata": keys(51)}), &[("metadata", "too_many")]).await;
    let long_key = "k".repeat(65);
    let field = format!("metadata.{long_key}");
    assert_invalid(book, json!({"metadata": {long_key: "v"}}), &[(&field, "too_long")]).await;
    assert_invalid(book, json!({"metadata": {"": "v"}}), &[("metadata.", "too_short")]).await;
    assert_invalid(
        book,
        json!({"metadata": {"colour": "é".repeat(501)}}),
        &[("metadata.colour", "too_long")],
    )
    .await;
    for value in [json!(7), json!(true), json!([]), json!({}), json!(1.5)] {
        assert_invalid(
            book,
            json!({"metadata": {"colour": value}}),
            &[("metadata.colour", "invalid_type")],
        )
        .await;
    }
    for value in [json!([]), json!("a"), json!(7), json!(true)] {
        assert_invalid(book, json!({"metadata": value}), &[("metadata", "invalid_type")]).await;
    }
    for metadata in [json!({"colour": "a\u{0}"}), json!({"a\u{0}": "v"})] {
        let request = book.post(
            "/transactions",
            &with(credit("ada", "1.00"), json!({"metadata": metadata})),
        );
        let _ = book.refuses(request, "validation_failed", 422).await;
    }

    let mut fullest = keys(49);
    fullest["ö".repeat(64)] = json!("💶".repeat(500));
    let made = book
        .create(&with(credit("ada", "1.00"), json!({"metadata": fullest.clone()})))
        .await;
    assert_eq!(made.body["metadata"], fullest);
}

async fn user_ids_are_bounded(book: &Book) {
    let longest = "a".repeat(64);
    for id in ["a", "0", "A.b_c:d@e-f", longest.as_str(), "ME", "...", "._"] {
        let made = book.create(&credit(id, "1.00")).await;
        assert_eq!(made.body["user_id"], id);
        assert_eq!(book.get(&format!("/users/{id}")).await.expect(200).body["id"], id);
    }
    let too_long = "a".repeat(65);
    for id in [
        "",
        " ",
        "a b",
        "a/b",
        "a\\b",
        "ä",
        "a\u{0}",
        "a\n",
        "a%41",
        "a?b",
        "a#b",
        "a+b",
        "me",
        ".",
        "..",
        too_long.as_str(),
    ] {
        let request = book.post("/transactions", &credit(id, "1.00"));
        let refused = book.refuses(request, "validation_failed", 422).await;
        let _ = refused.invalid_fields(&["user_id"]);
    }
}

async fn text_of_every_script_comes_back_as_it_was(book: &Book) {
    let texts = [
        "e\u{301} is not é",
        "שלום",
        "مرحبا",
        "日本語",
        "👩‍👩‍👧‍👦",
        "\u{fffd}",
        "'; DROP TABLE x; --",
        "<b>&amp;</b>",
        "{\"a\": 1}",
        "  spaces  ",
    ];
    for text in texts {
        let body = with(
            credit("ada", "1.00"),
            json!({"description": text, "metadata": {"text": text}}),
        );
        let made = book.create(&body).await;
        let read = book.get(&format!("/transactions/{}", made.id())).await.expect(200);
        assert_eq!(read.body["description"], text);
        assert_eq!(read.body["metadata"]["text"], text);
    }
}

async fn time_zones_are_iana_names(book: &Book) {
    for zone in [
        "UTC",
        "Europe/London",
        "America/Argentina/Buenos_Aires",
        "Pacific/Kiritimati",
        "Etc/GMT+12",
    ] {
        let user = book
            .put_user("ada", &json!({"full_name": "Ada", "time_zone": zone}))
            .await;
        assert_eq!(user.body["time_zone"], zone);
    }
    for zone in ["Mars/Olympus", "+02:00", "UTC+2", "../etc/passwd", "EuropeLondon"] {
        let request = book.put("/users/ada", &json!({"full_name": "Ada", "time_zone": zone}));
        let refused = book.refuses(request, "validation_failed", 422).await;
        let _ = refused.invalid(&[("time_zone", "unknown_time_zone")]);
    }
    for zone in ["", "Europe/London\u{0}"] {
        let request = book.put("/users/ada", &json!({"full_name": "Ada", "time_zone": zone}));
        let _ = book
            .refuses(request, "validation_failed", 422)
            .await
            .invalid_fields(&["time_zone"]);
    }
    let number = book.put("/users/ada", &json!({"full_name": "Ada", "time_zone": 2}));
    let _ = book
        .refuses(number, "validation_failed", 422)
        .await
        .invalid(&[("time_zone", "invalid_type")]);
}

async fn users_are_checked_like_transactions(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let cases: [(Value, &[(&str, &str)]); 7] = [
        (json!({}), &[("full_name", "required")]),
        (json!({"full_name": null}), &[("full_name", "required")]),
        (json!({"full_name": ""}), &[("full_name", "too_short")]),
        (json!({"full_name": "a".repeat(201)}), &[("full_name", "too_long")]),
        (json!({"full_name": "A", "id": "bob"}), &[("id", "unknown_field")]),
        (
            json!({"full_name": "A", "email": 7, "metadata": []}),
            &[("email", "invalid_type"), ("metadata", "invalid_type")],
        ),
        (
            json!({"full_name": "A\u{202e}", "metadata": {"a": 1}}),
            &[("full_name", "invalid_format"), ("metadata.a", "invalid_type")],
        ),
    ];
    for (body, expected) in cases {
        let _ = book
            .refuses(book.put("/users/bob", &body), "validation_failed", 422)
            .await
            .invalid(expected);
        let _ = book
            .refuses(book.put("/users/ada", &body), "validation_failed", 422)
            .await
            .invalid(expected);
    }
}
