//! How much one caller may ask: section 19 of the contract.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tests::body::credit;
use tests::{Answer, Book, Client, Request, eventually, on_both};

use crate::tokens::acting_as;

on_both!(
    a_credential_that_asks_too_much_is_told_when_to_come_back,
    a_flood_without_a_credential_is_bounded_and_hurts_nobody_else,
    a_flood_does_not_lock_users_tokens_out,
    a_valid_credential_is_not_counted_by_its_address,
    a_refusal_for_asking_too_much_comes_before_all_but_401_and_leaves_nothing,
    a_trusted_proxy_is_believed_whom_it_asks_for_and_nobody_else,
    nobody_is_limited_by_default,
);

/// Most requests at once; a test that sends so many takes longer than it takes for one to come again.
const BURST: u32 = 10;
/// Seconds after which every server looks for a key again.
const KEY_KEPT_FOR_MAX_S: u32 = 5;

async fn limited(book: &Book, change: impl FnOnce(&mut api::Settings)) -> Book {
    book.with_settings(|settings| {
        settings.rate_limit = Some(api::RateLimit {
            per_second: 1,
            burst: BURST,
        });
        change(settings);
    })
    .await
}

/// Asks until it is told that it asks too much; every answer before that has `status`.
async fn exhaust(status: u16, ask: impl Fn() -> Request) -> Answer {
    for _ in 0..BURST * 10 {
        let answer = ask().await;
        if answer.status == 429 {
            return answer.problem("rate_limited", 429);
        }
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.maybe_header("RateLimit").is_some(), "{}", answer.request);
    }
    panic!("nothing was refused");
}

/// The parameter `name` of a header in the form of the draft, whose policy must be `policy`.
fn parameter(answer: &Answer, header: &str, policy: &str, name: &str) -> u64 {
    let value = answer.header(header);
    let mut parts = value.split(';');
    assert_eq!(parts.next(), Some(&*format!("\"{policy}\"")), "{value}");
    let found = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.expect(value).parse().expect(value)
}

/// Asks for what is refused to a caller who has asked too much; where a token has come again meanwhile, once more.
async fn refused(status: u16, exhausting: impl Fn() -> Request, ask: impl Fn() -> Request) -> Answer {
    for _ in 0..5 {
        let _ = exhaust(status, &exhausting).await;
        let answer = ask().await;
        if answer.status == 429 {
            return answer.problem("rate_limited", 429);
        }
    }
    panic!("{} is not counted", ask().await.request);
}

fn bad_key(client: &Client) -> Client {
    client.with_key("dbk_nobodys")
}

async fn a_credential_that_asks_too_much_is_told_when_to_come_back(book: &Book) {
    let book = limited(book, |_| ()).await;
    let (reader, other) = (book.key("reader").await, book.key("reader").await);
    let first = reader.get("/users").await.expect(200);
    assert_eq!(
        parameter(&first, "RateLimit-Policy", "credential", "q"),
        u64::from(BURST)
    );
    assert_eq!(
        parameter(&first, "RateLimit-Policy", "credential", "w"),
        u64::from(BURST)
    );
    assert_eq!(parameter(&first, "RateLimit", "credential", "r"), u64::from(BURST) - 1);
    for _ in 1..BURST {
        let _ = reader.get("/users").await.expect(200);
    }
    let refused = exhaust(200, || reader.get("/users")).await;
    assert_eq!(refused.header("Retry-After"), "1");
    assert_eq!(parameter(&refused, "RateLimit", "credential", "r"), 0);
    assert_eq!(parameter(&refused, "RateLimit", "credential", "t"), 1);
    // A probe is always answered, another key as well.
    for _ in 0..BURST * 2 {
        let _ = reader.get_root("/livez").await.expect(200);
        let _ = reader.get_root("/readyz").await.expect(200);
    }
    let _ = other.get("/users").await.expect(200);
    eventually("the reader is let in again", Duration::from_secs(20), async || {
        (reader.get("/users").await.status == 200).then_some(())
    })
    .await;
}

