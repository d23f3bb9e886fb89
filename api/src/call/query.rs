//! The query string, strictly: each parameter once, known, and readable.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use service::query::{PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, PageRequest};

use crate::names;
use crate::problem::Problem;

/// Everything but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of one request that nobody has asked for yet.
#[derive(Debug)]
pub(crate) struct Query {
    parameters: Vec<(String, String)>,
    asked: Vec<&'static str>,
}

impl Query {
    /// What `reader` makes of `text`, the part of a URL after the question mark.
    ///
    /// # Errors
    /// `malformed_request` for a parameter that comes twice, cannot be read, or that the reader does not ask for.
    pub(crate) fn read<T>(text: &str, reader: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        Self::parse(text)?.read_all(reader)
    }

    /// What `reader` makes of the parameters.
    ///
    /// # Errors
    /// `malformed_request` for one that cannot be read, or that the reader does not ask for.
    pub(crate) fn read_all<T>(mut self, reader: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        let value = reader(&mut self)?;
        self.finish()?;
        Ok(value)
    }

    /// A parameter as it was given, before it is read.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Takes `text` apart, the part of a URL after the question mark.
    ///
    /// # Errors
    /// `malformed_request` for a parameter that comes twice or is not UTF-8.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).ok_or_else(|| Problem::malformed("The query is not UTF-8."))?;
            let value = decode(value).ok_or_else(|| Problem::parameter(&name, "The value is not UTF-8."))?;
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(Problem::parameter(&name, "The parameter is given more than once."));
            }
            parameters.push((name, value));
        }
        Ok(Self::of(parameters))
    }

    /// Parameters that came without a URL.
    pub(crate) fn of(parameters: Vec<(String, String)>) -> Self {
        Self {
            parameters,
            asked: Vec::new(),
        }
    }

    /// A parameter that may be absent, read by `parse`.
    ///
    /// # Errors
    /// `malformed_request` that names the parameter and tells what `parse` says.
    pub(crate) fn optional<T, E: Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Problem> {
        self.asked.push(name);
        let Some(index) = self.parameters.iter().position(|(known, _)| known == name) else {
            return Ok(None);
        };
        let (_, value) = self.parameters.swap_remove(index);
        parse(&value)
            .map(Some)
            .map_err(|error| Problem::parameter(name, error.to_string()))
    }

    /// A parameter with one of few names.
    ///
    /// # Errors
    /// `malformed_request` that lists them.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        name: &'static str,
        all: &[T],
        name_of: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Problem> {
        self.optional(name, |text| names::find(text, all, &name_of))
    }

    /// `true` or `false`; absent is false.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, Problem> {
        let flag = self.one_of(name, &[true, false], |flag| if flag { "true" } else { "false" })?;
        Ok(flag.unwrap_or(false))
    }

    /// Which page of a list: `limit` and `cursor`.
    ///
    /// # Errors
    /// `malformed_request` for a limit that is none.
    pub(crate) fn page(&mut self) -> Result<PageRequest, Problem> {
        let limit = self.optional("limit", |text| {
            whole_number(text)
                .and_then(|number| u32::try_from(number).ok())
                .filter(|limit| (1..=PAGE_LIMIT_MAX).contains(limit))
                .ok_or_else(|| format!("Must be a number from 1 to {PAGE_LIMIT_MAX}."))
        })?;
        Ok(PageRequest {
            limit: limit.unwrap_or(PAGE_LIMIT_DEFAULT),
            cursor: self.optional("cursor", |text| Ok::<_, String>(text.to_owned()))?,
        })
    }

    fn finish(&self) -> Result<(), Problem> {
        let Some((name, _)) = self.parameters.first() else {
            return Ok(());
        };
        let detail = if self.asked.is_empty() {
            "There are no parameters here.".to_owned()
        } else {
            format!("There is no such parameter; known are {}.", self.asked.join(", "))
        };
        Err(Problem::parameter(name, detail))
    }

    /// The parameters that were asked for so far.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> &[&'static str] {
        &self.asked
    }
}

/// A whole number of digits alone: no sign, as `FromStr` would allow.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Every parameter of `text` but `left_out`, decoded; what cannot be decoded was refused before.
pub(crate) fn pairs_without(text: &str, left_out: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .filter(|(name, _)| name != left_out)
        .collect()
}

/// The query string `text` with another cursor.
pub(crate) fn with_cursor(text: &str, cursor: &str) -> String {
    let mut pairs = pairs_without(text, "cursor");
    pairs.push(("cursor".to_owned(), cursor.to_owned()));
    let encoded: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    encoded.join("&")
}

fn encode(text: &str) -> impl Display + '_ {
    utf8_percent_encode(text, RESERVED)
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Result<Option<String>, Problem> {
        Query::read(text, |query| {
            query.optional("q", |text| Ok::<_, String>(text.to_owned()))
        })
    }

    #[test]
    fn parameters_are_decoded_and_come_once() {
        assert_eq!(
            word("&q=caf%C3%A9+au%20lait&").unwrap().as_deref(),
            Some("café au lait")
        );
        assert_eq!(word("").unwrap(), None);
        for text in ["q=1&q=2", "q=1&%71=1", "q=%ff", "%ff=1"] {
            assert!(word(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_nobody_asked_for_is_refused() {
        assert!(word("q=5&colour=red").is_err());
    }

    #[test]
    fn a_limit_is_a_number_in_its_range() {
        let limit = |text: &str| Query::read(text, Query::page).map(|page| page.limit);
        assert_eq!(limit("").unwrap(), PAGE_LIMIT_DEFAULT);
        assert_eq!(limit("limit=1").unwrap(), 1);
        assert_eq!(limit("limit=200").unwrap(), 200);
        for text in [
            "limit=0",
            "limit=201",
            "limit=",
            "limit=-1",
            "limit=%2B5",
            "limit=5.0",
            "limit=99999999999999999999",
        ] {
            assert!(limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_page_has_the_same_query_and_another_cursor() {
        assert_eq!(
            with_cursor("limit=2&cursor=a&q=x+y%26z", "b=c"),
            "limit=2&q=x%20y%26z&cursor=b%3Dc"
        );
        assert_eq!(with_cursor("", "b"), "cursor=b");
    }
}
