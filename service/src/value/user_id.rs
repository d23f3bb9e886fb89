//! The caller's own name for a user.

use super::{ValueCode, ValueError};

/// Most characters of a user id.
pub const USER_ID_CHARS_MAX: usize = 64;

/// A user's id, chosen by the caller: 1–64 of `A-Z a-z 0-9 . _ : @ -`, but not `me`, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

impl UserId {
    /// Checks the id.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `invalid_format` for another character, `not_allowed` for the reserved words, which
    /// mean something else in a path.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::new(
                ValueCode::TooShort,
                "A user id has at least 1 character.",
            ));
        }
        if text.chars().count() > USER_ID_CHARS_MAX {
            return Err(ValueError::new(
                ValueCode::TooLong,
                "A user id has at most 64 characters.",
            ));
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@-".contains(&byte);
        if !text.bytes().all(allowed) {
            return Err(ValueError::new(
                ValueCode::InvalidFormat,
                "A user id consists of A-Z a-z 0-9 . _ : @ - only.",
            ));
        }
        if matches!(text, "me" | "." | "..") {
            return Err(ValueError::new(
                ValueCode::NotAllowed,
                "The ids me, . and .. are reserved.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_refused_for_the_rule_it_breaks() {
        let code = |text: &str| UserId::parse(text).map_err(|error| error.code);
        assert!(code("user_42:a@b.c-D").is_ok());
        assert!(code(&"x".repeat(64)).is_ok());
        assert_eq!(code("").unwrap_err(), ValueCode::TooShort);
        assert_eq!(code(&"x".repeat(65)).unwrap_err(), ValueCode::TooLong);
        for text in ["a b", "a/b", "é", "a\0"] {
            assert_eq!(code(text).unwrap_err(), ValueCode::InvalidFormat, "{text:?}");
        }
        for text in ["me", ".", ".."] {
            assert_eq!(code(text).unwrap_err(), ValueCode::NotAllowed, "{text:?}");
        }
    }
}
