//! A JWK Set (RFC 7517), of which the keys count that can check a signature which we accept.
//!
//! Lengths are checked here: the library that verifies takes a short Ed25519 key for a fault of the program's, and any
//! RSA key, however weak.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use crate::access::token::find_algorithm;

/// Most keys of a set.
const KEYS_MAX: usize = 100;
/// Fewest and most bits of an RSA modulus.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=4096;
/// Most bytes of an RSA exponent.
const RSA_EXPONENT_BYTES_MAX: usize = 4;
/// Bytes of a coordinate on P-256.
const P256_BYTES: usize = 32;

/// The keys by their names.
#[derive(Debug)]
pub(super) struct KeySet(HashMap<String, Key>);

#[derive(Debug)]
struct Key {
    /// What it may check.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// The members of a key that count, of any kind.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    /// Reads a set; a key that is of no use here is passed over. Of two with one name the first counts.
    ///
    /// # Errors
    /// One line, where it is no set or has no key of use.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let set: Set = serde_json::from_slice(text).map_err(|_| "that is no JWK Set".to_owned())?;
        if set.keys.len() > KEYS_MAX {
            return Err(format!("there are more than {KEYS_MAX} keys"));
        }
        let mut keys = HashMap::new();
        for value in set.keys {
            if let Some((kid, key)) = serde_json::from_value(value).ok().and_then(read) {
                keys.entry(kid).or_insert(key);
            }
        }
        if keys.is_empty() {
            return Err("no key of it can check EdDSA, ES256, RS256 or PS256".to_owned());
        }
        Ok(Self(keys))
    }

    /// Whether there is a key of this name.
    pub(super) fn has(&self, kid: &str) -> bool {
        self.0.contains_key(kid)
    }

    /// The key of this name, where it may check `algorithm`.
    pub(super) fn find(&self, kid: &str, algorithm: Algorithm) -> Option<DecodingKey> {
        let found = self.0.get(kid).filter(|key| key.algorithms.contains(&algorithm));
        found.map(|found| found.key.clone())
    }
}

/// The key, where it is one of use.
fn read(jwk: Jwk) -> Option<(String, Key)> {
    let signs = jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
        && jwk
            .key_ops
            .as_ref()
            .is_none_or(|all| all.iter().any(|one| one == "verify"));
    if !signs {
        return None;
    }
    let (fitting, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("OKP", Some("Ed25519")) => (vec![Algorithm::EdDSA], ed25519(&jwk)?),
        ("EC", Some("P-256")) => (vec![Algorithm::ES256], p256(&jwk)?),
        ("RSA", _) => (vec![Algorithm::RS256, Algorithm::PS256], rsa(&jwk)?),
        _ => return None,
    };
    let algorithms: Vec<Algorithm> = match jwk.alg.as_deref() {
        None => fitting,
        Some(name) => {
            let own = find_algorithm(name)?;
            fitting.into_iter().filter(|algorithm| *algorithm == own).collect()
        }
    };
    (!algorithms.is_empty()).then_some((jwk.kid, Key { algorithms, key }))
}

fn ed25519(jwk: &Jwk) -> Option<DecodingKey> {
    let bytes: [u8; 32] = decode(jwk.x.as_deref())?.try_into().ok()?;
    let key = VerifyingKey::from_bytes(&bytes).ok()?;
    (!key.is_weak()).then(|| DecodingKey::from_ed_der(&bytes))
}

fn p256(jwk: &Jwk) -> Option<DecodingKey> {
    let (x, y) = (jwk.x.as_deref()?, jwk.y.as_deref()?);
    let is_whole = [x, y]
        .into_iter()
        .all(|text| decode(Some(text)).is_some_and(|bytes| bytes.len() == P256_BYTES));
    is_whole.then(|| DecodingKey::from_ec_components(x, y).ok()).flatten()
}

fn rsa(jwk: &Jwk) -> Option<DecodingKey> {
    let (modulus, exponent) = (decode(jwk.n.as_deref())?, decode(jwk.e.as_deref())?);
    let is_strong = RSA_BITS.contains(&bits(&modulus)) && exponent.len() <= RSA_EXPONENT_BYTES_MAX;
    is_strong.then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

/// Bits of a number in big-endian bytes, without the zeros before it.
fn bits(bytes: &[u8]) -> u32 {
    let mut significant = bytes.iter().skip_while(|byte| **byte == 0);
    let Some(first) = significant.next() else { return 0 };
    let rest = u32::try_from(significant.count()).unwrap_or(u32::MAX);
    rest.saturating_mul(8)
        .saturating_add(8_u32.saturating_sub(first.leading_zeros()))
}

fn decode(text: Option<&str>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The public key of RFC 8037, appendix A.2.
    const ED25519: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn algorithms(jwk: Value) -> Vec<Algorithm> {
        let read = KeySet::parse(json!({"keys": [jwk]}).to_string().as_bytes());
        read.map(|set| set.0["k"].algorithms.clone()).unwrap_or_default()
    }

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    #[test]
    fn a_key_checks_what_its_kind_and_its_own_members_say() {
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": ED25519});
        assert_eq!(algorithms(ed.clone()), [Algorithm::EdDSA]);
        assert_eq!(algorithms(with(ed.clone(), "use", json!("sig"))), [Algorithm::EdDSA]);
        for (name, value) in [
            ("use", json!("enc")),
            ("key_ops", json!(["sign"])),
            ("alg", json!("RS256")),
            ("alg", json!("HS256")),
            ("crv", json!("Ed448")),
            ("x", json!("AAAA")),
            ("x", json!("")),
            ("x", json!("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            ("x", json!(7)),
        ] {
            assert_eq!(algorithms(with(ed.clone(), name, value.clone())), [], "{name} {value}");
        }
        let octets = json!({"kty": "oct", "kid": "k", "k": ED25519, "alg": "HS256"});
        assert_eq!(algorithms(octets), []);
    }

    #[test]
    fn rsa_keys_below_2048_bits_are_refused() {
        let rsa = |bytes: usize, first: u8| {
            let mut modulus = vec![0xff; bytes];
            modulus[0] = first;
            json!({"kty": "RSA", "kid": "k", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"})
        };
        assert_eq!(algorithms(rsa(256, 0x80)), [Algorithm::RS256, Algorithm::PS256]);
        assert_eq!(
            algorithms(with(rsa(256, 0x80), "alg", json!("PS256"))),
            [Algorithm::PS256]
        );
        assert_eq!(algorithms(rsa(257, 0x00)), [Algorithm::RS256, Algorithm::PS256]);
        for weak in [
            rsa(256, 0x7f),
            rsa(128, 0xff),
            rsa(513, 0x01),
            with(rsa(256, 0x80), "e", json!("AQABAQAB")),
        ] {
            assert_eq!(algorithms(weak), []);
        }
    }

    #[test]
    fn a_set_without_a_key_of_use_is_none() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"oct"}]}"#,
            r#"{"keys":{}}"#,
        ] {
            assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
