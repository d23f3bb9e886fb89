//! Canonical JSON by RFC 8785 of what the journal is made of: texts, integers below 2^53, objects, lists.

use serde_json::Value;

/// The largest integer that every reader of JSON keeps exactly.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// The canonical text of `value`; `None` where it has a number that is no integer below 2^53, which no event has.
pub(super) fn canonical(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            let written = members.into_iter().map(|(name, value)| {
                let name = serde_json::to_string(name).ok()?;
                Some(format!("{name}:{}", canonical(value)?))
            });
            Some(format!("{{{}}}", written.collect::<Option<Vec<_>>>()?.join(",")))
        }
        Value::Array(items) => {
            let written: Option<Vec<String>> = items.iter().map(canonical).collect();
            Some(format!("[{}]", written?.join(",")))
        }
        Value::Number(number) => {
            let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64())?;
            (magnitude <= INTEGER_MAX).then(|| number.to_string())
        }
        Value::Null | Value::Bool(_) | Value::String(_) => serde_json::to_string(value).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_the_canonical_json_of_the_standard() {
        for value in [
            json!({"b": [1, -2, null, true], "a": {"é": "\u{1}\"\\/\u{7f}😀", "": 9_007_199_254_740_991_i64}}),
            // Sorted by UTF-16, a surrogate stands before U+FB33.
            json!({"\u{fb33}": 1, "😀": 2, "\r": 3, "1": 4, "\u{80}": 5}),
            json!([]),
        ] {
            let standard = serde_json_canonicalizer::to_string(&value).unwrap();
            assert_eq!(canonical(&value).unwrap(), standard);
        }
    }

    #[test]
    fn what_no_event_has_is_refused() {
        for value in [json!(1.5), json!(9_007_199_254_740_992_i64), json!([u64::MAX])] {
            assert_eq!(canonical(&value), None, "{value}");
        }
    }
}
