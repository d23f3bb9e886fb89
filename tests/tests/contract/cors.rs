//! CORS: section 1 of the contract.

use reqwest::Method;
use tests::{Book, on_both};

on_both!(cors_is_off_unless_origins_are_named, named_origins_may_read_and_write);

async fn cors_is_off_unless_origins_are_named(book: &Book) {
    let answer = book
        .get("/users")
        .header("Origin", "https://shop.example")
        .await
        .expect(200);
    assert!(answer.maybe_header("Access-Control-Allow-Origin").is_none());
    let preflight = book.anonymous().request(Method::OPTIONS, "/api/v1/users");
    let preflight = preflight
        .header("Origin", "https://shop.example")
        .header("Access-Control-Request-Method", "GET")
        .await;
    assert!(preflight.maybe_header("Access-Control-Allow-Origin").is_none());
}

async fn named_origins_may_read_and_write(book: &Book) {
    let origins = ["https://shop.example", "http://localhost:3000"];
    let open = book
        .with_settings(|settings| settings.cors_origins = origins.map(str::to_owned).to_vec())
        .await;
    for origin in origins {
        let answer = open.get("/users").header("Origin", origin).await.expect(200);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), origin);
        assert!(answer.header("Vary").to_ascii_lowercase().contains("origin"));
        let refused = open
            .anonymous()
            .get("/users")
            .header("Origin", origin)
            .await
            .problem("unauthenticated", 401);
        assert_eq!(refused.header("Access-Control-Allow-Origin"), origin);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let preflight = open
                .anonymous()
                .request(Method::OPTIONS, "/api/v1/users/ada")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", method)
                .header(
                    "Access-Control-Request-Headers",
                    "authorization, content-type, idempotency-key, if-match",
                )
                .await;
            assert!(
                preflight.status < 300,
                "{method}: {} {}",
                preflight.status,
                preflight.text
            );
            assert_eq!(preflight.header("Access-Control-Allow-Origin"), origin);
            assert!(
                preflight.header("Access-Control-Allow-Methods").contains(method),
                "{method}"
            );
            let headers = preflight.header("Access-Control-Allow-Headers").to_ascii_lowercase();
            for header in ["authorization", "content-type", "idempotency-key", "if-match"] {
                assert!(
                    headers == "*" || headers.contains(header),
                    "{header} is not in {headers}"
                );
            }
        }
    }
    let stranger = open
        .get("/users")
        .header("Origin", "https://evil.example")
        .await
        .expect(200);
    assert!(stranger.maybe_header("Access-Control-Allow-Origin").is_none());
}
