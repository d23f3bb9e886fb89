//! Pages of a list, and the cursors that lead from one to the next.
//!
//! A cursor is the place in the order after which the next page begins, behind a digest of the list that it belongs
//! to. It is no secret and no proof: whoever makes one up reads the same list from another place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::LedgerError;

/// Rows of a page where the caller names no limit.
pub const PAGE_LIMIT_DEFAULT: u32 = 20;
/// Most rows of a page.
pub const PAGE_LIMIT_MAX: u32 = 200;
/// Most characters of a cursor that are looked at; ours are shorter.
const CURSOR_CHARS_MAX: usize = 512;
/// Bytes of the digest of a list.
const BINDING_BYTES: usize = 12;

/// Which page of a list is asked for.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Most rows, 1 to [`PAGE_LIMIT_MAX`].
    pub limit: u32,
    /// The `next_cursor` of the page before; `None`: the first.
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Page<T> {
    /// The rows, in the order of the list.
    pub data: Vec<T>,
    /// Leads to the next page; null ends the list.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub(super) fn try_map<U>(self, make: impl FnMut(T) -> Result<U, LedgerError>) -> Result<Page<U>, LedgerError> {
        Ok(Page {
            data: self.data.into_iter().map(make).collect::<Result<_, _>>()?,
            next_cursor: self.next_cursor,
        })
    }
}

/// What a cursor is bound to: a digest of everything that decides which rows a list has, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binding([u8; BINDING_BYTES]);

impl Binding {
    /// The binding of the list that `description` describes.
    pub(super) fn new(description: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(description).into();
        let mut binding = [0; BINDING_BYTES];
        binding.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(binding)
    }

    /// The cursor of the page after `position`.
    pub(super) fn cursor(self, position: &impl Serialize) -> Result<String, LedgerError> {
        let mut bytes = self.0.to_vec();
        serde_json::to_writer(&mut bytes, position).map_err(|error| LedgerError::Internal(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position in a cursor of this list.
    pub(super) fn position<P: DeserializeOwned>(self, cursor: &str) -> Result<P, LedgerError> {
        if cursor.len() > CURSOR_CHARS_MAX {
            return Err(LedgerError::InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| LedgerError::InvalidCursor)?;
        let position = bytes.strip_prefix(&self.0).ok_or(LedgerError::InvalidCursor)?;
        serde_json::from_slice(position).map_err(|_| LedgerError::InvalidCursor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list_alone() {
        let (list, other) = (Binding::new("1 transactions"), Binding::new("2 transactions"));
        let cursor = list.cursor(&(7_i64, "x")).unwrap();
        assert_eq!(list.position(&cursor), Ok((7_i64, "x".to_owned())));
        assert_eq!(
            other.position::<(i64, String)>(&cursor),
            Err(LedgerError::InvalidCursor)
        );
        assert_eq!(list.position::<i64>(&cursor), Err(LedgerError::InvalidCursor));
        for spoilt in [
            cursor.get(1..).unwrap(),
            &format!("{cursor}A"),
            "",
            "=",
            "\0",
            &"A".repeat(513),
        ] {
            assert_eq!(
                list.position::<(i64, String)>(spoilt),
                Err(LedgerError::InvalidCursor),
                "{spoilt:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_is_more_than_an_invalid_cursor(text in any::<String>()) {
            let read = Binding::new("1 transactions").position::<(i64, uuid::Uuid)>(&text);
            prop_assert_eq!(read, Err(LedgerError::InvalidCursor));
        }

        #[test]
        fn every_position_comes_back(key in any::<i64>(), id in any::<u128>()) {
            let position = (key, uuid::Uuid::from_u128(id));
            let binding = Binding::new("1 transactions");
            let cursor = binding.cursor(&position).unwrap();
            prop_assert!(cursor.len() <= CURSOR_CHARS_MAX);
            prop_assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            prop_assert_eq!(binding.position(&cursor), Ok(position));
        }
    }
}
