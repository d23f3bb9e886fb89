//! How far a ledger is closed.

use service::ledger::{CloseThrough, Command};
use service::record::ClosingRecord;
use service::value::{Day, Text};

use crate::answer::{Found, Written};
use crate::body::{Fields, text};
use crate::call::Call;
use crate::problem::Problem;

/// `GET /closing`
pub(crate) async fn find(call: Call) -> Result<Found<ClosingRecord>, Problem> {
    call.no_query()?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_closing(&ledger).await?))
}

/// `PUT /closing`
pub(crate) async fn put(call: Call) -> Result<Written<ClosingRecord>, Problem> {
    let mut write = call.write()?;
    let command = write.body(read_put)?;
    write.submit(Command::CloseThrough(command)).await
}

/// Reads through which day the ledger shall be closed: null is none, which has to be said.
pub(crate) fn read_put(fields: &mut Fields) -> Option<CloseThrough> {
    let day = fields.required_or_null("closed_through", text(Day::parse));
    let reason = fields.optional("reason", text(Text::parse));
    Some(CloseThrough { day: day?, reason })
}
