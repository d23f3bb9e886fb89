//! Bodies at the borders of JSON: not JSON at all, too deep, too large, of another type.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Answer, Book, on_both};

on_both!(
    what_is_no_json_is_refused,
    lone_surrogates_are_refused,
    a_member_twice_is_refused,
    json_nested_too_deep_is_refused,
    json_of_another_type_is_a_validation_error,
    a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not,
    another_media_type_is_refused,
    every_body_of_the_contract_refuses_what_it_does_not_know,
    very_many_bad_members_are_answered_with_the_first_hundred,
);

async fn post_bytes(book: &Book, body: impl Into<Vec<u8>>, media_type: &str) -> Answer {
    let request = book.post("/transactions", &Value::Null).body(body, media_type);
    book.leaves_no_trace(async || request.await).await
}

async fn what_is_no_json_is_refused(book: &Book) {
    let bodies: [&[u8]; 19] = [
        b"",
        b" ",
        b"{",
        b"}",
        b"{]",
        b"nil",
        b"{'type': 'credit'}",
        br#"{"type": "credit",}"#,
        br#"{type: "credit"}"#,
        br#"{"type": "credit"} x"#,
        br#"{"type": "credit"}{}"#,
        br#"{"type": "credit" /* why */}"#,
        br#"{"type": "cre"#,
        br#"{"type": 01}"#,
        br#"{"type": NaN}"#,
        br#"{"type": "\x41"}"#,
        b"{\"type\": \"\xff\xfe\"}",
        b"\xef\xbb\xbf{}",
        b"type=credit&user_id=ada&amount=1",
    ];
    for body in bodies {
        let _ = post_bytes(book, body, "application/json")
            .await
            .problem("malformed_request", 400);
    }
    let utf_16: Vec<u8> = r#"{"type": "credit"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let _ = post_bytes(book, utf_16, "application/json")
        .await
        .problem("malformed_request", 400);
    // A line break inside of a text is no JSON either.
    let _ = post_bytes(book, "{\"type\": \"a\nb\"}", "application/json")
        .await
        .problem("malformed_request", 400);
}

