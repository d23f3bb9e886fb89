//! Instants as integers: one representation in Rust and SQL, whose order is the order in time.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::{Day, ValueCode, ValueError};

/// Microseconds in a day of UTC.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// An instant as it is written: a zero for each digit.
const TEXT_FORM: &[u8; 27] = b"0000-00-00T00:00:00.000000Z";
/// The first year of an instant that is accepted; one to spare, so that no time zone leads out of the calendar.
const YEAR_MIN: i32 = 2;
/// The last year of an instant that is accepted.
const YEAR_MAX: i32 = 9998;

/// An instant in UTC: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `micros` microseconds after the epoch, as read from the database.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time with its offset; digits past microseconds are cut.
    ///
    /// # Errors
    /// `invalid_format` for anything else, a time without an offset and a leap second included; `out_of_range` for a
    /// UTC year outside 0002–9998.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refused = || {
            ValueError::new(
                ValueCode::InvalidFormat,
                "Must be an RFC 3339 time with an offset, such as 2026-01-31T09:30:00Z.",
            )
        };
        if !is_spelt_as_a_time(text.as_bytes()) {
            return Err(refused());
        }
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| refused())?;
        let utc = time.with_timezone(&Utc);
        if !(YEAR_MIN..=YEAR_MAX).contains(&utc.year()) {
            return Err(ValueError::new(
                ValueCode::OutOfRange,
                "The year must be between 0002 and 9998.",
            ));
        }
        Ok(Self::from_chrono(&utc))
    }

    /// The day of UTC that the instant falls on.
    #[must_use]
    pub fn utc_day(self) -> Day {
        // An i64 of microseconds has fewer days than an i32 holds.
        Day::from_days(i32::try_from(self.0.div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX))
    }

    pub(super) fn from_chrono(time: &DateTime<impl chrono::TimeZone>) -> Self {
        Self(time.timestamp_micros())
    }

    pub(super) fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// The instant in RFC 3339, to the microsecond. A page has dozens of them, and with a general formatter they cost
    /// as much as all its other members.
    fn text(self) -> [u8; TEXT_FORM.len()] {
        let time = self.to_utc().naive_utc();
        let year = u32::try_from(time.year()).unwrap_or_default().min(9999);
        let (month, day) = (time.month(), time.day());
        let (hour, minute, second, micros) = (time.hour(), time.minute(), time.second(), time.nanosecond() / 1000);
        let mut text = *TEXT_FORM;
        let fields = text.split_mut(|byte| *byte != b'0');
        for (field, number) in fields.zip([year, month, day, hour, minute, second, micros]) {
            let mut rest = number;
            for digit in field.iter_mut().rev() {
                *digit = b'0' | u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
        }
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Whether the text has the form of RFC 3339, section 5.6. The parser also takes blanks for `T`, other signs for `-`, and
/// a second 60 in any minute, which it would move to the next; an instant here has no room for leap seconds at all.
fn is_spelt_as_a_time(text: &[u8]) -> bool {
    const DATE_TIME: &[u8] = b"0000-00-00T00:00:00";
    const OFFSET: &[u8] = b"+00:00";
    let Some((date_time, rest)) = text.split_at_checked(DATE_TIME.len()) else {
        return false;
    };
    let rest = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0).unwrap_or_default()
        }
        _ => rest,
    };
    has_form(date_time, DATE_TIME) && !date_time.ends_with(b"60") && (has_form(rest, b"Z") || has_form(rest, OFFSET))
}

/// Whether the text has a digit where `form` has one, either sign for a plus, and else the same letters in either case.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    text.len() == form.len()
        && text.iter().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'+' => matches!(byte, b'+' | b'-'),
            other => byte.eq_ignore_ascii_case(other),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_answered_in_utc_with_microseconds() {
        let shown = |text: &str| Timestamp::parse(text).unwrap().to_string();
        assert_eq!(shown("2026-01-31T09:30:00Z"), "2026-01-31T09:30:00.000000Z");
        assert_eq!(
            shown("2026-01-31T09:30:00.1234567+02:00"),
            "2026-01-31T07:30:00.123456Z"
        );
        assert_eq!(shown("0002-01-01T00:00:00Z"), "0002-01-01T00:00:00.000000Z");
        assert_eq!(shown("1969-12-31T23:59:59.9999999Z"), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn a_time_without_an_offset_or_out_of_range_is_refused() {
        let code = |text: &str| Timestamp::parse(text).unwrap_err().code;
        for text in [
            "2026-01-31T09:30:00",
            "2026-01-31",
            "yesterday",
            "",
            "2026-02-30T00:00:00Z",
        ] {
            assert_eq!(code(text), ValueCode::InvalidFormat, "{text:?}");
        }
        for text in ["0001-12-31T23:59:59Z", "9999-01-01T00:00:00Z"] {
            assert_eq!(code(text), ValueCode::OutOfRange, "{text:?}");
        }
    }

    #[test]
    fn a_time_is_spelt_as_the_standard_says() {
        for text in [
            "2026-01-31T09:30:00Z",
            "2026-01-31t09:30:00z",
            "2026-01-31T09:30:00.1+23:59",
            "2026-01-31T09:30:00.123456789012-00:00",
        ] {
            assert!(Timestamp::parse(text).is_ok(), "{text:?}");
        }
        for text in [
            "2026-01-31T12:30:60Z",
            "2026-12-31T23:59:60Z",
            "2026-01-31T09:30:00\u{2212}02:00",
            "2026-01-31 09:30:00Z",
            "2026-01-31T09:30:00 +02:00",
            "2026-01-31T09:30:00+0200",
            "2026-01-31T09:30:00+02",
            "2026-01-31T09:30:00.Z",
            "2026-01-31T09:30:00,5Z",
            "2026-01-31T09:30:00UTC",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text:?}");
        }
    }
}
