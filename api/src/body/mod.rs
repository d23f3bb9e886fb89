//! Request bodies: bytes within a bound, read once into a [`Tree`], taken apart by [`Fields`]. Those of an import have no
//! bound, and are read as they come ([`Rows`]).

mod bytes;
mod fields;
mod readers;
mod rows;
mod tree;
mod values;

pub(crate) use bytes::{BODY_BYTES_MAX, MALFORMED_CHUNK, Media, read};
#[cfg(test)]
pub(crate) use fields::Asked;
pub(crate) use fields::{ERRORS_MAX, Fields};
pub(crate) use readers::{flag, list, one_of, text, whole_number};
pub(crate) use rows::Rows;
pub(crate) use tree::Tree;
pub(crate) use values::{email, server_id};
