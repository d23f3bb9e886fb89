//! Text that people write: bounded in characters, free of control characters and of bidirectional overrides.

use super::{ValueCode, ValueError};

/// Most characters of a description or a reason.
pub const TEXT_CHARS_MAX: usize = 500;
/// Most characters of a category.
pub const CATEGORY_CHARS_MAX: usize = 64;
/// Most characters of a reference.
pub const REFERENCE_CHARS_MAX: usize = 128;
/// Most characters of a user's full name.
pub const FULL_NAME_CHARS_MAX: usize = 200;
/// Most characters of an account's name.
const NAME_CHARS_MAX: usize = 64;

/// Checks that `text` has `least..=most` characters and none that is not to be shown.
pub(super) fn check(text: &str, least: usize, most: usize) -> Result<(), ValueError> {
    let chars = text.chars().count();
    if chars < least {
        return Err(ValueError::new(
            ValueCode::TooShort,
            format!("Must have at least {least} character(s)."),
        ));
    }
    if chars > most {
        return Err(ValueError::new(
            ValueCode::TooLong,
            format!("Must have at most {most} characters."),
        ));
    }
    if text.chars().any(is_refused) {
        return Err(ValueError::new(
            ValueCode::InvalidFormat,
            "Must not contain control characters or bidirectional overrides.",
        ));
    }
    Ok(())
}

/// Control characters break logs and terminals; bidirectional overrides make text read as something it is not.
fn is_refused(char: char) -> bool {
    char.is_control() || matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Folds letter case by Unicode, so that `STRASSE` and `Straße` are one spelling to a search.
#[must_use]
pub fn fold(text: &str) -> String {
    // Upper case first: it expands the letters whose lower case alone would keep two spellings apart (ß, ﬁ, ς).
    // Character by character: a substring must fold as it does inside its word.
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $least:expr, $most:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// `too_short`, `too_long`, or `invalid_format` for characters that are not to be shown.
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                check(text, $least, $most)?;
                Ok(Self(text.to_owned()))
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, given away.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }
    };
}

bounded_text!(
    /// A description or a reason: up to [`TEXT_CHARS_MAX`] characters, and may be empty.
    Text, 0, TEXT_CHARS_MAX
);
bounded_text!(
    /// A category: 1 to [`CATEGORY_CHARS_MAX`] characters.
    Category, 1, CATEGORY_CHARS_MAX
);
bounded_text!(
    /// The caller's own reference: 1 to [`REFERENCE_CHARS_MAX`] characters, unique in a ledger.
    Reference, 1, REFERENCE_CHARS_MAX
);
bounded_text!(
    /// A user's full name: 1 to [`FULL_NAME_CHARS_MAX`] characters.
    FullName, 1, FULL_NAME_CHARS_MAX
);
bounded_text!(
    /// The name of an account or of a key: 1 to 64 characters.
    Name, 1, NAME_CHARS_MAX
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted_in_characters_not_bytes() {
        assert!(Category::parse(&"ß".repeat(64)).is_ok());
        assert_eq!(Category::parse(&"ß".repeat(65)).unwrap_err().code, ValueCode::TooLong);
        assert_eq!(Category::parse("").unwrap_err().code, ValueCode::TooShort);
    }

    #[test]
    fn what_is_not_to_be_shown_is_refused() {
        for text in ["a\0b", "a\nb", "\u{7f}", "\u{85}", "a\u{202E}b", "\u{2066}"] {
            assert_eq!(
                Text::parse(text).unwrap_err().code,
                ValueCode::InvalidFormat,
                "{text:?}"
            );
        }
    }

    #[test]
    fn folding_joins_the_spellings_of_one_word() {
        assert_eq!(fold("STRASSE"), fold("Straße"));
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
    }
}
