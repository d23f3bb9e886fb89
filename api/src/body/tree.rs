//! A JSON text as a tree: strict where serde is lenient, and without floats.
//!
//! Refused: a member twice in one object, nesting deeper than [`DEPTH_MAX`], lone surrogates, bad UTF-8, anything
//! after the value. Numbers stay the text they were written as: no amount is a number, and two requests with one
//! idempotency key are compared as written.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Most arrays and objects inside one another.
pub(crate) const DEPTH_MAX: usize = 32;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// As it was written.
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(BTreeMap<String, Tree>),
}

impl Tree {
    /// Reads one JSON text.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence that begins with what it is.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8.".to_owned())?;
        if text.trim_ascii().is_empty() {
            return Err("is empty; send JSON.".to_owned());
        }
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}."))?;
        Self::of(raw, DEPTH_MAX).map_err(|error| format!("is not acceptable JSON: {}.", without_place(&error)))
    }

    /// Level by level: the text of a nested value is skipped first and read when its own turn comes.
    fn of(raw: &RawValue, depth_left: usize) -> Result<Self, serde_json::Error> {
        let text = raw.get();
        let nested = matches!(text.as_bytes().first(), Some(b'{' | b'['));
        let Some(depth_left) = depth_left.checked_sub(usize::from(nested)) else {
            return Err(serde_json::Error::custom(format_args!(
                "nested deeper than {DEPTH_MAX} levels"
            )));
        };
        match text.as_bytes().first() {
            Some(b'{') => serde_json::Deserializer::from_str(text).deserialize_map(ObjectVisitor { depth_left }),
            Some(b'[') => serde_json::Deserializer::from_str(text).deserialize_seq(ListVisitor { depth_left }),
            Some(b'"') => serde_json::from_str(text).map(Self::Text),
            Some(b't') => Ok(Self::Bool(true)),
            Some(b'f') => Ok(Self::Bool(false)),
            Some(b'n') => Ok(Self::Null),
            _ => Ok(Self::Number(text.to_owned())),
        }
    }

    /// What the value is, as people call it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// The canonical text: members sorted, no spaces, numbers as they were written.
impl fmt::Display for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(text) => formatter.write_str(text),
            Self::Text(text) => write_text(formatter, text),
            Self::List(items) => {
                formatter.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    formatter.write_str(if index == 0 { "" } else { "," })?;
                    item.fmt(formatter)?;
                }
                formatter.write_str("]")
            }
            Self::Object(members) => {
                formatter.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    formatter.write_str(if index == 0 { "" } else { "," })?;
                    write_text(formatter, name)?;
                    formatter.write_str(":")?;
                    value.fmt(formatter)?;
                }
                formatter.write_str("}")
            }
        }
    }
}

fn write_text(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    formatter.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Places below the top level count from the start of a nested value: they would mislead.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

struct ObjectVisitor {
    depth_left: usize,
}

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, raw)) = access.next_entry::<String, &'de RawValue>()? {
            let value = Tree::of(raw, self.depth_left).map_err(|error| A::Error::custom(without_place(&error)))?;
            match members.entry(name) {
                Entry::Vacant(entry) => entry.insert(value),
                Entry::Occupied(entry) => {
                    return Err(A::Error::custom(format_args!(
                        "the member {:?} stands twice in one object",
                        entry.key()
                    )));
                }
            };
        }
        Ok(Tree::Object(members))
    }
}

struct ListVisitor {
    depth_left: usize,
}

impl<'de> Visitor<'de> for ListVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(raw) = access.next_element::<&'de RawValue>()? {
            items.push(Tree::of(raw, self.depth_left).map_err(A::Error::custom)?);
        }
        Ok(Tree::List(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Tree::parse(text.as_bytes()).unwrap().to_string()
    }

    #[test]
    fn the_canonical_text_is_sorted_and_keeps_numbers_as_written() {
        assert_eq!(
            canonical("{ \"b\" : [1.50, 1e400, null ],\n \"a\": {\"z\": \"\\u00e9\\n\", \"y\": true} }"),
            "{\"a\":{\"y\":true,\"z\":\"é\\n\"},\"b\":[1.50,1e400,null]}"
        );
        assert_ne!(canonical("\"20.5\""), canonical("\"20.50\""));
    }

    #[test]
    fn what_serde_lets_pass_is_refused() {
        for text in [
            "",
            "{",
            "{} {}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":{\"b\":1,\"b\":2}}",
            "[{\"a\":1,\"\\u0061\":2}]",
            "\"\\ud800\"",
            "{\"\\udc00\":1}",
            "\"a\nb\"",
            "{'a':1}",
            "[1,]",
            "NaN",
            "01",
            "+1",
        ] {
            assert!(Tree::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(Tree::parse(b"\"\xff\"").is_err());
        assert!(Tree::parse(b"\xef\xbb\xbf{}").is_err(), "a byte order mark is no JSON");
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Tree::parse(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert!(Tree::parse(nested(DEPTH_MAX + 1).as_bytes()).is_err());
        assert!(Tree::parse(nested(100_000).as_bytes()).is_err());
    }
}
