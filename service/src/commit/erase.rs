//! Clearing what an erased user leaves behind, in bounded steps.
//!
//! A step takes the personal part and the salt from events that are older than the erasure, and clears the rows that these
//! tell of; no row gets another version.
//!
//! A row is cleared together with the newest of its events, so that whoever verifies finds them alike at every moment.

use std::time::Duration;

use uuid::Uuid;

use super::batch::Target;
use super::failure::Failure;
use super::load::{EVENTS_MAX, accounts_sql, bind_subjects, events_of_sql, read_erasable, read_rows};
use super::rows::Cell;
use super::session::Session;
use super::statement::Statement;
use super::steps::{STEP_ROWS_MAX, Step, bounds, transactions_of_user_sql};
use super::tables::{self, Mode, Table, Write};
use super::txn::Txn;
use crate::database::WritePool;
use crate::ledger::{Account, Erasing, ErasureStage, Snapshot, Transaction, User, search};

/// Metadata without a member, as it is stored.
const NO_METADATA: &str = "{}";

/// The pause between two tries to empty SQLite's write-ahead log.
const LOG_PAUSE: Duration = Duration::from_millis(100);

/// What a step clears besides events.
struct Subject {
    /// As events name it.
    name: String,
    id: Option<Uuid>,
    /// The position of its first event, where its row names that.
    first_position: Option<i64>,
    /// The row as it becomes, in this table; `None` where there is nothing to clear.
    row: Option<(Table, Vec<Cell>)>,
}

/// What a step has found to clear.
struct Found {
    /// The subjects that are cleared whole.
    done: Vec<Subject>,
    positions: Vec<i64>,
    /// Whether there is more of this stage.
    has_more: bool,
}

impl Target {
    /// Takes one step of the user's erasure, if there is one: clears at most `step_rows` accounts or transactions.
    ///
    /// # Errors
    /// Those of the database; what earlier steps cleared stays cleared.
    pub(super) async fn erase_step(&self, user_id: &str, step_rows: usize) -> Result<Step, Failure> {
        let step_rows = step_rows.clamp(1, STEP_ROWS_MAX);
        let (mut txn, snapshot, user) = self.begin_step(user_id).await?;
        let Some((user, erasing)) = user.and_then(|user| user.erasing.map(|erasing| (user, erasing))) else {
            txn.rollback().await?;
            return Ok(Step::Done);
        };
        let subjects = self.subjects(&mut txn, snapshot, &user, &erasing).await?;
        let has_more = subjects.len() >= step_rows && erasing.stage != ErasureStage::User;
        let subjects = subjects.into_iter().take(step_rows).collect();
        let found = self.find_events(&mut txn, subjects, user.position, has_more).await?;
        let next = after(&found, &user, erasing);
        let writes = self.erasing_writes(&user, found, next);
        txn.save(Statement::of(txn.dialect(), &writes)?).await?;
        txn.commit().await?;
        Ok(Step::Advanced)
    }

    /// The next of what the stage clears, in the order of their ids.
    async fn subjects(
        &self,
        txn: &mut Txn,
        mut snapshot: Snapshot,
        user: &User,
        erasing: &Erasing,
    ) -> Result<Vec<Subject>, Failure> {
        let sql = match erasing.stage {
            ErasureStage::User => {
                return Ok(vec![Subject {
                    name: format!("users/{}", user.id),
                    id: None,
                    first_position: None,
                    row: None,
                }]);
            }
            ErasureStage::Accounts => accounts_sql(txn.dialect()),
            ErasureStage::Transactions => transactions_of_user_sql(txn.dialect()),
        };
        let bounds = vec![bounds(&user.id, erasing.after, Uuid::max())];
        let rows = txn.session().fetch(sql, self.ledger_id, bounds).await?;
        read_rows(&mut snapshot, &rows)?;
        let mut subjects: Vec<Subject> = match erasing.stage {
            ErasureStage::Transactions => {
                let transactions = snapshot.transactions.iter();
                transactions
                    .map(|own| transaction_subject(self.ledger_id, user, own))
                    .collect()
            }
            _ => {
                let accounts = snapshot.accounts.iter();
                accounts.map(|own| account_subject(self.ledger_id, user, own)).collect()
            }
        };
        subjects.sort_unstable_by_key(|subject| subject.id);
        Ok(subjects)
    }

