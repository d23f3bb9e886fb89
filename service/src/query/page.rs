//! Pages of a list, and the cursors that lead from one to the next.

/// Rows of a page where the caller names no limit.
pub const PAGE_LIMIT_DEFAULT: u32 = 20;
/// Most rows of a page.
pub const PAGE_LIMIT_MAX: u32 = 200;

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
