//! Walking a list in its order: chunk by chunk, until a page is full or enough rows were looked at.
//!
//! What an index serves is in the statement of a chunk; every other filter is applied to its rows here, so that a page
//! costs a bounded number of rows, however few of them it shows. Rows that may turn out not to be shown are read
//! without what is large in them: only as many as a page has are ever held whole, and one more.

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::page::{Binding, Page, PageRequest};
use super::width::Width;
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
        width: Width,
    ) -> impl Future<Output = Result<Vec<Self::Row>, LedgerError>> + Send;

    /// The same rows as they are now, whole, in any order; those that are gone are left out. A list whose rows have
    /// nothing large in them has nothing to do.
    fn complete(&self, rows: Vec<Self::Row>) -> impl Future<Output = Result<Vec<Self::Row>, LedgerError>> + Send {
        std::future::ready(Ok(rows))
    }

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
    let (binding, after) = begin::<L>(&list.description(), request)?;
    let found = find_rows(list, after, request.limit).await?;
    Ok(Page {
        data: if found.are_whole {
            found.rows
        } else {
            complete(list, found.rows).await?
        },
        next_cursor: found.next.map(|position| binding.cursor(&position)).transpose()?,
    })
}

/// Refuses a cursor that is none of the list that `description` describes, before anything is read.
pub(super) fn check_cursor<L: List>(description: &str, request: &PageRequest) -> Result<(), LedgerError> {
    begin::<L>(description, request).map(|_| ())
}

/// Where the page begins.
fn begin<L: List>(description: &str, request: &PageRequest) -> Result<(Binding, Option<L::Position>), LedgerError> {
    let binding = Binding::new(description);
    let cursor = request.cursor.as_deref();
    let after = cursor
        .map(|cursor| binding.position::<L::Position>(cursor))
        .transpose()?;
    if after.as_ref().is_none_or(L::accepts) {
        Ok((binding, after))
    } else {
        Err(LedgerError::InvalidCursor)
    }
}

/// The rows of a page.
struct Found<L: List> {
    rows: Vec<L::Row>,
    are_whole: bool,
    /// The place after which the next page begins; `None` at the end of the list.
    next: Option<L::Position>,
}

async fn find_rows<L: List + Sync>(
    list: &L,
    mut after: Option<L::Position>,
    limit: u32,
) -> Result<Found<L>, LedgerError> {
    let page_rows = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    // One row more than the page has tells whether there is a next one.
    let mut chunk_rows = u64::from(limit).saturating_add(1);
    let mut width = Width::Whole;
    if list.is_filtered() {
        (chunk_rows, width) = (chunk_rows.max(FILTERED_CHUNK), Width::Narrow);
    }
    let mut left = EXAMINED_MAX;
    let mut rows = Vec::new();
    loop {
        chunk_rows = chunk_rows.min(left);
        let chunk = list.chunk(after.as_ref(), chunk_rows, width).await?;
        let read = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let are_whole = width == Width::Whole;
        for row in chunk {
            let position = list.position(&row);
            if after.as_ref() == Some(&position) {
                continue;
            }
            let is_shown = list.shows(&row);
            if is_shown && rows.len() == page_rows {
                let next = after;
                return Ok(Found { rows, are_whole, next });
            }
            after = Some(position);
            if is_shown {
                rows.push(row);
            }
        }
        left = left.saturating_sub(read);
        let is_end = read < chunk_rows;
        if is_end || rows.len() == page_rows || left == 0 {
            let next = after.filter(|_| !is_end);
            return Ok(Found { rows, are_whole, next });
        }
        (chunk_rows, width) = (chunk_rows.saturating_mul(2).min(CHUNK_MAX), Width::Narrow);
    }
}

/// The ids, the last repeated until there is a power of two of them: a statement that names each would have as many
/// texts as a page may have rows, and each is prepared by itself.
pub(super) fn padded<T: Clone>(ids: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.into_iter().collect();
    if let Some(last) = ids.last().cloned() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

/// The rows of a page read whole. One that has changed since it was looked at is tested again, and left out where it is
/// no longer shown, or no longer there: no page could show it.
async fn complete<L: List + Sync>(list: &L, rows: Vec<L::Row>) -> Result<Vec<L::Row>, LedgerError> {
    let positions: Vec<L::Position> = rows.iter().map(|row| list.position(row)).collect();
    if rows.is_empty() {
        return Ok(rows);
    }
    let mut whole = list.complete(rows).await?;
    whole.retain(|row| list.shows(row));
    let take = |position: &L::Position| {
        let index = whole.iter().position(|row| list.position(row) == *position)?;
        Some(whole.swap_remove(index))
    };
    Ok(positions.iter().filter_map(take).collect())
}
