//! Invariant 3: the statistics that are kept equal a recount of the posted transactions, by the days stored with them.
//!
//! A grouping that is being filled counts what it covers. One that was given up waits for its removal, and is passed
//! over; so is a row that counts nothing.

use entity::{daily_total, total, user};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::scan::Scan;
use super::tally::{Figures, Tally, Total};
use super::{Audit, Invariant, users};
use crate::LedgerError;
use crate::ledger::{Grouping, LEDGER_GENERATION, LEDGER_OWNER, Regrouping};
use crate::record::TransactionStatus;
use crate::value::TimeZone;

/// The days and totals that are kept, in the order of their owners.
struct Kept {
    days: Scan<daily_total::Model>,
    totals: Scan<total::Model>,
}

/// A transaction as one of its sides is counted.
#[derive(FromQueryResult)]
struct Side {
    owner: String,
    id: Uuid,
    status: String,
    amount: i64,
    currency: String,
    category: Option<String>,
    day_0: Option<i64>,
    day_1: Option<i64>,
}

/// How an amount counts, by its direction.
type Counted = fn(i64) -> Figures;

/// Checks every row of the statistics; `ledger_tally` is the recount of the ledger's own.
pub(super) async fn check(audit: &mut Audit<'_>, ledger_tally: Tally) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut kept = kept(ledger_id);
    check_owner(audit, LEDGER_OWNER, &[LEDGER_GENERATION], ledger_tally, &mut kept).await?;
    let (mut sources, mut destinations) = (sides(ledger_id, SOURCES), sides(ledger_id, DESTINATIONS));
    let mut users = users::scan(ledger_id);
    while let Some(user) = users.next(view).await? {
        check_nobody_before(audit, Some(&user.id), &mut kept).await?;
        let groupings = groupings(&user);
        let mut tally = Tally::default();
        let directions: [(&mut Scan<Side>, Counted); 2] =
            [(&mut sources, Figures::debit), (&mut destinations, Figures::credit)];
        for (sides, figures) in directions {
            while let Some(side) = sides.next_if(view, |side| side.owner <= user.id).await? {
                recount(audit, &user, &groupings, &side, &figures(side.amount), &mut tally);
            }
        }
        let generations: Vec<i64> = groupings.iter().map(|(generation, _)| *generation).collect();
        check_owner(audit, &user.id, &generations, tally, &mut kept).await?;
    }
    for sides in [&mut sources, &mut destinations] {
        while let Some(side) = sides.next(view).await? {
            tell_stranger(audit, &side);
        }
    }
    check_nobody_before(audit, None, &mut kept).await
}

const SOURCES: &str = "SELECT source_owner AS owner, id, status, amount, currency, category, source_day_0 AS day_0,
        source_day_1 AS day_1
    FROM transactions WHERE ledger_id = $1 AND source_owner <> '' AND (source_owner, id) > ($2, $3)
    ORDER BY source_owner, id LIMIT 500";

const DESTINATIONS: &str = "SELECT destination_owner AS owner, id, status, amount, currency, category,
        destination_day_0 AS day_0, destination_day_1 AS day_1
    FROM transactions WHERE ledger_id = $1 AND destination_owner <> '' AND (destination_owner, id) > ($2, $3)
    ORDER BY destination_owner, id LIMIT 500";

fn sides(ledger_id: i64, sql: &'static str) -> Scan<Side> {
    let start = vec![Value::from(""), Uuid::nil().into()];
    Scan::new(sql, ledger_id, start, |side| {
        vec![side.owner.as_str().into(), side.id.into()]
    })
}

fn kept(ledger_id: i64) -> Kept {
    let zero = || Value::from(i64::MIN);
    let text = || Value::from("");
    Kept {
        days: Scan::new(
            "SELECT * FROM daily_totals WHERE ledger_id = $1
                AND (owner, currency, generation, category, day) > ($2, $3, $4, $5, $6)
                ORDER BY owner, currency, generation, category, day LIMIT 500",
            ledger_id,
            vec![text(), text(), zero(), text(), zero()],
            |row| {
                vec![
                    row.owner.as_str().into(),
                    row.currency.as_str().into(),
                    row.generation.into(),
                    row.category.as_str().into(),
                    row.day.into(),
                ]
            },
        ),
        totals: Scan::new(
            "SELECT * FROM totals WHERE ledger_id = $1 AND (owner, currency, generation, category) > ($2, $3, $4, $5)
                ORDER BY owner, currency, generation, category LIMIT 500",
            ledger_id,
            vec![text(), text(), zero(), text()],
            |row| {
                vec![
                    row.owner.as_str().into(),
                    row.currency.as_str().into(),
                    row.generation.into(),
                    row.category.as_str().into(),
                ]
            },
        ),
    }
}

