//! Readers of values that only HTTP bodies have.

use uuid::Uuid;
use validator::ValidateEmail;

use service::value::{ValueCode, ValueError};

/// Hyphenated, as the server writes them: other spellings of a UUID are no ids.
const ID_LENGTH: usize = 36;

/// An e-mail address.
///
/// # Errors
/// `invalid_format`.
pub(crate) fn email(text: &str) -> Result<String, ValueError> {
    if text.validate_email() {
        Ok(text.to_owned())
    } else {
        Err(ValueError::new(
            ValueCode::InvalidFormat,
            "Must be an e-mail address, such as ama@example.com.",
        ))
    }
}

/// An id that the server made.
///
/// # Errors
/// `invalid_format`.
pub(crate) fn server_id(text: &str) -> Result<Uuid, ValueError> {
    let id = if text.len() == ID_LENGTH {
        Uuid::parse_str(text).ok()
    } else {
        None
    };
    id.ok_or_else(|| {
        ValueError::new(
            ValueCode::InvalidFormat,
            "Must be an id made by the server, such as 01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8e9f.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for text in ["ama@example.com", "ama.mensah+daybook@mail.example.co"] {
            assert!(email(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "ama",
            "@example.com",
            "ama@",
            "a b@example.com",
            "ama@exa\u{202E}mple.com",
            "a\0@example.com",
        ] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_hyphenated_ids_are_ids() {
        assert!(server_id("01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8e9f").is_ok());
        for text in [
            "01980f5e8b1a7c3d9e2f4a5b6c7d8e9f",
            "{01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8e9f}",
            "urn:uuid:01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8e9f",
            "42",
        ] {
            assert!(server_id(text).is_err(), "{text}");
        }
    }
}
