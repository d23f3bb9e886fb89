//! A token taken apart: which bearers are tokens, and what one says before anybody has looked whether it is true.
//!
//! A token is a JWS in its compact form (RFC 7515, section 7.1) with the claims of RFC 7519. What points to a key
//! (`jwk`, `jku`, `x5u`, `x5c`) is never followed; what must be understood and is not (`crit`) refuses the token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;

use super::Refused;
use crate::record::TokenScope;
use crate::value::{LedgerName, UserId};

/// Most characters of a token.
const TOKEN_CHARS_MAX: usize = 8 * 1024;
/// How far the clocks of whoever made a token and of whoever checks it may be apart, in seconds.
pub(super) const LEEWAY_S: u64 = 10;

/// A token's parts, and its header.
pub(super) struct Compact<'a> {
    pub(super) algorithm: Algorithm,
    /// The key that it names.
    pub(super) kid: String,
    /// What is signed.
    pub(super) message: &'a str,
    payload: &'a str,
    pub(super) signature: &'a str,
}

/// The members of a header that count.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

impl<'a> Compact<'a> {
    /// Takes `bearer` apart; `None` where it is no token but a key: anything whose first of three parts is no JSON object
    /// that names an algorithm.
    pub(super) fn parse(bearer: &'a str) -> Option<Result<Self, Refused>> {
        let (message, signature) = bearer.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        if bearer.len() > TOKEN_CHARS_MAX {
            return Some(Err(Refused("it is too long")));
        }
        let json = URL_SAFE_NO_PAD.decode(header).ok()?;
        let members: Value = serde_json::from_slice(&json).ok()?;
        members.get("alg")?;
        if payload.contains('.') {
            return Some(Err(Refused("it has more than three parts")));
        }
        Some(read_header(&json, &members).map(|(algorithm, kid)| Self {
            algorithm,
            kid,
            message,
            payload,
            signature,
        }))
    }

    /// What it says, to be believed once its signature is found right.
    pub(super) fn claims(&self) -> Result<Claims, Refused> {
        let json = URL_SAFE_NO_PAD.decode(self.payload).ok();
        let claims = json.and_then(|json| serde_json::from_slice(&json).ok());
        claims.ok_or(Refused("its claims cannot be read"))
    }
}

/// The algorithm and the key: the four algorithms that there are, each of a key pair.
fn read_header(json: &[u8], members: &Value) -> Result<(Algorithm, String), Refused> {
    if members.get("crit").is_some() {
        return Err(Refused("it has a header that must be understood"));
    }
    // Read from the text: a member that comes twice is refused.
    let header: Header = serde_json::from_slice(json).map_err(|_| Refused("its header cannot be read"))?;
    let algorithm = find_algorithm(&header.alg).ok_or(Refused("its algorithm is none that is accepted"))?;
    Ok((algorithm, header.kid))
}

/// The algorithm called `name`, where tokens may have it.
pub(in crate::access) fn find_algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "EdDSA" => Some(Algorithm::EdDSA),
        "ES256" => Some(Algorithm::ES256),
        "RS256" => Some(Algorithm::RS256),
        "PS256" => Some(Algorithm::PS256),
        _ => None,
    }
}

/// What a token says. Times are whole seconds since the epoch: a text or a fraction is none (CVE-2026-25537).
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: u64,
    #[serde(default)]
    nbf: Option<u64>,
    daybook_ledger: String,
    scope: String,
}

