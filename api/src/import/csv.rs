//! CSV (RFC 4180): its header, and a row as the object that a body would be.
//!
//! A cell is text, so that every member is, but for `metadata`, whose text is JSON. An empty cell is an absent member.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::body::Tree;
use crate::problem::Problem;
use crate::spreadsheet::unguarded;

use super::row;

/// What a column of metadata is called before the name of its member.
const METADATA_PREFIX: &str = "metadata.";
/// The member that has those.
const METADATA: &str = "metadata";
/// Columns without which no row could be good.
const REQUIRED: [&str; 2] = ["type", "amount"];

/// The columns of a file, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header(Vec<String>);

impl Header {
    /// Reads the first row of a file.
    ///
    /// # Errors
    /// `malformed_request` for a column that there is not, that is there twice or that is missing.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let columns: Vec<String> = cells(text)?.into_iter().map(Cow::into_owned).collect();
        for (index, name) in columns.iter().enumerate() {
            if !is_known(name) {
                let known = row::OF_A_BODY.join(", ");
                return Err(Problem::malformed(format!(
                    "There is no column {name:?}; known are {known}, metadata.<name>, and those of an export."
                )));
            }
            if columns.iter().take(index).any(|other| other == name) {
                return Err(Problem::malformed(format!(
                    "The header names the column {name:?} twice."
                )));
            }
        }
        match REQUIRED
            .iter()
            .find(|name| !columns.iter().any(|column| column == *name))
        {
            Some(missing) => Err(Problem::malformed(format!("The header lacks the column {missing:?}."))),
            None => Ok(Self(columns)),
        }
    }

    /// Reads a row under these columns.
    ///
    /// # Errors
    /// `malformed_request` for quotes that do not match, for more or fewer cells, and for a member of the metadata
    /// that is given twice.
    pub(super) fn object(&self, text: &str) -> Result<Tree, Problem> {
        let cells = cells(text)?;
        if cells.len() != self.0.len() {
            let detail = format!(
                "The row has {} cells, and the header has {}.",
                cells.len(),
                self.0.len()
            );
            return Err(Problem::malformed(detail));
        }
        let mut members = BTreeMap::new();
        let mut of_metadata = Vec::new();
        for (name, cell) in self.0.iter().zip(cells) {
            if cell.is_empty() {
                continue;
            }
            let cell = unguarded(&cell).to_owned();
            match name.strip_prefix(METADATA_PREFIX) {
                Some(name) => of_metadata.push((name, cell)),
                // What is no JSON is no object either, and refused as such with all else that is wrong.
                None if name == METADATA => {
                    let metadata = Tree::parse(cell.as_bytes()).unwrap_or(Tree::Text(cell));
                    members.insert(name.clone(), metadata);
                }
                None => drop(members.insert(name.clone(), Tree::Text(cell))),
            }
        }
        add_metadata(&mut members, of_metadata)?;
        Ok(Tree::Object(members))
    }
}

fn add_metadata(members: &mut BTreeMap<String, Tree>, of_metadata: Vec<(&str, String)>) -> Result<(), Problem> {
    if of_metadata.is_empty() {
        return Ok(());
    }
    let metadata = members
        .entry(METADATA.to_owned())
        .or_insert_with(|| Tree::Object(BTreeMap::new()));
    // Of another type it is refused in its turn.
    let Tree::Object(metadata) = metadata else {
        return Ok(());
    };
    for (name, cell) in of_metadata {
        match metadata.entry(name.to_owned()) {
            Entry::Vacant(entry) => drop(entry.insert(Tree::Text(cell))),
            Entry::Occupied(_) => {
                return Err(Problem::malformed(format!("The row gives metadata.{name} twice.")));
            }
        }
    }
    Ok(())
}

fn is_known(column: &str) -> bool {
    let of_metadata = column.strip_prefix(METADATA_PREFIX);
    row::is_member(column) || of_metadata.is_some_and(|name| !name.is_empty())
}

