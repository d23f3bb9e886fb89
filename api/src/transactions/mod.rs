//! Transactions, and their history.

pub(crate) mod bodies;
pub(crate) mod filter;
pub(crate) mod import;

use service::ledger::Command;
use service::record::{RevisionRecord, TransactionRecord};

use crate::answer::{Found, Listed, Written};
use crate::call::{Call, Query};
use crate::problem::Problem;

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

/// `POST /transactions`
pub(crate) async fn create(call: Call) -> Result<Written<TransactionRecord>, Problem> {
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
    let reason = write.body(bodies::read_restore)?;
    write.submit(Command::RestoreTransaction { id, reason }).await
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
