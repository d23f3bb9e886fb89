//! The statement of an account: one line for each of its posted transactions as it stands now, in the order of their
//! dates, with the balance that each leads to.
//!
//! Every page is right for the moment in which it was read: its opening and closing balance, its lines and their balances
//! fit each other, whatever was changed since the page before. A whole statement, read line by line to the end, is of one
//! piece instead; see [`walk`].

mod figures;
mod movements;
mod period;
mod walk;

use entity::{account, user};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::page::Binding;
use super::{PageRequest, Reader, StatementQuery};
use crate::ledger::LEDGER_OWNER;
use crate::money::Currency;
use crate::record::{StatementLineRecord, StatementRecord};
use crate::value::{TimeZone, Timestamp};
use crate::{LedgerError, Resource};
use figures::{Cursor, Figures};
pub(super) use movements::Movements;
use movements::{Line, Lines, Position};
use period::Period;
pub(crate) use walk::Walk;

/// What a statement is of.
struct Subject {
    account_id: Uuid,
    owner: String,
    currency: Currency,
    zone: TimeZone,
    period: Period,
}

impl Reader<'_> {
    /// A page of a statement.
    pub(crate) async fn find_statement(
        &self,
        query: &StatementQuery,
        request: &PageRequest,
    ) -> Result<StatementRecord, LedgerError> {
        let description = description(self.ledger.id, query);
        let binding = Binding::new(&description);
        let cursor = request.cursor.as_deref();
        let cursor = cursor.map(|cursor| binding.position::<Cursor>(cursor)).transpose()?;
        let subject = self.find_subject(query).await?;
        let sealed = format!("{description} {:?}", subject.period);
        let (figures, seq, mut lines) = self.read_page(&subject, &sealed, cursor, request.limit).await?;
        let is_end = cut(&mut lines, u64::from(request.limit));
        let (records, before) = records(&lines, figures.before, subject.currency);
        let next = lines.last().filter(|_| !is_end).map(|last| {
            let figures = Figures { before, ..figures };
            binding.cursor(&figures.cursor(self.ledger, &sealed, seq, last.position))
        });
        Ok(StatementRecord {
            account_id: subject.account_id,
            currency: subject.currency.code,
            time_zone: subject.zone.name().to_owned(),
            from: query.from,
            to: query.to,
            opening_balance: subject.currency.format(figures.opening),
            closing_balance: subject.currency.format(figures.closing),
            lines: records,
            next_cursor: next.transpose()?,
        })
    }

    /// The figures of a page, the number of the account's newest entry, and the lines with one more than the page has.
    async fn read_page(
        &self,
        subject: &Subject,
        sealed: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<(Figures, i64, Vec<Line>), LedgerError> {
        let movements = self.movements(subject);
        // The user may have moved to where the period begins later.
        let after = cursor
            .as_ref()
            .and_then(|cursor| Some(cursor.0).max(subject.period.start));
        let lines = subject.lines(after, u64::from(limit));
        if let Some(cursor) = cursor {
            let found = movements.read(&[], Some(lines)).await?;
            if let Some(figures) = cursor.figures(self.ledger, sealed, found.seq) {
                return Ok((figures, found.seq, found.lines));
            }
        }
        let points = Figures::points(subject.period, after);
        let found = movements.read(&points, Some(lines)).await?;
        let figures = Figures::new(subject.period, after, &found);
        Ok((figures, found.seq, found.lines))
    }

    fn movements<'a>(&'a self, subject: &'a Subject) -> Movements<'a> {
        Movements {
            db: self.db,
            ledger_id: self.ledger.id,
            account_id: subject.account_id,
            owner: &subject.owner,
        }
    }

    async fn find_subject(&self, query: &StatementQuery) -> Result<Subject, LedgerError> {
        let account = self.find_account_row(query.account_id).await?;
        let currencies = self.currencies([account.currency.as_str()]).await?;
        let zone = self.find_zone(&account).await?;
        Ok(Subject {
            account_id: account.id,
            currency: currencies.find(&account.currency)?,
            zone,
            period: Period::new(query, zone),
            owner: account.owner,
        })
    }

    /// The zone whose days a statement is of: that of the account's user.
    async fn find_zone(&self, account: &account::Model) -> Result<TimeZone, LedgerError> {
        if account.owner == LEDGER_OWNER {
            return Ok(TimeZone::UTC);
        }
        let key = (self.ledger.id, account.owner.clone());
        let user = user::Entity::find_by_id(key).one(self.db).await?;
        let user = user.ok_or(LedgerError::NotFound(Resource::User))?;
        TimeZone::parse(&user.time_zone)
            .map_err(|_| LedgerError::Internal(format!("the database holds an unknown zone: {:?}", user.time_zone)))
    }
}

impl Subject {
    /// `count` lines of the period after `after`, and one more, which tells whether there are more.
    fn lines(&self, after: Option<Position>, count: u64) -> Lines {
        Lines {
            after: after.or(self.period.start),
            before: self.period.end,
            limit: count.saturating_add(1),
        }
    }
}

/// Leaves `count` lines, and says whether there were no more.
fn cut(lines: &mut Vec<Line>, count: u64) -> bool {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let is_end = lines.len() <= count;
    lines.truncate(count);
    is_end
}

/// The lines as they are shown, and the balance after the last of them.
fn records(lines: &[Line], before: i128, currency: Currency) -> (Vec<StatementLineRecord>, i128) {
    let mut balance = before;
    let records = lines.iter().map(|line| {
        let (date, id) = line.position;
        balance = balance.saturating_add(line.amount.into());
        StatementLineRecord {
            transaction_date: Timestamp::from_micros(date),
            transaction_id: id,
            description: line.description.clone(),
            counterparty_account_id: line.counterparty_account_id,
            amount: currency.format(line.amount.into()),
            balance: currency.format(balance),
        }
    });
    let records = records.collect();
    (records, balance)
}

fn description(ledger_id: i64, query: &StatementQuery) -> String {
    format!("{ledger_id} statement {query:?}")
}
