//! Readers of single JSON values: functions from a [`Tree`] to a value.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use service::value::{ValueCode, ValueError};

use super::Tree;
use crate::names;

/// A value, or why it was refused.
pub(crate) type Read<T> = Result<T, ValueError>;

/// Reads a JSON string with `parse`.
pub(crate) fn text<T>(parse: impl FnOnce(&str) -> Read<T>) -> impl FnOnce(Tree) -> Read<T> {
    |value| match value {
        Tree::Text(text) => parse(&text),
        other => Err(wrong_type("a string", &other)),
    }
}

/// Reads one of the names of an enum; all are listed in the refusal.
pub(crate) fn one_of<T: Copy>(all: &'static [T], name_of: impl Fn(T) -> &'static str) -> impl FnOnce(Tree) -> Read<T> {
    text(move |text| {
        names::find(text, all, name_of)
            .map_err(|unnamed| ValueError::new(ValueCode::InvalidFormat, unnamed.to_string()))
    })
}

/// Reads a JSON boolean.
pub(crate) fn flag(value: Tree) -> Read<bool> {
    match value {
        Tree::Bool(flag) => Ok(flag),
        other => Err(wrong_type("a boolean", &other)),
    }
}

/// Reads a JSON list with so many items.
pub(crate) fn list(count: RangeInclusive<usize>) -> impl FnOnce(Tree) -> Read<Vec<Tree>> {
    move |value| match value {
        Tree::List(items) if items.len() < *count.start() => {
            let detail = format!("Must have {} items at least.", count.start());
            Err(ValueError::new(ValueCode::TooShort, detail))
        }
        Tree::List(items) if items.len() > *count.end() => {
            let detail = format!("Must have {} items at most.", count.end());
            Err(ValueError::new(ValueCode::TooMany, detail))
        }
        Tree::List(items) => Ok(items),
        other => Err(wrong_type("a list", &other)),
    }
}

/// Reads a JSON number that is whole and in `range`; one that is written with a point or an exponent is none.
pub(crate) fn whole_number<T>(range: RangeInclusive<T>) -> impl FnOnce(Tree) -> Read<T>
where
    T: FromStr + PartialOrd + Display,
{
    move |value| {
        let Tree::Number(text) = &value else {
            return Err(wrong_type("a whole number", &value));
        };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let detail = format!("Must be a whole number from {} to {}.", range.start(), range.end());
            ValueError::new(ValueCode::OutOfRange, detail)
        })
    }
}

pub(super) fn wrong_type(expected: &str, found: &Tree) -> ValueError {
    ValueError::new(
        ValueCode::InvalidType,
        format!("Must be {expected}, not {}.", found.kind()),
    )
}
