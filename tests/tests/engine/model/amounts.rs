//! Amounts as the contract writes them, and in minor units.

use super::{MINOR_MAX, Minor, Refusal};
use crate::steps::CURRENCIES;

/// An amount in minor units; what the currency does not have is refused.
pub(super) fn minor(text: &str, currency: usize) -> Result<Minor, Refusal> {
    let places = CURRENCIES[currency].1;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > places {
        return Err(Refusal::of("validation_failed"));
    }
    let digits = format!("{whole}{part:0<places$}");
    let minor: Minor = digits.parse().expect("the generator writes digits");
    if minor > MINOR_MAX {
        return Err(Refusal::of("validation_failed"));
    }
    Ok(sign * minor)
}

/// The same, of what cannot be nothing.
pub(super) fn positive(text: &str, currency: usize) -> Result<Minor, Refusal> {
    let amount = minor(text, currency)?;
    if amount > 0 {
        Ok(amount)
    } else {
        Err(Refusal::of("validation_failed"))
    }
}

/// An amount as the contract shows it.
pub(crate) fn show(minor: Minor, currency: usize) -> String {
    let places = CURRENCIES[currency].1;
    let digits = format!("{:0>width$}", minor.abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let sign = if minor < 0 { "-" } else { "" };
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}
