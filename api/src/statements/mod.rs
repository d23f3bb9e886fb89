//! The statement of an account, and its balance in time.

pub(crate) mod whole;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use uuid::Uuid;

use service::query::{BalanceTime, PageRequest, StatementQuery};
use service::record::{AccountBalanceRecord, StatementRecord};
use service::value::{Day, Timestamp};

use crate::answer::{Json, Respond, link_to_next};
use crate::call::{Call, Incoming, Query};
use crate::problem::Problem;
use crate::stream::Streamed;
use whole::WholeStatement;

/// What a statement is answered in; JSON unless the caller would rather have the other.
const MEDIA_TYPES: &[(&str, Media)] = &[("application/json", Media::Page), ("text/csv", Media::Whole)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Page,
    Whole,
}

/// A statement as it was asked for.
#[derive(Debug)]
pub(crate) enum Statement {
    Page(StatementRecord),
    Whole(Box<Streamed<WholeStatement>>),
}

/// `GET /accounts/{id}/balance`
pub(crate) async fn balance(call: Call) -> Result<Json<AccountBalanceRecord>, Problem> {
    let id = call.id()?;
    let time = call.query(read_time)?;
    let ledger = call.ledger().await?;
    Ok(Json(call.daybook().find_balance(&ledger, id, time).await?))
}

/// `GET /accounts/{id}/statement`
pub(crate) async fn statement(call: Call) -> Result<Statement, Problem> {
    let id = call.id()?;
    if call.preferred(MEDIA_TYPES, Media::Page) == Media::Whole {
        let query = call.query(|query| read_period(query, id))?;
        let ledger = call.ledger().await?;
        let walk = call.daybook().walk_statement(&ledger, &query).await?;
        let whole = whole::begin(walk, &query).await?;
        return Ok(Statement::Whole(Box::new(whole)));
    }
    let (query, page) = call.query(|query| read_page(query, id))?;
    let ledger = call.ledger().await?;
    Ok(Statement::Page(
        call.daybook().find_statement(&ledger, &query, &page).await?,
    ))
}

impl Respond for Statement {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let page = match self {
            Self::Whole(whole) => return whole.respond(incoming),
            Self::Page(page) => page,
        };
        let link = link_to_next(incoming, page.next_cursor.as_deref());
        let mut response = Json(page).respond(incoming)?;
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("Accept"));
        if let Some((name, value)) = link {
            headers.insert(name, value);
        }
        Ok(response)
    }
}

/// Reads the time that a balance is asked for.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_time(query: &mut Query) -> Result<BalanceTime, Problem> {
    let as_of = query.optional("as_of", Timestamp::parse)?;
    let effective_at = query.optional("effective_at", Timestamp::parse)?;
    match (as_of, effective_at) {
        (None, None) => Ok(BalanceTime::Now),
        (Some(time), None) => Ok(BalanceTime::AsOf(time)),
        (None, Some(time)) => Ok(BalanceTime::EffectiveAt(time)),
        (Some(_), Some(_)) => Err(Problem::parameter(
            "effective_at",
            "Cannot be given together with as_of.",
        )),
    }
}

/// Reads the query of a statement in pages.
///
/// # Errors
/// `malformed_request`.
pub(crate) fn read_page(query: &mut Query, account_id: Uuid) -> Result<(StatementQuery, PageRequest), Problem> {
    Ok((read_period(query, account_id)?, query.page()?))
}

fn read_period(query: &mut Query, account_id: Uuid) -> Result<StatementQuery, Problem> {
    let from = query.optional("from", Day::parse)?;
    let to = query.optional("to", Day::parse)?;
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err(Problem::parameter("to", "Must not be before from."));
    }
    Ok(StatementQuery { account_id, from, to })
}
