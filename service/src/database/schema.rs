//! Making or checking the schema at the start.

use migration::SchemaState;
use sea_orm::DatabaseConnection;

use crate::{OpenError, Options, Purpose};

/// Brings an old schema up to date for a server whose options say so, and refuses every other that is not current.
pub(super) async fn bring_up_to_date(db: &DatabaseConnection, options: &Options) -> Result<(), OpenError> {
    let is_brought_up = options.migrate && options.purpose == Purpose::Serve;
    match migration::check(db).await? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind(_) if is_brought_up => Ok(migration::up(db).await?),
        state => Err(OpenError(state.to_string())),
    }
}
