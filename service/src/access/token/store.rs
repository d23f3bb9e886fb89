//! The table `token_keys`: read by all, changed by one at a time.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, RuntimeErr, Statement};
use secrecy::{ExposeSecret, SecretSlice};
use sqlx::{Postgres, Sqlite};

use super::TOKEN_TIME_MAX_S;
use super::compact::LEEWAY_S;
use super::sign::NewKey;
use crate::database::{Readers, WritePool, Writer};
use crate::value::Timestamp;
use crate::{LedgerError, clock};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// How long a key signs before another takes its turn: 30 days.
const SIGNS_FOR: i64 = 30 * 86_400 * SECOND;
/// How long an instance may go on signing with a key that another has retired.
const HANDOVER_S: i64 = 60;

/// Which keys a change ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Those that are older than a key may be.
    Due,
    /// The one that signs: what it has signed stays valid until it is over.
    Now,
    /// All, and with them every token that was signed: for a key that somebody else knows.
    Revoke,
}

/// A key as people are shown it; the private one never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// Its name in the header of tokens.
    pub kid: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ceased to sign; `None`: it signs.
    pub retired_at: Option<Timestamp>,
}

/// A row; in no `Debug`.
#[derive(FromQueryResult)]
pub(super) struct Row {
    pub(super) kid: String,
    private_key: Option<Vec<u8>>,
    pub(super) public_key: Vec<u8>,
    pub(super) created_at: i64,
    pub(super) retired_at: Option<i64>,
}

impl Row {
    /// The private key, taken out of the row; wiped when it is dropped.
    pub(super) fn take_private(&mut self) -> Option<SecretSlice<u8>> {
        self.private_key.take().map(SecretSlice::from)
    }

    /// Whether a token that it signed may still work.
    pub(super) fn verifies_at(&self, now: Timestamp) -> bool {
        self.retired_at.is_none_or(|retired_at| retired_at > oldest_kept(now))
    }
}

/// Every key, oldest first.
pub(super) async fn read(db: &Readers) -> Result<Vec<Row>, LedgerError> {
    const SELECT: &str =
        "SELECT kid, private_key, public_key, created_at, retired_at FROM token_keys ORDER BY created_at, kid";
    let statement = Statement::from_string(db.get_database_backend(), SELECT);
    Ok(Row::find_by_statement(statement).all(db).await?)
}

/// Until when keys were retired whose last token is over.
fn oldest_kept(now: Timestamp) -> i64 {
    let leeway = i64::try_from(LEEWAY_S).unwrap_or_default();
    let kept_s = i64::from(TOKEN_TIME_MAX_S)
        .saturating_add(leeway)
        .saturating_add(HANDOVER_S);
    now.micros().saturating_sub(kept_s.saturating_mul(SECOND))
}

/// Ends keys, removes those whose last token is over, and makes one where none signs. Of several instances that do so at
/// once one comes after the other, and what the first has made is enough for all.
///
/// # Errors
/// Those of a database that does not answer.
pub(super) async fn change(pool: &WritePool, rotation: Rotation) -> Result<(), LedgerError> {
    let (pool, new, now) = (pool.clone(), NewKey::draw()?, clock::now());
    // A task of its own: a caller that goes away must not leave a transaction of the database half way.
    let task = tokio::spawn(async move {
        match pool {
            WritePool::Postgres(writers) => change_on_postgres(writers.lend().await?, &new, rotation, now).await,
            WritePool::Sqlite(writers) => change_on_sqlite(writers.lend().await?, &new, rotation, now).await,
        }
    });
    let changed = task.await.map_err(|error| LedgerError::Internal(error.to_string()))?;
    changed.map_err(|error: sqlx::Error| DbErr::Query(RuntimeErr::SqlxError(error.into())).into())
}

const DELETE: &str = "DELETE FROM token_keys WHERE retired_at <= $1 OR $2 = 1";
const RETIRE: &str =
    "UPDATE token_keys SET retired_at = $1, private_key = NULL WHERE retired_at IS NULL AND created_at <= $2";
const INSERT: &str = "INSERT INTO token_keys (kid, algorithm, private_key, public_key, created_at) \
    VALUES ($1, 'EdDSA', $2, $3, $4) ON CONFLICT DO NOTHING";

/// The statements of a change, on either database; a connection that fails is closed, which undoes them.
macro_rules! change_on {
    ($name:ident, $database:ty, $begin:literal) => {
        async fn $name(
            mut writer: Writer<$database>,
            new: &NewKey,
            rotation: Rotation,
            now: Timestamp,
        ) -> Result<(), sqlx::Error> {
            let connection = writer.connection()?;
            sqlx::raw_sql($begin).execute(&mut *connection).await?;
            sqlx::query(DELETE)
                .bind(oldest_kept(now))
                .bind(i64::from(rotation == Rotation::Revoke))
                .execute(&mut *connection)
                .await?;
            sqlx::query(RETIRE)
                .bind(now.micros())
                .bind(newest_retired(rotation, now))
                .execute(&mut *connection)
                .await?;
            sqlx::query(INSERT)
                .bind(&new.kid)
                .bind(new.private.expose_secret().as_slice())
                .bind(new.public.as_slice())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
            sqlx::raw_sql("COMMIT").execute(&mut *connection).await?;
            writer.give_back();
            Ok(())
        }
    };
}

change_on!(change_on_sqlite, Sqlite, "BEGIN IMMEDIATE");
change_on!(
    change_on_postgres,
    Postgres,
    "BEGIN; LOCK TABLE token_keys IN EXCLUSIVE MODE"
);

/// The newest time of making of keys that cease to sign.
fn newest_retired(rotation: Rotation, now: Timestamp) -> i64 {
    match rotation {
        Rotation::Due => now.micros().saturating_sub(SIGNS_FOR),
        Rotation::Now | Rotation::Revoke => i64::MAX,
    }
}
