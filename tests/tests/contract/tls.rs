//! TLS on the server's own connections: section 19 of the contract.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use tests::program::{Folder, Serving, run};
use tests::tls::{Authority, exchange};
use tests::wire::{RawAnswer, Wire};
use tests::{Book, OPERATOR_KEY, eventually, on_both};
use tokio::io::AsyncWriteExt;

use crate::command_line::{complaint, empty_database};

on_both!(
    requests_are_answered_over_tls,
    what_is_no_request_is_a_problem_inside_tls,
    what_is_no_tls_is_closed_without_an_answer,
    a_slow_handshake_and_a_slow_head_are_cut_off,
    a_new_certificate_is_served_after_sighup_and_a_bad_one_never,
    files_that_do_not_serve_stop_the_start,
);

/// The server's limits for handshakes and heads are 5 s.
const CUT_OFF_WITHIN: Duration = Duration::from_secs(15);

fn get(path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

/// Another server, with a certificate of `authority`.
async fn with_tls(book: &Book, authority: &Authority, folder: &Path) -> Book {
    authority.issue_into(folder);
    let files = api::TlsFiles {
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    };
    book.with_settings(|settings| settings.tls = Some(files)).await
}

async fn requests_are_answered_over_tls(book: &Book) {
    let (authority, folder) = (Authority::new(), Folder::empty());
    let book = with_tls(book, &authority, folder.path()).await;
    for version in [&TLS12, &TLS13] {
        let mut stream = authority
            .connect(book.address(), &[version])
            .await
            .expect("a handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let received = exchange(&mut stream, &get("/api/v1/users")).await;
        let answer = RawAnswer::parse(received.as_bytes());
        assert_eq!(answer.status, 200, "{received}");
        assert!(answer.body["data"].is_array(), "{received}");
        let strict = answer
            .header("Strict-Transport-Security")
            .expect("TLS alone from now on");
        assert!(strict.starts_with("max-age="), "{strict}");
    }
}

async fn what_is_no_request_is_a_problem_inside_tls(book: &Book) {
    let (authority, folder) = (Authority::new(), Folder::empty());
    let book = with_tls(book, &authority, folder.path()).await;
    for bytes in [&b"HELLO\r\n\r\n"[..], b"GET /livez HTTP/1.1\r\nno colon at all\r\n\r\n"] {
        let mut stream = authority.connect(book.address(), &[&TLS13]).await.expect("a handshake");
        let received = exchange(&mut stream, bytes).await;
        let answer = RawAnswer::parse(received.as_bytes());
        assert_eq!(answer.status, 400, "{received}");
        assert_eq!(answer.body["code"], "malformed_request", "{received}");
        assert_eq!(answer.body["request_id"].as_str(), answer.header("X-Request-Id"));
    }
}

async fn what_is_no_tls_is_closed_without_an_answer(book: &Book) {
    let (authority, folder) = (Authority::new(), Folder::empty());
    let book = with_tls(book, &authority, folder.path()).await;
    let mut wire = Wire::open(book.address()).await;
    wire.send(&get("/livez")).await;
    let rest = wire.rest().await;
    assert!(!rest.contains("HTTP/1.1"), "{rest:?}");
    // Whoever trusts another authority is not served.
    assert!(Authority::new().connect(book.address(), &[&TLS13]).await.is_err());
    assert!(authority.connect(book.address(), &[&TLS13]).await.is_ok());
}

async fn a_slow_handshake_and_a_slow_head_are_cut_off(book: &Book) {
    let (authority, folder) = (Authority::new(), Folder::empty());
    let book = with_tls(book, &authority, folder.path()).await;
    let silent = async {
        let begun_at = Instant::now();
        let mut wire = Wire::open(book.address()).await;
        // The beginning of a handshake.
        wire.send(b"\x16\x03\x01").await;
        assert!(!wire.rest().await.contains("HTTP"));
        assert!(begun_at.elapsed() < CUT_OFF_WITHIN, "{:?}", begun_at.elapsed());
    };
    let slow = async {
        let mut stream = authority.connect(book.address(), &[&TLS13]).await.expect("a handshake");
        let received = exchange(&mut stream, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n").await;
        let answer = RawAnswer::parse(received.as_bytes());
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (408, &"request_timeout".into()),
            "{received}"
        );
    };
    tokio::join!(silent, slow);
}

/// The certificate that a server shows now.
async fn shown(authority: &Authority, serving: &Serving) -> Vec<u8> {
    let mut stream = authority
        .connect(serving.address(), &[&TLS13])
        .await
        .expect("a handshake");
    let certs = stream.get_ref().1.peer_certificates().expect("a server shows its own");
    let cert = certs[0].to_vec();
    stream.shutdown().await.expect("the server reads");
    cert
}

async fn a_new_certificate_is_served_after_sighup_and_a_bad_one_never(book: &Book) {
    let (authority, folder, database) = (Authority::new(), Folder::empty(), empty_database(book).await);
    authority.issue_into(folder.path());
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let arguments = [
        &["serve", "--migrate", "auto", "--database-url", database.url()][..],
        &tls,
    ]
    .concat();
    let serving = Serving::start(folder.path(), &arguments).await;
    let mut serving = serving.unwrap_or_else(|(status, said)| panic!("it ended {status}: {said}"));
    assert!(serving.said().contains("https://127.0.0.1:"), "{}", serving.said());
    let limit = Duration::from_secs(20);
    let first = shown(&authority, &serving).await;

    fs::write(folder.path().join("key.pem"), "-----BEGIN PRIVATE KEY-----\nhush\n").expect("the folder is writable");
    serving.hang_up();
    eventually("the bad key is told", limit, async || {
        serving.said().contains("--tls-key must be").then_some(())
    })
    .await;
    assert!(!serving.said().contains("hush"), "{}", serving.said());
    assert_eq!(shown(&authority, &serving).await, first, "the old one is still served");

    authority.issue_into(folder.path());
    let mut old = authority
        .connect(serving.address(), &[&TLS13])
        .await
        .expect("a handshake");
    serving.hang_up();
    eventually("the new certificate is served", limit, async || {
        (shown(&authority, &serving).await != first).then_some(())
    })
    .await;
    // A connection that was there goes on.
    assert!(exchange(&mut old, &get("/livez")).await.starts_with("HTTP/1.1 200 "));
    serving.terminate();
    assert!(
        serving.ended(Duration::from_secs(35)).await.success(),
        "{}",
        serving.said()
    );
}

async fn files_that_do_not_serve_stop_the_start(_: &Book) {
    let (authority, folder, other) = (Authority::new(), Folder::empty(), Folder::empty());
    authority.issue_into(folder.path());
    authority.issue_into(other.path());
    let others_key = other.path().join("key.pem");
    let others_key = others_key.to_str().expect("a path of text");
    fs::write(folder.path().join("empty.pem"), "").expect("the folder is writable");
    for (cert, key, named) in [
        ("cert.pem", "nowhere.pem", "--tls-key must be"),
        ("nowhere.pem", "key.pem", "--tls-cert must be"),
        ("empty.pem", "key.pem", "--tls-cert must be"),
        ("cert.pem", "empty.pem", "--tls-key must be"),
        ("cert.pem", "cert.pem", "--tls-key must be"),
        ("cert.pem", others_key, "--tls-cert and --tls-key must be"),
    ] {
        let before = folder.files();
        let said = complaint(&run(folder.path(), &["serve", "--tls-cert", cert, "--tls-key", key]), 2);
        assert!(said.contains(named), "{cert}, {key}: {said}");
        assert_eq!(folder.files(), before, "a refused start leaves no file");
    }
}
