//! Rows of several kinds from one statement: each kind puts its columns into the slots of their types, one after
//! another, and leaves the rest of the slots NULL.
//!
//! So a load is one round trip whose values come as themselves; building JSON of them costs PostgreSQL more than finding
//! them.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};
use uuid::Uuid;

use super::failure::Failure;
use super::rows::{Dialect, Kind};

/// The slots of each type; a kind of row has no more columns of it.
const SLOTS: [(Kind, usize); 4] = [(Kind::Int, 14), (Kind::Text, 10), (Kind::Uuid, 4), (Kind::Bytes, 1)];

/// A column, as SQL names it, and its type.
pub(super) type Column = (&'static str, Kind);

/// A row as either database gives it.
pub(super) enum Row {
    Postgres(PgRow),
    Sqlite(SqliteRow),
}

impl Row {
    /// The value of the column with this number.
    pub(super) fn get<T>(&self, index: usize) -> Result<T, sqlx::Error>
    where
        T: Type<Postgres> + for<'r> Decode<'r, Postgres> + Type<Sqlite> + for<'r> Decode<'r, Sqlite>,
    {
        match self {
            Self::Postgres(row) => row.try_get(index),
            Self::Sqlite(row) => row.try_get(index),
        }
    }
}

/// What follows SELECT for rows that are marked with `tag` and have these columns.
pub(super) fn select_slots(dialect: Dialect, tag: &str, columns: &[&[Column]]) -> String {
    let mut selected = format!("'{tag}' AS tag");
    for (kind, count) in SLOTS {
        let mut names = columns
            .iter()
            .flat_map(|columns| columns.iter())
            .filter(|(_, own)| *own == kind)
            .map(|(name, _)| (*name).to_owned());
        for _ in 0..count {
            let empty = || match dialect {
                Dialect::Postgres => format!("NULL::{}", kind.postgres_type()),
                Dialect::Sqlite => "NULL".to_owned(),
            };
            selected.push_str(", ");
            selected.push_str(&names.next().unwrap_or_else(empty));
        }
        debug_assert_eq!(names.next(), None, "the slots of a type suffice for every kind of row");
    }
    selected
}

/// Reads a row's values in the order of its columns.
pub(super) struct Slots<'r> {
    row: &'r Row,
    /// The next slot of each type, in the order of [`SLOTS`].
    next: [usize; SLOTS.len()],
}

impl<'r> Slots<'r> {
    /// The row's tag, and its values.
    pub(super) fn of(row: &'r Row) -> Result<(String, Self), Failure> {
        let mut first = 1_usize;
        let next = SLOTS.map(|(_, count)| {
            let own = first;
            first = first.saturating_add(count);
            own
        });
        Ok((row.get(0)?, Self { row, next }))
    }

    /// The value of the next column.
    pub(super) fn take<T: SlotValue>(&mut self) -> Result<T, Failure> {
        let own = SLOTS.iter().zip(&mut self.next).find(|((kind, _), _)| *kind == T::KIND);
        let Some((_, next)) = own else {
            return Err(Failure::internal("there is no slot of this type"));
        };
        let value = self.row.get(*next)?;
        *next = next.saturating_add(1);
        Ok(value)
    }
}

/// A type that a column can have.
pub(super) trait SlotValue:
    Type<Postgres> + for<'r> Decode<'r, Postgres> + Type<Sqlite> + for<'r> Decode<'r, Sqlite>
{
    const KIND: Kind;
}

macro_rules! slot_values {
    ($($type:ty: $kind:ident),+ $(,)?) => {
        $(
            impl SlotValue for $type { const KIND: Kind = Kind::$kind; }
            impl SlotValue for Option<$type> { const KIND: Kind = Kind::$kind; }
        )+
    };
}

slot_values! { i64: Int, String: Text, Uuid: Uuid, Vec<u8>: Bytes }
