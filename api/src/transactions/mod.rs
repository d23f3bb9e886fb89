//! Transactions, and their history.

pub(crate) mod batch;
pub(crate) mod bodies;
pub(crate) mod filter;
pub(crate) mod import;

use service::ledger::Command;
use service::record::{RevisionRecord, TransactionRecord};

use crate::answer::{Found, Listed, Written};
use crate::call::{Call, Query};
use crate::export::Export;
use crate::format::Format;
use crate::problem::Problem;
use crate::stream::{Parts, Streamed};

/// What an export is written in where the query does not say.
const EXPORTED: &[(&str, Format)] = &[("text/csv", Format::Csv), ("application/x-ndjson", Format::Ndjson)];

/// `GET /transactions`
pub(crate) async fn list(call: Call) -> Result<Listed<TransactionRecord>, Problem> {
    let (filter, page) = call.query_in_currencies(filter::read_list).await?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_transactions(&ledger, &filter, &page).await?))
}

/// `GET /users/{id}/transactions`
pub(crate) async fn list_of_user(call: Call) -> Result<Listed<TransactionRecord>, Problem> {
    let id = call.user_id()?;
    let (filter, page) = call
        .query_in_currencies(|query, currencies| filter::read_list_of_user(query, currencies, id.clone()))
        .await?;
    let ledger = call.ledger().await?;
    let listed = call.daybook().list_transactions(&ledger, &filter, &page).await?;
    // As a filter an unknown user matches nothing; in a path it is a 404, after what is wrong with the request itself.
    call.daybook().find_user(&ledger, &id).await?;
    Ok(Listed(listed))
}

/// `GET /transactions/export`
pub(crate) async fn export(call: Call) -> Result<Streamed<Export>, Problem> {
    let (filter, format) = call.query_in_currencies(filter::read_export).await?;
    let format = format.unwrap_or_else(|| call.preferred(EXPORTED, Format::Csv));
    let ledger = call.ledger().await?;
    let export = Export::new(call.daybook().walk_transactions(&ledger, filter), format);
    Streamed::begin(
        format.content_type(),
        format!("transactions.{}", format.as_str()),
        export,
    )
    .await
}

/// `POST /transactions`
pub(crate) async fn create(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    call.check_credit()?;
    let mut write = call.write()?;
    let command = write.body_in_currencies(bodies::read_create).await?;
    write.submit(Command::CreateTransaction(command)).await
}

/// `GET /transactions/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<TransactionRecord>, Problem> {
    let id = call.id()?;
    let version = call.query(filter::read_version)?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_transaction(&ledger, id, version).await?))
}

/// `PATCH /transactions/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| bodies::read_update(fields, id))?;
    write.submit(Command::UpdateTransaction(command)).await
}

/// `DELETE /transactions/{id}`
pub(crate) async fn void(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let (write, reason) = call.write_with(filter::read_reason)?;
    write.submit(Command::VoidTransaction { id, reason }).await
}

/// `POST /transactions/{id}/restore`
pub(crate) async fn restore(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let reason = write.body(bodies::read_reason)?;
    write.submit(Command::RestoreTransaction { id, reason }).await
}

/// `POST /transactions/{id}/capture`
pub(crate) async fn capture(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| bodies::read_capture(fields, id))?;
    write.submit(Command::CaptureHold(command)).await
}

/// `POST /transactions/{id}/void`
pub(crate) async fn void_hold(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let reason = write.body(bodies::read_reason)?;
    write.submit(Command::VoidHold { id, reason }).await
}

/// `POST /transactions/{id}/extend`
pub(crate) async fn extend(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let expires_at = write.body(bodies::read_extend)?;
    write.submit(Command::ExtendHold { id, expires_at }).await
}

/// `POST /transactions/{id}/refund`
pub(crate) async fn refund(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| bodies::read_refund(fields, id))?;
    write.submit(Command::RefundTransaction(command)).await
}

/// `GET /transactions/{id}/revisions`
pub(crate) async fn list_revisions(call: Call) -> Result<Listed<RevisionRecord>, Problem> {
    let id = call.id()?;
    let page = call.query(Query::page)?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_revisions(&ledger, id, &page).await?))
}

impl Parts for Export {
    async fn next_part(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        Ok(self.next().await?)
    }
}
