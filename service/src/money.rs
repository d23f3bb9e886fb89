//! Money as integers: currencies with their exponents, and amounts as minor units.
//!
//! 20.00 USD is the integer 2000. No float exists anywhere in the workspace; text becomes an integer here and back.

mod iso4217;

use std::fmt;

use rust_decimal::Decimal;

use crate::value::{ValueCode, ValueError};

/// Most characters of a currency's code; ISO 4217 has three, a ledger's own may have more.
const CODE_CHARS_MAX: usize = 12;

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
    /// Finds a currency of ISO 4217 that has an exponent.
    ///
    /// # Errors
    /// `unknown_currency`: another code, lower case, or a unit without an exponent such as XAU.
    pub fn parse(code: &str) -> Result<Self, ValueError> {
        let unknown = || {
            ValueError::new(
                ValueCode::UnknownCurrency,
                "Must be an ISO 4217 code of a currency in upper case, such as USD.",
            )
        };
        let exponent = iso4217::exponent(code).ok_or_else(unknown)?;
        Ok(Self {
            code: CurrencyCode::from_stored(code).ok_or_else(unknown)?,
            exponent,
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

/// An amount as the caller wrote it: in major units, not yet of a currency.
///
/// The grammar is `(0|[1-9][0-9]*)(\.[0-9]+)?`, for some members with a leading `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountText {
    /// `None`: well formed, but with more digits than any amount has.
    decimal: Option<Decimal>,
    decimals: usize,
    is_negative: bool,
    /// More whole units than 2^63−1: out of the range of a currency without decimals, and so of every currency.
    beyond_every_currency: bool,
}

impl AmountText {
    /// Reads an amount without a sign.
    ///
    /// # Errors
    /// `invalid_format`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if !follows_grammar(text) {
            return Err(ValueError::new(
                ValueCode::InvalidFormat,
                "Must be an amount in major units as text: digits, and at most one point between digits.",
            ));
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        // Only the exact reading: the ordinary one rounds beyond 28 digits without a word.
        Ok(Self {
            decimal: Decimal::from_str_exact(text).ok(),
            decimals: fraction.len(),
            is_negative: false,
            beyond_every_currency: whole.parse::<i64>().is_err(),
        })
    }

    /// Reads an amount that may carry a leading `-`.
    ///
    /// # Errors
    /// `invalid_format`.
    pub fn parse_signed(text: &str) -> Result<Self, ValueError> {
        let Some(magnitude) = text.strip_prefix('-') else {
            return Self::parse(text);
        };
        let amount = Self::parse(magnitude)?;
        let negated = |mut decimal: Decimal| {
            decimal.set_sign_negative(true);
            decimal
        };
        Ok(Self {
            decimal: amount.decimal.map(negated),
            is_negative: true,
            ..amount
        })
    }

    /// The amount in minor units of `currency`: never rounded.
    ///
    /// # Errors
    /// `too_many_decimals` for more than the currency has, trailing zeros included; `out_of_range` beyond 2^63−1.
    pub fn minor_units(&self, currency: Currency) -> Result<i64, ValueError> {
        if self.decimals > usize::from(currency.exponent) {
            let detail = match currency.exponent {
                0 => format!("{} has no decimals.", currency.code),
                exponent => format!("{} has at most {exponent} decimals.", currency.code),
            };
            return Err(ValueError::new(ValueCode::TooManyDecimals, detail));
        }
        self.scaled_to(currency.exponent).ok_or_else(beyond_range)
    }

    /// As [`Self::minor_units`], and greater than zero.
    ///
    /// # Errors
    /// Those, and `out_of_range` for zero.
    pub fn positive_minor_units(&self, currency: Currency) -> Result<i64, ValueError> {
        self.check_positive()?;
        self.minor_units(currency)
    }

    /// Refuses what is out of range in every currency.
    ///
    /// # Errors
    /// `out_of_range`.
    pub fn check_range(&self) -> Result<(), ValueError> {
        if self.beyond_every_currency {
            return Err(beyond_range());
        }
        Ok(())
    }

    /// Refuses zero, for which no currency is needed.
    ///
    /// # Errors
    /// `out_of_range`.
    pub fn check_positive(&self) -> Result<(), ValueError> {
        match self.decimal {
            Some(decimal) if decimal <= Decimal::ZERO => {
                Err(ValueError::new(ValueCode::OutOfRange, "Must be greater than zero."))
            }
            _ => Ok(()),
        }
    }

    /// Whether the amount is above zero; used where a sign is allowed.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.is_negative && self.decimal != Some(Decimal::ZERO)
    }

    fn scaled_to(&self, exponent: u8) -> Option<i64> {
        let decimal = self.decimal?;
        let missing = u32::from(exponent).checked_sub(decimal.scale())?;
        let minor = decimal.mantissa().checked_mul(10_i128.checked_pow(missing)?)?;
        // The magnitude is bounded alike on both sides, so that every stored amount can be negated.
        i64::try_from(minor).ok().filter(|minor| *minor != i64::MIN)
    }
}

