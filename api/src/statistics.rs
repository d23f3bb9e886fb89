//! Statistics of a user and of a whole ledger.

use service::query::{Currencies, Interval, StatisticsQuery};
use service::record::StatisticsRecord;
use service::value::{Day, UserId};

use crate::answer::Json;
use crate::call::{Call, Query};
use crate::problem::Problem;

/// Every period there is, with its name.
const INTERVALS: &[(Interval, &str)] = &[
    (Interval::Day, "day"),
    (Interval::Week, "week"),
    (Interval::Month, "month"),
];

/// `GET /users/{id}/stats`
pub(crate) async fn of_user(call: Call) -> Result<Json<StatisticsRecord>, Problem> {
    let id = call.user_id()?;
    answer(call, Some(id)).await
}

/// `GET /stats`
pub(crate) async fn of_ledger(call: Call) -> Result<Json<StatisticsRecord>, Problem> {
    answer(call, None).await
}

async fn answer(call: Call, user_id: Option<UserId>) -> Result<Json<StatisticsRecord>, Problem> {
    let wanted = call
        .query_in_currencies(|query, currencies| read(query, currencies, user_id))
        .await?;
    let ledger = call.ledger().await?;
    Ok(Json(call.daybook().find_statistics(&ledger, &wanted).await?))
}

pub(crate) fn read(
    query: &mut Query,
    currencies: &Currencies,
    user_id: Option<UserId>,
) -> Result<StatisticsQuery, Problem> {
    Ok(StatisticsQuery {
        user_id,
        currency: query.optional("currency", |code| currencies.parse(code))?,
        from: query.optional("from", Day::parse)?,
        to: query.optional("to", Day::parse)?,
        interval: query
            .one_of("interval", INTERVALS, |(_, name)| name)?
            .map(|(interval, _)| interval),
    })
}
