//! Request bodies: bytes within a bound, read once into a [`Tree`], taken apart by [`Fields`].

mod bytes;
mod fields;
mod tree;
mod values;

pub(crate) use bytes::{MALFORMED_CHUNK, Media, read};
#[cfg(test)]
pub(crate) use fields::Asked;
pub(crate) use fields::{ERRORS_MAX, Fields, flag, one_of, text, whole_number};
pub(crate) use tree::Tree;
pub(crate) use values::{email, server_id};
