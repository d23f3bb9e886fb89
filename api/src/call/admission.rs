//! Who asks, whether the role allows it, and which ledger it is about.

use actix_web::http::header::{self, HeaderMap};

use service::record::Role;
use service::{Bearer, Credential, Daybook};

use super::UserAccess;
use crate::problem::{FORBIDDEN_TO_USERS, Problem};

/// The header with which an operator picks a ledger.
pub(crate) const LEDGER: &str = "daybook-ledger";
/// The ledger of an operator that picks none.
pub(crate) const LEDGER_DEFAULT: &str = "main";

/// Finds the bearer of the key or the token in `Authorization`.
///
/// # Errors
/// `unauthenticated`; 503.
pub(super) async fn authenticate(daybook: &Daybook, headers: &HeaderMap) -> Result<Credential, Problem> {
    let secret = bearer(headers).ok_or_else(Problem::unauthenticated)?;
    daybook.authenticate(secret).await?.ok_or_else(Problem::unauthenticated)
}

/// The key of a `Bearer` scheme, given once.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, secret) = value.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !secret.is_empty()).then_some(secret)
}

/// Refuses a role that does less than `needed`, and a user's token that may not do what `users` says.
///
/// # Errors
/// `forbidden`.
pub(super) fn check_access(credential: &Credential, needed: Role, users: UserAccess) -> Result<(), Problem> {
    match &credential.bearer {
        Bearer::Key { role, .. } if role.covers(needed) => Ok(()),
        Bearer::Key { role, .. } => Err(Problem::forbidden(format!(
            "This needs the role {}; the key has the role {}.",
            needed.as_str(),
            role.as_str()
        ))),
        Bearer::User { scope, .. } if users.scope().is_some_and(|needed| scope.covers(needed)) => Ok(()),
        Bearer::User { .. } => Err(Problem::forbidden(FORBIDDEN_TO_USERS)),
    }
}

/// Refuses a ledger that is not the key's own.
///
/// # Errors
/// `forbidden`.
pub(super) fn check_ledger(credential: &Credential, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(own) = &credential.ledger else {
        return Ok(());
    };
    if headers.get_all(LEDGER).all(|name| name.as_bytes() == own.as_bytes()) {
        Ok(())
    } else {
        Err(Problem::forbidden("This credential belongs to another ledger."))
    }
}

/// The ledger that the request is about: the key's own, or the one that an operator picks.
///
/// # Errors
/// `malformed_request` for a header that comes twice or is no text.
pub(super) fn ledger_name(credential: &Credential, headers: &HeaderMap) -> Result<String, Problem> {
    if let Some(own) = &credential.ledger {
        return Ok(own.clone());
    }
    let mut names = headers.get_all(LEDGER);
    match (names.next(), names.next()) {
        (None, _) => Ok(LEDGER_DEFAULT.to_owned()),
        (Some(name), None) => name
            .to_str()
            .map(str::to_owned)
            .map_err(|_| Problem::malformed("Daybook-Ledger is not text.")),
        (Some(_), Some(_)) => Err(Problem::malformed("Daybook-Ledger is given more than once.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use uuid::Uuid;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn credential(role: Role, ledger: Option<&str>) -> Credential {
        Credential {
            bearer: Bearer::Key { id: Uuid::nil(), role },
            ledger: ledger.map(str::to_owned),
        }
    }

    #[test]
    fn only_one_bearer_key_counts() {
        let read = |values: &[&str]| bearer(&headers("authorization", values)).map(str::to_owned);
        assert_eq!(read(&["Bearer dbk_1"]).as_deref(), Some("dbk_1"));
        assert_eq!(read(&["bearer  dbk_1 "]).as_deref(), Some("dbk_1"));
        for values in [
            &[][..],
            &["dbk_1"],
            &["Basic dbk_1"],
            &["Bearer "],
            &["Bearer a", "Bearer a"],
        ] {
            assert_eq!(read(values), None, "{values:?}");
        }
    }

    #[test]
    fn a_key_reaches_its_own_ledger_and_an_operator_any() {
        let tenant = credential(Role::Admin, Some("shop"));
        let operator = credential(Role::Operator, None);
        let named = |name: &str| headers(LEDGER, &[name]);
        assert!(check_ledger(&tenant, &named("shop")).is_ok());
        assert!(check_ledger(&tenant, &named("main")).is_err());
        assert!(check_ledger(&operator, &named("shop")).is_ok());
        assert_eq!(ledger_name(&tenant, &HeaderMap::new()).unwrap(), "shop");
        assert_eq!(ledger_name(&operator, &HeaderMap::new()).unwrap(), "main");
        assert_eq!(ledger_name(&operator, &named("shop")).unwrap(), "shop");
        assert!(ledger_name(&operator, &headers(LEDGER, &["a", "b"])).is_err());
    }
}
