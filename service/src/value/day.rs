//! Days as integers: one representation in Rust, SQL and JSON, whose order is the order in time.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::{ValueCode, ValueError};

/// Days from 0001-01-01 (day 1 of the common era) to 1970-01-01.
const EPOCH_DAYS_OF_COMMON_ERA: i32 = 719_163;

/// A calendar day: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i32);

impl Day {
    /// The day `days` days after 1970-01-01, as read from the database.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    pub(super) fn from_days_of_common_era(days: i32) -> Self {
        Self(days.saturating_sub(EPOCH_DAYS_OF_COMMON_ERA))
    }

    /// Reads a date such as `2026-01-31`.
    ///
    /// # Errors
    /// `invalid_format`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refused = || ValueError::new(ValueCode::InvalidFormat, "Must be a date such as 2026-01-31.");
        // The parser also takes 2026-1-31 and signs: the length and the digits settle the rest.
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(refused());
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| refused())?;
        Ok(Self::from_days_of_common_era(date.num_days_from_ce()))
    }

    /// The day as a date of the Gregorian calendar.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(EPOCH_DAYS_OF_COMMON_ERA)).unwrap_or_default()
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The Monday of the day's week.
    #[must_use]
    pub fn week_start(self) -> Self {
        let from_monday = i32::try_from(self.date().weekday().num_days_from_monday()).unwrap_or_default();
        Self(self.0.saturating_sub(from_monday))
    }

    /// The first day of the day's month.
    #[must_use]
    pub fn month_start(self) -> Self {
        let from_first = i32::try_from(self.date().day0()).unwrap_or_default();
        Self(self.0.saturating_sub(from_first))
    }

    /// The Sunday of the day's week.
    #[must_use]
    pub fn week_end(self) -> Self {
        Self(self.week_start().0.saturating_add(6))
    }

    /// The last day of the day's month.
    #[must_use]
    pub fn month_end(self) -> Self {
        let days = i32::from(self.date().num_days_in_month());
        Self(self.month_start().0.saturating_add(days).saturating_sub(1))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(formatter)
    }
}

impl<'de> serde::Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| serde::de::Error::custom(error.detail))
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Timestamp;

    #[test]
    fn a_day_knows_its_week_and_its_month() {
        let day = Day::parse("2026-02-01").unwrap();
        assert_eq!(day.week_start().to_string(), "2026-01-26");
        assert_eq!(day.month_start().to_string(), "2026-02-01");
        assert_eq!(day.week_end().to_string(), "2026-02-01");
        assert_eq!(day.month_end().to_string(), "2026-02-28");
        for (day, end) in [
            ("2024-02-29", "2024-02-29"),
            ("2025-12-01", "2025-12-31"),
            ("2026-04-30", "2026-04-30"),
        ] {
            assert_eq!(Day::parse(day).unwrap().month_end().to_string(), end);
        }
        assert_eq!(Day::from_days(0).to_string(), "1970-01-01");
        assert_eq!(
            Timestamp::parse("1969-12-31T23:59:59Z").unwrap().utc_day(),
            Day::from_days(-1)
        );
    }

    #[test]
    fn a_date_has_one_spelling() {
        for text in ["2026-1-31", "26-01-31", "+026-01-31", "2026-01-32", "2026-01-31T", ""] {
            assert!(Day::parse(text).is_err(), "{text:?}");
        }
    }
}
