//! The keys of an identity provider: from a file that changes, and from a server that may be away.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use service::access::KeySource;
use tests::body::credit;
use tests::program::Folder;
use tests::{Book, Client, eventually, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::forge::{claims, ed25519, ed25519_jwk, forge, provider, served_with, token};

/// A key that is not known is looked for again within this time.
const SEEN_WITHIN: Duration = Duration::from_secs(15);

on_both!(
    a_file_that_changed_is_read_again,
    keys_are_fetched_and_unknown_ones_looked_for_at_a_bounded_rate,
    a_provider_that_is_away_is_waited_for,
    a_provider_that_answers_otherwise_gives_no_keys,
    who_goes_away_does_not_stop_the_keys_from_being_read,
    a_provider_that_hangs_is_asked_once_at_a_time,
);

/// A server of one answer, which can be changed.
struct Answering {
    url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    /// Whether its answers wait.
    held: watch::Sender<bool>,
}

impl Answering {
    async fn start(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/jwks", listener.local_addr().expect("an address"));
        let (answer, asked) = (Arc::new(Mutex::new(answer)), Arc::new(AtomicUsize::new(0)));
        let (told, count) = (Arc::clone(&answer), Arc::clone(&asked));
        let held = watch::Sender::new(false);
        let mut holding = held.subscribe();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                if holding.wait_for(|is_held| !is_held).await.is_err() {
                    break;
                }
                let answer = told.lock().expect("nobody panics here").clone();
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self {
            url,
            answer,
            asked,
            held,
        }
    }

    fn tell(&self, answer: String) {
        *self.answer.lock().expect("nobody panics here") = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn keys(all: &[Value]) -> String {
    answer("200 OK", &json!({"keys": all}).to_string())
}

async fn served_from(book: &Book, url: &str) -> Book {
    let provider = provider(KeySource::Url(url.to_owned()));
    let served = book
        .with_settings(|settings| settings.identity_provider = Some(provider))
        .await;
    let _ = served.create(&credit("ada", "20.00")).await;
    served
}

/// A token that key `number` signs by the name `kid`.
fn signed(number: u8, kid: &str) -> String {
    let header = json!({"alg": "EdDSA", "kid": kid});
    forge(&header, &claims("ada", "read"), &ed25519(number), Algorithm::EdDSA)
}

async fn becomes(client: &Client, status: u16) {
    eventually(&format!("the answer becomes {status}"), SEEN_WITHIN, async || {
        (client.get("/users/me").await.status == status).then_some(())
    })
    .await;
}

async fn a_file_that_changed_is_read_again(book: &Book) {
    let folder = Folder::empty();
    let book = &served_with(book, &folder, &[ed25519_jwk(1, "ed")]).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    let (old, new) = (
        book.with_key(&token(&claims("ada", "read"))),
        book.with_key(&signed(2, "new")),
    );
    let _ = old.get("/users/me").await.expect(200);
    let _ = new.get("/users/me").await.problem("unauthenticated", 401);
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, json!({"keys": [ed25519_jwk(2, "new")]}).to_string()).expect("the folder is writable");
    becomes(&new, 200).await;
    becomes(&old, 401).await;
    // A file that is no set leaves what was known.
    std::fs::write(&path, "{").expect("the folder is writable");
    let _ = book
        .with_key(&signed(1, "none"))
        .get("/users/me")
        .await
        .problem("unauthenticated", 401);
    let _ = new.get("/users/me").await.expect(200);
}

async fn keys_are_fetched_and_unknown_ones_looked_for_at_a_bounded_rate(book: &Book) {
    let answering = Answering::start(keys(&[ed25519_jwk(1, "ed")])).await;
    let book = &served_from(book, &answering.url).await;
    let known = book.with_key(&token(&claims("ada", "read")));
    for _ in 0..20 {
        let _ = known.get("/users/me").await.expect(200);
    }
    assert_eq!(answering.asked(), 1, "known keys are kept");
    let begun = std::time::Instant::now();
    for number in 0..100 {
        let unknown = book.with_key(&signed(2, &format!("unknown-{number}")));
        let _ = unknown.get("/users/me").await.problem("unauthenticated", 401);
    }
    let periods = usize::try_from(begun.elapsed().as_secs() / 5).expect("a small number");
    assert!(answering.asked() <= 2 + periods, "{} fetches", answering.asked());
    answering.tell(keys(&[ed25519_jwk(1, "ed"), ed25519_jwk(2, "new")]));
    becomes(&book.with_key(&signed(2, "new")), 200).await;
}

async fn a_provider_that_is_away_is_waited_for(book: &Book) {
    let answering = Answering::start(answer("503 Service Unavailable", "")).await;
    let book = &served_from(book, &answering.url).await;
    let client = book.with_key(&token(&claims("ada", "read")));
    let _ = client.get("/users/me").await.problem("unavailable", 503);
    let _ = book.get("/users/ada").await.expect(200);
    answering.tell(keys(&[ed25519_jwk(1, "ed")]));
    becomes(&client, 200).await;
    answering.tell(answer("500 Internal Server Error", "{}"));
    let _ = book
        .with_key(&signed(2, "unknown"))
        .get("/users/me")
        .await
        .problem("unauthenticated", 401);
    let _ = client.get("/users/me").await.expect(200);
}

async fn a_provider_that_answers_otherwise_gives_no_keys(book: &Book) {
    let elsewhere = Answering::start(keys(&[ed25519_jwk(1, "ed")])).await;
    let redirection = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        elsewhere.url
    );
    let mut large = json!({"keys": [ed25519_jwk(1, "ed")]});
    large["more"] = json!("x".repeat(300 * 1024));
    for told in [
        redirection,
        answer("200 OK", &large.to_string()),
        answer("200 OK", "no JSON"),
        keys(&[]),
    ] {
        let answering = Answering::start(told).await;
        let book = &served_from(book, &answering.url).await;
        let client = book.with_key(&token(&claims("ada", "read")));
        let _ = client.get("/users/me").await.problem("unavailable", 503);
        assert!(answering.asked() >= 1);
    }
    assert_eq!(elsewhere.asked(), 0, "no redirection is followed");
}

/// Waits until the provider was asked so often.
async fn is_asked(answering: &Answering, count: usize) {
    eventually(
        &format!("the provider is asked {count} times"),
        SEEN_WITHIN,
        async || (answering.asked() >= count).then_some(()),
    )
    .await;
}

async fn who_goes_away_does_not_stop_the_keys_from_being_read(book: &Book) {
    let answering = Answering::start(answer("503 Service Unavailable", "")).await;
    let book = &served_from(book, &answering.url).await;
    answering.held.send_replace(true);
    let before = answering.asked();
    let mut gone = TcpStream::connect(book.address()).await.expect("a connection");
    let request = format!(
        "GET /api/v1/users/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        signed(2, "unknown")
    );
    gone.write_all(request.as_bytes()).await.expect("the request is sent");
    is_asked(&answering, before + 1).await;
    gone.set_zero_linger().expect("a connection can be reset");
    drop(gone);
    answering.tell(keys(&[ed25519_jwk(1, "ed")]));
    answering.held.send_replace(false);
    let client = book.with_key(&token(&claims("ada", "read")));
    becomes(&client, 200).await;
    assert_eq!(answering.asked(), before + 1, "what was asked for came in");
}

async fn a_provider_that_hangs_is_asked_once_at_a_time(book: &Book) {
    let answering = Answering::start(keys(&[ed25519_jwk(1, "ed")])).await;
    let book = &served_from(book, &answering.url).await;
    let client = book.with_key(&token(&claims("ada", "read")));
    answering.held.send_replace(true);
    let (mut unknown, begun) = (Vec::new(), std::time::Instant::now());
    let mut ask = || {
        let client = book.with_key(&signed(2, &format!("unknown-{}", unknown.len())));
        unknown.push(tokio::spawn(async move { client.get("/users/me").await }));
    };
    // At first the keys were read a moment ago.
    eventually("the provider is asked again", SEEN_WITHIN, async || {
        ask();
        (answering.asked() >= 2).then_some(())
    })
    .await;
    for _ in 0..20 {
        ask();
    }
    let _ = client.get("/users/me").await.expect(200);
    for asked in unknown {
        let _ = asked.await.expect("it is answered").problem("unauthenticated", 401);
    }
    let periods = usize::try_from(begun.elapsed().as_secs() / 5).expect("a small number");
    assert!(answering.asked() <= 2 + periods, "{} fetches", answering.asked());
    // All waited for one look, which is given up after 5 s, and nobody for one of its own.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let _ = client.get("/users/me").await.expect(200);
}
