//! Two ranges of indexes read as one list.

use sea_orm::Order;
use sea_orm::sea_query::{Asterisk, IntoColumnRef, Query, SelectStatement, UnionType};

/// The first `limit` rows of both ranges in their common order; each of them is in that order, and has no more rows
/// than `limit`. A row that is in both comes twice.
pub(super) fn merge<C: IntoColumnRef>(
    ranges: [SelectStatement; 2],
    order: impl IntoIterator<Item = C>,
    direction: &Order,
    limit: u64,
) -> SelectStatement {
    // SQLite takes no ORDER BY before UNION, but in a subquery.
    let wrapped = |range, name: &'static str| Query::select().column(Asterisk).from_subquery(range, name).to_owned();
    let [first, second] = ranges;
    let both = wrapped(first, "first_range")
        .union(UnionType::All, wrapped(second, "second_range"))
        .to_owned();
    let mut merged = Query::select();
    merged.column(Asterisk).from_subquery(both, "ranges").limit(limit);
    for column in order {
        merged.order_by(column, direction.clone());
    }
    merged
}
