//! Making or checking the schema at the start.

use migration::{FileLock, SchemaState, Target};
use sea_orm::DatabaseConnection;

use crate::{OpenError, Options};

/// Brings an old schema up to date where the options say so, and refuses every other that is not current.
pub(super) async fn bring_up_to_date(
    db: &DatabaseConnection,
    target: &Target,
    options: &Options,
) -> Result<(), OpenError> {
    match migration::check(db).await? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind(_) if options.migrate => {
            let _lock = lock_for_change(target, options)?;
            Ok(migration::up(db).await?)
        }
        SchemaState::Behind(pending) => Err(OpenError(format!(
            "the schema of the database lacks {}: run `daybook migrate up`",
            pending.join(", ")
        ))),
        SchemaState::Ahead(unknown) => Err(OpenError(format!(
            "this program is too old for the database, whose schema has {}: run a newer one",
            unknown.join(", ")
        ))),
    }
}

/// The lock that a change of a SQLite schema needs, where the options did not make us take it before.
fn lock_for_change(target: &Target, options: &Options) -> Result<Option<FileLock>, OpenError> {
    match target {
        Target::Sqlite(path) if !options.exclusive => Ok(Some(FileLock::acquire(path)?)),
        _ => Ok(None),
    }
}
