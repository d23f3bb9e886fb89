//! Walking a list in its order: chunk by chunk, until a page is full or enough rows were looked at.
//!
//! What an index serves is in the statement of a chunk; every other filter is applied to its rows here, so that a page
//! costs a bounded number of rows, however few of them it shows.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::page::{Binding, Page, PageRequest};
use crate::LedgerError;

/// Most rows that are looked at for one page.
const EXAMINED_MAX: u64 = 10_000;
/// Rows of the first chunk of a list that is filtered.
const FILTERED_CHUNK: u64 = 256;
/// Most rows of one chunk; each has twice as many as the one before.
const CHUNK_MAX: u64 = 2048;

/// A list that can be read from any position in its order.
pub(super) trait List {
    /// A row as it is read.
    type Row: Send;
    /// A place in the order; each row has its own.
    type Position: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync;

    /// Everything that decides which rows the list has, and in which order.
    fn description(&self) -> String;

    /// At most `limit` rows right after `after`, in order; fewer only where the list ends. A row may come twice, one
    /// right behind the other.
    fn chunk(
        &self,
        after: Option<&Self::Position>,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Self::Row>, LedgerError>> + Send;

    /// The row's place.
    fn position(&self, row: &Self::Row) -> Self::Position;

    /// Whether [`Self::shows`] may leave out more than a few rows.
    fn is_filtered(&self) -> bool {
        false
    }

    /// Whether the list has the row.
    fn shows(&self, _row: &Self::Row) -> bool {
        true
    }

    /// Whether a position that was read from a cursor can be asked for.
    fn accepts(_position: &Self::Position) -> bool {
        true
    }
}

/// Reads the page that `request` asks for.
pub(super) async fn read_page<L: List + Sync>(list: &L, request: &PageRequest) -> Result<Page<L::Row>, LedgerError> {
    let binding = Binding::new(&list.description());
    let mut after = request
        .cursor
        .as_deref()
        .map(|cursor| binding.position::<L::Position>(cursor))
        .transpose()?;
    if !after.as_ref().is_none_or(L::accepts) {
        return Err(LedgerError::InvalidCursor);
    }
    let page_rows = usize::try_from(request.limit.max(1)).unwrap_or(usize::MAX);
    // One row more than the page has tells whether there is a next one.
    let mut chunk_rows = u64::from(request.limit).saturating_add(1);
    if list.is_filtered() {
        chunk_rows = chunk_rows.max(FILTERED_CHUNK);
    }
    let mut left = EXAMINED_MAX;
    let mut data = Vec::new();
    while left > 0 {
        chunk_rows = chunk_rows.min(left);
        let rows = list.chunk(after.as_ref(), chunk_rows).await?;
        let read = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        for row in rows {
            let position = list.position(&row);
            if after.as_ref() == Some(&position) {
                continue;
            }
            let is_shown = list.shows(&row);
            if is_shown && data.len() == page_rows {
                return next_page(data, binding, after.as_ref());
            }
            after = Some(position);
            if is_shown {
                data.push(row);
            }
        }
        if read < chunk_rows {
            return Ok(Page {
                data,
                next_cursor: None,
            });
        }
        if data.len() == page_rows {
            break;
        }
        left = left.saturating_sub(read);
        chunk_rows = chunk_rows.saturating_mul(2).min(CHUNK_MAX);
    }
    next_page(data, binding, after.as_ref())
}

fn next_page<R>(data: Vec<R>, binding: Binding, after: Option<&impl Serialize>) -> Result<Page<R>, LedgerError> {
    Ok(Page {
        data,
        next_cursor: after.map(|position| binding.cursor(position)).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    use super::*;

    /// Rows are their own positions; those that `keeps` refuses are not shown.
    struct Numbers {
        rows: Vec<u64>,
        keeps: fn(u64) -> bool,
        is_filtered: bool,
        examined: AtomicU64,
    }

    impl List for Numbers {
        type Row = u64;
        type Position = u64;

        fn description(&self) -> String {
            "numbers".to_owned()
        }

        async fn chunk(&self, after: Option<&u64>, limit: u64) -> Result<Vec<u64>, LedgerError> {
            let rows = self.rows.iter().filter(|row| after.is_none_or(|after| *row > after));
            let rows: Vec<u64> = rows.take(usize::try_from(limit).unwrap()).copied().collect();
            self.examined
                .fetch_add(u64::try_from(rows.len()).unwrap(), Ordering::Relaxed);
            Ok(rows)
        }

        fn position(&self, row: &u64) -> u64 {
            *row
        }

        fn is_filtered(&self) -> bool {
            self.is_filtered
        }

        fn shows(&self, row: &u64) -> bool {
            (self.keeps)(*row)
        }
    }

    fn numbers(rows: impl IntoIterator<Item = u64>, keeps: fn(u64) -> bool) -> Numbers {
        Numbers {
            rows: rows.into_iter().collect(),
            keeps,
            is_filtered: true,
            examined: AtomicU64::new(0),
        }
    }

    /// Every page from the first to the last, each of which is checked for its bounds.
    fn walk(list: &Numbers, limit: u32) -> Vec<Vec<u64>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut pages = Vec::new();
        let mut cursor = None;
        loop {
            let before = list.examined.load(Ordering::Relaxed);
            let page = runtime
                .block_on(read_page(list, &PageRequest { limit, cursor }))
                .unwrap();
            assert!(list.examined.load(Ordering::Relaxed).saturating_sub(before) <= EXAMINED_MAX);
            assert!(page.data.len() <= usize::try_from(limit).unwrap());
            pages.push(page.data);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn a_full_page_is_followed_by_another_only_where_there_are_rows() {
        let list = |count| Numbers {
            is_filtered: false,
            ..numbers(1..=count, |_| true)
        };
        assert_eq!(walk(&list(0), 2), [vec![0; 0]]);
        assert_eq!(walk(&list(2), 2), [[1, 2]]);
        assert_eq!(walk(&list(3), 2), [vec![1, 2], vec![3]]);
        let first = list(100);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime
            .block_on(read_page(
                &first,
                &PageRequest {
                    limit: 20,
                    cursor: None,
                },
            ))
            .unwrap();
        assert_eq!(first.examined.load(Ordering::Relaxed), 21);
    }

    #[test]
    fn a_page_looks_at_ten_thousand_rows_and_then_says_where_it_stopped() {
        let list = numbers(1..=25_000, |row| row == 24_000);
        assert_eq!(walk(&list, 20), [vec![], vec![], vec![24_000]]);
    }

    proptest! {
        #[test]
        fn every_row_is_seen_once_and_in_order(
            rows in prop::collection::btree_set(0_u64..5000, 0..1500),
            repeated in any::<bool>(),
            is_filtered in any::<bool>(),
            limit in 1_u32..=200,
        ) {
            let keeps: fn(u64) -> bool = |row| row % 3 != 0;
            let copies = if repeated { 2 } else { 1 };
            let list = Numbers {
                is_filtered,
                ..numbers(rows.iter().flat_map(|row| std::iter::repeat_n(*row, copies)), keeps)
            };
            let expected: Vec<u64> = rows.into_iter().filter(|row| keeps(*row)).collect();
            prop_assert_eq!(walk(&list, limit).concat(), expected);
        }
    }
}
