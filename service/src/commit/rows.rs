//! Rows as parameters: however many there are, the statement's text stays the same, so that it is prepared once.
//!
//! PostgreSQL takes one array a column (`unnest`), SQLite one JSON array of arrays (`jsonb_each`).

use serde::ser::{Serialize, SerializeSeq, Serializer};
use sqlx::Arguments;
use sqlx::postgres::{PgArguments, PgBindIterExt};
use uuid::Uuid;

use super::Corrupt;
use crate::journal::hex;

/// The two databases, where their SQL differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The ledger's number: the same in every row.
    Ledger,
    Int,
    Text,
    Uuid,
    Bytes,
}

impl Kind {
    /// The type's name on PostgreSQL.
    pub(super) fn postgres_type(self) -> &'static str {
        match self {
            Self::Ledger | Self::Int => "int8",
            Self::Text => "text",
            Self::Uuid => "uuid",
            Self::Bytes => "bytea",
        }
    }
}

/// A value to be bound; every one may be NULL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Uuid(Option<Uuid>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! cell_from {
    ($($from:ty => |$value:ident| $cell:expr;)+) => {
        $(impl From<$from> for Cell { fn from($value: $from) -> Self { $cell } })+
    };
}

cell_from! {
    i64 => |value| Self::Int(Some(value));
    Option<i64> => |value| Self::Int(value);
    &str => |value| Self::Text(Some(value.to_owned()));
    String => |value| Self::Text(Some(value));
    Option<&str> => |value| Self::Text(value.map(str::to_owned));
    Option<String> => |value| Self::Text(value);
    Uuid => |value| Self::Uuid(Some(value));
    Option<Uuid> => |value| Self::Uuid(value);
    [u8; 32] => |value| Self::Bytes(Some(value.to_vec()));
    Vec<u8> => |value| Self::Bytes(Some(value));
}

impl Cell {
    fn int(&self) -> Option<i64> {
        if let Self::Int(value) = self { *value } else { None }
    }

    fn text(&self) -> Option<&str> {
        if let Self::Text(value) = self {
            value.as_deref()
        } else {
            None
        }
    }

    fn uuid(&self) -> Option<Uuid> {
        if let Self::Uuid(value) = self { *value } else { None }
    }

    fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(value) = self {
            value.as_deref()
        } else {
            None
        }
    }
}

/// JSON as SQLite reads it back: bytes as hexadecimal, all else as itself.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(value) => value.serialize(serializer),
            Self::Text(value) => value.serialize(serializer),
            Self::Uuid(value) => value.map(|uuid| hex(uuid.as_bytes())).serialize(serializer),
            Self::Bytes(value) => value.as_deref().map(hex).serialize(serializer),
        }
    }
}

/// Rows of one shape.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    kinds: &'static [Kind],
    rows: Vec<Vec<Cell>>,
}

impl Rows {
    pub(super) fn new(kinds: &'static [Kind]) -> Self {
        Self {
            kinds,
            rows: Vec::new(),
        }
    }

    /// Adds a row: one cell of the right kind a column.
    pub(super) fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.kinds.len(), "a row has one cell a column");
        self.rows.push(row);
    }

    /// Puts the rows in the order of their cells.
    pub(super) fn sort(&mut self) {
        self.rows.sort_unstable();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many parameters the rows take.
    pub(super) fn parameters(&self, dialect: Dialect) -> usize {
        parameters(dialect, self.kinds)
    }

    /// Adds the rows to the arguments of a statement for PostgreSQL: an array a column.
    pub(super) fn add_to(&self, arguments: &mut PgArguments) -> Result<(), Corrupt> {
        for (index, kind) in self.kinds.iter().enumerate() {
            let column = self.rows.iter().filter_map(move |row| row.get(index));
            let added = match kind {
                Kind::Ledger => arguments.add(self.rows.first().and_then(|row| row.get(index)).and_then(Cell::int)),
                Kind::Int => arguments.add(column.map(Cell::int).bind_iter()),
                Kind::Text => arguments.add(column.map(Cell::text).bind_iter()),
                Kind::Uuid => arguments.add(column.map(Cell::uuid).bind_iter()),
                Kind::Bytes => arguments.add(column.map(Cell::bytes).bind_iter()),
            };
            added.map_err(Corrupt::new)?;
        }
        Ok(())
    }

    /// The rows as SQLite takes them: a JSON array of arrays.
    pub(super) fn to_json(&self) -> Result<String, Corrupt> {
        serde_json::to_string(&JsonRows(&self.rows)).map_err(Corrupt::new)
    }
}

