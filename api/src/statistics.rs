//! Statistics of a user and of a whole ledger.

use service::money::Currency;
use service::query::{Interval, StatisticsQuery};
use service::record::StatisticsRecord;
use service::value::{Day, UserId};

use crate::answer::Json;
use crate::call::Call;
use crate::problem::Problem;

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
    let mut query = call.query()?;
    let wanted = StatisticsQuery {
        user_id,
        currency: query.optional("currency", Currency::parse)?,
        from: query.optional("from", Day::parse)?,
        to: query.optional("to", Day::parse)?,
        interval: query.one_of(
            "interval",
            &[Interval::Day, Interval::Week, Interval::Month],
            |interval| match interval {
                Interval::Day => "day",
                Interval::Week => "week",
                Interval::Month => "month",
            },
        )?,
    };
    query.finish()?;
    let ledger = call.ledger().await?;
    Ok(Json(call.daybook().find_statistics(&ledger, &wanted).await?))
}
