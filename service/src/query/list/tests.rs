//! Walks over lists of numbers, of any length and with any filter.

use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;

/// Rows are their own positions; those that `keeps` refuses are not shown. The flag tells whether a row is whole.
struct Numbers {
    rows: Vec<u64>,
    keeps: fn(u64) -> bool,
    is_filtered: bool,
    examined: AtomicU64,
    read_whole: AtomicU64,
    /// Rows that are gone when a page is completed.
    gone: fn(u64) -> bool,
}

impl Numbers {
    fn read(&self, row: u64, width: Width) -> (u64, Width) {
        if width == Width::Whole {
            self.read_whole.fetch_add(1, Ordering::Relaxed);
        }
        (row, width)
    }
}

impl List for Numbers {
    type Row = (u64, Width);
    type Position = u64;

    fn description(&self) -> String {
        "numbers".to_owned()
    }

    async fn chunk(&self, after: Option<&u64>, limit: u64, width: Width) -> Result<Vec<Self::Row>, LedgerError> {
        let rows = self.rows.iter().filter(|row| after.is_none_or(|after| *row > after));
        let rows = rows.take(usize::try_from(limit).unwrap());
        let rows: Vec<_> = rows.map(|row| self.read(*row, width)).collect();
        self.examined
            .fetch_add(u64::try_from(rows.len()).unwrap(), Ordering::Relaxed);
        Ok(rows)
    }

    async fn complete(&self, rows: Vec<Self::Row>) -> Result<Vec<Self::Row>, LedgerError> {
        let left = rows.iter().filter(|(row, _)| !(self.gone)(*row));
        Ok(left.rev().map(|(row, _)| self.read(*row, Width::Whole)).collect())
    }

    fn position(&self, row: &Self::Row) -> u64 {
        row.0
    }

    fn is_filtered(&self) -> bool {
        self.is_filtered
    }

    fn shows(&self, row: &Self::Row) -> bool {
        (self.keeps)(row.0)
    }
}

fn numbers(rows: impl IntoIterator<Item = u64>, keeps: fn(u64) -> bool) -> Numbers {
    Numbers {
        rows: rows.into_iter().collect(),
        keeps,
        is_filtered: true,
        examined: AtomicU64::new(0),
        read_whole: AtomicU64::new(0),
        gone: |_| false,
    }
}

/// Every page from the first to the last, each of which is checked for its bounds.
fn walk(list: &Numbers, limit: u32) -> Vec<Vec<u64>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut pages = Vec::new();
    let mut cursor = None;
    loop {
        let read = || [&list.examined, &list.read_whole].map(|count| count.load(Ordering::Relaxed));
        let before = read();
        let page = runtime
            .block_on(read_page(list, &PageRequest { limit, cursor }))
            .unwrap();
        let [examined, whole] = [0, 1].map(|index: usize| read()[index].saturating_sub(before[index]));
        assert!(examined <= EXAMINED_MAX);
        // The first chunk of a list without filters, and then what is shown.
        assert!(
            whole <= u64::from(limit).saturating_mul(2).saturating_add(1),
            "{whole} rows were held whole"
        );
        assert!(page.data.len() <= usize::try_from(limit).unwrap());
        assert!(page.data.iter().all(|(_, width)| *width == Width::Whole));
        pages.push(page.data.into_iter().map(|(row, _)| row).collect());
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

#[test]
fn rows_that_are_looked_for_are_not_held_whole_before_they_are_found() {
    let read_whole = |is_filtered| {
        let list = Numbers {
            is_filtered,
            ..numbers(1..=9_000, |row| row > 8_900)
        };
        let pages = walk(&list, 200);
        assert_eq!(pages.concat().len(), 100);
        list.read_whole.load(Ordering::Relaxed)
    };
    assert_eq!(read_whole(true), 100);
    // The first chunk of a list that hides few rows is read at once.
    assert_eq!(read_whole(false), 201 + 100);
}

#[test]
fn a_row_that_is_gone_before_it_is_read_whole_is_left_out() {
    let list = Numbers {
        gone: |row| row == 4,
        ..numbers(1..=10, |row| row % 2 == 0)
    };
    assert_eq!(walk(&list, 3), [vec![2, 6], vec![8, 10]]);
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