/// The cells of a row.
fn cells(text: &str) -> Result<Vec<Cow<'_, str>>, Problem> {
    let mut cells = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (cell, after) = match text.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => match text.split_once(',') {
                Some((cell, after)) => (Cow::Borrowed(cell), Some(after)),
                None => (Cow::Borrowed(text), None),
            },
        };
        cells.push(cell);
        rest = after;
    }
    Ok(cells)
}

/// A cell after its first quote, and what follows its comma.
fn quoted_cell(text: &str) -> Result<(Cow<'_, str>, Option<&str>), Problem> {
    let mut cell = Cow::Borrowed("");
    let mut rest = text;
    loop {
        let (part, after) = rest
            .split_once('"')
            .ok_or_else(|| Problem::malformed("A quoted cell of the row does not end."))?;
        if cell.is_empty() {
            cell = Cow::Borrowed(part);
        } else {
            cell.to_mut().push_str(part);
        }
        match after.strip_prefix('"') {
            // Two quotes stand for one.
            Some(after) => {
                cell.to_mut().push('"');
                rest = after;
            }
            None if after.is_empty() => return Ok((cell, None)),
            None => {
                let after = after.strip_prefix(',').ok_or_else(|| {
                    Problem::malformed("A cell of the row goes on after its closing quote; a quote inside is doubled.")
                })?;
                return Ok((cell, Some(after)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail<T>(outcome: Result<T, Problem>) -> String {
        outcome
            .err()
            .map(|problem| problem.detail().to_owned())
            .unwrap_or_default()
    }

    #[test]
    fn cells_are_taken_apart_at_commas_outside_quotes() {
        for (text, expected) in [
            ("", &[""][..]),
            ("a,b", &["a", "b"]),
            (",", &["", ""]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"\",\"\"", &["", ""]),
            ("\"a\"\"b\"\"\",\"\"\"\"", &["a\"b\"", "\""]),
            ("a\"b,c\nd", &["a\"b", "c\nd"]),
            ("\"a\r\nb\"", &["a\r\nb"]),
        ] {
            assert_eq!(cells(text).unwrap(), expected, "{text:?}");
        }
        for text in ["\"a", "\"a\"b", "\"a\" ,b", "a,\"", "\"a\"\""] {
            assert!(cells(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_header_names_columns_that_there_are_and_each_once() {
        assert!(Header::read("amount,type,metadata.colour,\"user_id\",id,version").is_ok());
        for (text, said) in [
            ("type,amount,colour", "\"colour\""),
            ("type,amount,metadata.", "\"metadata.\""),
            ("type,amount,type", "twice"),
            ("type,user_id", "lacks the column \"amount\""),
            ("type,\"amount", "does not end"),
            ("type, amount", "\" amount\""),
        ] {
            let detail = detail(Header::read(text));
            assert!(detail.contains(said), "{text}: {detail}");
        }
    }

    #[test]
    fn a_row_becomes_the_object_that_a_body_would_be() {
        let header = Header::read("type,amount,user_id,description,metadata,metadata.size").unwrap();
        let object = |text: &str| header.object(text).map(|tree| tree.to_string());
        assert_eq!(
            object("credit,20.5,ada,,\"{\"\"colour\"\":\"\"blue\"\"}\",5").unwrap(),
            r#"{"amount":"20.5","metadata":{"colour":"blue","size":"5"},"type":"credit","user_id":"ada"}"#
        );
        assert_eq!(
            object("credit,20.5,ada,'=1+1,no object,5").unwrap(),
            r#"{"amount":"20.5","description":"=1+1","metadata":"no object","type":"credit","user_id":"ada"}"#
        );
        assert_eq!(
            object("credit,'20,ada,'quoted',,").unwrap(),
            r#"{"amount":"'20","description":"'quoted'","type":"credit","user_id":"ada"}"#
        );
        assert!(detail(object("credit,20")).contains("has 2 cells, and the header has 6"));
        assert!(detail(object("credit,20,ada,,\"{\"\"size\"\":\"\"4\"\"}\",5")).contains("metadata.size twice"));
    }
}