struct JsonRows<'a>(&'a [Vec<Cell>]);

impl Serialize for JsonRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for row in self.0 {
            sequence.serialize_element(row)?;
        }
        sequence.end()
    }
}

fn parameters(dialect: Dialect, kinds: &[Kind]) -> usize {
    match dialect {
        Dialect::Postgres => kinds.len(),
        Dialect::Sqlite => 1,
    }
}

/// The `SELECT` that yields rows bound from parameter `first` on, with the columns `names`. `unnest` of all arrays in FROM
/// would store every column apart before it makes rows of them, which takes three times as long.
pub(super) fn select_rows(dialect: Dialect, names: &[&str], kinds: &[Kind], first: usize) -> String {
    match dialect {
        Dialect::Postgres => {
            let columns: Vec<String> = names
                .iter()
                .zip(kinds)
                .zip(first..)
                .map(|((name, kind), number)| match kind {
                    Kind::Ledger => format!("${number}::{} AS {name}", kind.postgres_type()),
                    _ => format!("unnest(${number}::{}[]) AS {name}", kind.postgres_type()),
                })
                .collect();
            format!("SELECT {}", columns.join(", "))
        }
        Dialect::Sqlite => {
            let members: Vec<String> = names
                .iter()
                .zip(kinds)
                .enumerate()
                .map(|(index, (name, kind))| match kind {
                    Kind::Ledger | Kind::Int | Kind::Text => format!("value ->> {index} AS {name}"),
                    Kind::Uuid | Kind::Bytes => format!("unhex(value ->> {index}) AS {name}"),
                })
                .collect();
            format!("SELECT {} FROM jsonb_each(${first})", members.join(", "))
        }
    }
}

/// On PostgreSQL, the `SELECT` of the one row of `table` that has this key: the columns of a unique index, each with
/// what it equals.
///
/// A planner that takes a table for empty takes any index for as good as another, and keeps that plan while the table
/// grows. So the last column is a range of one value, in order: no other index yields it without a sort, and sorting is
/// switched off for sessions that commit. `LIMIT` keeps the planner from joining the whole table instead.
pub(super) fn select_one(table: &str, columns: &str, key: &[(&str, &str)]) -> String {
    let Some(((last, value), rest)) = key.split_last() else {
        return String::new();
    };
    let equal: String = rest
        .iter()
        .map(|(column, value)| format!("one.{column} = {value} AND "))
        .collect();
    format!(
        "SELECT {columns} FROM {table} AS one WHERE {equal}one.{last} BETWEEN {value} AND {value} \
         ORDER BY one.{last} LIMIT 1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 3] = [Kind::Int, Kind::Text, Kind::Uuid];

    #[test]
    fn the_text_of_a_statement_does_not_depend_on_its_rows() {
        let names = ["a", "b", "c"];
        assert_eq!(
            select_rows(Dialect::Postgres, &names, &KINDS, 4),
            "SELECT unnest($4::int8[]) AS a, unnest($5::text[]) AS b, unnest($6::uuid[]) AS c"
        );
        assert_eq!(
            select_rows(Dialect::Sqlite, &names, &KINDS, 4),
            "SELECT value ->> 0 AS a, value ->> 1 AS b, unhex(value ->> 2) AS c FROM jsonb_each($4)"
        );
    }

    #[test]
    fn bytes_are_hexadecimal_in_json_and_null_stays_null() {
        let row = vec![
            Cell::from(7),
            Cell::from(None::<&str>),
            Cell::from(Uuid::from_u128(0xAB)),
        ];
        let json = serde_json::to_string(&JsonRows(&[row])).unwrap();
        assert_eq!(json, r#"[[7,null,"000000000000000000000000000000ab"]]"#);
    }
}
