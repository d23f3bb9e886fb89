//! CORS: section 1 of the contract.

use reqwest::Method;
use tests::{Book, on_both};

on_both!(cors_is_off_unless_origins_are_named, named_origins_may_read_and_write);

/// Headers of requests that section 1 to 3 of the contract give a meaning to, and those of every API.
const ALLOWED: [&str; 7] = [
    "authorization",
    "content-type",
    "daybook-ledger",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
];

/// Headers of answers that a page has a use for.
const EXPOSED: [&str; 11] = [
    "daybook-dry-run",
    "daybook-position",
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "www-authenticate",
    "x-request-id",
];

/// The names in a header, in lower case and in order.
fn sorted(header: &str) -> Vec<String> {
    let mut names: Vec<String> = header.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    names.sort_unstable();
    names
}

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
        assert_eq!(sorted(answer.header("Access-Control-Expose-Headers")), EXPOSED);
        assert!(answer.header("Vary").to_ascii_lowercase().contains("origin"));
        let refused = open
            .anonymous()
            .get("/users")
            .header("Origin", origin)
            .await
            .problem("unauthenticated", 401);
        assert_eq!(refused.header("Access-Control-Allow-Origin"), origin);
        assert_eq!(sorted(refused.header("Access-Control-Expose-Headers")), EXPOSED);
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
            assert_eq!(sorted(preflight.header("Access-Control-Allow-Headers")), ALLOWED);
        }
    }
    let stranger = open
        .get("/users")
        .header("Origin", "https://evil.example")
        .await
        .expect(200);
    assert!(stranger.maybe_header("Access-Control-Allow-Origin").is_none());
    assert!(stranger.maybe_header("Access-Control-Expose-Headers").is_none());
    let preflight = open
        .anonymous()
        .request(Method::OPTIONS, "/api/v1/users/ada")
        .header("Origin", "https://evil.example")
        .header("Access-Control-Request-Method", "PUT")
        .await
        .problem("method_not_allowed", 405);
    for header in ["Origin", "Methods", "Headers"] {
        assert!(
            preflight
                .maybe_header(&format!("Access-Control-Allow-{header}"))
                .is_none()
        );
    }
    assert!(preflight.header("Vary").to_ascii_lowercase().contains("origin"));
}
