//! The schemas of single values, with the limits that their checks have.

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use service::value::{
    CATEGORY_CHARS_MAX, LEDGER_NAME_CHARS_MAX, METADATA_KEYS_MAX, METADATA_VALUE_CHARS_MAX, REFERENCE_CHARS_MAX,
    TEXT_CHARS_MAX, USER_ID_CHARS_MAX,
};

/// Most characters of a key of a metadata object.
const METADATA_KEY_CHARS_MAX: usize = 64;
/// No control characters, and no bidirectional overrides.
const SHOWN: &str = r"^[^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$";

fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// Any text.
pub(in crate::openapi) fn any_text() -> Object {
    of(Type::String).build()
}

/// Text of `least` to `most` characters that can be shown.
pub(in crate::openapi) fn text(least: usize, most: usize) -> Object {
    of(Type::String)
        .min_length(Some(least))
        .max_length(Some(most))
        .pattern(Some(SHOWN))
        .build()
}

/// A description or a reason.
pub(in crate::openapi) fn plain_text() -> Object {
    text(0, TEXT_CHARS_MAX)
}

/// A category.
pub(in crate::openapi) fn category() -> Object {
    text(1, CATEGORY_CHARS_MAX)
}

/// A reference.
pub(in crate::openapi) fn reference_text() -> Object {
    text(1, REFERENCE_CHARS_MAX)
}

/// An amount in major units.
pub(in crate::openapi) fn unsigned_amount() -> Object {
    of(Type::String)
        .pattern(Some(r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"))
        .examples(["20.50"])
        .build()
}

/// An amount in major units that may be negative.
pub(in crate::openapi) fn signed_amount() -> Object {
    of(Type::String)
        .pattern(Some(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"))
        .examples(["-20.50"])
        .build()
}

/// A currency's code.
pub(in crate::openapi) fn currency() -> Object {
    of(Type::String)
        .pattern(Some("^[A-Z0-9_]{3,12}$"))
        .description(Some(
            "ISO 4217 code of a currency that has an exponent, or one of the ledger's own.",
        ))
        .examples(["USD"])
        .build()
}

/// A currency's code, of ISO 4217 alone.
pub(in crate::openapi) fn iso_currency() -> Object {
    of(Type::String)
        .pattern(Some("^[A-Z]{3}$"))
        .description(Some("ISO 4217 code of a currency that has an exponent."))
        .examples(["USD"])
        .build()
}

/// What a ledger is called.
pub(in crate::openapi) fn ledger_name() -> Object {
    of(Type::String)
        .min_length(Some(1))
        .max_length(Some(LEDGER_NAME_CHARS_MAX))
        .pattern(Some("^[a-z0-9-]+$"))
        .examples(["accra-1"])
        .build()
}

/// An instant.
pub(in crate::openapi) fn date_time() -> Object {
    of(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .examples(["2026-01-31T09:30:00.000000Z"])
        .build()
}

/// A calendar day.
pub(in crate::openapi) fn date() -> Object {
    of(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .examples(["2026-01-31"])
        .build()
}

/// An id that the server makes.
pub(in crate::openapi) fn server_id() -> Object {
    of(Type::String)
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .examples(["019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30"])
        .build()
}

/// An id that the caller chooses.
pub(in crate::openapi) fn user_id() -> Object {
    of(Type::String)
        .min_length(Some(1))
        .max_length(Some(USER_ID_CHARS_MAX))
        .pattern(Some(r"^(?!(me|\.|\.\.)$)[A-Za-z0-9._:@-]+$"))
        .examples(["42"])
        .build()
}

/// An IANA time zone.
pub(in crate::openapi) fn time_zone() -> Object {
    of(Type::String).examples(["Africa/Accra"]).build()
}

/// An e-mail address.
pub(in crate::openapi) fn email() -> Object {
    of(Type::String)
        .format(Some(SchemaFormat::Custom("email".to_owned())))
        .examples(["ama@example.com"])
        .build()
}

/// A whole number of at least `least`.
pub(in crate::openapi) fn integer(least: isize) -> Object {
    of(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(least))
        .build()
}

/// A whole number from `least` to `most`.
pub(in crate::openapi) fn integer_in(least: u32, most: u32) -> Object {
    let mut object = integer(isize::try_from(least).unwrap_or(isize::MAX));
    object.maximum = isize::try_from(most).ok().map(Into::into);
    object
}

/// True or false.
pub(in crate::openapi) fn boolean() -> Object {
    of(Type::Boolean).build()
}

/// One of few names.
pub(in crate::openapi) fn enumeration(names: &[&str]) -> Object {
    of(Type::String).enum_values(Some(names.iter().copied())).build()
}

/// One of the names of an enum.
pub(in crate::openapi) fn names<T: Copy>(all: &[T], name_of: impl Fn(T) -> &'static str) -> Object {
    let names: Vec<&str> = all.iter().copied().map(name_of).collect();
    enumeration(&names)
}

/// A list of entity tags.
pub(in crate::openapi) fn entity_tags() -> Object {
    of(Type::String)
        .pattern(Some(r#"^(\*|(W/)?"[0-9]+"(, *(W/)?"[0-9]+")*)$"#))
        .build()
}

/// The caller's own members.
pub(in crate::openapi) fn metadata() -> Object {
    metadata_of(
        of(Type::String)
            .max_length(Some(METADATA_VALUE_CHARS_MAX))
            .pattern(Some(SHOWN)),
    )
}

/// Changes to the caller's own members.
pub(in crate::openapi) fn metadata_patch() -> Object {
    let value = of(Type::String)
        .max_length(Some(METADATA_VALUE_CHARS_MAX))
        .pattern(Some(SHOWN));
    metadata_of(ObjectBuilder::from(super::nullable(value.build())))
}

fn metadata_of(value: ObjectBuilder) -> Object {
    of(Type::Object)
        .max_properties(Some(METADATA_KEYS_MAX))
        .property_names(Some(text(1, METADATA_KEY_CHARS_MAX)))
        .additional_properties(Some(AdditionalProperties::from(value)))
        .examples([Value::Object(
            [("colour".to_owned(), "green".into())].into_iter().collect(),
        )])
        .build()
}
