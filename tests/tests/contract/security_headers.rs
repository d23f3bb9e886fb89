//! What browsers and caches are told of every answer: section 19 of the contract.

use tests::body::credit;
use tests::{Answer, Book, on_both};

on_both!(
    pages_may_do_what_they_need_and_nothing_more,
    private_answers_are_kept_by_no_shared_cache,
    nothing_is_said_of_tls_without_it,
);

fn assert_header(answer: &Answer, name: &str, value: &str) {
    assert_eq!(answer.maybe_header(name), Some(value), "{name} of {}", answer.request);
}

async fn pages_may_do_what_they_need_and_nothing_more(book: &Book) {
    let stranger = book.anonymous();
    for path in ["/", "/docs"] {
        let page = stranger.get_root(path).header("Accept", "text/html").await.expect(200);
        let policy = page.header("Content-Security-Policy");
        for rule in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src"));
        let is_lax = |rule: &str| rule.contains("unsafe") || rule.contains('*') || rule.contains("http");
        assert!(!scripts.is_some_and(is_lax), "{path}: {policy}");
        assert_header(&page, "X-Content-Type-Options", "nosniff");
        assert_header(&page, "X-Frame-Options", "DENY");
        assert_header(&page, "Referrer-Policy", "no-referrer");
        assert_header(&page, "Cross-Origin-Opener-Policy", "same-origin");
        assert_header(&page, "Cross-Origin-Resource-Policy", "same-origin");
        assert!(page.maybe_header("Permissions-Policy").is_some(), "{path}");
        // Nothing of a page runs or is styled but from its own files, where the policy names none.
        if !policy.contains("script-src") {
            assert!(!page.text.contains("<script"), "{path}");
        }
    }
}

async fn private_answers_are_kept_by_no_shared_cache(book: &Book) {
    let made = book.create(&credit("ada", "1.00")).await;
    let path = format!("/transactions/{}", made.id());
    let found = book.get(&path).await.expect(200);
    let same = book.get(&path).header("If-None-Match", "\"1\"").await.expect(304);
    for answer in [&made, &found, &same] {
        assert_header(answer, "Cache-Control", "private, no-cache");
        assert_header(answer, "X-Content-Type-Options", "nosniff");
    }
    for answer in [
        book.get("/transactions").await.expect(200),
        book.get("/users/ada/stats").await.expect(200),
        book.get("/transactions/export?format=csv").await.expect(200),
        book.get("/users/nobody").await.problem("user_not_found", 404),
        book.anonymous().get("/users").await.problem("unauthenticated", 401),
        book.anonymous().get_root("/nowhere").await.problem("not_found", 404),
        book.anonymous().get_root("/readyz").await.expect(200),
    ] {
        assert_header(&answer, "Cache-Control", "no-store");
        assert_header(&answer, "X-Content-Type-Options", "nosniff");
    }
}

async fn nothing_is_said_of_tls_without_it(book: &Book) {
    for path in ["/", "/docs", "/api/v1/users"] {
        let answer = book.get_root(path).await.expect(200);
        assert_eq!(answer.maybe_header("Strict-Transport-Security"), None, "{path}");
    }
}
