//! Money as integers: currencies with their exponents, and amounts as minor units.
//!
//! 20.00 USD is the integer 2000. No float exists anywhere in the workspace; text becomes an integer here and back.

mod amount;
mod currency;
mod iso4217;

pub use amount::AmountText;
pub use currency::{Currency, CurrencyCode};

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
