//! Tokens made by hand, as an identity provider makes them and as somebody who is none would.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use service::access::{IdentityProvider, KeySource};
use tests::Book;
use tests::body::with;
use tests::program::Folder;

/// Who the provider of the suite is, and for whom it makes tokens.
pub(super) const ISSUER: &str = "https://id.example";
pub(super) const AUDIENCE: &str = "daybook-of-the-suite";

/// The keys of RSA and of P-256 that the suite signs with: drawn for it, and of use nowhere else.
pub(super) fn drawn() -> Value {
    serde_json::from_str(include_str!("keys.json")).expect("the file holds JSON")
}

/// An Ed25519 key of the suite; another for each number.
pub(super) fn ed25519(number: u8) -> EncodingKey {
    let start = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    EncodingKey::from_ed_der(&[&start[..], &[number; 32]].concat())
}

/// Its public half, as a provider publishes it under `kid`.
pub(super) fn ed25519_jwk(number: u8, kid: &str) -> Value {
    let public = SigningKey::from_bytes(&[number; 32]).verifying_key().to_bytes();
    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "x": encode(public)})
}

/// A key of [`drawn`] as a provider publishes it.
pub(super) fn drawn_jwk(name: &str, more: Value) -> Value {
    with(drawn()[name]["jwk"].clone(), more)
}

/// The private half of a key of [`drawn`].
pub(super) fn drawn_private(name: &str) -> Vec<u8> {
    let text = drawn()[name]["private"].as_str().expect("a private key").to_owned();
    URL_SAFE_NO_PAD.decode(text).expect("base64")
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the provider says of the user: for an hour.
pub(super) fn claims(user_id: &str, scope: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": user_id, "exp": now() + 3600, "daybook_ledger": "main", "scope": scope,
    })
}

/// Seconds since the epoch.
pub(super) fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.expect("it is after 1970").as_secs()
}

/// A token with this header and these claims, signed by `key` as by `algorithm`, whatever the header says.
pub(super) fn forge(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).expect("the key signs");
    format!("{message}.{signature}")
}

/// A token of the provider's key `ed`.
pub(super) fn token(claims: &Value) -> String {
    forge(
        &json!({"alg": "EdDSA", "kid": "ed"}),
        claims,
        &ed25519(1),
        Algorithm::EdDSA,
    )
}

/// The provider whose keys `folder` holds.
pub(super) fn provider(keys: KeySource) -> IdentityProvider {
    IdentityProvider {
        keys,
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
    }
}

/// A server that accepts tokens signed by these keys, which lie in `folder`.
pub(super) async fn served_with(book: &Book, folder: &Folder, keys: &[Value]) -> Book {
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, json!({"keys": keys}).to_string()).expect("the folder is writable");
    let provider = provider(KeySource::File(path));
    book.with_settings(|settings| settings.identity_provider = Some(provider))
        .await
}

/// A server that accepts tokens of the provider's four keys.
pub(super) async fn with_provider(book: &Book, folder: &Folder) -> Book {
    let keys = [
        ed25519_jwk(1, "ed"),
        drawn_jwk("ec", json!({"kid": "ec"})),
        drawn_jwk("rsa", json!({"kid": "rsa"})),
        drawn_jwk("rsa", json!({"kid": "pss", "alg": "PS256"})),
        drawn_jwk("weak", json!({"kid": "weak"})),
    ];
    served_with(book, folder, &keys).await
}
