//! Users, and what they own.

use service::ledger::{Command, EraseUser, PutUser, UpdateUser};
use service::query::PageRequest;
use service::record::{BalanceRecord, UserRecord};
use service::value::{FullName, Text, TimeZone, UserId};

use crate::answer::{All, Found, Json, Listed, Written};
use crate::body::{Fields, email, text};
use crate::call::{Call, Query};
use crate::problem::Problem;

/// `GET /users`
pub(crate) async fn list(call: Call) -> Result<Listed<UserRecord>, Problem> {
    let (search, page) = call.query(read_list)?;
    let ledger = call.ledger().await?;
    Ok(Listed(
        call.daybook().list_users(&ledger, search.as_deref(), &page).await?,
    ))
}

/// `GET /users/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<UserRecord>, Problem> {
    let id = call.user_id()?;
    call.no_query()?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_user(&ledger, &id).await?))
}

/// `PUT /users/{id}`
pub(crate) async fn put(call: Call) -> Result<Written<UserRecord>, Problem> {
    let id = call.user_id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| read_put(fields, id))?;
    write.submit(Command::PutUser(command)).await
}

/// `PATCH /users/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<UserRecord>, Problem> {
    let id = call.user_id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| read_update(fields, id))?;
    write.submit(Command::UpdateUser(command)).await
}

/// `DELETE /users/{id}`
pub(crate) async fn erase(call: Call) -> Result<Written<UserRecord>, Problem> {
    let id = call.user_id()?;
    let (write, texts) = call.write_with(read_erase)?;
    write.submit(Command::EraseUser(EraseUser { id, texts })).await
}

/// `GET /users/{id}/balances`
pub(crate) async fn list_balances(call: Call) -> Result<Json<All<BalanceRecord>>, Problem> {
    let id = call.user_id()?;
    call.no_query()?;
    let ledger = call.ledger().await?;
    let data = call.daybook().list_balances(&ledger, &id).await?;
    Ok(Json(All { data }))
}

pub(crate) fn read_list(query: &mut Query) -> Result<(Option<String>, PageRequest), Problem> {
    let search = query.optional("q", |text| Text::parse(text.trim()))?;
    // Blank text searches for nothing, which everything has.
    let search = search.map(Text::into_string).filter(|text| !text.is_empty());
    Ok((search, query.page()?))
}

/// Whether the texts of the user's transactions are erased as well.
pub(crate) fn read_erase(query: &mut Query) -> Result<bool, Problem> {
    query.flag("texts")
}

pub(crate) fn read_put(fields: &mut Fields, id: UserId) -> Option<PutUser> {
    let full_name = fields.required("full_name", text(FullName::parse));
    let email = fields.optional("email", text(email));
    let time_zone = fields.optional("time_zone", text(TimeZone::parse));
    let metadata = fields.metadata("metadata");
    Some(PutUser {
        id,
        full_name: full_name?,
        email,
        time_zone,
        metadata: metadata?,
    })
}

pub(crate) fn read_update(fields: &mut Fields, id: UserId) -> Option<UpdateUser> {
    Some(UpdateUser {
        id,
        full_name: fields.changed("full_name", text(FullName::parse)),
        email: fields.clearable("email", text(email)),
        time_zone: fields.changed("time_zone", text(TimeZone::parse)),
        metadata: fields.metadata_patch("metadata"),
    })
}
