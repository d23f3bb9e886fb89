//! Work on what one user has, in bounded steps: what a regrouping and an erasure have in common.
//!
//! A step is a transaction of the database of its own, under the ledger's lock like every commit. It changes no fact and so
//! records no event. Any number of instances may take steps of one piece of work: how far it is stands in the user's row,
//! and each begins where the last one ended.

use std::sync::LazyLock;

use uuid::Uuid;

use super::batch::Target;
use super::failure::Failure;
use super::load::{read_rows, transactions_sql};
use super::rows::{Dialect, Kind, Rows};
use super::txn::Txn;
use crate::ledger::{Names, Snapshot, User};

/// Most transactions, or accounts, of one step: the bound of its statements.
pub(crate) const STEP_ROWS_MAX: usize = 1000;

/// What a step found to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There is more to do.
    Advanced,
    /// Nothing is left.
    Done,
}

pub(super) const BOUNDS: [Kind; 3] = [Kind::Text, Kind::Uuid, Kind::Uuid];
pub(super) const BOUND_NAMES: [&str; 3] = ["owner", "after_id", "until_id"];

/// The bounds of what a user has whose ids are above `after` and not above `until`.
pub(super) fn bounds(user_id: &str, after: Option<Uuid>, until: Uuid) -> Rows {
    let mut rows = Rows::new(&BOUNDS);
    rows.push(vec![user_id.into(), after.unwrap_or(Uuid::nil()).into(), until.into()]);
    rows
}

/// The statement that finds a user's transactions in the order of their ids; see [`transactions_sql`].
pub(super) fn transactions_of_user_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> =
        LazyLock::new(|| transactions_sql(Dialect::Postgres, &BOUND_NAMES, &BOUNDS, STEP_ROWS_MAX));
    static SQLITE: LazyLock<String> =
        LazyLock::new(|| transactions_sql(Dialect::Sqlite, &BOUND_NAMES, &BOUNDS, STEP_ROWS_MAX));
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

impl Target {
    /// Begins a step: the user, if there is one, as it stands under the ledger's lock.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn begin_step(&self, user_id: &str) -> Result<(Txn, Snapshot, Option<User>), Failure> {
        let (mut txn, ledger) = Txn::begin(&self.pool, self.ledger_id).await?;
        let names = Names {
            users: [user_id.to_owned()].into(),
            ..Names::default()
        };
        let rows = txn.session().load(self.ledger_id, &names).await?;
        let mut snapshot = Snapshot::new(ledger.state);
        read_rows(&mut snapshot, &rows)?;
        let user = snapshot.users.get(user_id).cloned();
        Ok((txn, snapshot, user))
    }
}
