//! The values that requests are made of: each is checked once, where it enters, and carries the proof in its type.
//!
//! Nothing here knows the state of a ledger; what needs state is decided in [`crate::ledger`].

mod day;
mod ledger_name;
mod metadata;
mod text;
mod time;
mod user_id;
mod zone;

pub use day::Day;
pub use ledger_name::{LEDGER_NAME_CHARS_MAX, LedgerName};
pub use metadata::{METADATA_KEYS_MAX, METADATA_VALUE_CHARS_MAX, Metadata, MetadataPatch};
pub use text::{
    CATEGORY_CHARS_MAX, Category, FULL_NAME_CHARS_MAX, FullName, Name, REFERENCE_CHARS_MAX, Reference, TEXT_CHARS_MAX,
    Text, fold,
};
pub use time::{MICROS_PER_DAY, Timestamp};
pub use user_id::{USER_ID_CHARS_MAX, UserId};
pub use zone::TimeZone;

/// Why a value was refused: the `code` of a member of the problem document's `errors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueCode {
    /// A member that must be there is missing, or null.
    Required,
    /// A member that the request does not have.
    UnknownField,
    /// A JSON value of another type.
    InvalidType,
    /// Text that does not follow the grammar.
    InvalidFormat,
    /// Fewer characters than the least.
    TooShort,
    /// More characters than the most.
    TooLong,
    /// More members than the most.
    TooMany,
    /// Outside the range of the value.
    OutOfRange,
    /// More decimals than the currency has.
    TooManyDecimals,
    /// No currency of ISO 4217 with an exponent.
    UnknownCurrency,
    /// No IANA time zone.
    UnknownTimeZone,
    /// Well formed, but not to be given here.
    NotAllowed,
}

impl ValueCode {
    /// The code as the contract spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown_field",
            Self::InvalidType => "invalid_type",
            Self::InvalidFormat => "invalid_format",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::OutOfRange => "out_of_range",
            Self::TooManyDecimals => "too_many_decimals",
            Self::UnknownCurrency => "unknown_currency",
            Self::UnknownTimeZone => "unknown_time_zone",
            Self::NotAllowed => "not_allowed",
        }
    }
}

/// A refused value: the code and one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ValueError {
    /// Which rule was broken.
    pub code: ValueCode,
    /// One sentence that says what would be accepted.
    pub detail: String,
}

impl ValueError {
    /// An error of `code` that tells a person `detail`.
    pub fn new(code: ValueCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

/// A [`ValueError`] and the field that it was found in: a path such as `amount` or `metadata.colour`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field from the top of the body.
    pub field: String,
    /// What was wrong with it.
    pub error: ValueError,
}