async fn lone_surrogates_are_refused(book: &Book) {
    for text in [r"\ud800", r"\udc00", r"a\ud83db", r"\udc00\ud800", r"\ud83d\u0041"] {
        for member in ["description", "user_id", "amount"] {
            let mut body = credit("ada", "1.00");
            body[member] = json!("HERE");
            let body = body.to_string().replace("HERE", text);
            let _ = post_bytes(book, body, "application/json")
                .await
                .problem("malformed_request", 400);
        }
    }
    let pair = credit("ada", "1.00")
        .to_string()
        .replace('}', r#","description":"\ud83d\udcb6"}"#);
    let made = book
        .post("/transactions", &Value::Null)
        .body(pair, "application/json")
        .await
        .expect(201);
    assert_eq!(made.body["description"], "💶");
}

async fn a_member_twice_is_refused(book: &Book) {
    let whole = credit("ada", "1.00").to_string();
    for twice in [
        r#","amount":"2.00"}"#,
        r#","amount":"1.00"}"#,
        r#","\u0061mount":"1.00"}"#,
        r#","metadata":{"a":"1","a":"2"}}"#,
        r#","metadata":{"a":"1"},"metadata":{"a":"1"}}"#,
        r#","colour":1,"colour":2}"#,
        r#","colour":{"a":[{"b":1,"b":2}]}}"#,
    ] {
        let body = format!("{}{twice}", whole.trim_end_matches('}'));
        let _ = post_bytes(book, body, "application/json")
            .await
            .problem("malformed_request", 400);
    }
}

async fn json_nested_too_deep_is_refused(book: &Book) {
    for depth in [33, 100, 1_000, 100_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let _ = post_bytes(book, nested.clone(), "application/json")
                .await
                .problem("malformed_request", 400);
            let inside = credit("ada", "1.00")
                .to_string()
                .replace('}', &format!(r#","metadata":{nested}}}"#));
            let _ = post_bytes(book, inside, "application/json")
                .await
                .problem("malformed_request", 400);
        }
    }
    let within = format!("{}1{}", "[".repeat(20), "]".repeat(20));
    let inside = credit("ada", "1.00")
        .to_string()
        .replace('}', &format!(r#","metadata":{{"a":{within}}}}}"#));
    let _ = post_bytes(book, inside, "application/json")
        .await
        .invalid(&[("metadata.a", "invalid_type")]);
}

async fn json_of_another_type_is_a_validation_error(book: &Book) {
    for body in ["[]", "null", "1", "true", "\"credit\"", r#"[{"type":"credit"}]"#] {
        let _ = post_bytes(book, body, "application/json")
            .await
            .problem("validation_failed", 422);
    }
}

async fn a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not(book: &Book) {
    let padded = |length: usize| {
        let mut body = credit("ada", "1.00").to_string();
        let missing = length - body.len();
        body.push_str(&" ".repeat(missing));
        body
    };
    let mebibyte = 1024 * 1024;
    let largest = book
        .post("/transactions", &Value::Null)
        .body(padded(mebibyte), "application/json");
    let _ = largest.await.expect(201);
    let _ = post_bytes(book, padded(mebibyte + 1), "application/json")
        .await
        .problem("payload_too_large", 413);
    let patch = book
        .patch("/users/ada", &Value::Null)
        .body(padded(mebibyte + 1), "application/json");
    let _ = book.refuses(patch, "payload_too_large", 413).await;
    let metadata = with(credit("ada", "1.00"), json!({"metadata": {"a": "b".repeat(900_000)}}));
    let refused = book
        .refuses(book.post("/transactions", &metadata), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("metadata.a", "too_long")]);
}

async fn another_media_type_is_refused(book: &Book) {
    let body = credit("ada", "1.00").to_string();
    for media_type in [
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "json",
        "",
        "*/*",
    ] {
        let _ = post_bytes(book, body.clone(), media_type)
            .await
            .problem("unsupported_media_type", 415);
    }
    let none = book
        .post("/transactions", &credit("ada", "1.00"))
        .without("Content-Type");
    let _ = book.refuses(none, "unsupported_media_type", 415).await;
    let put = book.put("/users/ada", &Value::Null).body("{}", "text/plain");
    let _ = book.refuses(put, "unsupported_media_type", 415).await;
    for media_type in ["application/json", "APPLICATION/JSON", "application/json;charset=UTF-8"] {
        let request = book.post("/transactions", &Value::Null).body(body.clone(), media_type);
        let _ = request.await.expect(201);
    }
}

async fn every_body_of_the_contract_refuses_what_it_does_not_know(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let account = format!("/accounts/{}", made.text("destination_account_id"));
    let voided = format!("/transactions/{}", book.create(&credit("ada", "1.00")).await.id());
    let _ = book.delete(&voided).await.expect(200);
    for request in [
        book.post("/transactions", &with(credit("ada", "1.00"), json!({"colour": 1}))),
        book.patch(&path, &json!({"amount": "1.00", "colour": 1})),
        book.post(&format!("{voided}/restore"), &json!({"colour": 1})),
        book.put("/users/ada", &json!({"full_name": "Ada", "colour": 1})),
        book.patch("/users/ada", &json!({"full_name": "Ada", "colour": 1})),
        book.post("/accounts", &json!({"name": "fees", "currency": "USD", "colour": 1})),
        book.patch(&account, &json!({"metadata": {"a": "1"}, "colour": 1})),
        book.post("/keys", &json!({"name": "shop", "role": "reader", "colour": 1})),
    ] {
        let refused = book.refuses(request, "validation_failed", 422).await;
        let _ = refused.invalid(&[("colour", "unknown_field")]);
    }
}

/// About as many members of one `value` as fit into a body.
fn very_many_members(value: &str) -> String {
    let members: Vec<String> = (0..50_000).map(|number| format!(r#""m{number:05}":{value}"#)).collect();
    format!("{{{}}}", members.join(","))
}

async fn very_many_bad_members_are_answered_with_the_first_hundred(book: &Book) {
    let metadata = credit("ada", "1.00")
        .to_string()
        .replace('}', &format!(r#","metadata":{}}}"#, very_many_members("1")));
    let misnamed = credit("ada", "1.00")
        .to_string()
        .replace('}', &format!(r#","metadata":{}}}"#, very_many_members(r#""\u0000""#)));
    let cases = [
        (very_many_members("1"), "required"),
        (metadata, "invalid_type"),
        (misnamed, "invalid_format"),
    ];
    for (body, code) in cases {
        assert!(body.len() <= 1024 * 1024, "{} bytes are no body", body.len());
        let refused = post_bytes(book, body, "application/json")
            .await
            .problem("validation_failed", 422);
        assert_eq!(refused.errors().len(), 100);
        assert_eq!(refused.errors()[0]["code"], code);
        assert!(
            refused.text.len() < 64 * 1024,
            "{} bytes are answered",
            refused.text.len()
        );
    }
}
