//! Reading a table to its end in bounded pages, by its key.

use std::collections::{HashMap, VecDeque};

use entity::event;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};

use super::View;
use crate::LedgerError;

/// Rows of a page, as every statement of a [`Scan`] says in its text.
pub(super) const PAGE_ROWS: usize = 500;

/// The rows of one statement, a page at a time, each page from the key of the last row on.
pub(super) struct Scan<M> {
    sql: &'static str,
    ledger_id: i64,
    after: Vec<Value>,
    key: fn(&M) -> Vec<Value>,
    page: VecDeque<M>,
    is_at_end: bool,
}

impl<M: FromQueryResult> Scan<M> {
    /// The rows of `sql` after the key `start`: a statement whose first parameter is the ledger and whose further ones
    /// are the key to begin after, and that ends in `LIMIT 500`.
    pub(super) fn new(sql: &'static str, ledger_id: i64, start: Vec<Value>, key: fn(&M) -> Vec<Value>) -> Self {
        Self {
            sql,
            ledger_id,
            after: start,
            key,
            page: VecDeque::new(),
            is_at_end: false,
        }
    }

    async fn fill(&mut self, view: &View) -> Result<(), LedgerError> {
        if !self.page.is_empty() || self.is_at_end {
            return Ok(());
        }
        view.check_waited_for()?;
        let mut values = vec![Value::from(self.ledger_id)];
        values.extend(self.after.iter().cloned());
        let statement = Statement::from_sql_and_values(view.get_database_backend(), self.sql, values);
        let rows = M::find_by_statement(statement).all(&**view).await?;
        self.is_at_end = rows.len() < PAGE_ROWS;
        if let Some(last) = rows.last() {
            self.after = (self.key)(last);
        }
        self.page = rows.into();
        Ok(())
    }

    /// The next row.
    pub(super) async fn next(&mut self, view: &View) -> Result<Option<M>, LedgerError> {
        self.fill(view).await?;
        Ok(self.page.pop_front())
    }

    /// The next row, if there is one and it is one that is wanted; else it stays.
    pub(super) async fn next_if(
        &mut self,
        view: &View,
        is_wanted: impl FnOnce(&M) -> bool,
    ) -> Result<Option<M>, LedgerError> {
        self.fill(view).await?;
        Ok(self
            .page
            .front()
            .is_some_and(is_wanted)
            .then(|| self.page.pop_front())
            .flatten())
    }

    /// All rows of the next page; none at the end.
    pub(super) async fn next_page(&mut self, view: &View) -> Result<Vec<M>, LedgerError> {
        self.fill(view).await?;
        Ok(std::mem::take(&mut self.page).into())
    }
}

/// The ledger's events at `positions`, of which there are at most a few pages' worth.
pub(super) async fn find_events(
    view: &View,
    ledger_id: i64,
    positions: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, event::Model>, LedgerError> {
    let events = event::Entity::find()
        .filter(event::Column::LedgerId.eq(ledger_id))
        .filter(event::Column::Position.is_in(positions))
        .all(&**view)
        .await?;
    Ok(events.into_iter().map(|event| (event.position, event)).collect())
}

/// The events that changed subjects of one kind, whose names begin with `prefix`, after they were made: in the order of
/// the subjects' names, then of their versions.
pub(super) fn later_events(ledger_id: i64, prefix: &str) -> Scan<event::Model> {
    // The character after the slash bounds the subjects of the kind: none of the others comes between.
    let end = prefix.replace('/', "0");
    let start = vec![Value::from(end), prefix.into(), 0_i64.into(), 0_i64.into()];
    Scan::new(
        "SELECT * FROM events WHERE ledger_id = $1 AND subject_version > 1 AND subject < $2
            AND (subject, subject_version, position) > ($3, $4, $5)
            ORDER BY subject, subject_version, position LIMIT 500",
        ledger_id,
        start,
        |event| {
            let kind = event.subject.split_once('/').map_or("", |(kind, _)| kind);
            vec![
                format!("{kind}0").into(),
                event.subject.as_str().into(),
                event.subject_version.into(),
                event.position.into(),
            ]
        },
    )
}