    /// The events to clear; of the subjects, those that are cleared whole with them.
    async fn find_events(
        &self,
        txn: &mut Txn,
        mut subjects: Vec<Subject>,
        before: i64,
        has_more: bool,
    ) -> Result<Found, Failure> {
        let names = subjects.iter().map(|subject| subject.name.as_str());
        let named = vec![bind_subjects(names, before)];
        let sql = events_of_sql(txn.dialect());
        let mut events = read_erasable(&txn.session().fetch(sql, self.ledger_id, named).await?)?;
        // Where there may be more events, the last subject has to wait for them, and so have those behind it. The last
        // event waits with it: it may be the newest of all, which is cleared together with the row.
        let last = if events.len() >= EVENTS_MAX { events.pop() } else { None };
        let is_cut = last.is_some();
        if let Some((number, _)) = last {
            subjects.truncate(number);
        }
        let first = subjects.iter().filter_map(|subject| subject.first_position);
        let positions = events.iter().map(|(_, position)| *position).chain(first).collect();
        Ok(Found {
            done: subjects,
            positions,
            has_more: is_cut || has_more,
        })
    }

    fn erasing_writes(&self, user: &User, found: Found, next: Option<Erasing>) -> Vec<Write> {
        let id = self.ledger_id;
        let no = None::<&str>;
        let events = found
            .positions
            .into_iter()
            .map(|position| vec![id.into(), position.into(), no.into(), Cell::Bytes(None)]);
        let reached = vec![
            id.into(),
            user.id.as_str().into(),
            next.map(|erasing| erasing.stage.as_str()).into(),
            next.and_then(|erasing| erasing.after).into(),
        ];
        let mut writes = vec![
            Write::new(tables::EVENT_TEXTS, Mode::Update, events),
            Write::new(tables::USER_ERASURES, Mode::Update, [reached]),
        ];
        let mut rows = found.done.into_iter().filter_map(|subject| subject.row).peekable();
        if let Some((table, _)) = rows.peek().cloned() {
            writes.push(Write::new(table, Mode::Update, rows.map(|(_, row)| row)));
        }
        writes.retain(|write| !write.rows.is_empty());
        writes
    }
}

/// Empties SQLite's write-ahead log, which still shows what was cleared; whether no reader was in the way at the last of
/// so many tries. PostgreSQL's is its own.
///
/// # Errors
/// Those of the file.
pub(super) async fn empty_log(pool: &WritePool, tries_max: u32) -> Result<bool, Failure> {
    if matches!(pool, WritePool::Postgres(_)) {
        return Ok(true);
    }
    for attempt in 0..tries_max {
        if attempt > 0 {
            tokio::time::sleep(LOG_PAUSE).await;
        }
        let mut session = Session::lend(pool).await?;
        let is_empty = session.empty_log().await?;
        session.give_back();
        if is_empty {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How far the erasure is once what was found is cleared; `None`: at its end.
fn after(found: &Found, user: &User, erasing: Erasing) -> Option<Erasing> {
    if found.has_more {
        let last = found.done.last().and_then(|subject| subject.id);
        return Some(Erasing {
            after: last.or(erasing.after),
            ..erasing
        });
    }
    let texts = user.erasure.is_some_and(|erasure| erasure.texts);
    erasing.stage.next(texts).map(|stage| Erasing { stage, after: None })
}

fn account_subject(ledger_id: i64, user: &User, account: &Account) -> Subject {
    let mut erased = account.clone();
    let is_to_clear = user.erases_account(account) && erased.erase();
    Subject {
        name: format!("accounts/{}", account.id),
        id: Some(account.id),
        first_position: None,
        row: is_to_clear.then(|| {
            let row = vec![ledger_id.into(), account.id.into(), NO_METADATA.into()];
            (tables::ACCOUNT_TEXTS, row)
        }),
    }
}

fn transaction_subject(ledger_id: i64, user: &User, transaction: &Transaction) -> Subject {
    let mut erased = transaction.clone();
    let is_to_clear = user.erases_transaction(transaction) && erased.erase();
    let first = transaction.first_position;
    Subject {
        name: format!("transactions/{}", transaction.id),
        id: Some(transaction.id),
        first_position: Some(first).filter(|first| *first < user.position),
        row: is_to_clear.then(|| {
            let (reference, category) = (transaction.reference.as_deref(), transaction.category.as_deref());
            let row = vec![
                ledger_id.into(),
                transaction.id.into(),
                None::<&str>.into(),
                NO_METADATA.into(),
                search::text_of_transaction(None, reference, category).into(),
            ];
            (tables::TRANSACTION_TEXTS, row)
        }),
    }
}
