//! Currencies: their codes, their exponents, and how an amount of one is shown.

use std::fmt;

use super::iso4217;
use crate::value::{ValueCode, ValueError};

/// Most characters of a currency's code; ISO 4217 has three, a ledger's own may have more.
const CODE_CHARS_MAX: usize = 12;

/// Least characters of the code of a ledger's own.
const OWN_CODE_CHARS_MIN: usize = 3;

/// A currency's code, in upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CurrencyCode([u8; CODE_CHARS_MAX]);

impl CurrencyCode {
    /// The default currency of a ledger that names none.
    pub const USD: Self = Self(*b"USD\0\0\0\0\0\0\0\0\0");

    /// A code as it was stored; what does not fit is none.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        let mut code = [0; CODE_CHARS_MAX];
        code.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self(code))
    }

    /// Reads the code of a currency that a ledger makes for itself.
    ///
    /// # Errors
    /// `invalid_format`; `not_allowed` for a code of ISO 4217, which cannot be given another meaning.
    pub fn parse_own(text: &str) -> Result<Self, ValueError> {
        let is_code = (OWN_CODE_CHARS_MIN..=CODE_CHARS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if iso4217::is_taken(text) {
            return Err(ValueError::new(
                ValueCode::NotAllowed,
                "ISO 4217 has this code, which cannot be given another meaning.",
            ));
        }
        Self::from_stored(text).filter(|_| is_code).ok_or_else(|| {
            ValueError::new(
                ValueCode::InvalidFormat,
                "Must be 3 to 12 of the characters A-Z, 0-9 and _, such as GOLD_PT.",
            )
        })
    }

    /// The code's letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(CODE_CHARS_MAX);
        self.0
            .get(..end)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl serde::Serialize for CurrencyCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for CurrencyCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_stored(&text).ok_or_else(|| serde::de::Error::custom("not a currency's code"))
    }
}

/// A currency: its code, and how many decimals its major unit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    /// The code.
    pub code: CurrencyCode,
    /// Decimals of the major unit: 2 for USD, 0 for JPY.
    pub exponent: u8,
}

impl Currency {
    /// US dollars.
    pub const USD: Self = Self {
        code: CurrencyCode::USD,
        exponent: 2,
    };

    /// Finds a currency of ISO 4217 that has an exponent.
    ///
    /// # Errors
    /// `unknown_currency`: another code, lower case, or a unit without an exponent such as XAU.
    pub fn parse(code: &str) -> Result<Self, ValueError> {
        let unknown = || {
            ValueError::new(
                ValueCode::UnknownCurrency,
                "Must be the ISO 4217 code of a currency in upper case, such as USD, or a currency of the ledger's own.",
            )
        };
        let exponent = iso4217::exponent(code).ok_or_else(unknown)?;
        Ok(Self {
            code: CurrencyCode::from_stored(code).ok_or_else(unknown)?,
            exponent,
        })
    }

    /// Every currency of ISO 4217 that has an exponent, with its name, by code.
    pub fn iso_4217() -> impl Iterator<Item = (Self, &'static str)> {
        iso4217::ALL.iter().filter_map(|(code, exponent, name)| {
            let code = CurrencyCode::from_stored(code)?;
            let exponent = *exponent;
            Some((Self { code, exponent }, *name))
        })
    }

    /// Writes `minor` units as the contract shows them: exactly the currency's decimals, `-` where negative.
    #[must_use]
    pub fn format(self, minor: i128) -> String {
        let decimals = usize::from(self.exponent);
        let sign = if minor < 0 { "-" } else { "" };
        // One digit more than the decimals, so that there is always one before the point.
        let width = decimals.saturating_add(1);
        let mut text = format!("{sign}{:0width$}", minor.unsigned_abs());
        if decimals > 0 {
            text.insert(text.len().saturating_sub(decimals), '.');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_answered_with_exactly_its_decimals() {
        let shown = |minor: i128, code: &str| Currency::parse(code).unwrap().format(minor);
        assert_eq!(shown(2050, "USD"), "20.50");
        assert_eq!(shown(5, "USD"), "0.05");
        assert_eq!(shown(-5, "USD"), "-0.05");
        assert_eq!(shown(0, "USD"), "0.00");
        assert_eq!(shown(7, "JPY"), "7");
        assert_eq!(shown(1, "CLF"), "0.0001");
        assert_eq!(shown(i128::from(i64::MAX) * 4, "USD"), "368934881474191032.28");
    }

    #[test]
    fn a_ledgers_own_code_is_none_of_iso_4217() {
        for code in ["GOLD_PT", "ABC", "123", "_X_", "ABCDEFGHIJKL"] {
            assert_eq!(CurrencyCode::parse_own(code).unwrap().as_str(), code);
        }
        for code in ["", "AB", "gold", "GOLD-PT", "ABCDEFGHIJKLM", "GÖLD", "A B"] {
            assert_eq!(
                CurrencyCode::parse_own(code).unwrap_err().code,
                ValueCode::InvalidFormat,
                "{code:?}"
            );
        }
        for code in ["USD", "JPY", "XAU", "XXX"] {
            assert_eq!(
                CurrencyCode::parse_own(code).unwrap_err().code,
                ValueCode::NotAllowed,
                "{code}"
            );
        }
    }

    #[test]
    fn units_without_an_exponent_are_no_currencies() {
        for code in ["XAU", "XXX", "XDR", "XTS", "usd", "US", "USDD", "", "ZZZ"] {
            assert_eq!(
                Currency::parse(code).unwrap_err().code,
                ValueCode::UnknownCurrency,
                "{code:?}"
            );
        }
    }
}
