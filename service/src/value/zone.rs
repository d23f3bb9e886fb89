//! IANA time zones: which calendar day an instant falls on for a user.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::{Day, Timestamp, ValueCode, ValueError};

/// An IANA time zone, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZone(Tz);

impl TimeZone {
    /// Coordinated universal time: the default of a user and the zone of a ledger's own statistics.
    pub const UTC: Self = Self(Tz::UTC);

    /// Finds the zone called `name`, in the spelling of the IANA database.
    ///
    /// # Errors
    /// `unknown_time_zone`.
    pub fn parse(name: &str) -> Result<Self, ValueError> {
        Tz::from_str(name).map(Self).map_err(|_| {
            ValueError::new(
                ValueCode::UnknownTimeZone,
                "Must be the name of an IANA time zone, such as Africa/Accra.",
            )
        })
    }

    /// The zone's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day that `at` falls on for somebody who lives in the zone.
    #[must_use]
    pub fn day_of(self, at: Timestamp) -> Day {
        let local: NaiveDate = at.to_utc().with_timezone(&self.0).date_naive();
        Day::from_days_of_common_era(local.num_days_from_ce())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_falls_on_another_day_in_another_zone() {
        let at = Timestamp::parse("2026-01-31T23:30:00Z").unwrap();
        let day = |zone: &str| TimeZone::parse(zone).unwrap().day_of(at).to_string();
        assert_eq!(day("UTC"), "2026-01-31");
        assert_eq!(day("Asia/Tokyo"), "2026-02-01");
        assert_eq!(day("America/New_York"), "2026-01-31");
    }

    #[test]
    fn the_first_and_last_instants_have_a_day_everywhere() {
        for text in ["0002-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z"] {
            let at = Timestamp::parse(text).unwrap();
            for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
                let shown = TimeZone::parse(zone).unwrap().day_of(at).to_string();
                assert_eq!(Day::parse(&shown).unwrap().to_string(), shown);
            }
        }
    }

    #[test]
    fn a_zone_that_does_not_exist_is_unknown() {
        assert_eq!(
            TimeZone::parse("Mars/Olympus").unwrap_err().code,
            ValueCode::UnknownTimeZone
        );
    }
}
