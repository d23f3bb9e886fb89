//! Rows read whole, or without what can be large in them: a caller's metadata may have a hundred kilobytes.

use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, IdenStatic, Iterable, QuerySelect, Select};

/// How much of each row of a chunk is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// All of it.
    Whole,
    /// What tells whether the row is shown, and where it stands; large columns come empty.
    Narrow,
}

impl Width {
    /// The columns of a row; `large` are those that can be, each with the literal that stands for its absence.
    pub(super) fn select<E: EntityTrait>(self, large: &[(E::Column, &'static str)]) -> Select<E> {
        if self == Self::Whole {
            return E::find();
        }
        let empty = |column: &E::Column| {
            let mut all = large.iter();
            all.find_map(|(other, literal)| (other.as_str() == column.as_str()).then_some(*literal))
        };
        E::Column::iter().fold(E::find().select_only(), |select, column| match empty(&column) {
            None => select.column(column),
            Some(literal) => select.column_as(Expr::cust(literal), column.as_str()),
        })
    }
}

/// No metadata, as a literal.
pub(super) const NO_METADATA: &str = "CAST('{}' AS TEXT)";
/// No text, as a literal.
pub(super) const NO_TEXT: &str = "CAST(NULL AS TEXT)";
