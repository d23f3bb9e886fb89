//! Tokens that let nobody in.

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::program::Folder;
use tests::{Book, on_both};

use super::forge::{
    claims, drawn, drawn_private, ed25519, ed25519_jwk, encode, forge, now, served_with, token, with_provider,
};

on_both!(
    each_algorithm_of_the_provider_lets_in,
    a_forged_token_lets_nobody_in,
    a_token_of_wrong_claims_lets_nobody_in,
    a_key_serves_its_own_algorithm_alone,
    what_points_to_another_key_is_not_followed,
    a_token_of_another_provider_lets_nobody_in,
);

async fn each_algorithm_of_the_provider_lets_in(book: &Book) {
    let folder = Folder::empty();
    let book = &with_provider(book, &folder).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    let rsa = EncodingKey::from_rsa_der(&drawn_private("rsa"));
    for (kid, name, algorithm, key) in [
        ("ed", "EdDSA", Algorithm::EdDSA, ed25519(1)),
        (
            "ec",
            "ES256",
            Algorithm::ES256,
            EncodingKey::from_ec_der(&drawn_private("ec")),
        ),
        ("rsa", "RS256", Algorithm::RS256, rsa.clone()),
        ("rsa", "PS256", Algorithm::PS256, rsa.clone()),
        ("pss", "PS256", Algorithm::PS256, rsa),
    ] {
        let header = json!({"alg": name, "kid": kid});
        let token = forge(&header, &claims("ada", "openid read"), &key, algorithm);
        let me = book.with_key(&token).get("/users/me").await.expect(200);
        assert_eq!(me.text("id"), "ada", "{kid} {name}");
    }
}

/// Tokens that must let nobody in, each with what is wrong with it.
async fn refuse_all(book: &Book, tokens: Vec<(&str, String)>) {
    assert!(!tokens.is_empty());
    for (what, token) in tokens {
        let refused = book.with_key(&token).get("/users/me").await;
        assert_eq!(refused.status, 401, "{what}: {}", refused.text);
        let refused = refused.problem("unauthenticated", 401);
        assert_eq!(refused.header("WWW-Authenticate"), "Bearer", "{what}");
        assert!(!refused.text.contains(&token), "{what}");
    }
}

async fn a_forged_token_lets_nobody_in(book: &Book) {
    let folder = Folder::empty();
    let book = &with_provider(book, &folder).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    let good = token(&claims("ada", "read"));
    let _ = book.with_key(&good).get("/users/me").await.expect(200);
    refuse_all(book, mangled(&good)).await;
    refuse_all(book, with_bad_headers()).await;
    refuse_all(book, with_public_keys_as_secrets()).await;
    let long = with(claims("ada", "read"), json!({"more": "x".repeat(8 * 1024)}));
    let other = forge(
        &json!({"alg": "EdDSA", "kid": "ed"}),
        &claims("ada", "read"),
        &ed25519(2),
        Algorithm::EdDSA,
    );
    refuse_all(
        book,
        vec![("too long", token(&long)), ("another key's signature", other)],
    )
    .await;
}

/// What can be made of a token without its key.
fn mangled(good: &str) -> Vec<(&'static str, String)> {
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let (header, payload) = message.split_once('.').expect("three parts");
    let none = encode(json!({"alg": "none", "kid": "ed"}).to_string());
    let other = encode(claims("eve", "write").to_string());
    vec![
        ("none", format!("{none}.{payload}.")),
        ("none with a signature", format!("{none}.{payload}.{signature}")),
        ("other claims", format!("{header}.{other}.{signature}")),
        ("no signature", format!("{message}.")),
        ("half a signature", good[..good.len() - 40].to_owned()),
        ("a signature with a byte more", format!("{good}AA")),
        ("four parts", format!("{good}.AAAA")),
        ("no JSON", format!("{header}.{}.{signature}", encode("no JSON"))),
        ("no base64", format!("{header}.{payload}=.{signature}")),
    ]
}

/// Signed by the provider's key, under a header that must not be.
fn with_bad_headers() -> Vec<(&'static str, String)> {
    let headers = [
        ("an unknown kid", json!({"alg": "EdDSA", "kid": "other"})),
        ("no kid", json!({"alg": "EdDSA"})),
        ("a path", json!({"alg": "EdDSA", "kid": "../../../../dev/null"})),
        ("SQL", json!({"alg": "EdDSA", "kid": "x' UNION SELECT 'ed' --"})),
        ("SQL of ours", json!({"alg": "EdDSA", "kid": "daybook-' OR 1=1 --"})),
        ("NUL", json!({"alg": "EdDSA", "kid": "\u{0}"})),
        ("a number", json!({"alg": "EdDSA", "kid": 1})),
        ("crit", json!({"alg": "EdDSA", "kid": "ed", "crit": ["exp"]})),
        ("an alg that is a number", json!({"alg": 1, "kid": "ed"})),
        ("an alg that is null", json!({"alg": null, "kid": "ed"})),
    ];
    let signed = |header: &Value| forge(header, &claims("ada", "read"), &ed25519(1), Algorithm::EdDSA);
    headers.iter().map(|(what, header)| (*what, signed(header))).collect()
}