/// One name, or several (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Claims {
    /// Refuses what was made by another, for another, or for another time than `now_s`.
    pub(super) fn check(&self, issuer: &str, audience: &str, now_s: u64) -> Result<(), Refused> {
        if self.iss != issuer {
            return Err(Refused("it is of another issuer"));
        }
        let is_for_us = match &self.aud {
            Audience::One(name) => name == audience,
            Audience::Many(names) => names.iter().any(|name| name == audience),
        };
        if !is_for_us {
            return Err(Refused("it is for another audience"));
        }
        if self.exp.saturating_add(LEEWAY_S) <= now_s {
            return Err(Refused("it is over"));
        }
        if self.nbf.is_some_and(|nbf| nbf > now_s.saturating_add(LEEWAY_S)) {
            return Err(Refused("it is not valid yet"));
        }
        Ok(())
    }

    /// Whom its bearer acts as, in which ledger, and what it may do: the most of the words of its scope, of which those
    /// that mean nothing here are passed over (RFC 6749, section 3.3).
    pub(super) fn read(self) -> Result<(UserId, String, TokenScope), Refused> {
        let user_id = UserId::parse(&self.sub).map_err(|_| Refused("its subject is no user id"))?;
        let scopes = self.scope.split(' ').filter_map(TokenScope::from_name);
        let scope = scopes.reduce(|most, other| if most.covers(other) { most } else { other });
        let scope = scope.ok_or(Refused("its scope allows nothing here"))?;
        let ledger = LedgerName::parse(&self.daybook_ledger).map_err(|_| Refused("its ledger has no name of one"))?;
        Ok((user_id, ledger.into_string(), scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload),
            URL_SAFE_NO_PAD.encode("signature")
        )
    }

    #[test]
    fn what_has_the_form_of_a_token_is_one_and_all_else_is_a_key() {
        let is_token = |text: &str| Compact::parse(text).is_some();
        assert!(is_token(&token(r#"{"alg":"none"}"#, "{}")));
        assert!(is_token(&token(r#"{"alg":1}"#, "{}")));
        for key in [
            "dbk_0123",
            "an.operators.key-of-its-own",
            "a.b",
            &token(r#"{"typ":"JWT"}"#, "{}"),
            &token(r#"["alg"]"#, "{}"),
            "..",
            "",
        ] {
            assert!(!is_token(key), "{key}");
        }
    }

    #[test]
    fn a_header_is_read_strictly() {
        let read = |header: &str| Compact::parse(&token(header, "{}")).is_some_and(|parsed| parsed.is_ok());
        for name in ["EdDSA", "ES256", "RS256", "PS256"] {
            assert!(read(&format!(r#"{{"alg":"{name}","kid":"k","typ":"JWT"}}"#)), "{name}");
        }
        assert!(read(
            r#"{"alg":"EdDSA","kid":"k","jku":"https://evil.example","jwk":{}}"#
        ));
        for header in [
            r#"{"alg":"none","kid":"k"}"#,
            r#"{"alg":"HS256","kid":"k"}"#,
            r#"{"alg":"ES384","kid":"k"}"#,
            r#"{"alg":"eddsa","kid":"k"}"#,
            r#"{"alg":"EdDSA"}"#,
            r#"{"alg":"EdDSA","kid":7}"#,
            r#"{"alg":"EdDSA","alg":"none","kid":"k"}"#,
            r#"{"alg":"EdDSA","kid":"k","kid":"l"}"#,
            r#"{"alg":"EdDSA","kid":"k","crit":["b64"]}"#,
            r#"{"alg":"EdDSA","kid":"k","crit":null}"#,
        ] {
            assert!(!read(header), "{header}");
        }
        assert!(
            Compact::parse(&format!("{}.x", token(r#"{"alg":"EdDSA","kid":"k"}"#, "{}")))
                .is_none_or(|read| read.is_err())
        );
    }

    #[test]
    fn the_library_is_none_of_those_that_take_a_text_for_an_end() {
        let lock = include_str!("../../../../Cargo.lock");
        let (_, after) = lock.split_once("name = \"jsonwebtoken\"\nversion = \"").unwrap();
        let version: Vec<u32> = after
            .split('"')
            .next()
            .unwrap()
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect();
        assert!(version >= vec![10, 3, 0], "{version:?}");
    }

    fn claims(json: &str) -> Option<Claims> {
        let token = token(r#"{"alg":"EdDSA","kid":"k"}"#, json);
        Compact::parse(&token)?.ok()?.claims().ok()
    }

    fn with_exp(exp: &str) -> String {
        format!(
            r#"{{"iss":"i","aud":["a","b"],"sub":"ada","exp":{exp},"nbf":100,"daybook_ledger":"main","scope":"openid read write"}}"#
        )
    }

    #[test]
    fn an_end_is_a_whole_number_of_seconds() {
        assert!(claims(&with_exp("200")).is_some());
        for exp in ["\"200\"", "200.0", "2e2", "-1", "null", "[200]", "18446744073709551616"] {
            assert!(claims(&with_exp(exp)).is_none(), "{exp}");
        }
        assert!(claims(r#"{"iss":"i","aud":"a","sub":"ada","daybook_ledger":"main","scope":"read"}"#).is_none());
    }

    #[test]
    fn issuer_audience_and_times_are_checked_to_the_second() {
        let claims = claims(&with_exp("200")).unwrap();
        assert!(claims.check("i", "b", 150).is_ok());
        assert!(claims.check("j", "b", 150).is_err());
        assert!(claims.check("i", "c", 150).is_err());
        assert!(claims.check("i", "a", 200 + LEEWAY_S - 1).is_ok());
        assert!(claims.check("i", "a", 200 + LEEWAY_S).is_err());
        assert!(claims.check("i", "a", 100 - LEEWAY_S).is_ok());
        assert!(claims.check("i", "a", 100 - LEEWAY_S - 1).is_err());
    }

    #[test]
    fn a_scope_is_the_most_of_its_words_and_a_subject_is_a_user() {
        let read = |sub: &str, scope: &str| {
            let json = with_exp("200").replace("ada", sub).replace("openid read write", scope);
            claims(&json).unwrap().read().ok().map(|(_, _, scope)| scope)
        };
        assert_eq!(read("ada", "read"), Some(TokenScope::Read));
        assert_eq!(read("ada", "write read"), Some(TokenScope::Write));
        assert_eq!(read("ada", "openid read write"), Some(TokenScope::Write));
        for (sub, scope) in [
            ("ada", ""),
            ("ada", "openid"),
            ("ada", "READ"),
            ("me", "read"),
            ("a/b", "read"),
            ("", "read"),
        ] {
            assert_eq!(read(sub, scope), None, "{sub} {scope}");
        }
    }
}