async fn a_flood_without_a_credential_is_bounded_and_hurts_nobody_else(book: &Book) {
    let book = limited(book, |_| ()).await;
    let reader = book.key("reader").await;
    let _ = reader.get("/users").await.expect(200);
    let flood = || bad_key(&book).get("/users");
    let refused_key = exhaust(401, flood).await;
    assert_eq!(parameter(&refused_key, "RateLimit", "address", "r"), 0);
    // Whoever shows nothing is the same caller, whatever it asks for.
    let anonymous = book.anonymous();
    for path in ["/", "/docs", "/openapi.json", "/api/v1/users", "/nowhere"] {
        let _ = refused(401, flood, || anonymous.get_root(path)).await;
    }
    // No key is a part of the flood, however long that lasts, also one that was never shown before; and no probe is.
    let _ = book.key("reader").await.get("/users").await.expect(200);
    for _ in 0..KEY_KEPT_FOR_MAX_S {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            let _ = exhaust(401, flood).await;
        }
        let _ = reader.get("/users").await.expect(200);
    }
    let _ = book.anonymous().get_root("/livez").await.expect(200);
}

async fn a_flood_does_not_lock_users_tokens_out(book: &Book) {
    let book = limited(book, |_| ()).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    let ada = acting_as(&book, "ada", "read").await;
    let other = acting_as(&book, "ada", "read").await;
    let flood = || bad_key(&book).get("/users");
    let _ = exhaust(401, flood).await;
    // Also the first request with a token.
    let first = ada.get("/users/me").await.expect(200);
    assert_eq!(parameter(&first, "RateLimit", "credential", "r"), u64::from(BURST) - 1);
    // One user is one caller, whatever tokens it has.
    let _ = refused(200, || ada.get("/users/me"), || other.get("/users/me")).await;
    // Tokens that are none are part of the flood.
    let forged = book.with_key(&forged());
    let _ = exhaust(401, || forged.get("/users/me")).await;
}

/// What has the form of a token.
fn forged() -> String {
    let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
    format!(
        "{}.{}.c2lnbmF0dXJl",
        encode(r#"{"alg":"EdDSA","kid":"daybook-none"}"#),
        encode("{}")
    )
}

async fn a_valid_credential_is_not_counted_by_its_address(book: &Book) {
    let book = limited(book, |_| ()).await;
    let mut left = Vec::new();
    for _ in 0..4 {
        let reader = book.key("reader").await;
        let _ = reader.get("/users").await.expect(200);
        let refused = bad_key(&book).get("/users").await.problem("unauthenticated", 401);
        left.push(parameter(&refused, "RateLimit", "address", "r"));
    }
    // Four bad keys were counted, and no good one; some may have come again.
    assert_eq!(left[0], u64::from(BURST) - 1, "{left:?}");
    assert!(left[3] >= u64::from(BURST) - 4, "{left:?}");
}

async fn a_refusal_for_asking_too_much_comes_before_all_but_401_and_leaves_nothing(book: &Book) {
    let book = limited(book, |_| ()).await;
    let writer = book.key("writer").await;
    let exhausting = || writer.get("/users");
    let forbidden = || writer.post("/keys", &json!({"name": "x", "role": "admin"}));
    let no_json = || writer.post("/transactions", &json!({})).body("x", "text/plain");
    let asked = book.leaves_no_trace(async || {
        let _ = refused(200, exhausting, forbidden).await;
        let _ = refused(200, exhausting, no_json).await;
        let _ = refused(200, exhausting, || writer.get("/transactions?limit=none")).await;
    });
    asked.await;
    // Where one has come again meanwhile, it is a transaction like any other.
    let _ = refused(200, exhausting, || writer.post("/transactions", &credit("ada", "1.00"))).await;
    let _ = exhaust(403, forbidden).await;
}

async fn a_trusted_proxy_is_believed_whom_it_asks_for_and_nobody_else(book: &Book) {
    let ask = |book: &Book, client: &str| bad_key(book).get("/users").header("X-Forwarded-For", client);
    let trusting = limited(book, |settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let _ = exhaust(401, || ask(&trusting, "198.51.100.7, 192.0.2.1")).await;
    // What a client puts before its own address makes it no other client.
    let _ = ask(&trusting, "203.0.113.9, 192.0.2.1")
        .await
        .problem("rate_limited", 429);
    let _ = ask(&trusting, "192.0.2.2").await.problem("unauthenticated", 401);

    let wary = limited(book, |_| ()).await;
    let _ = exhaust(401, || ask(&wary, "192.0.2.1")).await;
    let _ = ask(&wary, "192.0.2.2").await.problem("rate_limited", 429);
}

async fn nobody_is_limited_by_default(book: &Book) {
    for request in [book.get("/users"), bad_key(book).get("/users"), book.get_root("/")] {
        let answer = request.await;
        for header in ["RateLimit", "RateLimit-Policy", "Retry-After"] {
            assert_eq!(answer.maybe_header(header), None, "{}", answer.request);
        }
    }
}
