//! A file that an export continues.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom};
use std::path::Path;

use service::query::TransactionVersion;
use service::{Daybook, Ledger, LedgerError};

use super::Failure;
use super::destination::Output;
use crate::export::{End, NoEnd};
use crate::format::Format;

/// Opens the file, makes it where it is absent, and says where it ends once a row that is torn has been cut off.
///
/// # Errors
/// What is no export of this ledger in this format, in the order of recording; it is left as it is.
pub(super) async fn open(
    path: &Path,
    format: Format,
    daybook: &Daybook,
    ledger: &Ledger,
) -> Result<(Output, End), Failure> {
    let shown = path.display();
    let unusable = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot append to {shown}: {why}"));
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(path).map_err(|error| unusable(&error))?;
    // A file system that knows no locks leaves it to whoever starts two exports.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(Failure::failed(format!("another export is writing {shown}")));
    }
    let end = End::find(&file, format).map_err(|error| match error {
        NoEnd::Unreadable(error) => unusable(&error),
        foreign => unusable(&format!("{foreign}; --append adds to files that it made")),
    })?;
    if let Some(last) = end.last {
        let found = daybook.find_transaction(ledger, last, TransactionVersion::Newest).await;
        found.map_err(|error| match error {
            LedgerError::NotFound(_) => unusable(&"its last transaction is none of this ledger"),
            error => Failure::failed(error),
        })?;
    }
    cut(&mut file, end).map_err(|error| unusable(&error))?;
    let path = path.to_owned();
    Ok((Output::File { file, path }, end))
}

fn cut(file: &mut File, end: End) -> std::io::Result<()> {
    file.set_len(end.bytes)?;
    file.seek(SeekFrom::Start(end.bytes))?;
    Ok(())
}