fn beyond_range() -> ValueError {
    ValueError::new(
        ValueCode::OutOfRange,
        "Must be at most 9223372036854775807 minor units of the currency.",
    )
}

fn follows_grammar(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

/// Divides and rounds half to even; None where there is nothing to divide by.
#[must_use]
pub fn average_half_even(total: i128, count: i64) -> Option<i128> {
    let count = i128::from(count);
    let floor = total.checked_div_euclid(count)?;
    let twice_rest = total.checked_rem_euclid(count)?.checked_mul(2)?;
    let up = match twice_rest.cmp(&count) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => floor.rem_euclid(2) == 1,
        std::cmp::Ordering::Greater => true,
    };
    floor.checked_add(i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::parse("USD").unwrap()
    }

    #[test]
    fn amounts_follow_the_grammar_or_are_refused() {
        for text in ["0", "20", "20.5", "20.50", "9223372036854775807", "0.01"] {
            assert!(AmountText::parse(text).is_ok(), "{text:?}");
        }
        for text in [
            "", "-1", "+1", "1e3", " 1", "1 ", ".5", "5.", "1_000", "1,5", "01", "00", "NaN", "１", "1.2.3", "0x1",
            "1\0",
        ] {
            assert_eq!(
                AmountText::parse(text).unwrap_err().code,
                ValueCode::InvalidFormat,
                "{text:?}"
            );
        }
    }

    #[test]
    fn minor_units_are_exact_or_refused() {
        let minor = |text: &str, code: &str| {
            AmountText::parse(text)
                .unwrap()
                .minor_units(Currency::parse(code).unwrap())
                .map_err(|error| error.code)
        };
        assert_eq!(minor("20.5", "USD"), Ok(2050));
        assert_eq!(minor("1", "JPY"), Ok(1));
        assert_eq!(minor("1.234", "KWD"), Ok(1234));
        assert_eq!(minor("1.0", "JPY"), Err(ValueCode::TooManyDecimals));
        assert_eq!(minor("1.005", "USD"), Err(ValueCode::TooManyDecimals));
        assert_eq!(minor("92233720368547758.07", "USD"), Ok(i64::MAX));
        assert_eq!(minor("92233720368547758.08", "USD"), Err(ValueCode::OutOfRange));
        assert_eq!(minor(&"9".repeat(60), "USD"), Err(ValueCode::OutOfRange));
        assert_eq!(
            minor(&format!("0.{}", "0".repeat(60)), "USD"),
            Err(ValueCode::TooManyDecimals)
        );
    }

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
    fn units_without_an_exponent_are_no_currencies() {
        for code in ["XAU", "XXX", "XDR", "XTS", "usd", "US", "USDD", "", "ZZZ"] {
            assert_eq!(
                Currency::parse(code).unwrap_err().code,
                ValueCode::UnknownCurrency,
                "{code:?}"
            );
        }
    }

    #[test]
    fn zero_is_not_positive_and_signs_are_read_where_allowed() {
        assert_eq!(
            AmountText::parse("0.00")
                .unwrap()
                .positive_minor_units(usd())
                .unwrap_err()
                .code,
            ValueCode::OutOfRange
        );
        assert_eq!(AmountText::parse_signed("-20.5").unwrap().minor_units(usd()), Ok(-2050));
        assert!(AmountText::parse_signed("--1").is_err());
    }

    #[test]
    fn averages_round_half_to_even() {
        let cases = [
            (5, 2, 2),
            (7, 2, 4),
            (-5, 2, -2),
            (-7, 2, -4),
            (350_000, 3, 116_667),
            (1, 3, 0),
            (2, 3, 1),
        ];
        for (total, count, average) in cases {
            assert_eq!(average_half_even(total, count), Some(average), "{total}/{count}");
        }
        assert_eq!(average_half_even(1, 0), None);
    }
}
