//! Amounts as text, and how they become minor units.

use rust_decimal::Decimal;

use super::Currency;
use crate::value::{ValueCode, ValueError};

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

    /// Whether both are worth the same, however many zeros they end in.
    #[must_use]
    pub fn is_worth(&self, other: &Self) -> bool {
        self.decimal.is_some() && self.decimal == other.decimal
    }

    /// The amount without the zeros that it may end in; `None` for one of more digits than any amount has.
    #[must_use]
    pub fn shortest(&self) -> Option<String> {
        self.decimal.map(|decimal| decimal.normalize().to_string())
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
    fn spellings_of_one_amount_are_worth_the_same() {
        let amount = |text: &str| AmountText::parse(text).unwrap();
        for text in ["20", "20.5", "0.10"] {
            let longer = amount(&format!("{text}{}", if text.contains('.') { "0" } else { ".00" }));
            assert!(amount(text).is_worth(&longer), "{text}");
            assert_eq!(amount(text).shortest(), longer.shortest(), "{text}");
        }
        assert!(!amount("20.5").is_worth(&amount("20.05")));
        assert_eq!(amount("100").shortest().as_deref(), Some("100"));
        let endless = amount(&"9".repeat(60));
        assert!(!endless.is_worth(&endless));
        assert_eq!(endless.shortest(), None);
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
}
