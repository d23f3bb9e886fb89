//! What a user has used of limits: from the days' totals, and for one account from its transactions.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{daily_total, user};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};
use uuid::Uuid;

use crate::LedgerError;
use crate::ledger::{ALL_CATEGORIES, Limit, Usage, join_total};
use crate::query::Reader;
use crate::query::list::padded;
use crate::record::{Direction, LimitUsageRecord};
use crate::value::{Day, TimeZone, Timestamp};

/// What counts towards a limit of a user on one day.
struct Counted {
    direction: Direction,
    day: i64,
    category: String,
    usage: Usage,
}

/// What a user's limits are held against.
pub(super) struct Figures {
    /// The day that it is where the user lives, as the user's statistics have it.
    today: Day,
    /// By currency, all accounts together.
    of_user: HashMap<String, Vec<Counted>>,
    /// By account; the empty category is none.
    of_accounts: HashMap<Uuid, Vec<Counted>>,
}

impl Figures {
    /// Reads what `limits` of the user need at `now`.
    pub(super) async fn read(
        reader: &Reader<'_>,
        user: &user::Model,
        limits: &[Limit],
        now: Timestamp,
    ) -> Result<Self, LedgerError> {
        let zone = TimeZone::parse(&user.stats_zone);
        let zone = zone.map_err(|_| LedgerError::Internal(format!("no time zone is called {}", user.stats_zone)))?;
        let today = zone.day_of(now);
        let mut figures = Self {
            today,
            of_user: HashMap::new(),
            of_accounts: HashMap::new(),
        };
        let windows = limits.iter().filter_map(|limit| limit.window.days(today));
        let Some((first, last)) = windows.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1))) else {
            return Ok(figures);
        };
        figures.read_totals(reader, user, limits, (first, last)).await?;
        figures.read_accounts(reader, user, limits, (first, last), zone).await?;
        Ok(figures)
    }

    async fn read_totals(
        &mut self,
        reader: &Reader<'_>,
        user: &user::Model,
        limits: &[Limit],
        (first, last): (Day, Day),
    ) -> Result<(), LedgerError> {
        use daily_total::{Column, Entity};
        let of_user = || limits.iter().filter(|limit| limit.scope.account_id().is_none());
        let currencies: BTreeSet<&str> = of_user().map(|limit| limit.currency.code.as_str()).collect();
        let categories: BTreeSet<&str> = of_user()
            .map(|limit| limit.category.as_deref().unwrap_or(ALL_CATEGORIES))
            .collect();
        if currencies.is_empty() {
            return Ok(());
        }
        let rows = Entity::find()
            .filter(Column::LedgerId.eq(reader.ledger.id))
            .filter(Column::Owner.eq(user.id.as_str()))
            .filter(Column::Currency.is_in(padded(currencies)))
            .filter(Column::Generation.eq(user.stats_generation))
            .filter(Column::Category.is_in(padded(categories)))
            .filter(Column::Day.between(i64::from(first.days()), i64::from(last.days())))
            .all(reader.db)
            .await?;
        for row in rows {
            let counted = |direction, count, total: i64| Counted {
                direction,
                day: row.day,
                category: row.category.clone(),
                usage: Usage {
                    count,
                    amount: total.into(),
                },
            };
            let of_day = [
                counted(Direction::Credit, row.credit_count, row.credit_total),
                counted(Direction::Debit, row.debit_count, row.debit_total),
            ];
            self.of_user.entry(row.currency).or_default().extend(of_day);
        }
        Ok(())
    }

    async fn read_accounts(
        &mut self,
        reader: &Reader<'_>,
        user: &user::Model,
        limits: &[Limit],
        (first, last): (Day, Day),
        zone: TimeZone,
    ) -> Result<(), LedgerError> {
        let of_accounts: HashSet<(Uuid, Direction)> = limits
            .iter()
            .filter_map(|limit| Some((limit.scope.account_id()?, limit.direction)))
            .collect();
        for (account_id, direction) in of_accounts {
            let values: [Value; 7] = [
                reader.ledger.id.into(),
                user.id.as_str().into(),
                zone.start_of(first).micros().into(),
                zone.start_of(last.next()).micros().into(),
                account_id.into(),
                i64::from(first.days()).into(),
                i64::from(last.days()).into(),
            ];
            let sql = account_sql(direction, user.stats_generation.rem_euclid(2));
            let statement = Statement::from_sql_and_values(reader.db.get_database_backend(), sql, values);
            let rows = AccountRow::find_by_statement(statement).all(reader.db).await?;
            let counted = rows.into_iter().map(|row| Counted {
                direction,
                day: row.day,
                category: row.category.unwrap_or_default(),
                usage: Usage {
                    count: row.transactions,
                    amount: join_total(row.high, row.low),
                },
            });
            self.of_accounts.entry(account_id).or_default().extend(counted);
        }
        Ok(())
    }

    /// The limit, and what is used of it.
    pub(super) fn record(&self, limit: &Limit) -> LimitUsageRecord {
        let window = limit.window.days(self.today);
        let used = window.map_or_else(Usage::default, |window| self.used(limit, window));
        let show = |minor: i128| limit.currency.format(minor);
        let left = |max: i64| i128::from(max).saturating_sub(used.amount).max(0);
        LimitUsageRecord {
            limit: limit.record(),
            window_start: window.map(|(first, _)| first),
            window_end: window.map(|(_, last)| last),
            used: show(used.amount),
            remaining: limit.max_amount.map(|max| show(left(max))),
            used_count: used.count,
            remaining_count: limit.max_count.map(|max| max.saturating_sub(used.count).max(0)),
        }
    }

    fn used(&self, limit: &Limit, (first, last): (Day, Day)) -> Usage {
        let (counted, category) = match limit.scope.account_id() {
            // The days' totals of all categories are rows of their own.
            None => {
                let category = limit.category.as_deref().unwrap_or(ALL_CATEGORIES);
                (self.of_user.get(limit.currency.code.as_str()), Some(category))
            }
            Some(id) => (self.of_accounts.get(&id), limit.category.as_deref()),
        };
        counted
            .into_iter()
            .flatten()
            .filter(|counted| counted.direction == limit.direction)
            .filter(|counted| (i64::from(first.days())..=i64::from(last.days())).contains(&counted.day))
            .filter(|counted| category.is_none_or(|category| counted.category == category))
            .fold(Usage::default(), |sum, counted| sum.plus(counted.usage))
    }
}

/// What an account's transactions of one category add up to on one day; see [`join_total`].
#[derive(FromQueryResult)]
struct AccountRow {
    category: Option<String>,
    day: i64,
    transactions: i64,
    high: i64,
    low: i64,
}

/// Parameters: ledger, owner, from when, until when (exclusive), account, first day, last day.
fn account_sql(direction: Direction, slot: i64) -> String {
    let side = match direction {
        Direction::Debit => "source",
        Direction::Credit => "destination",
    };
    format!(
        "SELECT category, {side}_day_{slot} AS day, COUNT(*) AS transactions,
            CAST(SUM(amount >> 20) AS BIGINT) AS high, CAST(SUM(amount & 1048575) AS BIGINT) AS low
        FROM transactions
        WHERE ledger_id = $1 AND {side}_owner = $2 AND {side}_owner <> '' AND transaction_date >= $3
            AND transaction_date < $4 AND {side}_account_id = $5 AND status = 'posted'
            AND {side}_day_{slot} BETWEEN $6 AND $7
        GROUP BY category, {side}_day_{slot}"
    )
}
