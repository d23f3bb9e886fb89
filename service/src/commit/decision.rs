//! Deciding a batch over a snapshot, and loading what the snapshot lacks for it.

use futures_util::join;

use std::collections::HashSet;

use super::failure::Failure;
use super::line::Reply;
use super::load::{
    bind_days, bind_listed, bind_usages, day_totals_sql, events_sql, read_day_totals, read_listed, read_rows,
    read_usages, usages_sql,
};
use super::rows::Dialect;
use super::save;
use super::session::Session;
use super::slots::Row;
use super::statement::Statement;
use crate::ledger::{Ids, LargeMovements, Names, Request, Snapshot, UsageKey, decide};
use crate::money::Currency;
use crate::value::Timestamp;

/// From so many events on, making the journal takes longer than a statement of its own for it.
const JOURNAL_APART_MIN: usize = 32;

/// So often a batch is decided over windows of limits that it lacked. Once is the rule; more often where one command waits
/// for what becomes of another. Beyond that its requests are run one by one.
const ROUNDS_MAX: usize = 8;

/// What is decided together, and all that the decision depends on but the snapshot.
pub(super) struct Question<'a> {
    pub(super) requests: &'a [Request],
    pub(super) now: Timestamp,
    /// Randomness for the ids of what is made.
    pub(super) ids: u64,
    /// Movements of so many minor units and above are decided over the totals of their days.
    pub(super) large_amount: i64,
    /// Whether the ledger's row is not locked yet.
    pub(super) is_ahead: bool,
}

/// What was decided; the snapshot has the rest.
pub(super) struct Decided {
    pub(super) replies: Vec<Reply>,
    /// Windows of limits that the snapshot lacked: where there are any, nothing that was decided stands.
    pub(super) lacking: Vec<UsageKey>,
    /// What may be saved before the ledger's row is locked, and is not among the records then.
    pub(super) early: Option<Statement>,
    /// What saves the records, of a batch that is so large that its journal is saved apart.
    pub(super) records: Option<Statement>,
}

/// Everything that the requests name, in a ledger with this default currency.
pub(super) fn name_all(requests: &[Request], default_currency: Currency) -> Names {
    let mut names = Names::default();
    requests.iter().for_each(|request| names.add(request, default_currency));
    names
}

/// Lets a statement that is joined with it go out first: the database works on the one while we do the other.
pub(super) async fn let_it_go_out() {
    tokio::task::yield_now().await;
}

impl Question<'_> {
    /// Loads what is named, and decides. Where all of that is most likely new, it is decided as such while it is looked
    /// for, and once more if some of it was found.
    pub(super) async fn decide(
        &self,
        session: &mut Session,
        names: &Names,
        snapshot: &mut Snapshot,
    ) -> Result<Decided, Failure> {
        let ledger_id = snapshot.ledger.id;
        let rows = if self.is_new(names, snapshot) {
            let (found, decided) = self.decide_as_new(session, names, snapshot).await?;
            if found.is_empty() {
                return self.decide_over_usages(session, snapshot, decided).await;
            }
            snapshot.undo();
            found
        } else {
            session.load(ledger_id, names).await?
        };
        read_rows(snapshot, &rows)?;
        let listed = bind_listed(snapshot);
        if !listed.is_empty() {
            let events = session
                .fetch(events_sql(session.dialect()), ledger_id, vec![listed])
                .await?;
            read_listed(snapshot, &events)?;
        }
        let large = self.large_movements(snapshot);
        if !large.days.is_empty() {
            let sql = day_totals_sql(session.dialect());
            let days = session.fetch(sql, ledger_id, vec![bind_days(&large)]).await?;
            read_day_totals(snapshot, &days)?;
        }
        let decided = self.decide_over(snapshot, session.dialect())?;
        self.decide_over_usages(session, snapshot, decided).await
    }

    /// Loads the windows of limits that were lacking, and decides over them, until none is.
    ///
    /// # Errors
    /// One of the data, where that has no end.
    async fn decide_over_usages(
        &self,
        session: &mut Session,
        snapshot: &mut Snapshot,
        mut decided: Decided,
    ) -> Result<Decided, Failure> {
        let mut rounds = 0_usize;
        while !decided.lacking.is_empty() {
            if rounds == ROUNDS_MAX {
                return Err(Failure::internal("a batch lacks windows of limits without end"));
            }
            rounds = rounds.saturating_add(1);
            snapshot.undo();
            let lists = bind_usages(&decided.lacking);
            let sql = usages_sql(session.dialect());
            let rows = session.fetch(sql, snapshot.ledger.id, lists).await?;
            read_usages(snapshot, decided.lacking, &rows)?;
            decided = self.decide_over(snapshot, session.dialect())?;
        }
        Ok(decided)
    }

    /// Whether all that the snapshot lacks is most likely new.
    pub(super) fn is_new(&self, names: &Names, snapshot: &Snapshot) -> bool {
        names.are_new() && self.large_movements(snapshot).days.is_empty()
    }

    /// Decides as if nothing of what is named were there; the rows are what is.
    pub(super) async fn decide_as_new(
        &self,
        session: &mut Session,
        names: &Names,
        snapshot: &mut Snapshot,
    ) -> Result<(Vec<Row>, Decided), Failure> {
        let dialect = session.dialect();
        let found = session.load(snapshot.ledger.id, names);
        let (found, decided) = join!(found, async {
            let_it_go_out().await;
            self.decide_over(snapshot, dialect)
        });
        Ok((found?, decided?))
    }

    fn large_movements(&self, snapshot: &Snapshot) -> LargeMovements {
        let mut large = LargeMovements::above(self.large_amount);
        self.requests
            .iter()
            .for_each(|request| large.add(request, snapshot, self.now));
        large
    }

    fn decide_over(&self, snapshot: &mut Snapshot, dialect: Dialect) -> Result<Decided, Failure> {
        let mut ids = Ids::new(self.now, self.ids);
        let mut lacking = HashSet::new();
        let mut decide_one = |request: &Request| {
            let decision = decide(snapshot, request, self.now, &mut ids, &mut lacking)?;
            if let Some(changes) = decision.changes {
                snapshot.apply(changes);
            }
            Ok(decision.answer)
        };
        let replies = self.requests.iter().map(&mut decide_one).collect();
        let mut decided = Decided {
            replies,
            lacking: lacking.into_iter().collect(),
            early: None,
            records: None,
        };
        if !decided.lacking.is_empty() {
            return Ok(decided);
        }
        if snapshot.events.len() >= JOURNAL_APART_MIN {
            let records = save::records(snapshot, self.now)?;
            // A reference may be given to a transaction of somebody else's at the same moment.
            let is_early = self.is_ahead && snapshot.references.changed_keys().next().is_none();
            let (early, records) = records
                .into_iter()
                .partition::<Vec<_>, _>(|write| is_early && write.is_of_new_transactions());
            decided.early = Statement::of(dialect, &early)?;
            decided.records = Statement::of(dialect, &records)?;
        }
        Ok(decided)
    }
}
