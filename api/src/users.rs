//! Users, and what they own.

use service::ledger::{Command, PutUser, UpdateUser};
use service::record::{BalanceRecord, UserRecord};
use service::value::{FullName, Text, TimeZone, UserId};

use crate::answer::{All, Found, Json, Listed, Written};
use crate::body::{Fields, email, text};
use crate::call::{Call, Query};
use crate::problem::Problem;

/// `GET /users`
pub(crate) async fn list(call: Call) -> Result<Listed<UserRecord>, Problem> {
    let mut query = call.query()?;
    let search = read_search(&mut query)?;
    let page = query.page()?;
    query.finish()?;
    let ledger = call.ledger().await?;
    Ok(Listed(
        call.daybook().list_users(&ledger, search.as_deref(), &page).await?,
    ))
}

/// `GET /users/{id}`
pub(crate) async fn find(call: Call) -> Result<Found<UserRecord>, Problem> {
    let id = call.user_id()?;
    call.without_query()?;
    let ledger = call.ledger().await?;
    Ok(Found(call.daybook().find_user(&ledger, &id).await?))
}

/// `PUT /users/{id}`
pub(crate) async fn put(call: Call) -> Result<Written<UserRecord>, Problem> {
    let id = call.user_id()?;
    let query = call.query()?;
    let mut write = call.write(query)?;
    let command = read_put(write.fields()?, id)?;
    write.submit(Command::PutUser(command)).await
}

/// `PATCH /users/{id}`
pub(crate) async fn update(call: Call) -> Result<Written<UserRecord>, Problem> {
    let id = call.user_id()?;
    let query = call.query()?;
    let mut write = call.write(query)?;
    let command = read_update(write.fields()?, id)?;
    write.submit(Command::UpdateUser(command)).await
}

/// `GET /users/{id}/balances`
pub(crate) async fn list_balances(call: Call) -> Result<Json<All<BalanceRecord>>, Problem> {
    let id = call.user_id()?;
    call.without_query()?;
    let ledger = call.ledger().await?;
    let data = call.daybook().list_balances(&ledger, &id).await?;
    Ok(Json(All { data }))
}

/// Blank text searches for nothing, which everything has.
fn read_search(query: &mut Query) -> Result<Option<String>, Problem> {
    let search = query.optional("q", |text| Text::parse(text.trim()))?;
    Ok(search.map(Text::into_string).filter(|text| !text.is_empty()))
}

fn read_put(mut fields: Fields, id: UserId) -> Result<PutUser, Problem> {
    let full_name = fields.required("full_name", text(FullName::parse));
    let email = fields.optional("email", text(email));
    let time_zone = fields.optional("time_zone", text(TimeZone::parse));
    let metadata = fields.metadata("metadata");
    fields.finish(|| {
        Some(PutUser {
            id,
            full_name: full_name?,
            email,
            time_zone,
            metadata: metadata?,
        })
    })
}

fn read_update(mut fields: Fields, id: UserId) -> Result<UpdateUser, Problem> {
    let full_name = fields.changed("full_name", text(FullName::parse));
    let email = fields.clearable("email", text(email));
    let time_zone = fields.changed("time_zone", text(TimeZone::parse));
    let metadata = fields.metadata_patch("metadata");
    fields.finish(|| {
        Some(UpdateUser {
            id,
            full_name,
            email,
            time_zone,
            metadata,
        })
    })
}
