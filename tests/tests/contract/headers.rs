//! Headers that are answered everywhere: request ids, compression, positions; section 1 of the contract.

use serde_json::json;
use tests::body::credit;
use tests::{Book, on_both};

on_both!(
    a_callers_request_id_is_answered_and_any_other_is_made,
    answers_are_compressed_as_the_client_accepts,
    answers_have_no_encoding_but_those_of_the_contract,
    positions_rise_with_every_write,
);

async fn a_callers_request_id_is_answered_and_any_other_is_made(book: &Book) {
    let longest = "~".repeat(128);
    for id in ["1", "a request, with spaces!", longest.as_str()] {
        for path in ["/api/v1/users", "/api/v1/users/nobody", "/api/v1/nowhere", "/livez"] {
            assert_eq!(
                book.get_root(path)
                    .header("X-Request-Id", id)
                    .await
                    .header("X-Request-Id"),
                id
            );
        }
        let refused = book
            .anonymous()
            .get("/users")
            .header("X-Request-Id", id)
            .await
            .problem("unauthenticated", 401);
        assert_eq!(refused.body["request_id"], id);
    }
    let too_long = "~".repeat(129);
    for id in ["".as_bytes(), too_long.as_bytes(), "ключ".as_bytes(), b"\xff", b"a\tb"] {
        let made = book.get("/users").header("X-Request-Id", id).await.expect(200);
        assert_ne!(made.header("X-Request-Id").as_bytes(), id);
    }
    let (one, two) = (
        book.get("/users").await.expect(200),
        book.get("/users").await.expect(200),
    );
    assert_ne!(one.header("X-Request-Id"), two.header("X-Request-Id"));
}

async fn answers_are_compressed_as_the_client_accepts(book: &Book) {
    for _ in 0..20 {
        let _ = book.create(&credit("ada", "1.00")).await;
    }
    let plain = book
        .get("/transactions")
        .header("Accept-Encoding", "identity")
        .await
        .expect(200);
    assert!(plain.maybe_header("Content-Encoding").is_none());
    assert!(plain.header("Vary").to_ascii_lowercase().contains("accept-encoding"));
    for encoding in ["gzip", "br", "zstd"] {
        let packed = book
            .get("/transactions")
            .header("Accept-Encoding", encoding)
            .await
            .expect(200);
        assert_eq!(packed.header("Content-Encoding"), encoding);
        assert!(packed.header("Vary").to_ascii_lowercase().contains("accept-encoding"));
        assert!(
            packed.text.len() < plain.text.len() / 2,
            "{encoding} made it {} bytes",
            packed.text.len()
        );
        let unpacked = book
            .decompressing()
            .get("/transactions")
            .header("Accept-Encoding", encoding)
            .await
            .expect(200);
        assert_eq!(unpacked.body, plain.body);
    }
    let id = plain.column("id")[0];
    let path = format!("/transactions/{id}");
    let packed = book.get(&path).header("Accept-Encoding", "gzip").await.expect(200);
    assert_eq!(packed.header("ETag"), "\"1\"");
    let same = book
        .get(&path)
        .header("Accept-Encoding", "gzip")
        .header("If-None-Match", "\"1\"")
        .await
        .expect(304);
    assert_eq!(same.text, "");
}

async fn answers_have_no_encoding_but_those_of_the_contract(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    for (accepted, encoding) in [
        ("deflate", None),
        ("deflate, identity;q=0.1", None),
        ("compress, x-gzip", None),
        ("deflate, gzip;q=0.5", Some("gzip")),
        ("gzip;q=0.1, deflate;q=0.9, br;q=0.2", Some("br")),
        ("deflate, zstd;q=0.5, identity;q=0", Some("zstd")),
        ("deflate, identity;q=0", None),
        ("*", None),
        ("", None),
    ] {
        let answer = book
            .get("/transactions")
            .header("Accept-Encoding", accepted)
            .await
            .expect(200);
        assert_eq!(answer.maybe_header("Content-Encoding"), encoding, "{accepted}");
        assert!(answer.header("Vary").to_ascii_lowercase().contains("accept-encoding"));
    }
}

async fn positions_rise_with_every_write(book: &Book) {
    let mut last = 0;
    let made = book.create(&credit("ada", "1.00")).await;
    let path = format!("/transactions/{}", made.id());
    let answers = [
        made,
        book.put("/users/bob", &json!({"full_name": "Bob"})).await.expect(201),
        book.patch("/users/bob", &json!({"full_name": "Robert"}))
            .await
            .expect(200),
        book.post(
            "/accounts",
            &json!({"user_id": "bob", "name": "savings", "currency": "USD"}),
        )
        .await
        .expect(201),
        book.patch(&path, &json!({"amount": "2.00"})).await.expect(200),
        book.delete(&path).await.expect(200),
        book.post(&format!("{path}/restore"), &json!({})).await.expect(200),
    ];
    for answer in answers {
        assert!(
            answer.position() > last,
            "{} had {} after {last}",
            answer.request,
            answer.position()
        );
        last = answer.position();
        assert!(answer.version() > 0);
    }
    // A read is no write.
    assert_eq!(book.get(&path).await.expect(200).maybe_header("Daybook-Position"), None);
}
