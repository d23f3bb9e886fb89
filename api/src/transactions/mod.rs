//! Transactions, and their history.

mod bodies;
mod filter;

use service::ledger::Command;
use service::record::{RevisionRecord, TransactionRecord};
use service::value::{Text, UserId};

use crate::answer::{Found, Listed, Written};
use crate::body::text;
use crate::call::Call;
use crate::call::query::whole_number;
use crate::problem::Problem;

/// `GET /transactions`
pub(crate) async fn list(call: Call) -> Result<Listed<TransactionRecord>, Problem> {
    let mut query = call.query()?;
    let user_id = query.optional("user_id", UserId::parse)?;
    let filter = filter::read(&mut query, user_id)?;
    let page = query.page()?;
    query.finish()?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_transactions(&ledger, &filter, &page).await?))
}

/// `GET /users/{id}/transactions`
pub(crate) async fn list_of_user(call: Call) -> Result<Listed<TransactionRecord>, Problem> {
    let id = call.user_id()?;
    let mut query = call.query()?;
    let filter = filter::read(&mut query, Some(id.clone()))?;
    let page = query.page()?;
    query.finish()?;
    let ledger = call.ledger().await?;
    // As a filter an unknown user matches nothing; in a path it is a 404.
    call.daybook().find_user(&ledger, &id).await?;
    Ok(Listed(call.daybook().list_transactions(&ledger, &filter, &page).await?))
}

/// `POST /transactions`
pub(crate) async fn create(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let query = call.query()?;
    let mut write = call.write(query)?;
    let command = bodies::read_create(write.fields()?)?;
    write.submit(Command::CreateTransaction(command)).await
}

/// `GET /transactions/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut query = call.query()?;
    let version = query.optional("version", |text| {
        whole_number(text)
            .filter(|version| *version > 0)
            .ok_or("Must be a version: 1 or more.")
    })?;
    query.finish()?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_transaction(&ledger, id, version).await?))
}

/// `PATCH /transactions/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let query = call.query()?;
    let mut write = call.write(query)?;
    let command = bodies::read_update(write.fields()?, id)?;
    write.submit(Command::UpdateTransaction(command)).await
}

/// `DELETE /transactions/{id}`
pub(crate) async fn void(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let mut query = call.query()?;
    let reason = query.optional("reason", Text::parse)?;
    call.write(query)?.submit(Command::VoidTransaction { id, reason }).await
}

/// `POST /transactions/{id}/restore`
pub(crate) async fn restore(call: Call) -> Result<Written<TransactionRecord>, Problem> {
    let id = call.id()?;
    let query = call.query()?;
    let mut write = call.write(query)?;
    let mut fields = write.fields()?;
    let reason = fields.optional("reason", text(Text::parse));
    let command = fields.finish(|| Some(Command::RestoreTransaction { id, reason }))?;
    write.submit(command).await
}

/// `GET /transactions/{id}/revisions`
pub(crate) async fn list_revisions(call: Call) -> Result<Listed<RevisionRecord>, Problem> {
    let id = call.id()?;
    let mut query = call.query()?;
    let page = query.page()?;
    query.finish()?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_revisions(&ledger, id, &page).await?))
}
