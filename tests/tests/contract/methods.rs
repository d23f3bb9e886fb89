//! Paths and methods: HEAD wherever GET, 405 with `Allow`, 404 for every other path; sections 1 and 2 of the contract.

use reqwest::Method;
use serde_json::json;
use tests::body::credit;
use tests::{Answer, Book, on_both};

on_both!(
    head_answers_like_get_without_a_body,
    a_wrong_method_is_answered_with_the_right_ones,
    an_unknown_path_is_not_found
);

/// Every path of the API and `/livez`, with their methods.
pub(crate) const API: [(&str, &[&str]); 32] = [
    ("/currencies", &["GET", "POST"]),
    ("/keys", &["GET", "POST"]),
    ("/keys/{id}", &["DELETE"]),
    ("/users", &["GET"]),
    ("/users/{id}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/users/{id}/balances", &["GET"]),
    ("/users/{id}/transactions", &["GET"]),
    ("/users/{id}/stats", &["GET"]),
    ("/accounts", &["GET", "POST"]),
    ("/accounts/{id}", &["GET", "PATCH"]),
    ("/accounts/{id}/entries", &["GET"]),
    ("/accounts/{id}/balance", &["GET"]),
    ("/accounts/{id}/statement", &["GET"]),
    ("/transactions", &["GET", "POST"]),
    ("/transactions/batch", &["POST"]),
    ("/transactions/export", &["GET"]),
    ("/transactions/import", &["POST"]),
    ("/transactions/{id}", &["GET", "PATCH", "DELETE"]),
    ("/transactions/{id}/restore", &["POST"]),
    ("/transactions/{id}/capture", &["POST"]),
    ("/transactions/{id}/void", &["POST"]),
    ("/transactions/{id}/extend", &["POST"]),
    ("/transactions/{id}/refund", &["POST"]),
    ("/closing", &["GET", "PUT"]),
    ("/transactions/{id}/revisions", &["GET"]),
    ("/transactions/{id}/proof", &["GET"]),
    ("/audit/head", &["GET"]),
    ("/audit/blocks", &["GET"]),
    ("/audit/verify", &["POST"]),
    ("/events", &["GET"]),
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
    paths.extend(
        [
            "/audit/head",
            "/audit/blocks",
            "/events",
            "/users/ada/stats",
            "/accounts",
            "/transactions",
            "/transactions/export",
            "/stats",
        ]
        .map(|path| api(path.to_owned())),
    );
    let account = made.text("source_account_id");
    paths.push(api(format!("/accounts/{account}")));
    paths.extend(["entries", "balance", "statement"].map(|tail| api(format!("/accounts/{account}/{tail}"))));
    paths.push(api(format!("/transactions/{}", made.id())));
    paths.extend(["revisions", "proof"].map(|tail| api(format!("/transactions/{}/{tail}", made.id()))));
    paths
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