/// HS256 under what everybody knows.
fn with_public_keys_as_secrets() -> Vec<(&'static str, String)> {
    let pem = drawn()["rsa"]["public_pem"].as_str().expect("text").to_owned();
    let public = ed25519_jwk(1, "ed")["x"].as_str().expect("text").to_owned();
    let bytes = ed25519_dalek::SigningKey::from_bytes(&[1; 32])
        .verifying_key()
        .to_bytes();
    let signed = |kid: &str, secret: &[u8]| {
        let header = json!({"alg": "HS256", "kid": kid});
        forge(
            &header,
            &claims("ada", "read"),
            &EncodingKey::from_secret(secret),
            Algorithm::HS256,
        )
    };
    vec![
        ("PEM", signed("rsa", pem.as_bytes())),
        ("base64", signed("ed", public.as_bytes())),
        ("raw bytes", signed("ed", &bytes)),
    ]
}

async fn a_token_of_wrong_claims_lets_nobody_in(book: &Book) {
    let folder = Folder::empty();
    let book = &with_provider(book, &folder).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    let changed = |name: &str, value: Value| {
        let mut claims = claims("ada", "read");
        claims[name] = value;
        token(&claims)
    };
    let _ = book
        .with_key(&changed("aud", json!(["other", "daybook-of-the-suite"])))
        .get("/users/me")
        .await
        .expect(200);
    let _ = book
        .with_key(&changed("nbf", json!(now())))
        .get("/users/me")
        .await
        .expect(200);
    let mut tokens = Vec::new();
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("daybook")),
        ("iss", json!(["https://id.example"])),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", json!({"daybook-of-the-suite": true})),
        ("exp", json!(now() - 60)),
        ("exp", json!(0)),
        ("exp", json!((now() + 60).to_string())),
        ("exp", json!(4_102_444_800.5)),
        ("exp", json!(true)),
        ("nbf", json!(now() + 600)),
        ("nbf", json!("0")),
        ("sub", json!("me")),
        ("sub", json!("a b")),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("scope", json!("admin")),
        ("scope", json!("")),
        ("scope", json!(["read"])),
        ("daybook_ledger", json!(1)),
        ("daybook_ledger", json!("")),
        ("daybook_ledger", json!("Main")),
        ("daybook_ledger", json!("a\u{0}")),
    ] {
        tokens.push((name, changed(name, value)));
    }
    for name in ["iss", "aud", "exp", "sub", "scope", "daybook_ledger"] {
        let mut claims = claims("ada", "read");
        claims.as_object_mut().expect("an object").remove(name);
        tokens.push((name, token(&claims)));
    }
    refuse_all(book, tokens).await;
}

async fn a_key_serves_its_own_algorithm_alone(book: &Book) {
    let folder = Folder::empty();
    let book = &with_provider(book, &folder).await;
    let rsa = EncodingKey::from_rsa_der(&drawn_private("rsa"));
    let weak = EncodingKey::from_rsa_der(&drawn_private("weak"));
    let of = |alg: &str, kid: &str, key: &EncodingKey, algorithm| {
        forge(&json!({"alg": alg, "kid": kid}), &claims("ada", "read"), key, algorithm)
    };
    let tokens = vec![
        ("RS256 by a key for PS256", of("RS256", "pss", &rsa, Algorithm::RS256)),
        (
            "a header that tells another algorithm",
            of("ES256", "rsa", &rsa, Algorithm::RS256),
        ),
        (
            "RS256 by the name of a key of P-256",
            of("RS256", "ec", &rsa, Algorithm::RS256),
        ),
        (
            "EdDSA by the name of a key of RSA",
            of("EdDSA", "rsa", &ed25519(1), Algorithm::EdDSA),
        ),
        ("RS512", of("RS512", "rsa", &rsa, Algorithm::RS512)),
        ("RSA of 1024 bits", of("RS256", "weak", &weak, Algorithm::RS256)),
    ];
    refuse_all(book, tokens).await;
}

async fn what_points_to_another_key_is_not_followed(book: &Book) {
    let folder = Folder::empty();
    let book = &with_provider(book, &folder).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/jwks", listener.local_addr().expect("an address"));
    for name in ["jku", "x5u"] {
        let header = json!({"alg": "EdDSA", "kid": "evil", name: url, "jwk": ed25519_jwk(2, "evil")});
        let forged = forge(&header, &claims("ada", "read"), &ed25519(2), Algorithm::EdDSA);
        refuse_all(book, vec![(name, forged)]).await;
        // A key of the provider is its own whatever else stands in the header.
        let header = json!({"alg": "EdDSA", "kid": "ed", name: url, "jwk": ed25519_jwk(2, "ed")});
        let forged = forge(&header, &claims("ada", "read"), &ed25519(2), Algorithm::EdDSA);
        refuse_all(book, vec![(name, forged)]).await;
        let signed = forge(&header, &claims("ada", "read"), &ed25519(1), Algorithm::EdDSA);
        let _ = book.with_key(&signed).get("/users/me").await.expect(200);
    }
    let called = tokio::time::timeout(std::time::Duration::from_millis(1), listener.accept()).await;
    assert!(called.is_err(), "nobody fetched what a header points to");
}

async fn a_token_of_another_provider_lets_nobody_in(book: &Book) {
    let folder = Folder::empty();
    let other = &served_with(book, &folder, &[ed25519_jwk(2, "ed")]).await;
    let _ = book.create(&credit("ada", "20.00")).await;
    refuse_all(other, vec![("another provider", token(&claims("ada", "read")))]).await;
    refuse_all(book, vec![("no provider", token(&claims("ada", "read")))]).await;
    // Nor one that another server has made, with a key of its own, for its own ledger `main`.
    let other = &book.on_empty_database(|_| ()).await;
    let _ = other.create(&credit("ada", "20.00")).await;
    let body = json!({"expires_in": 60, "scope": "read"});
    let made = book.post("/users/ada/tokens", &body).await.expect(201);
    refuse_all(other, vec![("another server's", made.text("token").to_owned())]).await;
}
