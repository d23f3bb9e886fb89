//! What is answered everywhere: request ids, HEAD, 405 with `Allow`, compression, CORS; section 1 of the contract.

use reqwest::Method;
use serde_json::json;
use tests::body::credit;
use tests::{Answer, Book, on_both};

on_both!(
    a_callers_request_id_is_answered_and_any_other_is_made,
    head_answers_like_get_without_a_body,
    a_wrong_method_is_answered_with_the_right_ones,
    an_unknown_path_is_not_found,
    answers_are_compressed_as_the_client_accepts,
    positions_rise_with_every_write,
    cors_is_off_unless_origins_are_named,
    named_origins_may_read_and_write,
);

/// Every path of sections 3 to 7 and `/livez`, with their methods.
pub(crate) const API: [(&str, &[&str]); 16] = [
    ("/keys", &["GET", "POST"]),
    ("/keys/{id}", &["DELETE"]),
    ("/users", &["GET"]),
    ("/users/{id}", &["GET", "PUT", "PATCH"]),
    ("/users/{id}/balances", &["GET"]),
    ("/users/{id}/transactions", &["GET"]),
    ("/users/{id}/stats", &["GET"]),
    ("/accounts", &["GET", "POST"]),
    ("/accounts/{id}", &["GET", "PATCH"]),
    ("/accounts/{id}/entries", &["GET"]),
    ("/transactions", &["GET", "POST"]),
    ("/transactions/{id}", &["GET", "PATCH", "DELETE"]),
    ("/transactions/{id}/restore", &["POST"]),
    ("/transactions/{id}/revisions", &["GET"]),
    ("/stats", &["GET"]),
    ("/livez", &["GET"]),
];

/// Every path that a GET can be sent to, for a ledger in which `ada` has one transaction.
async fn readable_paths(book: &Book) -> Vec<String> {
    let made = book.create(&credit("ada", "1.00")).await;
    let api = |path: String| format!("/api/v1{path}");
    let mut paths: Vec<String> = ["/livez", "/readyz", "/openapi.json", "/metrics"]
        .map(str::to_owned)
        .to_vec();
    paths.extend(
        [
            "/keys",
            "/users",
            "/users/ada",
            "/users/ada/balances",
            "/users/ada/transactions",
        ]
        .map(|path| api(path.to_owned())),
    );
    paths.extend(["/users/ada/stats", "/accounts", "/transactions", "/stats"].map(|path| api(path.to_owned())));
    paths.push(api(format!("/accounts/{}", made.text("source_account_id"))));
    paths.push(api(format!("/accounts/{}/entries", made.text("source_account_id"))));
    paths.push(api(format!("/transactions/{}", made.id())));
    paths.push(api(format!("/transactions/{}/revisions", made.id())));
    paths
}

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

async fn head_answers_like_get_without_a_body(book: &Book) {
    for path in readable_paths(book).await {
        let get = book.get_root(&path).await.expect(200);
        let head = book.request(Method::HEAD, &path).await.expect(200);
        assert_eq!(head.text, "", "{path}");
        for name in ["Content-Type", "ETag", "Link"] {
            assert_eq!(head.maybe_header(name), get.maybe_header(name), "{path}");
        }
    }
    let head = book.request(Method::HEAD, "/api/v1/users/nobody").await.expect(404);
    assert_eq!(head.text, "");
    let _ = book.request(Method::HEAD, "/api/v1/nowhere").await.expect(404);
    let _ = book
        .anonymous()
        .request(Method::HEAD, "/api/v1/users")
        .await
        .expect(401);
}

fn assert_allows(answer: &Answer, methods: &[&str]) {
    let allowed: Vec<String> = answer
        .header("Allow")
        .split(',')
        .map(|method| method.trim().to_owned())
        .collect();
    for method in methods {
        assert!(
            allowed.iter().any(|allowed| allowed == method),
            "{} allows {allowed:?}",
            answer.request
        );
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let named = allowed.iter().any(|allowed| allowed == method);
        assert_eq!(
            named,
            methods.contains(&method),
            "{} allows {allowed:?}",
            answer.request
        );
    }
}

async fn a_wrong_method_is_answered_with_the_right_ones(book: &Book) {
    let some_id = "01980000-0000-7000-8000-000000000000";
    for (path, methods) in API {
        let path = path.replace("{id}", some_id);
        let path = if path == "/livez" {
            path
        } else {
            format!("/api/v1{path}")
        };
        let wrong = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]
            .into_iter()
            .filter(|method| !methods.contains(method));
        for method in wrong {
            let method = Method::from_bytes(method.as_bytes()).expect("a method is a token");
            // Also for a stranger: the path comes before the credential.
            for client in [book.client(), book.anonymous()] {
                let answer = client.request(method.clone(), &path).json(&json!({})).await;
                assert_allows(&answer.problem("method_not_allowed", 405), methods);
            }
        }
        let options = book.request(Method::OPTIONS, &path).await;
        assert!(
            matches!(options.status, 200 | 204 | 405),
            "{} was answered {}",
            options.request,
            options.text
        );
        assert_allows(&options, methods);
    }
}

async fn an_unknown_path_is_not_found(book: &Book) {
    let paths = [
        "/nowhere",
        "/api",
        "/api/v1",
        "/api/v2/users",
        "/api/v1/nowhere",
        "/api/v1/users/ada/nowhere",
        "/users",
        "/api/v1/transactions/01980000-0000-7000-8000-000000000000/nowhere",
        "/API/V1/users",
        "/api/v1/users/ada/stats/x",
        "/favicon",
        "/.env",
        "/docs/../etc/passwd/x",
    ];
    for path in paths {
        for client in [book.client(), book.anonymous()] {
            let _ = client.get_root(path).await.problem("not_found", 404);
            let _ = client
                .request(Method::POST, path)
                .json(&json!({}))
                .await
                .problem("not_found", 404);
        }
    }
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
    assert!(
        book.get(&path)
            .await
            .expect(200)
            .maybe_header("Daybook-Position")
            .is_none_or(|position| !position.is_empty())
    );
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
