//! The values that the generator writes, as the engine is handed them.

use std::collections::BTreeMap;

use service::money::{AmountText, Currency, CurrencyCode};
use service::value::{Category, Day, FullName, MetadataPatch, Name, Reference, Text, TimeZone, Timestamp, UserId};

use super::steps::{CURRENCIES, GIVEN_CURRENCIES, USERS, ZONES};

pub(crate) fn user_id(number: usize) -> UserId {
    UserId::parse(USERS[number]).expect("a user's id")
}

pub(crate) fn known_currency(number: usize) -> Currency {
    let (code, exponent) = CURRENCIES[number];
    if number < GIVEN_CURRENCIES {
        return Currency::parse(code).expect("a currency");
    }
    Currency {
        code: CurrencyCode::parse_own(code).expect("a currency's code"),
        exponent: u8::try_from(exponent).expect("a few decimals"),
    }
}

pub(crate) fn zone(number: usize) -> TimeZone {
    TimeZone::parse(ZONES[number]).expect("a time zone")
}

pub(crate) fn plain_name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

pub(crate) fn full_name(name: &str) -> FullName {
    FullName::parse(name).expect("a name")
}

pub(crate) fn text(given: &str) -> Text {
    Text::parse(given).expect("a text")
}

pub(crate) fn category(name: &str) -> Category {
    Category::parse(name).expect("a category")
}

pub(crate) fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

pub(crate) fn unsigned(amount: &str) -> AmountText {
    AmountText::parse(amount).expect("an amount")
}

pub(crate) fn signed(amount: &str) -> AmountText {
    AmountText::parse_signed(amount).expect("an amount")
}

pub(crate) fn time(given: &str) -> Timestamp {
    Timestamp::parse(given).expect("a time")
}

pub(crate) fn patch(colour: Option<&str>) -> MetadataPatch {
    let members = BTreeMap::from([("colour".to_owned(), colour.map(str::to_owned))]);
    MetadataPatch::parse("metadata", members).expect("metadata")
}

pub(crate) fn day(given: &str) -> Day {
    Day::parse(given).expect("a day")
}
