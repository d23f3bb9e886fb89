//! What a ledger is called.

use super::{ValueCode, ValueError};

/// Most characters of a ledger's name.
pub const LEDGER_NAME_CHARS_MAX: usize = 63;

/// A ledger's name: 1–63 of `a-z 0-9 -`, as it stands in paths and in the header that picks a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LedgerName(String);

impl LedgerName {
    /// Checks the name.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `invalid_format` for another character.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            let detail = "A ledger's name has at least 1 character.";
            return Err(ValueError::new(ValueCode::TooShort, detail));
        }
        if text.chars().count() > LEDGER_NAME_CHARS_MAX {
            let detail = "A ledger's name has at most 63 characters.";
            return Err(ValueError::new(ValueCode::TooLong, detail));
        }
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !text.bytes().all(allowed) {
            let detail = "A ledger's name consists of a-z 0-9 - only.";
            return Err(ValueError::new(ValueCode::InvalidFormat, detail));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text of the name.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["a", "0", "-", "shop-7", &"x".repeat(63)] {
            assert_eq!(LedgerName::parse(name).unwrap().as_str(), name);
        }
        for (name, code) in [
            ("", ValueCode::TooShort),
            (&*"x".repeat(64), ValueCode::TooLong),
            ("Shop", ValueCode::InvalidFormat),
            ("a_b", ValueCode::InvalidFormat),
            ("a/b", ValueCode::InvalidFormat),
            ("ä", ValueCode::InvalidFormat),
        ] {
            assert_eq!(LedgerName::parse(name).unwrap_err().code, code, "{name}");
        }
    }
}
