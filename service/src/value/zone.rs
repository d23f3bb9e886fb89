//! IANA time zones: which calendar day an instant falls on for a user.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::{GapInfo, Tz};

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

    /// The first moment of `day` for somebody who lives in the zone: midnight, the earlier of two; where the clocks skip
    /// it, when they go on. A day that the zone has left out begins, and ends, with the next.
    #[must_use]
    pub fn start_of(self, day: Day) -> Timestamp {
        let midnight = day.date().and_time(NaiveTime::MIN);
        let first = self.0.from_local_datetime(&midnight).earliest();
        let first = first.or_else(|| GapInfo::new(&midnight, &self.0)?.end);
        first.map_or_else(
            || Timestamp::from_chrono(&midnight.and_utc()),
            |first| Timestamp::from_chrono(&first),
        )
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
    fn a_day_begins_where_the_day_before_ends() {
        let zones = [
            "UTC",
            "America/New_York",
            "America/Havana",
            "America/Sao_Paulo",
            "America/St_Johns",
            "Africa/Cairo",
            "Asia/Beirut",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Pacific/Kwajalein",
            "Pacific/Kiritimati",
        ];
        for zone in zones.map(|name| TimeZone::parse(name).unwrap()) {
            for number in -40_000..30_000 {
                let day = Day::from_days(number);
                let start = zone.start_of(day);
                assert!(zone.day_of(start) >= day, "{} {day}", zone.name());
                let before = Timestamp::from_micros(start.micros() - 1);
                assert!(zone.day_of(before) < day, "{} {day}", zone.name());
            }
        }
    }

    #[test]
    fn a_day_begins_when_the_clocks_say_so() {
        for (zone, day, start) in [
            ("UTC", "2026-03-29", "2026-03-29T00:00:00Z"),
            ("Asia/Tokyo", "2026-03-29", "2026-03-28T15:00:00Z"),
            // No midnight: the clocks go from 24:00 to 01:00.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            // Two midnights: they go back at 01:00.
            ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
            // No such day.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ] {
            let shown = TimeZone::parse(zone).unwrap().start_of(Day::parse(day).unwrap());
            assert_eq!(shown, Timestamp::parse(start).unwrap(), "{zone} {day}: {shown}");
        }
    }

    #[test]
    fn the_first_and_last_dates_that_can_be_written_begin() {
        for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let zone = TimeZone::parse(zone).unwrap();
            let [first, last] = ["0000-01-01", "9999-12-31"].map(|day| zone.start_of(Day::parse(day).unwrap()));
            assert!(first < Timestamp::parse("0002-01-01T00:00:00Z").unwrap());
            assert!(last > Timestamp::parse("9998-12-31T23:59:59Z").unwrap());
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
