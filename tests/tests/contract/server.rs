//! The server itself: section 8 of the contract.

use reqwest::Method;
use serde_json::json;
use tests::body::credit;
use tests::{Book, on_both};

on_both!(
    the_root_greets_api_clients_in_json_and_browsers_in_html,
    the_server_is_alive_and_ready,
    a_server_without_its_tables_is_not_ready_and_tells_nothing,
    the_documentation_is_served_from_the_binary,
);

async fn the_root_greets_api_clients_in_json_and_browsers_in_html(book: &Book) {
    let stranger = book.anonymous();
    let greeting = stranger
        .get_root("/")
        .header("Accept", "application/json")
        .await
        .expect(200);
    let version = greeting.body["version"].clone();
    assert!(
        version.as_str().is_some_and(|version| version.split('.').count() >= 3),
        "{version}"
    );
    let expected = json!({
        "name": "daybook", "version": version, "message": "Server connected successfully", "docs": "/docs",
    });
    assert_eq!(greeting.body, expected);
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = stranger.get_root("/").header("Accept", browser).await.expect(200);
    assert!(page.header("Content-Type").starts_with("text/html"));
    assert!(page.text.contains("<html"));
    let _ = stranger.request(Method::HEAD, "/").await.expect(200);
}

async fn the_server_is_alive_and_ready(book: &Book) {
    for path in ["/livez", "/readyz"] {
        let _ = book.anonymous().get_root(path).await.expect(200);
    }
}

async fn a_server_without_its_tables_is_not_ready_and_tells_nothing(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    book.database().hide_tables().await;
    let _ = book.anonymous().get_root("/livez").await.expect(200);
    let _ = book.anonymous().get_root("/readyz").await.problem("unavailable", 503);
    let path = format!("/transactions/{}", made.id());
    for request in [
        book.get(&path),
        book.get("/users"),
        book.get("/users/ada/stats"),
        book.post("/transactions", &credit("ada", "1.00")),
        book.patch(&path, &json!({"amount": "1.00"})),
    ] {
        let answer = request.await.problem("internal", 500);
        let told = answer.text.to_ascii_lowercase();
        for secret in [
            "hidden_", "table", "sql", "select", "relation", "column", "api_keys", "panic",
        ] {
            assert!(
                !told.contains(secret),
                "a 5xx says nothing of its cause: {}",
                answer.text
            );
        }
    }
}

async fn the_documentation_is_served_from_the_binary(book: &Book) {
    let page = book.anonymous().get_root("/docs").await.expect(200);
    assert!(page.header("Content-Type").starts_with("text/html"));
    let lower = page.text.to_ascii_lowercase();
    assert!(lower.contains("swagger"), "{}", page.text);
    for from_elsewhere in ["src=\"http", "src='http", "href=\"http", "src=\"//", "href=\"//"] {
        assert!(!lower.contains(from_elsewhere), "{from_elsewhere} in {}", page.text);
    }
    let links = links_of(&page.text);
    assert!(
        links.iter().any(|link| link.ends_with(".js")) && links.iter().any(|link| link.ends_with(".css")),
        "{links:?}"
    );
    for link in links {
        let path = if link.starts_with('/') {
            link
        } else {
            format!("/docs/{}", link.trim_start_matches("./"))
        };
        let file = book.anonymous().get_root(&path).await.expect(200);
        assert!(!file.text.is_empty(), "{path} is empty");
        let expected = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("js") => "javascript",
            Some("css") => "text/css",
            Some("png") => "image/png",
            _ => "",
        };
        assert!(file.header("Content-Type").contains(expected), "{path}");
    }
}

/// What a page loads or leads to, as it is written there.
fn links_of(page: &str) -> Vec<String> {
    let values = ["src=\"", "href=\""]
        .into_iter()
        .flat_map(|name| page.split(name).skip(1));
    values
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}
