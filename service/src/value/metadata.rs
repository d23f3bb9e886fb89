//! The caller's own members on a resource: text by text.

use std::collections::BTreeMap;

use super::{FieldError, ValueCode, ValueError, text};

/// Most keys of one object.
pub const METADATA_KEYS_MAX: usize = 50;
/// Most characters of a value.
pub const METADATA_VALUE_CHARS_MAX: usize = 500;
/// Most characters of a key.
const METADATA_KEY_CHARS_MAX: usize = 64;
/// Bytes that a member takes beside its key and its value.
const MEMBER_BYTES: usize = size_of::<(String, Option<String>)>();

/// At most 50 keys of 1–64 characters, with values of at most 500, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// Checks every key and value; `members` come as they stand in the body.
    ///
    /// # Errors
    /// All that is wrong, each under the path `field.key`; `too_many` under `field` itself.
    pub fn parse(field: &str, members: BTreeMap<String, String>) -> Result<Self, Vec<FieldError>> {
        let mut errors: Vec<FieldError> = members
            .iter()
            .filter_map(|(key, value)| check_member(field, key, Some(value)))
            .collect();
        errors.extend(check_count(field, members.len()));
        if errors.is_empty() {
            Ok(Self(members))
        } else {
            Err(errors)
        }
    }

    /// The members in the order of their keys.
    #[must_use]
    pub fn members(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Bytes of the keys and values, and of what keeps them.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.0
            .iter()
            .map(|(key, value)| MEMBER_BYTES.saturating_add(key.len()).saturating_add(value.len()))
            .sum()
    }

    /// The object after a merge patch (RFC 7396) of its members.
    ///
    /// # Errors
    /// `too_many`, when the result has more keys than an object may.
    pub fn merged(&self, patch: &MetadataPatch) -> Result<Self, ValueError> {
        let mut members = self.0.clone();
        for (key, value) in &patch.0 {
            match value {
                Some(value) => members.insert(key.clone(), value.clone()),
                None => members.remove(key),
            };
        }
        if members.len() > METADATA_KEYS_MAX {
            Err(too_many())
        } else {
            Ok(Self(members))
        }
    }
}

/// Changes to [`Metadata`]: a value sets its key, null removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataPatch(BTreeMap<String, Option<String>>);

impl MetadataPatch {
    /// Checks every key and value.
    ///
    /// # Errors
    /// All that is wrong, each under the path `field.key`.
    pub fn parse(field: &str, members: BTreeMap<String, Option<String>>) -> Result<Self, Vec<FieldError>> {
        let errors: Vec<FieldError> = members
            .iter()
            .filter_map(|(key, value)| check_member(field, key, value.as_deref()))
            .collect();
        if errors.is_empty() {
            Ok(Self(members))
        } else {
            Err(errors)
        }
    }
}

impl MetadataPatch {
    /// Bytes of the keys and values, and of what keeps them.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.0
            .iter()
            .map(|(key, value)| {
                let value = value.as_ref().map_or(0, String::len);
                MEMBER_BYTES.saturating_add(key.len()).saturating_add(value)
            })
            .sum()
    }
}

fn check_member(field: &str, key: &str, value: Option<&str>) -> Option<FieldError> {
    let error = text::check(key, 1, METADATA_KEY_CHARS_MAX)
        .and_then(|()| value.map_or(Ok(()), |value| text::check(value, 0, METADATA_VALUE_CHARS_MAX)))
        .err()?;
    Some(FieldError {
        field: format!("{field}.{key}"),
        error,
    })
}

fn check_count(field: &str, keys: usize) -> Option<FieldError> {
    (keys > METADATA_KEYS_MAX).then(|| FieldError {
        field: field.to_owned(),
        error: too_many(),
    })
}

fn too_many() -> ValueError {
    ValueError::new(
        ValueCode::TooMany,
        format!("Must have at most {METADATA_KEYS_MAX} keys."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(count: usize) -> BTreeMap<String, String> {
        (0..count)
            .map(|number| (format!("key{number}"), String::new()))
            .collect()
    }

    #[test]
    fn every_bad_member_is_named() {
        let mut given = members(51);
        given.insert("colour".to_owned(), "x".repeat(501));
        given.insert(String::new(), String::new());
        let errors = Metadata::parse("metadata", given).unwrap_err();
        let named: Vec<(&str, ValueCode)> = errors
            .iter()
            .map(|error| (error.field.as_str(), error.error.code))
            .collect();
        assert_eq!(
            named,
            [
                ("metadata.", ValueCode::TooShort),
                ("metadata.colour", ValueCode::TooLong),
                ("metadata", ValueCode::TooMany)
            ]
        );
    }

    #[test]
    fn a_patch_sets_and_removes_and_never_passes_the_limit() {
        let metadata = Metadata::parse("metadata", members(50)).unwrap();
        let patch = |key: &str, value: Option<&str>| {
            MetadataPatch::parse("metadata", BTreeMap::from([(key.to_owned(), value.map(str::to_owned))])).unwrap()
        };
        assert_eq!(metadata.merged(&patch("key0", None)).unwrap().members().len(), 49);
        assert_eq!(
            metadata.merged(&patch("key0", Some("red"))).unwrap().members()["key0"],
            "red"
        );
        assert_eq!(
            metadata.merged(&patch("new", Some(""))).unwrap_err().code,
            ValueCode::TooMany
        );
    }
}
