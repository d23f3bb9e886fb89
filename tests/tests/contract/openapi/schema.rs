//! The part of JSON Schema that the document uses. A keyword that is not known here is no schema that was checked: the
//! test fails.

use regex::Regex;
use serde_json::{Map, Value};

use super::resolve;

/// Keywords that say nothing about which values are valid, or only to a reader.
const REMARKS: [&str; 8] = [
    "description",
    "example",
    "examples",
    "default",
    "format",
    "title",
    "discriminator",
    "contentMediaType",
];

/// What is wrong with `value`; `None`: nothing.
pub(super) fn fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let schema = resolve(document, schema);
    let Some(keywords) = schema.as_object() else {
        return (schema == &Value::Bool(false)).then(|| format!("{value} is not allowed"));
    };
    keywords
        .iter()
        .find_map(|(keyword, limit)| broken(document, keywords, keyword, limit, value))
        .map(|fault| format!("{value}: {fault}"))
}

fn broken(
    document: &Value,
    schema: &Map<String, Value>,
    keyword: &str,
    limit: &Value,
    value: &Value,
) -> Option<String> {
    let is_valid = match keyword {
        "type" => match limit {
            Value::Array(types) => types.iter().any(|name| has_type(name, value)),
            name => has_type(name, value),
        },
        "enum" => list(limit).contains(value),
        "const" => limit == value,
        "pattern" => value.as_str().is_none_or(|text| matches(limit, text)),
        "minLength" => value.as_str().is_none_or(|text| number(limit) <= text.chars().count()),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() <= number(limit)),
        "minimum" => value.as_i64().is_none_or(|number| limit.as_i64() <= Some(number)),
        "maximum" => value.as_i64().is_none_or(|number| Some(number) <= limit.as_i64()),
        "maxItems" => value.as_array().is_none_or(|items| items.len() <= number(limit)),
        "maxProperties" => value.as_object().is_none_or(|members| members.len() <= number(limit)),
        "required" => value.as_object().is_none_or(|members| {
            let mut names = list(limit).iter();
            names.all(|name| name.as_str().is_some_and(|name| members.contains_key(name)))
        }),
        "oneOf" => {
            let valid = list(limit)
                .iter()
                .filter(|schema| fault(document, schema, value).is_none());
            valid.count() == 1
        }
        "properties" => {
            return in_members(value, |name, member| {
                limit.get(name).and_then(|schema| fault(document, schema, member))
            });
        }
        "additionalProperties" => {
            return in_members(value, |name, member| {
                let is_named = schema.get("properties").is_some_and(|named| named.get(name).is_some());
                if is_named { None } else { fault(document, limit, member) }
            });
        }
        "propertyNames" => return in_members(value, |name, _| fault(document, limit, &name.into())),
        "items" => {
            return value
                .as_array()
                .into_iter()
                .flatten()
                .find_map(|item| fault(document, limit, item));
        }
        remark if REMARKS.contains(&remark) => true,
        unknown => panic!("the keyword {unknown} is not checked by this test"),
    };
    (!is_valid).then(|| format!("{keyword} {limit}"))
}

fn in_members(value: &Value, check: impl Fn(&str, &Value) -> Option<String>) -> Option<String> {
    let members = value.as_object()?;
    members
        .iter()
        .find_map(|(name, member)| check(name, member).map(|fault| format!("{name}: {fault}")))
}

fn has_type(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => panic!("{name} is no type"),
    }
}

fn matches(pattern: &Value, text: &str) -> bool {
    let pattern = pattern.as_str().expect("a pattern is text");
    // The regex crate has no look-ahead; the ids that it forbids are tested in `borders::paths`.
    let ahead = pattern.find("(?!").map_or(String::new(), |start| {
        let end = pattern[start..].find("$)").expect("the one look-ahead of the document") + start + 2;
        pattern[start..end].to_owned()
    });
    let regex = Regex::new(&pattern.replace(&ahead, "")).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    regex.is_match(text)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

fn number(value: &Value) -> usize {
    let number = value.as_u64().unwrap_or_else(|| panic!("{value} is no number"));
    usize::try_from(number).expect("a small number")
}

#[test]
fn what_breaks_a_schema_is_found() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": ["string", "null"], "pattern": "^x", "maxLength": 2}, "b": {"oneOf": [{"enum": [1]}]}},
    });
    let valid = |text: &str| fault(&Value::Null, &schema, &serde_json::from_str(text).expect("JSON")).is_none();
    for text in [r#"{"a": "x"}"#, r#"{"a": null, "b": 1}"#] {
        assert!(valid(text), "{text}");
    }
    for text in [
        "[]",
        "{}",
        r#"{"a": 1}"#,
        r#"{"a": "y"}"#,
        r#"{"a": "xxx"}"#,
        r#"{"a": "x", "b": 2}"#,
        r#"{"a": "x", "c": 1}"#,
    ] {
        assert!(!valid(text), "{text}");
    }
}
