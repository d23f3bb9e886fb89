//! Conditional requests: entity tags, and the state that a write expects.

use actix_web::http::header::HeaderMap;

use service::ledger::Precondition;

use crate::problem::Problem;

/// Most entity tags of one header.
const TAGS_MAX: usize = 100;

/// The entity tags of a header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tags {
    /// `*`: any.
    Any,
    /// The versions among them; a tag that is no version matches nothing.
    Versions(Vec<i64>),
}

impl Tags {
    /// Whether `version` is among them.
    pub(crate) fn matches(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// What a write to one resource expects.
///
/// # Errors
/// `malformed_request` for a header that cannot be read, for both at once, and for an `If-None-Match` other than `*`.
pub(crate) fn precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    let if_match = tags(headers, "If-Match")?;
    let if_none_match = tags(headers, "If-None-Match")?;
    match (if_match, if_none_match) {
        (None, None) => Ok(Precondition::Any),
        (Some(Tags::Any), None) => Ok(Precondition::Exists),
        (Some(Tags::Versions(versions)), None) => Ok(Precondition::VersionIn(versions)),
        (None, Some(Tags::Any)) => Ok(Precondition::Absent),
        (None, Some(Tags::Versions(_))) => Err(Problem::malformed("On a write If-None-Match can only be *.")),
        (Some(_), Some(_)) => Err(Problem::malformed("Send If-Match or If-None-Match, not both.")),
    }
}

/// The versions that the reader of a resource has.
///
/// # Errors
/// `malformed_request` for a header that cannot be read.
pub(crate) fn if_none_match(headers: &HeaderMap) -> Result<Option<Tags>, Problem> {
    tags(headers, "If-None-Match")
}

fn tags(headers: &HeaderMap, name: &str) -> Result<Option<Tags>, Problem> {
    let mut lines = Vec::new();
    for value in headers.get_all(name) {
        lines.push(value.to_str().map_err(|_| unreadable(name))?);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let text = lines.join(",");
    if text.trim() == "*" {
        return Ok(Some(Tags::Any));
    }
    match split_tags(text.trim()) {
        Some(tags) if tags.len() <= TAGS_MAX => {
            let versions = tags.into_iter().filter_map(version_of).collect();
            Ok(Some(Tags::Versions(versions)))
        }
        Some(_) => Err(Problem::malformed(format!("{name} names more than {TAGS_MAX} tags."))),
        None => Err(unreadable(name)),
    }
}

fn unreadable(name: &str) -> Problem {
    Problem::malformed(format!("{name} is not * and not a list of tags such as \"3\"."))
}

/// What stands between the quotes of each tag of a list; `None` where the text is no such list.
fn split_tags(text: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // A proxy that compresses an answer weakens its tag; the version is the same.
        let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (tag, after) = opaque.split_once('"')?;
        tags.push(tag);
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix(',')?.trim_start(),
        };
    }
    (!tags.is_empty()).then_some(tags)
}

/// The version that a tag of ours stands for.
fn version_of(tag: &str) -> Option<i64> {
    let version: i64 = tag.parse().ok()?;
    (version.to_string() == tag).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{self, HeaderName, HeaderValue};

    fn headers(lines: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        headers
    }

    fn read(text: &str) -> Result<Option<Tags>, Problem> {
        let mut headers = HeaderMap::new();
        headers.append(header::IF_MATCH, HeaderValue::from_str(text).unwrap());
        tags(&headers, "If-Match")
    }

    #[test]
    fn lists_stars_and_weak_tags_are_read() {
        for (text, versions) in [
            ("\"1\"", vec![1]),
            ("W/\"1\"", vec![1]),
            ("\"1\", W/\"2\" ,\"3\"", vec![1, 2, 3]),
            ("\"abc\"", vec![]),
            ("\"01\", \"+1\", \"7\"", vec![7]),
            ("\"a,b\", \"4\"", vec![4]),
        ] {
            assert_eq!(read(text).unwrap(), Some(Tags::Versions(versions)), "{text}");
        }
        assert_eq!(read(" * ").unwrap(), Some(Tags::Any));
        for text in ["", " ", "1", "\"1", "w/\"1\"", "\"1\" \"2\"", "\"1\";", "*, \"1\""] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_list_has_at_most_a_hundred_tags_whatever_they_are() {
        for tag in ["\"7\"", "\"a\"", "W/\"\""] {
            assert!(read(&vec![tag; 100].join(", ")).is_ok(), "{tag}");
            assert!(read(&vec![tag; 101].join(", ")).is_err(), "{tag}");
        }
    }

    #[test]
    fn lines_of_one_header_are_one_list() {
        let read = precondition(&headers(&[(header::IF_MATCH, "\"1\""), (header::IF_MATCH, "\"2\"")]));
        assert_eq!(read.unwrap(), Precondition::VersionIn(vec![1, 2]));
    }

    #[test]
    fn a_write_expects_one_state() {
        assert_eq!(precondition(&HeaderMap::new()).unwrap(), Precondition::Any);
        assert_eq!(
            precondition(&headers(&[(header::IF_MATCH, "*")])).unwrap(),
            Precondition::Exists
        );
        assert_eq!(
            precondition(&headers(&[(header::IF_NONE_MATCH, "*")])).unwrap(),
            Precondition::Absent
        );
        assert!(precondition(&headers(&[(header::IF_NONE_MATCH, "\"1\"")])).is_err());
        assert!(precondition(&headers(&[(header::IF_MATCH, "*"), (header::IF_NONE_MATCH, "*")])).is_err());
    }
}