/// The generations that count the user's transactions, and how far the one under way is.
fn groupings(user: &user::Model) -> Vec<(i64, Option<Regrouping>)> {
    let mut groupings = vec![(user.stats_generation, None)];
    let coming = user
        .regroup_generation
        .filter(|coming| *coming != user.stats_generation);
    if let (Some(generation), Some(until)) = (coming, user.regroup_until) {
        let grouping = Grouping {
            zone: TimeZone::UTC,
            generation,
        };
        let after = user.regroup_after;
        groupings.push((generation, Some(Regrouping { grouping, after, until })));
    }
    groupings
}

/// Counts one side in every grouping that covers it.
fn recount(
    audit: &mut Audit<'_>,
    user: &user::Model,
    groupings: &[(i64, Option<Regrouping>)],
    side: &Side,
    figures: &Figures,
    tally: &mut Tally,
) {
    if side.owner != user.id {
        return tell_stranger(audit, side);
    }
    if side.status != TransactionStatus::Posted.as_str() {
        return;
    }
    let covers = |regrouping: &Option<Regrouping>| regrouping.is_none_or(|coming| coming.counts(side.id));
    for (generation, _) in groupings.iter().filter(|(_, regrouping)| covers(regrouping)) {
        let day = if generation.rem_euclid(2) == 0 {
            side.day_0
        } else {
            side.day_1
        };
        match day {
            Some(day) => tally.add(&side.currency, side.category.as_deref(), (*generation, day), figures),
            None => audit.fail(
                Invariant::Statistics,
                format_args!(
                    "transaction {} has no day in generation {generation} of user {}",
                    side.id, user.id
                ),
            ),
        }
    }
}

fn tell_stranger(audit: &mut Audit<'_>, side: &Side) {
    let (id, owner) = (side.id, &side.owner);
    let detail = format_args!("transaction {id} is of user {owner}, who does not exist");
    audit.fail(Invariant::Statistics, detail);
}

/// Holds what is kept of one owner against the recount.
async fn check_owner(
    audit: &mut Audit<'_>,
    owner: &str,
    generations: &[i64],
    mut tally: Tally,
    kept: &mut Kept,
) -> Result<(), LedgerError> {
    let (view, whose) = (
        audit.view,
        if owner.is_empty() {
            "the ledger".to_owned()
        } else {
            format!("user {owner}")
        },
    );
    let mut totals = tally.totals();
    while let Some(row) = kept.days.next_if(view, |row| row.owner == owner).await? {
        audit.counts.days = audit.counts.days.saturating_add(1);
        if !generations.contains(&row.generation) {
            continue;
        }
        let (told, key) = (
            Figures::of_day(&row),
            (row.currency, row.generation, row.category, row.day),
        );
        let counted = tally.days.remove(&key).unwrap_or_default();
        audit.require(told == counted, Invariant::Statistics, || {
            format!(
                "day {} of {whose} tells {told}, the recount {counted}",
                name(&key.0, key.1, &key.2, Some(key.3))
            )
        });
    }
    while let Some(row) = kept.totals.next_if(view, |row| row.owner == owner).await? {
        if !generations.contains(&row.generation) {
            continue;
        }
        let told = Total::of(&row);
        let key = (row.currency, row.generation, row.category);
        let counted = totals.remove(&key).unwrap_or_default();
        audit.require(told == counted, Invariant::Statistics, || {
            format!(
                "the total {} of {whose} tells {told}, the recount {counted}",
                name(&key.0, key.1, &key.2, None)
            )
        });
    }
    for ((currency, generation, category, day), counted) in tally.days {
        let name = name(&currency, generation, &category, Some(day));
        let detail = format_args!("day {name} of {whose} is missing, the recount tells {counted}");
        audit.fail(Invariant::Statistics, detail);
    }
    for ((currency, generation, category), counted) in totals {
        let name = name(&currency, generation, &category, None);
        let detail = format_args!("the total {name} of {whose} is missing, the recount tells {counted}");
        audit.fail(Invariant::Statistics, detail);
    }
    Ok(())
}

/// Names a row of the statistics: day, currency, category and generation.
fn name(currency: &str, generation: i64, category: &str, day: Option<i64>) -> String {
    let day = day
        .map(|day| format!("{} ", crate::query::rows::day_of(day)))
        .unwrap_or_default();
    let category = if category.is_empty() {
        String::new()
    } else {
        format!(" {category:?}")
    };
    format!("{day}{currency}{category} (generation {generation})")
}

/// Statistics of owners who come before `owner`, or of all that are left, belong to nobody.
async fn check_nobody_before(audit: &mut Audit<'_>, owner: Option<&str>, kept: &mut Kept) -> Result<(), LedgerError> {
    let view = audit.view;
    let is_before = |found: &str| owner.is_none_or(|owner| found < owner);
    while let Some(row) = kept.days.next_if(view, |row| is_before(&row.owner)).await? {
        let detail = format_args!("there are statistics of user {}, who does not exist", row.owner);
        audit.fail(Invariant::Statistics, detail);
    }
    while let Some(row) = kept.totals.next_if(view, |row| is_before(&row.owner)).await? {
        let detail = format_args!("there are totals of user {}, who does not exist", row.owner);
        audit.fail(Invariant::Statistics, detail);
    }
    Ok(())
}
