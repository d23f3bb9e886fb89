//! Hashes as documents have them: lower-case hexadecimal, and in no other spelling.

use super::chain::{Hash, hex};

/// The bytes that `text` spells; `None` where it is no lower-case hexadecimal.
pub(super) fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a').and_then(|digit| digit.checked_add(10)),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes = pairs.iter().map(|[high, low]| Some((digit(high)? << 4) | digit(low)?));
    bytes.collect()
}

/// The hash that `text` spells.
#[must_use]
pub fn parse_hash(text: &str) -> Option<Hash> {
    parse_hex(text)?.try_into().ok()
}

/// How documents have a hash; for `#[serde(with)]`.
pub mod hash_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Hash, hex, parse_hash};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(hash))
    }

    /// Reads it.
    ///
    /// # Errors
    /// For what is no hash.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        parse_hash(&text).ok_or_else(|| serde::de::Error::custom("no SHA-256 in 64 digits of lower-case hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_spelling() {
        let hash: Hash = std::array::from_fn(|index| u8::try_from(index * 7).unwrap());
        assert_eq!(parse_hash(&hex(&hash)), Some(hash));
        for text in [
            "",
            "0",
            &hex(&hash).to_uppercase(),
            &hex(&hash)[2..],
            "zz",
            &format!("{} ", hex(&hash)),
        ] {
            assert_eq!(parse_hash(text), None, "{text:?}");
        }
    }
}
